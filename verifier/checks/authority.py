"""May this issuer award this kind of badge, according to the registry?

Whether the issuer takes part at all is asked in `checks.issuer`.
"""

from __future__ import annotations

from vc_core.json_text import JsonObject
from verifier.codes import Check, Code
from verifier.evidence import EvidenceKind
from verifier.question import Question
from verifier.report import CheckResult, failed, not_applicable, not_run, passed


def check_authority(question: Question) -> list[CheckResult]:
    """Compare the kind of achievement with what the registry lets the issuer award."""
    item = question.evidence.find(EvidenceKind.PARTICIPANT, question.unverified_issuer)
    content = item.content if item is not None else None
    if item is None or not isinstance(content, dict):
        return [not_run(Check.AUTHORITY, Code.AUTHORITY_NOT_CHECKED)]
    at, by = item.retrieved_at, item.source
    participant = content.get("participant")
    if not isinstance(participant, dict):
        return [not_applicable(Check.AUTHORITY, Code.AUTHORITY_NO_REGISTRATION)]
    authority = participant.get("authority") or []
    if not isinstance(authority, list):
        return [not_run(Check.AUTHORITY, Code.AUTHORITY_NOT_CHECKED, "unreadable", at=at, by=by)]
    if not authority:
        return [passed(Check.AUTHORITY, Code.AUTHORITY_NOT_LIMITED, at=at, by=by)]
    allowed = [entry.get("achievement_type") for entry in authority if isinstance(entry, dict)]
    kind = _achievement_type(question.document)
    if kind is not None and kind in allowed:
        return [passed(Check.AUTHORITY, Code.AUTHORITY_COVERS, at=at, by=by)]
    return [failed(Check.AUTHORITY, Code.AUTHORITY_LACKING, at=at, by=by)]


def _achievement_type(document: JsonObject) -> str | None:
    subject = document.get("credentialSubject")
    achievement = subject.get("achievement") if isinstance(subject, dict) else None
    kind = achievement.get("achievementType") if isinstance(achievement, dict) else None
    return kind if isinstance(kind, str) else None
