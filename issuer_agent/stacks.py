"""Composed badges: which parts somebody has of one, and whether that is enough. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from issuer_agent.records import Stack, Text
from service_kit.problems import RuleRefused


@dataclass(frozen=True, slots=True)
class HeldPart:
    """A badge that somebody has and that counts towards a composed one, in the version it was awarded in."""

    email: str
    name: str
    badge_class_id: str
    award_id: str
    institution: str
    title: Text
    ects: float | None
    eqf: int | None
    awarded_at: datetime
    credential_id: str | None = None
    """Known once it has a credential."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far somebody is with a composed badge."""

    held: tuple[HeldPart, ...]
    """The parts that count, one of each badge class, the newest."""
    mandatory_missing: tuple[str, ...]
    count: int
    count_needed: int
    ects: float
    ects_needed: float

    @property
    def complete(self) -> bool:
        """Say whether the composed badge may be awarded."""
        return not self.mandatory_missing and self.count >= self.count_needed and self.ects >= self.ects_needed

    @property
    def share(self) -> float:
        """Return how far this is, from 0 to 1, for a picture."""
        shares = [min(1.0, self.count / self.count_needed)] if self.count_needed else []
        shares += [min(1.0, self.ects / self.ects_needed)] if self.ects_needed else []
        whole = min(shares, default=1.0)
        return (
            whole if not self.mandatory_missing else min(whole, self.count / (self.count + len(self.mandatory_missing)))
        )


def standing(stack: Stack, parts: Iterable[HeldPart]) -> Standing:
    """Return how far somebody is, given the valid badges they have of its parts."""
    wanted = {part.badge_class_id for part in stack.parts}
    newest: dict[str, HeldPart] = {}
    for part in sorted(parts, key=lambda item: item.awarded_at):
        high_enough = stack.level_at_least is None or (part.eqf or 0) >= stack.level_at_least
        if part.badge_class_id in wanted and high_enough:
            newest[part.badge_class_id] = part
    held = tuple(newest[part.badge_class_id] for part in stack.parts if part.badge_class_id in newest)
    by_count = stack.at_least is None and stack.ects_at_least is None
    return Standing(
        held=held,
        mandatory_missing=tuple(
            part.badge_class_id for part in stack.parts if part.mandatory and part.badge_class_id not in newest
        ),
        count=len(held),
        count_needed=len(stack.parts) if by_count else stack.at_least or 0,
        ects=sum(part.ects or 0 for part in held),
        ects_needed=stack.ects_at_least or 0,
    )


def require_parts(stack: Stack | None, parts: Sequence[HeldPart]) -> None:
    """Return when somebody has the parts that a composed badge asks for, or it asks for none. Raises RuleRefused."""
    if stack is not None and not standing(stack, parts).complete:
        raise RuleRefused("Parts of this badge are still missing.", code="parts-missing")
