"""The figures: what they count, when a month begins, and what is hidden."""

from __future__ import annotations

import re
import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from issuer_agent.audit_trail import Actor
from issuer_agent.award_rules import Grounds, Recipient
from issuer_agent.csv_rows import harmless
from issuer_agent.insights import Figures, Insight
from issuer_agent.records import Award, Text
from tests.support.portal import Portal
from tests.unit.issuer_agent.test_badge_class_rules import MICRO

DAAN = Actor("person:daan")
HOLDER = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"
# Long ago, so that no other test of this database awards then.
THEN = datetime(2019, 5, 10, 12, 0, tzinfo=UTC)


def award(portal: Portal, count: int, *, at: datetime = THEN, title: str = "Figures") -> tuple[str, list[Award]]:
    zzu = portal.issuer.institutions.get("zzu")
    content = replace(MICRO, title=Text(title, title), unit=Text(title, title))
    version = portal.issuer.achievements.create_active(zzu, content, actor=DAAN, now=at)
    found = portal.issuer.achievements.get(version.badge_class_id)
    make = portal.issuer.awards.award
    people = [Recipient(f"{uuid.uuid4().hex[:8]}@figures.example", "F") for _ in range(count)]
    return found.id, [make(found, version, person, Grounds(), actor=DAAN, now=at)[0] for person in people]


def collect(portal: Portal, award: Award, after: timedelta) -> None:
    issuance = replace(portal.issuer.issuance, clock=lambda: award.awarded_at + after)
    issuance.issue(award.id, holder_did=HOLDER)


def look(portal: Portal, until: datetime = THEN, months: int = 2) -> Insight:
    return portal.issuer.insights.of_institution("zzu", until=until, months=months)


def of(found: Insight, badge_class: str) -> Figures:
    return next(item.figures for item in found.classes if item.badge_class_id == badge_class)


def test_awards_are_counted_by_class_with_what_became_of_them(portal: Portal) -> None:
    badge_class, made = award(portal, 6)
    for days, item in zip((1, 2, 9), made, strict=False):
        collect(portal, item, timedelta(days=days))
    also = portal.issuer.issuance.record_revocation
    portal.issuer.awards.revoke(made[5].id, reason="x", actor=DAAN, now=THEN, also=also)

    figures = of(look(portal), badge_class)

    assert (figures.awarded, figures.collected, figures.revoked) == (6, 3, 1)
    assert figures.rate == 0.5
    assert figures.days_to_collect == pytest.approx(2)
    assert not figures.hidden


def test_a_month_begins_at_midnight_in_the_netherlands(portal: Portal) -> None:
    evening = datetime(2018, 3, 31, 22, 30, tzinfo=UTC)  # half past midnight on the first of April, Dutch time
    award(portal, 7, at=evening)

    months = dict(look(portal, until=datetime(2018, 4, 20, tzinfo=UTC)).months)

    assert (months[date(2018, 3, 1)].awarded, months[date(2018, 4, 1)].awarded) == (0, 7)


def test_small_groups_are_hidden_and_not_to_be_worked_out(portal: Portal) -> None:
    at = datetime(2017, 1, 10, tzinfo=UTC)
    small, _ = award(portal, 4, at=at, title="Small")
    large, _ = award(portal, 5, at=at, title="Large")
    found = look(portal, until=at, months=1)

    assert of(found, small).hidden
    assert not of(found, large).hidden
    assert found.total.awarded == 5
    assert [figures.awarded for _, figures in found.months] == [5]
    assert found.units("nl") == [("Large", Figures(5, 0, 0))]


def test_an_empty_period_has_its_months(portal: Portal) -> None:
    found = look(portal, until=datetime(2011, 2, 1, tzinfo=UTC), months=3)

    assert [first for first, _ in found.months] == [date(2010, 12, 1), date(2011, 1, 1), date(2011, 2, 1)]
    assert found.classes == []
    assert found.total.rate is None


def test_the_page_and_the_file_show_no_small_number(portal: Portal) -> None:
    moment = datetime.now(UTC)
    title = f"=Small {uuid.uuid4().hex[:6]}"
    award(portal, 3, at=moment, title=title)
    large = f"Large {uuid.uuid4().hex[:6]}"
    award(portal, 8, at=moment, title=large)
    viewer = portal.browser("pieter")

    page = viewer.get("/staff/zzu/insights").text
    row = re.search(rf"{title}</a></th>(.*?)</tr>", page)
    assert row
    assert row.group(1) == '<td colspan="5" class="quiet">fewer than 5</td>'
    assert '<svg class="chart"' in page
    sheet = viewer.get("/staff/zzu/insights.csv").text
    assert f";{harmless(title)};{harmless(title)};<5;;;\r\n" in sheet
    assert re.search(rf"{large};{large};8;0;0;", sheet)
    assert viewer.get("/staff/zzu/insights?months=0").status_code == 422
    assert viewer.get("/staff/zzu/insights?months=61").status_code == 422
