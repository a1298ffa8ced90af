"""Composed badges: the rules, who may get one, what it says of its parts, and who is told."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issuer_agent import store_people
from issuer_agent.audit_trail import Actor
from issuer_agent.award_rules import Grounds, Recipient
from issuer_agent.batch_work import BatchWork
from issuer_agent.records import Award, BadgeClassVersion, Membership, Person, Stack, StackPart, Text
from issuer_agent.stacks import HeldPart, standing
from service_kit.database import begin
from service_kit.problems import InvalidValues, RuleRefused
from tests.conftest import NOW
from tests.support.portal import Portal
from tests.unit.issuer_agent.test_badge_class_rules import EXTRA, MICRO

DAAN = Actor("person:daan")


def part(name: str, *, ects: float | None = 3, eqf: int | None = 6, days: int = 0) -> HeldPart:
    return HeldPart(
        "s@x.example", "S", name, f"award-{name}-{days}", "zzu", Text(name, name), ects, eqf, NOW + timedelta(days)
    )


def stack(*names: str, mandatory: tuple[str, ...] = (), **rule: Any) -> Stack:
    return Stack(tuple(StackPart(name, name in mandatory) for name in names), **rule)


# --- the rules ---


@pytest.mark.parametrize(
    ("asked", "held", "complete"),
    [
        (stack("a", "b"), [part("a")], False),
        (stack("a", "b"), [part("a"), part("b")], True),
        (stack("a", "b"), [part("a"), part("c")], False),
        (stack("a", "b"), [part("a"), part("a", days=3)], False),
        (stack("a", "b", "c", at_least=2), [part("a"), part("c")], True),
        (stack("a", "b", "c", at_least=2, mandatory=("b",)), [part("a"), part("c")], False),
        (stack("a", "b", "c", at_least=2, mandatory=("b",)), [part("a"), part("b")], True),
        (stack("a", "b", ects_at_least=5), [part("a", ects=4.5)], False),
        (stack("a", "b", ects_at_least=5), [part("a", ects=5)], True),
        (stack("a", "b", ects_at_least=5), [part("a", ects=None), part("b", ects=4)], False),
        (stack("a", "b", ects_at_least=5, at_least=2), [part("a", ects=9)], False),
        (stack("a", "b", level_at_least=7), [part("a"), part("b", eqf=7)], False),
        (stack("a", "b", level_at_least=6), [part("a"), part("b", eqf=7)], True),
        (stack("a", "b", level_at_least=6), [part("a"), part("b", eqf=None)], False),
    ],
)
def test_what_is_enough(asked: Stack, held: list[HeldPart], complete: bool) -> None:
    found = standing(asked, held)

    assert found.complete is complete
    assert 0 <= found.share <= 1
    assert (found.share == 1) is complete


def test_the_newest_of_two_badges_counts_once() -> None:
    found = standing(stack("a", "b"), [part("a", ects=2, days=9), part("a", ects=4)])

    assert [item.award_id for item in found.held] == ["award-a-9"]
    assert found.ects == 2


@given(
    st.lists(st.sampled_from("abcdef"), max_size=6),
    st.integers(1, 4) | st.none(),
    st.floats(0.5, 12) | st.none(),
    st.sets(st.sampled_from("abcd")),
)
def test_more_parts_never_make_it_less_complete(
    names: list[str], at_least: int | None, ects: float | None, mandatory: set[str]
) -> None:
    asked = stack("a", "b", "c", "d", mandatory=tuple(mandatory), at_least=at_least, ects_at_least=ects)
    held: list[HeldPart] = []
    before = standing(asked, held)
    for name in names:
        held.append(part(name))
        after = standing(asked, held)
        assert after.complete >= before.complete
        before = after


# --- on the database ---


class Town:
    def __init__(self, portal: Portal) -> None:
        self.issuer = portal.issuer

    def badge_class(self, *, slug: str = "zzu", base: Any = MICRO, **changes: Any) -> BadgeClassVersion:
        institution = self.issuer.institutions.get(slug)
        return self.issuer.achievements.create_active(institution, replace(base, **changes), actor=DAAN, now=NOW)

    def composed(self, *parts: BadgeClassVersion, **rule: Any) -> BadgeClassVersion:
        asked = Stack(tuple(StackPart(item.badge_class_id) for item in parts), **rule)
        return self.badge_class(stack=asked, title=Text("Geheel", "Whole"))

    def student(self) -> Person:
        name = uuid.uuid4().hex[:8]
        person = Person(name, f"Student {name}", f"{name}@student.example")
        with begin(self.issuer.engine) as connection:
            store_people.add_person(connection, person, [Membership(name, "zzu", "student")])
        return person

    def award(self, version: BadgeClassVersion, person: Person) -> Award:
        badge_class = self.issuer.achievements.get(version.badge_class_id)
        recipient = Recipient(person.email, person.name)
        return self.issuer.awards.award(badge_class, version, recipient, Grounds(), actor=DAAN, now=NOW)[0]

    def ask(self, version: BadgeClassVersion, person: Person) -> Any:
        return self.issuer.requests.ask(self.issuer.achievements.get(version.badge_class_id), version, person, now=NOW)


@pytest.fixture
def town(portal: Portal) -> Town:
    return Town(portal)


def refusal(act: Callable[[], Any]) -> str:
    with pytest.raises(RuleRefused) as caught:
        act()
    return caught.value.code


def test_a_composed_badge_is_only_for_who_has_the_parts(town: Town) -> None:
    one, two = town.badge_class(), town.badge_class()
    whole, person = town.composed(one, two), town.student()
    town.award(one, person)
    assert refusal(lambda: town.award(whole, person)) == "parts-missing"
    assert refusal(lambda: town.ask(whole, person)) == "parts-missing"
    second = town.award(two, person)

    asked = town.ask(whole, person)
    also = town.issuer.issuance.record_revocation
    town.issuer.awards.revoke(second.id, reason="A mistake", actor=DAAN, now=NOW, also=also)
    badge_class = town.issuer.achievements.get(whole.badge_class_id)
    approve = town.issuer.awards.approve
    assert (
        refusal(lambda: approve(asked, badge_class, whole, person, Grounds(), actor=DAAN, now=NOW)) == "parts-missing"
    )
    town.award(two, person)
    assert (
        approve(asked, badge_class, whole, person, Grounds(), actor=DAAN, now=NOW).badge_class_id
        == whole.badge_class_id
    )


def test_a_part_that_expired_does_not_count(town: Town) -> None:
    one, two = town.badge_class(expires_days=1), town.badge_class()
    whole, person = town.composed(one, two), town.student()
    town.award(one, person)
    town.award(two, person)

    standing_now = town.issuer.composing.standing_of(whole, person, now=NOW)
    later = town.issuer.composing.standing_of(whole, person, now=NOW + timedelta(days=2))

    assert standing_now is not None
    assert standing_now.complete
    assert later is not None
    assert not later.complete


def test_a_list_leaves_out_who_has_not_all_parts(town: Town) -> None:
    one, two = town.badge_class(), town.badge_class()
    whole, ready, half = town.composed(one, two), town.student(), town.student()
    for version in (one, two):
        town.award(version, ready)
    town.award(one, half)
    badge_class = town.issuer.achievements.get(whole.badge_class_id)
    rows = f"email,name\n{ready.email},A\n{half.email},B\n".encode()
    batch = town.issuer.batches.check(badge_class, whole, rows, name="x", actor=DAAN, now=NOW)

    [left_out] = town.issuer.batches.rows(batch.id, ("incomplete",))
    assert (left_out.email, left_out.errors[0]["detail"]) == (half.email, "Parts of this badge are still missing.")
    # What became of a part after the check counts too.
    town.issuer.batches.start(batch.id, actor=DAAN, now=NOW)
    [award] = [item for item in town.issuer.awards.of_person(ready) if item.badge_class_id == one.badge_class_id]
    town.issuer.awards.revoke(award.id, reason="A mistake", actor=DAAN, now=NOW)
    job = BatchWork(town.issuer.engine, town.issuer.batches, clock=lambda: NOW)
    while job.round():
        pass

    assert {row.email for row in town.issuer.batches.rows(batch.id, ("incomplete",))} == {half.email, ready.email}
    assert not town.issuer.batches.rows(batch.id, ("awarded",))


def test_the_badge_names_its_parts_as_evidence(town: Town) -> None:
    one, two = town.badge_class(title=Text("Deel een", "Part one")), town.badge_class()
    elsewhere = town.badge_class(slug="hwl", title=Text("Elders", "Elsewhere"), ects=5)
    whole, person = town.composed(one, two, elsewhere), town.student()
    parts = [town.award(version, person) for version in (one, two, elsewhere)]
    holder = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"
    signed = town.issuer.issuance.issue(parts[0].id, holder_did=holder)

    badge = town.issuer.issuance.issue(town.award(whole, person).id, holder_did=holder)

    evidence: Any = badge["evidence"]
    assert [item["name"] for item in evidence] == ["Deel een", MICRO.title.nl, "Elders"]
    assert evidence[0]["id"] == signed["id"]
    assert "id" not in evidence[1]
    assert evidence[2]["description"].startswith(town.issuer.institutions.get("hwl").name_nl)


@pytest.mark.parametrize(
    ("asked", "pointer"),
    [
        (lambda ids: Stack((StackPart(ids[0]),)), "/stack/parts"),
        (lambda ids: Stack((StackPart(ids[0]), StackPart(ids[0]))), "/stack/parts"),
        (lambda ids: Stack((StackPart(ids[0]), StackPart("nothing"))), "/stack/parts"),
        (lambda ids: Stack((StackPart(ids[0]), StackPart(ids[1])), at_least=3), "/stack/at_least"),
        (lambda ids: Stack((StackPart(ids[0]), StackPart(ids[1])), at_least=0), "/stack/at_least"),
        (lambda ids: Stack((StackPart(ids[0]), StackPart(ids[1])), ects_at_least=0), "/stack/ects_at_least"),
        (lambda ids: Stack((StackPart(ids[0]), StackPart(ids[1])), level_at_least=9), "/stack/level_at_least"),
    ],
    ids=["one part", "twice", "unknown", "too many", "none", "no credits", "no level"],
)
def test_a_rule_that_makes_no_sense_is_not_published(
    town: Town, asked: Callable[[list[str]], Stack], pointer: str
) -> None:
    ids = [town.badge_class().badge_class_id, town.badge_class().badge_class_id]

    with pytest.raises(InvalidValues) as caught:
        town.badge_class(stack=asked(ids))

    assert pointer in [item["pointer"] for item in caught.value.extensions["errors"]]  # type: ignore[attr-defined]


def test_a_badge_is_no_part_of_itself(town: Town) -> None:
    one, two = town.badge_class(), town.badge_class()
    whole = town.composed(one, two)
    zzu = town.issuer.institutions.get("zzu")
    itself = Stack((StackPart(one.badge_class_id), StackPart(whole.badge_class_id)))

    with pytest.raises(InvalidValues):
        town.issuer.achievements.publish_content(
            whole.badge_class_id, replace(MICRO, stack=itself), institution=zzu, actor=DAAN, now=NOW
        )


def test_staff_hears_only_of_what_is_their_own(town: Town) -> None:
    """Who has parts of another institution tells it, by asking; nobody else does."""
    one, two = town.badge_class(), town.badge_class()
    elsewhere = town.badge_class(slug="hwl", base=EXTRA)
    own, across = town.composed(one, two), town.composed(one, elsewhere)
    person = town.student()
    for version in (one, two, elsewhere):
        town.award(version, person)

    def proposed() -> list[str]:
        found = town.issuer.composing.proposals("zzu", now=NOW)
        return [item.version.badge_class_id for item in found if item.email == person.email]

    assert proposed() == [own.badge_class_id]
    mine = {version.badge_class_id: item for version, item in town.issuer.composing.of_person(person, now=NOW)}
    assert mine[across.badge_class_id].complete
    asked = town.ask(own, person)
    assert proposed() == []
    town.issuer.requests.withdraw(asked.id, person=person, now=NOW)
    town.award(own, person)
    assert proposed() == []
    assert own.badge_class_id not in dict(
        (version.badge_class_id, 1) for version, _ in town.issuer.composing.of_person(person, now=NOW)
    )


# --- the pages ---


def test_a_student_sees_the_way_and_asks_when_it_is_complete(portal: Portal, town: Town) -> None:
    one, two = town.badge_class(), town.badge_class(title=Text("Tweede", "Second one"))
    whole, person = town.composed(one, two), town.student()
    town.award(one, person)
    browser = portal.browser(person.id)
    page = browser.get("/my").text
    assert "On the way to a larger badge" in page
    assert "1 of 2 parts" in page
    assert "Parts of this badge are still missing." in browser.get(f"/badges/{whole.badge_class_id}").text
    town.award(two, person)
    assert "You have all that is needed" in browser.get("/my").text
    assert "Student" in portal.browser("daan").get("/staff/zzu/composed").text

    assert browser.post(f"/badges/{whole.badge_class_id}/request", data={}).status_code == 303


def test_the_parts_are_chosen_in_the_editor_and_stay(portal: Portal, town: Town) -> None:
    one, two = town.badge_class(stackable=True), town.badge_class(stackable=True)
    whole = town.composed(one, two, at_least=1, ects_at_least=4.5)
    editor = portal.browser("sanne")
    page = editor.get(f"/staff/badges/{whole.badge_class_id}/edit").text

    assert f'name="part" value="{one.badge_class_id}" checked' in page
    assert f'name="part" value="{whole.badge_class_id}"' not in page
    assert 'value="4.5"' in page
    assert "Geheel" in page
