"""What our plugin leans on inside ACA-Py 1.4.0 is as it was when the plugin was written; one test for each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from issuer_agent.acapy_process import AgentSecrets, agent_environment
from issuer_agent.signer import SigningIdentity
from tests.support.agent import CREATED, Agent, badge_of, in_agent_environment
from tests.unit.vc_core.samples import signed_badge

pytestmark = pytest.mark.agent
STOCK_OPTIONS = {
    "type": "DataIntegrityProof",
    "cryptosuite": "eddsa-jcs-2022",
    "proofPurpose": "assertionMethod",
    "verificationMethod": "did:web:example.org#key",
}


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    """What the probe saw in the agent's own environment."""
    return dict(json.loads(in_agent_environment(Path(__file__).parent / "acapy_probe.py")))


@pytest.fixture(scope="module")
def identity(agent: Agent) -> SigningIdentity:
    return agent.institution()


def test_it_is_the_version_the_plugin_was_written_for(found: dict[str, Any]) -> None:
    assert found["versions"] == {"acapy-agent": "1.4.0", "aries-askar": "0.5.0"}


def test_every_variable_we_set_is_one_that_it_reads(found: dict[str, Any]) -> None:
    """A variable it does not know would be passed over in silence."""
    postgres = json.dumps({"url": "db:5432", "account": "a", "password": "p"})
    ours = agent_environment(
        AgentSecrets("w", "a", "j"), home=Path("/x"), host="127.0.0.1", port=1, nonce="n", postgres=postgres
    )
    unknown = {name for name in ours if name.startswith("ACAPY_")} - set(found["variables"])

    # ACAPY_HOME is read elsewhere; that the store lies where it says is seen in tests/agent.
    assert unknown == {"ACAPY_HOME"}


def test_a_did_method_can_be_registered_again_with_more_kinds_of_keys(found: dict[str, Any]) -> None:
    assert "p256" not in found["did_web_keys_before"]
    assert set(found["did_web_keys"]) == {"ed25519", "p256", "bls12381g2"}


def test_the_cryptosuites_are_a_table_that_the_manager_reads_when_it_signs(found: dict[str, Any]) -> None:
    """When ACA-Py brings its own eddsa-rdfc-2022, ours must be looked at again."""
    assert found["suites_before"] == ["eddsa-jcs-2022"]
    assert found["suite"] == "issuer_agent.acapy_plugin.suites"


def test_its_document_loader_is_built_from_the_class_we_replace(found: dict[str, Any]) -> None:
    assert found["loader"] == "issuer_agent.acapy_plugin.offline"


def test_keys_are_named_and_stored_as_we_read_them(found: dict[str, Any]) -> None:
    assert {"ed25519", "p256"} <= set(found["key_kinds"])
    assert found["our_key_kinds"] == {"ed25519": True, "p256": True}
    assert found["verkey_is_the_public_key"]


def test_its_own_routes_know_a_key_that_our_route_made(agent: Agent, identity: SigningIdentity) -> None:
    multikey = identity.ed25519_key_id.partition("#")[2]

    answer = agent.ask("GET", f"/wallet/keys/{multikey}", token=identity.tenant_token)

    assert answer.status_code == 200
    assert answer.json() == {"kid": identity.ed25519_key_id, "multikey": multikey}


def test_a_tenant_is_found_by_its_name_and_no_name_is_given_twice(agent: Agent) -> None:
    made = agent.client.create_tenant("only-once", label="Once")

    assert agent.client.find_tenant("only-once") == made
    assert agent.client.find_tenant("only") is None
    again = agent.ask("POST", "/multitenancy/wallet", key=True, json={"wallet_name": "only-once"})
    assert again.status_code == 400


@pytest.mark.parametrize("path", ["/edubadges/sign", "/edubadges/keys", "/vc/di/add-proof", "/wallet/jwt/sign"])
def test_nobody_signs_without_a_tenants_token(agent: Agent, path: str) -> None:
    """The decorator on our routes does what it does on theirs; the operator's key does not open a tenant."""
    body = {"document": {"a": 1}, "options": STOCK_OPTIONS, "headers": {}, "payload": {}}
    statuses = [agent.ask("POST", path, json=body, key=key).status_code for key in (False, True)]

    assert statuses == [401, 401]
    assert agent.ask("POST", path, token="not.a.token", json=body).status_code == 401


def test_the_stock_route_makes_our_suite_and_the_same_proof_as_our_own_route(
    agent: Agent, identity: SigningIdentity
) -> None:
    badge = badge_of(identity)
    options = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "proofPurpose": "assertionMethod",
        "verificationMethod": identity.ed25519_key_id,
        "created": CREATED,
    }

    stock = agent.ask(
        "POST", "/vc/di/add-proof", token=identity.tenant_token, json={"document": badge, "options": options}
    )
    ours = agent.sign(identity, [badge])

    assert stock.status_code == 201
    assert stock.json()["securedDocument"]["proof"] == ours.json()["proofs"]


def test_the_stock_route_refuses_what_our_own_refuses(agent: Agent, identity: SigningIdentity) -> None:
    def add_proof(document: object, **changes: object) -> int:
        options = {
            "type": "DataIntegrityProof",
            "cryptosuite": "eddsa-rdfc-2022",
            "proofPurpose": "assertionMethod",
            "verificationMethod": identity.ed25519_key_id,
        }
        body = {"document": document, "options": options | changes}
        return agent.ask("POST", "/vc/di/add-proof", token=identity.tenant_token, json=body).status_code

    badge = badge_of(identity)

    assert add_proof(badge) == 201
    assert add_proof({**badge, "issuer": "did:web:example.org"}) == 400
    assert add_proof({**badge, "nonsense": 1}) == 400
    assert add_proof(badge, verificationMethod=identity.p256_key_id) == 400
    assert add_proof(badge, verificationMethod=f"{identity.did}#nothing") == 400
    assert add_proof(badge, proofPurpose="authentication") == 400
    assert add_proof(badge, challenge="1") == 400


def test_the_stock_route_verifies_our_suite(agent: Agent, identity: SigningIdentity) -> None:
    badge = signed_badge()
    changed = {**badge, "validUntil": "2041-11-23T10:00:00Z"}

    def verified(document: object) -> bool:
        answer = agent.ask("POST", "/vc/di/verify", token=identity.tenant_token, json={"securedDocument": document})
        assert answer.status_code in (200, 400), answer.text
        return bool(answer.json()["verificationResults"]["verified"])

    assert verified(badge)
    assert not verified(changed)
    assert not verified({**badge, "nonsense": 1})


def test_a_signed_jwt_has_the_key_in_its_header_and_asks_nobody(agent: Agent, identity: SigningIdentity) -> None:
    from vc_core.json_text import parse_json
    from vc_core.keys import public_key_from_multikey
    from vc_core.multiformats import base64url_decode

    signed = agent.client.sign_jwt({"did": identity.did, "iat": 1}, identity=identity)
    head, claims, signature = signed.split(".")
    key = public_key_from_multikey(identity.ed25519_key_id.partition("#")[2])

    header = parse_json(base64url_decode(head))
    assert isinstance(header, dict)
    assert (header["alg"], header["kid"]) == ("EdDSA", identity.ed25519_key_id)
    assert parse_json(base64url_decode(claims)) == {"did": identity.did, "iat": 1}
    assert key.verify(f"{head}.{claims}".encode(), base64url_decode(signature))
