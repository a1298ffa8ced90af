"""Every statement about changes of keys, and what they touch."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from issuer_agent.records import KeyChange
from issuer_agent.tables import key_changes
from issuer_agent.tables_issuing import credentials, status_lists


def add_key_change(connection: sa.Connection, change: KeyChange) -> bool:
    """Begin a change; False when another is under way."""
    statement = insert(key_changes).values(**asdict(change)).on_conflict_do_nothing()
    return connection.execute(statement.returning(sa.literal(1))).first() is not None


def save_key_change(connection: sa.Connection, change: KeyChange) -> None:
    """Keep how far a change is."""
    connection.execute(key_changes.update().where(key_changes.c.id == change.id).values(**asdict(change)))


def key_changes_of(connection: sa.Connection, institution: str) -> list[KeyChange]:
    """Return the changes of an institution, oldest first."""
    query = sa.select(key_changes).where(key_changes.c.institution == institution).order_by(key_changes.c.started_at)
    return [KeyChange(**row) for row in connection.execute(query).mappings()]


def renew_status_lists(connection: sa.Connection, institution: str) -> list[str]:
    """Ask for every status list to be signed and published again; return their names in the outbox."""
    statement = (
        sa.update(status_lists)
        .where(status_lists.c.institution == institution)
        .values(version=status_lists.c.version + 1)
        .returning(status_lists.c.number)
    )
    return [f"{institution}/{number}" for number in connection.execute(statement).scalars()]


def unpublished_status_lists(connection: sa.Connection, institution: str) -> int:
    """Return how many status lists the registry does not have as they are now."""
    lists = status_lists.c
    query = sa.select(sa.func.count()).where(lists.institution == institution, lists.published_version < lists.version)
    return int(connection.execute(query).scalar_one())


def count_signed(connection: sa.Connection, institution: str, since: datetime | None, until: datetime) -> int:
    """Return how many badges were signed in a period; its end is not part of it."""
    query = sa.select(sa.func.count()).where(*_signed(institution, since, until))
    return int(connection.execute(query).scalar_one())


def awards_signed(
    connection: sa.Connection, institution: str, since: datetime, until: datetime, *, limit: int
) -> list[str]:
    """Return the awards whose badges were signed in a period, newest first."""
    query = sa.select(credentials.c.award_id).where(*_signed(institution, since, until))
    return list(connection.execute(query.order_by(credentials.c.created_at.desc()).limit(limit)).scalars())


def _signed(institution: str, since: datetime | None, until: datetime) -> list[sa.ColumnElement[bool]]:
    columns = credentials.c
    conditions = [columns.institution == institution, columns.signed_at.is_not(None), columns.created_at < until]
    return conditions if since is None else [*conditions, columns.created_at >= since]
