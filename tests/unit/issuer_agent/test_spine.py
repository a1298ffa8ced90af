"""Create, request, award: the use cases on a real database."""

from __future__ import annotations

import threading
import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from issuer_agent import store, store_people
from issuer_agent.audit_trail import Actor
from issuer_agent.award_rules import Grounds, Recipient
from issuer_agent.records import Award, BadgeClass, BadgeClassContent, BadgeClassVersion, Membership, Person
from issuer_agent.seed import seed
from issuer_agent.tables import audit
from service_kit.audit import first_break
from service_kit.database import begin
from service_kit.problems import InvalidValues, NotFound, RuleRefused
from tests.conftest import NOW
from tests.support.portal import Portal
from tests.unit.issuer_agent.test_badge_class_rules import EXTRA, MICRO

TEACHER = Actor("person:teacher")


class Town:
    """Shorthand for what these tests do again and again."""

    def __init__(self, portal: Portal) -> None:
        self.issuer = portal.issuer
        self.zzu = portal.issuer.institutions.get("zzu")

    def badge_class(self, content: BadgeClassContent = MICRO) -> tuple[BadgeClass, BadgeClassVersion]:
        version = self.issuer.achievements.create_active(self.zzu, content, actor=TEACHER, now=NOW)
        return self.issuer.achievements.get(version.badge_class_id), version

    def student(self, institution: str = "zzu", role: str = "student") -> Person:
        name = uuid.uuid4().hex[:8]
        person = Person(name, f"Student {name}", f"{name}@student.example")
        with begin(self.issuer.engine) as connection:
            store_people.add_person(connection, person, [Membership(name, institution, role)])  # type: ignore[arg-type]
        return person

    def award(self, made: tuple[BadgeClass, BadgeClassVersion], email: str, **more: Any) -> tuple[Award, bool]:
        grounds = more.pop("grounds", Grounds())
        options = {"actor": TEACHER, "now": NOW, **more}
        return self.issuer.awards.award(*made, Recipient(email, "Somebody"), grounds, **options)


@pytest.fixture
def town(portal: Portal) -> Town:
    return Town(portal)


def refusal(act: Any) -> str:
    """Return the code of the rule that refuses this."""
    with pytest.raises(RuleRefused) as caught:
        act()
    return caught.value.code


# badge classes


def test_a_draft_needs_only_a_title_and_cannot_be_published_yet(town: Town) -> None:
    content = BadgeClassContent(type="micro_credential", title=replace(MICRO.title, en=""))
    draft = town.issuer.achievements.create(town.zzu, content, actor=TEACHER, now=NOW)

    assert draft.state == "draft"
    with pytest.raises(InvalidValues) as caught:
        town.issuer.achievements.publish(draft.id, institution=town.zzu, actor=TEACHER, now=NOW)
    assert {"pointer": "/eqf", "detail": "The level is missing."} in caught.value.extensions["errors"]
    with pytest.raises(NotFound):
        town.issuer.achievements.current_version(draft.id)


def test_a_badge_class_without_a_title_is_not_kept(town: Town) -> None:
    empty = BadgeClassContent(type="regular", title=replace(MICRO.title, nl=" ", en=""))

    assert refusal(lambda: town.issuer.achievements.create(town.zzu, empty, actor=TEACHER, now=NOW)) == "invalid-values"


def test_what_may_not_be_published_at_once_leaves_nothing_behind(town: Town) -> None:
    before = len(town.issuer.achievements.of_institution("zzu"))
    wrong = replace(MICRO, eqf=None)

    assert refusal(lambda: town.badge_class(wrong)) == "invalid-values"
    assert len(town.issuer.achievements.of_institution("zzu")) == before

    found, _ = town.badge_class()
    act = town.issuer.achievements.publish_content
    assert refusal(lambda: act(found.id, wrong, institution=town.zzu, actor=TEACHER, now=NOW)) == "invalid-values"
    assert town.issuer.achievements.get(found.id) == found


def test_editing_an_active_class_makes_the_next_version_and_awards_keep_theirs(town: Town) -> None:
    found, first = town.badge_class()
    award, _ = town.award((found, first), "first@example.org")
    changed = replace(MICRO, ects=5.0)
    town.issuer.achievements.edit(found.id, changed, actor=TEACHER, now=NOW)

    assert town.issuer.achievements.current_version(found.id) == first

    second = town.issuer.achievements.publish(found.id, institution=town.zzu, actor=TEACHER, now=NOW)
    later, _ = town.award((town.issuer.achievements.get(found.id), second), "second@example.org")

    assert (first.version, second.version) == (1, 2)
    assert (award.version, later.version) == (1, 2)
    assert town.issuer.achievements.version(found.id, 1).content == MICRO
    assert town.issuer.achievements.current_version(found.id).content == changed
    assert town.issuer.achievements.get(found.id).draft is None


def test_nothing_new_is_not_published_again(town: Town) -> None:
    found, _ = town.badge_class()
    act = town.issuer.achievements.publish

    assert refusal(lambda: act(found.id, institution=town.zzu, actor=TEACHER, now=NOW)) == "no-draft"


def test_two_who_publish_at_once_get_two_versions(town: Town) -> None:
    found, _ = town.badge_class()

    def publish(ects: float) -> None:
        content = replace(MICRO, ects=ects)
        town.issuer.achievements.publish_content(found.id, content, institution=town.zzu, actor=TEACHER, now=NOW)

    at_once([lambda value=value: publish(value) for value in (4.0, 5.0, 6.0)])

    assert town.issuer.achievements.get(found.id).current_version == 4
    assert {town.issuer.achievements.version(found.id, n).content.ects for n in (2, 3, 4)} == {4.0, 5.0, 6.0}


def test_an_archived_class_takes_no_changes_requests_or_awards(town: Town) -> None:
    found, version = town.badge_class()
    town.issuer.achievements.edit(found.id, MICRO, actor=TEACHER, now=NOW)
    archived = town.issuer.achievements.archive(found.id, actor=TEACHER, now=NOW)
    achievements, student = town.issuer.achievements, town.student()

    assert archived.state == "archived"
    assert refusal(lambda: achievements.edit(found.id, MICRO, actor=TEACHER, now=NOW)) == "badge-class-archived"
    publish = achievements.publish
    assert refusal(lambda: publish(found.id, institution=town.zzu, actor=TEACHER, now=NOW)) == "badge-class-archived"
    assert refusal(lambda: town.award((archived, version), "a@example.org")) == "badge-class-not-active"
    ask = town.issuer.requests.ask
    assert refusal(lambda: ask(archived, version, student, now=NOW)) == "badge-class-not-active"
    assert found.id not in {item.badge_class_id for item in achievements.catalogue()}
    assert achievements.archive(found.id, actor=TEACHER, now=NOW) == archived


# requests


def test_a_student_asks_once_and_may_ask_again_after_an_answer(town: Town) -> None:
    made, student = town.badge_class(), town.student()
    ask = town.issuer.requests.ask
    first = ask(*made, student, now=NOW)

    assert refusal(lambda: ask(*made, student, now=NOW)) == "already-requested"

    town.issuer.requests.withdraw(first.id, person=student, now=NOW)
    second = ask(*made, student, now=NOW)
    town.issuer.requests.deny(second.id, reason="Nog niet af.", actor=TEACHER, now=NOW)
    third = ask(*made, student, now=NOW)

    states = [item.state for item in town.issuer.requests.of_person(student)]
    assert sorted(states) == ["denied", "open", "withdrawn"]
    assert town.issuer.requests.get(second.id).reason == "Nog niet af."
    assert third.state == "open"


@pytest.mark.parametrize(
    ("content", "institution", "role", "code"),
    [
        (replace(MICRO, enrol="direct_award"), "zzu", "student", "no-requests"),
        (MICRO, "hwl", "student", "not-your-institution"),
        (MICRO, "zzu", "awarder", "not-your-institution"),
        (EXTRA, "hwl", "student", "not-your-institution"),
        (replace(MICRO, student_motivation_required=True), "zzu", "student", "invalid-values"),
        (replace(MICRO, student_evidence_required=True), "zzu", "student", "invalid-values"),
    ],
)
def test_conditions_of_asking_are_checked(
    town: Town, content: BadgeClassContent, institution: str, role: str, code: str
) -> None:
    made, student = town.badge_class(content), town.student(institution, role)

    assert refusal(lambda: town.issuer.requests.ask(*made, student, now=NOW)) == code


def test_a_badge_open_to_others_takes_their_students(town: Town) -> None:
    made = town.badge_class(replace(EXTRA, open_to=("hwl",)))
    student = town.student("hwl")

    assert town.issuer.requests.hindrance(*made, student, now=NOW) is None
    assert town.issuer.requests.ask(*made, student, now=NOW).state == "open"
    hindrance = town.issuer.requests.hindrance(*made, student, now=NOW)
    assert hindrance is not None
    assert hindrance.code == "already-requested"


@pytest.mark.parametrize(
    ("motivation", "evidence"),
    [("x" * 4001, ""), ("", "ftp://example.org"), ("", "https://" + "x" * 2001)],
)
def test_texts_of_a_request_have_limits(town: Town, motivation: str, evidence: str) -> None:
    made, student = town.badge_class(), town.student()
    ask = town.issuer.requests.ask

    assert refusal(lambda: ask(*made, student, motivation=motivation, evidence_url=evidence, now=NOW)) == (
        "invalid-values"
    )


def test_only_the_student_takes_a_request_back(town: Town) -> None:
    made, student = town.badge_class(), town.student()
    asked = town.issuer.requests.ask(*made, student, now=NOW)

    with pytest.raises(NotFound):
        town.issuer.requests.withdraw(asked.id, person=town.student(), now=NOW)


def test_a_denial_needs_a_reason(town: Town) -> None:
    made = town.badge_class()
    asked = town.issuer.requests.ask(*made, town.student(), now=NOW)
    deny = town.issuer.requests.deny

    assert refusal(lambda: deny(asked.id, reason="  ", actor=TEACHER, now=NOW)) == "invalid-values"
    assert refusal(lambda: deny(asked.id, reason="x" * 1001, actor=TEACHER, now=NOW)) == "invalid-values"


# awards


def test_approving_pins_the_version_asked_for_and_counts_from_the_day_of_asking(town: Town) -> None:
    found, first = town.badge_class(replace(MICRO, expires_days=10))
    student = town.student()
    asked = town.issuer.requests.ask(found, first, student, evidence_url="https://example.org/w", now=NOW)
    town.issuer.achievements.publish_content(
        found.id, replace(MICRO, ects=9.0), institution=town.zzu, actor=TEACHER, now=NOW
    )
    later = NOW + timedelta(days=3)
    award = town.issuer.awards.approve(asked, found, first, student, Grounds(), actor=TEACHER, now=later)

    assert award.version == 1
    assert (award.earned_at, award.awarded_at) == (NOW, later)
    assert award.expires_at == later + timedelta(days=10)
    assert award.evidence_url == "https://example.org/w"
    closed = town.issuer.requests.get(asked.id)
    assert (closed.state, closed.award_id) == ("awarded", award.id)
    act = town.issuer.awards.approve
    assert refusal(lambda: act(asked, found, first, student, Grounds(), actor=TEACHER, now=later)) == "request-closed"


@pytest.mark.parametrize(
    ("content", "grounds", "pointer"),
    [
        (replace(MICRO, grade_required=True), Grounds(), "/grade"),
        (replace(MICRO, grade_required=True), Grounds(grade=" "), "/grade"),
        (replace(MICRO, narrative_required=True), Grounds(), "/narrative"),
        (replace(MICRO, evidence_required=True), Grounds(), "/evidence_url"),
        (MICRO, Grounds(evidence_url="javascript:alert(1)"), "/evidence_url"),
        (MICRO, Grounds(grade="x" * 255), "/grade"),
        (MICRO, Grounds(narrative="x" * 4001), "/narrative"),
    ],
)
def test_an_award_has_the_grounds_its_class_asks_for(
    town: Town, content: BadgeClassContent, grounds: Grounds, pointer: str
) -> None:
    made = town.badge_class(content)

    with pytest.raises(InvalidValues) as caught:
        town.award(made, "a@example.org", grounds=grounds)

    assert [item["pointer"] for item in caught.value.extensions["errors"]] == [pointer]  # type: ignore[attr-defined]


@pytest.mark.parametrize("email", ["", "nobody", "a@", "@b.nl", "a b@c.nl", "a@b@c", "a@" + "b" * 300, "a\x00b@c.nl"])
def test_a_recipient_has_an_address(town: Town, email: str) -> None:
    made = town.badge_class()

    assert refusal(lambda: town.award(made, email)) == "invalid-values"


def test_evidence_in_words_is_evidence(town: Town) -> None:
    made = town.badge_class(replace(MICRO, evidence_required=True))

    award, new = town.award(made, "a@example.org", grounds=Grounds(evidence_narrative="Seen in practice."))

    assert new
    assert award.evidence_narrative == "Seen in practice."


def test_a_person_gets_a_badge_once(town: Town) -> None:
    made = town.badge_class()
    award, _ = town.award(made, "Anna@Example.org")

    with pytest.raises(RuleRefused) as caught:
        town.award(made, "anna@example.org ")

    assert caught.value.code == "already-awarded"
    assert caught.value.extensions["award_id"] == award.id


def test_a_badge_that_ended_can_be_awarded_again_each_time_once(town: Town) -> None:
    made = town.badge_class(replace(MICRO, expires_days=30))
    first, _ = town.award(made, "again@example.org")
    town.issuer.awards.revoke(first.id, reason="A mistake", actor=TEACHER, now=NOW)
    second, _ = town.award(made, "again@example.org")

    assert refusal(lambda: town.award(made, "again@example.org")) == "already-awarded"

    much_later = NOW + timedelta(days=31)
    third, _ = town.award(made, "again@example.org", now=much_later)

    assert len({first.id, second.id, third.id}) == 3
    assert refusal(lambda: town.award(made, "again@example.org", now=much_later)) == "already-awarded"


def test_a_batch_awards_each_recipient_once_whatever_came_before(town: Town) -> None:
    made = town.badge_class()
    first, _ = town.award(made, "b@example.org", batch="june")
    town.issuer.awards.revoke(first.id, reason="A mistake", actor=TEACHER, now=NOW)

    assert refusal(lambda: town.award(made, "b@example.org", batch="june")) == "already-awarded"
    assert town.award(made, "b@example.org", batch="july")[1]
    assert refusal(lambda: town.award(made, "b@example.org", batch="request:1")) == "invalid-values"


def test_the_same_idempotency_key_gives_the_same_award(town: Town) -> None:
    made = town.badge_class()
    first, new = town.award(made, "k@example.org", idempotency_key="k-1")
    archived = town.issuer.achievements.archive(made[0].id, actor=TEACHER, now=NOW)

    assert new
    assert town.award((archived, made[1]), "k@example.org", idempotency_key="k-1") == (first, False)


@pytest.mark.parametrize(
    "changes",
    [
        {"email": "other@example.org"},
        {"grounds": Grounds(grade="9")},
        {"delivery": "file"},
    ],
)
def test_an_idempotency_key_means_one_award(town: Town, changes: dict[str, Any]) -> None:
    made = town.badge_class()
    key = uuid.uuid4().hex
    town.award(made, "key@example.org", idempotency_key=key)
    email = changes.pop("email", "key@example.org")

    assert refusal(lambda: town.award(made, email, idempotency_key=key, **changes)) == "idempotency-key-reused"


def test_a_class_only_on_request_takes_no_direct_awards(town: Town) -> None:
    made = town.badge_class(replace(MICRO, enrol="self_request"))

    assert refusal(lambda: town.award(made, "a@example.org")) == "no-direct-awards"


def test_a_direct_award_answers_the_open_request(town: Town) -> None:
    made, student = town.badge_class(), town.student()
    asked = town.issuer.requests.ask(*made, student, now=NOW)
    award, _ = town.award(made, student.email)

    assert town.issuer.requests.get(asked.id).award_id == award.id
    assert refusal(lambda: town.issuer.requests.ask(*made, student, now=NOW)) == "already-held"


def test_many_at_once_make_one_award(town: Town) -> None:
    made, student = town.badge_class(), town.student()
    asked = town.issuer.requests.ask(*made, student, now=NOW)
    outcomes: list[str] = []

    def directly() -> None:
        try:
            town.award(made, student.email)
            outcomes.append("made")
        except RuleRefused as refused:
            outcomes.append(refused.code)

    def by_approval() -> None:
        try:
            town.issuer.awards.approve(asked, *made, student, Grounds(), actor=TEACHER, now=NOW)
            outcomes.append("made")
        except RuleRefused as refused:
            outcomes.append(refused.code)

    at_once([directly, by_approval] * 6)

    assert outcomes.count("made") == 1
    assert set(outcomes) <= {"made", "already-awarded", "request-closed"}
    assert len(town.issuer.awards.of_person(student)) == 1
    assert town.issuer.requests.get(asked.id).state == "awarded"


def test_the_same_key_at_once_makes_one_award(town: Town) -> None:
    made, key = town.badge_class(), uuid.uuid4().hex
    ids: list[tuple[str, bool]] = []

    def award() -> None:
        found, new = town.award(made, "storm@example.org", idempotency_key=key)
        ids.append((found.id, new))

    at_once([award] * 12)

    assert len({award_id for award_id, _ in ids}) == 1
    assert sum(new for _, new in ids) == 1


def test_a_revocation_needs_a_reason_and_happens_once(town: Town) -> None:
    award, _ = town.award(town.badge_class(), "r@example.org")
    revoke = town.issuer.awards.revoke

    assert refusal(lambda: revoke(award.id, reason=" ", actor=TEACHER, now=NOW)) == "invalid-values"
    assert revoke(award.id, reason="Wrong person", actor=TEACHER, now=NOW).revocation_reason == "Wrong person"
    assert refusal(lambda: revoke(award.id, reason="Again", actor=TEACHER, now=NOW)) == "already-revoked"


# the record of what happened


def test_every_act_is_in_the_chain_and_the_chain_holds(town: Town) -> None:
    made, student = town.badge_class(), town.student()
    asked = town.issuer.requests.ask(*made, student, now=NOW)
    award = town.issuer.awards.approve(asked, *made, student, Grounds(), actor=TEACHER, now=NOW)
    town.issuer.awards.revoke(award.id, reason="A mistake", actor=TEACHER, now=NOW)
    town.issuer.achievements.archive(made[0].id, actor=TEACHER, now=NOW)
    with begin(town.issuer.engine) as connection:
        connection.execute(sa.text("set local timezone to 'Asia/Kathmandu'"))
        chain = store.list_audit(connection)

    mine = [(entry.act, entry.actor) for entry in chain if entry.target in {made[0].id, asked.id, award.id}]
    assert mine == [
        ("badge_class_published", TEACHER.id),
        ("badge_requested", f"person:{student.id}"),
        ("badge_awarded", TEACHER.id),
        ("award_revoked", TEACHER.id),
        ("badge_class_archived", TEACHER.id),
    ]
    assert first_break(chain) is None
    assert student.email not in str(chain)
    assert student.name not in str(chain)


def test_a_changed_record_breaks_the_chain(town: Town) -> None:
    town.badge_class()
    connection = town.issuer.engine.connect()
    with connection, connection.begin() as transaction:
        last = connection.execute(sa.select(sa.func.max(audit.c.number))).scalar_one()
        connection.execute(audit.update().where(audit.c.number == last).values(actor="person:somebody-else"))

        assert first_break(store.list_audit(connection)) == last - 1
        transaction.rollback()


def test_what_is_refused_leaves_no_trace(town: Town) -> None:
    made = town.badge_class()
    with begin(town.issuer.engine) as connection:
        before = connection.execute(sa.select(sa.func.count()).select_from(audit)).scalar_one()

    refusal(lambda: town.award(made, "not an address"))
    refusal(lambda: town.issuer.requests.ask(*made, town.student("hwl"), now=NOW))

    with begin(town.issuer.engine) as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(audit)).scalar_one() == before


def test_seeding_again_changes_nothing(town: Town) -> None:
    with begin(town.issuer.engine) as connection:
        before = len(store.list_audit(connection))
    seed(town.issuer)

    with begin(town.issuer.engine) as connection:
        assert len(store.list_audit(connection)) == before


def at_once(acts: list[Any]) -> None:
    """Run these at the same moment and wait for all; a failure of one is ours."""
    start, failures = threading.Barrier(len(acts)), []

    def run(act: Any) -> None:
        start.wait()
        try:
            act()
        except BaseException as error:
            failures.append(error)
            raise

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
