"""A file of distinct badges through the whole pipeline on every core: `python -m tests.bench.compare.volume`.

A process of its own, so that its memory is that of the batch alone; prints JSON. Writing the file is not timed.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from tests.bench.compare.world import evidence_items, participant, present, revoked_among, write_badges
from verifier import EvidenceKind, Verdict
from verifier.batch import Summary, verify_stream
from verifier.batch_inputs import read_work
from verifier.batch_worker import VerifySetup
from verifier.evidence_store import EvidenceStore

WORKERS = 2
_BETWEEN_LOOKS = 0.1


@dataclass(frozen=True)
class Volume:
    """What came of one file."""

    badges: int
    one_class: bool
    seconds: float
    file_bytes: int
    memory_bytes: int
    """The most that all processes held together; pages they share are counted in each."""

    @property
    def rate(self) -> float:
        """Badges a second."""
        return self.badges / self.seconds


def measure(folder: Path, count: int, *, one_class: bool) -> Volume:
    """Return how long `count` badges took, and the most memory that was held.

    Raises:
        AssertionError: other badges were found in order, or revoked, than are.
    """
    path, now = folder / "badges.jsonl", present()
    write_badges(path, count, one_class=one_class, signed=True)
    store = EvidenceStore(folder / "evidence")
    store.prepare()
    for item in evidence_items(now):
        if item.kind is EvidenceKind.STATUS_LIST:
            store.put(item)
    store.put_registry("https://registry.example", [participant()], now)
    setup = VerifySetup(str(folder / "evidence"), now, as_json=False, max_remarks=3)
    summary = Summary(now, setup.max_remarks)
    memory = _Memory()
    began = time.perf_counter()
    for step in verify_stream(read_work([str(path)], lines=True), setup, workers=WORKERS):
        summary.add(step.tally)
        memory.look()
    seconds = time.perf_counter() - began
    bad = revoked_among(count)
    if (summary.verdicts[Verdict.OK.value], summary.verdicts[Verdict.BAD.value]) != (count - bad, bad):
        raise AssertionError(summary.to_json())
    return Volume(count, one_class, seconds, path.stat().st_size, memory.most)


class _Memory:
    """The most that this process and those it started held together, as far as was looked."""

    def __init__(self) -> None:
        self.most = 0
        self._process = psutil.Process()
        self._next = 0.0

    def look(self) -> None:
        """Look, ten times a second at most."""
        if time.perf_counter() < self._next:
            return
        self._next = time.perf_counter() + _BETWEEN_LOOKS
        total = self._process.memory_info().rss
        for child in self._process.children(recursive=True):
            # One may end between being listed and being looked at.
            with contextlib.suppress(psutil.NoSuchProcess):
                total += child.memory_info().rss
        self.most = max(self.most, total)


def main() -> None:
    """Measure a file of badges of one class, or of as many classes as badges."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.compare.volume", description=__doc__)
    parser.add_argument("--badges", type=int, default=100_000)
    parser.add_argument("--many-classes", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="edubadges-volume-") as name:
        found = measure(Path(name), arguments.badges, one_class=not arguments.many_classes)
    print(json.dumps(asdict(found)))


if __name__ == "__main__":
    main()
