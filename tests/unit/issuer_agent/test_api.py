"""The API over real HTTP: from badge class to signed badge, and what it answers to bad requests."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from issuer_agent.batch_work import BatchWork
from issuer_agent.batches import Batches
from issuer_agent.store import CONTENT
from service_kit.database import create_engine
from tests.unit.issuer_agent.portal import KEYS, OPERATOR, SECRET, SLUGS, Portal, running_portal
from tests.unit.issuer_agent.test_badge_class_rules import MICRO
from vc_core.proof import document_proofs, verify_proof

CONTENT_JSON: dict[str, Any] = CONTENT.dump_python(MICRO, mode="json")
ID = "00000000-0000-4000-8000-000000000000"
# method, path, a body that is well formed for it
ENDPOINTS: list[tuple[str, str, dict[str, Any] | None]] = [
    (
        "POST",
        "/institutions",
        {"slug": "new", "name": {"nl": "N", "en": "N"}, "kind": "wo"},
    ),
    ("POST", "/institutions/{slug}/api-keys", {"name": "SIS"}),
    (
        "POST",
        "/institutions/{slug}/accreditations",
        {"subject": "did:web:a.example", "may_issue": [{"type": "AccreditationScope"}]},
    ),
    ("GET", "/institutions", None),
    ("POST", "/badge-classes", {"institution": "{slug}", "content": CONTENT_JSON, "publish": True}),
    ("GET", "/badge-classes/{badge_class}", None),
    ("POST", "/badge-classes/{badge_class}/versions", {"content": CONTENT_JSON}),
    ("POST", "/badge-classes/{badge_class}/copy", None),
    ("POST", "/badge-classes/{badge_class}/archive", None),
    ("POST", "/badge-classes/{badge_class}/requests", {"person_id": "noor"}),
    ("POST", "/requests/{request}/approve", {}),
    ("POST", "/requests/{request}/deny", {"reason": "Not yet"}),
    ("POST", "/awards", {"badge_class": "{badge_class}", "recipient": {"email": "x@y.example", "name": "X"}}),
    ("GET", "/awards/{award}", None),
    ("POST", "/awards/{award}/offers", {}),
    ("POST", "/awards/{award}/revoke", {"reason": "A mistake"}),
    ("POST", "/awards/{award}/suspend", {"reason": "An investigation"}),
    ("POST", "/awards/{award}/reinstate", {"reason": "Nothing was found"}),
    ("GET", "/awards/{award}/credential", None),
    ("GET", "/awards/{award}/credential.png", None),
    ("POST", "/badge-classes/{badge_class}/batches", None),
    ("GET", "/batches/{batch}", None),
    ("GET", "/batches/{batch}/rows", None),
    ("GET", "/batches/{batch}/errors.csv", None),
    ("GET", "/batches/{batch}/links.csv", None),
    ("POST", "/batches/{batch}/rows/2", {}),
    ("POST", "/batches/{batch}/start", {}),
    ("POST", "/batches/{batch}/offers", None),
    *[("POST", f"/batches/{{batch}}/{act}", None) for act in ("approve", "send-back", "pause", "resume", "cancel")],
]
LIST = b"email,name\na@list.example,Ann\nb,Bo\n"
WITH_BODY = [item for item in ENDPOINTS if item[2] is not None]
OF_ONE = [item for item in ENDPOINTS if not item[1].endswith("/institutions")]


@dataclass(frozen=True)
class Things:
    """One of everything, at the first institution."""

    badge_class: str
    request: str
    award: str
    batch: str
    slug: str = SLUGS[0]


@pytest.fixture(scope="module")
def portal(postgres_server: str) -> Iterator[Portal]:
    with running_portal(postgres_server, "issuer_api") as running:
        yield running


@pytest.fixture(scope="module")
def http(portal: Portal) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{portal.url}/api/v1", timeout=20, trust_env=False) as client:
        yield client


def key(slug: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {KEYS[slug]}"}


def send(client: httpx.Client, path: str, body: object, *, slug: str = SLUGS[0]) -> httpx.Response:
    return client.post(path, json=body, headers=key(slug))


def made(client: httpx.Client, **award: Any) -> tuple[str, dict[str, Any]]:
    """Make a badge class and an award of it."""
    badge_class = send(client, "/badge-classes", {"institution": "zzu", "content": CONTENT_JSON, "publish": True})
    assert badge_class.status_code == 201, badge_class.text
    recipient = {"email": "sanne@example.org", "name": "Sanne de Vries"}
    answer = send(client, "/awards", {"badge_class": badge_class.json()["id"], "recipient": recipient, **award})
    assert answer.status_code == 201, answer.text
    return badge_class.json()["id"], answer.json()


@pytest.fixture(scope="module")
def things(http: httpx.Client) -> Things:
    badge_class, award = made(http)
    asked = send(http, f"/badge-classes/{badge_class}/requests", {"person_id": "noor"})
    assert asked.status_code == 201, asked.text
    batch = http.post(f"/badge-classes/{badge_class}/batches", content=LIST, headers=key(SLUGS[0]))
    assert batch.status_code == 201, batch.text
    return Things(badge_class, asked.json()["id"], award["id"], batch.json()["id"])


def filled(path: str, body: dict[str, Any] | None, things: Things) -> tuple[str, Any]:
    """Put the identifiers of `things` in the places for them."""
    names = {f"{{{name}}}": getattr(things, name) for name in ("badge_class", "request", "award", "batch", "slug")}
    text = json.dumps([path, body])
    for name, value in names.items():
        text = text.replace(name, value)
    found: tuple[str, Any] = tuple(json.loads(text))  # type: ignore[assignment]
    return found


def is_problem(answer: httpx.Response, *statuses: int) -> dict[str, Any]:
    """Check that this is a problem in our form, and return it."""
    assert answer.status_code in statuses, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["code"]
    assert problem["title"]
    assert problem["detail"]
    return problem


# --- the way through ---


def test_a_badge_class_is_awarded_and_offered(http: httpx.Client) -> None:
    badge_class, award = made(http, grade="8")

    offer = send(http, f"/awards/{award['id']}/offers", {"tx_code": True})

    assert offer.status_code == 201, offer.text
    assert offer.json()["credential_offer_uri"].startswith("http://localhost:")
    assert offer.json()["offer_url"].startswith("openid-credential-offer://")
    assert offer.json()["tx_code"]
    assert badge_class in [item["badge_class"] for item in http.get("/badge-classes?institution=zzu").json()]
    state = http.get(f"/awards/{award['id']}", headers=key("zzu")).json()
    assert (state["grade"], state["version"], state["issuing"]["state"]) == ("8", 1, "not_issued")


def test_a_badge_as_a_file_verifies(http: httpx.Client, portal: Portal) -> None:
    _, award = made(http, delivery="file")

    credential = award["credential"]
    [proof] = document_proofs(credential)
    verify_proof(credential, proof, public_key=portal.key_of("zzu").public, expected_purpose="assertionMethod")
    assert credential["issuer"]["id"] == portal.institutions["zzu"].did
    again = http.get(f"/awards/{award['id']}/credential", headers=key("zzu"))
    assert again.json() == credential
    assert again.headers["cache-control"] == "no-store"
    png = http.get(f"/awards/{award['id']}/credential.png", headers=key("zzu"))
    assert png.content.startswith(b"\x89PNG")


def test_a_repeated_award_is_the_same_award(http: httpx.Client) -> None:
    badge_class, award = made(http, idempotency_key="sis-1")
    body = {
        "badge_class": badge_class,
        "recipient": {"email": "sanne@example.org", "name": "Sanne de Vries"},
        "idempotency_key": "sis-1",
    }

    again = send(http, "/awards", body)

    assert (again.status_code, again.json()["id"]) == (200, award["id"])


def test_a_revocation_counts_though_the_registry_is_away(http: httpx.Client) -> None:
    _, award = made(http, delivery="file")

    revoked = send(http, f"/awards/{award['id']}/revoke", {"reason": "A mistake"})

    assert revoked.status_code == 200, revoked.text
    assert revoked.json()["status_published"] is False
    is_problem(send(http, f"/awards/{award['id']}/revoke", {"reason": "Again"}), 409)


def test_a_request_is_approved_and_denied_once(http: httpx.Client) -> None:
    badge_class, _ = made(http)
    asked = send(http, f"/badge-classes/{badge_class}/requests", {"person_id": "noor"}).json()

    assert send(http, f"/requests/{asked['id']}/approve", {}).status_code == 201
    is_problem(send(http, f"/requests/{asked['id']}/deny", {"reason": "No"}), 409)


def test_a_list_is_checked_repaired_started_and_followed(http: httpx.Client, portal: Portal) -> None:
    badge_class, _ = made(http)
    checked = http.post(f"/badge-classes/{badge_class}/batches?name=april.csv", content=LIST, headers=key("zzu"))
    batch = checked.json()
    assert (checked.status_code, batch["name"], batch["rows"]) == (201, "april.csv", {"good": 1, "invalid": 1})

    [bad] = http.get(f"/batches/{batch['id']}/rows", headers=key("zzu")).json()
    assert (bad["row"], bad["errors"][0]["pointer"]) == (3, "/recipient/email")
    repaired = send(http, f"/batches/{batch['id']}/rows/3", {"email": "bo@list.example"})
    assert repaired.json()["state"] == "good"
    started = send(http, f"/batches/{batch['id']}/start", {"tx_code": True, "claim_days": 14})
    assert (started.status_code, started.json()["state"]) == (200, "running")
    work(portal)

    done = http.get(f"/batches/{batch['id']}", headers=key("zzu")).json()
    assert (done["state"], done["rows"]) == ("done", {"awarded": 2})
    links = http.get(f"/batches/{batch['id']}/links.csv", headers=key("zzu"))
    assert links.headers["content-type"] == "text/csv; charset=utf-8"
    assert links.headers["cache-control"] == "no-store"
    assert links.text.count("credential_offer_uri") == 2
    assert send(http, f"/batches/{batch['id']}/offers", None).json() == {"offers": 2}
    again = http.post(f"/badge-classes/{badge_class}/batches", content=LIST, headers=key("zzu")).json()
    assert again["rows"] == {"already_awarded": 1, "invalid": 1}


def work(portal: Portal) -> None:
    engine = create_engine(portal.database)
    batches = BatchWork(engine, Batches(engine, hashlib.sha256(b"issuing\0" + SECRET.encode()).digest()))
    while batches.round():
        pass
    engine.dispose()


# --- what is refused ---


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"email\na\n", b"\x00", b"x" * 5_050_000])
def test_a_list_that_cannot_be_read_is_refused(http: httpx.Client, things: Things, content: bytes) -> None:
    answer = http.post(f"/badge-classes/{things.badge_class}/batches", content=content, headers=key("zzu"))

    assert is_problem(answer, 413, 422)["code"].startswith(("csv-", "limit-"))


@pytest.mark.parametrize("query", ["after=-1", "after=99999999999", "after=x", "state=nothing"])
def test_rows_are_asked_for_in_words_it_knows(http: httpx.Client, things: Things, query: str) -> None:
    is_problem(http.get(f"/batches/{things.batch}/rows?{query}", headers=key("zzu")), 422)


@pytest.mark.parametrize(
    "body", [{"claim_days": 0}, {"claim_days": "x"}, {"start_at": "2020-01-01T00:00:00Z"}, {"start_at": "2027-01-01"}]
)
def test_a_list_does_not_start_like_that(http: httpx.Client, things: Things, body: dict[str, Any]) -> None:
    is_problem(send(http, f"/batches/{things.batch}/start", body), 422)


@pytest.mark.parametrize(("method", "path", "body"), ENDPOINTS, ids=lambda value: str(value)[:40])
@pytest.mark.parametrize("header", [None, "Bearer", "Bearer wrong", "Basic eDp5", "Bearer é"])
def test_without_a_valid_key_nothing_is_told(
    http: httpx.Client, things: Things, method: str, path: str, body: dict[str, Any] | None, header: str | None
) -> None:
    path, body = filled(path, body, things)
    headers = {} if header is None else {b"Authorization": header.encode()}

    answer = http.request(method, path, json=body, headers=headers)  # type: ignore[arg-type]

    assert is_problem(answer, 401)["code"] == "unauthenticated"
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(("method", "path", "body"), OF_ONE, ids=lambda value: str(value)[:40])
def test_the_key_of_another_institution_finds_nothing(
    http: httpx.Client, things: Things, method: str, path: str, body: dict[str, Any] | None
) -> None:
    path, body = filled(path, body, things)

    assert is_problem(http.request(method, path, json=body, headers=key(SLUGS[1])), 404)["code"] == "not-found"


@pytest.mark.parametrize(("method", "path", "body"), OF_ONE, ids=lambda value: str(value)[:40])
def test_what_does_not_exist_is_not_found(
    http: httpx.Client, method: str, path: str, body: dict[str, Any] | None
) -> None:
    path, body = filled(path, body, Things(ID, ID, ID, ID, "nowhere"))

    is_problem(http.request(method, path, json=body, headers=key("zzu")), 404)


BAD_BODIES = {
    "nothing": b"",
    "no JSON": b"{not json",
    "cut off": b'{"a": ',
    "a list": b"[]",
    "a text": b'"x"',
    "null": b"null",
    "not UTF-8": b'{"a": "\xff"}',
    "too deep": b'{"a":' + b"[" * 20_000 + b"]" * 20_000 + b"}",
    "2 MB": b'{"a": "' + b"x" * 2_000_000 + b'"}',
    "a huge number": b'{"content": {"ects": 1e999}}',
    "unknown members": b'{"surprise": 1}',
}


@pytest.mark.parametrize(("method", "path", "body"), WITH_BODY, ids=lambda value: str(value)[:40])
@pytest.mark.parametrize("bad", sorted(BAD_BODIES))
def test_a_body_that_is_not_right_is_refused(
    http: httpx.Client, things: Things, method: str, path: str, body: dict[str, Any] | None, bad: str
) -> None:
    path, _ = filled(path, body, things)
    headers = {**key("zzu"), "Content-Type": "application/json"}

    problem = is_problem(http.request(method, path, content=BAD_BODIES[bad], headers=headers), 400, 413, 422)

    if bad == "2 MB":
        assert problem["status"] == 413


@pytest.mark.parametrize("value", [17, [], {"x": 1}, "\u0000", None], ids=["number", "list", "object", "NUL", "null"])
@pytest.mark.parametrize(("method", "path", "body"), WITH_BODY, ids=lambda value: str(value)[:40])
def test_a_value_of_a_wrong_type_is_refused(
    http: httpx.Client, things: Things, method: str, path: str, body: dict[str, Any], value: object
) -> None:
    path, body = filled(path, body, things)
    wrong = {name: value for name in (body or {"tx_code": 1, "grade": 1})}

    answer = http.request(method, path, json=wrong, headers=key("zzu"))

    # Everything of `approve` may be absent, so null is right there; an absent body member cannot be wrong.
    if value is None and not body:
        assert answer.status_code < 500
        return
    is_problem(answer, 400, 403, 404, 422)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999", "-1", "0.3"])
def test_credits_that_are_no_number_are_refused(http: httpx.Client, number: str) -> None:
    body = json.dumps({"institution": "zzu", "content": {**CONTENT_JSON, "ects": "@"}, "publish": True})
    headers = {**key("zzu"), "Content-Type": "application/json"}

    answer = http.post("/badge-classes", content=body.replace('"@"', number), headers=headers)

    is_problem(answer, 400, 422)


def test_a_body_of_unknown_length_breaks_off_at_the_limit(http: httpx.Client) -> None:
    headers = {**key("zzu"), "Content-Type": "application/json"}

    answer = http.post("/awards", content=(b" " * 100_000 for _ in range(20)), headers=headers)

    assert is_problem(answer, 413)["code"] == "limit-exceeded"


def test_only_the_operator_adds_institutions(http: httpx.Client) -> None:
    body = {"slug": "new", "name": {"nl": "N", "en": "N"}, "kind": "wo"}

    assert is_problem(send(http, "/institutions", body), 403)["code"] == "access-denied"
    own = [item["slug"] for item in http.get("/institutions", headers=key("zzu")).json()]
    everybody = http.get("/institutions", headers={"Authorization": f"Bearer {OPERATOR}"}).json()
    assert own == ["zzu"]
    assert sorted(item["slug"] for item in everybody) == sorted(SLUGS)
    assert "token" not in json.dumps(everybody)


def test_an_incomplete_class_is_not_published_and_not_kept(http: httpx.Client, portal: Portal) -> None:
    engine = create_engine(portal.database)
    count = sa.text("select count(*) from badge_classes")
    with engine.connect() as connection:
        before = connection.execute(count).scalar_one()
    body = {"institution": "zzu", "content": {**CONTENT_JSON, "ects": None}, "publish": True}

    problem = is_problem(send(http, "/badge-classes", body), 422)

    assert [item["pointer"] for item in problem["errors"]] == ["/ects"]
    with engine.connect() as connection:
        assert connection.execute(count).scalar_one() == before
    engine.dispose()


def test_no_address_and_no_method_are_problems_too(http: httpx.Client) -> None:
    is_problem(http.get("/nothing-here", headers=key("zzu")), 404)
    is_problem(http.delete("/awards", headers=key("zzu")), 405)


def test_moments_are_in_utc(http: httpx.Client) -> None:
    _, award = made(http)

    assert datetime.fromisoformat(award["awarded_at"]).astimezone(UTC) <= datetime.now(UTC)
