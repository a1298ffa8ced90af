"""Who may publish what, over the registry's own HTTP."""

from __future__ import annotations

import hashlib
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.support.presenting import Issuer, compact_jwt
from tests.unit.did_registry.conftest import OPERATOR, URL
from vc_core.canonical.jcs import canonicalize_jcs
from vc_core.keys import PrivateKey

DID = "did:web:localhost%3A7104:institutions:zzu"
LIST = "/institutions/zzu/status/1"


def an_issuer(**changes: Any) -> Issuer:
    return Issuer(**{"did": DID, "status_url": URL + LIST, "now": datetime.now(UTC), **changes})


def publication(new: Issuer, *, by: Issuer | None = None, iat: float | None = None, **claims: Any) -> dict[str, Any]:
    return publication_of(new.document(), by or new, iat=iat, **claims)


def publication_of(
    document: dict[str, Any], signer: Issuer, *, iat: float | None = None, **claims: Any
) -> dict[str, Any]:
    digest = hashlib.sha256(canonicalize_jcs(document)).hexdigest()
    payload = {"did": document.get("id", DID), "sha256": digest, "iat": int(iat or time.time()), **claims}
    return {
        "did_document": document,
        "proof": compact_jwt({"alg": "EdDSA", "kid": signer.method}, payload, signer.key),
    }


@pytest.fixture
def issuer(client: httpx.Client, application: dict[str, Any]) -> Issuer:
    """An institution that takes part and has published its first document."""
    new = an_issuer()
    assert client.post("/api/participants", json=application, headers=OPERATOR).status_code == 201
    answer = client.put("/api/did-documents/zzu", json=publication(new), headers=OPERATOR)
    assert answer.status_code == 201, answer.text
    return new


def test_admitting_the_same_institution_again_changes_nothing(
    client: httpx.Client, application: dict[str, Any]
) -> None:
    first = client.post("/api/participants", json=application, headers=OPERATOR)
    second = client.post("/api/participants", json=application, headers=OPERATOR)

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert first.json()["did"] == DID


def test_who_takes_part_is_listed_in_the_form_that_others_read(
    client: httpx.Client, application: dict[str, Any]
) -> None:
    assert client.get("/api/issuer-registry.json").json()["registry"] == {}
    client.post("/api/participants", json=application, headers=OPERATOR)
    listed = client.get("/api/issuer-registry.json")
    assert listed.json()["registry"] == {DID: {"name": "Zuiderzee University (sample)", "location": "NL", "url": ""}}
    assert set(listed.json()["meta"]) == {"created", "updated"}
    assert listed.headers["access-control-allow-origin"] == "*"


def test_the_first_document_needs_the_operator(client: httpx.Client, application: dict[str, Any]) -> None:
    client.post("/api/participants", json=application, headers=OPERATOR)

    answer = client.put("/api/did-documents/zzu", json=publication(an_issuer()))

    assert (answer.status_code, answer.json()["code"]) == (403, "control-not-proven")


def test_a_published_document_is_served_with_an_etag_to_any_site(client: httpx.Client, issuer: Issuer) -> None:
    answer = client.get("/institutions/zzu/did.json")
    again = client.get("/institutions/zzu/did.json", headers={"If-None-Match": answer.headers["etag"]})

    assert answer.json() == issuer.document()
    assert answer.headers["access-control-allow-origin"] == "*"
    assert again.status_code == 304


def test_a_new_key_is_published_by_the_key_in_force(client: httpx.Client, issuer: Issuer) -> None:
    new = an_issuer()

    answer = client.put("/api/did-documents/zzu", json=publication(new, by=issuer))

    assert (answer.status_code, answer.json()["version"]) == (201, 2)
    assert client.get("/institutions/zzu/did.json").json() == new.document()
    assert client.get("/institutions/zzu").text.count("<code>z6Mk") == 2


@pytest.mark.parametrize(
    "wrong",
    [
        lambda issuer, new: publication(new),  # signed by the new key, not the one in force
        lambda issuer, new: publication(new, by=issuer, iat=time.time() - 3600),
        lambda issuer, new: publication(new, by=issuer, sha256="0" * 64),
        lambda issuer, new: publication(new, by=issuer, did="did:web:example.org"),
        lambda issuer, new: publication(new, by=issuer) | {"proof": "a.b.c"},
        lambda issuer, new: publication(new, by=an_issuer(key=PrivateKey.generate("P-256"))),
    ],
    ids=["own-key", "old", "other-document", "other-did", "no-jws", "unknown-key"],
)
def test_a_document_without_proof_of_control_is_refused_also_from_the_operator(
    client: httpx.Client, issuer: Issuer, wrong: Any
) -> None:
    answer = client.put("/api/did-documents/zzu", json=wrong(issuer, an_issuer()), headers=OPERATOR)

    assert (answer.status_code, answer.json()["code"]) == (403, "control-not-proven")
    assert client.get("/institutions/zzu/did.json").json() == issuer.document()


def test_a_signed_status_list_is_hosted(client: httpx.Client, issuer: Issuer) -> None:
    document = issuer.status_list()

    answer = client.put(LIST, json=document)

    assert answer.status_code == 200, answer.text
    assert client.get(LIST).json() == document
    assert client.get(LIST).headers["cache-control"] == "public, max-age=300"


def test_an_old_status_list_cannot_be_put_back_to_hide_a_revocation(client: httpx.Client, issuer: Issuer) -> None:
    before = issuer.status_list()
    issuer.revoked.add(7)
    same_second = issuer.status_list()
    issuer.now += timedelta(seconds=1)
    after = issuer.status_list()

    assert client.put(LIST, json=before).status_code == 200
    assert client.put(LIST, json=same_second).status_code == 200
    assert client.put(LIST, json=before).json()["code"] == "status-list-older"
    assert client.put(LIST, json=after).status_code == 200
    assert client.put(LIST, json=same_second).json()["code"] == "status-list-older"
    assert client.get(LIST).json() == after


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (lambda i: i.status_list() | {"validUntil": "2099-01-01T00:00:00Z"}, None),
        (lambda i: an_issuer(did=i.did).status_list(), None),
        (lambda i: {k: v for k, v in i.status_list().items() if k != "proof"}, "proof"),
        (lambda i: i.status_list(issuer="did:web:example.org"), "status-list-issuer"),
        (lambda i: i.status_list(id="https://example.org/1"), "status-list-address"),
        (lambda i: i.status_list(validFrom="2026-01-01T00:00:00"), None),
        (lambda i: i.badge(), "not-a-status-list"),
        (lambda i: {}, "not-a-status-list"),
    ],
    ids=["changed", "other-key", "unsigned", "other-issuer", "other-address", "no-time-zone", "badge", "empty"],
)
def test_a_status_list_that_does_not_hold_is_refused(
    client: httpx.Client, issuer: Issuer, wrong: Any, code: str | None
) -> None:
    answer = client.put(LIST, json=wrong(issuer))

    assert 400 <= answer.status_code < 500, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert code is None or code in answer.json()["code"]
    assert client.get(LIST).status_code == 404


def test_one_document_holds_all_evidence(client: httpx.Client, issuer: Issuer) -> None:
    client.put(LIST, json=issuer.status_list())

    evidence = client.get("/api/evidence").json()

    assert [item["did"] for item in evidence["participants"]] == [DID]
    assert [item["document"] for item in evidence["did_documents"]] == [issuer.document()]
    assert [item["url"] for item in evidence["status_lists"]] == [URL + LIST]


def test_the_export_has_the_same_keys_on_the_own_domain(client: httpx.Client, issuer: Issuer) -> None:
    exported = client.get("/api/did-documents/zzu/export?domain=example.org").json()

    keys = [method["publicKeyMultibase"] for method in exported["verificationMethod"]]
    assert exported["id"] == "did:web:example.org"
    assert keys == [issuer.key.public.to_multikey()]


@pytest.mark.parametrize(
    ("method", "path", "sent", "status"),
    [
        ("POST", "/api/participants", {"json": {}}, 401),
        ("POST", "/api/participants", {"json": {}, "headers": OPERATOR}, 422),
        ("POST", "/api/participants", {"content": b"{", "headers": OPERATOR}, 422),
        ("PUT", "/api/did-documents/nobody", {"json": {"did_document": {}, "proof": "x"}}, 404),
        ("PUT", "/api/did-documents/zzu", {"json": {}}, 422),
        ("PUT", "/api/did-documents/zzu", {"content": b"[]"}, 400),
        ("PUT", "/api/did-documents/zzu", {"content": b"{" * 70_000}, 413),
        ("PUT", LIST, {"content": b" " * 4_000_001}, 413),
        ("PUT", "/institutions/zzu/status/0", {"json": {}}, 409),
        ("GET", "/institutions/zzu/status/99999999999999999999", {}, 404),
        ("GET", "/institutions/zzu/status/x", {}, 422),
        ("GET", "/institutions/%00/did.json", {}, 404),
        ("GET", "/api/participants?q=%00", {}, 422),
        ("GET", "/api/did-documents/zzu/export?domain=..", {}, 422),
        ("DELETE", "/api/participants", {}, 405),
        ("GET", "/nothing/here", {}, 404),
    ],
)
def test_every_bad_request_gets_a_problem(
    client: httpx.Client, issuer: Issuer, method: str, path: str, sent: dict[str, Any], status: int
) -> None:
    answer = client.request(method, path, **sent)

    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    assert {"type", "title", "code", "detail", "status"} <= answer.json().keys()
