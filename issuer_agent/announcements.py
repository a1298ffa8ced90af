"""What a use case says when something happened that somebody should hear of; who listens is decided in `app`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Literal

import sqlalchemy as sa

type News = Literal["award", "award_reminder", "award_revoked", "request_denied", "invitation", "list_done"]
type Announce = Callable[[sa.Connection, News, Sequence[str], datetime], None]
"""Called in the transaction that makes the news true, with the identifiers of what it is about and the moment."""


def to_nobody(_connection: sa.Connection, _news: News, _subjects: Sequence[str], _now: datetime) -> None:
    """Tell nobody."""
