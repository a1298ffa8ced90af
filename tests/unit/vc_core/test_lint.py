"""The linter finds every mistake it knows, each by itself, says where it is, and says it in two languages."""

from __future__ import annotations

import copy
import re
import string
from pathlib import Path

import pytest

import vc_core.model
from tests.support.effort import effort_of
from tests.unit.vc_core.lint_cases import (
    AIM,
    CASES,
    SUBJECT,
    Change,
    achievement,
    description,
    result,
    subject,
    with_bounds,
)
from tests.unit.vc_core.samples import ACHIEVEMENT, ISSUER, signed_badge, unsigned_badge
from tests.unit.vc_core.test_clr import signed_record, unsigned_record
from tests.unit.vc_core.test_endorsements import signed_endorsement, unsigned_endorsement
from vc_core.contexts import EDUBADGES_CONTEXT
from vc_core.json_text import JsonObject
from vc_core.model.findings import SENTENCES, Finding, explain
from vc_core.model.lint import MAX_FINDINGS, lint
from vc_core.model.lint_values import MAX_DEPTH, is_language_tag, is_web_address


@pytest.mark.parametrize(("pointer", "code", "change"), CASES, ids=[f"{case[1]}-{at}" for at, case in enumerate(CASES)])
def test_one_mistake_is_found_where_it_is(pointer: str, code: str, change: Change) -> None:
    badge = unsigned_badge()
    change(badge)
    before = copy.deepcopy(badge)

    found = lint(badge)

    assert (pointer, code) in [(finding.pointer, finding.code) for finding in found]
    assert badge == before
    assert all(finding.detail and finding.detail_nl for finding in found)
    assert len({(finding.pointer, finding.code) for finding in found}) == len(found)


def test_every_code_has_a_case() -> None:
    elsewhere = {"clr", "too-deep", "too-many-findings"}

    assert set(SENTENCES) == {code for _, code, _ in CASES} | elsewhere


def test_every_sentence_is_there_in_two_languages() -> None:
    for code, (english, dutch) in SENTENCES.items():
        fields = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in (english, dutch)]
        assert fields[0] == fields[1], code
        assert english != dutch
        assert english.endswith(".")
        assert dutch.endswith(".")


def test_no_sentence_is_without_use() -> None:
    folder = Path(vc_core.model.__file__).parent
    text = "".join((folder / f"{name}.py").read_text() for name in ("lint", "lint_badge", "lint_values"))

    assert set(SENTENCES) == set(re.findall(r'"([a-z-]+)"', text)) & set(SENTENCES)


@pytest.mark.parametrize(
    "document",
    [
        unsigned_badge(),
        signed_badge(),
        unsigned_endorsement(),
        unsigned_record(),
        signed_record(),
    ],
    ids=["badge", "signed badge", "endorsement", "record", "signed record"],
)
def test_a_good_document_has_nothing_to_explain(document: JsonObject) -> None:
    assert lint(document) == []


def test_a_badge_with_an_endorsement_has_nothing_to_explain() -> None:
    signed = signed_endorsement(ISSUER.id)
    badge = unsigned_badge()
    badge["issuer"]["endorsement"] = [signed | {"proof": [signed["proof"]]}]

    assert lint(badge) == []


def test_what_is_allowed_is_not_a_mistake() -> None:
    badge = unsigned_badge()
    with_bounds(badge, "10", requiredValue="5.5")
    description(badge)["rubricCriterionLevel"] = [
        {"id": "urn:x:level", "type": ["RubricCriterionLevel"], "name": "Gevorderd"}
    ]
    result(badge)["achievedLevel"] = "urn:x:level"
    achievement(badge)["achievementType"] = "ext:Masterclass"
    achievement(badge)["image"]["id"] = "data:image/svg+xml;base64,PHN2Zy8+"
    achievement(badge)["inLanguage"] = "nl-BE"
    achievement(badge)["description"] = "Regel één\n\tRegel twee שלום 👩‍⚕️"
    subject(badge).update(activityStartDate="2026-09-01T00:00:00Z", activityEndDate="2026-09-01T00:00:00Z")

    assert lint(badge) == []


def test_a_status_result_is_not_a_mistake() -> None:
    badge = unsigned_badge()
    description(badge)["resultType"] = "Status"
    result(badge)["status"] = "Completed"
    del result(badge)["value"]

    assert lint(badge) == []


def test_credits_of_others_are_not_ours_to_judge() -> None:
    badge = unsigned_badge()
    badge["@context"].remove(EDUBADGES_CONTEXT)
    codes = {finding.code for finding in lint(badge)}

    assert "credits-no-framework" not in codes
    assert "data-loss-detected" in codes


def test_several_unknown_words_are_all_named() -> None:
    badge = unsigned_badge()
    subject(badge)["one"] = achievement(badge)["two"] = badge["three"] = "?"

    places = {finding.pointer for finding in lint(badge) if finding.code == "data-loss-detected"}

    assert places == {f"{SUBJECT}/one", f"{AIM}/two", "/three"}


def test_the_schema_is_silent_about_what_is_explained() -> None:
    badge = unsigned_badge()
    achievement(badge)["tag"] = "ai"

    assert [finding.code for finding in lint(badge) if finding.pointer == f"{AIM}/tag"] == ["not-a-list"]


def test_a_record_that_cannot_be_read_is_explained() -> None:
    record = unsigned_record()
    record["credentialSubject"]["verifiableCredential"][0].pop("id")

    assert ("/credentialSubject", "clr") in [(finding.pointer, finding.code) for finding in lint(record)]


def test_vocabularies_of_a_record_have_another_order() -> None:
    record = unsigned_record()
    record["@context"].remove("https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json")

    assert [(finding.pointer, finding.code) for finding in lint(record)] == [("/@context/1", "context-order")]


def test_facts_in_an_endorsement_do_not_contradict_the_badge() -> None:
    endorsement = signed_endorsement(ISSUER.id)
    badge = unsigned_badge()
    badge["endorsement"] = [endorsement]
    endorsement["issuer"]["parentOrg"]["name"] = "Onder een andere naam"

    assert "duplicate-id" not in {finding.code for finding in lint(badge)}


def test_a_deep_document_is_told_and_left_alone() -> None:
    deep: JsonObject = {}
    inner = deep
    for _ in range(MAX_DEPTH + 10):
        inner["x"] = inner = {}
    endless: JsonObject = {}
    endless["x"] = endless

    for hostile in (deep, endless):
        assert [finding.code for finding in lint(unsigned_badge() | {"x": hostile})] == ["too-deep"]


def test_a_large_document_takes_little_work() -> None:
    hostile = unsigned_badge() | {"x": [{} for _ in range(500_000)]}

    assert effort_of(lambda: lint(hostile)).calls < 5_000


def test_there_is_an_end_to_findings() -> None:
    badge = unsigned_badge()
    achievement(badge)["tag"] = ["\x00"] * 2_000

    found = lint(badge)

    assert len(found) == MAX_FINDINGS + 1
    assert found[-1].code == "too-many-findings"


@pytest.mark.parametrize("value", [None, True, 7, "x", [], {}, [7], [None], [[]], {"id": 7}, {"type": 7}])
@pytest.mark.parametrize("member", sorted({*unsigned_badge(), "endorsement", "endorsementJwt", "refreshService"}))
def test_no_value_of_a_member_makes_it_fall_over(member: str, value: object) -> None:
    assert lint(unsigned_badge() | {member: value}) != [] or (member, value) == ("name", "x")


@pytest.mark.parametrize("value", [None, True, 7, "x", [], {}, [7], [None], [[]], {"id": 7}, {"type": 7}])
@pytest.mark.parametrize("member", [*unsigned_badge()["credentialSubject"]["achievement"], "resultDescription"])
def test_no_value_in_an_achievement_makes_it_fall_over(member: str, value: object) -> None:
    badge = unsigned_badge()
    achievement(badge)[member] = value

    assert isinstance(lint(badge), list)


@pytest.mark.parametrize(
    "tag", ["nl", "en-GB", "zh-Hant-TW", "de-1996", "sl-rozaj-biske", "en-u-ca-buddhist", "nl-x-a"]
)
def test_language_tags_are_taken(tag: str) -> None:
    assert is_language_tag(tag)


@pytest.mark.parametrize(
    "tag", ["", "n", "nl_NL", "nederlands-", "nl-", "-nl", "nl NL", "nl\n", "nl-N", "é", "a" * 101]
)
def test_other_texts_are_no_language_tag(tag: str) -> None:
    assert not is_language_tag(tag)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://zzu.example", True),
        ("https://zzu.example:8443/a?b#c", True),
        ("http://localhost:8000/status/1", True),
        ("http://zzu.localhost/status/1", True),
        ("http://127.0.0.1:8000/status/1", True),
        ("http://[::1]/x", True),
        ("http://zzu.example/1", False),
        ("http://127.0.0.1.zzu.example/1", False),
        ("http://localhost.zzu.example/1", False),
        ("https://user@zzu.example/1", False),
        ("https://zzu.example/a b", False),
        ("https:///1", False),
        ("HTTPS://zzu.example", False),
    ],
)
def test_addresses_of_the_web_are_told_from_others(address: str, expected: bool) -> None:
    assert is_web_address(address) is expected


def test_a_finding_may_still_be_made_without_dutch() -> None:
    assert Finding("/x", "code", "Sentence.").detail_nl == ""
    assert explain("/x", "null", reason="because").detail.endswith("(because)")
    with pytest.raises(KeyError):
        explain("/x", "nothing")


def test_the_sample_has_what_the_cases_change() -> None:
    assert achievement(unsigned_badge())["id"] == ACHIEVEMENT.id
