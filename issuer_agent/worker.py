"""A thread that looks for work until it is stopped; run as many, in as many processes, as are wanted."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from service_kit.problems import Unavailable

log = logging.getLogger(__name__)
_IDLE_S = 1.0
_AFTER_ERROR_S = 5.0


class Worker:
    """Does rounds of work; a pause follows a round that found nothing to do, and a longer one a round that failed."""

    def __init__(self, name: str, work: Callable[[], int], *, idle_s: float = _IDLE_S) -> None:
        """Prepare the thread.

        Args:
            name: for the logs.
            work: does what there is to do now, and returns how much that was.
            idle_s: the pause, in seconds.
        """
        self._name = name
        self._work = work
        self._idle_s = idle_s
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._loop, name=name, daemon=True)

    def start(self) -> None:
        """Start working."""
        self._thread.start()

    def stop(self, *, timeout_s: float = 10.0) -> None:
        """Finish what is under way, and stop."""
        self._stop.set()
        self._wake.set()
        self._thread.join(timeout_s)

    def wake(self) -> None:
        """Look for work now instead of at the end of the pause."""
        self._wake.set()

    def _loop(self) -> None:
        while not self._stop.is_set():
            self._wake.clear()
            pause_s = self._round()
            if pause_s:
                self._wake.wait(pause_s)

    def _round(self) -> float:
        """Do one round; return how long to wait before the next, in seconds."""
        try:
            return 0 if self._work() else self._idle_s
        except Unavailable as error:
            log.warning("worker_waits", extra={"worker": self._name, "problem": error.code})
            return self._idle_s
        except Exception:
            # A worker that is gone is noticed by nobody; this one tells, and is there for the work that is right.
            log.exception("worker_failed", extra={"worker": self._name})
            return _AFTER_ERROR_S
