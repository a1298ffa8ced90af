"""Open a Bitstring Status List: its own proof, issuer, dates and purpose (W3C Recommendation, 3.2).

What a bit means for a badge is decided in `checks.status`.
"""

from __future__ import annotations

from dataclasses import dataclass

from vc_core.errors import MalformedInput, ProofError
from vc_core.json_text import JsonObject, JsonValue
from vc_core.keys import PublicKey
from vc_core.proof import verify_proof
from verifier.codes import Code
from verifier.evidence import EvidenceItem
from verifier.inputs import has_type
from verifier.key_history import key_held_at
from verifier.key_lookup import KEY_ABSENT, find_key, owner_of
from verifier.moments import read_moment
from verifier.proofs import deciding_proof, method_of, read_proofs
from verifier.question import Question, read_issuer_id


@dataclass(frozen=True, slots=True)
class Unusable:
    """Why a list cannot be leaned on."""

    code: Code
    detail: str = ""


def open_list(item: EvidenceItem, purpose: str, question: Question) -> JsonObject | Unusable:
    """Return the list's subject after every question about the list itself was answered well."""
    document = item.content
    if not isinstance(document, dict) or not has_type(document, "BitstringStatusListCredential"):
        return Unusable(Code.STATUS_LIST_INVALID, "not a status list")
    if document.get("id") not in (None, item.name):
        return Unusable(Code.STATUS_LIST_INVALID, "another list than the one named")
    if read_issuer_id(document) != question.unverified_issuer:
        return Unusable(Code.STATUS_LIST_OTHER_ISSUER)
    subject = document.get("credentialSubject")
    if not isinstance(subject, dict) or subject.get("type") != "BitstringStatusList":
        return Unusable(Code.STATUS_LIST_INVALID, "no list inside")
    if len(str(subject.get("encodedList", ""))) > question.policy.max_encoded_list_bytes:
        return Unusable(Code.STATUS_LIST_INVALID, "the list is larger than is accepted")
    unusable = _check_proof(item, document, question) or _check_dates(document, question)
    if unusable is not None:
        return unusable
    if purpose not in _purposes(subject.get("statusPurpose")):
        return Unusable(Code.STATUS_LIST_OTHER_PURPOSE)
    return subject


def _purposes(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else [value]


def _check_proof(item: EvidenceItem, document: JsonObject, question: Question) -> Unusable | None:
    issuer = read_issuer_id(document)
    try:
        proof = deciding_proof(read_proofs(document), issuer)
    except MalformedInput as error:
        return Unusable(Code.STATUS_LIST_INVALID, error.detail)
    if proof is None:
        return Unusable(Code.STATUS_LIST_INVALID, "no proof of a known kind")
    reference = method_of(proof)
    if owner_of(reference) != issuer or proof.get("proofPurpose") != "assertionMethod":
        return Unusable(Code.STATUS_LIST_FORGED, "not signed by its issuer")
    found = find_key(
        reference,
        question.evidence,
        relationship="assertionMethod",
        freshness=question.policy.key_freshness,
        now=question.now,
    )
    key = found.key if found.problem is None else _key_of_then(reference, proof, question)
    if key is None and found.problem in KEY_ABSENT:
        return Unusable(Code.STATUS_LIST_KEY_MISSING, found.detail)
    if key is None:
        return Unusable(Code.STATUS_LIST_FORGED, found.detail)
    return item.remember(("proof", reference, key), lambda: _verify(document, proof, key))


def _key_of_then(reference: str, proof: JsonObject, question: Question) -> PublicKey | None:
    """Return the key when it was the issuer's when the list was signed: of an institution that is gone, for example."""
    try:
        moment = read_moment(proof.get("created"))
    except ValueError:
        return None
    freshness = question.policy.key_freshness
    return key_held_at(reference, moment, question.evidence, freshness=freshness, now=question.now)


def _verify(document: JsonObject, proof: JsonObject, key: PublicKey) -> Unusable | None:
    try:
        verify_proof(document, proof, public_key=key)
    except (ProofError, MalformedInput) as error:
        return Unusable(Code.STATUS_LIST_FORGED, error.detail)
    return None


def _check_dates(document: JsonObject, question: Question) -> Unusable | None:
    try:
        start = read_moment(document["validFrom"]) if "validFrom" in document else None
        end = read_moment(document["validUntil"]) if "validUntil" in document else None
    except ValueError:
        return Unusable(Code.STATUS_LIST_INVALID, "a date that cannot be read")
    if start is not None and start > question.now + question.policy.clock_skew:
        return Unusable(Code.STATUS_LIST_NOT_YET_VALID)
    if end is not None and end < question.now:
        return Unusable(Code.STATUS_LIST_EXPIRED)
    return None
