"""What is remembered of evidence never changes what is found: not another moment, key, policy or list."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.support.effort import effort_of
from tests.support.presenting import NOW, Issuer
from vc_core.canonical import cohort
from verifier import Code, Evidence, EvidenceItem, EvidenceKind, verify
from verifier.inputs import submission_of_presentation
from verifier.key_lookup import MAX_REFERENCE, find_key
from verifier.policy import DEFAULT_POLICY


def _codes(issuer: Issuer, badge: dict[str, Any], evidence: Evidence, *, days: float = 0) -> set[Code]:
    submission = submission_of_presentation({"type": ["VerifiablePresentation"], "verifiableCredential": [badge]})
    report = verify(submission, evidence, now=NOW + timedelta(days=days))
    return {result.code for result in report.results}


def test_a_key_that_ends_is_asked_about_at_every_moment() -> None:
    issuer = Issuer()
    document = issuer.document()
    document["verificationMethod"][0]["expires"] = "2026-11-24T12:00:00Z"
    evidence = issuer.evidence(document=document)
    badge = issuer.badge()
    assert Code.KEY_OF_ISSUER in _codes(issuer, badge, evidence)
    assert Code.KEY_WITHDRAWN in _codes(issuer, badge, evidence, days=2)
    assert Code.KEY_OF_ISSUER in _codes(issuer, badge, evidence)


def test_a_list_is_verified_with_the_key_of_each_evidence() -> None:
    issuer, stranger = Issuer(), Issuer()
    evidence = issuer.evidence()
    badge = issuer.badge()
    assert Code.STATUS_CLEAR in _codes(issuer, badge, evidence)
    other = EvidenceItem(
        EvidenceKind.KEY_DOCUMENT, issuer.did, "elsewhere", NOW - timedelta(minutes=4), stranger.document()
    )
    assert Code.STATUS_CLEAR not in _codes(issuer, badge, evidence.merged(Evidence.of([other])))
    assert Code.STATUS_CLEAR in _codes(issuer, badge, evidence)


def test_every_position_of_a_remembered_list_is_its_own() -> None:
    issuer = Issuer(revoked={8})
    evidence = issuer.evidence()
    for index in (7, 8, 9, 8, 7):
        expected = Code.STATUS_REVOKED if index == 8 else Code.STATUS_CLEAR
        assert expected in _codes(issuer, issuer.badge(index=index), evidence)


def test_a_second_badge_of_the_same_issuer_asks_less(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cohort, "_cohorts", None)  # what is learned of badges that look alike is another matter
    issuer = Issuer()
    evidence = issuer.evidence()
    badges = [issuer.badge(index=index) for index in (3, 4)]
    first = effort_of(lambda: _codes(issuer, badges[0], evidence))
    second = effort_of(lambda: _codes(issuer, badges[1], evidence))
    assert second.calls < first.calls


def test_the_memory_of_one_document_is_bounded() -> None:
    issuer = Issuer()
    evidence = issuer.evidence()
    item = evidence.find(EvidenceKind.KEY_DOCUMENT, issuer.did)
    assert item is not None
    for number in range(2_000):
        found = find_key(
            f"{issuer.did}#key-{number}",
            evidence,
            relationship="assertionMethod",
            freshness=DEFAULT_POLICY.key_freshness,
            now=NOW,
        )
        assert found.problem is Code.KEY_NOT_IN_DOCUMENT
    assert len(item._worked_out) <= 256


def test_a_reference_too_long_to_be_one_is_not_looked_for() -> None:
    issuer = Issuer()
    found = find_key(
        f"{issuer.did}#{'z' * MAX_REFERENCE}",
        issuer.evidence(),
        relationship="assertionMethod",
        freshness=DEFAULT_POLICY.key_freshness,
        now=NOW,
    )
    assert (found.key, found.problem) == (None, Code.KEY_NOT_NAMED)


def test_a_stored_item_keeps_nothing_of_it() -> None:
    issuer = Issuer()
    evidence = issuer.evidence()
    before = evidence.to_json()
    _codes(issuer, issuer.badge(), evidence)
    assert evidence.to_json() == before
    assert Evidence.from_json(evidence.to_json()) == evidence
