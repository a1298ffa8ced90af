"""Badges we build satisfy both 1EdTech schema families, and the linter explains what would not."""

from __future__ import annotations

import dataclasses

import pytest

from tests.unit.vc_core.samples import ACHIEVEMENT, AWARD, HOLDER, ISSUER, signed_badge, unsigned_badge
from vc_core.contexts import EDUBADGES_CONTEXT, context_bytes, context_document, known_contexts
from vc_core.errors import MalformedInput, UnknownContext
from vc_core.model.open_badge import build_achievement_credential, identity_hash, lint
from vc_core.model.schema import check_schema


@pytest.mark.parametrize("family", ["json-ld", "plain"])
def test_a_full_badge_meets_the_schema(family: str) -> None:
    assert check_schema(unsigned_badge(), family=family) == []
    signed = signed_badge()
    # one proof is written as an object, which more libraries read; the plain family wants a list
    assert check_schema(signed | {"proof": [signed["proof"]]}, family=family) == []
    assert check_schema(signed) == []


def test_a_full_badge_has_nothing_to_explain() -> None:
    assert lint(unsigned_badge()) == []
    assert lint(signed_badge()) == []


def test_a_small_badge_has_nothing_to_explain() -> None:
    achievement = dataclasses.replace(
        ACHIEVEMENT,
        kind="extra_curricular",
        ects=None,
        eqf_level=None,
        nlqf_level=None,
        alignments=(),
        isced_f=None,
        quality_assurance=None,
        programme_codes=(),
        grade_result_type=None,
        creator=None,
        learning_outcomes={},
        name={"nl": "Buddy"},
    )
    award = dataclasses.replace(AWARD, grade=None, evidence=(), statuses=(), valid_until=None)

    assert lint(build_achievement_credential(achievement, award, ISSUER)) == []


def test_every_element_has_its_place() -> None:
    badge = unsigned_badge()
    subject = badge["credentialSubject"]
    achievement = subject["achievement"]

    assert achievement["achievementType"] == "MicroCredential"
    assert achievement["localizedName"] == dict(ACHIEVEMENT.name)
    assert achievement["creditsAvailable"] == subject["creditsEarned"] == 2.5
    assert {item["targetType"] for item in achievement["alignment"] if "targetType" in item} == {
        "ext:EQF",
        "ext:NLQF",
        "ext:ISCED-F",
        "ext:QualityAssurance",
    }
    assert achievement["workload"] == "PT140H"
    assert achievement["assessmentType"] == ["reportPaper", "oralExam"]
    assert subject["result"][0]["resultDescription"] == achievement["resultDescription"][0]["id"]
    assert badge["credentialStatus"]["statusListIndex"] == "94567"


def test_the_hash_of_an_identity_is_that_of_the_standard() -> None:
    value = identity_hash("a@example.com", "Kosher")

    assert value == "sha256$b5809d8a92f8858436d7e6b87c12ebc0ae1eac4baecc2c0b913aee2c922ef399"


@pytest.mark.parametrize(
    ("achievement", "award", "holder"),
    [
        (dataclasses.replace(ACHIEVEMENT, language="de"), AWARD, HOLDER),
        (dataclasses.replace(ACHIEVEMENT, kind="other"), AWARD, HOLDER),
        (dataclasses.replace(ACHIEVEMENT, eqf_level=9), AWARD, HOLDER),
        (dataclasses.replace(ACHIEVEMENT, participation=("elsewhere",)), AWARD, HOLDER),
        (dataclasses.replace(ACHIEVEMENT, grade_result_type=None), AWARD, HOLDER),
        (ACHIEVEMENT, dataclasses.replace(AWARD, identities=()), None),
    ],
)
def test_facts_that_do_not_fit_are_refused(achievement, award, holder) -> None:
    with pytest.raises(MalformedInput):
        build_achievement_credential(achievement, award, ISSUER, holder_id=holder)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda b: b.update(issuer="did:web:zzu.example"), "issuer-not-object"),
        (lambda b: b["@context"].reverse(), "context-order"),
        (lambda b: b["@context"].append("https://x.example/v1"), "unknown-context"),
        (lambda b: b["credentialSubject"].update(nonsense=1), "data-loss-detected"),
        (lambda b: b["credentialSubject"].update(narrative=None), "null"),
        (lambda b: b["credentialSubject"]["achievement"].update(tag=[]), "empty-list"),
        (lambda b: b.update(name="a\x07"), "control-character"),
        (lambda b: b["credentialSubject"]["achievement"].update(criteria={}), "no-criteria"),
        (lambda b: b["credentialSubject"]["achievement"].update(achievementType="Cake"), "unknown-value"),
        (lambda b: b["credentialSubject"]["result"][0].update(resultDescription="urn:x:y"), "unknown-result"),
        (lambda b: b.pop("validFrom"), "schema"),
        (lambda b: b.update(validFrom="2026-11-23"), "malformed-input"),
        (lambda b: b["credentialSubject"].update(id="", identifier=[]), "no-recipient"),
    ],
)
def test_the_linter_names_the_mistake(change, code: str) -> None:
    badge = unsigned_badge()
    change(badge)

    assert code in {finding.code for finding in lint(badge)}


def test_contexts_are_pinned() -> None:
    for url, digest in known_contexts().items():
        assert len(digest) == 64
        assert context_bytes(url)
        assert "@context" in context_document(url)
    with pytest.raises(UnknownContext):
        context_document("https://example.org/context")


def test_our_context_redefines_nothing_of_others() -> None:
    others = ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"]
    own = set(context_document(EDUBADGES_CONTEXT)["@context"]) - {"@version", "@protected", "id", "type"}
    for url in others:
        assert not own & set(context_document(url)["@context"])
        for term in context_document(url)["@context"].values():
            scoped = term.get("@context") if isinstance(term, dict) else None
            assert not own & set(scoped or {})
