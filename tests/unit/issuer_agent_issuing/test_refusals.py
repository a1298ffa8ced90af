"""Every way to ask wrongly, a row each: the word of the protocol, our stable code, and that nothing is used up."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.support.issuing_world import World
from tests.support.test_wallet import PRE_AUTHORIZED_CODE, Refused, Session, Wallet, did_jwk
from vc_core.keys import PrivateKey

FORM = "application/x-www-form-urlencoded"
P256 = PrivateKey.generate("P-256")
ED25519 = PrivateKey.generate("Ed25519")
PRIVATE = {**ED25519.public.to_jwk(), "d": "AAAA"}


@pytest.mark.parametrize(
    ("body", "content_type", "error", "code"),
    [
        (b"{}", "application/json", "invalid_request", "content-type"),
        (b"", FORM, "invalid_request", "grant-type-missing"),
        (b"\xff=1", FORM, "invalid_request", "malformed-form"),
        (b"a=1&" * 60, FORM, "invalid_request", "malformed-form"),
        (b"grant_type=a&grant_type=b", FORM, "invalid_request", "repeated-parameter"),
        (b"grant_type=authorization_code&code=1", FORM, "unsupported_grant_type", "unsupported-grant-type"),
        (b"grant_type=" + PRE_AUTHORIZED_CODE.encode(), FORM, "invalid_request", "code-missing"),
        (b"x=" + b"a" * 200_000, FORM, "invalid_request", "limit-exceeded"),
    ],
)
def test_a_malformed_token_request_is_refused(
    world: World, body: bytes, content_type: str, error: str, code: str
) -> None:
    url = world.issuance.credential_issuer("zzu") + "/token"
    answer = world.http.post(url, content=body, headers={"Content-Type": content_type})

    assert (answer.json()["error"], answer.json()["code"]) == (error, code)
    assert answer.status_code == (413 if code == "limit-exceeded" else 400)
    assert answer.headers["cache-control"] == "no-store"


def code_known(world: World, offer: dict[str, Any]) -> None:
    """Leave the offer as it is."""


def code_used(world: World, offer: dict[str, Any]) -> None:
    Wallet(world.http).redeem(offer)


def code_expired(world: World, offer: dict[str, Any]) -> None:
    world.offset = timedelta(minutes=11)


def award_revoked(world: World, offer: dict[str, Any]) -> None:
    world.issuance.revoke(world.last_award[-1])


@pytest.mark.parametrize(
    ("before", "form", "error", "code"),
    [
        (code_known, {"pre-authorized_code": "a-guess"}, "invalid_grant", "code-unknown"),
        (code_used, {}, "invalid_grant", "code-used"),
        (code_expired, {}, "invalid_grant", "code-expired"),
        (award_revoked, {}, "invalid_grant", "code-withdrawn"),
        (code_known, {"tx_code": "123456"}, "invalid_request", "tx-code-unexpected"),
        (code_known, {"authorization_details": "{"}, "invalid_authorization_details", "authorization-details"),
        (code_known, {"authorization_details": "[]"}, "invalid_authorization_details", "authorization-details"),
        (
            code_known,
            {"authorization_details": '[{"type":"openid_credential","credential_configuration_id":"other"}]'},
            "invalid_authorization_details",
            "authorization-details",
        ),
    ],
)
def test_a_code_that_does_not_work_says_why(
    world: World, wallet: Wallet, before: Callable[..., None], form: dict[str, str], error: str, code: str
) -> None:
    award = world.add_award()
    offer = wallet.read_offer(world.issuance.offer_award(award.id).offer_url)
    before(world, offer)

    with pytest.raises(Refused) as refused:
        wallet.redeem(offer, **form)

    assert (refused.value.status, refused.value.body["error"], refused.value.body["code"]) == (400, error, code)
    assert refused.value.body["error_description"]


def test_the_code_of_one_institution_does_not_work_at_another(world: World, wallet: Wallet) -> None:
    offer = wallet.read_offer(world.issuance.offer_award(world.add_award().id).offer_url)
    offer["credential_issuer"] = world.issuance.credential_issuer("hnn")

    with pytest.raises(Refused) as refused:
        wallet.redeem(offer)

    assert refused.value.body["code"] == "code-unknown"


def test_a_newer_offer_withdraws_the_older(world: World, wallet: Wallet) -> None:
    award = world.add_award()
    older = world.issuance.offer_award(award.id)
    document = wallet.read_offer(older.offer_url)
    world.issuance.offer_award(award.id)

    with pytest.raises(Refused) as refused:
        wallet.redeem(document)
    with pytest.raises(Refused) as gone:
        wallet.read_offer(older.offer_url)

    assert refused.value.body["code"] == "code-withdrawn"
    assert (gone.value.status, gone.value.body["code"], gone.value.body["reason"]) == (
        404,
        "offer-gone",
        "code-withdrawn",
    )


def test_five_wrong_transaction_codes_block_the_offer_and_fewer_do_not(world: World, wallet: Wallet) -> None:
    for wrong_tries, works in ((4, True), (5, False)):
        offer = world.issuance.offer_award(world.add_award().id, with_tx_code=True)
        document = wallet.read_offer(offer.offer_url)
        with pytest.raises(Refused) as missing:
            wallet.redeem(document)
        assert (missing.value.body["error"], missing.value.body["code"]) == ("invalid_request", "tx-code-missing")
        wrong = "000000" if offer.tx_code != "000000" else "000001"
        for _ in range(wrong_tries):
            with pytest.raises(Refused) as refused:
                wallet.redeem(document, tx_code=wrong)
            assert (refused.value.body["error"], refused.value.body["code"]) == ("invalid_grant", "tx-code-wrong")
        if works:
            assert wallet.redeem(document, tx_code=offer.tx_code)["access_token"]
        else:
            with pytest.raises(Refused) as dead:
                wallet.redeem(document, tx_code=offer.tx_code)
            assert (dead.value.body["error"], dead.value.body["code"]) == ("invalid_grant", "tx-code-exhausted")


# header, claims and key of a jwt proof, and the code of the refusal
JWT_FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"header": {"typ": "JWT"}}, "proof-typ"),
    ({"header": {"typ": None}}, "proof-typ"),
    ({"header": {"alg": "none"}}, "proof-alg"),
    ({"header": {"alg": "HS256"}}, "proof-alg"),
    ({"header": {"alg": "ES256"}}, "proof-alg"),
    ({"header": {"crit": ["x"]}}, "proof-crit"),
    ({"header": {"jwk": None}}, "proof-key"),
    ({"header": {"kid": "did:key:" + ED25519.public.to_multikey()}}, "proof-key"),
    ({"header": {"jwk": None, "x5c": ["AAAA"]}}, "proof-key"),
    ({"header": {"jwk": PRIVATE}}, "proof-key"),
    ({"header": {"jwk": {"kty": "oct", "k": "AAAA"}}}, "proof-key"),
    ({"header": {"jwk": "text"}}, "proof-key"),
    ({"header": {"jwk": None, "kid": "https://example.org/key"}}, "proof-key"),
    ({"header": {"jwk": None, "kid": "did:web:example.org#1"}}, "proof-key"),
    ({"header": {"jwk": None, "kid": did_jwk(ED25519) + "#1"}}, "proof-key"),
    ({"header": {"jwk": None, "kid": "did:jwk:!"}}, "proof-key"),
    ({"header": {"jwk": None, "kid": 7}}, "proof-key"),
    ({"key": PrivateKey.generate("Ed25519")}, "proof-signature"),
    ({"claims": {"aud": "https://other.example"}}, "proof-audience"),
    ({"claims": {"aud": None}}, "proof-audience"),
    ({"claims": {"aud": []}}, "proof-audience"),
    ({"claims": {"iat": None}}, "proof-iat"),
    ({"claims": {"iat": "now"}}, "proof-iat"),
    ({"claims": {"iat": True}}, "proof-iat"),
    ({"claims": {"iat": int(time.time()) - 3600}}, "proof-iat"),
    ({"claims": {"iat": int(time.time()) + 86400}}, "proof-iat"),
    ({"claims": {"exp": int(time.time()) - 3600}}, "proof-iat"),
    ({"claims": {"nonce": None}}, "proof-nonce-missing"),
    ({"claims": {"nonce": 5}}, "proof-nonce-missing"),
]
PRESENTATION_FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"holder": "did:key:" + P256.public.to_multikey()}, "proof-holder"),
    ({"domain": "https://other.example"}, "proof-audience"),
    ({"domain": None}, "proof-audience"),
    ({"purpose": "assertionMethod"}, "proof-signature"),
    ({"key": PrivateKey.generate("Ed25519")}, "proof-signature"),
]


@pytest.fixture
def session(world: World, wallet: Wallet) -> Session:
    return wallet.accept(world.issuance.offer_award(world.add_award().id).offer_url)


def refusal(wallet: Wallet, session: Session, proofs: Any, **more: Any) -> Refused:
    body = {"credential_configuration_id": session.configuration_id, "proofs": proofs, **more}
    with pytest.raises(Refused) as refused:
        wallet.request_credential(session, {name: value for name, value in body.items() if value is not None})
    return refused.value


@pytest.mark.parametrize(("faults", "code"), JWT_FAULTS)
def test_a_wrong_jwt_proof_is_refused_and_uses_nothing_up(
    wallet: Wallet, session: Session, faults: dict[str, Any], code: str
) -> None:
    nonce = wallet.nonce(session.metadata)
    refused = refusal(wallet, session, {"jwt": [wallet.prove_jwt(session.issuer, nonce, **faults)]})

    assert (refused.status, refused.body["error"], refused.body["code"]) == (400, "invalid_proof", code)
    good = {"jwt": [wallet.prove_jwt(session.issuer, nonce)]}
    body = {"credential_configuration_id": session.configuration_id, "proofs": good}
    assert wallet.request_credential(session, body)["credentials"]


@pytest.mark.parametrize(("faults", "code"), PRESENTATION_FAULTS)
def test_a_wrong_presentation_proof_is_refused(
    wallet: Wallet, session: Session, faults: dict[str, Any], code: str
) -> None:
    proof = wallet.prove_di_vp(session.issuer, wallet.nonce(session.metadata), **faults)
    refused = refusal(wallet, session, {"di_vp": [proof]})

    assert (refused.body["error"], refused.body["code"]) == ("invalid_proof", code)


@pytest.mark.parametrize(
    ("proofs", "more", "error", "code"),
    [
        (None, {}, "invalid_proof", "proof-missing"),
        ({}, {}, "invalid_proof", "proof-types"),
        ([], {}, "invalid_proof", "proof-types"),
        ({"jwt": []}, {}, "invalid_proof", "proof-missing"),
        ({"jwt": "a.b.c"}, {}, "invalid_proof", "proof-missing"),
        ({"jwt": ["a.b.c"]}, {}, "invalid_proof", "proof-malformed"),
        ({"jwt": ["a"]}, {}, "invalid_proof", "proof-malformed"),
        ({"jwt": [7]}, {}, "invalid_proof", "proof-malformed"),
        ({"jwt": ["x" * 20_000]}, {}, "invalid_proof", "proof-malformed"),
        ({"jwt": ["e30.e30.AAAA"]}, {}, "invalid_proof", "proof-typ"),
        ({"jwt": ["W10.W10.AAAA"]}, {}, "invalid_proof", "proof-malformed"),
        ({"jwt": ["a", "b"]}, {}, "invalid_proof", "proof-too-many"),
        ({"jwt": ["a"], "di_vp": [{}]}, {}, "invalid_proof", "proof-types"),
        ({"attestation": ["a"]}, {}, "invalid_proof", "proof-type-unknown"),
        ({"di_vp": ["text"]}, {}, "invalid_proof", "proof-malformed"),
        ({"di_vp": [{}]}, {}, "invalid_proof", "proof-malformed"),
        ({"di_vp": [{"type": "VerifiablePresentation"}]}, {}, "invalid_proof", "proof-malformed"),
        (
            {
                "di_vp": [
                    {
                        "@context": "https://www.w3.org/ns/credentials/v2",
                        "type": "VerifiablePresentation",
                        "proof": {"type": "DataIntegrityProof", "cryptosuite": "bbs-2023"},
                    }
                ]
            },
            {},
            "invalid_proof",
            "proof-cryptosuite",
        ),
        ({"jwt": ["a"]}, {"proof": {}}, "invalid_credential_request", "proof-twice"),
        (None, {"proof": 7}, "invalid_proof", "proof-types"),
        (None, {"proof": {"proof_type": "jwt"}}, "invalid_proof", "proof-missing"),
        (
            {"jwt": ["a"]},
            {"credential_configuration_id": "other"},
            "unknown_credential_configuration",
            "credential-configuration-unknown",
        ),
        (
            {"jwt": ["a"]},
            {"credential_configuration_id": None, "credential_identifier": "other"},
            "unknown_credential_identifier",
            "credential-identifier-unknown",
        ),
        ({"jwt": ["a"]}, {"credential_identifier": "x"}, "invalid_credential_request", "credential-not-named"),
        ({"jwt": ["a"]}, {"credential_configuration_id": None}, "invalid_credential_request", "credential-not-named"),
        ({"jwt": ["a"]}, {"credential_configuration_id": 7}, "invalid_credential_request", "malformed-input"),
        (
            {"jwt": ["a"]},
            {"credential_response_encryption": {"jwk": {}, "enc": "A128GCM"}},
            "invalid_encryption_parameters",
            "encryption-not-supported",
        ),
    ],
)
def test_a_malformed_credential_request_is_refused(
    wallet: Wallet, session: Session, proofs: Any, more: dict[str, Any], error: str, code: str
) -> None:
    refused = refusal(wallet, session, proofs, **more)

    assert (refused.status, refused.body["error"], refused.body["code"]) == (400, error, code)


@pytest.mark.parametrize(
    ("body", "content_type", "code"),
    [
        (b"{", "application/json", "malformed-input"),
        (b"[]", "application/json", "malformed-input"),
        (b'{"a":1,"a":2}', "application/json", "malformed-input"),
        (b"{}", "text/plain", "content-type"),
        (b"[" * 100 + b"]" * 100, "application/json", "limit-exceeded"),
    ],
)
def test_a_body_that_is_not_a_json_object_is_refused(
    world: World, session: Session, body: bytes, content_type: str, code: str
) -> None:
    headers = {"Content-Type": content_type, "Authorization": f"Bearer {session.access_token}"}
    answer = world.http.post(session.metadata["credential_endpoint"], content=body, headers=headers)

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_credential_request")
    assert answer.json()["code"] == code


@pytest.mark.parametrize(
    ("nonce", "shift", "code"),
    [
        ("made-up", timedelta(), "nonce-unknown"),
        ("A" * 50, timedelta(), "nonce-unknown"),
        ("é" * 50, timedelta(), "nonce-unknown"),
        ("!" * 50, timedelta(), "nonce-unknown"),
        (None, timedelta(minutes=6), "nonce-expired"),
    ],
)
def test_a_nonce_that_is_not_ours_or_too_old_is_refused(
    world: World, wallet: Wallet, session: Session, nonce: str | None, shift: timedelta, code: str
) -> None:
    stale = nonce or wallet.nonce(session.metadata)
    world.offset = shift
    if shift:
        session = wallet.accept(world.issuance.offer_award(world.add_award().id).offer_url)
    iat = {"iat": int(world.now().timestamp())}
    refused = refusal(wallet, session, {"jwt": [wallet.prove_jwt(session.issuer, stale, claims=iat)]})

    assert (refused.status, refused.body["error"], refused.body["code"]) == (400, "invalid_nonce", code)


def test_a_nonce_of_another_institution_is_refused(world: World, wallet: Wallet, session: Session) -> None:
    foreign = wallet.nonce(wallet.read_metadata(world.issuance.credential_issuer("hnn")))
    refused = refusal(wallet, session, {"jwt": [wallet.prove_jwt(session.issuer, foreign)]})

    assert (refused.body["error"], refused.body["code"]) == ("invalid_nonce", "nonce-unknown")


def test_a_nonce_works_once(wallet: Wallet, session: Session) -> None:
    proof = wallet.prove_jwt(session.issuer, wallet.nonce(session.metadata))
    body = {"credential_configuration_id": session.configuration_id, "proofs": {"jwt": [proof]}}
    wallet.request_credential(session, body)

    refused = refusal(wallet, session, {"jwt": [proof]})

    assert (refused.body["error"], refused.body["code"]) == ("invalid_nonce", "nonce-used")


@pytest.mark.parametrize(
    ("header", "status", "code"),
    [
        (None, 401, "token-missing"),
        ("Basic abc", 401, "token-missing"),
        ("Bearer", 401, "token-missing"),
        ("Bearer made-up", 401, "token-unknown"),
        ("DPoP made-up", 401, "token-scheme"),
    ],
)
def test_without_a_valid_token_nothing_is_given(
    world: World, wallet: Wallet, session: Session, header: str | None, status: int, code: str
) -> None:
    body = {
        "credential_configuration_id": session.configuration_id,
        "proofs": {"jwt": [wallet.prove(session.issuer, "x")]},
    }
    headers = {"Authorization": header} if header else {}
    answer = world.http.post(session.metadata["credential_endpoint"], json=body, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert ("invalid_token" in answer.headers["www-authenticate"]) == (code != "token-missing")


def test_a_token_in_the_address_is_refused(world: World, wallet: Wallet, session: Session) -> None:
    url = f"{session.metadata['credential_endpoint']}?access_token={session.access_token}"
    answer = world.http.post(url, json={})

    assert (answer.status_code, answer.json()["error"], answer.json()["code"]) == (
        400,
        "invalid_request",
        "token-in-query",
    )


def test_a_token_dies_after_five_minutes(world: World, wallet: Wallet, session: Session) -> None:
    world.offset = timedelta(minutes=6)

    with pytest.raises(Refused) as refused:
        wallet.fetch(session)

    assert (refused.value.status, refused.value.body["code"]) == (401, "token-expired")


def test_no_secret_stands_in_the_database(world: World, wallet: Wallet) -> None:
    offer = world.issuance.offer_award(world.add_award().id, with_tx_code=True)
    document = wallet.read_offer(offer.offer_url)
    code = document["grants"][PRE_AUTHORIZED_CODE]["pre-authorized_code"]
    session = wallet.accept(offer.offer_url, tx_code=offer.tx_code)
    nonce = wallet.nonce(session.metadata)
    body = {
        "credential_configuration_id": session.configuration_id,
        "proofs": {"jwt": [wallet.prove(session.issuer, nonce)]},
    }
    wallet.request_credential(session, body)

    dump = json.dumps(world.dump(), default=str)

    for secret in (offer.credential_offer_uri.rsplit("/", 1)[1], code, session.access_token, nonce):
        assert secret not in dump
    assert f'"{offer.tx_code}"' not in dump
