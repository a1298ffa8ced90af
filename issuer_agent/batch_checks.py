"""The verdict on each row of a list, before anything is awarded: the same rules as for one award, said per row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from issuer_agent.award_rules import Grounds, Recipient, award_errors, missing_grounds
from issuer_agent.batch_records import BatchRow, RowState
from issuer_agent.csv_rows import SheetRow
from issuer_agent.records import BadgeClassVersion, Stack
from issuer_agent.stacks import HeldPart, standing


def row_of(batch_id: str, sheet_row: SheetRow, version: BadgeClassVersion) -> BatchRow:
    """Return a row of a file with the verdict that it can have by itself: good, incomplete or invalid."""
    row = BatchRow(
        batch_id=batch_id,
        number=sheet_row.number,
        email=sheet_row.email.strip().lower(),
        name=sheet_row.name.strip(),
        grade=sheet_row.grade,
        narrative=sheet_row.narrative,
        evidence_url=sheet_row.evidence_url,
        evidence_narrative=sheet_row.evidence_narrative,
        state="good",
    )
    return judged(row, version, text_errors=sheet_row.errors)


def judged(row: BatchRow, version: BadgeClassVersion, *, text_errors: Iterable[dict[str, str]] = ()) -> BatchRow:
    """Return the row with the verdict that it can have by itself."""
    recipient, grounds = Recipient(row.email, row.name), grounds_of(row)
    errors = [*text_errors, *award_errors(version, recipient, grounds)]
    missing = missing_grounds(version, grounds)
    state: RowState = "good" if not errors else "incomplete" if errors == missing else "invalid"
    return replace(row, state=state, errors=tuple(errors))


def mark_repeated(rows: Iterable[BatchRow], holders: Mapping[str, str]) -> list[BatchRow]:
    """Return the rows; good ones of who has the badge, or stands further up in the file, are marked as such.

    Args:
        rows: in the order of the file.
        holders: the awards of who has the badge, by address.
    """
    seen: set[str] = set()
    marked = []
    for row in rows:
        if row.state == "good" and row.email in holders:
            row = replace(row, state="already_awarded", award_id=holders[row.email])
        elif row.state == "good" and row.email in seen:
            row = replace(row, state="duplicate")
        elif row.state == "good":
            seen.add(row.email)
        marked.append(row)
    return marked


def mark_missing_parts(
    rows: Iterable[BatchRow], stack: Stack | None, held: Mapping[str, list[HeldPart]]
) -> list[BatchRow]:
    """Return the rows; good ones of who does not have the parts of a composed badge are marked as such."""
    if stack is None:
        return list(rows)
    error = {"pointer": "", "detail": "Parts of this badge are still missing."}
    return [
        replace(row, state="incomplete", errors=(error,))
        if row.state == "good" and not standing(stack, held.get(row.email, [])).complete
        else row
        for row in rows
    ]


def grounds_of(row: BatchRow) -> Grounds:
    """Return what the award of a row rests on."""
    return Grounds(
        grade=row.grade or None,
        narrative=row.narrative or None,
        evidence_url=row.evidence_url or None,
        evidence_narrative=row.evidence_narrative or None,
    )
