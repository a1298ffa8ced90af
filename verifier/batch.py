"""Verify any number of badges as one stream: what came of them in order, and a summary that can be read at any moment.

Reading is in `batch_inputs`, the processes in `batch_pool`, verifying in `batch_worker`, showing in `cli_batch`.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from verifier.batch_inputs import LineBlock, Work
from verifier.batch_pool import WorkerPool
from verifier.batch_worker import (
    UNREADABLE,
    Remark,
    RememberingSource,
    Tally,
    VerifySetup,
    json_line,
    not_checked,
)
from verifier.evidence import Absence, Evidence, EvidenceItem, EvidenceSource, Needs
from verifier.moments import format_moment
from verifier.report import Verdict

SUMMARY_FORMAT = "edubadges-batch/1"
MAX_NAMES_ONLINE = 2_000
"""How many different addresses one batch may send us to."""

EXIT_INTERRUPTED = 130
_EXIT_CODES = (
    (Verdict.BAD.value, 1),
    (Verdict.UNKNOWN.value, 3),
    (UNREADABLE, 4),
    (Verdict.ATTENTION.value, 2),
    (Verdict.OK.value, 0),
)
"""From the gravest to the best, in the order of `policy`. What cannot be read is an open question like what cannot be
checked, about less; so it comes after that and before a remark about a badge that is genuine."""
VERDICTS = tuple(verdict for verdict, _ in _EXIT_CODES)


@dataclass(slots=True)
class Summary:
    """What came of everything so far."""

    checked_at: datetime
    max_remarks: int
    verdicts: Counter[str] = field(default_factory=Counter)
    codes: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By check and code."""
    findings: Counter[str] = field(default_factory=Counter)
    """The codes that kept badges from the best verdict."""
    remarks: list[Remark] = field(default_factory=list)
    """The first badges that are not good, in order."""
    complete: bool = False
    """Whether everything that was named was taken in."""

    @property
    def badges(self) -> int:
        """How many there were."""
        return self.verdicts.total()

    @property
    def exit_code(self) -> int:
        """Return the exit code of the gravest outcome; of nothing at all, that of something unreadable."""
        return next((code for verdict, code in _EXIT_CODES if self.verdicts[verdict]), 4)

    def add(self, tally: Tally) -> None:
        """Take in what came of one block."""
        for kind, count in tally.kinds.items():
            self.verdicts[kind.verdict] += count
            for entry in kind.checks:
                self.codes[entry] += count
            for code in kind.findings:
                self.findings[code] += count
        self.remarks.extend(tally.remarks[: self.max_remarks - len(self.remarks)])

    def to_json(self) -> dict[str, object]:
        """Return the JSON form."""
        by_check: dict[str, dict[str, int]] = {}
        for (check, code), count in sorted(self.codes.items()):
            by_check.setdefault(check, {})[code] = count
        return {
            "format": SUMMARY_FORMAT,
            "complete": self.complete,
            "checked_at": format_moment(self.checked_at),
            "badges": self.badges,
            "verdicts": {verdict: self.verdicts[verdict] for verdict in VERDICTS},
            "codes": by_check,
            "findings": dict(self.findings.most_common()),
            "first_not_good": [remark._asdict() for remark in self.remarks],
        }


class Step(NamedTuple):
    """One block that was dealt with."""

    tally: Tally
    size: int
    """How many bytes of input it was."""


def verify_stream(
    work: Iterable[Work],
    setup: VerifySetup,
    *,
    workers: int | None = None,
    online: EvidenceSource | None = None,
    is_ready: Callable[[], bool] | None = None,
) -> Generator[Step, None, None]:
    """Yield what came of every block, in order, while later ones are being verified.

    A badge whose process ends is "cannot check now", with the code `worker-stopped`.

    Args:
        work: from `batch_inputs.read_work`; taken in as it is needed.
        setup: what the processes are told; with `online` set there, give `online` here.
        workers: how many processes; one for each core when not given.
        online: brings what the processes do not have, each document once for the whole run.
        is_ready: says whether there is more work without waiting for it; see `WorkerPool`.

    Raises:
        WorkersStop: processes end one after the other.
    """
    reply = _Replies(online).reply if online is not None else None
    with WorkerPool[Work, Tally](setup, workers=workers, reply=reply, is_ready=is_ready) as pool:
        for piece, tally in pool.map(work):
            yield Step(tally if tally is not None else _lost(piece, setup), piece.size)


def _lost(piece: Work, setup: VerifySetup) -> Tally:
    """Return the outcome of a block whose process ended."""
    kind = not_checked()
    tally = Tally()
    lines = []
    for name, data in piece.badges():
        tally.kinds[kind] += 1
        digest = hashlib.sha256(data).hexdigest() if isinstance(piece, LineBlock) else ""
        lines.append(json_line(name, digest, kind))
        if len(tally.remarks) < setup.max_remarks:
            tally.remarks.append(Remark(name, kind.verdict, kind.findings[0]))
    if setup.as_json:
        tally.lines = b"".join(lines)
    return tally


class _Replies:
    """Answers what processes ask from the network: every name once, and not more names than a batch needs."""

    def __init__(self, source: EvidenceSource) -> None:
        self._source = RememberingSource(_Counted(source))

    def reply(self, question: object) -> Evidence:
        if not isinstance(question, Needs):
            raise TypeError("a process asked for something else than evidence")
        return self._source.gather(question)


class _Counted:
    """Asks a source until there were too many names."""

    def __init__(self, source: EvidenceSource) -> None:
        self._source = source
        self._left = MAX_NAMES_ONLINE

    def gather(self, needs: Needs) -> Evidence:
        self._left -= len(needs)
        if self._left >= 0:
            return self._source.gather(needs)
        long_ago = datetime.min.replace(tzinfo=UTC)
        return Evidence.of(
            EvidenceItem(kind, name, "", long_ago, absence=Absence.REFUSED) for kind, name in needs.names()
        )
