"""Insights: a picture of what was awarded and collected, the table behind it, and both as a file."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from babel.dates import format_date
from fastapi import APIRouter, Query, Request
from markupsafe import Markup, escape
from starlette.responses import Response

from issuer_agent.csv_rows import write_sheet
from issuer_agent.insights import LEAST, Figures, Insight
from issuer_agent.pages.local_time import here
from issuer_agent.pages.visiting import Visiting
from issuer_agent.service import Issuer, now
from service_kit.pages import language_of

PERIODS = (3, 6, 12, 36)
type Months = Annotated[int, Query(ge=1, le=60)]
_HEIGHT, _STEP, _BAR, _FOOT = 160, 56, 18, 34


def router(issuer: Issuer, visiting: Visiting) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(prefix="/staff")

    @routes.get("/{slug}/insights")
    def insights(request: Request, slug: str, months: Months = 12) -> Response:
        visiting.staff(request, "view", slug)
        language = language_of(request)
        found = issuer.insights.of_institution(slug, until=here(now()), months=months)
        return visiting.render(
            request,
            "insights.html",
            slug=slug,
            found=found,
            units=found.units(language),
            chart=chart(found, language),
            month=lambda first: month_name(first, language),
            months=months,
            periods=PERIODS,
        )

    @routes.get("/{slug}/insights.csv")
    def download(request: Request, slug: str, months: Months = 12) -> Response:
        visiting.staff(request, "view", slug)
        found = issuer.insights.of_institution(slug, until=here(now()), months=months)
        headers = {"Content-Disposition": 'attachment; filename="insights.csv"', "Cache-Control": "no-store"}
        return Response(_sheet(found, language_of(request)), media_type="text/csv; charset=utf-8", headers=headers)

    return routes


def month_name(first: date, language: str) -> str:
    """Return "nov 2026"."""
    return format_date(first, format="MMM y", locale=language)


def chart(found: Insight, language: str) -> Markup:
    """Return two bars for each month: awarded, and collected of these. The table beside it says the same in numbers."""
    most = max((figures.awarded for _, figures in found.months if not figures.hidden), default=0) or 1
    width = _STEP * len(found.months) + 8
    parts = []
    for place, (first, figures) in enumerate(found.months):
        left = place * _STEP + 8
        shown = Figures(0, 0, 0) if figures.hidden else figures
        for offset, (kind, value) in enumerate((("awarded", shown.awarded), ("collected", shown.collected))):
            height = round(_HEIGHT * value / most)
            x = left + offset * (_BAR + 2)
            y = 20 + _HEIGHT - height
            parts.append(f'<rect class="bar-{kind}" x="{x}" y="{y}" width="{_BAR}" height="{height}" rx="3"/>')
        label = f"<{LEAST}" if figures.hidden else str(figures.awarded) if figures.awarded else ""
        top = 14 + _HEIGHT - round(_HEIGHT * shown.awarded / most)
        parts.append(f'<text class="bar-number" x="{left + _BAR}" y="{top}">{escape(label)}</text>')
        name = format_date(first, format="MMM", locale=language)
        parts.append(f'<text class="bar-name" x="{left + _BAR}" y="{_HEIGHT + 40}">{escape(name)}</text>')
    size = f"0 0 {width} {_HEIGHT + 20 + _FOOT}"
    return Markup(f'<svg class="chart" viewBox="{size}" width="{width}" aria-hidden="true">{"".join(parts)}</svg>')  # noqa: S704 - numbers, and names that were escaped


def _sheet(found: Insight, language: str) -> bytes:
    rows = [[month_name(first, "en"), "", "", *_cells(figures)] for first, figures in found.months]
    rows += [
        ["", item.title.get(language) or "", item.unit.get(language) or "", *_cells(item.figures)]
        for item in found.classes
    ]
    return write_sheet(["month", "badge", "unit", "awarded", "collected", "revoked", "median days to collect"], rows)


def _cells(figures: Figures) -> list[str]:
    if figures.hidden:
        return ["<5", "", "", ""]
    days = "" if figures.days_to_collect is None else f"{figures.days_to_collect:.1f}"
    return [str(figures.awarded), str(figures.collected), str(figures.revoked), days]
