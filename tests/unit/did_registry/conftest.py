"""A registry on a real database, and an institution with a key."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from did_registry.app import create_app
from did_registry.settings import RegistrySettings
from did_registry.trust_publisher import TrustPublisher
from tests.support.serving import serving
from vc_core.multiformats import base64url_encode

TOKEN = "operator-token-of-this-test"
OPERATOR = {"Authorization": f"Bearer {TOKEN}"}
URL = "http://localhost:7104"
LOG = "/api/signing-log"


@pytest.fixture
def client(postgres_url: str) -> Iterator[httpx.Client]:
    settings = RegistrySettings(
        EDUBADGES_ENV="development",
        public_url=URL,
        database_url=postgres_url,
        secret_key="0123456789abcdef" * 2,
        operator_token=TOKEN,
    )
    with serving(lambda _: create_app(settings)) as port, httpx.Client(base_url=f"http://127.0.0.1:{port}") as http:
        yield http


@pytest.fixture
def application() -> dict[str, Any]:
    name = {"nl": "Zuiderzee Universiteit (voorbeeld)", "en": "Zuiderzee University (sample)"}
    return {"slug": "zzu", "name": name, "kind": "wo", "country": "NL"}


class Place:
    """A registry that is served, and the application behind it."""

    def __init__(self, app: FastAPI, http: httpx.Client) -> None:
        self.app, self.http = app, http
        self.url = str(http.base_url)

    @property
    def publisher(self) -> TrustPublisher:
        found: TrustPublisher = self.app.state.trust_publisher
        return found

    def post(self, *leaves: bytes, **options: Any) -> httpx.Response:
        body = {"leaves": [base64url_encode(leaf) for leaf in leaves]}
        return self.http.post(LOG, json=options.get("json", body), headers=options.get("headers", OPERATOR))


def settings(postgres_url: str, folder: Path) -> RegistrySettings:
    return RegistrySettings(
        EDUBADGES_ENV="development",
        public_url="http://localhost:7104",
        database_url=postgres_url,
        secret_key="0123456789abcdef" * 2,
        operator_token=TOKEN,
        trust_dir=folder,
    )


@pytest.fixture
def place(postgres_url: str, tmp_path: Path) -> Iterator[Place]:
    app = create_app(settings(postgres_url, tmp_path / "trust"))
    with serving(lambda _: app) as port, httpx.Client(base_url=f"http://localhost:{port}") as http:
        yield Place(app, http)
