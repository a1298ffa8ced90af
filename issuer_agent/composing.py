"""Composed badges for people: how far a student is, and whom an institution may award one.

What somebody has of another institution is theirs to tell: it is shown to themselves, and to staff only once they ask
for the composed badge. Staff is told by itself only of students who have every part from their own institution.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from issuer_agent import store_batches, store_stacks
from issuer_agent.records import BadgeClassVersion, Person
from issuer_agent.stacks import HeldPart, Standing, standing
from service_kit.database import begin


@dataclass(frozen=True, slots=True)
class Proposal:
    """Somebody who has all parts of a composed badge and not the badge."""

    version: BadgeClassVersion
    email: str
    name: str


@dataclass(frozen=True, slots=True)
class Composing:
    """The use cases of composed badges."""

    engine: sa.Engine

    def standing_of(self, version: BadgeClassVersion, person: Person, *, now: datetime) -> Standing | None:
        """Return how far somebody is with a badge; None when it is not composed of others."""
        stack = version.content.stack
        if stack is None:
            return None
        with begin(self.engine) as connection:
            held = store_stacks.held_parts(connection, stack, now=now, emails=[person.email])
        return standing(stack, held.get(person.email, []))

    def of_person(self, person: Person, *, now: datetime) -> list[tuple[BadgeClassVersion, Standing]]:
        """Return the composed badges that somebody has begun and does not have yet, the furthest first."""
        begun = []
        with begin(self.engine) as connection:
            for version in store_stacks.composed_classes(connection):
                stack = version.content.stack
                assert stack is not None
                parts = store_stacks.held_parts(connection, stack, now=now, emails=[person.email])
                found = standing(stack, parts.get(person.email, []))
                if found.count and not self._holders(connection, version, [person.email], now):
                    begun.append((version, found))
        return sorted(begun, key=lambda item: -item[1].share)

    def proposals(self, institution: str, *, now: datetime) -> list[Proposal]:
        """Return who has all parts of a composed badge, all of this institution, and neither has nor asked for it."""
        found = []
        with begin(self.engine) as connection:
            for version in store_stacks.composed_classes(connection):
                if version.institution != institution:
                    continue
                complete = self._complete(connection, version, now)
                taken = {*self._holders(connection, version, list(complete), now)}
                taken |= set(store_batches.open_requests(connection, version.badge_class_id, list(complete)))
                found += [
                    Proposal(version, email, parts[0].name) for email, parts in complete.items() if email not in taken
                ]
        return found

    def _complete(
        self, connection: sa.Connection, version: BadgeClassVersion, now: datetime
    ) -> dict[str, tuple[HeldPart, ...]]:
        stack = version.content.stack
        assert stack is not None
        held = store_stacks.held_parts(connection, stack, now=now)
        own = {
            email: [part for part in parts if part.institution == version.institution] for email, parts in held.items()
        }
        found = {email: standing(stack, parts) for email, parts in own.items()}
        return {email: item.held for email, item in found.items() if item.complete}

    def _holders(
        self, connection: sa.Connection, version: BadgeClassVersion, emails: list[str], now: datetime
    ) -> dict[str, str]:
        return store_batches.find_holders(connection, version.badge_class_id, emails, now=now)
