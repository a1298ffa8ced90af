"""Lean on a trust pack for one run: what is in it, and nothing else, without keeping it."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from datetime import datetime
from pathlib import Path

from verifier.evidence_store import EvidenceStore


def unpacked(pack: Path, kept: EvidenceStore, *, now: datetime) -> EvidenceStore:
    """Return a store with the content of a pack, in a folder that goes when the process ends.

    When the kept store trusts a root already, the pack must be of that one; else the pack's own root is taken.

    Raises:
        TrustUpdateRefused: one of its kinds.
    """
    # Only who uses packs needs python-tuf; the library does without.
    from verifier.trust_pack.pack_file import BASE, PackFetcher
    from verifier.trust_pack.updating import update

    folder = Path(tempfile.mkdtemp(prefix="edubadges-pack-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    store = EvidenceStore(folder)
    pinned = kept.trust.folder / "root.json"
    root = pinned.read_bytes() if pinned.is_file() else None
    update(store.trust, PackFetcher(pack), BASE, now=now, from_file=True, root=root, source=pack.name)
    return store
