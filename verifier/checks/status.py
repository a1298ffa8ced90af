"""Has the issuer withdrawn the badge? Every status entry is asked, each with a result of its own.

A list that is missing, old, forged or too short gives "not run": nothing is known then, and nothing is green.
"""

from __future__ import annotations

from vc_core.errors import (
    LimitExceeded,
    MalformedInput,
    ProofError,
    StatusError,
    StatusIndexOutOfRange,
    StatusListTooShort,
)
from vc_core.jose.sd_jwt_vc import token_status_of
from vc_core.json_text import JsonObject, JsonValue
from vc_core.model.credential import StatusEntry, status_entries
from vc_core.status.assertion import StatusAssertion
from vc_core.status.bitstring import expand_list, read_entry
from vc_core.status.token_status_list import TokenStatusValue
from verifier.codes import Check, Code, Outcome
from verifier.evidence import EvidenceItem, EvidenceKind
from verifier.policy import Age
from verifier.question import Question
from verifier.report import CheckResult, failed, not_applicable, not_run, passed
from verifier.stated_status import stated_status
from verifier.status_list import Unusable, open_list
from verifier.token_status import open_token_list

_UNSIGNED_LIST = "1EdTechRevocationList"
_BITSTRING_ENTRY = "BitstringStatusListEntry"
_BY_VALUE = {
    TokenStatusValue.INVALID.value: Code.STATUS_REVOKED,
    TokenStatusValue.SUSPENDED.value: Code.STATUS_SUSPENDED,
}
_OPEN = frozenset(
    {Code.STATUS_LIST_MISSING, Code.STATUS_LIST_TOO_OLD, Code.STATUS_LIST_EXPIRED, Code.STATUS_CLEAR_STALE}
)
"""Findings of lists that leave room for something newer."""
_BY_PURPOSE = {"revocation": Code.STATUS_REVOKED, "suspension": Code.STATUS_SUSPENDED}
# A refresh bit says that a newer badge exists, a message bit that there is something to read; neither withdraws it.


def check_status(question: Question) -> list[CheckResult]:
    """Ask every status entry of the badge; where no list can be asked, take what the issuer stated of it lately."""
    found = [*_embedded(question), *_of_token(question)]
    if not found:
        return [not_applicable(Check.STATUS, Code.STATUS_NONE)]
    if any(result.outcome is Outcome.FAILED for result in found) or not any(result.code in _OPEN for result in found):
        return found
    stated = stated_status(question)
    moments = [result.evidence_at for result in found if result.outcome is Outcome.PASSED]
    if stated is None or any(at is not None and at > stated.issued_at for at in moments):
        return found
    return [_of_statement(stated, question)]


def _of_statement(stated: StatusAssertion, question: Question) -> CheckResult:
    at, by = stated.issued_at, stated.issuer
    if stated.value is TokenStatusValue.INVALID:
        return failed(Check.STATUS, Code.STATUS_REVOKED, "stated by the issuer", at=at, by=by)
    if stated.value is TokenStatusValue.SUSPENDED:
        return failed(Check.STATUS, Code.STATUS_SUSPENDED, "stated by the issuer", at=at, by=by)
    fresh = question.policy.status_freshness.age_of(at, question.now) is Age.FRESH
    code = Code.STATUS_STATED_CLEAR if fresh else Code.STATUS_STATED_CLEAR_STALE
    return passed(Check.STATUS, code, at=at, by=by)


def _embedded(question: Question) -> list[CheckResult]:
    """Ask the entries in the credential itself."""
    if "credentialStatus" not in question.document:
        return []
    try:
        entries = status_entries(question.document, shape_checked=question.is_plainly_written)
    except (MalformedInput, ProofError, StatusError) as error:
        return [failed(Check.STATUS, Code.STATUS_ENTRY_MALFORMED, error.detail)]
    return [_ask(entry, question) for entry in entries]


def _of_token(question: Question) -> list[CheckResult]:
    """Ask the entry of an SD-JWT VC (draft-ietf-oauth-status-list)."""
    sd_jwt = question.credential.sd_jwt
    if sd_jwt is None or "status" not in sd_jwt.jwt.payload:
        return []
    try:
        entry, _ = token_status_of(sd_jwt.jwt.payload)
    except MalformedInput as error:
        return [failed(Check.STATUS, Code.STATUS_ENTRY_MALFORMED, error.detail)]
    if entry is None:
        return [not_run(Check.STATUS, Code.STATUS_METHOD_UNKNOWN)]
    item = _usable(entry.uri, question)
    if isinstance(item, CheckResult):
        return [item]
    at, by = item.retrieved_at, item.source
    opened = open_token_list(item, question)
    if isinstance(opened, Unusable):
        return [not_run(Check.STATUS, opened.code, opened.detail, at=at, by=by)]
    try:
        value = opened.status_at(entry.index)
    except StatusIndexOutOfRange as error:
        return [not_run(Check.STATUS, Code.STATUS_INDEX_OUT_OF_RANGE, error.detail, at=at, by=by)]
    if value != TokenStatusValue.VALID:
        code = _BY_VALUE.get(value, Code.STATUS_MESSAGE)
        return [failed(Check.STATUS, code, f"status {value}, position {entry.index}", at=at, by=by)]
    stale = question.policy.status_freshness.age_of(at, question.now) is Age.STALE
    code = Code.STATUS_CLEAR_STALE if stale else Code.STATUS_CLEAR
    return [passed(Check.STATUS, code, f"position {entry.index}", at=at, by=by)]


def _usable(name: str, question: Question) -> EvidenceItem | CheckResult:
    """Return the list of this name when it is there and young enough, else what is reported instead."""
    item = question.evidence.find(EvidenceKind.STATUS_LIST, name)
    if item is None or item.absence is not None:
        reason = "not-gathered" if item is None else str(item.absence)
        return not_run(Check.STATUS, Code.STATUS_LIST_MISSING, reason, by=name)
    if question.policy.status_freshness.age_of(item.retrieved_at, question.now) is Age.TOO_OLD:
        return not_run(Check.STATUS, Code.STATUS_LIST_TOO_OLD, at=item.retrieved_at, by=item.source)
    return item


def _ask(entry: StatusEntry, question: Question) -> CheckResult:
    if entry.type not in {_BITSTRING_ENTRY, _UNSIGNED_LIST}:
        return not_run(Check.STATUS, Code.STATUS_METHOD_UNKNOWN)
    item = _usable(entry.list_url, question)
    if isinstance(item, CheckResult):
        return item
    age = question.policy.status_freshness.age_of(item.retrieved_at, question.now)
    if entry.type == _UNSIGNED_LIST:
        return _ask_unsigned(item, question)
    return _ask_bitstring(entry, item, age, question)


def _ask_bitstring(entry: StatusEntry, item: EvidenceItem, age: Age, question: Question) -> CheckResult:
    at, by = item.retrieved_at, item.source
    asked = ("open", item.name, entry.purpose, question.unverified_issuer, question.now, question.policy)
    subject = question.evidence.remember(asked, lambda: open_list(item, entry.purpose, question))
    if isinstance(subject, Unusable):
        return not_run(Check.STATUS, subject.code, subject.detail, at=at, by=by)
    value = _read(entry, item, subject, question)
    if isinstance(value, Unusable):
        return not_run(Check.STATUS, value.code, value.detail, at=at, by=by)
    detail = f"{entry.purpose}, position {entry.index}"
    if value:
        return failed(Check.STATUS, _BY_PURPOSE.get(entry.purpose, Code.STATUS_MESSAGE), detail, at=at, by=by)
    code = Code.STATUS_CLEAR_STALE if age is Age.STALE else Code.STATUS_CLEAR
    return passed(Check.STATUS, code, detail, at=at, by=by)


def _read(entry: StatusEntry, item: EvidenceItem, subject: JsonObject, question: Question) -> int | Unusable:
    encoded = str(subject.get("encodedList", ""))
    try:
        most = question.policy.max_list_bytes
        bits = item.remember(("bits", most), lambda: expand_list(encoded, max_bytes=most))
        return read_entry(bits, entry.index, size=entry.size)
    except StatusListTooShort as error:
        return Unusable(Code.STATUS_LIST_TOO_SHORT, error.detail)
    except StatusIndexOutOfRange as error:
        return Unusable(Code.STATUS_INDEX_OUT_OF_RANGE, error.detail)
    except (StatusError, MalformedInput, LimitExceeded) as error:
        return Unusable(Code.STATUS_LIST_INVALID, error.detail)


def _ask_unsigned(item: EvidenceItem, question: Question) -> CheckResult:
    """Read a 1EdTechRevocationList; both spellings of its member are in the wild, and only TLS vouches for it."""
    at, by = item.retrieved_at, item.source
    content = item.content if isinstance(item.content, dict) else {}
    listed = content.get("revokedCredential", content.get("revokedCredentials"))
    issuer = content.get("issuer")
    issuer = issuer.get("id") if isinstance(issuer, dict) else issuer
    if not isinstance(listed, list) or issuer != question.unverified_issuer:
        return not_run(Check.STATUS, Code.STATUS_LIST_INVALID, at=at, by=by)
    if any(_is_revoked(entry, question.document["id"]) for entry in listed):
        return failed(Check.STATUS, Code.STATUS_REVOKED, "revocation", at=at, by=by)
    return passed(Check.STATUS, Code.STATUS_CLEAR_UNSIGNED_LIST, at=at, by=by)


def _is_revoked(entry: JsonValue, identifier: JsonValue) -> bool:
    if isinstance(entry, str):
        return entry == identifier
    return (
        isinstance(entry, dict) and entry.get("id") == identifier and entry.get("revoked", True) not in (False, "false")
    )
