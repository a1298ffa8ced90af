"""The statements of roles, invitations and signing in by OpenID Connect; rows leave as frozen records."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from issuer_agent.records import Invitation, Membership, Person
from issuer_agent.tables import institutions, invitations, logins, memberships, people, sign_ins
from service_kit.database import insert_once


def lock_roles(connection: sa.Connection, institution: str) -> None:
    """Let nobody else change the roles of this institution until the transaction ends."""
    connection.execute(sa.select(institutions.c.slug).where(institutions.c.slug == institution).with_for_update())


def members(connection: sa.Connection, institution: str) -> list[tuple[Person, Membership]]:
    """Return who has a role at an institution, students not, by name; also roles that have ended."""
    query = sa.select(people, memberships.c.role, memberships.c.expires_at).join_from(memberships, people)
    query = query.where(memberships.c.institution == institution, memberships.c.role != "student")
    return [
        (
            Person(row["id"], row["name"], row["email"]),
            Membership(row["id"], institution, row["role"], row["expires_at"]),
        )
        for row in connection.execute(query.order_by(people.c.name, people.c.id)).mappings()
    ]


def find_membership(connection: sa.Connection, institution: str, person_id: str) -> Membership | None:
    """Return what somebody is at an institution, or None."""
    here = (memberships.c.institution == institution, memberships.c.person_id == person_id)
    row = connection.execute(sa.select(memberships).where(*here)).mappings().first()
    return Membership(**row) if row else None


def save_membership(connection: sa.Connection, membership: Membership) -> None:
    """Give somebody this role, in place of the one they had."""
    statement = insert(memberships).values(**asdict(membership))
    changes = {"role": membership.role, "expires_at": membership.expires_at}
    connection.execute(statement.on_conflict_do_update(index_elements=["person_id", "institution"], set_=changes))


def drop_membership(connection: sa.Connection, institution: str, person_id: str) -> None:
    """Take somebody's role away."""
    here = (memberships.c.institution == institution) & (memberships.c.person_id == person_id)
    connection.execute(memberships.delete().where(here))


def count_lasting_administrators(connection: sa.Connection, institution: str) -> int:
    """Return how many administrators an institution has whose role does not end by itself."""
    query = sa.select(sa.func.count()).where(
        memberships.c.institution == institution,
        memberships.c.role == "administrator",
        memberships.c.expires_at.is_(None),
    )
    return int(connection.execute(query).scalar_one())


# --- invitations ---


def add_invitation(connection: sa.Connection, invitation: Invitation) -> None:
    """Keep a new invitation."""
    connection.execute(invitations.insert().values(**asdict(invitation)))


def find_invitation(connection: sa.Connection, invitation_id: str, *, lock: bool = False) -> Invitation | None:
    """Return the invitation, or None."""
    query = sa.select(invitations).where(invitations.c.id == invitation_id)
    row = connection.execute(query.with_for_update() if lock else query).mappings().first()
    return Invitation(**row) if row else None


def save_invitation(connection: sa.Connection, invitation: Invitation) -> None:
    """Keep what became of an invitation."""
    connection.execute(invitations.update().where(invitations.c.id == invitation.id).values(**asdict(invitation)))


def open_invitations(connection: sa.Connection, institution: str, *, now: datetime) -> list[Invitation]:
    """Return the invitations that can still be accepted, newest first."""
    columns = invitations.c
    query = sa.select(invitations).where(
        columns.institution == institution,
        columns.accepted_at.is_(None),
        columns.withdrawn_at.is_(None),
        columns.expires_at > now,
    )
    return [Invitation(**row) for row in connection.execute(query.order_by(columns.created_at.desc())).mappings()]


# --- signing in ---


def add_sign_in(
    connection: sa.Connection, *, state_hash: str, nonce: str, code_verifier: str, return_to: str, expires_at: datetime
) -> None:
    """Keep a way to the provider that starts now."""
    values = {"nonce": nonce, "code_verifier": code_verifier, "return_to": return_to, "expires_at": expires_at}
    connection.execute(sign_ins.insert().values(state_hash=state_hash, **values))


def take_sign_in(connection: sa.Connection, state_hash: str, *, now: datetime) -> tuple[str, str, str] | None:
    """Use up a way: return its nonce, verifier and where it leads to; None when unknown, used or too old."""
    connection.execute(sign_ins.delete().where(sign_ins.c.expires_at <= now))
    gone = sign_ins.delete().where(sign_ins.c.state_hash == state_hash)
    row = connection.execute(gone.returning(sign_ins)).mappings().first()
    return (row["nonce"], row["code_verifier"], row["return_to"]) if row else None


def find_login(connection: sa.Connection, issuer: str, subject: str) -> Person | None:
    """Return who this is, or None."""
    query = sa.select(people).join(logins).where(logins.c.issuer == issuer, logins.c.subject == subject)
    row = connection.execute(query).mappings().first()
    return Person(**row) if row else None


def add_login(connection: sa.Connection, issuer: str, subject: str, person_id: str, *, now: datetime) -> None:
    """Remember who this is."""
    values = {"issuer": issuer, "subject": subject, "person_id": person_id, "created_at": now}
    insert_once(connection, logins, values, key=["issuer", "subject"])


def find_person_by_email(connection: sa.Connection, email: str) -> Person | None:
    """Return who has this address, or None."""
    row = connection.execute(sa.select(people).where(people.c.email == email)).mappings().first()
    return Person(**row) if row else None
