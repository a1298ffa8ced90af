"""Open a Bitstring Status List: its own proof, issuer, dates and purpose (W3C Recommendation, 3.2).

What a bit means for a badge is decided in `checks.status`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from vc_core.json_text import JsonObject, JsonValue
from verifier.codes import Code
from verifier.evidence import EvidenceItem
from verifier.inputs import has_type
from verifier.issuer_proof import Doubt, doubt_about_proof
from verifier.moments import read_moment
from verifier.question import Question, read_issuer_id


@dataclass(frozen=True, slots=True)
class Unusable:
    """Why a list cannot be leaned on."""

    code: Code
    detail: str = ""


_BY_DOUBT = {
    Doubt.MALFORMED: Unusable(Code.STATUS_LIST_INVALID),
    Doubt.FORGED: Unusable(Code.STATUS_LIST_FORGED),
    Doubt.KEY_MISSING: Unusable(Code.STATUS_LIST_KEY_MISSING),
}


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
    found = doubt_about_proof(item, document, question)
    return None if found is None else replace(_BY_DOUBT[found.doubt], detail=found.detail)


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
