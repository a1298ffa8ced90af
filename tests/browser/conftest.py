"""The wallet on real HTTP and a real database, an honest counterparty, and one Chromium for all tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, sync_playwright
from starlette.types import ASGIApp

from service_kit.database import create_engine
from tests.browser.student import launch
from tests.support.counterparty import Counterparty, counterparty_app
from tests.support.serving import serving
from wallet.app import create_app
from wallet.settings import WalletSettings


@dataclass
class Town:
    """The wallet service and who it meets."""

    wallet_url: str
    engine: sa.Engine
    party: Counterparty


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def town(postgres_url: str) -> Iterator[Town]:
    with running_town(postgres_url) as running:
        yield running


@contextmanager
def running_town(postgres_url: str, wrap: Callable[[ASGIApp], ASGIApp] = lambda app: app) -> Iterator[Town]:
    """Serve the wallet and who it meets; `wrap` is put around the wallet's app."""
    parties: list[Counterparty] = []

    def make_party(port: int):
        parties.append(Counterparty(port))
        return counterparty_app(parties[0])

    with serving(make_party) as party_port:
        registry = f"http://localhost:{party_port}"

        def make_wallet(port: int):
            app = create_app(
                WalletSettings(
                    EDUBADGES_ENV="development",
                    public_url=f"http://localhost:{port}",
                    database_url=postgres_url,
                    secret_key="only for tests",
                    registry_url=registry,
                    verifier_url="http://localhost:9",
                )
            )
            return wrap(app)

        with serving(make_wallet) as port:
            engine = create_engine(postgres_url)
            yield Town(f"http://localhost:{port}", engine, parties[0])
            engine.dispose()
