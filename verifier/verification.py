"""The story of verifying, pure: a submission, its evidence, a policy and a moment give a report.

Nothing is fetched and no clock is read, so a stored report can be replayed from its evidence years later.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from vc_core.json_text import JsonObject, JsonValue
from verifier.checks.authority import check_authority
from verifier.checks.endorsements import check_endorsements
from verifier.checks.format import check_format
from verifier.checks.holder import (
    HolderFinding,
    HolderQuestion,
    bind_to_credential,
    check_key_binding,
    check_presentation_proof,
    no_presentation,
)
from verifier.checks.issuer import check_issuer
from verifier.checks.key import check_key
from verifier.checks.request import ExpectedBadge, check_request
from verifier.checks.resources import check_resources
from verifier.checks.schema import check_schema
from verifier.checks.signature import check_signature
from verifier.checks.status import check_status
from verifier.checks.validity import check_validity
from verifier.evidence import Evidence, EvidenceKind, EvidenceSource
from verifier.gathering import gather
from verifier.inputs import PresentedCredential, Submission, parse_submission
from verifier.policy import DEFAULT_POLICY, Policy, decide, gravest
from verifier.question import Question, read_issuer_id
from verifier.report import BadgeSummary, CheckResult, CredentialReport, Report

MAX_SHOWN_TEXT = 200


def verify(
    submission: Submission,
    evidence: Evidence,
    policy: Policy = DEFAULT_POLICY,
    *,
    now: datetime,
    expected_challenge: str | None = None,
    expected_domain: str | None = None,
    expected_badge: ExpectedBadge | None = None,
) -> Report:
    """Return everything that was found, and the verdict.

    Args:
        submission: what was handed over; nothing in it is trusted.
        evidence: what was gathered for it; only this is leaned on.
        policy: how fresh evidence must be, and what may stay undone.
        now: an aware moment; the same moment gives the same report.
        expected_challenge: the nonce the verifier gave out; required for a presentation to count as fresh.
        expected_domain: the verifier's own identifier, as the holder must have signed for it.
        expected_badge: what was asked for, when something was asked.
    """
    # 1. Who shows it? One proof over the whole presentation, or nobody for a file.
    holder = ask_holder(submission, evidence, policy, now, expected_challenge, expected_domain)
    # 2. Every badge in it, each question on its own.
    reports = tuple(
        _verify_credential(
            question := Question(credential, evidence, policy, now),
            _ask_holder_of(question, holder, expected_challenge, expected_domain),
            expected_badge,
        )
        for credential in submission.credentials
    )
    # 3. The gravest verdict stands for the whole.
    return Report(
        verdict=gravest(report.verdict for report in reports),
        checked_at=now,
        medium=submission.medium,
        sha256=submission.sha256,
        is_presentation=submission.presentation is not None,
        credentials=reports,
    )


def verify_bytes(data: bytes, source: EvidenceSource, policy: Policy = DEFAULT_POLICY, *, now: datetime) -> Report:
    """Read, gather and verify in one go, for a file or pasted text.

    Raises:
        MalformedInput: there is nothing in it that can be checked.
    """
    submission = parse_submission(data)
    return verify(submission, gather(submission, source), policy, now=now)


def ask_holder(
    submission: Submission,
    evidence: Evidence,
    policy: Policy,
    now: datetime,
    expected_challenge: str | None,
    expected_domain: str | None,
) -> HolderFinding:
    """Return what came of the holder's proof, once for the whole submission."""
    if submission.presentation is None:
        return no_presentation()
    return check_presentation_proof(
        HolderQuestion(submission.presentation, evidence, policy, now, expected_challenge, expected_domain)
    )


def _ask_holder_of(
    question: Question, holder: HolderFinding, expected_challenge: str | None, expected_domain: str | None
) -> CheckResult:
    """Return the holder result of one badge: what it carries itself, else what came of the presentation around it."""
    sd_jwt = question.credential.sd_jwt
    if sd_jwt is None:
        return bind_to_credential(holder, question.document)
    return check_key_binding(question, sd_jwt, expected_challenge=expected_challenge, expected_domain=expected_domain)


def _verify_credential(question: Question, holder: CheckResult, expected: ExpectedBadge | None) -> CredentialReport:
    results: list[CheckResult] = [
        *judge_alone(question),
        holder,
        *check_endorsements(question, judge_alone),
        *check_request(question, expected),
    ]
    return CredentialReport(
        decide(results, question.policy), tuple(results), summarise(question.credential, question.evidence)
    )


def judge_alone(question: Question) -> list[CheckResult]:
    """Return the results of every check that does not depend on who shows the credential, or what was asked for."""
    return [
        *check_format(question),
        *check_schema(question),
        *check_signature(question),
        *check_key(question),
        *check_issuer(question),
        *check_authority(question),
        *check_validity(question),
        *check_status(question),
        *check_resources(question),
    ]


def summarise(credential: PresentedCredential, evidence: Evidence) -> BadgeSummary:
    """Return what the badge says about itself, shortened; the registry's name of the issuer beside the badge's own."""
    document = credential.document
    subject = document.get("credentialSubject")
    found = subject.get("achievement") if isinstance(subject, dict) else None
    achievement: Mapping[str, JsonValue] = found if isinstance(found, dict) else {}
    issuer = document.get("issuer")
    profile: Mapping[str, JsonValue] = issuer if isinstance(issuer, dict) else {}
    return BadgeSummary(
        id=_text(document.get("id")),
        name=_text(achievement.get("name")) or _text(document.get("name")),
        issuer_id=_text(read_issuer_id(document)),
        issuer_name=_text(profile.get("name")),
        registered_name=_registered_name(document, evidence),
        valid_from=_text(document.get("validFrom", document.get("issuanceDate"))),
        valid_until=_text(document.get("validUntil", document.get("expirationDate"))),
    )


def _registered_name(document: JsonObject, evidence: Evidence) -> dict[str, str]:
    item = evidence.find(EvidenceKind.PARTICIPANT, read_issuer_id(document))
    content = item.content if item is not None else None
    participant = content.get("participant") if isinstance(content, dict) else None
    names = participant.get("name") if isinstance(participant, dict) else None
    if not isinstance(names, dict):
        return {}
    return {language: _text(text) for language, text in names.items() if isinstance(text, str)}


def _text(value: JsonValue) -> str:
    if isinstance(value, dict):
        # A value object shows its value; of a language map the first by language, whatever the order of the members.
        texts = [value.get("@value"), *(text for _, text in sorted(value.items()) if isinstance(text, str))]
        value = next((text for text in texts if isinstance(text, str)), "")
    return value[:MAX_SHOWN_TEXT] if isinstance(value, str) else ""
