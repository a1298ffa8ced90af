"""The statements of composed badges: who holds which parts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from issuer_agent import store
from issuer_agent.records import BadgeClassVersion, Stack
from issuer_agent.stacks import HeldPart
from issuer_agent.tables import awards, badge_class_versions, badge_classes
from issuer_agent.tables_issuing import credentials


def held_parts(
    connection: sa.Connection, stack: Stack, *, now: datetime, emails: Iterable[str] | None = None
) -> dict[str, list[HeldPart]]:
    """Return the valid badges of the parts of a composed one, by the address of who has them; of all, or of some."""
    columns, content = awards.c, badge_class_versions.c.content
    query = (
        sa.select(
            columns.recipient_email.label("email"),
            columns.recipient_name.label("name"),
            columns.badge_class_id,
            columns.id.label("award_id"),
            columns.institution,
            content["title"].label("title"),
            sa.cast(content["ects"].astext, sa.Float).label("ects"),
            sa.cast(content["eqf"].astext, sa.Integer).label("eqf"),
            columns.awarded_at,
            credentials.c.credential_id,
        )
        .join_from(
            awards,
            badge_class_versions,
            sa.and_(
                badge_class_versions.c.badge_class_id == columns.badge_class_id,
                badge_class_versions.c.version == columns.version,
            ),
        )
        .outerjoin(credentials, credentials.c.award_id == columns.id)
        .where(
            columns.badge_class_id.in_([part.badge_class_id for part in stack.parts]),
            columns.revoked_at.is_(None),
            columns.suspended_at.is_(None),
            sa.or_(columns.expires_at.is_(None), columns.expires_at > now),
        )
    )
    if emails is not None:
        query = query.where(columns.recipient_email == sa.any_(sa.cast(list(emails), ARRAY(sa.Text))))
    found: dict[str, list[HeldPart]] = {}
    for row in connection.execute(query).mappings():
        part = HeldPart(**{**row, "title": store.text_of(row["title"])})
        found.setdefault(part.email, []).append(part)
    return found


def composed_classes(connection: sa.Connection) -> list[BadgeClassVersion]:
    """Return the current versions of the active badge classes that are composed of others."""
    query = sa.select(badge_class_versions, badge_classes.c.institution).join(badge_classes)
    query = query.where(
        badge_class_versions.c.version == badge_classes.c.current_version,
        badge_classes.c.state == "active",
        badge_class_versions.c.content["stack"]["parts"].is_not(None),
        sa.func.jsonb_typeof(badge_class_versions.c.content["stack"]) == "object",
    )
    return [store.version_of(row) for row in connection.execute(query).mappings()]


def known_classes(connection: sa.Connection, ids: Iterable[str]) -> set[str]:
    """Return which of these badge classes exist and are published."""
    wanted = sa.select(badge_classes.c.id).where(
        badge_classes.c.id.in_(list(ids)), badge_classes.c.current_version.is_not(None)
    )
    return set(connection.execute(wanted).scalars())
