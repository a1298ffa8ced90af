"""What was found, as tables in a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from tests.bench.compare.contenders import CONTENDERS, OURS
from tests.bench.compare.figures import CHANCE, machine, micro, rate, times, versions_in_a_line
from tests.bench.compare.rounds import FIRST, ROWS, Outcome
from tests.bench.compare.volume import Volume


def show(console: Console, outcome: Outcome, volumes: Sequence[Volume]) -> None:
    """Print everything."""
    for row, title in ROWS.items():
        console.print(_row_table(row, title, outcome))
    console.print(_first_table(outcome))
    for volume in volumes:
        kind = "of one class" if volume.one_class else "each of another class"
        console.print(
            f"[bold]{volume.badges:,}[/] distinct badges {kind}, whole pipeline on two cores: "
            f"[bold]{volume.seconds:.1f} s[/], {volume.rate:,.0f} a second, {volume.memory_bytes / 1e6:.0f} MB held"
        )
    for contender in CONTENDERS:
        if contender.key in outcome.missing:
            console.print(f"[yellow]{contender.name}: not installed[/] ({outcome.missing[contender.key]})")
    console.print(f"[dim]{machine()}. Load {outcome.load[0]:.2f} before, {outcome.load[1]:.2f} after.[/]")
    for name, versions in outcome.versions.items():
        console.print(f"[dim]{name}: {versions_in_a_line(versions)}[/]")


def _row_table(row: str, title: str, outcome: Outcome) -> Table:
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for heading in ("", "µs", "a second", "× floor", "ours is faster by", "spread"):
        table.add_column(heading, justify="left" if not heading else "right")
    for contender in CONTENDERS:
        cell = outcome.cell(row, contender.key)
        if contender.key in outcome.missing and row in contender.rows:
            table.add_row(f"[dim]{contender.name}[/]", "[dim]not installed[/]")
        elif cell is not None:
            name = f"[bold]{contender.name}[/]" if contender is OURS else contender.name
            table.add_row(
                name,
                micro(cell.median),
                rate(cell.median),
                times(outcome.ratio(row, contender.key, "floor")),
                times(outcome.ratio(row, contender.key, OURS.key)),
                f"[{'yellow' if cell.spread > CHANCE else 'dim'}]{cell.spread:.0%}[/]",
            )
    return table


def _first_table(outcome: Outcome) -> Table:
    title = "First verification in a fresh process (ms of the processor)"
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for heading in ("", "import", "first badge", "ours is faster by"):
        table.add_column(heading, justify="left" if not heading else "right")
    for contender in CONTENDERS:
        cell = outcome.cell(FIRST, contender.key)
        if cell is not None:
            imported = outcome.imports[contender.key].median
            ratio = times(outcome.ratio(FIRST, contender.key, OURS.key))
            table.add_row(contender.name, f"{imported * 1e3:.0f}", f"{cell.median * 1e3:.1f}", ratio)
    return table
