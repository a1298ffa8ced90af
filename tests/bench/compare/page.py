"""What was found, as a part of docs/performance.md; the rest of that page is left alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.bench.compare.contenders import CONTENDERS, OURS
from tests.bench.compare.figures import machine, micro, rate, times, versions_in_a_line
from tests.bench.compare.rounds import FIRST, ROWS, Outcome
from tests.bench.compare.volume import WORKERS, Volume

BEGIN, END = "<!-- comparison: begin -->", "<!-- comparison: end -->"


def put_into(page: Path, text: str) -> None:
    """Replace the part between our marks; when there are none, add it at the end."""
    whole = page.read_text(encoding="utf-8") if page.exists() else "# Performance\n"
    part = f"{BEGIN}\n\n{text}\n{END}"
    if BEGIN in whole and END in whole:
        before, _, rest = whole.partition(BEGIN)
        page.write_text(before + part + rest.partition(END)[2], encoding="utf-8")
    else:
        page.write_text(f"{whole.rstrip()}\n\n{part}\n", encoding="utf-8")


def as_markdown(outcome: Outcome, volumes: Sequence[Volume]) -> str:
    """Return the part."""
    return "\n".join(
        [
            *_introduction(outcome),
            *(line for row, title in ROWS.items() for line in _row(row, title, outcome)),
            *_first(outcome),
            *_volume(volumes, outcome),
            *_explanation(outcome),
        ]
    )


def _introduction(outcome: Outcome) -> Iterator[str]:
    plan = outcome.plan
    yield from [
        "## Beside other libraries",
        "",
        "Written by `make bench-compare`; do not edit this part by hand.",
        "",
        "![Badges a second on one core, of each library](performance.svg)",
        "",
        f"Measured on {datetime.now(UTC):%Y-%m-%d}: {machine()}.",
        f"The badge is an Open Badge 3.0 of {outcome.badge_bytes:,} bytes with an `eddsa-rdfc-2022` proof and a status"
        " entry, and what a school usually fills in.",
        f"Every contender gets the same {plan.badges:,} distinct badges of each sort, on one core, in {plan.rounds}"
        f" rounds of {plan.seconds:g} s turn by turn, after {plan.warm_up:g} s to warm up.",
        "The figures are medians of the processor's time for one badge, from its text to a yes, or from its JSON value"
        " to a signed one; the spread is largest less smallest round over the median.",
        f"The load of the machine was {outcome.load[0]:.2f} before and {outcome.load[1]:.2f} after.",
        "Before it is measured, each contender must accept a badge that holds, refuse a changed one, and sign one that"
        " ours accepts.",
        "",
    ]


def _row(row: str, title: str, outcome: Outcome) -> Iterator[str]:
    yield from [f"### {title}", "", "| | µs | a second | × floor | ours is faster by | spread |"]
    yield "|---|---:|---:|---:|---:|---:|"
    for contender in CONTENDERS:
        cell = outcome.cell(row, contender.key)
        if contender.key in outcome.missing and row in contender.rows:
            yield f"| {contender.name} | not installed | | | | |"
        elif cell is not None:
            name = f"**{contender.name}**" if contender is OURS else contender.name
            floor = times(outcome.ratio(row, contender.key, "floor"))
            ours = times(outcome.ratio(row, contender.key, OURS.key))
            yield (f"| {name} | {micro(cell.median)} | {rate(cell.median)} | {floor} | {ours} | {cell.spread:.0%} |")
    yield ""


def _first(outcome: Outcome) -> Iterator[str]:
    yield from [
        "### The first verification in a fresh process",
        "",
        "Milliseconds of the processor, median of "
        f"{outcome.plan.starts} processes; the contexts lie ready in memory for all but ours, which reads its own.",
        "",
        "| | import | first badge | ours is faster by |",
        "|---|---:|---:|---:|",
    ]
    for contender in CONTENDERS:
        cell = outcome.cell(FIRST, contender.key)
        if cell is not None:
            ratio = times(outcome.ratio(FIRST, contender.key, OURS.key))
            imported = outcome.imports[contender.key].median * 1e3
            yield f"| {contender.name} | {imported:.0f} | {cell.median * 1e3:.1f} | {ratio} |"
    yield ""


def _volume(volumes: Sequence[Volume], outcome: Outcome) -> Iterator[str]:
    if not volumes:
        return
    yield from [
        "### A file of many badges",
        "",
        f"Distinct badges from one file, through the whole pipeline in {WORKERS} processes, by the clock.",
        "",
        "| | badges | file | time | a second | memory of all processes |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for one in volumes:
        kind = "of one class" if one.one_class else "each of another class"
        yield (
            f"| {kind} | {one.badges:,} | {one.file_bytes / 1e6:,.0f} MB | **{one.seconds:.1f} s** | {one.rate:,.0f} |"
            f" {one.memory_bytes / 1e6:,.0f} MB |"
        )
    cell = outcome.cell("verify-one-class", "digital-bazaar")
    if cell is not None:
        minutes = cell.median * volumes[0].badges / WORKERS / 60
        yield ""
        yield (
            f"By the rate above, Digital Bazaar's would need {minutes:.1f} minutes on {WORKERS} cores for the proofs"
            " alone (reckoned, not measured)."
        )
    yield ""


def _explanation(outcome: Outcome) -> Iterator[str]:
    yield from ["### What each does", ""]
    for contender in CONTENDERS:
        missing = outcome.missing.get(contender.key)
        versions = outcome.versions.get(contender.key)
        tail = f"not installed: {missing}" if missing else versions_in_a_line(versions or {})
        yield f"- **{contender.name}**: {contender.does}. ({tail})"
    yield from [
        "",
        "Contexts are handed over before anything is timed, marked as unchanging where a library knows that, and every"
        " library has met them in the warm-up.",
        "Where a library resolves did:key, what it resolved is remembered.",
        "Each process is held on one core, threads of its own included; nothing reaches a network.",
        "Only ours uses that badges resemble each other. Those of other classes differ in the class, its address and"
        " the names of class and issuer, and have the same members filled in; no badge is met twice before all others"
        " have passed.",
        "",
    ]
