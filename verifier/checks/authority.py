"""Might this issuer award this kind of badge when it did, by the accreditations that the registry passes on?

Whether the issuer takes part at all is asked in `checks.issuer`.
"""

from __future__ import annotations

from vc_core.json_text import JsonObject
from vc_core.trust.authority import Authority, Finding, decide_authority, kind_of_badge
from verifier.accreditations import open_accreditations
from verifier.codes import Check, Code
from verifier.evidence import EvidenceItem, EvidenceKind
from verifier.question import Question
from verifier.report import CheckResult, failed, not_applicable, not_run, passed
from verifier.signing_time import earliest_moment, proven_moment

_LACKING = {
    Authority.NOT_LISTED: Code.AUTHORITY_NOT_ACCREDITED,
    Authority.CHAIN_BROKEN: Code.AUTHORITY_CHAIN_BROKEN,
    Authority.NOT_FOR_THIS: Code.AUTHORITY_LACKING,
}


def check_authority(question: Question) -> list[CheckResult]:
    """Compare the achievement with what the issuer was accredited for at the moment of signing."""
    item = question.evidence.find(EvidenceKind.PARTICIPANT, question.unverified_issuer)
    content = item.content if item is not None else None
    if item is None or not isinstance(content, dict):
        return [not_run(Check.AUTHORITY, Code.AUTHORITY_NOT_CHECKED)]
    participant = content.get("participant")
    if not isinstance(participant, dict):
        return [not_applicable(Check.AUTHORITY, Code.AUTHORITY_NO_REGISTRATION)]
    if "accreditation" not in participant:
        return [passed(Check.AUTHORITY, Code.AUTHORITY_NOT_LIMITED, at=item.retrieved_at, by=item.source)]
    return [_judge(item, participant, question)]


def _judge(item: EvidenceItem, participant: JsonObject, question: Question) -> CheckResult:
    at, by = item.retrieved_at, item.source
    known = open_accreditations(item, participant["accreditation"], question)
    if known is None:
        return not_run(Check.AUTHORITY, Code.AUTHORITY_NOT_CHECKED, "unreadable", at=at, by=by)
    country = participant.get("country")
    kind = kind_of_badge(question.document, country=country if isinstance(country, str) else None)
    moment = earliest_moment(question) or question.now
    finding = decide_authority(question.unverified_issuer, kind, moment, known.statements, roots=[known.root])
    detail = ", ".join(finding.aspects)
    if finding.authority in _LACKING:
        if known.some_unchecked:
            return not_run(Check.AUTHORITY, Code.AUTHORITY_NOT_CHECKED, "keys of accreditors", at=at, by=by)
        return failed(Check.AUTHORITY, _LACKING[finding.authority], detail, at=at, by=by)
    return passed(Check.AUTHORITY, _code_of(finding, question), detail, at=at, by=by)


def _code_of(finding: Finding, question: Question) -> Code:
    if finding.authority is Authority.CANNOT_TELL:
        return Code.AUTHORITY_CANNOT_TELL
    if not all(statement.holds_at(question.now) for statement in finding.chain):
        # Whoever lost an accreditation still has the key and can write any date; a receipt cannot be had afterwards.
        proven = proven_moment(question)
        held = proven is not None and all(statement.holds_at(proven) for statement in finding.chain)
        return Code.AUTHORITY_COVERED_THEN if held else Code.AUTHORITY_COVERED_BY_DATE
    on_behalf = finding.authority is Authority.LISTED_ON_BEHALF
    return Code.AUTHORITY_ON_BEHALF if on_behalf else Code.AUTHORITY_COVERS
