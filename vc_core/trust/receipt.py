"""A receipt: the proof that a badge's signature was in the log when a tree head was made, so no later than that.

It travels with the badge as one more entry of its proof set, of a cryptosuite of its own. What it proves is about the
signature, so it stays true in every file and picture the badge is put in; a part shown with `ecdsa-sd-2023` has another
signature, and needs the whole badge for it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from vc_core.canonical.jcs import canonicalize_jcs
from vc_core.errors import MalformedInput
from vc_core.json_text import JsonObject, JsonValue, dump_json, parse_json_object
from vc_core.keys import PublicKey
from vc_core.multiformats import base64url_decode, base64url_encode
from vc_core.trust.checkpoint import MAX_TEXT, Checkpoint, open_checkpoint
from vc_core.trust.merkle import HASH_BYTES, MAX_SIZE, ReceiptError, leaf_hash, root_of_inclusion

RECEIPT_SUITE = "edubadges-receipt-2026"
MAX_VALUE = 16_384
_PREFIX = b"edubadges-signature/1\n"


@dataclass(frozen=True, slots=True)
class Receipt:
    """A place in the log, the way to a root, and the tree head that signs this root."""

    index: int
    proof: tuple[bytes, ...]
    checkpoint: str
    """A signed note; see `checkpoint`."""

    def to_proof(self, at: datetime, log: str) -> JsonObject:
        """Return the entry for the proof set of the badge; `log` names the key that signed, as a DID URL."""
        value: JsonObject = {
            "index": self.index,
            "proof": [base64url_encode(value) for value in self.proof],
            "checkpoint": self.checkpoint,
        }
        return {
            "type": "DataIntegrityProof",
            "cryptosuite": RECEIPT_SUITE,
            "created": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "verificationMethod": log,
            "proofPurpose": "assertionMethod",
            "proofValue": "u" + base64url_encode(dump_json(value)),
        }


def is_receipt(proof: Mapping[str, JsonValue]) -> bool:
    """Say whether an entry of a proof set is a receipt."""
    return proof.get("type") == "DataIntegrityProof" and proof.get("cryptosuite") == RECEIPT_SUITE


def leaf_of_proof(proof: Mapping[str, JsonValue]) -> bytes:
    """Return the hash under which the log keeps the signature of a Data Integrity proof.

    Raises:
        ReceiptError: the proof has no value, or names no key.
    """
    method, value = proof.get("verificationMethod"), proof.get("proofValue")
    if not isinstance(method, str) or not isinstance(value, str) or len(value) > MAX_VALUE or len(method) > 2_048:
        raise ReceiptError("The signature has no form that the log can keep.")
    return leaf_hash(_PREFIX + canonicalize_jcs({"proofValue": value, "verificationMethod": method}))


def leaf_of_jwt(token: str) -> bytes:
    """Return the hash under which the log keeps a compact JWT (of an SD-JWT the part its issuer signed)."""
    return leaf_hash(_PREFIX + hashlib.sha256(token.encode("ascii", "replace")).hexdigest().encode())


def read_receipt(proof: Mapping[str, JsonValue]) -> Receipt:
    """Return the receipt in an entry of a proof set. Nothing in it is checked yet.

    Raises:
        ReceiptError: it is not written in its one form.
    """
    value = proof.get("proofValue")
    if not is_receipt(proof) or not isinstance(value, str) or value[:1] != "u" or len(value) > MAX_VALUE:
        raise ReceiptError("The receipt cannot be read.")
    try:
        found = parse_json_object(base64url_decode(value[1:]), max_bytes=MAX_VALUE, max_depth=3)
        if set(found) != {"index", "proof", "checkpoint"}:
            raise ReceiptError("The receipt cannot be read.")
        index, path, checkpoint = found["index"], found["proof"], found["checkpoint"]
        if type(index) is not int or not isinstance(path, list) or not isinstance(checkpoint, str):
            raise ReceiptError("The receipt cannot be read.")
        hashes = tuple(base64url_decode(item) if isinstance(item, str) else b"" for item in path)
    except MalformedInput as error:
        raise ReceiptError("The receipt cannot be read.") from error
    too_long = len(hashes) > MAX_SIZE.bit_length() or len(checkpoint) > MAX_TEXT
    if too_long or any(len(value) != HASH_BYTES for value in hashes):
        raise ReceiptError("The receipt cannot be read.")
    return Receipt(index, hashes, checkpoint)


def check_receipt(
    receipt: Receipt, leaf: bytes, *, origin: str, keys: Mapping[str, PublicKey], threshold: int = 1
) -> Checkpoint:
    """Return the tree head that proves it: what the leaf stands for existed no later than its moment.

    Raises:
        ReceiptError: the receipt is of another log or another signature, or the log did not sign it.
    """
    checkpoint = open_checkpoint(receipt.checkpoint, origin=origin, keys=keys, threshold=threshold)
    if root_of_inclusion(leaf, receipt.index, checkpoint.size, receipt.proof) != checkpoint.root:
        raise ReceiptError("The receipt is not of this badge.")
    return checkpoint
