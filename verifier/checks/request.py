"""Is this one of the badges that was asked for?

A wallet's own choice is only a hint (OpenID4VP 1.0, 7): everything the question named is compared here again.
"""

from __future__ import annotations

from dataclasses import dataclass

from vc_core.json_text import JsonObject
from verifier.codes import Check, Code
from verifier.question import Question
from verifier.report import CheckResult, failed, not_applicable, passed


@dataclass(frozen=True, slots=True)
class ExpectedBadge:
    """What was asked for; an empty tuple means "any"."""

    types: tuple[str, ...] = ("OpenBadgeCredential", "AchievementCredential")
    issuers: tuple[str, ...] = ()
    achievements: tuple[str, ...] = ()
    achievement_types: tuple[str, ...] = ()


def check_request(question: Question, expected: ExpectedBadge | None) -> list[CheckResult]:
    """Compare the badge with what was asked for."""
    if expected is None:
        return [not_applicable(Check.REQUEST, Code.REQUEST_NONE)]
    wrong = _difference(question.document, question.unverified_issuer, expected)
    if wrong:
        return [failed(Check.REQUEST, Code.REQUEST_OTHER_BADGE, wrong)]
    return [passed(Check.REQUEST, Code.REQUEST_MATCHED)]


def _difference(document: JsonObject, issuer: str, expected: ExpectedBadge) -> str:
    kinds = document.get("type")
    if expected.types and not set(expected.types) & {
        str(kind) for kind in (kinds if isinstance(kinds, list) else [kinds])
    }:
        return "type"
    if expected.issuers and issuer not in expected.issuers:
        return "issuer"
    subject = document.get("credentialSubject")
    found = subject.get("achievement") if isinstance(subject, dict) else None
    achievement = found if isinstance(found, dict) else {}
    if expected.achievements and achievement.get("id") not in expected.achievements:
        return "achievement"
    if expected.achievement_types and achievement.get("achievementType") not in expected.achievement_types:
        return "achievementType"
    return ""
