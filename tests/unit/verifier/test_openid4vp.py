"""A presentation asked for and received: the happy walk, and every answer that must be refused."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.presenting import Wallet
from tests.unit.verifier.conftest import World
from vc_core.did import find_verification_method
from vc_core.jose.compact import parse_compact_jwt, signature_holds


@dataclass
class Asked:
    """A request, seen from both sides."""

    made: dict[str, Any]
    request: dict[str, Any]
    response_path: str


def ask(world: World, **body: Any) -> Asked:
    made = world.client.post("/api/v1/requests", json={"reason": "For a job", **body})
    assert made.status_code == 201, made.text
    fetched = world.another_browser().get(world.path(made.json()["request_uri"]))
    assert fetched.status_code == 200, fetched.text
    request = parse_compact_jwt(fetched.text).payload
    return Asked(made.json(), request, world.path(str(request["response_uri"])))


def send(world: World, asked: Asked, vp_token: Any, **form: str) -> Any:
    text = vp_token if isinstance(vp_token, str) else json.dumps(vp_token)
    fields = {"vp_token": text, "state": asked.request["state"], **form}
    return world.another_browser().post(asked.response_path, data=fields)


def presented(world: World, wallet: Wallet, asked: Asked, **faults: Any) -> dict[str, Any]:
    badges = faults.pop("badges", None) or [world.issuer.badge(holder=wallet.did)]
    options = {"challenge": asked.request["nonce"], "domain": asked.request["client_id"], "created": datetime.now(UTC)}
    return wallet.present(*badges, **{**options, **faults})


def status(world: World, asked: Asked) -> dict[str, Any]:
    answer = world.client.get(world.path(asked.made["status_url"]))
    assert answer.status_code == 200
    return answer.json()


def test_a_badge_that_is_asked_for_is_received_and_found_genuine(shared_world: World) -> None:
    wallet = Wallet()
    asked = ask(shared_world)
    assert status(shared_world, asked)["state"] == "opened"

    answer = send(shared_world, asked, {"badge": [presented(shared_world, wallet, asked)]})

    assert (answer.status_code, answer.json()) == (200, {})
    found = status(shared_world, asked)
    assert found["state"] == "done"
    assert found["report"]["verdict"] == "ok"
    assert {c["code"] for c in found["report"]["credentials"][0]["checks"]} >= {"holder-proved", "request-matched"}


@pytest.mark.parametrize("suite", ["eddsa-jcs-2022", "eddsa-rdfc-2022"])
def test_holder_proofs_of_both_suites_are_taken(shared_world: World, suite: str) -> None:
    asked = ask(shared_world)

    send(shared_world, asked, {"badge": [presented(shared_world, Wallet(), asked, cryptosuite=suite)]})

    assert status(shared_world, asked)["report"]["verdict"] == "ok"


def test_the_request_is_signed_by_the_key_of_the_published_identity(shared_world: World) -> None:
    made = shared_world.client.post("/api/v1/requests", json={"reason": "x"}).json()
    response = shared_world.another_browser().get(shared_world.path(made["request_uri"]))
    document = shared_world.client.get("/.well-known/did.json")
    jwt = parse_compact_jwt(response.text)

    assert response.headers["content-type"].startswith("application/oauth-authz-req+jwt")
    assert document.headers["access-control-allow-origin"] == "*"
    assert jwt.header["typ"] == "oauth-authz-req+jwt"
    _, key = find_verification_method(document.json(), str(jwt.header["kid"]), relationship="authentication")
    assert signature_holds(jwt, key)
    expected = "decentralized_identifier:" + shared_world.did
    assert jwt.payload["client_id"] == made["client_id"] == expected
    assert jwt.payload["aud"] == "https://self-issued.me/v2"
    assert jwt.payload["response_type"] == "vp_token"
    assert jwt.payload["response_mode"] == "direct_post"
    assert not {"redirect_uri", "scope", "request_uri", "client_id_scheme"} & jwt.payload.keys()
    query = jwt.payload["dcql_query"]["credentials"][0]
    iri = "https://purl.imsglobal.org/spec/vc/ob/vocab.html#OpenBadgeCredential"
    assert query["meta"]["type_values"] == [[iri], ["OpenBadgeCredential"]]
    assert "ldp_vc" in jwt.payload["client_metadata"]["vp_formats_supported"]


def test_the_question_can_be_fetched_twice_and_by_post_with_the_wallets_nonce(shared_world: World) -> None:
    made = shared_world.client.post("/api/v1/requests", json={"reason": "x"}).json()
    path = shared_world.path(made["request_uri"])

    first, second = shared_world.client.get(path), shared_world.client.get(path)
    posted = shared_world.client.post(path, data={"wallet_nonce": "mine"})

    assert first.status_code == second.status_code == posted.status_code == 200
    assert parse_compact_jwt(posted.text).payload["wallet_nonce"] == "mine"
    assert "wallet_nonce" not in parse_compact_jwt(first.text).payload


def test_the_wallets_numbers_open_no_result(shared_world: World) -> None:
    asked = ask(shared_world)
    send(shared_world, asked, {"badge": [presented(shared_world, Wallet(), asked)]})
    request_id = asked.made["request_uri"].rsplit("/", 1)[1]
    response_id = asked.response_path.rsplit("/", 1)[1]

    for number in (request_id, response_id, asked.request["nonce"], asked.request["state"]):
        assert shared_world.client.get(f"/api/v1/requests/{number}").status_code == 404
        assert shared_world.client.get(f"/requests/{number}").status_code == 404


def test_another_browser_does_not_see_the_request(shared_world: World) -> None:
    asked = ask(shared_world)
    other = shared_world.another_browser()
    token = {"Authorization": f"Bearer {asked.made['access_token']}"}

    for path in (
        shared_world.path(asked.made["status_url"]),
        shared_world.path(asked.made["events_url"]),
        f"/requests/{asked.made['id']}",
    ):
        assert other.get(path).status_code == 404
    assert other.get(shared_world.path(asked.made["status_url"]), headers=token).status_code == 200


Fault = Callable[[World, Asked], Any]


def _with(**faults: Any) -> Fault:
    return lambda world, asked: {"badge": [presented(world, Wallet(), asked, **faults)]}


def _changed(world: World, asked: Asked) -> Any:
    presentation = presented(world, Wallet(), asked)
    return {"badge": [{**presentation, "holder": Wallet().did}]}


def _tampered_inside(world: World, asked: Asked) -> Any:
    presentation = presented(world, Wallet(), asked)
    presentation["verifiableCredential"][0]["credentialSubject"]["achievement"]["name"] = "Doctor"
    return {"badge": [presentation]}


def _unsigned(world: World, asked: Asked) -> Any:
    presentation = presented(world, Wallet(), asked)
    del presentation["proof"]
    return {"badge": [presentation]}


REFUSED: dict[str, tuple[Fault, str]] = {
    "wrong nonce": (_with(challenge="another"), "holder-challenge-wrong"),
    "no nonce": (_with(challenge=None), "holder-challenge-wrong"),
    "wrong audience": (_with(domain="decentralized_identifier:did:web:evil.example"), "holder-domain-wrong"),
    "audience without prefix": (
        lambda w, a: {"badge": [presented(w, Wallet(), a, domain=w.did)]},
        "holder-domain-wrong",
    ),
    "no audience": (_with(domain=None), "holder-domain-wrong"),
    "assertion purpose": (_with(purpose="assertionMethod"), "holder-purpose-wrong"),
    "a year old": (_with(created=datetime.now(UTC) - timedelta(days=365)), "holder-proof-out-of-time"),
    "a year ahead": (_with(created=datetime.now(UTC) + timedelta(days=365)), "holder-proof-out-of-time"),
    "changed after signing": (_changed, "holder-key-refused"),
    "badge changed inside": (_tampered_inside, "holder-proof-invalid"),
    "no holder proof": (_unsigned, "holder-proof-missing"),
    "extra id": (
        lambda w, a: {"badge": [presented(w, Wallet(), a)], "other": [presented(w, Wallet(), a)]},
        "vp-token-malformed",
    ),
    "missing id": (lambda w, a: {"other": [presented(w, Wallet(), a)]}, "vp-token-malformed"),
    "two presentations": (lambda w, a: {"badge": [presented(w, Wallet(), a)] * 2}, "vp-token-malformed"),
    "not a list": (lambda w, a: {"badge": presented(w, Wallet(), a)}, "vp-token-malformed"),
    "bare presentation": (lambda w, a: presented(w, Wallet(), a), "vp-token-malformed"),
    "no badge inside": (_with(badges=[{}], verifiableCredential=[]), "vp-token-malformed"),
    "a text": (lambda w, a: "hello", "vp-token-malformed"),
    "a list": (lambda w, a: [], "vp-token-malformed"),
    "duplicate members": (lambda w, a: '{"badge": [], "badge": []}', "vp-token-malformed"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_wrong_answer_is_refused_and_uses_nothing_up(shared_world: World, name: str) -> None:
    make, code = REFUSED[name]
    asked = ask(shared_world)

    refused = send(shared_world, asked, make(shared_world, asked))

    assert refused.status_code == 400, refused.text
    assert refused.json()["error"] == "invalid_request"
    assert refused.json()["code"] == code
    assert status(shared_world, asked)["state"] == "opened"
    assert status(shared_world, asked)["trouble"] == code
    assert send(shared_world, asked, {"badge": [presented(shared_world, Wallet(), asked)]}).status_code == 200


def test_a_wrong_state_is_refused_and_a_missing_one_is_not(shared_world: World) -> None:
    asked = ask(shared_world)
    token = json.dumps({"badge": [presented(shared_world, Wallet(), asked)]})

    assert send(shared_world, asked, token, state="other").json()["code"] == "state-wrong"
    assert shared_world.client.post(asked.response_path, data={"vp_token": token}).status_code == 200


def test_an_answer_counts_once(shared_world: World) -> None:
    asked = ask(shared_world)
    token = {"badge": [presented(shared_world, Wallet(), asked)]}

    assert send(shared_world, asked, token).status_code == 200
    replayed = send(shared_world, asked, token)

    assert (replayed.status_code, replayed.json()["code"]) == (400, "already-answered")
    assert status(shared_world, asked)["state"] == "done"


def test_of_ten_answers_at_once_one_counts(shared_world: World) -> None:
    asked = ask(shared_world)
    tokens = [{"badge": [presented(shared_world, Wallet(), asked)]} for _ in range(10)]
    start = threading.Barrier(10)

    def post(token: Any) -> int:
        start.wait()
        return int(send(shared_world, asked, token).status_code)

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(post, tokens))

    assert sorted(answers) == [200] + [400] * 9


def test_an_answer_for_another_request_is_refused(shared_world: World) -> None:
    first, second = ask(shared_world), ask(shared_world)
    token = {"badge": [presented(shared_world, Wallet(), first)]}

    assert send(shared_world, second, token, state=second.request["state"]).json()["code"] == "holder-challenge-wrong"


@pytest.mark.parametrize(("error", "state"), [("access_denied", "declined"), ("vp_formats_not_supported", "failed")])
def test_an_error_of_the_wallet_ends_the_request_kindly(shared_world: World, error: str, state: str) -> None:
    asked = ask(shared_world)

    answer = shared_world.another_browser().post(
        asked.response_path, data={"error": error, "state": asked.request["state"]}
    )

    assert answer.status_code == 200
    assert status(shared_world, asked)["state"] == state
    page = shared_world.client.get(f"/requests/{asked.made['id']}?lang=en")
    assert ("That is allowed" in page.text) == (state == "declined")


def test_somebody_elses_badge_is_received_and_not_trusted(shared_world: World) -> None:
    asked = ask(shared_world)
    badge = shared_world.issuer.badge(holder=Wallet().did)

    send(shared_world, asked, {"badge": [presented(shared_world, Wallet(), asked, badges=[badge])]})

    report = status(shared_world, asked)["report"]
    assert report["verdict"] == "bad"
    assert "holder-other-person" in {c["code"] for c in report["credentials"][0]["checks"]}


def test_a_badge_that_was_not_asked_for_gets_a_remark(shared_world: World) -> None:
    asked = ask(shared_world, achievement_types=["Diploma"])
    assert asked.request["dcql_query"]["credentials"][0]["claims"][0]["values"] == ["Diploma"]

    send(shared_world, asked, {"badge": [presented(shared_world, Wallet(), asked)]})

    report = status(shared_world, asked)["report"]
    assert report["verdict"] == "attention"
    assert "request-other-badge" in {c["code"] for c in report["credentials"][0]["checks"]}


def test_every_badge_of_a_presentation_is_checked(world: World) -> None:
    wallet = Wallet()
    world.issuer.revoked.add(99)
    asked = ask(world)
    badges = [world.issuer.badge(holder=wallet.did), world.issuer.badge(holder=wallet.did, index=99)]
    badges[1]["id"] = badges[1]["id"]

    send(world, asked, {"badge": [presented(world, wallet, asked, badges=badges)]})

    report = status(world, asked)["report"]
    assert [c["verdict"] for c in report["credentials"]] == ["ok", "bad"]
    assert report["verdict"] == "bad"


def test_a_request_over_its_time_takes_no_answer(world: World) -> None:
    import sqlalchemy as sa

    asked = ask(world)
    engine = world.app.state.engine
    with engine.begin() as connection:
        connection.execute(sa.text("update transactions set expires_at = now() - interval '1 second'"))

    answer = send(world, asked, {"badge": [presented(world, Wallet(), asked)]})

    assert (answer.status_code, answer.json()["code"]) == (400, "already-answered")
    assert status(world, asked)["state"] == "expired"
    assert world.client.get(world.path(asked.made["request_uri"])).status_code == 404


def test_deleted_data_are_gone(shared_world: World) -> None:
    asked = ask(shared_world)
    send(shared_world, asked, {"badge": [presented(shared_world, Wallet(), asked)]})

    assert shared_world.client.post(f"/requests/{asked.made['id']}/delete").status_code == 303
    assert shared_world.client.get(shared_world.path(asked.made["status_url"])).status_code == 404
    engine = shared_world.app.state.engine
    import sqlalchemy as sa

    with engine.connect() as connection:
        hashes = connection.execute(sa.text("select transaction_hash from transactions")).scalars().all()
    from service_kit.sessions import token_hash

    assert token_hash(asked.made["id"]) not in hashes


def test_another_site_can_neither_make_nor_delete_a_request(shared_world: World) -> None:
    asked = ask(shared_world)
    hostile = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}

    assert shared_world.client.post("/requests", data={"reason": "x"}, headers=hostile).status_code == 403
    assert shared_world.client.post(f"/requests/{asked.made['id']}/delete", headers=hostile).status_code == 403


def test_live_events_go_from_waiting_to_done(shared_world: World) -> None:
    asked = ask(shared_world)
    send(shared_world, asked, {"badge": [presented(shared_world, Wallet(), asked)]})

    with shared_world.client.stream("GET", shared_world.path(asked.made["events_url"])) as events:
        text = "".join(events.iter_text())

    assert '"state":"done"' in text
    assert '"final":true' in text
