"""The statements of people, their roles and sessions, and of API keys; rows leave as frozen records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

import sqlalchemy as sa

from issuer_agent.records import Membership, Person
from issuer_agent.tables import api_keys, memberships, people, sessions
from service_kit.database import insert_once


def add_person(connection: sa.Connection, person: Person, held: Sequence[Membership]) -> None:
    """Add a person with their roles; what is there already stays. Addresses are compared in small letters."""
    insert_once(connection, people, {**asdict(person), "email": person.email.strip().lower()}, key=["id"])
    for membership in held:
        insert_once(connection, memberships, asdict(membership), key=["person_id", "institution"])


def find_person(connection: sa.Connection, person_id: str) -> Person | None:
    """Return the person, or None."""
    row = connection.execute(sa.select(people).where(people.c.id == person_id)).mappings().first()
    return Person(**row) if row else None


def list_people(connection: sa.Connection) -> list[tuple[Person, list[Membership]]]:
    """Return everybody with their roles, by name; for signing in as a sample person."""
    held: dict[str, list[Membership]] = {}
    for row in connection.execute(sa.select(memberships)).mappings():
        held.setdefault(row["person_id"], []).append(Membership(**row))
    found = connection.execute(sa.select(people).order_by(people.c.name)).mappings()
    return [(Person(**row), held.get(row["id"], [])) for row in found]


def memberships_of(connection: sa.Connection, person_id: str) -> list[Membership]:
    """Return the roles somebody has now; those that have ended are not among them."""
    lasts = sa.or_(memberships.c.expires_at.is_(None), memberships.c.expires_at > sa.func.now())
    query = sa.select(memberships).where(memberships.c.person_id == person_id, lasts)
    return [Membership(**row) for row in connection.execute(query).mappings()]


def add_session(
    connection: sa.Connection, token_hash: str, person_id: str, *, now: datetime, expires_at: datetime
) -> None:
    """Keep a session."""
    values = {"token_hash": token_hash, "person_id": person_id, "expires_at": expires_at, "signed_in_at": now}
    connection.execute(sessions.insert().values(values))


def find_session_person(connection: sa.Connection, token_hash: str, *, now: datetime) -> tuple[Person, datetime] | None:
    """Return who this session belongs to and when they signed in, or None when it is unknown or over."""
    query = sa.select(people, sessions.c.signed_in_at).join(sessions)
    query = query.where(sessions.c.token_hash == token_hash, sessions.c.expires_at > now)
    row = connection.execute(query).mappings().first()
    return (Person(row["id"], row["name"], row["email"]), row["signed_in_at"]) if row else None


def end_session(connection: sa.Connection, token_hash: str) -> None:
    """Forget a session."""
    connection.execute(sessions.delete().where(sessions.c.token_hash == token_hash))


def add_api_key(connection: sa.Connection, key_hash: str, *, institution: str | None, name: str, now: datetime) -> None:
    """Keep an API key's hash; `institution` None may act for all."""
    values = {"key_hash": key_hash, "institution": institution, "name": name, "created_at": now}
    insert_once(connection, api_keys, values, key=["key_hash"])


def find_api_key(connection: sa.Connection, key_hash: str) -> tuple[str | None, str] | None:
    """Return the institution and the name of a key, or None."""
    row = connection.execute(sa.select(api_keys).where(api_keys.c.key_hash == key_hash)).mappings().first()
    return (row["institution"], row["name"]) if row else None
