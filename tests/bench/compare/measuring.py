"""Measure one task for a bounded time; the same loop for every contender that is written in Python.

Imports nothing but the standard library, because it also runs in an environment without anything of ours.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_AT_ONCE = 250
_COHORT = 1_000


@dataclass(frozen=True)
class Task:
    """What is done with one line: what is made ready is not timed, what is done with it is."""

    ready: Callable[[bytes], Any]
    one: Callable[[Any], object] | None = None
    many: Callable[[list[Any]], object] | None = None
    """Takes all that are ready at once, in place of `one`."""


class Lines:
    """The lines of a file, again and again."""

    def __init__(self, path: str) -> None:
        with open(path, "rb") as file:
            self._lines = file.read().splitlines()
        self._next = 0

    def ahead(self, count: int) -> list[bytes]:
        """Return the next ones, without passing them."""
        length = len(self._lines)
        return [self._lines[(self._next + step) % length] for step in range(count)]

    def passed(self, count: int) -> None:
        self._next = (self._next + count) % len(self._lines)


def measure(task: Task, lines: Lines, seconds: float) -> dict[str, float]:
    """Return how many were done in about this time, and the seconds it took, of the processor and of the clock."""
    count, processor, clock = 0, 0.0, 0.0
    while clock < seconds:
        ready = [task.ready(line) for line in lines.ahead(_AT_ONCE if task.many is None else _COHORT)]
        began, worked = time.perf_counter(), time.process_time()
        done = _do(task, ready, began + seconds - clock)
        processor += time.process_time() - worked
        clock += time.perf_counter() - began
        lines.passed(done)
        count += done
    return {"count": count, "processor": processor, "clock": clock}


def _do(task: Task, ready: list[Any], until: float) -> int:
    if task.many is not None:
        task.many(ready)
        return len(ready)
    assert task.one is not None
    for done, item in enumerate(ready, start=1):
        task.one(item)
        if time.perf_counter() >= until:
            return done
    return len(ready)


class Worker:
    """Answers the questions of a run, one JSON line each: about, check, first, load, run, sample."""

    def __init__(self, contender: Any, import_seconds: float) -> None:
        self._contender = contender
        self._import_seconds = import_seconds
        self._lines: dict[str, Lines] = {}

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        contender = self._contender
        match request["op"]:
            case "about":
                return {"rows": sorted(contender.tasks), "versions": contender.versions()}
            case "check":
                return {"accepted": contender.accepts(request["badge"].encode())}
            case "first":
                began = time.process_time()
                accepted = contender.accepts(request["badge"].encode())
                return {"accepted": accepted, "first": time.process_time() - began, "import": self._import_seconds}
            case "sample":
                return {"document": contender.signs(request["badge"].encode())}
            case "load":
                self._lines[request["row"]] = Lines(request["path"])
                return {}
            case "run":
                row = request["row"]
                return measure(contender.tasks[row], self._lines[row], request["seconds"])
        raise ValueError(request["op"])


def serve(build: Callable[[dict[str, Any]], Any]) -> None:
    """Answer until there are no more questions; `build` imports what is measured and makes the contender."""
    first = json.loads(sys.stdin.readline())
    began = time.process_time()
    worker = Worker(build(first["documents"]), time.process_time() - began)
    _write({"ready": True})
    for line in sys.stdin:
        _write(worker.answer(json.loads(line)))


def _write(value: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()
