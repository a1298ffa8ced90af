"""One issuing world for all tests of this folder; every test has its own awards."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.support.issuing_world import World, issuing_world
from tests.support.test_wallet import Wallet


@pytest.fixture(scope="session")
def _world(postgres_server: str) -> Iterator[World]:
    url = sa.make_url(postgres_server)
    admin = sa.create_engine(url.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    names = ("issuing_issuer", "issuing_registry")
    with admin.connect() as connection:
        for name in names:
            connection.execute(sa.text(f"create database {name}"))
    admin.dispose()
    first, second = (url.set(database=name).render_as_string(hide_password=False) for name in names)
    with issuing_world(first, second) as world:
        yield world


@pytest.fixture
def world(_world: World) -> Iterator[World]:
    _world.signer.down = False
    _world.signer.calls.clear()
    _world.offset = timedelta()
    yield _world
    _world.signer.down = False
    _world.offset = timedelta()


@pytest.fixture
def wallet(world: World) -> Wallet:
    return Wallet(world.http)
