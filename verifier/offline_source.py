"""The evidence source without a network: the store on disk, and nothing else."""

from __future__ import annotations

from datetime import datetime

from verifier.evidence import Absence, Evidence, EvidenceItem, EvidenceKind, Needs
from verifier.evidence_store import EvidenceStore


class OfflineSource:
    """Brings what the store holds; what it does not hold comes back as absent."""

    def __init__(self, store: EvidenceStore, *, now: datetime) -> None:
        self._store = store
        self._now = now

    def gather(self, needs: Needs) -> Evidence:
        """Return one item for each need, from the store."""
        return Evidence.of(self._find(kind, name) for kind, name in needs.names())

    def _find(self, kind: EvidenceKind, name: str) -> EvidenceItem:
        found = self._store.find(kind, name)
        if found is not None:
            return found
        return EvidenceItem(kind, name, str(self._store.folder), self._now, absence=Absence.NOT_STORED)
