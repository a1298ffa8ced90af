"""What is fuzzed: a parser, what it is fed to begin with, and how that is changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.fuzz.mutators import Mutator


@dataclass(frozen=True, slots=True)
class Target:
    """One parser."""

    name: str
    run: Callable[[bytes], object]
    """Raises an `EdubadgesError` for bad input; anything else is a finding."""
    seeds: tuple[bytes, ...]
    mutators: tuple[Mutator, ...]
    max_calls: int = 100_000
    max_bytes: int = 4_000_000
