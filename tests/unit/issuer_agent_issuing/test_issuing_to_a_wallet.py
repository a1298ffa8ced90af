"""The happy ways through OpenID4VCI, and what comes out."""

from __future__ import annotations

import copy
import json
from typing import Any
from urllib.parse import quote

import pytest
from openvc.proof.data_integrity import DataIntegrityProofSuite
from openvc.proof.errors import ProofError as OpenvcError

from tests.support.issuing_world import World
from tests.support.test_wallet import Refused, Wallet, receive_offer
from vc_core.contexts import context_document, known_contexts
from vc_core.did import find_verification_method
from vc_core.errors import ProofError
from vc_core.keys import PrivateKey
from vc_core.model.open_badge import lint
from vc_core.proof import document_proofs, verify_proof


def check_badge(world: World, badge: dict[str, Any]) -> None:
    [proof] = document_proofs(badge)
    _, key = find_verification_method(
        world.did_document(), str(proof["verificationMethod"]), relationship="assertionMethod"
    )
    verify_proof(badge, proof, public_key=key, expected_purpose="assertionMethod")


@pytest.mark.parametrize("named_by", ["jwk", "kid", "did:jwk"])
@pytest.mark.parametrize("algorithm", ["Ed25519", "P-256"])
def test_a_jwt_proof_binds_the_badge_to_its_key(world: World, named_by: str, algorithm: Any) -> None:
    wallet = Wallet(world.http, key=PrivateKey.generate(algorithm), named_by=named_by)
    offer = world.issuance.offer_award(world.add_award().id)

    badge = wallet.receive_offer(offer.offer_url)

    assert badge["credentialSubject"]["id"] == wallet.did
    check_badge(world, badge)


@pytest.mark.parametrize("cryptosuite", ["eddsa-jcs-2022", "eddsa-rdfc-2022"])
def test_a_presentation_proof_binds_the_badge_to_its_key(world: World, cryptosuite: str) -> None:
    wallet = Wallet(world.http, proof_type="di_vp", cryptosuite=cryptosuite)
    offer = world.issuance.offer_award(world.add_award().id)

    badge = wallet.receive_offer(offer.wallet_url)

    assert badge["credentialSubject"]["id"] == wallet.did
    check_badge(world, badge)


def test_an_offer_by_value_works_too(world: World) -> None:
    offer = world.issuance.offer_award(world.add_award().id)
    by_value = "openid-credential-offer://?credential_offer=" + quote(json.dumps(offer.credential_offer))

    assert receive_offer(world.http, by_value)["type"] == ["VerifiableCredential", "OpenBadgeCredential"]


def test_the_offer_by_reference_is_the_offer_by_value(world: World, wallet: Wallet) -> None:
    offer = world.issuance.offer_award(world.add_award().id, with_tx_code=True)

    assert wallet.read_offer(offer.credential_offer_uri) == offer.credential_offer
    assert set(offer.credential_offer) == {"credential_issuer", "credential_configuration_ids", "grants"}


def test_a_transaction_code_opens_the_offer(world: World, wallet: Wallet) -> None:
    offer = world.issuance.offer_award(world.add_award().id, with_tx_code=True)

    assert offer.tx_code is not None
    assert len(offer.tx_code) >= 6
    check_badge(world, wallet.receive_offer(offer.offer_url, tx_code=offer.tx_code))


def test_the_badge_is_a_good_open_badge(world: World, wallet: Wallet) -> None:
    award = world.add_award(grade="8,5", narrative="Fijn werk.", evidence_url="https://example.org/werk")
    badge = wallet.receive_offer(world.issuance.offer_award(award.id).offer_url)

    assert [finding for finding in lint(badge)] == []
    assert badge["credentialSubject"]["achievement"]["localizedName"] == {
        "nl": "Stedelijk waterbeheer",
        "en": "Urban water management",
    }
    assert "identifier" not in badge["credentialSubject"]
    assert award.recipient_email not in json.dumps(badge)
    assert award.recipient_name not in json.dumps(badge)


def test_one_changed_byte_is_noticed(world: World, wallet: Wallet) -> None:
    badge = wallet.receive_offer(world.issuance.offer_award(world.add_award().id).offer_url)
    changed = copy.deepcopy(badge)
    changed["credentialSubject"]["achievement"]["name"] = "Stedelijk waterbeheeR"

    check_badge(world, badge)
    with pytest.raises(ProofError):
        check_badge(world, changed)


def test_an_independent_library_accepts_the_badge_and_refuses_a_changed_one(world: World, wallet: Wallet) -> None:
    badge = wallet.receive_offer(world.issuance.offer_award(world.add_award().id).offer_url)
    method = str(badge["proof"]["verificationMethod"])
    _, key = find_verification_method(world.did_document(), method, relationship="assertionMethod")
    options: dict[str, Any] = {
        "public_key_jwk": key.to_jwk(),
        "extra_contexts": {url: context_document(url) for url in known_contexts()},
    }
    suite = DataIntegrityProofSuite()

    suite.verify(badge, **options)

    badge["credentialSubject"]["achievement"]["name"] = "Stedelijk waterbeheeR"
    with pytest.raises(OpenvcError):
        suite.verify(badge, **options)


def test_a_wallet_that_asks_with_authorization_details_gets_an_identifier(world: World, wallet: Wallet) -> None:
    offer = wallet.read_offer(world.issuance.offer_award(world.add_award().id).offer_url)
    [configuration] = offer["credential_configuration_ids"]
    details = [{"type": "openid_credential", "credential_configuration_id": configuration}]
    token = wallet.redeem(offer, authorization_details=json.dumps(details))
    [identifier] = token["authorization_details"][0]["credential_identifiers"]
    metadata = wallet.read_metadata(offer["credential_issuer"])
    proof = wallet.prove(metadata["credential_issuer"], wallet.nonce(metadata))

    answer = world.http.post(
        metadata["credential_endpoint"],
        json={"credential_identifier": identifier, "proofs": {"jwt": [proof]}},
        headers={"Authorization": f"Bearer {token['access_token']}"},
    )

    assert answer.status_code == 200, answer.text


def test_a_wallet_of_draft_15_sends_one_proof(world: World, wallet: Wallet) -> None:
    session = wallet.accept(world.issuance.offer_award(world.add_award().id).offer_url)
    proof = {"proof_type": "jwt", "jwt": wallet.prove(session.issuer, wallet.nonce(session.metadata))}
    body = {"credential_configuration_id": session.configuration_id, "proof": proof}

    assert "credential" in wallet.request_credential(session, body)["credentials"][0]


def test_unknown_members_of_a_request_are_ignored(world: World, wallet: Wallet) -> None:
    offer = wallet.read_offer(world.issuance.offer_award(world.add_award().id).offer_url)
    token = wallet.redeem(offer, x_unknown="1", client_id="some-wallet")
    session = wallet.accept(world.issuance.offer_award(world.add_award().id).offer_url)

    assert token["token_type"] == "Bearer"
    assert wallet.fetch(session, x_unknown={"deep": [1, 2]})["credentials"]


def test_the_same_wallet_asking_again_gets_the_same_bytes(world: World, wallet: Wallet) -> None:
    session = wallet.accept(world.issuance.offer_award(world.add_award().id).offer_url)

    assert wallet.fetch(session) == wallet.fetch(session)


def test_another_key_with_the_same_token_is_refused(world: World, wallet: Wallet) -> None:
    session = wallet.accept(world.issuance.offer_award(world.add_award().id).offer_url)
    wallet.fetch(session)
    thief = Wallet(world.http)

    with pytest.raises(Refused) as refused:
        thief.fetch(session)

    assert refused.value.body["error"] == "credential_request_denied"
    assert refused.value.body["code"] == "already-issued"


def test_a_wallet_may_tell_what_became_of_the_badge(world: World, wallet: Wallet) -> None:
    award = world.add_award()
    session = wallet.accept(world.issuance.offer_award(award.id).offer_url)
    notification_id = wallet.fetch(session)["notification_id"]

    assert [wallet.notify(session, notification_id).status_code for _ in range(2)] == [204, 204]
    assert world.issuance.state_of(award.id).wallet_event == "credential_accepted"
    assert wallet.notify(session, "another").json()["error"] == "invalid_notification_id"
    assert wallet.notify(session, notification_id, "lost").json()["error"] == "invalid_notification_request"
