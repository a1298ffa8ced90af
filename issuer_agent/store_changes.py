"""Every statement about what became of awards: put on hold, given back, revoked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime

import sqlalchemy as sa

from issuer_agent.records import StatusChange
from issuer_agent.tables import awards, status_changes


def add_change(connection: sa.Connection, change: StatusChange) -> None:
    """Append a change."""
    connection.execute(sa.insert(status_changes).values(**asdict(change)))


def changes_of(connection: sa.Connection, award_ids: Iterable[str]) -> dict[str, list[StatusChange]]:
    """Return the changes of these awards in their order, by award."""
    columns = [column for column in status_changes.columns if column.name != "number"]
    query = sa.select(*columns).where(status_changes.c.award_id.in_(list(award_ids))).order_by(status_changes.c.number)
    found: dict[str, list[StatusChange]] = {}
    for row in connection.execute(query).mappings():
        found.setdefault(row["award_id"], []).append(StatusChange(**row))
    return found


def set_suspended(connection: sa.Connection, award_id: str, since: datetime | None) -> bool:
    """Put an award on hold, or give it back; False when it was so already, or is revoked."""
    columns = awards.c
    other = columns.suspended_at.is_(None) if since is not None else columns.suspended_at.is_not(None)
    here = (columns.id == award_id) & columns.revoked_at.is_(None) & other
    statement = awards.update().where(here).values(suspended_at=since).returning(sa.literal(1))
    return connection.execute(statement).first() is not None
