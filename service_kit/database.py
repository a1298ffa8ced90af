"""PostgreSQL through SQLAlchemy Core: engine, short transactions, migrations.

Statements live in each service's `store.py`; here is only what they share.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib import resources
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.exc import InterfaceError, OperationalError

from service_kit.problems import Unavailable


class DatabaseUnavailable(Unavailable):
    """The database does not answer; what was committed is safe."""

    title = "The database is not available now"
    code = "database-unavailable"


def create_engine(url: str, *, pool_size: int = 15) -> sa.Engine:
    """Make an engine for `url` (postgresql://…) that notices connections lost in a restart.

    Up to `pool_size` connections are opened as they are needed, and kept: those beyond it are closed after each use.
    """
    parsed = sa.make_url(url).set(drivername="postgresql+psycopg")
    return sa.create_engine(parsed, pool_pre_ping=True, pool_size=pool_size, max_overflow=5, pool_recycle=1800)


@contextmanager
def begin(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Open one short transaction; commit at the end, roll back on any error.

    Raises:
        DatabaseUnavailable: no connection could be had, or it broke before the commit.
    """
    try:
        with engine.begin() as connection:
            yield connection
    except (OperationalError, InterfaceError) as error:
        if isinstance(error, OperationalError) and not error.connection_invalidated and not _cannot_connect(error):
            raise
        raise DatabaseUnavailable(
            "The database does not answer. Nothing was changed; try again in a moment."
        ) from error


@contextmanager
def alone(engine: sa.Engine, key: str) -> Iterator[None]:
    """Let one process at a time do something for this `key`; the others wait.

    No transaction is open meanwhile, and the database lets go by itself when this process dies.

    Raises:
        DatabaseUnavailable: no connection could be had.
    """
    try:
        connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    except OperationalError as error:
        raise DatabaseUnavailable("The database does not answer. Try again in a moment.") from error
    with connection:
        connection.execute(sa.text("select pg_advisory_lock(hashtextextended(:key, 0))"), {"key": key})
        try:
            yield
        finally:
            with suppress(OperationalError, InterfaceError):  # a lost connection has let go by itself
                connection.execute(sa.text("select pg_advisory_unlock(hashtextextended(:key, 0))"), {"key": key})


def _cannot_connect(error: OperationalError) -> bool:
    state = getattr(error.orig, "sqlstate", None)
    return state is None or state.startswith(("08", "57P"))


def insert_once(connection: sa.Connection, table: sa.Table, values: dict[str, Any], *, key: list[str]) -> bool:
    """Insert a row unless one with the same `key` columns exists; say whether it was inserted."""
    statement = pg_insert(table).values(**values).on_conflict_do_nothing(index_elements=key)
    return connection.execute(statement.returning(sa.literal(1))).first() is not None


def wait_until_ready(engine: sa.Engine, *, seconds: float, sleep: Callable[[float], None] = time.sleep) -> None:
    """Wait until the database answers.

    Raises:
        DatabaseUnavailable: it did not within `seconds`.
    """
    for _ in range(max(1, int(seconds / 0.2))):
        try:
            with engine.connect() as connection:
                connection.execute(sa.text("select 1"))
            return
        except OperationalError:
            sleep(0.2)
    raise DatabaseUnavailable(f"The database did not answer within {seconds:.0f} seconds.")


def run_migrations(package: str, engine: sa.Engine) -> None:
    """Bring the database of `package` to its newest version; safe to call from several processes at once.

    Args:
        package: the service's package; its `migrations/versions` folder holds the steps.
        engine: the service's own database.
    """
    folder = Path(str(resources.files(package) / "migrations"))
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "alembic_env"))
    config.set_main_option("version_locations", str(folder / "versions"))
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        connection.execute(sa.text("select pg_advisory_xact_lock(hashtext('edubadges-migrations'))"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
