"""What the verifier's tests share: a registry on loopback, and the real service on a real database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from service_kit.database import create_engine, run_migrations
from tests.support.presenting import Issuer
from tests.support.registry_simulator import RegistrySimulator, running_registry
from tests.support.serving import serving
from verifier.app import create_app
from verifier.settings import VerifierSettings


@dataclass
class World:
    """A running verifier, the registry it asks, and one issuer the registry knows."""

    client: httpx.Client
    registry: RegistrySimulator
    issuer: Issuer
    settings: VerifierSettings
    app: FastAPI
    browsers: list[httpx.Client] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.settings.public_url

    @property
    def did(self) -> str:
        return "did:web:" + self.url.removeprefix("http://").replace(":", "%3A")

    def another_browser(self) -> httpx.Client:
        browser = httpx.Client(base_url=self.url, timeout=20)
        self.browsers.append(browser)
        return browser

    def path(self, url: str) -> str:
        assert url.startswith(self.url)
        return url.removeprefix(self.url)


@pytest.fixture(scope="session")
def verifier_database(postgres_server: str) -> str:
    import sqlalchemy as sa

    url = sa.make_url(postgres_server).set(drivername="postgresql+psycopg")
    admin = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text("drop database if exists verifier_tests"))
        connection.execute(sa.text("create database verifier_tests"))
    admin.dispose()
    database = sa.make_url(postgres_server).set(database="verifier_tests").render_as_string(hide_password=False)
    engine = create_engine(database)
    run_migrations("verifier", engine)
    engine.dispose()
    return database


@pytest.fixture
def registry() -> Iterator[RegistrySimulator]:
    with running_registry() as simulator:
        yield simulator


@contextmanager
def running_world(registry: RegistrySimulator, database: str, folder: Path) -> Iterator[World]:
    made: dict[str, Any] = {}

    def make(port: int) -> FastAPI:
        made["settings"] = VerifierSettings(
            EDUBADGES_ENV="development",
            public_url=f"http://localhost:{port}",
            database_url=database,
            secret_key="a secret for tests only",
            registry_url=registry.url,
            wallet_url="http://localhost:7102",
            evidence_dir=folder / "evidence",
            data_dir=folder / "data",
        )
        made["app"] = create_app(made["settings"])
        return made["app"]

    issuer = registry.add("zzu")
    with serving(make), httpx.Client(base_url=made["settings"].public_url, timeout=20) as client:
        there = World(client, registry, issuer, made["settings"], made["app"])
        yield there
        for browser in there.browsers:
            browser.close()


@pytest.fixture
def world(registry: RegistrySimulator, verifier_database: str, tmp_path: Path) -> Iterator[World]:
    """A verifier of its own, with nothing remembered yet."""
    with running_world(registry, verifier_database, tmp_path) as there:
        yield there


@pytest.fixture(scope="session")
def shared_world(verifier_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One verifier for every test that changes nothing about the issuer and the registry."""
    with (
        running_registry() as simulator,
        running_world(simulator, verifier_database, tmp_path_factory.mktemp("verifier")) as there,
    ):
        yield there
