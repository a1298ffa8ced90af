"""Every statement of the wallet service, each named after its question.

Containers are opaque here: nothing looks inside the ciphertext. Hashes come in as bytes, not what they are made from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as pg_insert

from service_kit.database import insert_once
from wallet.tables import attempts, authenticators, sessions, wallets


@dataclass(frozen=True, slots=True)
class StoredContainer:
    """One wallet as the service knows it."""

    wallet_id: str
    revision: int
    container: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Authenticator:
    """The hash of what one unlocker derives to prove itself here."""

    unlocker_id: str
    hash: bytes


def add_wallet(connection: sa.Connection, container: dict[str, Any], *, now: datetime) -> bool:
    """Store the first revision of a new wallet; say no when the id is taken."""
    values = {
        "wallet_id": container["wid"],
        "revision": container["rev"],
        "container": container,
        "created_at": now,
        "saved_at": now,
    }
    return insert_once(connection, wallets, values, key=["wallet_id"])


def replace_container(
    connection: sa.Connection, wallet_id: str, container: dict[str, Any], *, expected_revision: int, now: datetime
) -> bool:
    """Store the next revision if `expected_revision` is still the newest; say whether it was."""
    statement = (
        sa.update(wallets)
        .where(wallets.c.wallet_id == wallet_id, wallets.c.revision == expected_revision)
        .values(revision=container["rev"], container=container, saved_at=now)
    )
    return connection.execute(statement).rowcount == 1


def add_authenticators(connection: sa.Connection, wallet_id: str, found: Sequence[Authenticator]) -> bool:
    """Add authenticators to a wallet; say no when one of them is known already."""
    rows = [{"hash": item.hash, "wallet_id": wallet_id, "unlocker_id": item.unlocker_id} for item in found]
    if not rows:
        return True
    statement = pg_insert(authenticators).values(rows).on_conflict_do_nothing().returning(authenticators.c.unlocker_id)
    return len(connection.execute(statement).all()) == len(rows)


def keep_authenticators(connection: sa.Connection, wallet_id: str, unlocker_ids: Sequence[str]) -> None:
    """Remove the authenticators (and with them the sessions) of unlockers that are no longer in the container."""
    connection.execute(
        sa.delete(authenticators).where(
            authenticators.c.wallet_id == wallet_id, authenticators.c.unlocker_id.not_in(list(unlocker_ids))
        )
    )


def unlockers_of(connection: sa.Connection, wallet_id: str) -> set[str]:
    """Return the ids of the unlockers that have an authenticator."""
    statement = sa.select(authenticators.c.unlocker_id).where(authenticators.c.wallet_id == wallet_id)
    return set(connection.execute(statement).scalars())


def find_by_authenticator(connection: sa.Connection, digest: bytes) -> StoredContainer | None:
    """Return the wallet that this authenticator belongs to."""
    statement = _select_container().join(authenticators).where(authenticators.c.hash == digest)
    return _container(connection.execute(statement).first())


def find_by_session(connection: sa.Connection, digest: bytes, *, now: datetime) -> StoredContainer | None:
    """Return the wallet that this session opened, unless the session is over."""
    statement = (
        _select_container()
        .join(sessions, sessions.c.wallet_id == wallets.c.wallet_id)
        .where(sessions.c.hash == digest, sessions.c.expires_at > now)
    )
    return _container(connection.execute(statement).first())


def add_session(
    connection: sa.Connection,
    digest: bytes,
    *,
    authenticator: bytes,
    wallet_id: str,
    expires_at: datetime,
    now: datetime,
) -> None:
    """Begin a session; sessions that are over are swept on the way."""
    connection.execute(sa.delete(sessions).where(sessions.c.expires_at <= now))
    connection.execute(
        sa.insert(sessions).values(hash=digest, authenticator=authenticator, wallet_id=wallet_id, expires_at=expires_at)
    )


def end_session(connection: sa.Connection, digest: bytes) -> None:
    """End one session."""
    connection.execute(sa.delete(sessions).where(sessions.c.hash == digest))


def delete_wallet(connection: sa.Connection, wallet_id: str) -> None:
    """Remove the wallet with its authenticators and sessions, for good."""
    connection.execute(sa.delete(wallets).where(wallets.c.wallet_id == wallet_id))


def count_attempt(connection: sa.Connection, bucket: bytes, *, now: datetime) -> int:
    """Count one attempt in this hour and return how many there were; earlier hours are swept."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    connection.execute(sa.delete(attempts).where(attempts.c.hour < hour))
    statement = (
        pg_insert(attempts)
        .values(bucket=bucket, hour=hour, count=1)
        .on_conflict_do_update(index_elements=["bucket", "hour"], set_={"count": attempts.c.count + 1})
        .returning(attempts.c.count)
    )
    return int(connection.execute(statement).scalar_one())


def attempts_in_this_hour(connection: sa.Connection, bucket: bytes, *, now: datetime) -> int:
    """Return how many attempts were counted in this hour."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    statement = sa.select(attempts.c.count).where(attempts.c.bucket == bucket, attempts.c.hour == hour)
    return connection.execute(statement).scalar() or 0


def _select_container() -> sa.Select[Any]:
    return sa.select(wallets.c.wallet_id, wallets.c.revision, wallets.c.container).select_from(wallets)


def _container(row: sa.Row[Any] | None) -> StoredContainer | None:
    return None if row is None else StoredContainer(row.wallet_id, row.revision, row.container)
