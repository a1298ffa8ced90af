"""A badge becomes a European Digital Credential with the lists of the EU; what it does not say is left out."""

from __future__ import annotations

import base64
import copy
import dataclasses
from collections.abc import Callable, Iterator

import pytest

from tests.unit.vc_core.samples import ACHIEVEMENT, AWARD, HOLDER, ISSUER, signed_badge, unsigned_badge
from tests.unit.vc_core.test_endorsements import unsigned_endorsement
from vc_core.errors import LimitExceeded, MalformedInput
from vc_core.json_text import JsonObject, JsonValue
from vc_core.model import elm, elm_vocabulary, vocabulary
from vc_core.model.elm import PersonData, build_elm_credential, missing_elements
from vc_core.model.facts import AlignmentData, AwardData
from vc_core.model.open_badge import build_achievement_credential

PAGE = b"\x89PNG\r\n\x1a\n and the rest"
ESCO = "http://data.europa.eu/esco/skill/ccdf3597-5c80-410f-896d-e1bdfa223de9"


def claim(rendering: JsonObject) -> JsonObject:
    return rendering["credentialSubject"]["hasClaim"][0]


def specification(rendering: JsonObject) -> JsonObject:
    return claim(rendering)["specifiedBy"]


def assessment(rendering: JsonObject) -> JsonObject:
    return claim(rendering)["provenBy"][0]


def badge_of(award: AwardData = AWARD, **changes: object) -> JsonObject:
    return build_achievement_credential(dataclasses.replace(ACHIEVEMENT, **changes), award, ISSUER, holder_id=HOLDER)


def parts(value: JsonValue) -> Iterator[JsonObject]:
    if isinstance(value, dict):
        yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from parts(item)


def uris(value: JsonValue) -> list[JsonValue]:
    return [item["id"] for item in value] if isinstance(value, list) else [value["id"]]


def test_the_envelope_is_that_of_the_model() -> None:
    badge = signed_badge()
    rendering = build_elm_credential(badge)

    assert rendering["@context"] == list(elm.CONTEXTS)
    assert rendering["type"] == ["VerifiableCredential", "EuropeanDigitalCredential"]
    assert rendering["id"] == badge["id"]
    assert rendering["credentialSubject"]["id"] == HOLDER
    assert rendering["credentialSubject"]["type"] == "Person"
    assert rendering["issued"] == rendering["issuanceDate"] == rendering["validFrom"] == badge["validFrom"]
    assert rendering["expirationDate"] == rendering["validUntil"] == badge["validUntil"]
    assert rendering["credentialSchema"]["type"] == "ShaclValidator2017"


def test_a_rendering_is_never_signed() -> None:
    assert not any("proof" in part for part in parts(build_elm_credential(signed_badge())))


def test_the_sixteen_elements_have_their_place() -> None:
    rendering = build_elm_credential(unsigned_badge())
    found, proven = specification(rendering), assessment(rendering)

    assert claim(rendering)["type"] == "LearningAchievement"
    assert claim(rendering)["title"] == dict(ACHIEVEMENT.name)
    assert claim(rendering)["description"] == dict(ACHIEVEMENT.description)
    assert uris(rendering["issuer"]["location"][0]["address"][0]["countryCode"]) == [
        "http://publications.europa.eu/resource/authority/country/NLD"
    ]
    assert claim(rendering)["awardedBy"]["awardingBody"][0]["legalName"] == {"nl": "Faculteit", "en": "Faculty"}
    assert claim(rendering)["awardedBy"]["awardingDate"] == AWARD.awarded_date
    assert [item["title"] for item in found["learningOutcome"][:2]] == [
        {"nl": "legt uit", "en": "explains"},
        {"nl": "beoordeelt", "en": "appraises"},
    ]
    assert found["creditPoint"][0]["point"] == "2.5"
    assert uris(found["creditPoint"][0]["framework"]) == ["http://data.europa.eu/snb/education-credit/6fcec5c5af"]
    assert claim(rendering)["creditReceived"][0]["point"] == "2.5"
    assert found["volumeOfLearning"] == "PT140H"
    assert uris(found["eqfLevel"]) == ["http://data.europa.eu/snb/eqf/7"]
    assert uris(found["thematicArea"]) == ["http://data.europa.eu/snb/isced-f/0912"]
    assert uris(found["mode"]) == ["http://data.europa.eu/snb/learning-assessment/e92d221e4d"]
    assert uris(found["learningSetting"]) == ["http://data.europa.eu/snb/learning-setting/6fd4685715"]
    assert uris(found["dcType"]) == ["http://data.europa.eu/snb/learning-opportunity/74a4a268e8"]
    assert uris(found["language"]) == ["http://publications.europa.eu/resource/authority/language/NLD"]
    assert found["learningOutcomeSummary"]["noteLiteral"] == dict(ACHIEVEMENT.criteria)
    assert found["identifier"][0]["schemeName"] == "RIO"
    assert found["identifier"][0]["notation"] == "1234"
    assert uris(proven["specifiedBy"]["dcType"]) == [
        "http://data.europa.eu/snb/assessment/2939dae15f",
        "http://data.europa.eu/snb/assessment/d30284d7df",
    ]
    assert proven["grade"]["noteLiteral"] == {"nl": "8", "en": "8"}
    assert "idVerification" not in proven
    assert proven["additionalNote"][0]["noteLiteral"]["en"] == "Supervised, with ID verification."


def test_what_has_no_place_of_its_own_is_a_note() -> None:
    notes = [
        note["noteLiteral"]["nl"] for note in specification(build_elm_credential(unsigned_badge()))["additionalNote"]
    ]

    assert "Kwaliteitsborging: Kwaliteitskader" in notes
    assert "Telt mee voor https://zzu.example/stacks/1" in notes
    assert any(note.startswith("NLQF 7") for note in notes)
    assert claim(build_elm_credential(unsigned_badge()))["additionalNote"][0]["noteLiteral"] == {"nl": "Knap gedaan"}


def test_with_a_level_it_is_a_qualification() -> None:
    """Levels belong to a Qualification, a kind of LearningAchievementSpecification."""
    with_level = specification(build_elm_credential(unsigned_badge()))
    without = specification(build_elm_credential(badge_of(eqf_level=None, nlqf_level=None, level_confirmed=None)))

    assert with_level["type"] == "Qualification"
    assert with_level["isPartialQualification"] is True
    assert without["type"] == "LearningAchievementSpecification"
    assert not without.keys() & {"eqfLevel", "isPartialQualification"}


def test_a_small_badge_leaves_out_what_it_does_not_say() -> None:
    badge = badge_of(
        dataclasses.replace(AWARD, grade=None, narrative=None, valid_until=None, evidence=()),
        kind="extra_curricular",
        name={"nl": "Buddy"},
        formal=False,
        learning_outcomes={},
        ects=None,
        workload_hours=None,
        eqf_level=None,
        nlqf_level=None,
        level_confirmed=None,
        programme_codes=(),
        isced_f=None,
        participation=(),
        assessment_types=(),
        assessment_supervised=None,
        identity_verified=None,
        quality_assurance=None,
        alignments=(),
        grade_result_type=None,
        is_part_of=(),
        creator=None,
    )
    rendering = build_elm_credential(badge)

    assert not claim(rendering).keys() & {"provenBy", "additionalNote", "creditReceived"}
    assert set(specification(rendering)) == {
        "id",
        "type",
        "title",
        "description",
        "learningOutcomeSummary",
        "language",
        "learningSetting",
    }
    assert rendering["displayParameter"]["title"] == {"nl": "Buddy"}
    assert not rendering.keys() & {"validUntil", "expirationDate"}
    assert claim(rendering)["awardedBy"]["awardingBody"][0]["id"] == ISSUER.id
    assert missing_elements(rendering) == ["/displayParameter/individualDisplay"]


def test_an_award_without_a_grade_is_a_pass() -> None:
    badge = badge_of(dataclasses.replace(AWARD, grade=None))

    assert assessment(build_elm_credential(badge))["grade"]["noteLiteral"] == {"nl": "Behaald", "en": "Passed"}


def test_an_assessment_without_supervision_has_its_concept() -> None:
    badge = badge_of(assessment_supervised=False, identity_verified=False)
    proven = assessment(build_elm_credential(badge))

    assert uris(proven["idVerification"]) == ["http://data.europa.eu/snb/supervision-verification/c598449d64"]
    assert "additionalNote" not in proven
    half = assessment(build_elm_credential(badge_of(identity_verified=None)))
    assert not half.keys() & {"idVerification", "additionalNote"}


def test_a_skill_of_esco_is_an_outcome_with_its_concept() -> None:
    skills = (AlignmentData(target_name="creativiteit stimuleren", target_url=ESCO),)
    [outcome] = specification(build_elm_credential(badge_of(alignments=skills, learning_outcomes={})))[
        "learningOutcome"
    ]

    assert outcome["title"] == {"nl": "creativiteit stimuleren"}
    assert uris(outcome["relatedESCOSkill"]) == [ESCO]


def test_half_a_translation_of_outcomes_is_not_matched() -> None:
    outcomes = {"nl": ("legt uit", "beoordeelt"), "en": ("explains",)}
    found = specification(build_elm_credential(badge_of(learning_outcomes=outcomes, alignments=())))["learningOutcome"]

    assert [item["title"] for item in found] == [{"nl": "legt uit"}, {"nl": "beoordeelt"}]


def test_parts_have_one_name_each() -> None:
    seen: dict[str, JsonObject] = {}
    for part in parts(build_elm_credential(unsigned_badge())):
        identifier = part.get("id")
        if identifier is not None:
            assert seen.setdefault(identifier, part) == part


def test_a_faculty_is_where_its_institution_is() -> None:
    rendering = build_elm_credential(unsigned_badge())
    body = claim(rendering)["awardedBy"]["awardingBody"][0]

    assert body["subOrganizationOf"] == rendering["issuer"]
    assert uris(body["location"][0]["address"][0]["countryCode"]) == uris(
        rendering["issuer"]["location"][0]["address"][0]["countryCode"]
    )
    assert rendering["issuer"]["registration"]["notation"] == "99WO"
    assert "registration" not in body
    assert rendering["issuer"]["homepage"][0]["contentURL"] == ISSUER.url


def test_a_mail_address_is_a_mailbox() -> None:
    badge = unsigned_badge()
    badge["issuer"]["email"] = "info@zzu.example"

    found = build_elm_credential(badge)["issuer"]["contactPoint"][0]["emailAddress"][0]

    assert found == {"id": "mailto:info@zzu.example", "type": "Mailbox"}


def test_with_pages_nothing_is_missing() -> None:
    rendering = build_elm_credential(unsigned_badge(), pages={"nl": PAGE, "en": PAGE})
    [dutch, english] = rendering["displayParameter"]["individualDisplay"]

    assert missing_elements(rendering) == []
    assert base64.b64decode(dutch["displayDetail"][0]["image"]["content"]) == PAGE
    assert dutch["displayDetail"][0]["page"] == 1
    assert uris(english["language"]) == ["http://publications.europa.eu/resource/authority/language/ENG"]


def test_a_page_must_be_a_small_picture() -> None:
    with pytest.raises(MalformedInput):
        build_elm_credential(unsigned_badge(), pages={"nl": b"<svg/>"})
    with pytest.raises(MalformedInput):
        build_elm_credential(unsigned_badge(), pages={"xx": PAGE})
    with pytest.raises(LimitExceeded):
        build_elm_credential(unsigned_badge(), pages={"nl": PAGE + bytes(elm.MAX_PAGE_BYTES)})


def test_the_name_of_the_learner_comes_from_outside() -> None:
    person = PersonData(given_name="Ana", family_name="Andromeda")
    learner = build_elm_credential(unsigned_badge(), person=person)["credentialSubject"]

    assert learner["fullName"] == {"nl": "Ana Andromeda"}
    assert learner["givenName"] == {"nl": "Ana"}
    assert "Andromeda" not in repr(person)
    assert not build_elm_credential(unsigned_badge())["credentialSubject"].keys() & {"givenName", "fullName"}


def test_a_learner_without_identifier_gets_a_local_one() -> None:
    badge = unsigned_badge()
    del badge["credentialSubject"]["id"]

    assert build_elm_credential(badge)["credentialSubject"]["id"] == "urn:epass:person:1"


def test_a_country_that_is_absent_is_missed() -> None:
    badge = unsigned_badge()
    del badge["issuer"]["address"]
    del badge["credentialSubject"]["achievement"]["creator"]

    assert missing_elements(build_elm_credential(badge)) == [
        "/credentialSubject/hasClaim/0/awardedBy/awardingBody/0/location",
        "/credentialSubject/hasClaim/0/provenBy/0/awardedBy/awardingBody/0/location",
        "/displayParameter/individualDisplay",
        "/issuer/location",
    ]


def test_what_the_issuer_says_of_itself_goes_before_others() -> None:
    badge = unsigned_badge()
    badge["credentialSubject"]["achievement"]["creator"]["parentOrg"]["name"] = "Onder een andere naam"
    del badge["credentialSubject"]["achievement"]["creator"]["parentOrg"]["localizedName"]
    rendering = build_elm_credential(badge)

    assert claim(rendering)["awardedBy"]["awardingBody"][0]["subOrganizationOf"] == rendering["issuer"]
    assert rendering["issuer"]["legalName"] == dict(ISSUER.name)


def test_a_language_tag_is_shortened() -> None:
    badge = badge_of(language="nl-NL", **{
        name: {"nl-NL": "Tekst"} for name in ("name", "description", "criteria")
    }, learning_outcomes={}, creator=None)  # fmt: skip
    rendering = build_elm_credential(badge)

    assert claim(rendering)["title"] == {"nl": "Tekst"}


def _aim(badge: JsonObject) -> JsonObject:
    return badge["credentialSubject"]["achievement"]


@pytest.mark.parametrize(
    "change",
    [
        lambda b: b.update(type=["VerifiableCredential"]),
        lambda b: b.pop("type"),
        lambda b: b.pop("id"),
        lambda b: b.pop("validFrom"),
        lambda b: b.update(validFrom="2026-11-23"),
        lambda b: b.update(awardedDate=7),
        lambda b: b.update(validUntil=None),
        lambda b: b.update(issuer=ISSUER.id),
        lambda b: b["issuer"].update(id="here"),
        lambda b: b["issuer"].pop("name"),
        lambda b: b["issuer"].update(address={"addressCountryCode": "XX"}),
        lambda b: b["issuer"].update(address="NL"),
        lambda b: b["issuer"].update(url=7),
        lambda b: b.update(credentialSubject=[]),
        lambda b: b.update(credentialSubject=[b["credentialSubject"]] * 2),
        lambda b: b["credentialSubject"].update(achievement="urn:x:1"),
        lambda b: b["credentialSubject"].update(narrative=["x"]),
        lambda b: b["credentialSubject"].update(result="8"),
        lambda b: b["credentialSubject"].update(creditsEarned="2.5"),
        lambda b: _aim(b).pop("inLanguage"),
        lambda b: _aim(b).update(inLanguage="tlh"),
        lambda b: _aim(b).pop("name"),
        lambda b: _aim(b).pop("criteria"),
        lambda b: _aim(b).update(localizedName={"nl": 7}),
        lambda b: _aim(b).update(localizedName="x"),
        lambda b: _aim(b).update(localizedName={str(number): "x" for number in range(101)}),
        lambda b: _aim(b).update(creator="urn:x:1"),
        lambda b: _aim(b).update(achievementType="Cake"),
        lambda b: _aim(b).update(participation=["nowhere"]),
        lambda b: _aim(b).update(assessmentType=["cake"]),
        lambda b: _aim(b).update(learningSetting="informal"),
        lambda b: _aim(b).update(creditFramework="CATS"),
        lambda b: _aim(b).update(creditsAvailable=True),
        lambda b: _aim(b).update(creditsAvailable=-1),
        lambda b: _aim(b).update(creditsAvailable=float("inf")),
        lambda b: _aim(b).update(workload=140),
        lambda b: _aim(b).update(learningOutcome=[7]),
        lambda b: _aim(b).update(learningOutcome=["x"] * 101),
        lambda b: _aim(b).update(qualityAssurance="x"),
        lambda b: _aim(b).update(isPartOf=[7]),
        lambda b: _aim(b).update(otherIdentifier=[{"identifier": "1234", "identifierType": "RIO"}]),
        lambda b: _aim(b).update(alignment=["x"]),
        lambda b: _aim(b)["alignment"][1].update(targetCode="9"),
        lambda b: _aim(b)["alignment"][1].update(targetCode="seven"),
        lambda b: _aim(b)["alignment"][1].update(targetCode="²"),
        lambda b: _aim(b)["alignment"][3].update(targetCode="zorg"),
        lambda b: _aim(b)["alignment"][0].update(targetUrl="http://data.europa.eu/esco/skill/"),
    ],
)
def test_what_cannot_be_read_is_refused(change: Callable[[JsonObject], object]) -> None:
    badge = copy.deepcopy(unsigned_badge())
    change(badge)

    with pytest.raises(MalformedInput):
        build_elm_credential(badge)


def test_endless_organisations_are_refused() -> None:
    badge = unsigned_badge()
    badge["issuer"]["parentOrg"] = badge["issuer"]

    with pytest.raises(LimitExceeded):
        build_elm_credential(badge)


def test_an_endorsement_is_not_rendered() -> None:
    with pytest.raises(MalformedInput):
        build_elm_credential(unsigned_endorsement())


def test_every_value_of_ours_has_a_concept() -> None:
    assert set(elm_vocabulary.MODES) == set(vocabulary.PARTICIPATION.values())
    assert set(elm_vocabulary.ASSESSMENTS) == set(vocabulary.ASSESSMENT_TYPES.values())
    assert set(elm_vocabulary.SETTINGS) == vocabulary.LEARNING_SETTINGS
    assert set(elm_vocabulary.OPPORTUNITIES) <= vocabulary.ACHIEVEMENT_TYPES


def test_concepts_outside_their_list_are_refused() -> None:
    for wrong in (
        lambda: elm_vocabulary.eqf_concept(0),
        lambda: elm_vocabulary.eqf_concept(9),
        lambda: elm_vocabulary.isced_concept("6", "x", "nl"),
        lambda: elm_vocabulary.isced_concept("06128", "x", "nl"),
        lambda: elm_vocabulary.esco_concept("https://esco.example/1", "x", "nl"),
        lambda: elm_vocabulary.language_concept("NL"),
        lambda: elm_vocabulary.country_concept("nl"),
    ):
        with pytest.raises(MalformedInput):
            wrong()
    assert {elm_vocabulary.eqf_concept(level).uri[-1] for level in range(1, 9)} == set("12345678")
