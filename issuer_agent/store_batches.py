"""Every statement of batches and of many awards at once; rows leave as frozen records."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, insert

from issuer_agent.batch_records import Batch, BatchRow, RowState
from issuer_agent.records import Award
from issuer_agent.tables import awards, people, requests
from issuer_agent.tables_batches import batch_rows, batches
from issuer_agent.tables_issuing import credentials

# --- batches ---


def add_batch(connection: sa.Connection, batch: Batch, rows: Sequence[BatchRow]) -> None:
    """Keep a new batch with its rows."""
    connection.execute(batches.insert().values({**asdict(batch), "ignored": list(batch.ignored)}))
    connection.execute(batch_rows.insert(), [_row_values(row) for row in rows])


def find_batch(connection: sa.Connection, batch_id: str, *, lock: bool = False) -> Batch | None:
    """Return the batch, or None; with `lock` nobody else changes it or works on it until the transaction ends."""
    query = sa.select(batches).where(batches.c.id == batch_id)
    row = connection.execute(query.with_for_update() if lock else query).mappings().first()
    return _batch(row) if row else None


def save_batch(connection: sa.Connection, batch: Batch) -> None:
    """Keep what changed of a batch; the caller holds it."""
    values = {**asdict(batch), "ignored": list(batch.ignored)}
    connection.execute(batches.update().where(batches.c.id == batch.id).values(values))


def list_batches(connection: sa.Connection, institution: str, *, limit: int = 50) -> list[Batch]:
    """Return the newest batches of an institution."""
    query = sa.select(batches).where(batches.c.institution == institution)
    found = connection.execute(query.order_by(batches.c.created_at.desc(), batches.c.id).limit(limit)).mappings()
    return [_batch(row) for row in found]


def count_rows(connection: sa.Connection, batch_ids: Sequence[str]) -> dict[str, dict[RowState, int]]:
    """Return how many rows of these batches are in each state."""
    columns = batch_rows.c
    query = sa.select(columns.batch_id, columns.state, sa.func.count()).where(columns.batch_id.in_(batch_ids))
    found: dict[str, dict[RowState, int]] = {batch_id: {} for batch_id in batch_ids}
    for batch_id, state, number in connection.execute(query.group_by(columns.batch_id, columns.state)):
        found[batch_id][state] = number
    return found


def count_claimed(connection: sa.Connection, batch: Batch) -> int:
    """Return how many badges of a batch a wallet has fetched, or are signed as files."""
    query = sa.select(sa.func.count()).select_from(awards.join(credentials, credentials.c.award_id == awards.c.id))
    here = (awards.c.badge_class_id == batch.badge_class_id, awards.c.batch == batch.award_batch)
    return int(connection.execute(query.where(*here, credentials.c.signed_at.is_not(None))).scalar_one())


def list_rows(
    connection: sa.Connection, batch_id: str, states: Sequence[RowState], *, after: int = 0, limit: int
) -> list[BatchRow]:
    """Return rows in these states, in the order of the file, after this row."""
    columns = batch_rows.c
    query = sa.select(batch_rows).where(columns.batch_id == batch_id, columns.state.in_(states), columns.number > after)
    return [_row(row) for row in connection.execute(query.order_by(columns.number).limit(limit)).mappings()]


def find_row(connection: sa.Connection, batch_id: str, number: int) -> BatchRow | None:
    """Return one row, or None; nobody else changes it until the transaction ends."""
    query = sa.select(batch_rows).where(batch_rows.c.batch_id == batch_id, batch_rows.c.number == number)
    row = connection.execute(query.with_for_update()).mappings().first()
    return _row(row) if row else None


def save_row(connection: sa.Connection, row: BatchRow) -> None:
    """Keep what changed of a row."""
    here = (batch_rows.c.batch_id == row.batch_id) & (batch_rows.c.number == row.number)
    connection.execute(batch_rows.update().where(here).values(_row_values(row)))


def other_row_with(connection: sa.Connection, batch_id: str, email: str, *, number: int) -> bool:
    """Say whether another row of the batch, that is or will be awarded, has this address."""
    columns = batch_rows.c
    query = sa.select(sa.literal(1)).where(
        columns.batch_id == batch_id,
        columns.email == email,
        columns.number != number,
        columns.state.in_(["good", "awarded"]),
    )
    return connection.execute(query.limit(1)).first() is not None


def drop_open_rows(connection: sa.Connection, batch_id: str) -> None:
    """Forget the rows of a batch that gave no award."""
    connection.execute(batch_rows.delete().where(batch_rows.c.batch_id == batch_id, batch_rows.c.state != "awarded"))


def forget_rows(connection: sa.Connection, *, drafts_before: datetime, done_before: datetime) -> None:
    """Forget the rows of lists that nobody started, and of those long done: the awards say what is to be known."""
    columns = batches.c
    old = sa.select(columns.id).where(
        sa.or_(
            sa.and_(columns.state.in_(["draft", "waiting"]), columns.created_at < drafts_before),
            sa.and_(columns.state.in_(["done", "cancelled"]), columns.finished_at < done_before),
        )
    )
    connection.execute(batch_rows.delete().where(batch_rows.c.batch_id.in_(old)))


# --- the work ---


def due_batches(connection: sa.Connection, *, now: datetime) -> list[str]:
    """Return the batches that are to be worked on, the first started first."""
    columns = batches.c
    query = sa.select(columns.id).where(
        columns.state == "running", sa.or_(columns.start_at.is_(None), columns.start_at <= now)
    )
    return list(connection.execute(query.order_by(columns.started_at, columns.id)).scalars())


def hold_running(connection: sa.Connection, batch_id: str) -> Batch | None:
    """Return the batch when it is running; it is not paused until the transaction ends, and others may work on it."""
    query = sa.select(batches).where(batches.c.id == batch_id, batches.c.state == "running")
    row = connection.execute(query.with_for_update(read=True)).mappings().first()
    return _batch(row) if row else None


def take_rows(connection: sa.Connection, batch_id: str, *, limit: int) -> list[BatchRow]:
    """Return rows to award that nobody else works on; they are this transaction's until it ends."""
    columns = batch_rows.c
    query = sa.select(batch_rows).where(columns.batch_id == batch_id, columns.state == "good")
    query = query.order_by(columns.number).limit(limit).with_for_update(skip_locked=True)
    return [_row(row) for row in connection.execute(query).mappings()]


def settle_rows(connection: sa.Connection, batch_id: str, outcome: Sequence[tuple[int, RowState, str | None]]) -> None:
    """Write what became of rows: their number, state and award."""
    outcomes = sa.func.unnest(
        sa.cast([item[0] for item in outcome], ARRAY(sa.Integer)),
        sa.cast([item[1] for item in outcome], ARRAY(sa.Text)),
        sa.cast([item[2] for item in outcome], ARRAY(sa.Text)),
    ).table_valued(sa.column("number", sa.Integer), sa.column("state", sa.Text), sa.column("award_id", sa.Text))
    settled = outcomes.alias("settled").render_derived()
    here = (batch_rows.c.batch_id == batch_id) & (batch_rows.c.number == settled.c.number)
    statement = batch_rows.update().where(here)
    connection.execute(statement.values(state=settled.c.state, award_id=settled.c.award_id))


def finish_batches(connection: sa.Connection, *, now: datetime) -> list[str]:
    """Close the running batches that have no rows left to award; return them."""
    waiting = sa.exists().where(batch_rows.c.batch_id == batches.c.id, batch_rows.c.state == "good")
    statement = batches.update().where(batches.c.state == "running", ~waiting)
    return list(connection.execute(statement.values(state="done", finished_at=now).returning(batches.c.id)).scalars())


def pause_batch(connection: sa.Connection, batch_id: str, *, problem: str | None) -> bool:
    """Pause a running batch; wait for who works on it now. False when it was not running."""
    statement = batches.update().where(batches.c.id == batch_id, batches.c.state == "running")
    return connection.execute(statement.values(state="paused", problem=problem)).rowcount == 1


# --- many awards at once ---


def lock_recipients(connection: sa.Connection, badge_class_id: str, emails: Iterable[str]) -> None:
    """Let nobody else decide about this badge for these people; in one order, so that no two wait for one another."""
    keys = sa.func.unnest(sa.cast(sorted(f"{badge_class_id} {email}" for email in emails), ARRAY(sa.Text)))
    ordered = sa.select(keys.label("key")).cte("keys")
    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(ordered.c.key, 0))))


def add_awards(connection: sa.Connection, made: Sequence[Award]) -> list[str]:
    """Add awards; return the identifiers of those that are new, not the same (recipient and batch) as one there."""
    statement = insert(awards).on_conflict_do_nothing().returning(awards.c.id)
    return list(connection.execute(statement, [asdict(award) for award in made]).scalars())


def find_holders(
    connection: sa.Connection, badge_class_id: str, emails: Sequence[str], *, now: datetime
) -> dict[str, str]:
    """Return the awards by which these people have the badge, not revoked and not expired, by address."""
    query = sa.select(awards.c.recipient_email, awards.c.id).where(
        awards.c.badge_class_id == badge_class_id,
        awards.c.recipient_email == sa.any_(sa.cast(emails, ARRAY(sa.Text))),
        awards.c.revoked_at.is_(None),
        sa.or_(awards.c.expires_at.is_(None), awards.c.expires_at > now),
    )
    return {email: award_id for email, award_id in connection.execute(query)}


def open_requests(connection: sa.Connection, badge_class_id: str, emails: Sequence[str]) -> dict[str, str]:
    """Return the open requests for this badge by these people, by address."""
    query = sa.select(people.c.email, requests.c.id).join_from(requests, people)
    here = (requests.c.badge_class_id == badge_class_id, requests.c.state == "open", people.c.email.in_(emails))
    return {email: request_id for email, request_id in connection.execute(query.where(*here))}


def close_request(connection: sa.Connection, request_id: str, award: Award) -> None:
    """Close a request that this award answers, when it is still open."""
    values = {"state": "awarded", "decided_at": award.awarded_at, "decided_by": award.awarded_by, "award_id": award.id}
    here = (requests.c.id == request_id) & (requests.c.state == "open")
    connection.execute(requests.update().where(here).values(values))


def unclaimed_awards(connection: sa.Connection, batch: Batch, *, after: str = "", limit: int) -> list[Award]:
    """Return awards of a batch that no wallet has fetched and that stand, in the order of their identifiers."""
    columns = awards.c
    signed = sa.exists().where(credentials.c.award_id == columns.id, credentials.c.signed_at.is_not(None))
    query = sa.select(awards).where(
        columns.badge_class_id == batch.badge_class_id,
        columns.batch == batch.award_batch,
        columns.revoked_at.is_(None),
        columns.id > after,
        ~signed,
    )
    return [Award(**row) for row in connection.execute(query.order_by(columns.id).limit(limit)).mappings()]


def _batch(row: sa.RowMapping) -> Batch:
    return Batch(**{**row, "ignored": tuple(row["ignored"])})


def _row(row: sa.RowMapping) -> BatchRow:
    return BatchRow(**{**row, "errors": tuple(row["errors"])})


def _row_values(row: BatchRow) -> dict[str, Any]:
    return {**asdict(row), "errors": list(row.errors)}
