"""What runs now, written to one file that the landing page, the demo and the tests read."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from edubadges.platform.layout import write_private


@dataclass(frozen=True, slots=True)
class PartState:
    """One part as it is now."""

    name: str
    state: str
    """`waiting`, `starting`, `ready`, `restarting`, `stopped` or `failed`."""
    since: str
    pid: int | None = None
    restarts: int = 0
    seconds_to_ready: float | None = None


@dataclass(frozen=True, slots=True)
class PlatformState:
    """The whole platform as it is now."""

    pid: int
    port_base: int
    started_at: str
    phase: str
    """`starting`, `ready`, `stopping` or `stopped`."""
    parts: tuple[PartState, ...]
    seconds_to_ready: float | None = None

    def part(self, name: str) -> PartState:
        """Return one part."""
        return next(part for part in self.parts if part.name == name)


def write_state(file: Path, state: PlatformState) -> None:
    """Write the state, whole or not at all."""
    write_private(file, json.dumps(asdict(state), indent=2) + "\n")


def read_state(file: Path) -> PlatformState | None:
    """Return the state; None when there is none that can be read."""
    try:
        given = json.loads(file.read_text())
    except (OSError, json.JSONDecodeError):
        return None
    parts = tuple(PartState(**part) for part in given.pop("parts"))
    return PlatformState(**given, parts=parts)
