"""Jobs outlive the process that runs them."""

from __future__ import annotations

import signal
import subprocess
import sys

import psycopg


def run(url: str, how: str) -> int:
    command = [sys.executable, "-m", "tests.support.killed_job", url, how]
    return subprocess.run(command, timeout=90, check=False).returncode


def test_a_killed_job_resumes_and_each_step_is_done_once(postgres_url: str) -> None:
    assert run(postgres_url, "die") == -signal.SIGKILL
    assert run(postgres_url, "live") == 0
    assert run(postgres_url, "live") == 0

    with psycopg.connect(postgres_url) as connection:
        notes = [row[0] for row in connection.execute("select note from notes")]
    assert notes == ["first", "second"]
