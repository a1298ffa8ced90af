"""Find awards among a million: by words of a name or address, class, list and state; page by page, newest first."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import sqlalchemy as sa

from issuer_agent.records import Award
from issuer_agent.tables import awards
from issuer_agent.tables_issuing import credentials
from service_kit.database import begin

type AwardState = Literal["", "not_collected", "issued", "suspended", "revoked"]

PAGE = 50
# As in the index, or it is not used.
_WORDS = sa.func.to_tsvector(
    sa.literal_column("'simple'"),
    awards.c.recipient_name
    + sa.literal_column("' '")
    + sa.func.translate(awards.c.recipient_email, sa.literal_column("'@._+-'"), sa.literal_column("'     '")),
)


@dataclass(frozen=True, slots=True)
class AwardFilter:
    """What somebody looks for."""

    words: str = ""
    """The beginnings of words of a name or an address."""
    badge_class_id: str = ""
    batch_id: str = ""
    state: AwardState = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of awards ends."""

    awarded_at: datetime
    award_id: str

    def __str__(self) -> str:
        return f"{self.awarded_at.isoformat()}~{self.award_id}"


def read_place(text: str) -> Place | None:
    """Return the place that stands in an address; None where none stands, or what stands there is none."""
    moment, _, award_id = text.partition("~")
    try:
        found = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return Place(found, award_id) if found.tzinfo is not None and award_id else None


@dataclass(frozen=True, slots=True)
class AwardSearch:
    """The question."""

    engine: sa.Engine

    def find(
        self, institution: str, wanted: AwardFilter, *, after: Place | None = None, limit: int = PAGE
    ) -> tuple[list[Award], Place | None]:
        """Return awards of an institution, newest first, and where the next page begins; None at the end.

        Args:
            institution: whose.
            wanted: what to look for.
            after: where the page before ended.
            limit: of the page.
        """
        columns = awards.c
        query = sa.select(awards).where(columns.institution == institution, *_conditions(wanted))
        if after is not None:
            place = sa.tuple_(sa.literal(after.awarded_at), sa.literal(after.award_id))
            query = query.where(sa.tuple_(columns.awarded_at, columns.id) < place)
        query = query.order_by(columns.awarded_at.desc(), columns.id.desc()).limit(limit + 1)
        with begin(self.engine) as connection:
            found = [Award(**row) for row in connection.execute(query).mappings()]
        more = len(found) > limit
        page = found[:limit]
        return page, Place(page[-1].awarded_at, page[-1].id) if more else None


def _conditions(wanted: AwardFilter) -> list[sa.ColumnElement[bool]]:
    columns = awards.c
    found: list[sa.ColumnElement[bool]] = []
    words = re.findall(r"\w+", wanted.words.replace("_", " "))[:8]
    if words:
        asked = " & ".join(f"{word}:*" for word in words)
        found.append(_WORDS.op("@@")(sa.func.to_tsquery(sa.literal_column("'simple'"), asked)))
    if wanted.badge_class_id:
        found.append(columns.badge_class_id == wanted.badge_class_id)
    if wanted.batch_id:
        found += [columns.batch == f"csv:{wanted.batch_id}", columns.batch.like(sa.literal_column("'csv:%'"))]
    signed = sa.exists().where(credentials.c.award_id == columns.id, credentials.c.signed_at.is_not(None))
    match wanted.state:
        case "revoked":
            found.append(columns.revoked_at.is_not(None))
        case "suspended":
            found += [columns.suspended_at.is_not(None), columns.revoked_at.is_(None)]
        case "issued":
            found += [columns.revoked_at.is_(None), signed]
        case "not_collected":
            found += [columns.revoked_at.is_(None), ~signed]
        case _:
            pass
    return found
