"""Start children in the right order, restart the ones that fall over, stop all of them.

One thread, one loop. What is started is decided in `parts.py`; what is shown is decided by the caller's listener.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from edubadges.platform.child import Child
from edubadges.platform.errors import PartFailed

_FIRST_BACKOFF_S = 0.5
_LONGEST_BACKOFF_S = 30.0
_STEADY_S = 60.0
_PATIENCE_S = 60.0
_GIVE_UP_AFTER = 4
_GRACE_S = 10.0


class Phase(StrEnum):
    """Where a part is in its life."""

    WAITING = "waiting"
    STARTING = "starting"
    READY = "ready"
    RESTARTING = "restarting"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(slots=True)
class Part:
    """One part of the platform: how to make its child, and what it needs first."""

    name: str
    make: Callable[[], Child]
    """Makes the child; called once, when what it needs is ready."""
    needs: tuple[str, ...] = ()
    after_ready: Callable[[], None] | None = None
    """Runs once, when the part is ready for the first time."""
    stops_in_round: int = 0
    """Parts of round 0 stop first, then those of round 1, and so on."""
    phase: Phase = Phase.WAITING
    child: Child | None = None
    restarts: int = 0
    started_at: float = 0.0
    ready_at: float | None = None
    seconds_to_ready: float | None = None
    last_exit: int | None = None
    next_start: float = 0.0
    _failures: int = field(default=0)


type Listener = Callable[[Part], None]


class Supervisor:
    """Keeps a set of parts running."""

    def __init__(
        self, parts: Sequence[Part], *, on_change: Listener, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Take the parts; nothing is started.

        Args:
            parts: in the order in which they are shown.
            on_change: told each time a part changes phase.
            clock: seconds that only go forward.
        """
        self.parts = list(parts)
        self._on_change = on_change
        self._clock = clock

    @property
    def all_ready(self) -> bool:
        """Say whether every part does its work."""
        return all(part.phase is Phase.READY for part in self.parts)

    def tick(self) -> None:
        """Look at every part once, and do what is due.

        Raises:
            PartFailed: a part cannot be brought to work.
            EdubadgesError: a part could not be made or launched; its detail says why.
        """
        for part in self.parts:
            match part.phase:
                case Phase.WAITING if self._may_start(part):
                    self._launch(part)
                case Phase.STARTING | Phase.READY if self._has_ended(part):
                    self._plan_restart(part)
                case Phase.STARTING:
                    self._look_whether_ready(part)
                case Phase.READY:
                    self._forgive(part)
                case Phase.RESTARTING if self._clock() >= part.next_start:
                    self._launch(part)

    def stop(self, *, impatient: Callable[[], bool], sleep: Callable[[float], None] = time.sleep) -> None:
        """Stop every part, round by round; end those that do not listen.

        Args:
            impatient: says whether to end everything now instead of asking.
            sleep: waits a number of seconds.
        """
        for turn in sorted({part.stops_in_round for part in self.parts}):
            going = [part for part in self.parts if part.stops_in_round == turn and part.child is not None]
            if not impatient():
                for part in going:
                    _child(part).ask_to_stop()
            end = self._clock() + _GRACE_S
            while any(_child(part).exit_code() is None and _child(part).pid() for part in going):
                if impatient() or self._clock() > end:
                    break
                sleep(0.05)
            for part in going:
                _child(part).kill()
                self._enter(part, Phase.STOPPED)

    def _may_start(self, part: Part) -> bool:
        ready = {other.name for other in self.parts if other.ready_at is not None}
        return set(part.needs) <= ready

    def _launch(self, part: Part) -> None:
        if part.child is None:
            part.child = part.make()
        part.child.launch()
        part.started_at = self._clock()
        self._enter(part, Phase.STARTING)

    def _has_ended(self, part: Part) -> bool:
        return part.child is None or part.child.exit_code() is not None

    def _look_whether_ready(self, part: Part) -> None:
        waited = self._clock() - part.started_at
        if not _child(part).is_ready():
            if waited > _PATIENCE_S:
                self._give_up(part, f"The {part.name} did not become ready within {_PATIENCE_S:.0f} seconds.")
            return
        first = part.ready_at is None
        part.ready_at = self._clock()
        part.seconds_to_ready = waited
        if first and part.after_ready is not None:
            part.after_ready()
        self._enter(part, Phase.READY)

    def _plan_restart(self, part: Part) -> None:
        child = _child(part)
        part.last_exit = child.exit_code()
        child.kill()
        part._failures += 1
        if part.ready_at is None and part._failures >= _GIVE_UP_AFTER:
            self._give_up(part, f"The {part.name} stopped {part._failures} times before it was ready.")
        part.restarts += 1
        part.next_start = self._clock() + backoff(part._failures)
        self._enter(part, Phase.RESTARTING)

    def _forgive(self, part: Part) -> None:
        if part._failures and self._clock() - part.started_at > _STEADY_S:
            part._failures = 0

    def _give_up(self, part: Part, why: str) -> None:
        self._enter(part, Phase.FAILED)
        raise PartFailed(why, part=part.name)

    def _enter(self, part: Part, phase: Phase) -> None:
        part.phase = phase
        self._on_change(part)


def backoff(failures: int) -> float:
    """Return how many seconds to wait before the next start: 0.5, 1, 2 … at most 30."""
    return min(_LONGEST_BACKOFF_S, _FIRST_BACKOFF_S * 2.0 ** max(0, failures - 1))


def _child(part: Part) -> Child:
    assert part.child is not None, f"{part.name} was not made yet"
    return part.child
