"""Putting badges on hold and giving them back: two places, two lists, and who learns what."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from issuer_agent.audit_trail import Actor
from issuer_agent.awards import Awards
from issuer_agent.records import Award
from issuer_agent.reservations import IssuingRefused
from issuer_agent.suspensions import Suspensions
from service_kit.problems import InvalidValues, NotFound, RuleRefused
from tests.support.issuing_world import CONTENT, World
from tests.support.test_wallet import Refused, Wallet
from vc_core.model.credential import status_entries
from vc_core.status.bitstring import list_of_credential, read_status

STAFF = Actor("person:daan")
SUSPENDABLE = replace(CONTENT, suspendable=True)


@pytest.fixture(autouse=True)
def slug(world: World) -> str:
    """Let each test have an institution of its own: a list is never replaced by one of an earlier moment."""
    return world.add_institution()


def suspensions(world: World) -> Suspensions:
    return Suspensions(world.engine, world.issuance)


def suspend(world: World, award: Award, reason: str = "An investigation") -> tuple[Award, bool]:
    return suspensions(world).suspend(award.id, reason=reason, actor=STAFF, now=world.now())


def give_back(world: World, award: Award) -> tuple[Award, bool]:
    # A list that is not newer by the second is not taken in place of one with more bits set.
    world.offset += timedelta(seconds=2)
    return suspensions(world).reinstate(award.id, reason="Nothing was found", actor=STAFF, now=world.now())


def bits(world: World, badge: Any) -> dict[str, int]:
    """Return what the registry serves for each status of a badge."""
    found = {}
    for entry in status_entries(badge):
        served = world.http.get(entry.list_url).json()
        found[entry.purpose] = read_status(list_of_credential(served, expected_purpose=entry.purpose), entry.index)
    return found


def test_a_badge_of_such_a_class_has_a_place_in_two_lists(world: World, slug: str) -> None:
    plain = world.issuance.issue_file(world.add_award(slug=slug, delivery="file").id)
    badge = world.issuance.issue_file(world.add_award(slug=slug, delivery="file", content=SUSPENDABLE).id)

    first, second = status_entries(badge)
    assert (first.purpose, second.purpose) == ("revocation", "suspension")
    assert first.list_url != second.list_url
    assert bits(world, badge) == {"revocation": 0, "suspension": 0}
    assert [entry.purpose for entry in status_entries(plain)] == ["revocation"]
    assert "credentialSchema" in plain
    assert "credentialSchema" not in badge


def test_on_hold_and_back_as_often_as_needed(world: World, slug: str) -> None:
    award = world.add_award(slug=slug, delivery="file", content=SUSPENDABLE)
    badge = world.issuance.issue_file(award.id)
    others = [
        world.issuance.issue_file(world.add_award(slug=slug, delivery="file", content=SUSPENDABLE).id) for _ in range(3)
    ]

    for _ in range(2):
        held, published = suspend(world, award)
        assert (published, held.suspended_at is not None) == (True, True)
        assert bits(world, badge) == {"revocation": 0, "suspension": 1}
        assert all(bits(world, other)["suspension"] == 0 for other in others)
        back, published = give_back(world, award)
        assert (published, back.suspended_at) == (True, None)
        assert bits(world, badge) == {"revocation": 0, "suspension": 0}

    acts = [(change.act, change.reason) for change in Awards(world.engine).changes([award.id])[award.id]]
    assert acts == [("suspended", "An investigation"), ("reinstated", "Nothing was found")] * 2


def test_the_reason_is_nowhere_in_public(world: World, slug: str) -> None:
    award = world.add_award(slug=slug, delivery="file", content=SUSPENDABLE)
    badge = world.issuance.issue_file(award.id)
    suspend(world, award, "Plagiarism in chapter three")
    for path in ("/api/evidence", "/api/participants"):
        assert "Plagiarism" not in httpx.get(world.registry_url + path).text
    assert all("Plagiarism" not in world.http.get(entry.list_url).text for entry in status_entries(badge))


def test_what_is_on_hold_is_not_handed_out(world: World, slug: str, wallet: Wallet) -> None:
    award = world.add_award(slug=slug, content=SUSPENDABLE)
    session = wallet.accept(world.issuance.offer_award(award.id).offer_url)
    suspend(world, award)

    with pytest.raises(Refused):
        wallet.fetch(session)
    with pytest.raises(IssuingRefused) as refused:
        world.issuance.offer_award(award.id)
    assert refused.value.code == "award-suspended"

    give_back(world, award)
    assert wallet.receive_offer(world.issuance.offer_award(award.id).offer_url)


def test_while_the_agent_is_away_it_waits(world: World, slug: str) -> None:
    award = world.add_award(slug=slug, delivery="file", content=SUSPENDABLE)
    badge = world.issuance.issue_file(award.id)
    world.signer.down = True
    _, published = suspend(world, award)
    assert published is False
    assert bits(world, badge)["suspension"] == 0
    world.signer.down = False
    world.offset += timedelta(minutes=10)
    world.issuance.run_due()
    assert bits(world, badge)["suspension"] == 1


def test_what_is_refused(world: World, slug: str) -> None:
    award = world.add_award(slug=slug, delivery="file", content=SUSPENDABLE)
    plain, revoked = (
        world.add_award(slug=slug, delivery="file"),
        world.add_award(slug=slug, delivery="file", content=SUSPENDABLE),
    )
    world.issuance.issue_file(revoked.id)
    world.revoke(revoked)

    def code(act: Any, of: Award) -> str:
        with pytest.raises(RuleRefused) as refused:
            act(world, of)
        return str(refused.value.code)

    assert code(suspend, plain) == "not-suspendable"
    assert code(suspend, revoked) == "already-revoked"
    assert code(give_back, award) == "not-suspended"
    suspend(world, award)
    assert code(suspend, award) == "already-suspended"
    for reason in ("", "   ", "x" * 256):
        with pytest.raises(InvalidValues):
            suspensions(world).reinstate(award.id, reason=reason, actor=STAFF, now=world.now())
    with pytest.raises(NotFound):
        suspensions(world).suspend("unknown", reason="x", actor=STAFF, now=world.now())


def test_a_badge_on_hold_can_still_be_revoked(world: World, slug: str) -> None:
    award = world.add_award(slug=slug, delivery="file", content=SUSPENDABLE)
    badge = world.issuance.issue_file(award.id)
    suspend(world, award)
    assert world.revoke(award)
    assert bits(world, badge) == {"revocation": 1, "suspension": 1}
