"""What a badge class must say, per type and sector: one row per rule, each changing one thing."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib import resources
from typing import Any

import pytest

from issuer_agent.badge_class_rules import findings
from issuer_agent.records import Alignment, BadgeClassContent, QualityAssurance, Text, Texts
from issuer_agent.store import CONTENT
from issuer_agent.web_address import is_web_address

MICRO = BadgeClassContent(
    type="micro_credential",
    title=Text("Waterdata lezen", "Reading water data"),
    description=Text("Metingen lezen.", "Read measurements."),
    criteria=Text("Je werkt een reeks uit.", "You work out a series."),
    learning_outcomes=Texts(("herkent meetfouten",), ("recognises errors",)),
    ects=3.0,
    eqf=6,
    participation=("blended",),
    assessment=("oral_exam",),
    quality_assurance=QualityAssurance("Kader", "https://kader.example/"),
)
REGULAR = replace(MICRO, type="regular", programme_codes=("99001",), quality_assurance=None, participation=())
EXTRA = replace(MICRO, type="extra_curricular", formal=False, ects=None, eqf=None, time_investment_hours=40)
VOCATIONAL = replace(MICRO, ects=None, study_load_hours=240, eqf=4)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (MICRO, "hbo"),
        (replace(MICRO, ects=1.0), "wo"),
        (replace(MICRO, ects=30.0), "hbo"),
        (replace(MICRO, ects=None, time_investment_hours=28), "wo"),
        (replace(MICRO, ects=None, time_investment_hours=840), "hbo"),
        (REGULAR, "wo"),
        (replace(REGULAR, ects=0.5), "hbo"),
        (replace(REGULAR, ects=240.0), "wo"),
        (replace(REGULAR, ects=None, study_load_hours=1), "mbo"),
        (VOCATIONAL, "mbo"),
        (replace(VOCATIONAL, study_load_hours=80), "mbo"),
        (EXTRA, "wo"),
        (replace(EXTRA, time_investment_hours=None), "mbo"),
        (replace(EXTRA, learning_outcomes=Texts()), "hbo"),
        (replace(EXTRA, open_to=("hwl",)), "wo"),
        (replace(MICRO, alignments=(Alignment("Lezen", "https://esco.example/1"),)), "wo"),
    ],
)
def test_complete_content_may_be_published(content: BadgeClassContent, kind: str) -> None:
    assert findings(content, kind) == []


@pytest.mark.parametrize(
    ("content", "kind", "pointer"),
    [
        (replace(MICRO, title=Text("Alleen Nederlands", "")), "wo", "/title/en"),
        (replace(MICRO, title=Text("x" * 256, "y")), "wo", "/title/nl"),
        (replace(MICRO, unit=Text("x" * 256, "")), "wo", "/unit/nl"),
        (replace(MICRO, description=Text("", "Only English")), "wo", "/description/nl"),
        (replace(MICRO, criteria=Text("  ", "Something")), "wo", "/criteria/nl"),
        (replace(MICRO, criteria=Text("x" * 16_385, "y")), "wo", "/criteria/nl"),
        (replace(MICRO, language="nl_NL"), "wo", "/language"),
        (replace(MICRO, learning_outcomes=Texts(("alleen nl",), ())), "wo", "/learning_outcomes"),
        (replace(MICRO, learning_outcomes=Texts(("a",) * 31, ("a",))), "wo", "/learning_outcomes"),
        (replace(MICRO, learning_outcomes=Texts((" ",), ("a",))), "wo", "/learning_outcomes/nl/0"),
        (replace(MICRO, learning_outcomes=Texts(("a",), ("x" * 1021,))), "wo", "/learning_outcomes/en/0"),
        (replace(MICRO, ects=None), "wo", "/ects"),
        (replace(MICRO, ects=0.5), "wo", "/ects"),
        (replace(MICRO, ects=2.5), "hbo", "/ects"),
        (replace(MICRO, ects=30.5), "wo", "/ects"),
        (replace(MICRO, ects=3.3), "wo", "/ects"),
        (replace(MICRO, ects=float("nan")), "wo", "/ects"),
        (replace(MICRO, ects=float("inf")), "wo", "/ects"),
        (replace(MICRO, ects=None, time_investment_hours=27), "wo", "/time_investment_hours"),
        (replace(MICRO, ects=None, time_investment_hours=83), "hbo", "/time_investment_hours"),
        (replace(MICRO, study_load_hours=80), "hbo", "/study_load_hours"),
        (replace(VOCATIONAL, ects=3.0), "mbo", "/ects"),
        (replace(VOCATIONAL, study_load_hours=None), "mbo", "/study_load_hours"),
        (replace(VOCATIONAL, study_load_hours=79), "mbo", "/study_load_hours"),
        (replace(VOCATIONAL, study_load_hours=100), "mbo", "/study_load_hours"),
        (replace(REGULAR, ects=240.5), "wo", "/ects"),
        (replace(REGULAR, programme_codes=()), "wo", "/programme_codes"),
        (replace(REGULAR, programme_codes=("x1",)), "wo", "/programme_codes"),
        (replace(EXTRA, ects=1.0), "wo", "/ects"),
        (replace(EXTRA, study_load_hours=80), "mbo", "/ects"),
        (replace(EXTRA, time_investment_hours=0), "wo", "/time_investment_hours"),
        (replace(EXTRA, formal=True), "wo", "/formal"),
        (replace(MICRO, formal=False), "wo", "/formal"),
        (replace(MICRO, eqf=None), "wo", "/eqf"),
        (replace(MICRO, eqf=9), "wo", "/eqf"),
        (replace(EXTRA, eqf=0), "wo", "/eqf"),
        (replace(MICRO, isced_f="water"), "wo", "/isced_f"),
        (replace(MICRO, participation=()), "wo", "/participation"),
        (replace(MICRO, assessment=()), "wo", "/assessment"),
        (replace(MICRO, quality_assurance=None), "wo", "/quality_assurance"),
        (
            replace(MICRO, quality_assurance=QualityAssurance("Kader", "javascript:alert(1)")),
            "wo",
            "/quality_assurance/url",
        ),
        (replace(MICRO, quality_assurance=QualityAssurance("x" * 256, "")), "wo", "/quality_assurance"),
        (replace(MICRO, expires_days=0), "wo", "/expires_days"),
        (replace(MICRO, expires_days=365 * 50 + 1), "wo", "/expires_days"),
        (replace(MICRO, open_to=("hwl",)), "wo", "/open_to"),
        (replace(MICRO, enrol="direct_award", student_motivation_required=True), "wo", "/enrol"),
        (replace(MICRO, on_behalf_of_url="http://plain.example"), "wo", "/on_behalf_of_url"),
        (replace(MICRO, alignments=(Alignment("", "https://esco.example/1"),)), "wo", "/alignments/0/name"),
        (replace(MICRO, alignments=(Alignment("Lezen", "esco"),)), "wo", "/alignments/0/url"),
        (replace(MICRO, alignments=(Alignment("Lezen", "https://esco.example/1"),) * 21), "wo", "/alignments"),
    ],
)
def test_one_thing_wrong_gives_one_finding(content: BadgeClassContent, kind: str, pointer: str) -> None:
    assert [item.pointer for item in findings(content, kind)] == [pointer]


def test_an_empty_draft_gives_findings_and_no_error() -> None:
    assert len(findings(BadgeClassContent(type="micro_credential", title=Text()), "wo")) > 8


def sample_classes() -> list[dict[str, Any]]:
    text = (resources.files("issuer_agent") / "sample" / "edubadges.json").read_text()
    sample = json.loads(text)
    kinds = {item["slug"]: item["kind"] for item in sample["institutions"]}
    return [{**item, "kind": kinds[item["institution"]]} for item in sample["badge_classes"]]


def test_the_sample_has_twelve_classes_and_two_composed_ones_that_may_be_published() -> None:
    found = sample_classes()

    assert len([item for item in found if "stack" not in item["content"]]) == 12
    assert len([item for item in found if "stack" in item["content"]]) == 2
    assert {item["slug"]: findings(CONTENT.validate_python(item["content"]), item["kind"]) for item in found} == {
        item["slug"]: [] for item in found
    }


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("https://example.org/a?b=c#d", True),
        (" https://example.org ", True),
        ("http://example.org", False),
        ("https://", False),
        ("https:///path", False),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("https://exa mple.org", False),
        ('https://example.org/"onclick', False),
        ("https://[broken", False),
        ("https://example.org/" + "x" * 2000, False),
        ("", False),
    ],
)
def test_only_https_addresses_count(text: str, good: bool) -> None:
    assert is_web_address(text) is good
