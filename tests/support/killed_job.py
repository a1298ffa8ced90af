"""A process with one job of two steps; `die` makes it kill itself between them. Run by the tests of jobs."""

from __future__ import annotations

import os
import signal
import sys
import time

import psycopg
from dbos import DBOS

from service_kit.jobs import enqueue, running_jobs

URL = sys.argv[1]


def note(text: str) -> None:
    with psycopg.connect(URL) as connection:
        connection.execute("create table if not exists notes (note text)")
        connection.execute("insert into notes values (%s)", (text,))


@DBOS.step()
def first() -> None:
    note("first")


@DBOS.step()
def second() -> None:
    if sys.argv[2] == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    note("second")


@DBOS.workflow()
def both() -> None:
    first()
    second()


with running_jobs("test", URL, queues={"work": 1}):
    enqueue("work", "job-1", both)
    end = time.monotonic() + 40
    while time.monotonic() < end:
        status = DBOS.get_workflow_status("job-1")
        if status is not None and status.status == "SUCCESS":
            sys.exit(0)
        time.sleep(0.1)
sys.exit(3)
