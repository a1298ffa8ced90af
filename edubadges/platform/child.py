"""One child process: started in its own group, ended with us, its output in a log.

When it is restarted, and what waits for what, is decided in `supervisor.py`.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Protocol

_PR_SET_PDEATHSIG = 1
_KEPT = ("PATH", "HOME", "LANG", "TZ", "TMPDIR", "PYTHONDONTWRITEBYTECODE")


class Child(Protocol):
    """What the supervisor needs of a child."""

    def launch(self) -> None:
        """Start the process, without waiting for it."""

    def exit_code(self) -> int | None:
        """Return how it ended; None while it runs."""

    def pid(self) -> int | None:
        """Return its process id while it runs."""

    def is_ready(self) -> bool:
        """Say whether it does its work now."""

    def ask_to_stop(self) -> None:
        """Ask it to finish."""

    def kill(self) -> None:
        """End it and everything it started, now."""


class ProcessChild:
    """A child made of a command, an environment and a way to see that it is ready."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        log: Path,
        ready: Callable[[], bool],
        user: int | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
        kill_signal: signal.Signals = signal.SIGKILL,
    ) -> None:
        """Prepare; nothing is started yet.

        Args:
            command: program and arguments; never a secret.
            environment: what it gets beside PATH, HOME and the like.
            log: its output is added to this file.
            ready: says whether it does its work.
            user: the user id it runs as, when that is not ours.
            stop_signal: what asks it to finish.
            kill_signal: what ends it when it does not listen.
        """
        self._command = list(command)
        self._environment = dict(environment)
        self._log = log
        self._ready = ready
        self._user = user
        self._stop_signal = stop_signal
        self._kill_signal = kill_signal
        self._process: subprocess.Popen[bytes] | None = None

    def launch(self) -> None:
        """Start the process, without waiting for it."""
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        with open_log(self._log) as output:
            self._process = subprocess.Popen(
                self._command,
                env={**kept, **self._environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                user=self._user,
                group=self._user,
                extra_groups=None if self._user is None else [],
                start_new_session=True,
                preexec_fn=end_with_parent(self._stop_signal),
            )

    def exit_code(self) -> int | None:
        """Return how it ended; None while it runs."""
        return None if self._process is None else self._process.poll()

    def pid(self) -> int | None:
        """Return its process id while it runs."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def is_ready(self) -> bool:
        """Say whether it does its work now."""
        return self._ready()

    def ask_to_stop(self) -> None:
        """Ask it to finish."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(self._stop_signal)

    def kill(self) -> None:
        """End it and everything it started, now."""
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.send_signal(self._kill_signal)
            try:
                self._process.wait(3)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        kill_group(self._process.pid)


def open_log(file: Path) -> IO[bytes]:
    """Open a log that only we can read, at its end."""
    return os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")


def kill_group(leader: int) -> None:
    """End what is left of the process group of a child that has ended."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        return


def end_with_parent(stop_signal: signal.Signals = signal.SIGTERM) -> Callable[[], None] | None:
    """Return what makes a child end when we do, also when we are killed (Linux only)."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    parent = os.getpid()

    def arrange() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, int(stop_signal))
        if os.getppid() != parent:
            os._exit(1)

    return arrange


def log_tail(file: Path, lines: int = 6) -> str:
    """Return the last lines of a log, for a sentence about why a part failed."""
    if not file.exists():
        return ""
    with file.open("rb") as text:
        text.seek(max(0, file.stat().st_size - 8_000))
        return "\n".join(text.read().decode("utf-8", "replace").splitlines()[-lines:])
