"""One process at a time, by the word of the database."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa

from service_kit.database import DatabaseUnavailable, alone, create_engine


def test_only_one_is_inside_at_a_time_and_other_keys_do_not_wait(postgres_url: str) -> None:
    engine = create_engine(postgres_url)
    inside, most = [0], [0]
    lock = threading.Lock()

    def work() -> None:
        with alone(engine, "a"):
            with lock:
                inside[0] += 1
                most[0] = max(most[0], inside[0])
            with alone(engine, f"b-{threading.get_ident()}"):
                pass
            with lock:
                inside[0] -= 1

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    engine.dispose()

    assert most == [1]


def test_the_next_gets_in_after_an_error_and_after_a_lost_connection(postgres_url: str) -> None:
    engine = create_engine(postgres_url)
    with pytest.raises(ZeroDivisionError), alone(engine, "a"):
        1 / 0  # noqa: B018 - any error
    with alone(engine, "a"), engine.begin() as other:
        other.execute(sa.text("select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted"))
    with alone(engine, "a"):
        pass
    engine.dispose()


def test_a_database_that_is_away_is_said_so() -> None:
    engine = create_engine("postgresql://nobody@127.0.0.1:1/none")

    with pytest.raises(DatabaseUnavailable), alone(engine, "a"):
        pass
