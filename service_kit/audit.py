"""An append-only, hash-chained record of who did what: each entry's hash covers the one before it.

Personal data goes in by reference only, so that erasing a person does not break the chain.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from vc_core.canonical.jcs import canonicalize_jcs

FIRST = "0" * 64


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One act."""

    at: datetime
    actor: str
    act: str
    target: str
    details: Mapping[str, object]
    previous: str
    digest: str


def chain_digest(
    previous: str, *, at: datetime, actor: str, act: str, target: str, details: Mapping[str, object]
) -> str:
    """Return the hash of an entry that follows `previous` (hex of SHA-256 over JCS)."""
    content = {"at": at.isoformat(), "actor": actor, "act": act, "target": target, "details": dict(details)}
    return hashlib.sha256(previous.encode() + canonicalize_jcs(content)).hexdigest()


def first_break(entries: Iterable[AuditEntry]) -> int | None:
    """Return the position of the first entry that does not follow from the one before, or None."""
    previous = FIRST
    for position, entry in enumerate(entries):
        expected = chain_digest(
            previous, at=entry.at, actor=entry.actor, act=entry.act, target=entry.target, details=entry.details
        )
        if entry.previous != previous or entry.digest != expected:
            return position
        previous = entry.digest
    return None
