"""Which branches an input reached for the first time, by `sys.monitoring`.

A branch is switched off once both its ways were taken, so watching costs next to nothing after a while.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType

ROOT = Path(__file__).parents[2]
WATCHED = (str(ROOT / "vc_core"), str(ROOT / "verifier"), str(ROOT / "issuer_agent" / "csv_rows.py"))
_TOOL = 4  # free: 0 is for debuggers, 1 for coverage, 2 for profilers, 5 for optimisers
_EVENTS = sys.monitoring.events


class Branches:
    """What was reached so far in the watched folders."""

    def __init__(self, watched: tuple[str, ...] = WATCHED) -> None:
        self._watched = watched
        self._reached: set[tuple[CodeType, int, int]] = set()
        self._ways: dict[tuple[CodeType, int], int] = {}

    def __len__(self) -> int:
        return len(self._reached)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch everything that runs inside."""
        monitoring = sys.monitoring
        monitoring.use_tool_id(_TOOL, "edubadges-fuzz")
        monitoring.register_callback(_TOOL, _EVENTS.BRANCH, self._branch)
        monitoring.register_callback(_TOOL, _EVENTS.PY_START, self._start)
        monitoring.set_events(_TOOL, _EVENTS.BRANCH | _EVENTS.PY_START)
        monitoring.restart_events()
        try:
            yield
        finally:
            monitoring.set_events(_TOOL, _EVENTS.NO_EVENTS)
            monitoring.free_tool_id(_TOOL)

    def _start(self, code: CodeType, offset: int) -> object:
        if code.co_filename.startswith(self._watched):
            self._reached.add((code, offset, -1))
        return sys.monitoring.DISABLE

    def _branch(self, code: CodeType, offset: int, destination: int) -> object:
        if not code.co_filename.startswith(self._watched):
            return sys.monitoring.DISABLE
        way = (code, offset, destination)
        if way not in self._reached:
            self._reached.add(way)
            self._ways[code, offset] = self._ways.get((code, offset), 0) + 1
        return sys.monitoring.DISABLE if self._ways[code, offset] >= 2 else None
