"""Does the registry know the issuer, as an institution that takes part now?

What the institution may award is asked in `checks.authority`.
"""

from __future__ import annotations

from verifier.codes import Check, Code
from verifier.evidence import EvidenceKind
from verifier.policy import Age
from verifier.question import Question
from verifier.report import CheckResult, failed, not_run, passed

_BY_STATUS = {"suspended": Code.ISSUER_SUSPENDED, "left": Code.ISSUER_LEFT}


def check_issuer(question: Question) -> list[CheckResult]:
    """Look the issuer up in what the registry said."""
    item = question.evidence.find(EvidenceKind.PARTICIPANT, question.unverified_issuer)
    if item is None or item.absence is not None or not isinstance(item.content, dict):
        reason = item.absence or "unreadable" if item is not None else "not-gathered"
        return [not_run(Check.ISSUER, Code.ISSUER_REGISTRY_MISSING, reason)]
    at, by = item.retrieved_at, item.source
    age = question.policy.registry_freshness.age_of(at, question.now)
    if age is Age.TOO_OLD:
        return [not_run(Check.ISSUER, Code.ISSUER_REGISTRY_TOO_OLD, at=at, by=by)]
    participant = item.content.get("participant")
    if not isinstance(participant, dict) or participant.get("did") != question.unverified_issuer:
        return [failed(Check.ISSUER, Code.ISSUER_NOT_IN_REGISTRY, at=at, by=by)]
    status = participant.get("status")
    if status != "active":
        code = _BY_STATUS.get(status, Code.ISSUER_SUSPENDED) if isinstance(status, str) else Code.ISSUER_SUSPENDED
        return [failed(Check.ISSUER, code, at=at, by=by)]
    code = Code.ISSUER_IN_REGISTRY_STALE if age is Age.STALE else Code.ISSUER_IN_REGISTRY
    return [passed(Check.ISSUER, code, at=at, by=by)]
