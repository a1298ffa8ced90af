"""Every SQL statement of the verifier. A change of state is one statement that checks where the transaction stands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from service_kit.database import begin
from service_kit.sessions import token_hash
from verifier.web.tables import transactions
from verifier.web.transactions import OPEN_STATES, BadgeQuestion, Numbers, State, Transaction


class TransactionStore:
    """The transactions in PostgreSQL; all processes of the service see the same."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def create(
        self,
        transaction_id: str,
        numbers: Numbers,
        session_token: str,
        question: BadgeQuestion,
        *,
        now: datetime,
        expires_at: datetime,
        delete_at: datetime,
    ) -> None:
        """Keep a new transaction, waiting for a wallet."""
        row = {
            "transaction_hash": token_hash(transaction_id),
            "request_hash": token_hash(numbers.request_id),
            "response_hash": token_hash(numbers.response_id),
            "session_hash": token_hash(session_token),
            "question": question.to_json(),
            "state": State.WAITING,
            "created_at": now,
            "expires_at": expires_at,
            "changed_at": now,
            "delete_at": delete_at,
        }
        with begin(self._engine) as connection:
            connection.execute(transactions.insert().values(**row))

    def find(self, transaction_id: str, *, now: datetime) -> Transaction | None:
        """Return the transaction the verifier's browser names, unless its time is over."""
        return self._find(transactions.c.transaction_hash == token_hash(transaction_id), now)

    def find_by_request(self, request_id: str, *, now: datetime) -> Transaction | None:
        """Return the transaction a wallet asks the question of."""
        return self._find(transactions.c.request_hash == token_hash(request_id), now)

    def find_by_response(self, response_id: str, *, now: datetime) -> Transaction | None:
        """Return the transaction a wallet answers."""
        return self._find(transactions.c.response_hash == token_hash(response_id), now)

    def mark_opened(self, transaction: Transaction, *, now: datetime) -> None:
        """Note that a wallet has fetched the question; only the first time changes anything."""
        self._move(transaction, (State.WAITING,), {"state": State.OPENED, "trouble": ""}, now)

    def claim(self, transaction: Transaction, *, now: datetime) -> bool:
        """Take the one answer there may be; False when there was one already or the time is over."""
        return self._move(
            transaction, OPEN_STATES, {"state": State.RECEIVED, "trouble": ""}, now, transactions.c.expires_at > now
        )

    def mark_checking(self, transaction: Transaction, *, now: datetime) -> None:
        """Note that the answer is being checked."""
        self._move(transaction, (State.RECEIVED,), {"state": State.CHECKING}, now)

    def finish(
        self,
        transaction: Transaction,
        report: Mapping[str, Any],
        presentation: Mapping[str, Any],
        *,
        now: datetime,
        delete_at: datetime,
    ) -> None:
        """Keep the result until `delete_at`."""
        values = {"state": State.DONE, "report": report, "presentation": presentation, "delete_at": delete_at}
        self._move(transaction, (State.RECEIVED, State.CHECKING), values, now)

    def close(self, transaction: Transaction, state: State, trouble: str, *, now: datetime) -> bool:
        """End an open transaction without a result: declined by the person, or failed in the wallet."""
        return self._move(transaction, OPEN_STATES, {"state": state, "trouble": trouble}, now)

    def note_trouble(self, transaction: Transaction, trouble: str, *, now: datetime) -> None:
        """Note that an answer was refused; the transaction stays open for a right one."""
        self._move(transaction, OPEN_STATES, {"trouble": trouble}, now)

    def delete(self, transaction: Transaction) -> None:
        """Remove the transaction and everything in it."""
        with begin(self._engine) as connection:
            found = transactions.c.transaction_hash == transaction.transaction_hash
            connection.execute(transactions.delete().where(found))

    def delete_old(self, *, now: datetime) -> int:
        """Remove every transaction whose time is over; return how many."""
        with begin(self._engine) as connection:
            return connection.execute(transactions.delete().where(transactions.c.delete_at <= now)).rowcount

    def probe(self) -> None:
        """Ask the database anything at all."""
        with begin(self._engine) as connection:
            connection.execute(sa.select(sa.literal(1)))

    def _find(self, condition: sa.ColumnElement[bool], now: datetime) -> Transaction | None:
        statement = sa.select(transactions).where(condition, transactions.c.delete_at > now)
        with begin(self._engine) as connection:
            row = connection.execute(statement).mappings().first()
        if row is None:
            return None
        return Transaction(
            transaction_hash=row["transaction_hash"],
            session_hash=row["session_hash"],
            question=BadgeQuestion.from_json(row["question"]),
            stored_state=State(row["state"]),
            trouble=row["trouble"],
            created_at=row["created_at"],
            expires_at=row["expires_at"],
            changed_at=row["changed_at"],
            delete_at=row["delete_at"],
            report=row["report"],
            presentation=row["presentation"],
        )

    def _move(
        self,
        transaction: Transaction,
        from_states: tuple[State, ...],
        values: Mapping[str, Any],
        now: datetime,
        *more: sa.ColumnElement[bool],
    ) -> bool:
        statement = (
            transactions.update()
            .where(
                transactions.c.transaction_hash == transaction.transaction_hash,
                transactions.c.state.in_(from_states),
                *more,
            )
            .values(**values, changed_at=now)
        )
        with begin(self._engine) as connection:
            return connection.execute(statement).rowcount == 1
