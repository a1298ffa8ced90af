"""`edubadges sign`: unsigned credentials in, one per line; signed ones out, in order.

Exit codes: 0 everything was signed · 1 something was not · 2 nothing was begun (the key, the output) · 130 stopped
before the end. The key comes from a file that only its owner can read, never from the command line.
"""

from __future__ import annotations

import contextlib
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, BinaryIO

import typer
from rich.console import Console
from rich.text import Text

from edubadges.signing import Destination, Signed, SignSetup, open_destination, sign_stream
from edubadges.signing_key import read_signing_key
from vc_core.errors import EdubadgesError, MalformedInput
from vc_core.json_text import dump_json
from vc_core.model.credential import parse_moment
from verifier.batch import EXIT_INTERRUPTED
from verifier.batch_bar import bar, uninterrupted
from verifier.batch_inputs import STANDARD_INPUT, measure, read_work
from verifier.batch_picture import number
from verifier.terminal import clean
from verifier.texts import LANGUAGES

EXIT_REFUSED = 1
EXIT_NOT_BEGUN = 2
MAX_SHOWN = 20
SUMMARY_FORMAT = "edubadges-signing/1"
_WORDS = {
    "en": ("Signing", "signed", "not signed", "Stopped before the end.", "and {} more lines; --json tells them all"),
    "nl": (
        "Ondertekenen",
        "ondertekend",
        "niet ondertekend",
        "Voor het einde gestopt.",
        "en nog {} regels; zie --json",
    ),
}


@dataclass(slots=True)
class _Run:
    """What was done so far, and how it is told."""

    lang: str
    as_json: bool
    report: BinaryIO
    """Where JSON lines go: standard output, unless the credentials go there."""
    signed: int = 0
    refused: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    shown: int = 0
    complete: bool = False

    def take(self, signed: Signed, where: str) -> None:
        """Count one line and tell what is wrong with it."""
        self.signed += bool(signed.document)
        self.refused += not signed.document
        self.codes.update({problem.code for problem in signed.problems})
        if self.as_json:
            line = {"name": signed.name, "signed": bool(signed.document)}
            problems = [problem._asdict() for problem in signed.problems]
            self.report.write(dump_json({**line, "out": where or None, "problems": problems}) + b"\n")
        elif signed.problems:
            self.shown += 1
            if self.shown <= MAX_SHOWN:
                self._show(signed)

    def _show(self, signed: Signed) -> None:
        console = Console(stderr=True, highlight=False)
        sign = ("!", "yellow") if signed.document else ("✗", "red")
        console.print(Text.assemble((f"{sign[0]} ", f"bold {sign[1]}"), clean(signed.name)), soft_wrap=True)
        for problem in signed.problems:
            place = f"{clean(problem.pointer)}  " if problem.pointer else ""
            console.print(Text.assemble(f"    {place}{problem.detail} ", (f"({problem.code})", "dim")), soft_wrap=True)

    def tell_end(self) -> None:
        """Say what came of it all."""
        if self.as_json:
            counts = {"signed": self.signed, "refused": self.refused, "problems": dict(self.codes.most_common())}
            self.report.write(dump_json({"format": SUMMARY_FORMAT, "complete": self.complete, **counts}) + b"\n")
            self.report.flush()
            return
        _, done, not_done, stopped, more = _WORDS[self.lang]
        text = Text()
        if self.shown > MAX_SHOWN:
            text.append(more.format(number(self.shown - MAX_SHOWN, self.lang)) + "\n", style="dim")
        if not self.complete:
            text.append(stopped + " ", style="bold yellow")
        text.append(f"✓ {number(self.signed, self.lang)} {done}", style="green")
        if self.refused:
            text.append(f"  ✗ {number(self.refused, self.lang)} {not_done}", style="red")
        Console(stderr=True, highlight=False).print(text)


def sign_command(
    credentials: Annotated[
        str, typer.Argument(metavar="FILE", help="Unsigned credentials, one per line; - for standard input.")
    ],
    key: Annotated[Path, typer.Option("--key", help="A private JWK or PEM that only you can read (chmod 600).")],
    verification_method: Annotated[
        str, typer.Option("--verification-method", help="The key's name: the issuer's identifier, #, and its fragment.")
    ],
    out: Annotated[
        str, typer.Option("--out", help="A new .jsonl file, a folder (one file per line), or - for standard output.")
    ],
    created: Annotated[str | None, typer.Option("--created", help="Time of the proofs. Default: now.")] = None,
    allow_findings: Annotated[
        bool, typer.Option("--allow-findings", help="Sign also what the linter has remarks about.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Tell what came of every line as a line of JSON.")] = False,
    lang: Annotated[str, typer.Option("--lang", help="nl or en.")] = "en",
    workers: Annotated[int | None, typer.Option("--workers", min=1, max=256, help="Default: every core.")] = None,
) -> None:
    """Sign many credentials with a key in a file: for test data, pilots and moving from elsewhere.

    Every credential is looked over first; one with mistakes is told and not signed. Nothing is overwritten.
    """
    if lang not in LANGUAGES:
        raise typer.BadParameter("choose nl or en", param_hint="--lang")
    run = _Run(lang, as_json, sys.stderr.buffer if out == STANDARD_INPUT else sys.stdout.buffer)
    try:
        setup = SignSetup.of(
            read_signing_key(key),
            verification_method=verification_method,
            created=_moment(created),
            allow_findings=allow_findings,
            lang=lang,
        )
        with _told_at_the_end(run), open_destination(out, sys.stdout.buffer) as destination:
            _sign_all(credentials, setup, destination, run, workers)
            run.complete = True
    except EdubadgesError as error:
        Console(stderr=True, highlight=False).print(Text.assemble(("✗ ", "bold red"), error.detail), soft_wrap=True)
        raise typer.Exit(EXIT_REFUSED if run.signed or run.refused else EXIT_NOT_BEGUN) from error
    except (KeyboardInterrupt, BrokenPipeError) as stopped:
        raise typer.Exit(EXIT_INTERRUPTED) from stopped
    raise typer.Exit(EXIT_REFUSED if run.refused or not run.signed else 0)


def _sign_all(credentials: str, setup: SignSetup, destination: Destination, run: _Run, workers: int | None) -> None:
    def total() -> int | None:
        return measure([credentials], lines=True)

    work = read_work([credentials], lines=True, standard_input=sys.stdin.buffer)
    verb, visible = _WORDS[run.lang][0], not (run.as_json and sys.stdout.isatty())
    with bar(verb, total, lang=run.lang, visible=visible) as moved:
        for block, size in sign_stream(work, setup, workers=workers):
            with uninterrupted():
                for signed in block:
                    run.take(signed, destination.put(signed) if signed.document else "")
            moved(run.signed + run.refused, size)


@contextlib.contextmanager
def _told_at_the_end(run: _Run) -> Iterator[None]:
    """Say what was done, however it ended, once something was done."""
    try:
        yield
    finally:
        if run.complete or run.signed or run.refused:
            run.tell_end()


def _moment(created: str | None) -> str:
    """Return the time of the proofs.

    Raises:
        MalformedInput: what was given is not a time with a zone.
    """
    if created is None:
        return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    try:
        parse_moment(created)
    except MalformedInput as error:
        raise MalformedInput("--created is a time with a zone, like 2026-11-23T12:00:00Z.") from error
    return created
