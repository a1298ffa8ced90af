"""The loop: change an input of the corpus, run the target, keep what reached a new branch, and write down findings."""

from __future__ import annotations

import contextlib
import random
import signal
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from tests.fuzz.branches import ROOT, Branches
from tests.fuzz.target import Target
from tests.support.effort import effort_of
from vc_core.errors import EdubadgesError

SAVED = ROOT / "var" / "fuzz"
MAX_CORPUS = 2_000
_MEASURED_EVERY = 400
_SLOW_SECONDS = 0.1  # only makes us look: what counts is the number of calls
_HANG_SECONDS = 20.0


class Hang(Exception):
    """An input took longer than anything may."""


@dataclass(slots=True)
class Outcome:
    """What came of one target."""

    target: str
    seed: int
    inputs: int = 0
    accepted: int = 0
    corpus: int = 0
    branches: int = 0
    most_calls: int = 0
    most_bytes: int = 0
    findings: dict[str, Path] = field(default_factory=dict)
    """What was wrong and where the first input of the kind is kept."""

    def __str__(self) -> str:
        return (
            f"{self.target:<18} seed {self.seed}: {self.inputs} inputs, {self.accepted} accepted, "
            f"corpus {self.corpus}, {self.branches} branches, most calls {self.most_calls}, "
            f"most bytes {self.most_bytes}, {len(self.findings)} findings"
        )


def fuzz(
    target: Target,
    *,
    seed: int,
    inputs: int | None = None,
    seconds: float | None = None,
    branches: Branches | None = None,
    saved: Path = SAVED,
) -> Outcome:
    """Fuzz one target for a number of inputs (the same seed gives the same inputs) or for some time."""
    run = _Run(target, Outcome(target.name, seed), Branches() if branches is None else branches, saved)
    chance = random.Random(f"{seed}:{target.name}")
    until = None if seconds is None else time.monotonic() + seconds
    with run.branches.watching(), _alarms():
        for number, data in enumerate(_inputs(target, chance, run.corpus)):
            if inputs is not None and number >= inputs:
                break
            if until is not None and time.monotonic() >= until:
                break
            run.one(data, number)
    run.outcome.corpus = len(run.corpus)
    run.outcome.branches = len(run.branches)
    return run.outcome


def _inputs(target: Target, chance: random.Random, corpus: list[bytes]) -> Iterator[bytes]:
    yield from target.seeds
    while True:
        # What was found last is nearest to what is not reached yet.
        recent = corpus[-chance.choice((1, 3, 20)) :] if chance.random() < 0.5 else corpus
        data = chance.choice(recent or target.seeds)
        for _ in range(chance.choice((1, 1, 1, 2, 3))):
            data = chance.choice(target.mutators)(data, chance, corpus or target.seeds)
        yield data


@dataclass(slots=True)
class _Run:
    target: Target
    outcome: Outcome
    branches: Branches
    saved: Path
    corpus: list[bytes] = field(default_factory=list)

    def one(self, data: bytes, number: int) -> None:
        """Run the target on one input."""
        self.outcome.inputs += 1
        reached = len(self.branches)
        started = time.perf_counter()
        self._try(data)
        slow = time.perf_counter() - started > _SLOW_SECONDS
        if len(self.branches) > reached and len(self.corpus) < MAX_CORPUS:
            self.corpus.append(data)
        if slow or number % _MEASURED_EVERY == 0:
            self._measure(data)

    def _try(self, data: bytes) -> None:
        signal.setitimer(signal.ITIMER_REAL, _HANG_SECONDS)
        try:
            self.target.run(data)
        except EdubadgesError:
            return
        except Exception as error:  # noqa: BLE001 # this is what is looked for
            self._found(_kind_of(error), data)
        else:
            self.outcome.accepted += 1
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)

    def _measure(self, data: bytes) -> None:
        def work() -> None:
            with contextlib.suppress(Exception):  # what it raises was looked at; here only its effort counts
                self.target.run(data)

        effort = effort_of(work)
        self.outcome.most_calls = max(self.outcome.most_calls, effort.calls)
        self.outcome.most_bytes = max(self.outcome.most_bytes, effort.peak_bytes)
        if effort.calls > self.target.max_calls:
            self._found("more calls than the budget", data)
        if effort.peak_bytes > self.target.max_bytes:
            self._found("more memory than the budget", data)

    def _found(self, kind: str, data: bytes) -> None:
        if kind in self.outcome.findings:
            return
        self.saved.mkdir(parents=True, exist_ok=True)
        path = self.saved / f"{self.target.name}-{self.outcome.seed}-{len(self.outcome.findings)}"
        path.write_bytes(data)
        self.outcome.findings[kind] = path


def _kind_of(error: Exception) -> str:
    """Return the class of an error and the place in our code it came from, so that one bug is one finding."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(str(ROOT))]
    if not frames:
        return repr(error)[:100]
    return f"{type(error).__name__} at {Path(frames[-1].filename).relative_to(ROOT)}:{frames[-1].lineno}"


@contextmanager
def _alarms() -> Iterator[None]:
    def ring(number: int, frame: FrameType | None) -> None:
        raise Hang(f"longer than {_HANG_SECONDS:.0f} seconds")

    before = signal.signal(signal.SIGALRM, ring)
    try:
        yield
    finally:
        signal.signal(signal.SIGALRM, before)
