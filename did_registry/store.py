"""Every statement of the registry; rows leave as frozen records."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on, insert

from did_registry.records import DidDocumentVersion, Participant, StatusListVersion
from did_registry.tables import did_documents, participants, status_lists
from service_kit.database import insert_once


def add_participant(connection: sa.Connection, participant: Participant) -> bool:
    """Add a participant; say whether it is new."""
    values = {column.name: getattr(participant, column.name) for column in participants.columns}
    return insert_once(connection, participants, values, key=["slug"])


def find_participant(connection: sa.Connection, slug: str) -> Participant | None:
    """Return the participant, or None."""
    row = connection.execute(sa.select(participants).where(participants.c.slug == slug)).mappings().first()
    return Participant(**row) if row else None


def find_participant_by_did(connection: sa.Connection, did: str) -> Participant | None:
    """Return the participant with this identifier, or None."""
    row = connection.execute(sa.select(participants).where(participants.c.did == did)).mappings().first()
    return Participant(**row) if row else None


def list_participants(connection: sa.Connection, *, search: str = "") -> list[Participant]:
    """Return all participants by Dutch name; those whose name holds `search` when it is given."""
    query = sa.select(participants).order_by(participants.c.name_nl)
    if search:
        needle = f"%{search.lower().replace('%', '').replace('_', ' ')}%"
        text = sa.func.lower(participants.c.name_nl + " " + participants.c.name_en + " " + participants.c.slug)
        query = query.where(text.like(needle))
    return [Participant(**row) for row in connection.execute(query).mappings()]


def newest_did_document(connection: sa.Connection, slug: str) -> DidDocumentVersion | None:
    """Return the version in force, or None when nothing was published."""
    query = (
        sa.select(did_documents).where(did_documents.c.slug == slug).order_by(did_documents.c.version.desc()).limit(1)
    )
    return _document(connection.execute(query).mappings().first())


def did_document_versions(connection: sa.Connection, slug: str) -> list[DidDocumentVersion]:
    """Return every version, newest first."""
    query = sa.select(did_documents).where(did_documents.c.slug == slug).order_by(did_documents.c.version.desc())
    return [DidDocumentVersion(**row) for row in connection.execute(query).mappings()]


def append_did_document(connection: sa.Connection, version: DidDocumentVersion) -> bool:
    """Append a version; False when another process appended one with the same number first."""
    values = {column.name: getattr(version, column.name) for column in did_documents.columns}
    return insert_once(connection, did_documents, values, key=["slug", "version"])


def newest_did_documents(connection: sa.Connection) -> list[DidDocumentVersion]:
    """Return the version in force of every participant."""
    query = (
        sa.select(did_documents)
        .ext(distinct_on(did_documents.c.slug))
        .order_by(did_documents.c.slug, did_documents.c.version.desc())
    )
    return [DidDocumentVersion(**row) for row in connection.execute(query).mappings()]


def put_status_list(connection: sa.Connection, published: StatusListVersion) -> None:
    """Keep this list in place of the one before it."""
    values = {column.name: getattr(published, column.name) for column in status_lists.columns}
    fresh = {name: values[name] for name in ("credential", "digest", "published_at")}
    statement = insert(status_lists).values(**values)
    connection.execute(statement.on_conflict_do_update(index_elements=["slug", "number"], set_=fresh))


def find_status_list(connection: sa.Connection, slug: str, number: int) -> StatusListVersion | None:
    """Return the list, or None."""
    here = (status_lists.c.slug == slug) & (status_lists.c.number == number)
    row = connection.execute(sa.select(status_lists).where(here)).mappings().first()
    return StatusListVersion(**row) if row else None


def list_status_lists(connection: sa.Connection) -> list[StatusListVersion]:
    """Return every list in force."""
    query = sa.select(status_lists).order_by(status_lists.c.slug, status_lists.c.number)
    return [StatusListVersion(**row) for row in connection.execute(query).mappings()]


def _document(row: sa.RowMapping | dict[str, Any] | None) -> DidDocumentVersion | None:
    return DidDocumentVersion(**row) if row else None
