"""Was a key its owner's at the moment of signing? Asked of the history of the owner's document, when there is one.

The history itself is checked here, each entry by the keys of the one before (did:webvh); what its answer means for a
badge is decided in `checks.key`, and for a status list in `status_list`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vc_core.errors import DidError
from vc_core.keys import PublicKey
from vc_core.trust.did_log import read_did_log
from vc_core.trust.key_history import KeyPeriod, Standing, key_periods, standing, versions_of
from verifier.evidence import Evidence, EvidenceItem, EvidenceKind
from verifier.key_lookup import owner_of
from verifier.policy import Age, Freshness


@dataclass(frozen=True, slots=True)
class KnownHistory:
    """The periods of an owner's keys, as far as they were known at a moment."""

    periods: tuple[KeyPeriod, ...]
    at: datetime
    by: str
    stale: bool

    def of_key(self, reference: str, moment: datetime) -> tuple[Standing, KeyPeriod | None]:
        """Return what a key was at a moment, and in which period."""
        return standing(self.periods, reference.partition("#")[2], moment, known_until=self.at)


def history_of(owner: str, evidence: Evidence, *, freshness: Freshness, now: datetime) -> KnownHistory | None:
    """Return the history of an owner's keys; None when there is none that can be leaned on."""
    item = evidence.find(EvidenceKind.KEY_HISTORY, owner)
    if item is None or item.absence is not None:
        return None
    age = freshness.age_of(item.retrieved_at, now)
    if age is Age.TOO_OLD:
        return None
    periods = item.remember("periods", lambda: _read(item))
    return None if periods is None else KnownHistory(periods, item.retrieved_at, item.source, age is Age.STALE)


def key_held_at(
    reference: str, moment: datetime, evidence: Evidence, *, freshness: Freshness, now: datetime
) -> PublicKey | None:
    """Return the key of this name when it was its owner's at a moment and nobody else's since; else None."""
    history = history_of(owner_of(reference), evidence, freshness=freshness, now=now)
    if history is None:
        return None
    state, period = history.of_key(reference, moment)
    return period.key if period is not None and state in {Standing.IN_FORCE, Standing.RETIRED} else None


def _read(item: EvidenceItem) -> tuple[KeyPeriod, ...] | None:
    content = item.content if isinstance(item.content, dict) else {}
    text, witnesses = content.get("log"), content.get("witnesses")
    if not isinstance(text, str):
        return None
    try:
        log = read_did_log(
            text.encode("utf-8", "surrogatepass"),
            now=item.retrieved_at,
            witnesses=witnesses.encode() if isinstance(witnesses, str) else None,
        )
    except DidError:
        return None
    others = log.current.document.get("alsoKnownAs")
    names = {log.did, *(name for name in (others if isinstance(others, list) else []) if isinstance(name, str))}
    return key_periods(versions_of(log)) if item.name in names else None
