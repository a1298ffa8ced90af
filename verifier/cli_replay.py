"""`edubadges replay`: ask the question of a saved report again, of what it rests on and nothing else.

Exit codes: 0 the same answer · 1 another answer · 4 not readable.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from vc_core.errors import EdubadgesError, MalformedInput
from vc_core.json_text import dump_json
from verifier.saved_report import MAX_SAVED_BYTES, Replay, replay
from verifier.terminal import clean, render_report
from verifier.texts import LANGUAGES, Audience

EXIT_OTHER = 1
EXIT_UNREADABLE = 4
_WORDS = {
    "en": {
        "same": "The same answer as then, from the same evidence.",
        "other": "Another answer than then, from the same evidence. Compare the versions of this program.",
        "place": "Where",
        "saved": "Then",
        "now": "Now",
    },
    "nl": {
        "same": "Hetzelfde antwoord als toen, uit dezelfde gegevens.",
        "other": "Een ander antwoord dan toen, uit dezelfde gegevens. Vergelijk de versies van dit programma.",
        "place": "Waar",
        "saved": "Toen",
        "now": "Nu",
    },
}


def replay_command(
    saved: Annotated[Path, typer.Argument(metavar="FILE", help="What `edubadges verify --save` wrote.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the outcome as JSON.")] = False,
    lang: Annotated[str, typer.Option("--lang", help="nl or en.")] = "en",
    audience: Annotated[Audience, typer.Option("--for", help="For whom the sentences are.")] = Audience.EMPLOYER,
) -> None:
    """Verify a saved report again: at its moment, with its evidence, without a network."""
    if lang not in LANGUAGES:
        raise typer.BadParameter("choose nl or en", param_hint="--lang")
    try:
        outcome = replay(_read(saved))
    except EdubadgesError as error:
        Console(highlight=False, stderr=True).print(
            f"[bold yellow]?[/] {escape(clean(error.detail))} ({escape(error.code)})"
        )
        raise typer.Exit(EXIT_UNREADABLE) from error
    if as_json:
        differences = [{"place": item.place, "saved": item.saved, "now": item.now} for item in outcome.differences]
        value = {"same": outcome.same, "differences": differences, "report": outcome.report.to_json()}
        sys.stdout.buffer.write(dump_json(value) + b"\n")
    else:
        _show(outcome, lang, audience)
    raise typer.Exit(0 if outcome.same else EXIT_OTHER)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_SAVED_BYTES + 1)
    except OSError as error:
        raise MalformedInput(f"This file cannot be opened: {path.name} ({error.strerror}).") from error


def _show(outcome: Replay, lang: str, audience: Audience) -> None:
    words, console = _WORDS[lang], Console(highlight=False)
    console.print(render_report(outcome.report, lang, audience, offline=True))
    if outcome.same:
        console.print(f"[bold green]✓[/] {words['same']}")
        return
    console.print(f"[bold red]✗[/] {words['other']}")
    table = Table(words["place"], words["saved"], words["now"], box=None, pad_edge=False)
    for item in outcome.differences:
        table.add_row(*(escape(clean(text)) for text in (item.place, item.saved, item.now)))
    console.print(table)
