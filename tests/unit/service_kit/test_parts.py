"""The small parts: audit chain, QR, badge art, database, settings."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
import sqlalchemy as sa
from pydantic import ValidationError

from service_kit.audit import FIRST, AuditEntry, chain_digest, first_break
from service_kit.badge_art import badge_png, badge_svg
from service_kit.database import DatabaseUnavailable, begin, create_engine, insert_once, run_migrations
from service_kit.qr import qr_svg
from service_kit.settings import ServiceSettings


def entry(previous: str, at: datetime, act: str) -> AuditEntry:
    content = {"at": at, "actor": "operator", "act": act, "target": "zzu", "details": {"n": 1}}
    return AuditEntry(**content, previous=previous, digest=chain_digest(previous, **content))


def test_a_changed_or_missing_audit_entry_breaks_the_chain(now: datetime) -> None:
    first = entry(FIRST, now, "admitted")
    second = entry(first.digest, now, "suspended")

    assert first_break([first, second]) is None
    assert first_break([replace(first, actor="x"), second]) == 0
    assert first_break([second]) == 0


def test_a_badge_always_has_the_same_picture_and_text_in_it_is_escaped() -> None:
    one = badge_svg("Water <b>", issuer="zzu", kind="regular", title='"<Water>')

    assert one == badge_svg("Water <b>", issuer="zzu", kind="regular", title='"<Water>')
    assert one != badge_svg("Fire", issuer="zzu", kind="regular")
    assert "<Water>" not in one
    assert badge_png("Water", issuer="zzu", kind="regular", side=64).startswith(b"\x89PNG")


def test_a_qr_code_has_its_alternative_text() -> None:
    assert 'aria-label="Open &quot;it&quot;"' in qr_svg("https://example.org", title='Open "it"')


def test_insert_once_inserts_once(postgres_url: str) -> None:
    engine = create_engine(postgres_url)
    table = sa.Table("t", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True))
    table.metadata.create_all(engine)
    with begin(engine) as connection:
        assert insert_once(connection, table, {"id": 1}, key=["id"])
        assert not insert_once(connection, table, {"id": 1}, key=["id"])
    engine.dispose()


def test_migrations_may_run_twice(postgres_url: str) -> None:
    engine = create_engine(postgres_url)
    run_migrations("did_registry", engine)
    run_migrations("did_registry", engine)
    assert sa.inspect(engine).has_table("participants")
    engine.dispose()


def test_a_database_that_is_away_is_said_so() -> None:
    engine = create_engine("postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(DatabaseUnavailable), begin(engine):
        pass


@pytest.mark.parametrize("environment", ["production", "development"])
def test_plain_http_is_refused_outside_loopback(environment: str) -> None:
    with pytest.raises(ValidationError):
        ServiceSettings(
            EDUBADGES_ENV=environment, public_url="http://example.org", database_url="postgresql://", secret_key="x"
        )
