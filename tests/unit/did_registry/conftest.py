"""A registry on a real database, and an institution with a key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from did_registry.app import create_app
from did_registry.settings import RegistrySettings
from tests.support.serving import serving

TOKEN = "operator-token-of-this-test"
OPERATOR = {"Authorization": f"Bearer {TOKEN}"}
URL = "http://localhost:7104"


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
