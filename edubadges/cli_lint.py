"""`edubadges lint`: what is wrong with a badge before it is signed, and what to do about it.

Exit codes: 0 nothing was found · 1 something was · 4 not readable.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from vc_core.errors import EdubadgesError, MalformedInput
from vc_core.json_text import dump_json, parse_json_object
from vc_core.model.lint import Finding, lint
from verifier.inputs import MAX_JSON_BYTES
from verifier.terminal import clean
from verifier.texts import LANGUAGES

EXIT_FOUND = 1
EXIT_UNREADABLE = 4
_NOTHING = {
    "en": "Nothing was found: other systems will read this.",
    "nl": "Niets gevonden: andere systemen kunnen dit lezen.",
}
_COUNTED = {"en": ("1 finding", "{} findings"), "nl": ("1 bevinding", "{} bevindingen")}


def lint_command(
    document: Annotated[str, typer.Argument(help="A file with a badge as JSON, signed or not; - for standard input.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
    lang: Annotated[str, typer.Option("--lang", help="nl or en.")] = "en",
) -> None:
    """Explain the mistakes in a badge, an endorsement or a learner record. Nothing is verified, nothing is changed."""
    if lang not in LANGUAGES:
        raise typer.BadParameter("choose nl or en", param_hint="--lang")
    try:
        findings = lint(parse_json_object(_read(document), max_bytes=MAX_JSON_BYTES))
    except EdubadgesError as error:
        Console(stderr=True, highlight=False).print(Text(f"? {clean(error.detail)} ({error.code})", style="yellow"))
        raise typer.Exit(EXIT_UNREADABLE) from error
    if as_json:
        sys.stdout.buffer.write(dump_json([_to_json(finding) for finding in findings]) + b"\n")
    else:
        _say(findings, lang)
    raise typer.Exit(EXIT_FOUND if findings else 0)


def _read(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read(MAX_JSON_BYTES + 1)
    try:
        with Path(name).open("rb") as file:
            return file.read(MAX_JSON_BYTES + 1)
    except OSError as error:
        raise MalformedInput(f"This file cannot be opened: {clean(name)} ({error.strerror}).") from error


def _to_json(finding: Finding) -> dict[str, str]:
    return {
        "pointer": finding.pointer,
        "code": finding.code,
        "detail": finding.detail,
        "detail_nl": finding.detail_nl,
    }


def _say(findings: list[Finding], lang: str) -> None:
    console = Console(highlight=False)
    if not findings:
        console.print(Text(f"✓ {_NOTHING[lang]}", style="green"))
        return
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 1, 0))
    table.add_column(overflow="fold", ratio=1)
    table.add_column(ratio=2)
    for finding in findings:
        sentence = finding.detail_nl if lang == "nl" and finding.detail_nl else finding.detail
        table.add_row(Text(clean(finding.pointer) or "/", style="bold"), Text(clean(sentence, 400)))
    one, many = _COUNTED[lang]
    console.print(table)
    console.print(Text(f"! {one if len(findings) == 1 else many.format(len(findings))}", style="bold yellow"))
