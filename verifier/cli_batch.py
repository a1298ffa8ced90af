"""`edubadges verify` for many badges: folders, several files, and files with one badge per line.

Exit codes, from the gravest: 1 do not trust · 3 cannot check now · 4 not readable · 2 genuine, with remarks · 0 genuine
and valid. One badge decides: the gravest of them all gives the code. 130: stopped before the end, by Ctrl-C or because
nobody reads the output any more; the summary then says what was done so far.
"""

from __future__ import annotations

import contextlib
import io
import os
import select
import sys
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from vc_core.errors import MalformedInput
from vc_core.json_text import dump_json
from verifier.batch import EXIT_INTERRUPTED, Summary, verify_stream
from verifier.batch_bar import Moved, bar, uninterrupted
from verifier.batch_inputs import STANDARD_INPUT, measure, read_work
from verifier.batch_picture import render_summary
from verifier.batch_pool import WorkersStop
from verifier.batch_worker import VerifySetup
from verifier.evidence import EvidenceSource
from verifier.report import Verdict

DEFAULT_SHOWN = 10
_VERB = {"en": "Checking", "nl": "Controleren"}


@dataclass(frozen=True, slots=True)
class BatchOptions:
    """What was asked for on the command line."""

    paths: Sequence[str]
    lines: bool
    """Whether every file holds one badge per line, whatever it is called."""
    as_json: bool
    lang: str
    show: int
    """How many of the badges that are not good are listed."""
    workers: int | None


def verify_many(options: BatchOptions, store: Path, online: EvidenceSource | None, *, now: datetime) -> int:
    """Verify everything that is named, say what came of it, and return the exit code.

    Without `online` only the evidence in the store is used.

    Raises:
        MalformedInput: there is nothing to check.
    """
    summary = Summary(now, options.show)
    started = time.perf_counter()
    end = _End.INTERRUPTED
    try:
        end = _verify_all(options, store, online, summary)
    except KeyboardInterrupt:
        pass  # what was done so far is said below
    except WorkersStop as error:
        end = _End.WORKERS_STOP
        Console(stderr=True, highlight=False).print(f"[bold red]✗[/] {escape(error.title)}. {escape(error.detail)}")
    summary.complete = end is _End.ALL
    _say(summary, options, time.perf_counter() - started, reader_left=end is _End.READER_LEFT)
    if end is _End.ALL and not summary.badges:
        raise MalformedInput("There is no badge in what was named: no JSON, JWT, PNG or SVG file, and no line.")
    if end is _End.WORKERS_STOP:
        return 1 if summary.verdicts[Verdict.BAD.value] else 3
    return summary.exit_code if end is _End.ALL else EXIT_INTERRUPTED


class _End(Enum):
    """How a batch ended."""

    ALL = auto()
    INTERRUPTED = auto()
    READER_LEFT = auto()
    WORKERS_STOP = auto()


def _verify_all(options: BatchOptions, store: Path, online: EvidenceSource | None, summary: Summary) -> _End:
    setup = VerifySetup(str(store), summary.checked_at, options.as_json, options.show, online is not None)
    work = read_work(options.paths, lines=options.lines, standard_input=sys.stdin.buffer)
    # Whoever feeds us through a pipe may wait for an answer before going on.
    is_ready = _input_is_ready if list(options.paths) == [STANDARD_INPUT] else None
    steps = verify_stream(work, setup, workers=options.workers, online=online, is_ready=is_ready)
    with contextlib.closing(steps), _bar(options) as moved:
        for step in steps:
            with uninterrupted():
                if not _write(step.tally.lines):
                    return _End.READER_LEFT
                summary.add(step.tally)
            moved(summary.badges, step.size)
    return _End.ALL


def _input_is_ready() -> bool:
    try:
        return bool(select.select([sys.stdin.buffer], [], [], 0)[0])
    except (OSError, ValueError):  # not something that can be waited for
        return True


def _write(data: bytes) -> bool:
    """Write to standard output at once; say whether anybody reads it still."""
    try:
        if data:
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
    except BrokenPipeError:
        return False
    return True


def _say(summary: Summary, options: BatchOptions, seconds: float, *, reader_left: bool) -> None:
    """Give the summary: on standard output, or on the other one when nobody reads the first."""
    if reader_left:
        _let_go_of_output()
    if options.as_json:
        line = dump_json({**summary.to_json(), "seconds": round(seconds, 3)}) + b"\n"
        stream = sys.stderr.buffer if reader_left else sys.stdout.buffer
        try:
            stream.write(line)
            stream.flush()
        except BrokenPipeError:
            _let_go_of_output()
        return
    if summary.badges or not summary.complete:
        Console(highlight=False, stderr=reader_left).print(render_summary(summary, options.lang, seconds=seconds))


def _let_go_of_output() -> None:
    """Point standard output at nothing, so that the interpreter does not stumble over it when it ends."""
    try:
        descriptor = sys.stdout.fileno()
    except (OSError, io.UnsupportedOperation):
        return
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, descriptor)
    os.close(nothing)


def _bar(options: BatchOptions) -> AbstractContextManager[Moved]:
    visible = not (options.as_json and sys.stdout.isatty())  # a bar would run through the lines
    return bar(
        _VERB[options.lang], lambda: measure(options.paths, lines=options.lines), lang=options.lang, visible=visible
    )
