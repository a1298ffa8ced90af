"""One seeded portal for all tests of this folder; tests make what they change themselves."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from tests.support.portal import Portal, serving_portal


@pytest.fixture(scope="session")
def _portal(postgres_server: str) -> Iterator[Portal]:
    url = sa.make_url(postgres_server)
    admin = sa.create_engine(url.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text("create database portal_issuer"))
    admin.dispose()
    with serving_portal(url.set(database="portal_issuer").render_as_string(hide_password=False)) as portal:
        yield portal


@pytest.fixture
def portal(_portal: Portal) -> Portal:
    _portal.signer.down = False
    return _portal
