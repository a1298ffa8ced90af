"""The run: every contender a bounded time in every round, turn by turn, on one core; medians over the rounds."""

from __future__ import annotations

import os
import statistics
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.bench.badges import signed_badge, unsigned_badge
from tests.bench.compare.contenders import CONTENDERS, FLOOR, Contender
from tests.bench.compare.world import STATUS_LIST, present, status_list, write_badges
from tests.interop.peers import MissingPeer, Peer, bundled_documents
from vc_core.did import public_key_from_did_key
from vc_core.json_text import dump_json
from vc_core.proof import verify_proof

ROWS = {
    "verify-one-class": "Verify the proof: badges of one class",
    "verify-many-classes": "Verify the proof: every badge of another class and issuer profile",
    "whole": "Verify everything: proof, schema, key, issuer, dates, status bit, policy",
    "sign-one": "Sign one by one: every badge of another class",
    "sign-cohort": "Sign a cohort: badges of one class",
}
_FILES = {
    "verify-one-class": "signed-one",
    "verify-many-classes": "signed-many",
    "whole": "signed-one",
    "sign-one": "unsigned-many",
    "sign-cohort": "unsigned-one",
}
FIRST = "first"


class Faulty(Exception):
    """A contender accepts what was tampered with, or refuses what holds: its time would mean nothing."""


@dataclass(frozen=True)
class Plan:
    """How long the run is."""

    rounds: int
    seconds: float
    """For each contender and row, in each round."""
    warm_up: float
    badges: int
    """How many distinct ones, of each sort."""
    starts: int
    """How many fresh processes for the first verification."""


@dataclass
class Cell:
    """What one contender took for one row."""

    seconds: list[float] = field(default_factory=list)
    """Of the processor, for one badge; one figure a round."""

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    @property
    def spread(self) -> float:
        """Largest less smallest, over the median."""
        return (max(self.seconds) - min(self.seconds)) / self.median


@dataclass
class Outcome:
    """Everything that was found."""

    plan: Plan
    cells: dict[tuple[str, str], Cell] = field(default_factory=dict)
    """By row and contender."""
    imports: dict[str, Cell] = field(default_factory=dict)
    versions: dict[str, dict[str, str]] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    """Who is not installed, and why."""
    badge_bytes: int = 0
    load: tuple[float, float] = (0.0, 0.0)
    """Load average over a minute, before and after."""

    def cell(self, row: str, contender: str) -> Cell | None:
        return self.cells.get((row, contender))

    def ratio(self, row: str, slower: str, faster: str) -> float | None:
        """Return how many times as long one takes as the other; None when one of them was not measured."""
        one, other = self.cell(row, slower), self.cell(row, faster)
        return one.median / other.median if one and other else None


def run(plan: Plan, say: Callable[[str], None], contenders: Sequence[Contender] = CONTENDERS) -> Outcome:
    """Measure every contender that is installed.

    Raises:
        Faulty: a contender does not do what is measured.
        PeerFailed: a contender stopped.
    """
    outcome = Outcome(plan, badge_bytes=len(dump_json(signed_badge(1))))
    before = os.getloadavg()[0]
    documents = {**bundled_documents(), STATUS_LIST: status_list(present())}
    with tempfile.TemporaryDirectory(prefix="edubadges-compare-") as name, ExitStack() as stack, _one_core():
        say(f"Writing {plan.badges} badges of each sort …")
        files = _write_files(Path(name), plan.badges)
        peers = dict(_started(stack, contenders, documents, outcome))
        for contender, peer in peers.items():
            say(f"Checking and warming up: {contender.name} …")
            _prepare(contender, peer, files, outcome)
        for number in range(plan.rounds):
            say(f"Round {number + 1} of {plan.rounds} …")
            _play_round(number, peers, outcome)
        say("First verification in fresh processes …")
        _measure_first(list(peers), documents, outcome)
    outcome.load = (before, os.getloadavg()[0])
    return outcome


@contextmanager
def _one_core() -> Iterator[None]:
    """Keep this process, and every process it starts, on one core."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(allowed)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


def _write_files(folder: Path, count: int) -> dict[str, str]:
    for name in set(_FILES.values()):
        state, classes = name.split("-")
        write_badges(folder / name, count, one_class=classes == "one", signed=state == "signed")
    return {row: str(folder / name) for row, name in _FILES.items()}


def _started(
    stack: ExitStack, contenders: Sequence[Contender], documents: dict[str, Any], outcome: Outcome
) -> Iterator[tuple[Contender, Peer]]:
    for contender in contenders:
        try:
            peer = stack.enter_context(contender.start(documents))
        except MissingPeer as error:
            outcome.missing[contender.key] = str(error)
            continue
        yield contender, peer


def _prepare(contender: Contender, peer: Peer, files: dict[str, str], outcome: Outcome) -> None:
    about = peer.ask(op="about")
    outcome.versions[contender.key] = about["versions"]
    _check(contender, peer, about["rows"])
    for row in ROWS:
        if row in about["rows"]:
            peer.ask(op="load", row=row, path=files[row])
            peer.ask(op="run", row=row, seconds=outcome.plan.warm_up)
            outcome.cells[row, contender.key] = Cell()


def _check(contender: Contender, peer: Peer, rows: list[str]) -> None:
    """Let it accept a badge, refuse a changed one, and sign one that we accept."""
    badge = signed_badge(1)
    if not peer.ask(op="check", badge=dump_json(badge).decode())["accepted"]:
        raise Faulty(f"{contender.name} refuses a badge that holds")
    if peer.ask(op="check", badge=dump_json({**badge, "name": "Something else"}).decode())["accepted"]:
        raise Faulty(f"{contender.name} accepts a badge that was changed")
    if contender is FLOOR or "sign-one" not in rows:
        return
    signed = peer.ask(op="sample", badge=dump_json(unsigned_badge(1)).decode())["document"]
    key = public_key_from_did_key(signed["proof"]["verificationMethod"].partition("#")[0])
    verify_proof(signed, signed["proof"], public_key=key)


def _play_round(number: int, peers: dict[Contender, Peer], outcome: Outcome) -> None:
    for row in ROWS:
        # Each round begins with another one, so that nobody always comes after the same.
        order = list(peers.items())
        for contender, peer in order[number % len(order) :] + order[: number % len(order)]:
            cell = outcome.cell(row, contender.key)
            if cell is not None:
                found = peer.ask(op="run", row=row, seconds=outcome.plan.seconds)
                cell.seconds.append(found["processor"] / found["count"])


def _measure_first(contenders: list[Contender], documents: dict[str, Any], outcome: Outcome) -> None:
    badge = dump_json(signed_badge(1)).decode()
    for _ in range(outcome.plan.starts):
        for contender in contenders:
            if contender is FLOOR:
                continue
            with contender.start(documents) as peer:
                found = peer.ask(op="first", badge=badge)
            if not found["accepted"]:
                raise Faulty(f"{contender.name} refuses a badge that holds")
            outcome.cells.setdefault((FIRST, contender.key), Cell()).seconds.append(found["first"])
            outcome.imports.setdefault(contender.key, Cell()).seconds.append(found["import"])
