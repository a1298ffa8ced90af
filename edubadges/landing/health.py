"""Ask every part how it is, and put the answers in words for the start page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from edubadges.landing.settings import LandingSettings
from edubadges.platform.state import PlatformState, read_state
from service_kit.fetch import FetchFailed, InternalClient

SERVICES = ("issuer", "wallet", "verifier", "registry")
_BEHIND = ("agent", "postgres")
_PATIENCE_S = 2.5
_ALL = "ok"


@dataclass(frozen=True, slots=True)
class PartHealth:
    """How one part is now."""

    name: str
    state: str
    """`ok`, `trouble` (it runs, but something it needs is away), `starting` or `away`."""
    url: str | None
    missing: tuple[str, ...] = ()
    """What it says it misses: `database`, `agent` …"""
    restarts: int = 0


class HealthDesk:
    """Asks the parts; keeps the connections open."""

    def __init__(self, settings: LandingSettings) -> None:
        """Prepare one connection per service."""
        self._settings = settings
        self._public = {name: str(getattr(settings, f"{name}_url")) for name in SERVICES}
        self._clients = {
            name: InternalClient(getattr(settings, f"{name}_internal_url") or self._public[name], timeout_s=_PATIENCE_S)
            for name in SERVICES
        }
        self._asking = ThreadPoolExecutor(max_workers=len(SERVICES), thread_name_prefix="health")

    def close(self) -> None:
        """Close the connections."""
        self._asking.shutdown(cancel_futures=True)
        for client in self._clients.values():
            client.close()

    def look(self) -> list[PartHealth]:
        """Return how every part is now: first what people visit, then what works behind it."""
        answers = dict(zip(SERVICES, self._asking.map(self._ask, SERVICES), strict=True))
        kept = read_state(self._settings.state_file) if self._settings.state_file else None
        seen = [self._service(name, answers[name], kept) for name in SERVICES]
        if kept is None:
            return seen
        return [*seen, *(_behind(name, kept) for name in _BEHIND if name in _names(kept))]

    def _ask(self, name: str) -> Mapping[str, object] | None:
        try:
            found = self._clients[name].request("GET", "/health").json()
        except (FetchFailed, json.JSONDecodeError):
            return None
        return found if isinstance(found, dict) else None

    def _service(self, name: str, answer: Mapping[str, object] | None, kept: PlatformState | None) -> PartHealth:
        restarts = kept.part(name).restarts if kept and name in _names(kept) else 0
        if answer is None:
            phase = kept.part(name).state if kept and name in _names(kept) else "away"
            state = "starting" if phase in ("starting", "restarting", "waiting") else "away"
            return PartHealth(name, state, self._public[name], restarts=restarts)
        parts = answer.get("parts")
        missing = tuple(part for part, how in parts.items() if how != _ALL) if isinstance(parts, dict) else ()
        well = answer.get("status") == _ALL
        return PartHealth(name, "ok" if well else "trouble", self._public[name], missing, restarts)


def _names(kept: PlatformState) -> set[str]:
    return {part.name for part in kept.parts}


def _behind(name: str, kept: PlatformState) -> PartHealth:
    part = kept.part(name)
    state = {"ready": "ok", "starting": "starting", "restarting": "starting", "waiting": "starting"}
    return PartHealth(name, state.get(part.state, "away"), None, restarts=part.restarts)
