"""Badges shared by a link: who can fetch, look and withdraw, when it ends, and what the service does not know."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from tests.unit.wallet.conftest import Browser, b64


def share(**changes: Any) -> tuple[str, dict[str, Any]]:
    """Return an owner's secret, and what a browser sends."""
    secret = b64(secrets.token_bytes(32))
    body = {
        "sealed": b64(secrets.token_bytes(4_124)),
        "owner_hash": b64(hashlib.sha256(secret.encode()).digest()),
        "expires_at": (datetime.now(UTC) + timedelta(days=30)).isoformat(),
    }
    return secret, {**body, **changes}


def make(service: httpx.Client, session: dict[str, str], **changes: Any) -> tuple[str, str, dict[str, Any]]:
    secret, body = share(**changes)
    made = service.post("/api/v1/shares", json=body, headers=session)
    assert made.status_code == 201, made.text
    return made.json()["id"], secret, body


def owner(secret: str) -> dict[str, str]:
    return {"Authorization": f"Share {secret}"}


def test_whoever_has_the_link_fetches_it_and_it_is_counted(service: httpx.Client, session: dict[str, str]) -> None:
    share_id, secret, body = make(service, session)
    for _ in range(3):
        fetched = service.get(f"/api/v1/shares/{share_id}")
        assert fetched.json()["sealed"] == body["sealed"]
        assert fetched.headers["access-control-allow-origin"] == "*"
        assert fetched.headers["cache-control"] == "no-store"

    looked = service.get(f"/api/v1/shares/{share_id}/openings", headers=owner(secret))
    assert looked.json()["openings"] == 3
    assert "access-control-allow-origin" not in looked.headers


def test_only_the_owner_looks_and_withdraws(service: httpx.Client, session: dict[str, str]) -> None:
    share_id, secret, _ = make(service, session)
    _, other, _ = make(service, session)
    for headers in ({}, session, owner(other), owner("x" * 43), {"Authorization": "Share short"}):
        assert service.get(f"/api/v1/shares/{share_id}/openings", headers=headers).status_code in (401, 404)
        assert service.delete(f"/api/v1/shares/{share_id}", headers=headers).status_code in (401, 404)

    assert service.delete(f"/api/v1/shares/{share_id}", headers=owner(secret)).status_code == 204

    gone = service.get(f"/api/v1/shares/{share_id}")
    assert (gone.status_code, gone.json()["code"]) == (404, "share-gone")
    assert gone.headers["access-control-allow-origin"] == "*"
    assert service.delete(f"/api/v1/shares/{share_id}", headers=owner(secret)).json()["code"] == "share-gone"


def test_it_ends_by_itself_and_its_bytes_go(
    service: httpx.Client, session: dict[str, str], database: sa.Connection
) -> None:
    share_id, secret, _ = make(service, session)
    database.execute(sa.text("update shares set expires_at = now() - interval '1 second'"))
    database.commit()

    assert service.get(f"/api/v1/shares/{share_id}").status_code == 404
    assert service.get(f"/api/v1/shares/{share_id}/openings", headers=owner(secret)).status_code == 404
    make(service, session)
    assert database.execute(sa.text("select count(*) from shares")).scalar_one() == 1


def test_nothing_says_whose_it_is(
    service: httpx.Client, session: dict[str, str], browser: Browser, database: sa.Connection
) -> None:
    _, secret, _ = make(service, session)
    row = str(database.execute(sa.text("select row_to_json(s)::text from shares s")).scalar_one())

    assert browser.wid not in row
    assert secret not in row


@pytest.mark.parametrize(
    "changes",
    [
        {"sealed": ""},
        {"sealed": "not base64!"},
        {"sealed": 7},
        {"owner_hash": "short"},
        {"expires_at": "yesterday"},
        {"expires_at": "2020-01-01T00:00:00Z"},
        {"expires_at": "2099-01-01T00:00:00Z"},
        {"expires_at": "2027-01-01T00:00:00"},
        {"surprise": 1},
    ],
    ids=str,
)
def test_what_is_not_right_is_refused(service: httpx.Client, session: dict[str, str], changes: dict[str, Any]) -> None:
    _, body = share(**changes)

    assert service.post("/api/v1/shares", json=body, headers=session).status_code == 422


def test_a_share_needs_an_open_wallet_and_has_a_size(service: httpx.Client, session: dict[str, str]) -> None:
    _, body = share()
    assert service.post("/api/v1/shares", json=body).status_code == 401
    assert service.post("/api/v1/shares", json=body, headers={"Authorization": "Bearer " + "x" * 43}).status_code == 401
    _, large = share(sealed="A" * 100_000)
    assert service.post("/api/v1/shares", json=large, headers=session).status_code in (201, 413)
    _, huge = share(sealed="A" * 700_000)
    assert service.post("/api/v1/shares", json=huge, headers=session).status_code == 413


def test_no_wallet_makes_links_without_end(service: httpx.Client, session: dict[str, str]) -> None:
    answers = []
    for _ in range(245):  # twice the limit: the hour may turn meanwhile
        _, body = share(sealed="AAAA")
        answers.append(service.post("/api/v1/shares", json=body, headers=session).status_code)

    assert answers[0] == 201
    assert answers.count(201) <= 240
    assert 429 in answers


@pytest.mark.parametrize("share_id", ["x", "..", "%00", "a" * 3000, "é"])
def test_an_address_that_is_none_finds_nothing(service: httpx.Client, share_id: str) -> None:
    assert service.get(f"/api/v1/shares/{share_id}").status_code in (404, 422)
