"""Durable jobs: a thin wrapper on DBOS, on the service's own PostgreSQL.

A workflow that was started is finished, also when the process dies half way: finished steps are not done again.
A step that was under way at that moment is done again, so a step with an effect outside needs an idempotency key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from dbos import DBOS, DBOSConfig, SetWorkflowID


@contextmanager
def running_jobs(service: str, database_url: str, *, queues: dict[str, int]) -> Iterator[None]:
    """Run jobs until the block ends; what an earlier process left unfinished is taken up first.

    Args:
        service: the service's name; jobs are kept in a schema of their own in its database.
        database_url: the service's PostgreSQL.
        queues: the queues to work on, each with how many of its jobs may run at a time in this process.
    """
    url = sa.make_url(database_url).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    config: DBOSConfig = {
        "name": f"edubadges-{service}",
        "system_database_url": url,
        "dbos_system_schema": "jobs",
        "application_version": "1",
        "executor_id": service,
        "log_level": "WARNING",
    }
    DBOS(config=config)
    DBOS.launch()
    try:
        for name, at_a_time in queues.items():
            DBOS.register_queue(name, worker_concurrency=at_a_time)
        yield
    finally:
        DBOS.destroy(workflow_completion_timeout_sec=5)


def enqueue[**P, R](queue: str, job_id: str, workflow: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> None:
    """Put `workflow` on a queue; the same `job_id` a second time changes nothing."""
    with SetWorkflowID(job_id):
        DBOS.enqueue_workflow(queue, workflow, *args, **kwargs)
