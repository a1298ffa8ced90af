"""Both signers keep the same promises: the agent's, and the one with its key in memory."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from issuer_agent.signer import Signer, SigningIdentity
from issuer_agent.signer_acapy import CHUNK, AcapySigner
from issuer_agent.signer_local import LocalSigner
from service_kit.settings import ServiceSettings
from tests.support.agent import CREATED, Agent, badge_of, in_agent_environment
from vc_core.errors import KeyReferenceError, ProofError
from vc_core.json_text import JsonObject
from vc_core.keys import PrivateKey, public_key_from_multikey
from vc_core.proof import verify_proof

pytestmark = pytest.mark.agent
READ_KEYS = Path(__file__).parents[1] / "agent" / "read_private_keys.py"


@dataclass
class Pair:
    """The same identity in both signers."""

    identity: SigningIdentity
    signers: dict[str, Signer]


@pytest.fixture(scope="module")
def pair(agent: Agent) -> Pair:
    """Copy a throw-away key out of the store, which needs the key of the store itself."""
    identity = agent.institution()
    store = json.dumps({"home": str(agent.folder / "agent" / "store"), "key": agent.process.secrets.wallet_key})
    raw = {
        found["public"]: bytes.fromhex(found["private"])
        for found in json.loads(in_agent_environment(READ_KEYS, given=store))
    }
    keys = {
        key_id: PrivateKey.from_bytes(algorithm, raw[public_key_from_multikey(key_id.partition("#")[2]).raw.hex()])
        for key_id, algorithm in ((identity.ed25519_key_id, "Ed25519"), (identity.p256_key_id, "P-256"))
    }
    return Pair(identity, {"acapy": AcapySigner(agent.client), "local": LocalSigner(keys)})


@pytest.fixture(params=["acapy", "local"])
def signer(pair: Pair, request: pytest.FixtureRequest) -> Signer:
    return pair.signers[request.param]


def test_both_give_the_same_bytes(pair: Pair) -> None:
    badges = [badge_of(pair.identity, number=number) for number in range(20)]

    first, second = (
        pair.signers[name].secure(badges, identity=pair.identity, created=CREATED) for name in ("acapy", "local")
    )

    assert first == second


def test_documents_come_back_in_order_each_with_a_proof_that_holds(pair: Pair, signer: Signer) -> None:
    badges = [badge_of(pair.identity, number=number) for number in range(30)]
    key = public_key_from_multikey(pair.identity.ed25519_key_id.partition("#")[2])

    signed = signer.secure(badges, identity=pair.identity, created=CREATED)

    for badge, secured in zip(badges, signed, strict=True):
        proof = secured["proof"]
        assert isinstance(proof, dict)
        assert {**badge, "proof": proof} == secured
        assert proof["cryptosuite"] == "eddsa-rdfc-2022"
        verify_proof(secured, proof, public_key=key, expected_purpose="assertionMethod")


def test_the_same_moment_gives_the_same_proof_and_another_moment_another(pair: Pair, signer: Signer) -> None:
    badge = badge_of(pair.identity)

    def proof(created: str) -> object:
        return signer.secure([badge], identity=pair.identity, created=created)[0]["proof"]

    assert proof(CREATED) == proof(CREATED)
    assert proof(CREATED) != proof("2026-11-23T12:00:01Z")


def test_one_bad_document_and_none_is_signed(pair: Pair, signer: Signer) -> None:
    badges: list[JsonObject] = [badge_of(pair.identity), {**badge_of(pair.identity, number=1), "nonsense": "x"}]

    with pytest.raises(ProofError):
        signer.secure(badges, identity=pair.identity, created=CREATED)


def test_a_document_of_another_issuer_or_with_a_proof_is_refused(pair: Pair, signer: Signer) -> None:
    badge = badge_of(pair.identity)

    for bad in ({**badge, "issuer": "did:web:example.org"}, {**badge, "proof": {"type": "DataIntegrityProof"}}):
        with pytest.raises(ProofError):
            signer.secure([badge, bad], identity=pair.identity, created=CREATED)


def test_a_key_it_does_not_have_is_refused(pair: Pair, signer: Signer) -> None:
    other = SigningIdentity(
        pair.identity.did, pair.identity.tenant_token, f"{pair.identity.did}#z6Mkunknown", pair.identity.p256_key_id
    )

    with pytest.raises(KeyReferenceError):
        signer.secure([badge_of(other)], identity=other, created=CREATED)


def test_no_documents_give_no_documents(pair: Pair, signer: Signer) -> None:
    assert signer.secure([], identity=pair.identity, created=CREATED) == []


def test_a_jws_is_signed_with_the_same_key_by_both(pair: Pair, signer: Signer) -> None:
    from vc_core.multiformats import base64url_decode

    head, claims, signature = signer.sign_jws({"iat": 1}, identity=pair.identity).split(".")
    key = public_key_from_multikey(pair.identity.ed25519_key_id.partition("#")[2])

    assert json.loads(base64url_decode(head))["kid"] == pair.identity.ed25519_key_id
    assert key.verify(f"{head}.{claims}".encode(), base64url_decode(signature))


def test_more_than_one_call_holds_is_cut_up_and_put_together_again(pair: Pair) -> None:
    badges = [badge_of(pair.identity, number=number) for number in range(CHUNK + 3)]

    signed = pair.signers["acapy"].secure(badges, identity=pair.identity, created=CREATED)

    assert [document["id"] for document in signed] == [badge["id"] for badge in badges]
    assert len({document["proof"]["proofValue"] for document in signed}) == len(badges)  # type: ignore[index,call-overload]


def test_a_signer_with_its_key_in_memory_does_not_exist_in_production() -> None:
    production = ServiceSettings(
        EDUBADGES_ENV="production",
        public_url="https://issuer.example",
        host="127.0.0.1",
        port=1,
        database_url="postgresql://localhost/x",
        secret_key="a secret that is long enough for production, certainly",
    )

    with pytest.raises(RuntimeError):
        LocalSigner({}, settings=production)
