"""What many ask at the same moment is done in one go: while one call is under way, the next one gathers.

Nobody waits for company: who comes alone is served alone, at once. It is what databases call group commit.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from service_kit.problems import Unavailable


@dataclass(slots=True)
class _Line[I, O]:
    """Who waits for the same kind of call."""

    waiting: list[tuple[Sequence[I], Future[list[O]]]] = field(default_factory=list)
    busy: bool = False


class Together[K, I, O]:
    """Merges calls that are made at the same time."""

    def __init__(self, work: Callable[[K, list[I]], list[O]], *, most: int) -> None:
        """Prepare.

        Args:
            work: does the work for items of one key, and returns as many results in the same order.
            most: items of one merged call.
        """
        self._work = work
        self._most = most
        self._lock = threading.Lock()
        self._lines: dict[K, _Line[I, O]] = {}

    def do(self, key: K, items: Sequence[I]) -> list[O]:
        """Return the results for these items, in their order. Raises what `work` raises for them."""
        if len(items) >= self._most:
            return self._work(key, list(items))
        mine: Future[list[O]] = Future()
        with self._lock:
            line = self._lines.setdefault(key, _Line())
            line.waiting.append((items, mine))
            leads = not line.busy
            line.busy = True
        if leads:
            self._serve(key, line)
        return mine.result()

    def _serve(self, key: K, line: _Line[I, O]) -> None:
        """Work until nobody waits any more."""
        while True:
            with self._lock:
                group = self._take(line)
                if not group:
                    line.busy = False
                    if self._lines.get(key) is line:
                        del self._lines[key]
                    return
            self._answer(key, group)

    def _take(self, line: _Line[I, O]) -> list[tuple[Sequence[I], Future[list[O]]]]:
        taken, size = 0, 0
        for items, _ in line.waiting:
            if taken and size + len(items) > self._most:
                break
            taken, size = taken + 1, size + len(items)
        group, line.waiting = line.waiting[:taken], line.waiting[taken:]
        return group

    def _answer(self, key: K, group: Sequence[tuple[Sequence[I], Future[list[O]]]]) -> None:
        try:
            results = self._work(key, [item for items, _ in group for item in items])
        except BaseException as error:  # noqa: BLE001 - whatever it is, nobody may be left waiting for ever
            if len(group) == 1 or isinstance(error, Unavailable) or not isinstance(error, Exception):
                for _, future in group:
                    future.set_exception(error)
                return
            # One of them may be to blame; the others must not suffer for it.
            for single in group:
                self._answer(key, [single])
            return
        at = 0
        for items, future in group:
            future.set_result(results[at : at + len(items)])
            at += len(items)
