"""The desk where requests are made and followed: who may see which, and what a glance shows.

A request belongs to the browser that made it; to everybody else it does not exist.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from fastapi import Request

from service_kit.problems import NotFound
from service_kit.sessions import SessionCookie, new_token, same_origin, token_hash
from verifier.settings import VerifierSettings
from verifier.web.oid4vp import Presentations
from verifier.web.store import TransactionStore
from verifier.web.transactions import FINAL_STATES, RETENTION, BadgeQuestion, State, Transaction


@dataclass(frozen=True, slots=True)
class MadeRequest:
    """A new request: its number, and the token that opens its result."""

    id: str
    session_token: str


class RequestDesk:
    """Makes requests, finds them for their owner, and tells how they stand."""

    def __init__(
        self,
        settings: VerifierSettings,
        store: TransactionStore,
        presentations: Presentations,
        clock: Callable[[], datetime],
    ) -> None:
        self._settings = settings
        self._store = store
        self._presentations = presentations
        self._clock = clock
        self.cookie = SessionCookie("edubadges_verifier_session", public_url=settings.public_url, max_age_s=31_536_000)

    def now(self) -> datetime:
        """Return the moment."""
        return self._clock()

    def make(self, question: BadgeQuestion, *, session_token: str | None = None) -> MadeRequest:
        """Make a request, for the browser that has this token or for a new one."""
        now = self._clock()
        made = MadeRequest(new_token(192), session_token or new_token())
        expires_at = now + self._settings.request_lifetime
        delete_at = expires_at + (RETENTION[question.retention] or self._settings.result_lifetime)
        numbers = self._presentations.numbers(made.id)
        self._store.delete_old(now=now)
        self._store.create(
            made.id, numbers, made.session_token, question, now=now, expires_at=expires_at, delete_at=delete_at
        )
        return made

    def find(self, request: Request, transaction_id: str) -> Transaction:
        """Return a request to its owner.

        Raises:
            NotFound: there is none of this number, or it belongs to another browser.
        """
        token = _bearer(request) or self.cookie.read(request)
        transaction = self._store.find(transaction_id, now=self._clock()) if token else None
        if transaction is None or not hmac.compare_digest(token_hash(token or ""), transaction.session_hash):
            raise NotFound("There is no such request here. It may be over, or made in another browser.")
        return transaction

    def guard(self, request: Request) -> None:
        """Refuse a change that another site started; a bearer token is not sent by accident.

        Raises:
            CrossSiteRequest: another site started it.
        """
        if _bearer(request) is None:
            same_origin(request, self._settings.public_url)

    def delete(self, transaction: Transaction) -> None:
        """Remove a request and its result."""
        self._store.delete(transaction)

    def addresses(self, transaction_id: str) -> dict[str, str]:
        """Return every address of a request."""
        links = self._presentations.links(transaction_id)
        here = f"{self._settings.public_url}/api/v1/requests/{transaction_id}"
        return {
            "client_id": self._presentations.client_id,
            "request_uri": links.request_uri,
            "wallet_link": links.wallet_link,
            "openid4vp_link": links.openid4vp_link,
            "page_url": f"{self._settings.public_url}/requests/{transaction_id}",
            "status_url": here,
            "events_url": here + "/events",
        }

    def glance(self, transaction: Transaction) -> dict[str, object]:
        """Return what the live page needs to know."""
        state = transaction.state_at(self._clock())
        return {"state": state, "final": state in FINAL_STATES, "trouble": transaction.trouble}

    def describe(self, transaction: Transaction) -> dict[str, object]:
        """Return what the owner may know, with the report once it is there."""
        value = self.glance(transaction)
        value["expires_at"] = transaction.expires_at.isoformat()
        value["delete_at"] = transaction.delete_at.isoformat()
        if transaction.state_at(self._clock()) is State.DONE and transaction.report is not None:
            value["report"] = dict(transaction.report)
        return value


def _bearer(request: Request) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None
