"""What the outbox and the store say to each other."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Claim:
    """One piece of work that this process has for a while."""

    kind: str
    subject: str
    generation: int
    attempts: int
