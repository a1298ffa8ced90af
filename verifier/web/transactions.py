"""One request for badges: its question, its numbers and its states. Pure; the rows are in `store`.

Two independent numbers (OpenID4VP 1.0, 13.3): the one in the browser's address opens the result, those the wallet sees
do not. Each is derived from the one before with the service's secret, so that nothing secret needs to be stored.

    waiting → opened → received → checking → done
       └────────┴─→ declined | failed          (a transaction moves one way)
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from verifier.checks.request import ExpectedBadge

STUCK_AFTER = timedelta(seconds=60)


class State(StrEnum):
    """Where a request stands."""

    WAITING = "waiting"
    OPENED = "opened"
    RECEIVED = "received"
    CHECKING = "checking"
    DONE = "done"
    DECLINED = "declined"
    FAILED = "failed"
    EXPIRED = "expired"
    """Never stored: a waiting or opened request whose time is over."""


OPEN_STATES = (State.WAITING, State.OPENED)
FINAL_STATES = frozenset({State.DONE, State.DECLINED, State.FAILED, State.EXPIRED})

RETENTION = {"none": None, "30d": timedelta(days=30), "1y": timedelta(days=365)}


@dataclass(frozen=True, slots=True)
class BadgeQuestion:
    """What is asked of the person, and what the person is told."""

    reason: str
    asked_by: str = ""
    template: str = "any"
    achievement_types: tuple[str, ...] = ()
    issuers: tuple[str, ...] = ()
    retention: str = "none"
    language: str = "nl"

    def expected(self) -> ExpectedBadge:
        """Return what the received badge is compared with."""
        return ExpectedBadge(issuers=self.issuers, achievement_types=self.achievement_types)

    def to_json(self) -> dict[str, object]:
        """Return the JSON form."""
        return {
            name: list(value) if isinstance(value := getattr(self, name), tuple) else value for name in self.__slots__
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> BadgeQuestion:
        """Read back what `to_json` wrote."""
        members: dict[str, Any] = {
            name: tuple(item) if isinstance(item, list) else item for name, item in value.items()
        }
        return cls(**members)


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of one transaction that the wallet sees, each worthless for reading the result."""

    request_id: str
    response_id: str
    nonce: str
    state: str


def numbers_of(transaction_id: str, secret: bytes) -> Numbers:
    """Return the wallet's numbers of a transaction, from the browser's."""
    return numbers_of_request(_derive(secret, "request", transaction_id), secret)


def numbers_of_request(request_id: str, secret: bytes) -> Numbers:
    """Return the numbers of a transaction, from the number in its request address."""
    response_id = _derive(secret, "response", request_id)
    nonce, state = nonce_and_state(response_id, secret)
    return Numbers(request_id, response_id, nonce, state)


def nonce_and_state(response_id: str, secret: bytes) -> tuple[str, str]:
    """Return the nonce and state a response to this address must carry."""
    return _derive(secret, "nonce", response_id), _derive(secret, "state", response_id)


def _derive(secret: bytes, purpose: str, value: str) -> str:
    digest = hmac.new(secret, f"verifier {purpose}\0{value}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True)
class Transaction:
    """One row, as the rest of the service sees it."""

    transaction_hash: str
    session_hash: str
    question: BadgeQuestion
    stored_state: State
    trouble: str
    created_at: datetime
    expires_at: datetime
    changed_at: datetime
    delete_at: datetime
    report: Mapping[str, Any] | None
    presentation: Mapping[str, Any] | None

    def state_at(self, now: datetime) -> State:
        """Return where the request stands now: a question has an end, and so has a check that was interrupted."""
        if self.stored_state in OPEN_STATES and now >= self.expires_at:
            return State.EXPIRED
        if self.stored_state in {State.RECEIVED, State.CHECKING} and now - self.changed_at > STUCK_AFTER:
            return State.FAILED
        return self.stored_state
