"""What issuing reads of awards, their pinned versions and institutions."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from issuer_agent import store
from issuer_agent.credentials import AwardFacts, PartFacts
from issuer_agent.records import Award, BadgeClassVersion, Institution
from issuer_agent.stacks import standing
from issuer_agent.store_stacks import held_parts
from issuer_agent.tables import awards, badge_class_versions, badge_classes, institutions
from service_kit.problems import NotFound


def read_facts(connection: sa.Connection, award_ids: Sequence[str], *, lock: bool = False) -> list[AwardFacts]:
    """Return the facts of these awards, in their order.

    With `lock` nobody else changes or issues them until the transaction ends.

    Raises:
        NotFound: one of them is not there.
    """
    query = sa.select(awards).where(awards.c.id.in_(list(award_ids))).order_by(awards.c.id)
    if lock:
        query = query.with_for_update(key_share=True)
    found = {row["id"]: Award(**row) for row in connection.execute(query).mappings()}
    if any(award_id not in found for award_id in award_ids):
        raise NotFound("This award does not exist.")
    versions = _versions(connection, {(item.badge_class_id, item.version) for item in found.values()})
    owners = _institutions(connection, {item.institution for item in found.values()})
    facts = []
    for award_id in award_ids:
        award = found[award_id]
        version = versions[award.badge_class_id, award.version]
        facts.append(AwardFacts(award, version, owners[award.institution], _parts(connection, award, version)))
    return facts


def _parts(connection: sa.Connection, award: Award, version: BadgeClassVersion) -> tuple[PartFacts, ...]:
    """Return the parts that a composed badge was awarded for, as they were at that moment."""
    stack = version.content.stack
    if stack is None:
        return ()
    email = award.recipient_email
    held = held_parts(connection, stack, now=award.awarded_at, emails=[email]).get(email, [])
    before = [part for part in held if part.awarded_at <= award.awarded_at]
    owners = _institutions(connection, {part.institution for part in before})
    return tuple(PartFacts(part, owners[part.institution]) for part in standing(stack, before).held)


def list_configurations(connection: sa.Connection, institution: str) -> list[BadgeClassVersion]:
    """Return every version of an institution's badge classes that a credential can be of, newest first."""
    query = (
        sa.select(badge_class_versions, badge_classes.c.institution)
        .join(badge_classes)
        .where(badge_classes.c.institution == institution)
        .order_by(badge_class_versions.c.published_at.desc(), badge_class_versions.c.badge_class_id)
    )
    return [store.version_of(row) for row in connection.execute(query).mappings()]


def _versions(connection: sa.Connection, keys: set[tuple[str, int]]) -> dict[tuple[str, int], BadgeClassVersion]:
    columns = sa.tuple_(badge_class_versions.c.badge_class_id, badge_class_versions.c.version)
    query = sa.select(badge_class_versions, badge_classes.c.institution).join(badge_classes).where(columns.in_(keys))
    found = [store.version_of(row) for row in connection.execute(query).mappings()]
    return {(item.badge_class_id, item.version): item for item in found}


def _institutions(connection: sa.Connection, slugs: set[str]) -> dict[str, Institution]:
    query = sa.select(institutions).where(institutions.c.slug.in_(slugs))
    return {row["slug"]: Institution(**row) for row in connection.execute(query).mappings()}
