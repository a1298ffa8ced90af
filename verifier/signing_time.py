"""When was a badge signed? What it says itself, and what a receipt of the signing log proves.

Whoever holds a key can write any date; a receipt shows that a signature was there no later than the log says.
"""

from __future__ import annotations

from datetime import UTC, datetime

from vc_core.errors import MalformedInput
from vc_core.json_text import JsonObject, JsonValue
from vc_core.keys import PublicKey, public_key_from_multikey
from vc_core.trust.merkle import ReceiptError
from vc_core.trust.receipt import Receipt, check_receipt, is_receipt, leaf_of_proof, read_receipt
from verifier.evidence import Evidence, EvidenceItem, EvidenceKind
from verifier.moments import read_moment
from verifier.policy import Age
from verifier.question import Question


def claimed_moment(question: Question) -> datetime | None:
    """Return when the badge says it was signed: in its proof or token, else from when it holds; None when mute."""
    jwt = question.credential.jwt
    if jwt is not None:
        found = [_numeric(jwt.payload.get(name)) for name in ("iat", "nbf")]
    else:
        proof = question.deciding_proof
        found = [_written(proof.get("created"))] if proof is not None else []
    document = question.document
    found.append(_written(document.get("validFrom", document.get("issuanceDate"))))
    return next((moment for moment in found if moment is not None), None)


def proven_moment(question: Question) -> datetime | None:
    """Return the earliest moment at which the signature is proven to have been there; None without a good receipt."""
    proof = question.deciding_proof
    if question.credential.jwt is not None or proof is None:
        return None
    moments = [_proven_by(entry, proof, question) for entry in question.proofs or [] if is_receipt(entry)]
    return min((moment for moment in moments if moment is not None), default=None)


def earliest_moment(question: Question) -> datetime | None:
    """Return the moment of signing: what the badge says, or what is proven when that is earlier; None when mute."""
    claimed = claimed_moment(question)
    return None if claimed is None else min(claimed, proven_moment(question) or claimed)


def log_of(entry: JsonObject) -> str:
    """Return the name of the log a receipt says it is of, or an empty text."""
    try:
        return read_receipt(entry).checkpoint.split("\n", 1)[0]
    except ReceiptError:
        return ""


def _proven_by(entry: JsonObject, proof: JsonObject, question: Question) -> datetime | None:
    try:
        receipt = read_receipt(entry)
        origin = receipt.checkpoint.split("\n", 1)[0]
        item = _usable(question.evidence, origin, question)
        if item is None:
            return None
        return _checked(receipt, leaf_of_proof(proof), item)
    except ReceiptError:
        return None


def _usable(evidence: Evidence, origin: str, question: Question) -> EvidenceItem | None:
    item = evidence.find(EvidenceKind.SIGNING_LOG, origin)
    if item is None or item.absence is not None:
        return None
    too_old = question.policy.key_freshness.age_of(item.retrieved_at, question.now) is Age.TOO_OLD
    return None if too_old else item


def _checked(receipt: Receipt, leaf: bytes, item: EvidenceItem) -> datetime | None:
    keys, threshold = item.remember("keys", lambda: _keys_of(item.content))
    if not keys:
        return None
    return check_receipt(receipt, leaf, origin=item.name, keys=keys, threshold=threshold).at


def _keys_of(content: JsonValue) -> tuple[dict[str, PublicKey], int]:
    """Return the keys of a log as the registry publishes them: `{keys: {name: multikey}, threshold}`."""
    listed = content.get("keys") if isinstance(content, dict) else None
    threshold = content.get("threshold", 1) if isinstance(content, dict) else 1
    keys: dict[str, PublicKey] = {}
    for name, text in (listed if isinstance(listed, dict) else {}).items():
        try:
            key = public_key_from_multikey(text) if isinstance(text, str) else None
        except MalformedInput:
            continue
        if key is not None and key.algorithm == "Ed25519":
            keys[name] = key
    return keys, threshold if type(threshold) is int and threshold >= 1 else len(keys) + 1


def _written(value: JsonValue) -> datetime | None:
    try:
        return read_moment(value)
    except ValueError:
        return None


def _numeric(value: JsonValue) -> datetime | None:
    try:
        return datetime.fromtimestamp(value, UTC) if type(value) in (int, float) else None  # type: ignore[arg-type]
    except (ValueError, OverflowError, OSError):
        return None
