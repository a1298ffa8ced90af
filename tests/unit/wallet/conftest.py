"""A wallet service on a real database, with a clock a test can move."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from service_kit.database import create_engine
from tests.support.serving import serving
from wallet.app import create_app
from wallet.settings import WalletSettings


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Browser:
    """What a browser sends, made of random bytes: the service must not be able to tell the difference."""

    def __init__(self) -> None:
        self.wid = b64(secrets.token_bytes(16))
        self.authenticators: dict[str, bytes] = {}
        self.unlockers: list[dict[str, Any]] = []
        self.add_unlocker("passkey")

    def add_unlocker(self, kind: str) -> str:
        name = b64(secrets.token_bytes(12))
        sealed = {"iv": b64(secrets.token_bytes(12)), "ct": b64(secrets.token_bytes(200))}
        salt, pub = b64(secrets.token_bytes(32)), b64(secrets.token_bytes(65))
        self.unlockers.append({"id": name, "kind": kind, "salt": salt, "pub": pub, "prv": sealed})
        self.authenticators[name] = secrets.token_bytes(32)
        return name

    def container(self, rev: int) -> dict[str, Any]:
        sealed = {"iv": b64(secrets.token_bytes(12)), "ct": b64(secrets.token_bytes(16_400))}
        return {
            "v": 1,
            "wid": self.wid,
            "rev": rev,
            "unlockers": self.unlockers,
            "eph": b64(secrets.token_bytes(65)),
            "wrapped": {unlocker["id"]: sealed for unlocker in self.unlockers},
            "box": sealed,
            "sig": b64(secrets.token_bytes(64)),
        }

    def save(self, rev: int, *names: str) -> dict[str, Any]:
        new = [{"unlocker_id": name, "hash": b64(hashlib.sha256(self.authenticators[name]).digest())} for name in names]
        return {"container": self.container(rev), "authenticators": new}

    def opening(self, name: str) -> dict[str, str]:
        return {"authenticator": b64(self.authenticators[name])}


@pytest.fixture
def settings(postgres_url: str) -> WalletSettings:
    return WalletSettings(
        EDUBADGES_ENV="development",
        public_url="http://localhost:7102",
        database_url=postgres_url,
        secret_key="only for tests",
        max_container_bytes=100_000,
        failed_openings_per_hour=3,
    )


@pytest.fixture
def service(settings: WalletSettings) -> Iterator[httpx.Client]:
    """The service on real HTTP."""
    with (
        serving(lambda _port: create_app(settings)) as port,
        httpx.Client(base_url=f"http://127.0.0.1:{port}") as client,
    ):
        yield client


@pytest.fixture
def database(postgres_url: str) -> Iterator[sa.Connection]:
    """A second look at what the service wrote."""
    engine = create_engine(postgres_url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.fixture
def browser() -> Browser:
    return Browser()


@pytest.fixture
def session(service: httpx.Client, browser: Browser) -> dict[str, str]:
    """Make a wallet and return the headers of its session."""
    made = service.post("/api/v1/wallets", json=browser.save(1, *browser.authenticators))
    assert made.status_code == 201, made.text
    return {"Authorization": f"Bearer {made.json()['token']}"}
