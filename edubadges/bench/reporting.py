"""Show what was measured: a table in the terminal, and a page for the documentation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from edubadges.bench.measures import Measure, machine, measure_all


def run_bench(console: Console, write: Path | None) -> bool:
    """Measure, show, and return whether every goal is reached.

    Raises:
        EdubadgesError: a part did not work.
    """
    found = measure_all(lambda text: console.print(f"[dim]{text}[/]"))
    table = Table("", "What", "Measured", "Goal", "", box=SIMPLE_HEAD, pad_edge=False)
    for item in found:
        mark = "[green]✓[/]" if item.reached else "[bold red]✗[/]"
        table.add_row(mark, item.name, f"[bold]{item.shown}[/]", item.goal_shown, f"[dim]{item.remark}[/]")
    console.print(table)
    console.print(f"[dim]{machine()}; everything in one run.[/]")
    if write is not None:
        # What `tests.bench.compare` wrote below its mark stays.
        before = write.read_text(encoding="utf-8") if write.exists() else ""
        _, mark, rest = before.partition("<!-- comparison: begin -->")
        write.write_text(as_markdown(found) + (f"\n{mark}{rest}" if mark else ""), encoding="utf-8")
        console.print(f"Written to {write}")
    return all(item.reached for item in found)


def as_markdown(found: Sequence[Measure]) -> str:
    """Return the page."""
    lines = [
        "# Performance",
        "",
        "Written by `edubadges bench --write docs/performance.md`; do not edit by hand. All numbers come from one run",
        "on one machine. What matters are the ratios: they hold elsewhere too.",
        "",
        f"Measured on {datetime.now(UTC):%Y-%m-%d}: {machine()}.",
        "",
        "| What | Measured | Goal | Reached | |",
        "|---|---|---|---|---|",
        *(
            f"| {item.name} | {item.shown} | {item.goal_shown} | {'yes' if item.reached else 'no'} | {item.remark} |"
            for item in found
        ),
        "",
    ]
    return "\n".join(lines)
