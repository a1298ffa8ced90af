"""Finding awards: by the beginnings of words, by class, list and state; and page after page without a gap."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from issuer_agent.audit_trail import Actor
from issuer_agent.award_rules import Grounds, Recipient
from issuer_agent.award_search import AwardFilter, Place, read_place
from issuer_agent.records import Award
from service_kit.database import begin
from tests.conftest import NOW
from tests.support.portal import Portal
from tests.unit.issuer_agent.test_badge_class_rules import MICRO

DAAN = Actor("person:daan")


def award(portal: Portal, *people: tuple[str, str], minutes: int = 0) -> tuple[str, list[Award]]:
    """Make a class and award it to these people, all at the same moment."""
    zzu = portal.issuer.institutions.get("zzu")
    version = portal.issuer.achievements.create_active(zzu, MICRO, actor=DAAN, now=NOW)
    found = portal.issuer.achievements.get(version.badge_class_id)
    at = NOW + timedelta(minutes=minutes)
    made = [
        portal.issuer.awards.award(found, version, Recipient(email, name), Grounds(), actor=DAAN, now=at)[0]
        for email, name in people
    ]
    return found.id, made


def names(portal: Portal, **wanted: str) -> set[str]:
    found, _ = portal.issuer.award_search.find("zzu", AwardFilter(**wanted))  # type: ignore[arg-type]
    return {item.recipient_name for item in found}


def test_people_are_found_by_the_beginnings_of_words(portal: Portal) -> None:
    mark = uuid.uuid4().hex[:8]
    badge_class, _ = award(portal, (f"renee.{mark}@uni.example", f"Renée van {mark}"), ("other@x.example", "Other"))

    for words in (mark, mark[:5], f"ren {mark[:6]}", f"RENÉE {mark}", f"renee.{mark}@uni.example", f"renee.{mark}"):
        assert f"Renée van {mark}" in names(portal, words=words, badge_class_id=badge_class), words
    assert names(portal, words="née", badge_class_id=badge_class) == set()
    assert names(portal, words=mark, badge_class_id="another") == set()


@pytest.mark.parametrize(
    "words", ["' or 1=1", "a & | !", ":*", "(((", "\\", "%", "<->", "é" * 50, "a b c d e f g h i j", "_"]
)
def test_no_words_break_the_search(portal: Portal, words: str) -> None:
    portal.issuer.award_search.find("zzu", AwardFilter(words=words))


def test_states_are_told_apart(portal: Portal) -> None:
    people = [(f"{name}@states.example", name) for name in ("waits", "has", "gone")]
    badge_class, (_, has, gone) = award(portal, *people)
    holder = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"
    portal.issuer.issuance.issue(has.id, holder_did=holder)
    portal.issuer.awards.revoke(gone.id, reason="x", actor=DAAN, now=NOW, also=portal.issuer.issuance.record_revocation)

    assert names(portal, badge_class_id=badge_class, state="not_collected") == {"waits"}
    assert names(portal, badge_class_id=badge_class, state="issued") == {"has"}
    assert names(portal, badge_class_id=badge_class, state="revoked") == {"gone"}
    assert names(portal, badge_class_id=badge_class, state="suspended") == set()
    assert names(portal, badge_class_id=badge_class) == {"waits", "has", "gone"}


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(size=st.integers(1, 9))
def test_pages_have_no_gaps_and_nothing_twice(portal: Portal, size: int) -> None:
    """All at one moment, so that only the identifier tells them apart."""
    badge_class, made = award(portal, *((f"p{number}@pages.example", f"P{number}") for number in range(20)))
    seen: list[str] = []
    place = None
    while True:
        page, place = portal.issuer.award_search.find(
            "zzu", AwardFilter(badge_class_id=badge_class), after=place, limit=size
        )
        seen += [item.id for item in page]
        if place is None:
            break
        place = read_place(str(place))
        assert place is not None

    assert sorted(seen) == sorted(item.id for item in made)
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize("text", ["", "x", "~", "2026-01-01~a", "2026-01-01T00:00:00+00:00~", "9" * 99 + "~x"])
def test_a_place_that_is_none_begins_at_the_beginning(text: str) -> None:
    assert read_place(text) is None


def test_a_place_survives_an_address() -> None:
    place = Place(NOW, "abc")

    assert read_place(str(place)) == place
    assert replace(place, award_id="x") != place


def test_the_search_uses_its_index(portal: Portal) -> None:
    with begin(portal.issuer.engine) as connection:
        connection.execute(sa.text("set local enable_seqscan = off"))
        plan = connection.execute(
            sa.text(
                "explain select id from awards where to_tsvector('simple', recipient_name || ' ' || "
                "translate(recipient_email, '@._+-', '     ')) @@ to_tsquery('simple', 'ada:*')"
            )
        ).scalars()
        assert "awards_by_word" in "\n".join(plan)


def test_the_page_filters_and_turns(portal: Portal) -> None:
    badge_class, _ = award(portal, *((f"t{number}@turn.example", f"Turner {number}") for number in range(60)))
    browser = portal.browser("pieter")
    first = browser.get("/staff/zzu/awards", params={"badge_class": badge_class})
    assert first.text.count("@turn.example") == 50
    assert "Older" in first.text
    link = next(part.split('"')[0] for part in first.text.split('href="/staff/zzu/awards?') if "after=" in part)
    second = browser.get("/staff/zzu/awards?" + link.replace("&amp;", "&"))
    assert second.text.count("@turn.example") == 10
    assert "Older" not in second.text
    assert "Newest" in second.text
    assert browser.get("/staff/zzu/awards", params={"q": "Turner 59"}).text.count("@turn.example") == 1
    assert "Nothing found" in browser.get("/staff/zzu/awards", params={"q": "nobodyatall"}).text
    assert browser.get("/staff/zzu/awards", params={"state": "x", "after": "x"}).status_code == 200
