"""Batches as frozen values: a list of people who get one badge, and what became of each row."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

type BatchState = Literal["draft", "waiting", "running", "paused", "done", "cancelled"]
type RowState = Literal["good", "duplicate", "already_awarded", "incomplete", "invalid", "awarded"]

NOT_AWARDED: tuple[RowState, ...] = ("invalid", "incomplete", "duplicate", "already_awarded")
"""What a person must look at, the worst first."""


@dataclass(frozen=True, slots=True)
class Batch:
    """A list of people, checked row by row, that is awarded by a job."""

    id: str
    institution: str
    badge_class_id: str
    version: int
    name: str
    """Of the file."""
    state: BatchState
    created_at: datetime
    created_by: str
    delivery: Literal["wallet", "file"] = "wallet"
    with_tx_code: bool = False
    claim_days: int = 82
    """How long an offer can be accepted, counted from when it is made."""
    ignored: tuple[str, ...] = ()
    """Columns of the file that were not used."""
    start_at: datetime | None = None
    started_at: datetime | None = None
    started_by: str | None = None
    approved_by: str | None = None
    finished_at: datetime | None = None
    problem: str | None = None
    """The code of what made it pause by itself."""

    @property
    def award_batch(self) -> str:
        """Return the name that its awards carry: one award per recipient in it."""
        return f"csv:{self.id}"


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One row and its verdict."""

    batch_id: str
    number: int
    email: str = field(repr=False)
    name: str = field(repr=False)
    grade: str
    narrative: str = field(repr=False)
    evidence_url: str
    evidence_narrative: str = field(repr=False)
    state: RowState
    errors: tuple[dict[str, str], ...] = ()
    award_id: str | None = None
