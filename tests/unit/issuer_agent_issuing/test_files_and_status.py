"""Files without a holder, revoking, and what happens while the agent or the registry is away."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import pytest

from issuer_agent import store_issuing
from issuer_agent.baked_files import baked_png
from issuer_agent.outbox import outbox_worker
from issuer_agent.registry_client import RegistryClient
from issuer_agent.reservations import IssuingRefused
from issuer_agent.signer import AgentUnavailable
from service_kit.database import begin
from service_kit.problems import NotFound
from tests.support.issuing_world import World
from tests.support.test_wallet import Refused, Wallet
from vc_core.baking import unbake_png
from vc_core.did import find_verification_method
from vc_core.json_text import parse_json
from vc_core.proof import document_proofs, verify_proof
from vc_core.status.bitstring import MINIMUM_LENGTH, expand_list, list_of_credential, read_status


def revoked(world: World, badge: dict[str, Any]) -> int:
    credential = world.status_list(badge)
    encoded = list_of_credential(credential, expected_purpose="revocation")
    return read_status(encoded, int(badge["credentialStatus"]["statusListIndex"]))


def test_a_file_names_the_learner_by_a_salted_hash(world: World) -> None:
    award = world.add_award(delivery="file")
    badge = world.issuance.issue_file(award.id)
    subject: Any = badge["credentialSubject"]
    [identity] = subject["identifier"]

    assert "id" not in subject
    expected = hashlib.sha256((award.recipient_email + identity["salt"]).encode()).hexdigest()
    assert identity["identityHash"] == "sha256$" + expected


def test_a_file_is_signed_once_and_then_kept(world: World) -> None:
    award = world.add_award(delivery="file")
    world.issuance.issue_file(world.add_award(delivery="file").id)
    world.signer.calls.clear()

    first, second = world.issuance.issue_file(award.id), world.issuance.issue_file(award.id)

    assert first == second
    assert world.signer.calls == [1]


def test_many_files_are_signed_in_one_call(world: World) -> None:
    awards = [world.add_award(delivery="file").id for _ in range(25)]
    world.issuance.issue_file(world.add_award(delivery="file").id)
    world.signer.calls.clear()

    badges = world.issuance.issue_files(awards)

    assert world.signer.calls == [25]
    assert len({badge["credentialStatus"]["statusListIndex"] for badge in badges}) == 25  # type: ignore[call-overload,index]
    assert [world.issuance.state_of(award).credential_id for award in awards] == [badge["id"] for badge in badges]


def test_the_status_list_is_published_before_anybody_can_ask(world: World) -> None:
    badge = world.issuance.issue_file(world.add_award(delivery="file").id)
    credential = world.status_list(badge)
    [proof] = document_proofs(credential)
    _, key = find_verification_method(
        world.did_document(), str(proof["verificationMethod"]), relationship="assertionMethod"
    )

    verify_proof(credential, proof, public_key=key)
    encoded = list_of_credential(credential, expected_purpose="revocation")
    assert len(expand_list(encoded)) * 8 >= MINIMUM_LENGTH
    assert revoked(world, badge) == 0


def test_revoking_sets_one_bit_in_the_published_list(world: World) -> None:
    awards = [world.add_award(delivery="file") for _ in range(3)]
    badges = world.issuance.issue_files([award.id for award in awards])

    assert world.revoke(awards[1])

    assert [revoked(world, badge) for badge in badges] == [0, 1, 0]
    assert world.issuance.state_of(awards[1].id).state == "revoked"
    assert world.issuance.revoke(awards[1].id)
    with pytest.raises(IssuingRefused) as refused:
        world.issuance.issue_file(awards[1].id)
    assert refused.value.code == "award-revoked"


def test_revoking_before_the_wallet_came_closes_every_way(world: World, wallet: Wallet) -> None:
    award = world.add_award()
    session = wallet.accept(world.issuance.offer_award(award.id).offer_url)
    world.revoke(award)

    with pytest.raises(Refused) as refused:
        wallet.fetch(session)
    with pytest.raises(IssuingRefused) as no_offer:
        world.issuance.offer_award(award.id)

    assert refused.value.body["code"] == "token-unknown"
    assert no_offer.value.code == "award-revoked"


def test_a_badge_in_a_wallet_is_not_offered_again(world: World, wallet: Wallet) -> None:
    award = world.add_award()
    wallet.receive_offer(world.issuance.offer_award(award.id).offer_url)

    with pytest.raises(IssuingRefused) as again:
        world.issuance.offer_award(award.id)
    with pytest.raises(IssuingRefused) as as_file:
        world.issuance.issue_file(award.id)

    assert (again.value.code, as_file.value.code) == ("already-issued", "delivered-to-wallet")


def test_a_file_is_not_offered_and_nothing_is_offered_for_an_unknown_award(world: World) -> None:
    with pytest.raises(IssuingRefused) as refused:
        world.issuance.offer_award(world.add_award(delivery="file").id)
    with pytest.raises(NotFound):
        world.issuance.offer_award("unknown")

    assert refused.value.code == "delivered-as-file"


def test_an_absent_agent_makes_a_file_wait_and_nothing_is_lost(world: World) -> None:
    award = world.add_award(delivery="file")
    world.signer.down = True
    with pytest.raises(AgentUnavailable):
        world.issuance.issue_file(award.id)
    waiting = world.issuance.state_of(award.id)
    world.offset += timedelta(seconds=30)
    world.issuance.run_due()
    world.signer.down = False
    world.offset += timedelta(minutes=5)

    world.issuance.run_due()

    assert (waiting.state, waiting.problem) == ("waiting", "agent-unavailable")
    state = world.issuance.state_of(award.id)
    assert (state.state, state.credential_id) == ("issued", waiting.credential_id)
    assert world.issuance.issue_file(award.id)["id"] == waiting.credential_id


def test_an_absent_agent_does_not_burn_the_token(world: World, wallet: Wallet) -> None:
    session = wallet.accept(world.issuance.offer_award(world.add_award().id).offer_url)
    world.signer.down = True
    with pytest.raises(Refused) as refused:
        wallet.fetch(session)
    world.signer.down = False

    assert (refused.value.status, refused.value.body["error"]) == (503, "temporarily_unavailable")
    assert int(refused.value.headers["retry-after"]) > 0
    assert wallet.fetch(session)["credentials"]


def test_a_wallet_that_got_nothing_may_come_back_with_a_new_offer_and_key(world: World, wallet: Wallet) -> None:
    award = world.add_award()
    session = wallet.accept(world.issuance.offer_award(award.id).offer_url)
    world.signer.down = True
    with pytest.raises(Refused):
        wallet.fetch(session)
    world.signer.down = False
    other = Wallet(world.http)

    badge = other.receive_offer(world.issuance.offer_award(award.id).offer_url)

    assert badge["credentialSubject"]["id"] == other.did
    with pytest.raises(Refused) as refused:
        wallet.fetch(session)
    assert refused.value.body["code"] == "already-issued"


def test_an_absent_agent_does_not_stop_a_revocation(world: World) -> None:
    award = world.add_award(delivery="file")
    badge = world.issuance.issue_file(award.id)
    world.signer.down = True

    assert not world.revoke(award)
    assert revoked(world, badge) == 0
    world.signer.down = False
    world.offset += timedelta(minutes=5)
    world.issuance.run_due()
    assert revoked(world, badge) == 1


def test_an_absent_registry_does_not_stop_issuing_or_revoking(world: World) -> None:
    award = world.add_award(delivery="file", slug="hnn")
    registry = world.issuance.registry
    nowhere = RegistryClient("http://localhost:9", token="operator")
    object.__setattr__(world.issuance, "registry", nowhere)
    try:
        badge = world.issuance.issue_file(award.id)
        published = world.revoke(award)
    finally:
        object.__setattr__(world.issuance, "registry", registry)
        nowhere.close()
    with begin(world.engine) as connection:
        waiting = store_issuing.count_waiting(connection)
    world.offset += timedelta(minutes=5)
    world.issuance.run_due()

    assert not published
    assert waiting["publish_status_list"] >= 1
    assert revoked(world, badge) == 1


def test_a_worker_does_what_waits(world: World) -> None:
    award = world.add_award(delivery="file")
    worker = outbox_worker(world.engine, world.issuance.works(), idle_s=0.05)
    worker.start()
    try:
        with begin(world.engine) as connection:
            world.issuance.wait_for_file(connection, award.id)
        worker.wake()
        deadline = 200
        while world.issuance.state_of(award.id).state != "issued" and deadline:
            deadline -= 1
            worker._stop.wait(0.05)
    finally:
        worker.stop()

    assert world.issuance.state_of(award.id).state == "issued"


def test_a_worker_that_died_lets_go_after_a_while(world: World) -> None:
    award = world.add_award(delivery="file")
    with begin(world.engine) as connection:
        world.issuance.wait_for_file(connection, award.id)
    now = world.now()
    with begin(world.engine) as connection:
        claims = store_issuing.claim_outbox(
            connection, now=now, until=now + timedelta(minutes=2), limit=9, only=("sign_credential", [award.id])
        )
    assert len(claims) == 1
    world.issuance.run_due()
    assert world.issuance.state_of(award.id).state == "waiting"

    world.offset += timedelta(minutes=3)
    world.issuance.run_due()

    assert world.issuance.state_of(award.id).state == "issued"


def test_one_award_that_cannot_be_signed_does_not_hold_up_the_others(world: World) -> None:
    good, bad = world.add_award(delivery="file"), world.add_award(delivery="file")
    with begin(world.engine) as connection:
        for award in (good, bad):
            world.issuance.wait_for_file(connection, award.id)
        store_issuing.enqueue(connection, "sign_credential", ["an-award-that-is-gone"], now=world.now())

    world.offset += timedelta(seconds=1)
    world.issuance.run_due()

    assert world.issuance.state_of(good.id).state == "issued"
    assert world.issuance.state_of("an-award-that-is-gone").problem == "not-found"
    with begin(world.engine) as connection:
        store_issuing.drop_waiting(connection, "sign_credential", "an-award-that-is-gone")


def test_the_issuer_forgets_the_badge_that_the_wallet_has(world: World, wallet: Wallet) -> None:
    award = world.add_award()
    wallet.receive_offer(world.issuance.offer_award(award.id).offer_url)
    with begin(world.engine) as connection:
        store_issuing.forget_expired(connection, now=world.now())
        within = store_issuing.find_credential(connection, award.id)
        store_issuing.forget_expired(connection, now=world.now() + timedelta(minutes=6))
        after = store_issuing.find_credential(connection, award.id)

    assert within is not None
    assert within.document is not None
    assert after is not None
    assert after.document is None
    assert after.sha256 is not None


def test_a_baked_badge_carries_the_signed_credential(world: World) -> None:
    award = world.add_award(delivery="file")

    text = unbake_png(baked_png(world.issuance, award.id))

    assert text is not None
    assert parse_json(text) == world.issuance.issue_file(award.id)
