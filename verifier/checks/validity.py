"""Is the badge valid on this date, and was it signed in the past?"""

from __future__ import annotations

from datetime import UTC, datetime

from vc_core.json_text import JsonObject
from verifier.codes import Check, Code
from verifier.moments import read_moment
from verifier.question import Question
from verifier.report import CheckResult, failed, passed

_STARTS = ("validFrom", "issuanceDate")
_ENDS = ("validUntil", "expirationDate")


def check_validity(question: Question) -> list[CheckResult]:
    """Compare the dates in the badge and in its proof with now."""
    try:
        starts = [read_moment(question.document[name]) for name in _STARTS if name in question.document]
        ends = [read_moment(question.document[name]) for name in _ENDS if name in question.document]
        starts += _numeric_date(question, "nbf")
        ends += _numeric_date(question, "exp")
        created, proof_expires = _proof_moments(question.deciding_proof or {})
        created = max(_numeric_date(question, "iat"), default=created)
    except (ValueError, OverflowError) as error:
        return [failed(Check.VALIDITY, Code.VALIDITY_MALFORMED, str(error)[:100])]
    return [_judge(question, starts, ends, created, proof_expires)]


def _judge(
    question: Question,
    starts: list[datetime],
    ends: list[datetime],
    created: datetime | None,
    proof_expires: datetime | None,
) -> CheckResult:
    now, skew = question.now, question.policy.clock_skew
    if created is not None and created > now + skew:
        return failed(Check.VALIDITY, Code.VALIDITY_SIGNED_IN_FUTURE)
    if proof_expires is not None and proof_expires < now - skew:
        return failed(Check.VALIDITY, Code.VALIDITY_SIGNATURE_EXPIRED)
    if any(start > now + skew for start in starts):
        return failed(Check.VALIDITY, Code.VALIDITY_NOT_YET)
    if any(end < now for end in ends):
        return failed(Check.VALIDITY, Code.VALIDITY_EXPIRED)
    if any(end < now + question.policy.ends_soon for end in ends):
        return passed(Check.VALIDITY, Code.VALIDITY_ENDS_SOON)
    return passed(Check.VALIDITY, Code.VALIDITY_IN_PERIOD)


def _numeric_date(question: Question, claim: str) -> list[datetime]:
    """Return a JWT's NumericDate (RFC 7519, 2); a wrong kind is reported by `checks.format`."""
    value = question.credential.jwt.payload.get(claim) if question.credential.jwt else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return []
    try:
        return [datetime.fromtimestamp(value, UTC)]
    except OSError as error:
        raise ValueError("a date of the JWT is out of range") from error


def _proof_moments(proof: JsonObject) -> tuple[datetime | None, datetime | None]:
    """Return when the deciding proof was made and when it ends, each None when it does not say."""
    created = read_moment(proof["created"]) if "created" in proof else None
    return created, read_moment(proof["expires"]) if "expires" in proof else None
