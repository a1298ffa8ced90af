"""An institution through the years: keys that come, go and are stolen, a history of them, and a log of signatures.

Pure, with dates of the test's own choosing; `evidence` is what a verifier who looked at a moment would have.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support.presenting import REGISTRY, Issuer, stamp
from vc_core.did import build_did_document
from vc_core.json_text import JsonObject, dump_json
from vc_core.keys import PrivateKey
from vc_core.proof import add_proof
from vc_core.trust.checkpoint import Checkpoint, sign_checkpoint
from vc_core.trust.did_log import PLACEHOLDER, DidLog, read_did_log
from vc_core.trust.did_log_writing import first_entry, last_entry, line_of, next_entry
from vc_core.trust.merkle import Place, completed_by, inclusion_proof, tree_root
from vc_core.trust.receipt import Receipt, leaf_of_proof
from verifier import Evidence, EvidenceItem, EvidenceKind

LOG = "registry.example/signing-log"
LOG_KEY = PrivateKey.from_bytes("Ed25519", bytes([77]) * 32)
UPDATE_KEY = PrivateKey.from_bytes("Ed25519", bytes([78]) * 32)
DAY = timedelta(days=1)


def year(number: float) -> datetime:
    """Return a moment so many years after the institution began."""
    return datetime(2026, 9, 1, tzinfo=UTC) + number * 365 * DAY


@dataclass
class LastingIssuer(Issuer):
    """Its `key` is the one of now; those of before are in `former`."""

    now: datetime = field(default_factory=lambda: year(0))
    former: list[PrivateKey] = field(default_factory=list)
    stolen: dict[str, datetime] = field(default_factory=dict)
    history: bytes = b""
    nodes: dict[Place, bytes] = field(default_factory=dict)
    signatures: int = 0

    def __post_init__(self) -> None:
        name = f"did:webvh:{PLACEHOLDER}:{self.did.removeprefix('did:web:')}"
        entry = first_entry(self._as_webvh(name), update_keys=[UPDATE_KEY.public.to_multikey()], at=self.now)
        self.history = _signed(entry, self.now)

    def document(self) -> dict[str, Any]:
        """Return the did:web document of now: the key in force, and those that are distrusted."""
        made = build_did_document(self.did, [(None, self.key.public, ("Multikey",))])
        for key, moment in self.stolen.items():
            method = {"id": f"{self.did}#{key}", "type": "Multikey", "controller": self.did, "publicKeyMultibase": key}
            made["verificationMethod"].append({**method, "revoked": stamp(moment)})  # type: ignore[union-attr]
        return made

    def log(self) -> DidLog:
        return read_did_log(self.history, now=self.now)

    def rotate(self, at: datetime) -> None:
        """Replace the key; the old one is no longer listed."""
        self.now = at
        self.former.append(self.key)
        self.key = PrivateKey.generate()
        self._publish()

    def find_out_that(self, key: PrivateKey, since: datetime, at: datetime) -> None:
        """Say that a key was stolen, from a moment in the past on."""
        self.now = at
        self.stolen[key.public.to_multikey()] = since
        self._publish()

    def close(self, at: datetime) -> None:
        """End the identifier: there will be no document any more."""
        self.now = at
        self.history += _signed(last_entry(self.log(), at=at), at)

    def issue(self, at: datetime, *, index: int = 7, key: PrivateKey | None = None, **changes: Any) -> dict[str, Any]:
        """Sign a badge at a moment, or say so."""
        key = key or self.key
        self.now, before = max(self.now, at), self.now
        badge = self.unsigned_badge(index=index, validFrom=stamp(at), **changes)
        method = f"{self.did}#{key.public.to_multikey()}"
        self.now = max(before, at)
        return self.sign(badge, key=key, method=method, created=stamp(at))

    def with_receipt(self, badge: dict[str, Any], at: datetime) -> dict[str, Any]:
        """Return the badge with the receipt that the log gives at a moment."""
        leaf = leaf_of_proof(badge["proof"])
        self.nodes |= dict(completed_by(self.signatures, [leaf], self.nodes.__getitem__))
        index, self.signatures = self.signatures, self.signatures + 1
        head = Checkpoint(LOG, self.signatures, tree_root(self.signatures, self.nodes.__getitem__), at)
        note = sign_checkpoint(head, name=LOG, key=LOG_KEY)
        receipt = Receipt(index, tuple(inclusion_proof(index, self.signatures, self.nodes.__getitem__)), note)
        return {**badge, "proof": [badge["proof"], receipt.to_proof(at, "did:web:registry.example#log")]}

    def evidence(self, **replaced: Any) -> Evidence:
        """Return what a verifier has who looked a moment ago; after the end there is no document."""
        at = replaced.get("at", self.now)
        if self.log().ended_at is not None:
            replaced = {"document": None, **replaced}
        found = super().evidence(**{**replaced, "at": at})
        history: JsonObject = {"log": self.history.decode()}
        keys: JsonObject = {"origin": LOG, "keys": {LOG: LOG_KEY.public.to_multikey()}, "threshold": 1}
        more = [
            EvidenceItem(EvidenceKind.KEY_HISTORY, self.did, REGISTRY, at, history),
            EvidenceItem(EvidenceKind.SIGNING_LOG, LOG, REGISTRY, at, keys),
        ]
        return found.merged(Evidence.of(item for item in more if replaced.get(str(item.kind), True)))

    def _publish(self) -> None:
        log = self.log()
        self.history += _signed(next_entry(log, self._as_webvh(log.did), at=self.now), self.now)

    def _as_webvh(self, name: str) -> JsonObject:
        made: JsonObject = json.loads(dump_json(self.document()).replace(self.did.encode(), name.encode()))
        return {**made, "alsoKnownAs": [self.did]}


def _signed(entry: JsonObject, at: datetime) -> bytes:
    name = f"{UPDATE_KEY.public.did_key()}#{UPDATE_KEY.public.to_multikey()}"
    signed = add_proof(
        entry, sign=UPDATE_KEY.sign, cryptosuite="eddsa-jcs-2022", verification_method=name, created=stamp(at)
    )
    return line_of(signed)
