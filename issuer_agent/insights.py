"""How many badges were awarded and collected, by class, group and month; never who shares or verifies them.

Badge classes with fewer than five awards are hidden and left out of every other number, so that none can be worked out
by taking the others away.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from issuer_agent.tables import awards, badge_class_versions, badge_classes
from issuer_agent.tables_issuing import credentials
from service_kit.database import begin

LEAST = 5
_ZONE = "Europe/Amsterdam"
_DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Figures:
    """What became of a group of awards."""

    awarded: int
    collected: int
    revoked: int
    days_to_collect: float | None = None
    """The median, of those that were collected."""

    @property
    def hidden(self) -> bool:
        """Say whether the group is too small to be shown."""
        return 0 < self.awarded < LEAST

    @property
    def rate(self) -> float | None:
        """Return which part was collected; None when nothing was awarded."""
        return self.collected / self.awarded if self.awarded else None


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """The figures of one badge class."""

    badge_class_id: str
    title: dict[str, str]
    unit: dict[str, str]
    figures: Figures


@dataclass(frozen=True, slots=True)
class Insight:
    """The figures of an institution over a period."""

    since: date
    until: date
    """The first day after the period."""
    months: list[tuple[date, Figures]]
    classes: list[ClassFigures]

    @property
    def total(self) -> Figures:
        """Return the sum of the classes that are shown."""
        return summed(item.figures for item in self.classes if not item.figures.hidden)

    def units(self, language: str) -> list[tuple[str, Figures]]:
        """Return the figures by faculty or school, of the classes that are shown."""
        groups: dict[str, list[Figures]] = {}
        for item in self.classes:
            if not item.figures.hidden:
                groups.setdefault(item.unit.get(language) or "–", []).append(item.figures)
        return sorted((name, summed(figures)) for name, figures in groups.items())


@dataclass(frozen=True, slots=True)
class Insights:
    """The question."""

    engine: sa.Engine

    def of_institution(self, slug: str, *, until: datetime, months: int = 12) -> Insight:
        """Return the figures of the last `months` calendar months up to and with that of `until`, in Dutch time."""
        last = date(until.year, until.month, 1)
        since, end = _months_before(last, months - 1), _months_before(last, -1)
        columns = awards.c
        month = sa.cast(sa.func.date_trunc("month", sa.func.timezone(_ZONE, columns.awarded_at)), sa.Date)
        here = (
            columns.institution == slug,
            columns.awarded_at >= sa.func.timezone(_ZONE, sa.cast(since, sa.DateTime())),
            columns.awarded_at < sa.func.timezone(_ZONE, sa.cast(end, sa.DateTime())),
        )
        source = awards.outerjoin(credentials, credentials.c.award_id == columns.id)
        by_class = (
            sa.select(columns.badge_class_id, *_counts())
            .select_from(source)
            .where(*here)
            .group_by(columns.badge_class_id)
        )
        with begin(self.engine) as connection:
            of_class = [(row.badge_class_id, _figures(row)) for row in connection.execute(by_class)]
            shown = [badge_class_id for badge_class_id, figures in of_class if not figures.hidden]
            by_month = sa.select(month.label("month"), *_counts()).select_from(source)
            by_month = by_month.where(*here, columns.badge_class_id.in_(shown)).group_by(sa.text("1"))
            found = {row.month: _figures(row) for row in connection.execute(by_month)}
            named = _names(connection, [badge_class_id for badge_class_id, _ in of_class])
        line = [_months_before(last, back) for back in reversed(range(months))]
        classes = [ClassFigures(key, *named[key], figures) for key, figures in of_class]
        return Insight(
            since,
            end,
            [(first, found.get(first, Figures(0, 0, 0))) for first in line],
            sorted(classes, key=lambda item: (-item.figures.awarded, item.badge_class_id)),
        )


def summed(groups: Iterable[Figures]) -> Figures:
    """Return the figures of groups together; a median of medians would say nothing, so there is none."""
    every = list(groups)
    return Figures(
        sum(item.awarded for item in every), sum(item.collected for item in every), sum(item.revoked for item in every)
    )


def _counts() -> list[sa.Label[Any]]:
    signed, awarded = credentials.c.signed_at, awards.c.awarded_at
    waited = sa.extract("epoch", signed - awarded)
    return [
        sa.func.count().label("awarded"),
        sa.func.count(signed).label("collected"),
        sa.func.count(awards.c.revoked_at).label("revoked"),
        sa.func.percentile_cont(0.5).within_group(waited).filter(signed.is_not(None)).label("waited"),
    ]


def _figures(row: sa.Row[Any]) -> Figures:
    waited = None if row.waited is None else max(0.0, float(row.waited)) / _DAY_S
    return Figures(row.awarded, row.collected, row.revoked, waited)


def _names(connection: sa.Connection, ids: Sequence[str]) -> dict[str, tuple[dict[str, str], dict[str, str]]]:
    content = badge_class_versions.c.content
    query = (
        sa.select(badge_classes.c.id, content["title"], content["unit"])
        .join_from(badge_classes, badge_class_versions)
        .where(badge_classes.c.id.in_(ids), badge_class_versions.c.version == badge_classes.c.current_version)
    )
    return {key: (dict(title or {}), dict(unit or {})) for key, title, unit in connection.execute(query)}


def _months_before(first: date, back: int) -> date:
    number = first.year * 12 + first.month - 1 - back
    return date(number // 12, number % 12 + 1, 1)
