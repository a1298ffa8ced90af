"""A tenant is one institution: its keys sign for it alone, and no other tenant reaches them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.agent import CREATED, Agent, badge_of
from vc_core.errors import KeyReferenceError, ProofError

pytestmark = pytest.mark.agent


def test_one_tenant_cannot_sign_with_the_key_of_another(agent: Agent) -> None:
    mine, theirs = agent.institution(), agent.institution()

    answer = agent.sign(mine, [badge_of(theirs)], verification_method=theirs.ed25519_key_id)

    assert (answer.status_code, answer.json()["code"]) == (404, "unknown-key")


def test_one_tenant_cannot_sign_in_the_name_of_another(agent: Agent) -> None:
    mine, theirs = agent.institution(), agent.institution()

    answer = agent.sign(mine, [badge_of(theirs)])

    assert (answer.status_code, answer.json()["code"]) == (422, "foreign-issuer")


def test_a_tenant_gets_no_key_in_the_name_of_another(agent: Agent) -> None:
    mine, theirs = agent.institution(), agent.institution()

    with pytest.raises(KeyReferenceError):
        agent.client.create_key(mine.tenant_token, did=theirs.did, kind="ed25519")

    made, _ = agent.client.create_key(mine.tenant_token, did=mine.did, kind="ed25519")
    assert made.startswith(f"{mine.did}#z6Mk")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"did": "did:key:z6Mk", "kind": "ed25519"}, 400),
        ({"did": "did:web:", "kind": "ed25519"}, 400),
        ({"did": "did:web:localhost%3A1:a#b", "kind": "ed25519"}, 400),
        ({"did": "did:web:localhost%3A1:a", "kind": "rsa"}, 400),
        ({"did": "did:web:localhost%3A1:a"}, 400),
        ({}, 400),
    ],
)
def test_a_key_is_made_for_a_did_web_and_of_two_kinds_only(agent: Agent, body: dict[str, str], status: int) -> None:
    token = agent.client.tenant_token(agent.client.create_tenant(f"bad-{abs(hash(str(body)))}", label="x"))

    answer = agent.ask("POST", "/edubadges/keys", token=token, json=body)

    assert answer.status_code == status, answer.text


def test_a_removed_tenant_signs_nothing_any_more(agent: Agent) -> None:
    gone = agent.institution()
    wallet = agent.client.find_tenant(gone.did.rpartition(":")[2])

    assert agent.ask("POST", f"/multitenancy/wallet/{wallet}/remove", key=True, json={}).status_code == 200

    assert agent.sign(gone, [badge_of(gone)]).status_code == 401


def test_the_client_speaks_our_errors_and_not_those_of_http(agent: Agent) -> None:
    identity = agent.institution()

    with pytest.raises(ProofError) as refused:
        agent.client.sign(
            [{**badge_of(identity), "nonsense": 1}], identity=identity, cryptosuite="eddsa-rdfc-2022", created=CREATED
        )
    assert refused.value.extensions["agent_code"] == "data-loss-detected"

    with pytest.raises(KeyReferenceError):
        agent.client.sign(
            [badge_of(identity)],
            identity=replace(identity, ed25519_key_id=f"{identity.did}#z6Mkother"),
            cryptosuite="eddsa-rdfc-2022",
            created=CREATED,
        )
