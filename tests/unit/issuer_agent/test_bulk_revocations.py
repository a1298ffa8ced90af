"""Revoking many badges: one person asks, another decides, a job does it, once."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from issuer_agent import bulk_revocations
from issuer_agent.audit_trail import Actor
from issuer_agent.award_rules import Grounds, Recipient
from issuer_agent.bulk_revocations import REVOKE_MANY
from issuer_agent.outbox import run_due
from issuer_agent.records import Award
from service_kit.problems import InvalidValues, NotFound, RuleRefused
from tests.conftest import NOW
from tests.support.portal import Portal
from tests.unit.issuer_agent.test_badge_class_rules import MICRO

DAAN, IRIS = Actor("person:daan"), Actor("person:iris")


def awards(portal: Portal, count: int, slug: str = "zzu") -> list[Award]:
    institution = portal.issuer.institutions.get(slug)
    version = portal.issuer.achievements.create_active(institution, MICRO, actor=DAAN, now=NOW)
    found = portal.issuer.achievements.get(version.badge_class_id)
    people = [Recipient(f"{uuid.uuid4().hex[:8]}@bulk.example", f"P{number}") for number in range(count)]
    make = portal.issuer.awards.award
    return [make(found, version, person, Grounds(), actor=DAAN, now=NOW)[0] for person in people]


def propose(portal: Portal, made: list[Award], reason: str = "Awarded to the wrong group") -> Any:
    ids = [item.id for item in made]
    return portal.issuer.bulk_revocations.propose("zzu", ids, reason=reason, actor=DAAN, now=NOW)


def work(portal: Portal) -> None:
    bulk = portal.issuer.bulk_revocations
    run_due(portal.issuer.engine, {REVOKE_MANY: bulk.work}, now=bulk.clock())


def revoked(portal: Portal, made: list[Award]) -> list[bool]:
    return [item.revoked_at is not None for item in portal.issuer.awards.many([one.id for one in made])]


def test_a_second_person_decides_and_a_job_does_it(portal: Portal) -> None:
    made = awards(portal, 3)
    also = portal.issuer.issuance.record_revocation
    portal.issuer.awards.revoke(made[1].id, reason="Before", actor=DAAN, now=NOW, also=also)
    asked = propose(portal, made)
    bulk = portal.issuer.bulk_revocations
    work(portal)
    assert revoked(portal, made) == [False, True, False]
    with pytest.raises(RuleRefused) as caught:
        bulk.approve(asked.id, actor=DAAN, now=NOW)
    assert caught.value.code == "second-person-needed"

    bulk.approve(asked.id, actor=IRIS, now=NOW)
    work(portal)
    bulk.work([asked.id])

    assert revoked(portal, made) == [True, True, True]
    assert bulk.get(asked.id).state == "done"
    changes = portal.issuer.awards.changes([item.id for item in made])
    assert [[change.reason for change in changes[item.id]] for item in made] == [
        ["Awarded to the wrong group"],
        ["Before"],
        ["Awarded to the wrong group"],
    ]
    for act in (bulk.approve, bulk.withdraw):
        with pytest.raises(RuleRefused):
            act(asked.id, actor=IRIS, now=NOW)


def test_a_job_that_broke_off_goes_on_where_it_was(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    made = awards(portal, 4)
    asked = propose(portal, made)
    bulk = portal.issuer.bulk_revocations
    bulk.approve(asked.id, actor=IRIS, now=NOW)
    real, calls = type(portal.issuer.awards).revoke, []

    def breaks(self: Any, award_id: str, **more: Any) -> Award:
        calls.append(award_id)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(self, award_id, **more)

    monkeypatch.setattr(type(portal.issuer.awards), "revoke", breaks)
    with pytest.raises(KeyboardInterrupt):
        bulk.work([asked.id])
    assert revoked(portal, made) == [True, True, False, False]
    bulk.work([asked.id])

    assert revoked(portal, made) == [True] * 4


def test_what_is_withdrawn_revokes_nothing(portal: Portal) -> None:
    made = awards(portal, 2)
    asked = propose(portal, made)
    portal.issuer.bulk_revocations.withdraw(asked.id, actor=DAAN, now=NOW)
    portal.issuer.bulk_revocations.work([asked.id])
    work(portal)

    assert revoked(portal, made) == [False, False]


def test_what_cannot_be_proposed(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    made, elsewhere = awards(portal, 2), awards(portal, 1, "hwl")
    with pytest.raises(InvalidValues):
        propose(portal, [])
    with pytest.raises(InvalidValues):
        propose(portal, made, reason=" ")
    with pytest.raises(NotFound):
        propose(portal, [*made, *elsewhere])
    monkeypatch.setattr(bulk_revocations, "MOST", 1)
    with pytest.raises(InvalidValues):
        propose(portal, made)
    with pytest.raises(NotFound):
        portal.issuer.bulk_revocations.get("nothing")


def test_two_people_do_it_in_the_portal(portal: Portal) -> None:
    made = awards(portal, 2)
    teacher, head = portal.browser("daan"), portal.browser("iris")
    form = {"award": [item.id for item in made], "reason": "A mistake in the list"}
    page = teacher.post("/staff/zzu/revocations", data=form).headers["location"]
    assert "Ask a colleague who may revoke" in teacher.get(page).text
    own = teacher.post(page.replace("/show", "/approve"))
    assert own.status_code == 422
    assert "Somebody else must look at these badges." in own.text

    assert "Revoke 2 badges" in head.get(page).text
    assert head.post(page.replace("/show", "/approve")).status_code == 303
    work(portal)
    assert revoked(portal, made) == [True, True]
    assert "A mistake in the list" in head.get("/staff/zzu/revocations").text
    assert teacher.post("/staff/zzu/revocations", data={"reason": "x"}).status_code == 422
