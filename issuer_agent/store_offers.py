"""The statements about offers and access tokens; single use is one statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from issuer_agent.tables_issuing import access_tokens, offers


@dataclass(frozen=True, slots=True)
class OfferRecord:
    """An offer of one award; its identifier and code are kept as hashes only."""

    id_hash: str
    award_id: str
    institution: str
    code_hash: str
    tx_code_hash: str | None
    tx_code_tries: int
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TokenRecord:
    """Permission to fetch the credential of one award."""

    token_hash: str
    award_id: str
    institution: str
    expires_at: datetime


def add_offer(connection: sa.Connection, record: OfferRecord) -> None:
    """Keep a new offer."""
    connection.execute(
        sa.insert(offers).values({column.name: getattr(record, column.name) for column in offers.columns})
    )


def add_offers(connection: sa.Connection, records: Sequence[OfferRecord]) -> None:
    """Keep many new offers."""
    columns = [column.name for column in offers.columns]
    connection.execute(sa.insert(offers), [{name: getattr(item, name) for name in columns} for item in records])


def newest_offers(connection: sa.Connection, award_ids: Sequence[str]) -> dict[str, OfferRecord]:
    """Return the last offer that was made of each of these awards, by award."""
    query = sa.select(offers).where(offers.c.award_id.in_(award_ids)).order_by(offers.c.created_at)
    return {row["award_id"]: OfferRecord(**row) for row in connection.execute(query).mappings()}


def withdraw_offers(connection: sa.Connection, award_id: str, *, at: datetime) -> None:
    """Withdraw the offers of an award that are still open."""
    withdraw_offers_of(connection, [award_id], at=at)


def withdraw_offers_of(connection: sa.Connection, award_ids: Sequence[str], *, at: datetime) -> None:
    """Withdraw the offers of these awards that are still open."""
    connection.execute(
        sa.update(offers)
        .where(offers.c.award_id.in_(award_ids), offers.c.used_at.is_(None), offers.c.withdrawn_at.is_(None))
        .values(withdrawn_at=at)
    )


def find_offer(connection: sa.Connection, *, id_hash: str) -> OfferRecord | None:
    """Return the offer with this identifier, or None."""
    return _offer(connection, offers.c.id_hash == id_hash)


def find_offer_by_code(connection: sa.Connection, *, code_hash: str) -> OfferRecord | None:
    """Return the offer with this code, or None."""
    return _offer(connection, offers.c.code_hash == code_hash)


def count_try(connection: sa.Connection, id_hash: str, *, limit: int) -> int | None:
    """Count one try of a transaction code and return how many there were; None when no more are allowed."""
    statement = (
        sa.update(offers)
        .where(offers.c.id_hash == id_hash, offers.c.tx_code_tries < limit, offers.c.used_at.is_(None))
        .values(tx_code_tries=offers.c.tx_code_tries + 1)
        .returning(offers.c.tx_code_tries)
    )
    return connection.execute(statement).scalar()


def use_offer(connection: sa.Connection, id_hash: str, *, now: datetime) -> bool:
    """Use up an open offer; of many at once, one gets True."""
    statement = (
        sa.update(offers)
        .where(
            offers.c.id_hash == id_hash,
            offers.c.used_at.is_(None),
            offers.c.withdrawn_at.is_(None),
            offers.c.expires_at > now,
        )
        .values(used_at=now)
        .returning(offers.c.id_hash)
    )
    return connection.execute(statement).first() is not None


def add_token(connection: sa.Connection, record: TokenRecord) -> None:
    """Keep a new access token, as a hash."""
    values = {column.name: getattr(record, column.name) for column in access_tokens.columns}
    connection.execute(sa.insert(access_tokens).values(values))


def find_token(connection: sa.Connection, token_hash: str) -> TokenRecord | None:
    """Return the token with this hash, also when its time is over, or None."""
    query = sa.select(access_tokens).where(access_tokens.c.token_hash == token_hash)
    row = connection.execute(query).mappings().first()
    return TokenRecord(**row) if row else None


def drop_tokens(connection: sa.Connection, award_id: str) -> None:
    """Take every access to an award's credential away."""
    connection.execute(sa.delete(access_tokens).where(access_tokens.c.award_id == award_id))


def _offer(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> OfferRecord | None:
    row = connection.execute(sa.select(offers).where(condition)).mappings().first()
    return OfferRecord(**row) if row else None
