"""How much work a piece of code does, counted so that the answer is the same on every machine, busy or idle.

Seconds are for `make bench`. What a test may insist on is the number of calls that were made and the memory that
was held: on the machine in docs/performance.md a million calls take about a tenth of a second.
"""

from __future__ import annotations

import sys
import tracemalloc
from collections.abc import Callable
from types import FrameType
from typing import NamedTuple


class Effort(NamedTuple):
    """Calls of Python and C functions, and the most bytes held at one moment."""

    calls: int
    peak_bytes: int


def effort_of(work: Callable[[], object]) -> Effort:
    """Do `work` twice and return its effort; whatever it raises, it raises here."""
    calls = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal calls
        if event in {"call", "c_call"}:
            calls += 1

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
    tracemalloc.start()
    try:
        work()
        return Effort(calls, tracemalloc.get_traced_memory()[1])
    finally:
        tracemalloc.stop()
