"""The evidence source of the conformance service: what this process published itself, and nothing from a network."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from edubadges.conformance.keys import KeyRing
from edubadges.conformance.status import StatusBook
from vc_core.json_text import JsonValue
from verifier.evidence import Absence, Evidence, EvidenceItem, EvidenceKind, Needs

SOURCE = "memory"


class MemorySource:
    """Brings our own did:web document, our status lists, and our issuers as participants; all else is absent."""

    def __init__(self, keys: KeyRing, statuses: StatusBook, did: str, clock: Callable[[], datetime]) -> None:
        self._keys = keys
        self._statuses = statuses
        self._did = did
        self._clock = clock

    def gather(self, needs: Needs) -> Evidence:
        """Return one item for each need."""
        now = self._clock()
        return Evidence.of(self._item(kind, name, now) for kind, name in needs.names())

    def _item(self, kind: EvidenceKind, name: str, now: datetime) -> EvidenceItem:
        content = self._find(kind, name)
        if content is None:
            return EvidenceItem(kind, name, SOURCE, now, absence=Absence.NOT_FOUND)
        return EvidenceItem(kind, name, SOURCE, now, content)

    def _find(self, kind: EvidenceKind, name: str) -> JsonValue:
        match kind:
            case EvidenceKind.KEY_DOCUMENT:
                return self._keys.did_document(name) if name == self._did else None
            case EvidenceKind.STATUS_LIST:
                return self._statuses.find(name)
            case EvidenceKind.PARTICIPANT:
                known = self._keys.find(name) is not None
                return {"participant": {"did": name, "status": "active"} if known else None}
            case EvidenceKind.KEY_HISTORY | EvidenceKind.SIGNING_LOG:
                return None  # keys that are thrown away have no history
