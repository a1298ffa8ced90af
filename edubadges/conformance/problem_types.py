"""From our codes to the problem types of the W3C specifications (VCDM 2.0, 7.2; VC Data Integrity 1.0, 4.7).

A code without a row has a problem type of our own, named after it.
"""

from __future__ import annotations

from vc_core import errors as core
from verifier.codes import Check, Code, Outcome
from verifier.report import CheckResult

_MALFORMED = core.VC_PROBLEMS + "MALFORMED_VALUE_ERROR"
_PARSING = core.VC_PROBLEMS + "PARSING_ERROR"
_RANGE = core.VC_PROBLEMS + "RANGE_ERROR"
_PROOF = core.ProofError.type
_METHOD = core.KeyReferenceError.type
_DID_NOT_FOUND = core.DID_PROBLEMS + "NOT_FOUND"
_RETRIEVAL = core.STATUS_PROBLEMS + "STATUS_RETRIEVAL_ERROR"

_BY_CODE: dict[Code, str] = {
    Code.FORMAT_CONTEXT_UNKNOWN: _PARSING,
    Code.SIGNATURE_MEANING_UNCOVERED: core.DataLossDetected.type,
    Code.SIGNATURE_KEY_UNAVAILABLE: _METHOD,
    Code.KEY_NOT_FOR_THIS_USE: core.RelationshipError.type,
    Code.KEY_DOCUMENT_INVALID: core.DidDocumentError.type,
    Code.KEY_DOCUMENT_MISSING: _DID_NOT_FOUND,
    Code.VALIDITY_MALFORMED: _MALFORMED,
    Code.VALIDITY_EXPIRED: _RANGE,
    Code.VALIDITY_NOT_YET: _RANGE,
    Code.VALIDITY_SIGNED_IN_FUTURE: _PROOF,
    Code.VALIDITY_SIGNATURE_EXPIRED: _PROOF,
    Code.STATUS_ENTRY_MALFORMED: core.STATUS_PROBLEMS + "MALFORMED_VALUE_ERROR",
    Code.STATUS_LIST_MISSING: _RETRIEVAL,
    Code.STATUS_LIST_TOO_SHORT: core.StatusListTooShort.type,
    Code.STATUS_INDEX_OUT_OF_RANGE: core.StatusIndexOutOfRange.type,
    Code.STATUS_REVOKED: core.OWN_PROBLEMS + Code.STATUS_REVOKED,
    Code.STATUS_SUSPENDED: core.OWN_PROBLEMS + Code.STATUS_SUSPENDED,
    Code.STATUS_MESSAGE: core.OWN_PROBLEMS + Code.STATUS_MESSAGE,
    Code.HOLDER_CHALLENGE_WRONG: core.SECURITY_PROBLEMS + "INVALID_CHALLENGE_ERROR",
    Code.HOLDER_DOMAIN_WRONG: core.SECURITY_PROBLEMS + "INVALID_DOMAIN_ERROR",
    Code.HOLDER_KEY_REFUSED: _METHOD,
    Code.HOLDER_KEY_UNAVAILABLE: _DID_NOT_FOUND,
    Code.HOLDER_NOT_NAMED: core.OWN_PROBLEMS + Code.HOLDER_NOT_NAMED,
    Code.HOLDER_OTHER_PERSON: core.OWN_PROBLEMS + Code.HOLDER_OTHER_PERSON,
}
_BY_CHECK: dict[Check, str] = {
    Check.FORMAT: _MALFORMED,
    Check.SIGNATURE: _PROOF,
    Check.KEY: _METHOD,
    Check.STATUS: core.StatusError.type,
    Check.HOLDER: _PROOF,
}

# Found and told, but no reason to say "not verified": who takes part in a registry, and whose badge it is, are
# questions of the application (VC API, verify presentation); a message or a newer badge withdraws nothing.
_REMARKS = frozenset({Code.HOLDER_NOT_NAMED, Code.HOLDER_OTHER_PERSON, Code.STATUS_MESSAGE})
_REMARK_CHECKS = frozenset({Check.ISSUER, Check.AUTHORITY, Check.REQUEST})


def is_problem(result: CheckResult) -> bool:
    """Say whether a result stands in the way of "verified"; a check that did not run does."""
    if result.outcome in {Outcome.PASSED, Outcome.NOT_APPLICABLE}:
        return False
    return result.check not in _REMARK_CHECKS and result.code not in _REMARKS


def is_warning(result: CheckResult) -> bool:
    """Say whether a result is worth telling though it stands in nobody's way."""
    return result.outcome in {Outcome.FAILED, Outcome.NOT_RUN} and not is_problem(result)


def problem_of_result(result: CheckResult) -> dict[str, object]:
    """Return the problem document of a result."""
    return problem_of_code(result.code, result.check, result.detail)


def problem_of_code(code: Code, check: Check, detail: str = "") -> dict[str, object]:
    """Return the problem document of a code."""
    kind = _BY_CODE.get(code) or _BY_CHECK.get(check) or core.OWN_PROBLEMS + code
    return {"type": kind, "title": code.value, "detail": detail or code.value.replace("-", " "), "code": code.value}


def problem_of_core_error(error: core.EdubadgesError) -> dict[str, object]:
    """Return the problem document of an error of the core."""
    return {"type": error.type, "title": error.title, "detail": error.detail, "code": error.code}
