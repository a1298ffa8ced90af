"""`edubadges up`: take the data, start the parts, watch them until Ctrl-C, and leave nothing behind."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from types import FrameType

from edubadges.platform.display import Display
from edubadges.platform.layout import require_free_ports
from edubadges.platform.parts import Plan, build_parts
from edubadges.platform.seeding import is_seeded, seed
from edubadges.platform.state import PartState, PlatformState, write_state
from edubadges.platform.supervisor import Part, Supervisor

_TICK_S = 0.08
_QUIET_TICK_S = 0.3


@dataclass(slots=True)
class _Wishes:
    """How often somebody asked to stop."""

    times: int = 0

    def note(self, _signal: int, _frame: FrameType | None) -> None:
        """Count one more."""
        self.times += 1

    @property
    def stop(self) -> bool:
        """Say whether to stop."""
        return self.times > 0

    @property
    def now(self) -> bool:
        """Say whether to end everything at once."""
        return self.times > 1


class PlatformRun:
    """One run of the platform, from start to end."""

    def __init__(self, plan: Plan, display: Display, *, with_samples: bool) -> None:
        """Prepare; nothing is started yet.

        Args:
            plan: what to start.
            display: what a person sees.
            with_samples: make the sample institutions when they are not there.
        """
        self._plan = plan
        self._display = display
        self._with_samples = with_samples
        self._began = time.monotonic()
        self._started_at = _now()
        self._phase = "starting"
        self._since: dict[str, str] = {}
        self._seconds: float | None = None
        self._wishes = _Wishes()
        self._supervisor: Supervisor | None = None

    def run(self) -> None:
        """Start, watch and stop.

        Raises:
            EdubadgesError: a port is in use, a program is missing, or a part does not come up.
        """
        require_free_ports(self._plan.ports)
        with _listening(self._wishes.note):
            self._supervisor = supervisor = Supervisor(build_parts(self._plan), on_change=self._changed)
            try:
                self._display.starting(supervisor.parts)
                self._come_up(supervisor)
                self._watch(supervisor)
            finally:
                self._go_down(supervisor)

    def _come_up(self, supervisor: Supervisor) -> None:
        while not supervisor.all_ready and not self._wishes.stop:
            supervisor.tick()
            self._display.refresh()
            time.sleep(_TICK_S)
        if self._wishes.stop:
            return
        seeded = ""
        if self._with_samples and not is_seeded(self._plan):
            self._display.seeding()
            seeded = seed(self._plan)
        self._seconds = time.monotonic() - self._began
        self._enter("ready")
        self._display.ready(self._seconds, seeded)

    def _watch(self, supervisor: Supervisor) -> None:
        while not self._wishes.stop:
            supervisor.tick()
            time.sleep(_QUIET_TICK_S if supervisor.all_ready else _TICK_S)

    def _go_down(self, supervisor: Supervisor) -> None:
        self._enter("stopping")
        self._display.stopping()
        supervisor.stop(impatient=lambda: self._wishes.now)
        self._enter("stopped")
        if self._wishes.now:
            self._display.killed()
        else:
            self._display.stopped()

    def _changed(self, part: Part) -> None:
        self._since[part.name] = _now()
        self._display.changed(part)
        self._write()

    def _enter(self, phase: str) -> None:
        self._phase = phase
        self._write()

    def _write(self) -> None:
        parts = self._supervisor.parts if self._supervisor else []
        write_state(
            self._plan.data.state_file,
            PlatformState(
                pid=os.getpid(),
                port_base=self._plan.ports.base,
                started_at=self._started_at,
                phase=self._phase,
                parts=tuple(
                    PartState(
                        name=part.name,
                        state=str(part.phase),
                        since=self._since.get(part.name, self._started_at),
                        pid=part.child.pid() if part.child else None,
                        restarts=part.restarts,
                        seconds_to_ready=part.seconds_to_ready,
                    )
                    for part in parts
                ),
                seconds_to_ready=self._seconds,
            ),
        )


@contextmanager
def _listening(note: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Count SIGINT and SIGTERM instead of dying of them."""
    before = {each: signal.signal(each, note) for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
