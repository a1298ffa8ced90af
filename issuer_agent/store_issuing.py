"""Every statement of issuing; rows leave as frozen records. Offers and tokens are in `store_offers`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, insert

from issuer_agent.outbox_records import Claim
from issuer_agent.tables_issuing import access_tokens, credentials, outbox, status_entries, status_lists, used_nonces
from service_kit.database import insert_once
from vc_core.json_text import JsonObject


@dataclass(frozen=True, slots=True)
class CredentialRecord:
    """The one credential of an award."""

    award_id: str
    credential_id: str
    institution: str
    holder_did: str | None
    created_at: datetime
    status_number: int
    status_index: int
    document: JsonObject | None
    suspension_number: int | None = None
    suspension_index: int | None = None
    sha256: str | None = None
    signed_at: datetime | None = None
    revoked_at: datetime | None = None
    wallet_event: str | None = None


@dataclass(frozen=True, slots=True)
class StatusListRecord:
    """One list of an institution."""

    institution: str
    number: int
    purpose: str
    length: int
    version: int
    published_version: int
    published_at: datetime | None
    created_at: datetime


# credentials


def add_credentials(connection: sa.Connection, records: Sequence[CredentialRecord]) -> None:
    """Keep these new credentials; the caller holds the awards."""
    if records:
        columns = [column.name for column in credentials.columns]
        connection.execute(
            sa.insert(credentials), [{name: getattr(record, name) for name in columns} for record in records]
        )


def change_holders(connection: sa.Connection, records: Sequence[CredentialRecord]) -> None:
    """Give credentials that were never signed another holder, and the moment and document that go with it."""
    if not records:
        return
    names = ("award_id", "holder_did", "created_at", "document")
    statement = (
        sa.update(credentials)
        .where(credentials.c.award_id == sa.bindparam("b_award_id"), credentials.c.signed_at.is_(None))
        .values({name: sa.bindparam(f"b_{name}") for name in names[1:]})
    )
    connection.execute(statement, [{f"b_{name}": getattr(record, name) for name in names} for record in records])


def change_moment(connection: sa.Connection, record: CredentialRecord) -> None:
    """Give a credential another moment of signing, and the document that goes with it."""
    connection.execute(
        sa.update(credentials)
        .where(credentials.c.award_id == record.award_id)
        .values(created_at=record.created_at, document=record.document)
    )


def find_credentials(connection: sa.Connection, award_ids: Iterable[str]) -> dict[str, CredentialRecord]:
    """Return the credentials of these awards, by award."""
    query = sa.select(credentials).where(credentials.c.award_id.in_(list(award_ids)))
    return {row["award_id"]: CredentialRecord(**row) for row in connection.execute(query).mappings()}


def find_credential(connection: sa.Connection, award_id: str) -> CredentialRecord | None:
    """Return the credential of an award, or None."""
    return find_credentials(connection, [award_id]).get(award_id)


def find_credential_by_id(connection: sa.Connection, institution: str, credential_id: str) -> CredentialRecord | None:
    """Return the signed credential of an institution with this identifier, or None."""
    columns = credentials.c
    here = (columns.credential_id == credential_id, columns.institution == institution, columns.signed_at.is_not(None))
    row = connection.execute(sa.select(credentials).where(*here)).mappings().first()
    return CredentialRecord(**row) if row else None


def record_signature(
    connection: sa.Connection,
    record: CredentialRecord,
    *,
    sha256: str,
    signed_at: datetime,
) -> bool:
    """Record that a credential was signed for its holder; False when another holder got it."""
    values: dict[str, Any] = {"sha256": sha256, "signed_at": sa.func.coalesce(credentials.c.signed_at, signed_at)}
    statement = (
        sa.update(credentials)
        .where(
            credentials.c.award_id == record.award_id,
            credentials.c.holder_did.is_not_distinct_from(record.holder_did),
            credentials.c.revoked_at.is_(None),
        )
        .values(**values)
    )
    return connection.execute(statement).rowcount == 1


def record_files(
    connection: sa.Connection, signed: Sequence[tuple[CredentialRecord, str, JsonObject]], *, signed_at: datetime
) -> None:
    """Keep signed files, each with its SHA-256; one that was revoked meanwhile, or went to a holder, is left alone."""
    statement = (
        sa.update(credentials)
        .where(
            credentials.c.award_id == sa.bindparam("b_award_id"),
            credentials.c.holder_did.is_(None),
            credentials.c.revoked_at.is_(None),
        )
        .values(
            sha256=sa.bindparam("b_sha256"),
            document=sa.bindparam("b_document"),
            signed_at=sa.func.coalesce(credentials.c.signed_at, signed_at),
        )
    )
    connection.execute(
        statement,
        [
            {"b_award_id": record.award_id, "b_sha256": sha256, "b_document": document}
            for record, sha256, document in signed
        ],
    )


def set_wallet_event(connection: sa.Connection, award_id: str, event: str) -> None:
    """Keep what the wallet told."""
    connection.execute(sa.update(credentials).where(credentials.c.award_id == award_id).values(wallet_event=event))


def revoke_credential(connection: sa.Connection, award_id: str, *, at: datetime) -> CredentialRecord | None:
    """Set the bit of an award's credential; None when it has none or it was revoked before."""
    statement = (
        sa.update(credentials)
        .where(credentials.c.award_id == award_id, credentials.c.revoked_at.is_(None))
        .values(revoked_at=at)
        .returning(credentials)
    )
    row = connection.execute(statement).mappings().first()
    if row is None:
        return None
    record = CredentialRecord(**row)
    _set_entry(connection, record.institution, record.status_number, record.status_index, at)
    return record


def set_suspension(connection: sa.Connection, record: CredentialRecord, *, at: datetime | None) -> None:
    """Set or clear the second bit of a credential that has one; both its lists are then to be published again."""
    assert record.suspension_number is not None
    assert record.suspension_index is not None
    _set_entry(connection, record.institution, record.suspension_number, record.suspension_index, at)
    _renew_list(connection, record.institution, record.status_number)


def _set_entry(connection: sa.Connection, institution: str, number: int, index: int, at: datetime | None) -> None:
    entry = status_entries.c
    place = (entry.institution == institution, entry.number == number, entry.index == index)
    connection.execute(sa.update(status_entries).where(*place).values(set_at=at))
    _renew_list(connection, institution, number)


def _renew_list(connection: sa.Connection, institution: str, number: int) -> None:
    lists = status_lists.c
    here = (lists.institution == institution, lists.number == number)
    connection.execute(sa.update(status_lists).where(*here).values(version=lists.version + 1))


# status lists


def find_status_lists(connection: sa.Connection, institution: str, purpose: str) -> list[StatusListRecord]:
    """Return the lists of an institution for a purpose, newest first."""
    query = (
        sa.select(status_lists)
        .where(status_lists.c.institution == institution, status_lists.c.purpose == purpose)
        .order_by(status_lists.c.number.desc())
    )
    return [StatusListRecord(**row) for row in connection.execute(query).mappings()]


def lock_status_lists(connection: sa.Connection, institution: str) -> None:
    """Let one process at a time open a list for this institution, until the transaction ends."""
    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext("status-lists/" + institution))))


def find_status_list(connection: sa.Connection, institution: str, number: int) -> StatusListRecord | None:
    """Return one list, or None."""
    query = sa.select(status_lists).where(status_lists.c.institution == institution, status_lists.c.number == number)
    row = connection.execute(query).mappings().first()
    return StatusListRecord(**row) if row else None


def add_status_list(connection: sa.Connection, record: StatusListRecord) -> bool:
    """Add a list unless another process added one with that number; say whether it was added."""
    values = {column.name: getattr(record, column.name) for column in status_lists.columns}
    return insert_once(connection, status_lists, values, key=["institution", "number"])


def claim_status_entries(connection: sa.Connection, institution: str, number: int, indexes: Iterable[int]) -> list[int]:
    """Take these places in a list; return those that were free."""
    wanted = sa.func.unnest(sa.cast(list(indexes), ARRAY(sa.Integer)))
    rows = sa.select(sa.literal(institution), sa.literal(number), wanted)
    statement = insert(status_entries).from_select(["institution", "number", "index"], rows).on_conflict_do_nothing()
    return list(connection.execute(statement.returning(status_entries.c.index)).scalars())


def count_status_entries(connection: sa.Connection, institution: str, number: int) -> int:
    """Return how many places of a list are given out."""
    query = sa.select(sa.func.count()).where(
        status_entries.c.institution == institution, status_entries.c.number == number
    )
    return int(connection.execute(query).scalar_one())


def set_indexes(connection: sa.Connection, institution: str, number: int) -> list[int]:
    """Return the places of a list that are set."""
    query = sa.select(status_entries.c.index).where(
        status_entries.c.institution == institution,
        status_entries.c.number == number,
        status_entries.c.set_at.is_not(None),
    )
    return list(connection.execute(query).scalars())


def suspended_indexes(connection: sa.Connection, institution: str, number: int) -> list[int]:
    """Return the places in a revocation list of the badges that are on hold."""
    second = status_entries.alias()
    columns = credentials.c
    query = (
        sa.select(columns.status_index)
        .join(
            second,
            (second.c.institution == columns.institution)
            & (second.c.number == columns.suspension_number)
            & (second.c.index == columns.suspension_index),
        )
        .where(columns.institution == institution, columns.status_number == number, second.c.set_at.is_not(None))
    )
    return list(connection.execute(query).scalars())


def revoked_identifiers(connection: sa.Connection, institution: str) -> list[str]:
    """Return the identifiers of the revoked badges of an institution that were handed out, in order."""
    columns = credentials.c
    query = sa.select(columns.credential_id).where(
        columns.institution == institution, columns.revoked_at.is_not(None), columns.signed_at.is_not(None)
    )
    return list(connection.execute(query.order_by(columns.credential_id)).scalars())


def mark_published(connection: sa.Connection, record: StatusListRecord, *, at: datetime) -> None:
    """Record that the registry has this version of the list."""
    connection.execute(
        sa.update(status_lists)
        .where(status_lists.c.institution == record.institution, status_lists.c.number == record.number)
        .values(published_version=sa.func.greatest(status_lists.c.published_version, record.version), published_at=at)
    )


# nonces, and what expires


def remember_nonce(connection: sa.Connection, nonce_hash: str, *, expires_at: datetime) -> bool:
    """Remember that a nonce is used; False when it was used before."""
    return insert_once(
        connection, used_nonces, {"nonce_hash": nonce_hash, "expires_at": expires_at}, key=["nonce_hash"]
    )


def forget_expired(connection: sa.Connection, *, now: datetime) -> None:
    """Drop nonces and tokens whose time is over, and the documents that wallets have fetched."""
    connection.execute(sa.delete(used_nonces).where(used_nonces.c.expires_at < now))
    connection.execute(sa.delete(access_tokens).where(access_tokens.c.expires_at < now))
    token_alive = sa.exists().where(access_tokens.c.award_id == credentials.c.award_id)
    connection.execute(
        sa.update(credentials)
        .where(
            credentials.c.holder_did.is_not(None),
            credentials.c.document.is_not(None),
            credentials.c.signed_at.is_not(None),
            ~token_alive,
        )
        .values(document=sa.null())
    )


# outbox


def enqueue(
    connection: sa.Connection, kind: str, subjects: Iterable[str], *, now: datetime, due_at: datetime | None = None
) -> None:
    """Ask for work, now or later; asked for again while somebody does it, it is done once more afterwards."""
    due = due_at or now
    rows = [
        {"kind": kind, "subject": subject, "due_at": due, "generation": 1, "attempts": 0, "created_at": now}
        for subject in subjects
    ]
    if rows:
        changes = {"due_at": sa.func.least(outbox.c.due_at, due), "generation": outbox.c.generation + 1}
        statement = insert(outbox).on_conflict_do_update(index_elements=["kind", "subject"], set_=changes)
        connection.execute(statement, rows)


def drop_waiting(connection: sa.Connection, kind: str, subject: str) -> None:
    """Take work away that is no longer wanted."""
    connection.execute(sa.delete(outbox).where(outbox.c.kind == kind, outbox.c.subject == subject))


def claim_outbox(
    connection: sa.Connection,
    *,
    now: datetime,
    until: datetime,
    limit: int,
    only: tuple[str, Sequence[str]] | None = None,
    kinds: Iterable[str] | None = None,
) -> list[Claim]:
    """Claim work that is due and that nobody has; `only` names a kind and its subjects, `kinds` some kinds."""
    free = sa.or_(outbox.c.claimed_until.is_(None), outbox.c.claimed_until < now)
    due = sa.select(outbox.c.kind, outbox.c.subject).where(outbox.c.due_at <= now, free)
    if only is not None:
        due = due.where(outbox.c.kind == only[0], outbox.c.subject.in_(only[1]))
    if kinds is not None:
        due = due.where(outbox.c.kind.in_(list(kinds)))
    chosen = due.order_by(outbox.c.due_at).limit(limit).with_for_update(skip_locked=True).cte("chosen")
    statement = (
        sa.update(outbox)
        .where(outbox.c.kind == chosen.c.kind, outbox.c.subject == chosen.c.subject)
        .values(claimed_until=until, attempts=outbox.c.attempts + 1)
        .returning(outbox.c.kind, outbox.c.subject, outbox.c.generation, outbox.c.attempts)
    )
    return [Claim(*row) for row in connection.execute(statement)]


def finish_outbox(connection: sa.Connection, claims: Sequence[Claim], *, now: datetime) -> None:
    """Take finished work away; what was asked for again in the meantime becomes due."""
    triples = [(claim.kind, claim.subject, claim.generation) for claim in claims]
    columns = sa.tuple_(outbox.c.kind, outbox.c.subject, outbox.c.generation)
    connection.execute(sa.delete(outbox).where(columns.in_(triples)))
    pairs = [(claim.kind, claim.subject) for claim in claims]
    again = sa.update(outbox).where(sa.tuple_(outbox.c.kind, outbox.c.subject).in_(pairs))
    connection.execute(again.values(due_at=now, claimed_until=None, attempts=0))


def postpone_outbox(connection: sa.Connection, claims: Sequence[Claim], *, due_at: datetime, problem: str) -> None:
    """Let go of work that failed, until `due_at`."""
    pairs = [(claim.kind, claim.subject) for claim in claims]
    statement = sa.update(outbox).where(sa.tuple_(outbox.c.kind, outbox.c.subject).in_(pairs))
    connection.execute(statement.values(due_at=due_at, claimed_until=None, last_problem=problem))


def find_waiting(connection: sa.Connection, kind: str, subjects: Sequence[str]) -> dict[str, str]:
    """Return the last problem of waiting work, by subject; empty text when it has none yet."""
    query = sa.select(outbox.c.subject, sa.func.coalesce(outbox.c.last_problem, ""))
    found = connection.execute(query.where(outbox.c.kind == kind, outbox.c.subject.in_(list(subjects))))
    return {subject: problem for subject, problem in found}


def count_waiting(connection: sa.Connection) -> dict[str, int]:
    """Return how much work waits, by kind."""
    query = sa.select(outbox.c.kind, sa.func.count()).group_by(outbox.c.kind)
    return {kind: count for kind, count in connection.execute(query)}
