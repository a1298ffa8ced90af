"""The use cases of badge classes, requests and awards on one database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from issuer_agent import store, store_people
from issuer_agent.achievements import Achievements
from issuer_agent.audit_trail import Actor
from issuer_agent.awards import Awards
from issuer_agent.records import BadgeClass, BadgeClassContent, BadgeClassVersion, Institution, Membership, Person
from issuer_agent.requests import Requests
from service_kit.database import begin, create_engine, run_migrations
from tests.conftest import NOW
from tests.unit.issuer_agent.test_badge_class_rules import MICRO

STAFF = Actor("person:daan")
ZZU = Institution("zzu", "Zuiderzee Universiteit", "Zuiderzee University", "wo", "NL", None, "99WO", NOW)
NOOR = Person("noor", "Noor de Vries", "noor@student.zzu.example")
SEM = Person("sem", "Sem Bakker", "sem@student.zzu.example")


@dataclass(frozen=True)
class Spine:
    engine: sa.Engine
    achievements: Achievements
    requests: Requests
    awards: Awards

    def published(
        self, content: BadgeClassContent = MICRO, *, now: datetime = NOW, **changes: object
    ) -> tuple[BadgeClass, BadgeClassVersion]:
        """Make and publish a badge class."""
        whole = replace(content, **changes)  # type: ignore[arg-type]
        version = self.achievements.create_active(ZZU, whole, actor=STAFF, now=now)
        return self.achievements.get(version.badge_class_id), version


@contextmanager
def spine_on(database: str) -> Iterator[Spine]:
    """Prepare a fresh database with one institution and two of its students."""
    engine = create_engine(database, pool_size=20)
    run_migrations("issuer_agent", engine)
    with begin(engine) as connection:
        store.add_institution(connection, ZZU)
        for person in (NOOR, SEM):
            store_people.add_person(connection, person, [Membership(person.id, ZZU.slug, "student")])
    yield Spine(engine, Achievements(engine), Requests(engine), Awards(engine))
    engine.dispose()
