"""Nonces against replay: made from a clock and a key, remembered only once they are used (OpenID4VCI 7).

Asking for a nonce writes nothing, so nobody can fill the database by asking. Using one is a single insert; of two at
once, one wins.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from issuer_agent import store_issuing as store
from issuer_agent.oid4vci.refusals import ProtocolRefused

LIFE = timedelta(minutes=5)
_RANDOM_BYTES = 16
_CLOCK_BYTES = 5
_TAG_BYTES = 16
_LENGTH = 50  # characters of base64url for 37 bytes


def new_nonce(key: bytes, *, slug: str, now: datetime) -> str:
    """Return a fresh nonce of this issuer; nobody without `key` can make one."""
    ends = int((now + LIFE).timestamp()).to_bytes(_CLOCK_BYTES, "big")
    content = secrets.token_bytes(_RANDOM_BYTES) + ends
    return base64.urlsafe_b64encode(content + _tag(key, slug, content)).rstrip(b"=").decode()


def use_nonce(connection: sa.Connection, nonce: str, *, key: bytes, slug: str, now: datetime) -> None:
    """Use up a nonce.

    Raises:
        ProtocolRefused: `invalid_nonce`: not ours, too old, or used before.
    """
    ends = _end_of(nonce, key, slug)
    if ends is None:
        raise _refused("The nonce is not one of this issuer. Ask the nonce endpoint for one.", "nonce-unknown")
    if ends < now:
        raise _refused("The nonce is too old. Ask the nonce endpoint for a new one.", "nonce-expired")
    digest = hashlib.sha256(nonce.encode()).hexdigest()
    if not store.remember_nonce(connection, digest, expires_at=ends):
        raise _refused("The nonce was used before. Ask the nonce endpoint for a new one.", "nonce-used")


def _end_of(nonce: str, key: bytes, slug: str) -> datetime | None:
    if len(nonce) != _LENGTH or not nonce.isascii():
        return None
    try:
        raw = base64.b64decode(nonce + "==", altchars=b"-_", validate=True)
    except ValueError:
        return None
    content, tag = raw[:-_TAG_BYTES], raw[-_TAG_BYTES:]
    if (
        not hmac.compare_digest(tag, _tag(key, slug, content))
        or base64.urlsafe_b64encode(raw).decode()[:_LENGTH] != nonce
    ):
        return None
    return datetime.fromtimestamp(int.from_bytes(content[_RANDOM_BYTES:], "big"), UTC)


def _tag(key: bytes, slug: str, content: bytes) -> bytes:
    return hmac.new(key, b"c_nonce\0" + slug.encode() + b"\0" + content, hashlib.sha256).digest()[:_TAG_BYTES]


def _refused(detail: str, code: str) -> ProtocolRefused:
    return ProtocolRefused("invalid_nonce", detail, code=code)
