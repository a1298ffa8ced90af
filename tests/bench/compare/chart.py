"""Two bar charts in one SVG, without a library; it follows the light or dark colours of the reader."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from tests.bench.compare.contenders import CONTENDERS, FLOOR, OURS, Contender
from tests.bench.compare.figures import rate, times
from tests.bench.compare.rounds import Outcome

PANELS = {
    "verify-one-class": "Verify a proof: badges a second, one core",
    "sign-cohort": "Sign a cohort: badges a second, one core",
}
_WIDTH, _LEFT, _BARS = 820, 150, 450
_LINE, _BAR, _HEAD, _GAP = 30, 18, 44, 26
_LEAST = 1.5
"""A bar is never thinner than this, or it would not be seen."""
_STYLE = """
  text { font: 14px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; fill: #1f2328; }
  .title { font-size: 16px; font-weight: 600; }
  .quiet { fill: #59636e; }
  .ours { fill: #0a6e4a; } .other { fill: #8a94a0; }
  .floor { fill: none; stroke: #8a94a0; stroke-dasharray: 4 3; }
  .strong { font-weight: 600; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; } .quiet { fill: #9198a1; }
    .ours { fill: #3fb98a; } .other { fill: #6e7681; } .floor { stroke: #9198a1; }
  }
"""


def as_svg(outcome: Outcome) -> str:
    """Return the picture; the bars are linear, so their lengths are to be believed."""
    parts: list[str] = []
    top = 8
    for row, title in PANELS.items():
        found = [contender for contender in CONTENDERS if outcome.cell(row, contender.key) is not None]
        parts.extend(_panel(row, title, found, outcome, top))
        top += _HEAD + _LINE * len(found) + _GAP
    told = "; ".join(_told(row, title, outcome) for row, title in PANELS.items())
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {top}" width="{_WIDTH}" height="{top}" '
        f'role="img" aria-labelledby="title desc">\n<title id="title">Badges a second of each library</title>\n'
        f'<desc id="desc">{escape(told)}</desc>\n<style>{_STYLE}</style>\n' + "\n".join(parts) + "\n</svg>\n"
    )


def _panel(row: str, title: str, found: list[Contender], outcome: Outcome, top: int) -> Iterator[str]:
    yield f'<text class="title" x="8" y="{top + 20}">{escape(title)}</text>'
    best = max((1 / cell.median for one in found if (cell := outcome.cell(row, one.key))), default=1.0)
    for place, contender in enumerate(found):
        cell = outcome.cell(row, contender.key)
        assert cell is not None
        y = top + _HEAD + place * _LINE
        width = max(_LEAST, _BARS / cell.median / best)
        kind = "floor" if contender is FLOOR else "ours" if contender is OURS else "other"
        strong = " strong" if contender is OURS else ""
        name = escape(contender.name)
        yield f'<text class="name{strong}" x="{_LEFT - 10}" y="{y + 14}" text-anchor="end">{name}</text>'
        yield f'<rect class="{kind}" x="{_LEFT}" y="{y}" width="{width:.1f}" height="{_BAR}" rx="2"/>'
        x = _LEFT + width + 8
        yield (
            f'<text class="{strong.strip() or "quiet"}" x="{x:.1f}" y="{y + 14}">'
            f"{escape(_label(row, contender, outcome))}</text>"
        )


def _label(row: str, contender: Contender, outcome: Outcome) -> str:
    cell = outcome.cell(row, contender.key)
    assert cell is not None
    figure = rate(cell.median)
    if contender is OURS:
        return figure
    if contender is FLOOR:
        return f"{figure}, the arithmetic alone"
    return f"{figure}, ours is {times(outcome.ratio(row, contender.key, OURS.key))} as fast"


def _told(row: str, title: str, outcome: Outcome) -> str:
    figures = [
        f"{contender.name} {rate(cell.median)}"
        for contender in CONTENDERS
        if (cell := outcome.cell(row, contender.key)) is not None
    ]
    return f"{title}: {', '.join(figures)}"
