"""The agent signs whole badges of its tenant, and nothing else; what it signs holds for others too."""

from __future__ import annotations

import copy
import hashlib
import json
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from openvc.proof.data_integrity import DataIntegrityProofSuite
from openvc.proof.errors import ProofError as OpenvcError
from pyld import jsonld

from issuer_agent.signer import SigningIdentity
from tests.support.agent import CREATED, Agent, badge_of
from vc_core.canonical.jcs import canonicalize_jcs
from vc_core.contexts import context_document, known_contexts
from vc_core.errors import ProofError
from vc_core.json_text import JsonObject
from vc_core.keys import PublicKey, public_key_from_multikey
from vc_core.multiformats import base58btc_decode
from vc_core.proof import verify_proof

pytestmark = pytest.mark.agent
MAX_DOCUMENTS = 1000  # in one call; the plugin itself imports only where ACA-Py is


@pytest.fixture(scope="module")
def identity(agent: Agent) -> SigningIdentity:
    return agent.institution()


def _key(key_id: str) -> PublicKey:
    return public_key_from_multikey(key_id.partition("#")[2])


def _signed(agent: Agent, identity: SigningIdentity, badge: JsonObject, **changes: object) -> JsonObject:
    answer = agent.sign(identity, [badge], **changes)
    assert answer.status_code == 200, answer.text
    return {**badge, "proof": answer.json()["proofs"][0]}


def _loader(url: str, options: object = None) -> dict[str, Any]:
    return {"contextUrl": None, "documentUrl": url, "document": context_document(url), "tag": "static"}


def _holds_for_pyld_and_cryptography(signed: JsonObject, key: PublicKey) -> bool:
    """Follow the specification with other people's libraries only; our own code gives just the bundled contexts."""

    def digest(document: dict[str, Any]) -> bytes:
        options = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": _loader}
        return hashlib.sha256(str(jsonld.normalize(document, options)).encode()).digest()

    document = {name: value for name, value in signed.items() if name != "proof"}
    proof = dict(signed["proof"])  # type: ignore[call-overload]
    signature = base58btc_decode(proof.pop("proofValue")[1:])
    config = {**proof, "@context": document["@context"]}
    data = digest(config) + digest(document)
    try:
        if key.algorithm == "Ed25519":
            Ed25519PublicKey.from_public_bytes(key.raw).verify(signature, data)
        else:
            r, s = (int.from_bytes(half) for half in (signature[:32], signature[32:]))
            curve_key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key.raw)
            curve_key.verify(encode_dss_signature(r, s), data, ec.ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def _holds_for_openvc(signed: JsonObject, key: PublicKey) -> bool:
    contexts = {url: context_document(url) for url in known_contexts()}
    try:
        DataIntegrityProofSuite().verify(
            signed, public_key_jwk=key.to_jwk(), extra_contexts=contexts, check_temporal=False
        )
    except OpenvcError:
        return False
    return True


def test_a_signed_badge_holds_for_us_and_for_two_others(agent: Agent, identity: SigningIdentity) -> None:
    key = _key(identity.ed25519_key_id)

    signed = _signed(agent, identity, badge_of(identity))

    verify_proof(signed, signed["proof"], public_key=key, expected_purpose="assertionMethod")  # type: ignore[arg-type]
    assert _holds_for_pyld_and_cryptography(signed, key)
    assert _holds_for_openvc(signed, key)


def test_one_changed_letter_and_nobody_accepts_it(agent: Agent, identity: SigningIdentity) -> None:
    key = _key(identity.ed25519_key_id)
    signed = _signed(agent, identity, badge_of(identity))
    text = json.dumps(signed)
    changed = json.loads(text.replace("Verantwoorde AI", "Verantwoorde Ai", 1))
    assert changed != signed

    with pytest.raises(ProofError):
        verify_proof(changed, changed["proof"], public_key=key)
    assert not _holds_for_pyld_and_cryptography(changed, key)
    assert not _holds_for_openvc(changed, key)


def test_many_come_back_in_their_order_with_the_proofs_they_would_get_alone(
    agent: Agent, identity: SigningIdentity
) -> None:
    badges = [badge_of(identity, number=number) for number in range(40)]

    proofs = agent.sign(identity, badges).json()["proofs"]

    assert proofs == [_signed(agent, identity, badge)["proof"] for badge in badges]


def test_a_thousand_in_one_call_all_hold(agent: Agent, identity: SigningIdentity) -> None:
    badges = [badge_of(identity, number=number) for number in range(MAX_DOCUMENTS)]

    answer = agent.sign(identity, badges)

    assert answer.status_code == 200
    key = _key(identity.ed25519_key_id)
    for badge, proof in zip(badges, answer.json()["proofs"], strict=True):
        verify_proof(badge, proof, public_key=key)


def test_jcs_is_the_one_of_rfc_8785(agent: Agent, identity: SigningIdentity) -> None:
    """Where stock ACA-Py would sign `3.0`; and other key order beyond the basic plane."""
    badge = copy.deepcopy(badge_of(identity))
    badge["credentialSubject"]["achievement"]["creditsAvailable"] = 3.0  # type: ignore[index,call-overload]
    key = _key(identity.ed25519_key_id)

    signed = _signed(agent, identity, badge, cryptosuite="eddsa-jcs-2022")
    proof = signed["proof"]

    assert isinstance(proof, dict)
    assert proof["@context"] == badge["@context"]
    config = {name: value for name, value in proof.items() if name != "proofValue"}
    data = hashlib.sha256(canonicalize_jcs(config)).digest() + hashlib.sha256(canonicalize_jcs(badge)).digest()
    signature = base58btc_decode(str(proof["proofValue"])[1:])
    Ed25519PublicKey.from_public_bytes(key.raw).verify(signature, data)
    assert b'"creditsAvailable":3,' in canonicalize_jcs(badge)


def test_the_p256_key_makes_ecdsa_proofs(agent: Agent, identity: SigningIdentity) -> None:
    key = _key(identity.p256_key_id)

    signed = _signed(
        agent,
        identity,
        badge_of(identity),
        cryptosuite="ecdsa-rdfc-2019",
        verification_method=identity.p256_key_id,
    )

    verify_proof(signed, signed["proof"], public_key=key)  # type: ignore[arg-type]
    assert _holds_for_pyld_and_cryptography(signed, key)
    assert not _holds_for_pyld_and_cryptography({**signed, "name": "Iets anders"}, key)


def _without(badge: JsonObject, name: str) -> JsonObject:
    return {member: value for member, value in badge.items() if member != name}


BAD_DOCUMENTS = {
    "another issuer": (lambda b: {**b, "issuer": "did:web:example.org"}, 422, "foreign-issuer"),
    "another issuer, as an object": (
        lambda b: {**b, "issuer": {**b["issuer"], "id": "did:web:example.org"}},
        422,
        "foreign-issuer",
    ),
    "a second institution on the same host": (
        lambda b: {**b, "issuer": {**b["issuer"], "id": b["issuer"]["id"] + "2"}},
        422,
        "foreign-issuer",
    ),
    "no issuer": (lambda b: _without(b, "issuer"), 400, "malformed-input"),
    "an undefined term": (lambda b: {**b, "nonsense": 1}, 422, "data-loss-detected"),
    "a relative address": (lambda b: {**b, "id": "badge/1"}, 422, "data-loss-detected"),
    "an unknown context": (
        lambda b: {**b, "@context": [*b["@context"], "https://example.org/context"]},
        422,
        "unknown-context",
    ),
    "a context of its own": (
        lambda b: {**b, "@context": [*b["@context"], {"@vocab": "https://example.org/"}]},
        422,
        "unknown-context",
    ),
    "a proof already": (lambda b: {**b, "proof": {"type": "DataIntegrityProof"}}, 422, "proof-invalid"),
    "an empty proof": (lambda b: {**b, "proof": None}, 422, "proof-invalid"),
    "a presentation": (lambda b: {**b, "type": ["VerifiablePresentation"]}, 400, "malformed-input"),
    "no type": (lambda b: _without(b, "type"), 400, "malformed-input"),
    "a status in two places": (
        lambda b: {**b, "credentialSubject": [b["credentialSubject"], {"id": b["id"], "validUntil": b["validUntil"]}]},
        422,
        "reshaped-document",
    ),
}


@pytest.mark.parametrize("suite", ["eddsa-rdfc-2022", "eddsa-jcs-2022"])
@pytest.mark.parametrize("name", BAD_DOCUMENTS)
def test_a_document_that_must_not_be_signed_is_refused_and_named(
    agent: Agent, identity: SigningIdentity, name: str, suite: str
) -> None:
    change, status, code = BAD_DOCUMENTS[name]
    good = badge_of(identity)

    answer = agent.sign(identity, [good, change(good), good], cryptosuite=suite)

    found = answer.json()
    assert (answer.status_code, found["code"], found["position"]) == (status, code, 1), found
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert "proofs" not in found


BAD_CALLS: dict[str, tuple[dict[str, object], int, str]] = {
    "no documents": ({"documents": []}, 400, "malformed-input"),
    "one document too many": ({"documents": [{}] * (MAX_DOCUMENTS + 1)}, 413, "limit-exceeded"),
    "documents that are no objects": ({"documents": ["u7Hw…"]}, 400, "malformed-input"),
    "a hash": ({"documents": None, "hash": "00" * 32}, 400, "malformed-input"),
    "no list": ({"documents": {}}, 400, "malformed-input"),
    "a suite that nobody has": ({"cryptosuite": "rot13-2026"}, 422, "invalid-verification-method"),
    "a suite of the other key": ({"cryptosuite": "ecdsa-rdfc-2019"}, 422, "invalid-verification-method"),
    "a moment that is none": ({"created": "yesterday"}, 400, "malformed-input"),
    "a day that is none": ({"created": "2026-13-41T00:00:00Z"}, 400, "malformed-input"),
    "a moment without zone": ({"created": "2026-11-23T12:00:00"}, 400, "malformed-input"),
    "no moment": ({"created": None}, 400, "malformed-input"),
    "a method that is no address": ({"verification_method": "key-1"}, 400, "invalid-did"),
    "a method without a key": ({"verification_method": "did:web:example.org"}, 422, "invalid-verification-method"),
    "a key that is not there": ({"verification_method": "did:web:example.org#key"}, 404, "unknown-key"),
    "no method": ({"verification_method": 7}, 400, "malformed-input"),
}


@pytest.mark.parametrize("name", BAD_CALLS)
def test_a_call_that_makes_no_sense_gets_a_problem_with_a_stable_code(
    agent: Agent, identity: SigningIdentity, name: str
) -> None:
    changes, status, code = BAD_CALLS[name]

    answer = agent.sign(identity, [badge_of(identity)], **changes)

    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


def test_a_p256_key_never_makes_an_eddsa_proof(agent: Agent, identity: SigningIdentity) -> None:
    """Stock ACA-Py makes one, and it is false."""
    answer = agent.sign(identity, [badge_of(identity)], verification_method=identity.p256_key_id)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-verification-method")


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{", b'{"documents": 1, "documents": 2}', b'{"a": NaN}', b"\xff", b"[" * 100_000],
)
def test_a_body_that_cannot_be_read_is_refused(agent: Agent, identity: SigningIdentity, body: bytes) -> None:
    headers = {"Authorization": f"Bearer {identity.tenant_token}", "Content-Type": "application/json"}

    answer = agent.raw.request("POST", "/edubadges/sign", content=body, headers=headers)

    assert answer.status_code in (400, 413)
    assert answer.json()["code"] in ("malformed-input", "limit-exceeded")


def test_a_body_of_more_than_sixteen_megabytes_is_refused(agent: Agent, identity: SigningIdentity) -> None:
    headers = {"Authorization": f"Bearer {identity.tenant_token}", "Content-Type": "application/json"}

    answer = agent.raw.request("POST", "/edubadges/sign", content=b" " * 17_000_000, headers=headers)

    assert answer.status_code == 413


def test_the_agent_goes_on_answering_while_it_signs_many(agent: Agent, identity: SigningIdentity) -> None:
    """Signing a thousand leaves the event loop, so that other tenants are not kept waiting."""
    import threading
    import time

    badges = [badge_of(identity, number=number) for number in range(MAX_DOCUMENTS)]
    busy = threading.Thread(target=lambda: agent.sign(identity, badges))
    busy.start()
    time.sleep(0.15)
    began = time.monotonic()
    answer = agent.sign(identity, [badge_of(identity)])
    took = time.monotonic() - began
    still_busy = busy.is_alive()
    busy.join()

    assert answer.status_code == 200
    assert still_busy or took < 0.5


def test_the_moment_in_the_proof_is_the_one_that_was_asked(agent: Agent, identity: SigningIdentity) -> None:
    proof = _signed(agent, identity, badge_of(identity))["proof"]

    assert isinstance(proof, dict)
    assert proof["created"] == CREATED
    assert proof["verificationMethod"] == identity.ed25519_key_id
