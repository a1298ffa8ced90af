"""Offers: who has the code may fetch the credential, once (OpenID4VCI 4.1 and 6).

Identifier, code and transaction code are never stored, only what they can be recognised by. The code follows from the
identifier and the server's key, so that the offer can be shown again without keeping it. Wrong guesses do not use up a
code, but after five of them it is dead.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from issuer_agent import store_offers as store
from issuer_agent.store_offers import OfferRecord, TokenRecord
from service_kit.database import begin
from service_kit.problems import NotFound, RuleRefused
from service_kit.sessions import keyed_hash, new_token, token_hash

ON_SCREEN = timedelta(minutes=10)
MAILED = timedelta(days=30)
TOKEN_LIFE = timedelta(minutes=5)
TX_CODE_LENGTH = 6
MAX_TRIES = 5


class CodeRefused(RuleRefused):
    """The code cannot be exchanged; children say why, each under its own `code`."""


class CodeUnknown(CodeRefused):
    """No offer has this code."""

    title = "The code is not known"
    code = "code-unknown"


class CodeUsed(CodeRefused):
    """The code was exchanged before."""

    title = "The code was used before"
    code = "code-used"


class CodeExpired(CodeRefused):
    """The code was not exchanged in time."""

    title = "The code has expired"
    code = "code-expired"


class CodeWithdrawn(CodeRefused):
    """A newer offer took its place, or the award was withdrawn."""

    title = "The offer was withdrawn"
    code = "code-withdrawn"


class CodeDead(CodeRefused):
    """The transaction code was guessed wrong too often."""

    title = "The code was blocked after too many wrong attempts"
    code = "tx-code-exhausted"


class TxCodeWrong(CodeRefused):
    """The transaction code is not the one that was sent."""

    title = "The transaction code is not right"
    code = "tx-code-wrong"


class TxCodeMissing(CodeRefused):
    """The offer asks for a transaction code."""

    title = "A transaction code is needed"
    code = "tx-code-missing"


class TxCodeUnexpected(CodeRefused):
    """The offer does not ask for a transaction code."""

    title = "No transaction code is asked"
    code = "tx-code-unexpected"


class OfferGone(NotFound):
    """The offer cannot be accepted any more; `reason` is the code of the reason."""

    title = "This offer cannot be accepted any more"
    code = "offer-gone"


@dataclass(frozen=True, slots=True)
class NewOffer:
    """What the maker of an offer must hand over, and cannot ask for again."""

    offer_id: str = field(repr=False)
    pre_authorized_code: str = field(repr=False)
    tx_code: str | None = field(repr=False)
    expires_at: datetime


def make_offer(
    connection: sa.Connection,
    *,
    award_id: str,
    institution: str,
    key: bytes,
    with_tx_code: bool,
    life: timedelta,
    now: datetime,
) -> NewOffer:
    """Make an offer of an award; offers of it that were open are withdrawn."""
    offer_id = new_token()
    code = code_of(offer_id, key)
    tx_code = f"{secrets.randbelow(10**TX_CODE_LENGTH):0{TX_CODE_LENGTH}d}" if with_tx_code else None
    id_hash = token_hash(offer_id)
    record = OfferRecord(
        id_hash=id_hash,
        award_id=award_id,
        institution=institution,
        code_hash=token_hash(code),
        tx_code_hash=keyed_hash(key, "tx_code", id_hash, tx_code) if tx_code else None,
        tx_code_tries=0,
        created_at=now,
        expires_at=now + min(life, MAILED),
    )
    store.withdraw_offers(connection, award_id, at=now)
    store.add_offer(connection, record)
    return NewOffer(offer_id, code, tx_code, record.expires_at)


def claims_of(
    award_ids: Sequence[str],
    *,
    institution: str,
    key: bytes,
    with_tx_code: bool,
    expires_at: datetime,
    now: datetime,
) -> list[OfferRecord]:
    """Return offers whose identifiers and codes follow from the award and the moment, by the server's key.

    So the links of a whole list can be handed out again, and still nothing that opens them is stored.
    """
    records = []
    for award_id in award_ids:
        offer_id = _claim_id(award_id, now, key)
        id_hash = token_hash(offer_id)
        tx_code = _claim_tx_code(offer_id, key)
        records.append(
            OfferRecord(
                id_hash=id_hash,
                award_id=award_id,
                institution=institution,
                code_hash=token_hash(code_of(offer_id, key)),
                tx_code_hash=keyed_hash(key, "tx_code", id_hash, tx_code) if with_tx_code else None,
                tx_code_tries=0,
                created_at=now,
                expires_at=expires_at,
            )
        )
    return records


def claim_of(record: OfferRecord, key: bytes) -> tuple[str, str | None] | None:
    """Return identifier and transaction code of an offer that `claims_of` made; None for one made by hand."""
    offer_id = _claim_id(record.award_id, record.created_at, key)
    if token_hash(offer_id) != record.id_hash:
        return None
    return offer_id, _claim_tx_code(offer_id, key) if record.tx_code_hash is not None else None


def _claim_id(award_id: str, made_at: datetime, key: bytes) -> str:
    digest = hmac.new(
        key, f"claim\0{award_id}\0{made_at.astimezone(UTC).isoformat()}".encode(), hashlib.sha256
    ).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _claim_tx_code(offer_id: str, key: bytes) -> str:
    digest = hmac.new(key, b"claim_tx_code\0" + offer_id.encode(), hashlib.sha256).digest()
    return f"{int.from_bytes(digest[:16]) % 10**TX_CODE_LENGTH:0{TX_CODE_LENGTH}d}"


def code_of(offer_id: str, key: bytes) -> str:
    """Return the pre-authorized code of an offer: 256 bits that nobody without `key` can find."""
    digest = hmac.new(key, b"pre-authorized_code\0" + offer_id.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def open_offer(connection: sa.Connection, offer_id: str, *, institution: str, now: datetime) -> OfferRecord:
    """Return an offer that can still be accepted.

    Raises:
        NotFound: no such offer at this institution.
        OfferGone: used, expired, withdrawn or blocked.
    """
    record = store.find_offer(connection, id_hash=token_hash(offer_id))
    if record is None or record.institution != institution:
        raise NotFound("There is no such offer. Ask the institution for a new one.")
    closed = _closed(record, now)
    if closed is not None:
        raise OfferGone(f"{closed.detail} Ask the institution for a new offer.", reason=closed.code)
    return record


def redeem_code(
    engine: sa.Engine, code: str, tx_code: str | None, *, institution: str, key: bytes, now: datetime
) -> tuple[str, TokenRecord]:
    """Exchange a code for an access token; of many at once, one succeeds.

    Raises:
        CodeRefused: unknown, used, expired, withdrawn or blocked, each with its own code; or the transaction code is
            wrong, missing or not asked.
    """
    token = new_token()
    with begin(engine) as connection:
        # A wrong try is counted and committed, so the refusal is raised after the transaction.
        outcome = _redeem(connection, code, tx_code, institution=institution, key=key, now=now)
        if isinstance(outcome, OfferRecord):
            record = TokenRecord(token_hash(token), outcome.award_id, institution, now + TOKEN_LIFE)
            store.add_token(connection, record)
    if isinstance(outcome, CodeRefused):
        raise outcome
    return token, record


def _redeem(
    connection: sa.Connection, code: str, tx_code: str | None, *, institution: str, key: bytes, now: datetime
) -> OfferRecord | CodeRefused:
    code_hash = token_hash(code)
    record = store.find_offer_by_code(connection, code_hash=code_hash)
    if record is None or record.institution != institution:
        return CodeUnknown("The code is not known here.")
    refusal = _closed(record, now) or _unsuitable(record, tx_code)
    if refusal is not None:
        return refusal
    if record.tx_code_hash is not None and tx_code is not None:
        tries = store.count_try(connection, record.id_hash, limit=MAX_TRIES)
        if tries is None:
            return _now_closed(connection, code_hash, now)
        stated = keyed_hash(key, "tx_code", record.id_hash, tx_code)
        if not hmac.compare_digest(stated, record.tx_code_hash):
            left = MAX_TRIES - tries
            return TxCodeWrong(f"The transaction code is not right. Attempts left: {left}.", attempts_left=left)
    if not store.use_offer(connection, record.id_hash, now=now):
        return _now_closed(connection, code_hash, now)
    return record


def _closed(record: OfferRecord, now: datetime) -> CodeRefused | None:
    if record.used_at is not None:
        return CodeUsed("The code was used before. A code works once.")
    if record.withdrawn_at is not None:
        return CodeWithdrawn("The offer was withdrawn or replaced by a newer one.")
    if record.tx_code_tries >= MAX_TRIES:
        return CodeDead("The transaction code was wrong five times; this offer is blocked.")
    if record.expires_at <= now:
        return CodeExpired("The code has expired.")
    return None


def _unsuitable(record: OfferRecord, tx_code: str | None) -> CodeRefused | None:
    if record.tx_code_hash is not None and tx_code is None:
        return TxCodeMissing("This offer asks for a transaction code (tx_code).")
    if record.tx_code_hash is None and tx_code is not None:
        return TxCodeUnexpected("This offer asks for no transaction code; leave tx_code out.")
    return None


def _now_closed(connection: sa.Connection, code_hash: str, now: datetime) -> CodeRefused:
    """Say what another request made of the offer while this one waited."""
    record = store.find_offer_by_code(connection, code_hash=code_hash)
    closed = _closed(record, now) if record is not None else None
    return closed or CodeUsed("The code was used before. A code works once.")
