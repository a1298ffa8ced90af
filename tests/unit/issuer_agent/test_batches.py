"""Lists of people: the verdict per row, who decides, and that each row gives one award, whoever works on it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from issuer_agent import batch_work, offers, store, store_people
from issuer_agent.audit_trail import Actor
from issuer_agent.award_rules import Grounds, Recipient
from issuer_agent.batch_files import batch_file, example_file
from issuer_agent.batch_records import NOT_AWARDED, Batch, BatchRow
from issuer_agent.batch_work import BatchWork
from issuer_agent.csv_rows import read_sheet
from issuer_agent.records import BadgeClass, BadgeClassContent, BadgeClassVersion, Membership, Person
from issuer_agent.service import Issuer
from issuer_agent.tables import audit, awards, institutions
from issuer_agent.tables_batches import batch_rows
from issuer_agent.tables_issuing import credentials
from issuer_agent.tables_issuing import offers as offers_table
from issuer_agent.worker import Worker
from service_kit.audit import first_break
from service_kit.database import begin
from service_kit.problems import InvalidValues, NotFound, RuleRefused
from tests.conftest import NOW
from tests.support.portal import Portal
from tests.unit.issuer_agent.test_badge_class_rules import MICRO

DAAN, IRIS = Actor("person:daan"), Actor("person:iris")


@dataclass
class Lists:
    """Shorthand for what these tests do again and again, at a moment they can move."""

    issuer: Issuer
    now: datetime = NOW

    def badge_class(self, content: BadgeClassContent = MICRO) -> tuple[BadgeClass, BadgeClassVersion]:
        zzu = self.issuer.institutions.get("zzu")
        version = self.issuer.achievements.create_active(zzu, content, actor=DAAN, now=self.now)
        return self.issuer.achievements.get(version.badge_class_id), version

    def check(self, text: str, made: tuple[BadgeClass, BadgeClassVersion] | None = None) -> Batch:
        badge_class, version = made or self.badge_class()
        return self.issuer.batches.check(badge_class, version, text.encode(), name="list.csv", actor=DAAN, now=self.now)

    def of(self, count: int, made: tuple[BadgeClass, BadgeClassVersion] | None = None) -> Batch:
        """Check a list of this many people nobody knows yet."""
        mark = uuid.uuid4().hex[:8]
        rows = "".join(f"s{number}@{mark}.example,Student {number}\n" for number in range(count))
        return self.check(f"email,name\n{rows}", made)

    def start(self, batch: Batch, actor: Actor = DAAN, **options: Any) -> Batch:
        return self.issuer.batches.start(batch.id, actor=actor, now=self.now, **options)

    def work(self) -> None:
        job = BatchWork(self.issuer.engine, self.issuer.batches, clock=lambda: self.now)
        while job.round():
            pass

    def states(self, batch: Batch) -> dict[int, str]:
        every = ("good", "awarded", *NOT_AWARDED)
        return {row.number: row.state for row in self.issuer.batches.all_rows(batch.id, every)}

    def row(self, batch: Batch, number: int) -> BatchRow:
        return next(r for r in self.issuer.batches.all_rows(batch.id, ("good", *NOT_AWARDED)) if r.number == number)

    def count(self, table: sa.Table, batch: Batch) -> int:
        with begin(self.issuer.engine) as connection:
            mine = sa.select(awards.c.id).where(awards.c.batch == batch.award_batch)
            column = table.c.id if table is awards else table.c.award_id
            query = sa.select(sa.func.count()).select_from(table).where(column.in_(mine))
            return int(connection.execute(query).scalar_one())


@pytest.fixture
def lists(portal: Portal) -> Iterator[Lists]:
    yield Lists(portal.issuer)
    # What a test left running would be worked on by the next.
    with begin(portal.issuer.engine) as connection:
        connection.execute(sa.text("update batches set state = 'cancelled' where state in ('running', 'waiting')"))
        connection.execute(institutions.update().values(second_person_from=None))


def refusal(act: Any) -> str:
    with pytest.raises(RuleRefused) as caught:
        act()
    return caught.value.code


def test_each_row_gets_its_verdict(lists: Lists) -> None:
    made = lists.badge_class(replace(MICRO, grade_required=True))
    recipient = Recipient("has@x.example", "Has It")
    lists.issuer.awards.award(*made, recipient, Grounds(grade="7"), actor=DAAN, now=NOW)

    batch = lists.check(
        "email,name,grade,evidence\n"
        "good@x.example,Good,8,\n"
        "GOOD@x.example ,Again,8,\n"
        "Has@x.example,Has It,8,\n"
        "nograde@x.example,No Grade,,\n"
        "no address,Nobody,8,\n"
        "noname@x.example,,8,\n"
        "ftp@x.example,Ftp,8,ftp://x.example\n",
        made,
    )

    assert lists.states(batch) == {
        2: "good",
        3: "duplicate",
        4: "already_awarded",
        5: "incomplete",
        6: "invalid",
        7: "invalid",
        8: "invalid",
    }
    assert lists.row(batch, 5).errors[0]["detail"] == "This badge needs a grade."
    assert lists.row(batch, 4).award_id is not None
    assert batch.state == "draft"


def test_good_rows_are_awarded_with_place_offer_and_chain(lists: Lists) -> None:
    batch = lists.of(40)
    lists.start(batch)
    lists.work()

    assert lists.issuer.batches.get(batch.id).state == "done"
    assert set(lists.states(batch).values()) == {"awarded"}
    assert lists.count(awards, batch) == lists.count(credentials, batch) == lists.count(offers_table, batch) == 40
    with begin(lists.issuer.engine) as connection:
        assert first_break(store.list_audit(connection)) is None
        noted = sa.select(sa.func.count()).where(audit.c.details["batch"].astext == batch.id)
        assert connection.execute(noted).scalar_one() == 40
        places = sa.select(credentials.c.status_number, credentials.c.status_index)
        taken = connection.execute(places).all()
    assert len(set(taken)) == len(taken)


def test_a_link_of_a_list_is_an_offer_that_a_wallet_can_accept(lists: Lists) -> None:
    batch = lists.of(3)
    lists.start(batch, with_tx_code=True, claim_days=10)
    lists.work()
    issuance = replace(lists.issuer.issuance, clock=lambda: lists.now)
    claims = list(lists.issuer.batches.claims(lists.issuer.batches.get(batch.id)))

    assert len({claim.offer_id for claim in claims}) == 3
    for claim in claims:
        assert claim.expires_at == NOW + timedelta(days=10)
        offer = issuance.read_offer("zzu", claim.offer_id)
        code = offer["grants"]["urn:ietf:params:oauth:grant-type:pre-authorized_code"]["pre-authorized_code"]  # type: ignore[index,call-overload]
        wrong = "000000" if claim.tx_code != "000000" else "000001"
        with pytest.raises(offers.TxCodeWrong):
            offers.redeem_code(
                lists.issuer.engine, str(code), wrong, institution="zzu", key=issuance.key, now=lists.now
            )
        _, token = offers.redeem_code(
            lists.issuer.engine, str(code), claim.tx_code, institution="zzu", key=issuance.key, now=lists.now
        )
        assert token.award_id == claim.award.id
    assert not list(lists.issuer.batches.claims(lists.issuer.batches.get(batch.id)))


def test_new_links_end_the_old_and_start_the_clock_anew(lists: Lists) -> None:
    batch = lists.of(2)
    lists.start(batch, claim_days=5)
    lists.work()
    batch = lists.issuer.batches.get(batch.id)
    old = {claim.offer_id for claim in lists.issuer.batches.claims(batch)}
    lists.now += timedelta(days=30)

    assert lists.issuer.batches.renew_claims(batch.id, actor=DAAN, now=lists.now) == 2

    new = list(lists.issuer.batches.claims(batch))
    assert not old & {claim.offer_id for claim in new}
    assert {claim.expires_at for claim in new} == {lists.now + timedelta(days=5)}
    issuance = replace(lists.issuer.issuance, clock=lambda: lists.now)
    for offer_id in old:
        with pytest.raises(offers.OfferGone):
            issuance.read_offer("zzu", offer_id)


def test_links_are_for_who_has_not_collected_and_nothing_of_them_is_stored(lists: Lists) -> None:
    batch = lists.of(2)
    lists.start(batch, with_tx_code=True)
    lists.work()
    batch = lists.issuer.batches.get(batch.id)
    links = batch_file(lists.issuer, batch, "links").decode("utf-8-sig")
    codes = batch_file(lists.issuer, batch, "codes").decode("utf-8-sig")
    [first, _] = lists.issuer.batches.claims(batch)

    assert links.count("#/offer?credential_offer_uri=") == 2
    assert first.tx_code is not None
    assert first.tx_code in codes
    assert first.tx_code not in links
    with begin(lists.issuer.engine) as connection:
        everything = str(connection.execute(sa.select(offers_table)).all())
    assert first.offer_id not in everything
    assert offers.code_of(first.offer_id, lists.issuer.issuance.key) not in everything

    lists.issuer.awards.revoke(
        first.award.id, reason="A mistake", actor=DAAN, now=NOW, also=lists.issuer.issuance.record_revocation
    )
    assert [claim.award.id for claim in lists.issuer.batches.claims(batch)] != [first.award.id]
    assert len(list(lists.issuer.batches.claims(batch))) == 1


def test_files_of_a_list_are_signed(lists: Lists) -> None:
    batch = lists.of(3)
    lists.start(batch, delivery="file")
    lists.work()
    assert lists.count(offers_table, batch) == 0
    lists.issuer.issuance.run_due()

    progress = lists.issuer.batches.progress(lists.issuer.batches.get(batch.id))
    assert (progress.awarded, progress.claimed) == (3, 3)
    assert refusal(lambda: lists.issuer.batches.renew_claims(batch.id, actor=DAAN, now=NOW)) == "delivered-as-file"


def test_two_operators_with_the_same_file_and_four_workers_make_no_doubles(
    lists: Lists, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_work, "CHUNK", 7)
    made = lists.badge_class()
    text = "email,name\n" + "".join(f"s{n}@same.example,Student {n}\n" for n in range(200))
    first, second = lists.check(text, made), lists.check(text, made)
    lists.start(first)
    lists.start(second, actor=IRIS)

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(lists.work) for _ in range(4)]:
            done.result()
    lists.work()

    assert {lists.issuer.batches.get(item.id).state for item in (first, second)} == {"done"}
    assert lists.count(awards, first) + lists.count(awards, second) == 200
    with begin(lists.issuer.engine) as connection:
        here = awards.c.badge_class_id == made[0].id
        emails = list(connection.execute(sa.select(awards.c.recipient_email).where(here)).scalars())
        assert first_break(store.list_audit(connection)) is None
    assert len(emails) == len(set(emails)) == 200
    assert set(lists.states(first).values()) | set(lists.states(second).values()) <= {"awarded", "already_awarded"}


def test_who_got_it_in_the_meantime_is_left_out_and_a_request_is_answered(lists: Lists) -> None:
    badge_class, version = made = lists.badge_class()
    person = Person(uuid.uuid4().hex[:8], "Asks", f"{uuid.uuid4().hex[:8]}@asks.example")
    with begin(lists.issuer.engine) as connection:
        store_people.add_person(connection, person, [Membership(person.id, "zzu", "student")])
    asked = lists.issuer.requests.ask(badge_class, version, person, motivation="", evidence_url="", now=NOW)
    batch = lists.check(f"email,name\n{person.email},Asks\nearly@x.example,Early\n", made)
    lists.issuer.awards.award(*made, Recipient("early@x.example", "Early"), Grounds(), actor=DAAN, now=NOW)

    lists.start(batch)
    lists.work()

    assert lists.states(batch) == {2: "awarded", 3: "already_awarded"}
    answered = lists.issuer.requests.get(asked.id)
    assert answered.state == "awarded"
    assert answered.award_id is not None


def test_rows_are_repaired_and_awarded_alone(lists: Lists) -> None:
    batch = lists.check("email,name\na@rep.example,A\nb at rep,B\na@rep.example,Twice\n")
    repair = lists.issuer.batches.repair
    assert repair(batch.id, 3, {"email": "a@rep.example"}, actor=DAAN, now=NOW).state == "duplicate"
    assert repair(batch.id, 3, {"email": "bad"}, actor=DAAN, now=NOW).state == "invalid"
    lists.start(batch)
    assert refusal(lambda: repair(batch.id, 3, {"email": "b@rep.example"}, actor=DAAN, now=NOW)) == "batch-under-way"
    lists.work()

    assert repair(batch.id, 3, {"email": "B@rep.example "}, actor=DAAN, now=NOW).state == "good"
    assert refusal(lambda: repair(batch.id, 2, {"name": "Z"}, actor=DAAN, now=NOW)) == "row-awarded"
    assert repair(batch.id, 4, {"email": "b@rep.example"}, actor=DAAN, now=NOW).state == "duplicate"
    with pytest.raises(NotFound):
        repair(batch.id, 99, {}, actor=DAAN, now=NOW)
    lists.start(batch)
    lists.work()

    assert lists.states(batch) == {2: "awarded", 3: "awarded", 4: "duplicate"}
    assert lists.count(awards, batch) == 2


def test_pause_go_on_and_stop_for_good(lists: Lists, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_work, "CHUNK", 5)
    batch = lists.of(20)
    act = lists.issuer.batches
    assert refusal(lambda: act.pause(batch.id, actor=DAAN, now=NOW)) == "batch-other-state"
    lists.start(batch)
    job = BatchWork(lists.issuer.engine, act, clock=lambda: NOW)
    assert job.round() == 5
    act.pause(batch.id, actor=DAAN, now=NOW)
    assert job.round() == 0
    act.resume(batch.id, actor=DAAN, now=NOW)
    assert job.round() == 5
    act.pause(batch.id, actor=DAAN, now=NOW)
    act.cancel(batch.id, actor=DAAN, now=NOW)

    assert lists.count(awards, batch) == 10
    assert set(lists.states(batch).values()) == {"awarded"}
    assert refusal(lambda: act.resume(batch.id, actor=DAAN, now=NOW)) == "batch-other-state"


def test_a_list_can_start_later(lists: Lists) -> None:
    batch = lists.of(2)
    lists.start(batch, start_at=NOW + timedelta(hours=1), claim_days=3)
    lists.work()
    assert lists.count(awards, batch) == 0
    lists.now += timedelta(hours=1)
    lists.work()

    assert lists.count(awards, batch) == 2
    # The clock of an offer starts when it is made, not when somebody planned it.
    claims = lists.issuer.batches.claims(lists.issuer.batches.get(batch.id))
    assert {claim.expires_at for claim in claims} == {lists.now + timedelta(days=3)}


def test_many_at_once_need_a_second_person(lists: Lists) -> None:
    lists.issuer.institutions.set_second_person("zzu", 3, actor=IRIS, now=NOW)
    few, many = lists.of(2), lists.of(3)
    act = lists.issuer.batches

    assert lists.start(few).state == "running"
    assert lists.start(many).state == "waiting"
    lists.work()
    assert lists.count(awards, many) == 0
    assert refusal(lambda: act.approve(many.id, actor=DAAN, now=NOW)) == "second-person-needed"
    assert act.send_back(many.id, actor=DAAN, now=NOW).state == "draft"
    lists.start(many)
    assert act.approve(many.id, actor=IRIS, now=NOW).approved_by == IRIS.id
    lists.work()

    assert lists.count(awards, many) == 3
    assert refusal(lambda: act.approve(many.id, actor=IRIS, now=NOW)) == "batch-not-waiting"


def test_an_archived_class_pauses_the_list_and_says_so(lists: Lists) -> None:
    made = lists.badge_class()
    batch, later = lists.of(2, made), lists.of(2, made)
    lists.start(batch)
    lists.issuer.achievements.archive(made[0].id, actor=DAAN, now=NOW)
    lists.work()

    found = lists.issuer.batches.get(batch.id)
    assert (found.state, found.problem) == ("paused", "badge-class-not-active")
    assert refusal(lambda: lists.start(later)) == "badge-class-not-active"


def test_what_cannot_start(lists: Lists) -> None:
    nothing = lists.check("email,name\nbad,A\n")
    assert refusal(lambda: lists.start(nothing)) == "batch-no-good-rows"
    batch = lists.of(1)
    for options in ({"claim_days": 0}, {"claim_days": 366}, {"start_at": NOW - timedelta(days=2)}):
        with pytest.raises(InvalidValues):
            lists.start(batch, **options)
    lists.start(batch)
    assert refusal(lambda: lists.start(batch)) == "batch-under-way"
    on_request = lists.badge_class(replace(MICRO, enrol="self_request"))
    assert refusal(lambda: lists.of(1, on_request)) == "no-direct-awards"
    with pytest.raises(NotFound):
        lists.issuer.batches.get("nothing")


def test_a_second_batch_goes_on_while_somebody_holds_the_first(lists: Lists) -> None:
    first, second = lists.of(2), lists.of(2)
    lists.start(first)
    lists.start(second)
    with begin(lists.issuer.engine) as connection:
        held = sa.select(batch_rows).where(batch_rows.c.batch_id == first.id).with_for_update()
        connection.execute(held)
        lists.work()
        assert lists.count(awards, second) == 2
        assert lists.count(awards, first) == 0
    lists.work()
    assert lists.count(awards, first) == 2


def test_rows_are_forgotten_after_a_while_and_awards_are_not(lists: Lists) -> None:
    done, draft = lists.of(2), lists.of(2)
    lists.start(done)
    lists.work()
    job = BatchWork(lists.issuer.engine, lists.issuer.batches, clock=lambda: lists.now)
    lists.now += timedelta(days=29)
    job.forget()
    assert lists.states(draft)
    lists.now += timedelta(days=2)
    job.forget()
    assert not lists.states(draft)
    assert lists.states(done)
    lists.now += timedelta(days=60)
    job.forget()

    assert not lists.states(done)
    assert lists.count(awards, done) == 2


def test_the_file_of_errors_is_read_back_as_a_list(lists: Lists) -> None:
    made = lists.badge_class(replace(MICRO, grade_required=True))
    batch = lists.check("email,name,grade\na@err.example,=A(),\nb,B,8\n", made)

    sheet = read_sheet(batch_file(lists.issuer, batch, "errors"))

    assert [(row.email, row.name, row.grade) for row in sheet.rows] == [("a@err.example", "=A()", ""), ("b", "B", "8")]
    assert sheet.ignored == ["row", "verdict", "what is wrong"]


def test_the_example_has_what_the_badge_asks_and_is_good_by_itself(lists: Lists) -> None:
    content = replace(MICRO, grade_required=True, narrative_required=True, evidence_required=True)
    made = lists.badge_class(content)

    batch = lists.check(example_file(made[1]).decode("utf-8-sig"), made)

    assert lists.states(batch) == {2: "good"}


def test_a_worker_outlives_an_error_and_tells(caplog: pytest.LogCaptureFixture) -> None:
    asked: list[int] = []

    def fails() -> int:
        asked.append(1)
        raise ValueError("a bug")

    worker = Worker("test", fails, idle_s=0.01)
    assert worker._round() > 1
    assert worker._round() > 1
    assert len(asked) == 2
    assert "worker_failed" in caplog.text
