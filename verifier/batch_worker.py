"""What one process of a batch does: verify a block of lines or a list of files, offline, remembering its evidence.

Giving out the work and writing down the answers are in `batch`; the verdicts are those of `verification`, unchanged.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from vc_core.errors import EdubadgesError
from vc_core.json_text import dump_json
from verifier.batch_inputs import LineBlock, Refused, Work, read_badge_file, shown
from verifier.evidence import Evidence, EvidenceItem, EvidenceKind, EvidenceSource, Needs
from verifier.evidence_store import EvidenceStore
from verifier.gathering import Named, gather, named_in
from verifier.inputs import Submission, parse_submission
from verifier.offline_source import OfflineSource
from verifier.policy import severity
from verifier.report import Report, Verdict
from verifier.verification import verify

UNREADABLE = "unreadable"
"""The verdict of what is no badge at all; it stands beside the four of `report.Verdict`."""
WORKER_STOPPED = "worker-stopped"
"""The code of a badge that was with a process that ended; nothing is known about it."""
UNANSWERED = "unanswered"
"""The code when a question was left open that no result speaks of."""

MAX_EVIDENCE_BYTES = 32_000_000
MAX_GATHERED = 2_000
_MAX_KINDS = 1_024


class Kind(NamedTuple):
    """What came of one badge, without its name: most badges of a batch are of one kind."""

    verdict: str
    """One of `report.Verdict`, or `unreadable`."""
    checks: tuple[tuple[str, str], ...] = ()
    """Check and code, in the order of the report; those of all badges in a presentation, one after the other."""
    findings: tuple[str, ...] = ()
    """The codes that kept it from the best verdict, those that decided first."""
    detail: str = ""
    """Technical remark in English, when nothing could be checked."""

    def to_json(self) -> dict[str, object]:
        """Return the JSON form."""
        if not self.checks:
            return {"verdict": self.verdict, "code": self.findings[0], "detail": self.detail}
        by_check: dict[str, list[str]] = {}
        for check, code in self.checks:
            by_check.setdefault(check, []).append(code)
        return {"verdict": self.verdict, "checks": by_check}


class Remark(NamedTuple):
    """One badge that is not good."""

    name: str
    verdict: str
    code: str


@dataclass(slots=True)
class Tally:
    """What came of a block."""

    kinds: Counter[Kind] = field(default_factory=Counter)
    remarks: list[Remark] = field(default_factory=list)
    """The first that are not good, up to the number that was asked for."""
    lines: bytes = b""
    """One JSON line for each badge, when those were asked for."""


@dataclass(frozen=True, slots=True)
class VerifySetup:
    """What every process of a batch is told."""

    store_folder: str
    now: datetime
    as_json: bool
    max_remarks: int
    online: bool = False
    """Whether what the process does not have yet is asked of the one that gives out the work."""

    def open(self, ask: Callable[[object], object]) -> BatchVerifier:
        """Return the process's verifier, its store open."""
        source: EvidenceSource = _Asking(ask)
        if not self.online:
            source = OfflineSource(EvidenceStore(Path(self.store_folder)), now=self.now)
        return BatchVerifier(self, RememberingSource(source))


class _Asking:
    """The evidence source of a process of an online batch: the other process has the network."""

    def __init__(self, ask: Callable[[object], object]) -> None:
        self._ask = ask

    def gather(self, needs: Needs) -> Evidence:
        """Return what the other process says."""
        found = self._ask(needs)
        if not isinstance(found, Evidence):
            raise TypeError("the answer is no evidence")
        return found


class RememberingSource:
    """Brings every document once: a batch leans on one state of the world, the one it met first.

    What is remembered is bounded in bytes; when it is too much, all is forgotten and brought again.
    """

    def __init__(self, source: EvidenceSource) -> None:
        self._source = source
        self._items: dict[tuple[EvidenceKind, str], EvidenceItem] = {}
        # Badges of one class need the same evidence; the same object then serves what is remembered about it.
        self._gathered: dict[Named, Evidence] = {}
        self._bytes = 0

    def gather(self, needs: Needs) -> Evidence:
        """Return one item for each need."""
        known = Evidence({name: self._items[name] for name in needs.names() if name in self._items})
        missing = needs.without(known)
        if not len(missing):
            return known
        found = self._source.gather(missing)
        for item in found:
            self._keep(item)
        return known.merged(found)

    def evidence_for(self, submission: Submission) -> Evidence:
        """Return everything a submission needs, as `gathering.gather` would."""
        named = named_in(submission)
        found = self._gathered.get(named)
        if found is None:
            found = gather(submission, self)
            if len(self._gathered) >= MAX_GATHERED:
                self._gathered.clear()
            self._gathered[named] = found
        return found

    def _keep(self, item: EvidenceItem) -> None:
        size = 500 + len(item.name) + len(dump_json(item.content))
        if self._bytes + size > MAX_EVIDENCE_BYTES:
            self._items.clear()
            self._gathered.clear()
            self._bytes = 0
        self._items[(item.kind, item.name)] = item
        self._bytes += size


class BatchVerifier:
    """Verifies block after block with one moment and one source."""

    def __init__(self, setup: VerifySetup, source: RememberingSource) -> None:
        self._now = setup.now
        self._as_json = setup.as_json
        self._max_remarks = setup.max_remarks
        self._source = source
        self._outcomes: dict[tuple[str, ...], _Outcome] = {}

    def __call__(self, block: Work) -> Tally:
        """Return what came of a block."""
        tally = Tally()
        lines: list[bytes] = []
        met: list[_Outcome] = []
        for name, digest, outcome in self._answers(block):
            if not outcome.count:
                met.append(outcome)
            outcome.count += 1
            if self._as_json:
                lines.append(b'{"name":%b,"sha256":"%b",%b' % (dump_json(name), digest.encode(), outcome.tail))
            if outcome.kind.findings and len(tally.remarks) < self._max_remarks:
                tally.remarks.append(Remark(name, outcome.kind.verdict, outcome.kind.findings[0]))
        for outcome in met:
            tally.kinds[outcome.kind] += outcome.count
            outcome.count = 0
        tally.lines = b"".join(lines)
        return tally

    def _answers(self, block: Work) -> Iterator[tuple[str, str, _Outcome]]:
        if isinstance(block, LineBlock):
            for name, data in block.badges():
                yield name, *self.check(data)
            return
        if isinstance(block, Refused):
            yield block.name, block.sha256, self._unreadable(block.code, block.detail)
            return
        for path, folder in block.files:
            try:
                data = read_badge_file(path, folder)
            except EdubadgesError as error:
                yield shown(path), "", self._unreadable(error.code, error.detail)
                continue
            yield shown(path), *self.check(data)

    def check(self, data: bytes) -> tuple[str, _Outcome]:
        """Return the SHA-256 and the outcome of one badge as it came."""
        try:
            submission = parse_submission(data)
            report = verify(submission, self._source.evidence_for(submission), now=self._now)
        except EdubadgesError as error:
            return hashlib.sha256(data).hexdigest(), self._unreadable(error.code, error.detail)
        return submission.sha256, self._of_report(report)

    def _of_report(self, report: Report) -> _Outcome:
        results = report.credentials[0].checks if len(report.credentials) == 1 else report.results
        key = (report.verdict, *[result.code for result in results])
        found = self._outcomes.get(key)
        if found is None:
            checks = tuple((result.check.value, result.code.value) for result in results)
            found = self._remember(key, Kind(report.verdict.value, checks, _findings(report)))
        return found

    def _unreadable(self, code: str, detail: str) -> _Outcome:
        key = (UNREADABLE, code, detail)
        return self._outcomes.get(key) or self._remember(key, unreadable(code, detail))

    def _remember(self, key: tuple[str, ...], kind: Kind) -> _Outcome:
        if len(self._outcomes) >= _MAX_KINDS:
            self._outcomes.clear()
        found = self._outcomes[key] = _Outcome(kind)
        return found


class _Outcome:
    """One kind of outcome, ready to be written down, and how often it was met in this block."""

    __slots__ = ("count", "kind", "tail")

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.tail = dump_json(kind.to_json())[1:] + b"\n"
        self.count = 0


def unreadable(code: str, detail: str) -> Kind:
    """Return the outcome of something in which there is no badge."""
    return Kind(UNREADABLE, (), (code,), detail)


def not_checked() -> Kind:
    """Return the outcome of a badge about which nothing is known, because the process that held it ended."""
    return Kind(Verdict.UNKNOWN.value, (), (WORKER_STOPPED,), "The process that held this badge ended.")


def json_line(name: str, digest: str, kind: Kind) -> bytes:
    """Return the line of one badge, as a process writes it."""
    return dump_json({"name": name, "sha256": digest, **kind.to_json()}) + b"\n"


def _findings(report: Report) -> tuple[str, ...]:
    """Return the codes that matter, each once; a verdict for want of an answer has none, and says `unanswered`."""
    weighed = [(severity(result), result.code.value) for result in report.results]
    deciding = [code for weight, code in weighed if weight is report.verdict]
    others = [code for weight, code in weighed if weight not in {report.verdict, Verdict.OK}]
    if report.verdict is Verdict.OK:
        return ()
    return tuple(dict.fromkeys([*deciding, *others])) or (UNANSWERED,)
