"""Figures as people read them, and the machine they were found on."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from pathlib import Path

CHANCE = 0.15
"""A spread beyond this says that something else was busy: measure again before leaning on it."""
_GIB = 2**30
_PRECISE_BELOW = 10


def micro(seconds: float) -> str:
    """Return microseconds."""
    return f"{seconds * 1e6:,.1f}" if seconds < 1e-3 else f"{seconds * 1e6:,.0f}"


def rate(seconds: float) -> str:
    """Return how many a second, to three digits."""
    found = 1 / seconds
    digits = max(0, len(str(int(found))) - 3)
    return f"{round(found, -digits):,.0f}"


def times(ratio: float | None) -> str:
    """Return a ratio; a dash when there is none."""
    if ratio is None:
        return "–"
    return f"{ratio:.2f} ×" if ratio < _PRECISE_BELOW else f"{ratio:,.0f} ×"


def versions_in_a_line(versions: Mapping[str, str]) -> str:
    """Return name and version of each."""
    return ", ".join(f"{name} {version}" for name, version in versions.items())


def machine() -> str:
    """Return a line about the machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / _GIB
    return (
        f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}"
    )


def _processor() -> str:
    about = Path("/proc/cpuinfo")
    lines = about.read_text().splitlines() if about.exists() else []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.machine()
