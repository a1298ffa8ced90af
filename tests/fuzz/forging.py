"""`python -m tests.fuzz.forging [--inputs 1000000] [--seed 1] [--processes 2]`: no changed badge may be accepted.

Accepted means `ok` or `attention` with full and fresh evidence. It is right only when every credential in the input
says exactly what was signed (`signed.meaning_of`) and gets no better verdict than the genuine badge deserves.
"""

from __future__ import annotations

import argparse
import multiprocessing
import queue
import random
import resource
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.fuzz.forgers import forge
from tests.fuzz.signed import ACCEPTED, is_justified, judge
from tests.support.effort import effort_of

SAVED = Path(__file__).parents[2] / "var" / "fuzz"
MAX_CALLS = 100_000
MAX_BYTES = 2_000_000
MAX_GROWTH = 40_000_000
"""Bytes a process may hold more at the end than after its first tenth."""
MAX_ADDRESS_SPACE = 2 * 2**30
_EVERY = 2_000
_MEASURED_EVERY = 500
_SLOW_SECONDS = 0.1  # only makes us look: what counts is the number of calls


@dataclass(slots=True)
class Tally:
    """What came of a number of inputs."""

    inputs: int = 0
    kept_meaning: int = 0
    unreadable: int = 0
    forged: int = 0
    crashed: int = 0
    over_budget: int = 0
    growth_bytes: int = 0
    ways: Counter[str] = field(default_factory=Counter)
    accepted_ways: Counter[str] = field(default_factory=Counter)
    most_calls: int = 0

    def add(self, other: Tally) -> None:
        """Add up."""
        for name in ("inputs", "kept_meaning", "unreadable", "forged", "crashed", "over_budget"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.growth_bytes = max(self.growth_bytes, other.growth_bytes)
        self.most_calls = max(self.most_calls, other.most_calls)
        self.ways += other.ways
        self.accepted_ways += other.accepted_ways

    @property
    def findings(self) -> int:
        """Everything that must not be."""
        return self.forged + self.crashed + self.over_budget + (self.growth_bytes > MAX_GROWTH)

    def __str__(self) -> str:
        return (
            f"{self.inputs} inputs: {self.forged} forged ones accepted, {self.crashed} crashed, "
            f"{self.over_budget} over budget (most calls {self.most_calls}); "
            f"{self.kept_meaning} accepted with the meaning that was signed, {self.unreadable} unreadable; "
            f"memory grew by {self.growth_bytes / 1e6:.1f} MB"
        )


def try_input(seed: int, number: int, tally: Tally) -> None:
    """Forge one input, verify it and count what came of it."""
    way, data = forge(random.Random(f"{seed}:{number}"))
    tally.inputs += 1
    tally.ways[way] += 1
    started = time.perf_counter()
    try:
        report = judge(data)
    except Exception as error:  # noqa: BLE001 # this is what is looked for
        tally.crashed += 1
        _save(seed, number, f"crashed with {error!r}", way, data)
        return
    if time.perf_counter() - started > _SLOW_SECONDS or number % _MEASURED_EVERY == 0:
        _measure(seed, number, way, data, tally)
    if report is None:
        tally.unreadable += 1
    elif report.verdict in ACCEPTED:
        if is_justified(data, report):
            tally.kept_meaning += 1
            tally.accepted_ways[way] += 1
        else:
            tally.forged += 1
            _save(seed, number, f"accepted as {report.verdict}", way, data)


def _measure(seed: int, number: int, way: str, data: bytes, tally: Tally) -> None:
    effort = effort_of(lambda: judge(data))
    tally.most_calls = max(tally.most_calls, effort.calls)
    if effort.calls > MAX_CALLS or effort.peak_bytes > MAX_BYTES:
        tally.over_budget += 1
        _save(seed, number, f"took {effort}", way, data)


def _save(seed: int, number: int, what: str, way: str, data: bytes) -> None:
    SAVED.mkdir(parents=True, exist_ok=True)
    path = SAVED / f"forging-{seed}-{number}"
    path.write_bytes(data)
    print(f"FINDING in {path} ({way}): {what}", flush=True)


def forge_many(seed: int, numbers: range, told: queue.Queue[Tally | None] | None = None) -> Tally:
    """Try these inputs; tell what came of each batch, and return it all."""
    if told is not None:
        resource.setrlimit(resource.RLIMIT_AS, (MAX_ADDRESS_SPACE, MAX_ADDRESS_SPACE))
    whole, tally = Tally(), Tally()
    process = psutil.Process()
    settled = 0
    for done, number in enumerate(numbers, start=1):
        try_input(seed, number, tally)
        if done == max(1, len(numbers) // 10):
            settled = process.memory_info().rss
        if done % _EVERY == 0 or done == len(numbers):
            tally.growth_bytes = max(0, process.memory_info().rss - settled) if settled else 0
            whole.add(tally)
            if told is not None:
                told.put(tally)
            tally = Tally()
    if told is not None:
        told.put(None)
    return whole


def forge_in_processes(seed: int, numbers: range, processes: int) -> Tally:
    """Divide the inputs over processes; the same numbers give the same inputs, however they are divided."""
    context = multiprocessing.get_context("spawn")
    told: queue.Queue[Tally | None] = context.Queue()
    workers = [
        context.Process(target=forge_many, args=(seed, numbers[part::processes], told)) for part in range(processes)
    ]
    for worker in workers:
        worker.start()
    whole = Tally()
    started = time.monotonic()
    working = processes
    while working:
        try:
            tally = told.get(timeout=5)
        except queue.Empty:
            if all(worker.is_alive() or worker.exitcode == 0 for worker in workers):
                continue
            raise RuntimeError("a process ended before its work was done") from None
        if tally is None:
            working -= 1
            continue
        whole.add(tally)
        if whole.inputs % (10 * _EVERY) == 0:
            rate = whole.inputs / (time.monotonic() - started)
            print(f"{whole.inputs} of {len(numbers)}, {rate:.0f} a second, {whole.findings} findings", file=sys.stderr)
    for worker in workers:
        worker.join()
    return whole


def main() -> int:
    """Forge, print the result, and say with the exit status whether anything was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.forging", description=__doc__)
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--first", type=int, default=0, help="number of the first input")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    numbers = range(arguments.first, arguments.first + arguments.inputs)
    whole = forge_in_processes(arguments.seed, numbers, arguments.processes)
    for way, number in sorted(whole.ways.items()):
        print(f"{number:>10}  {whole.accepted_ways[way]:>8} kept the meaning  {way}")
    print(f"seed {arguments.seed}, numbers from {arguments.first}: {whole}")
    return 1 if whole.findings else 0


if __name__ == "__main__":
    sys.exit(main())
