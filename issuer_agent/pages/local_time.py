"""The time that people type and read; moments are kept in UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

HERE = ZoneInfo("Europe/Amsterdam")


def read_local(text: str) -> datetime:
    """Return the moment that a field for date and time gives. Raises ValueError when it is no such moment."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=HERE)).astimezone(UTC)


def here(moment: datetime) -> datetime:
    """Return the moment in the time of the people who read it."""
    return moment.astimezone(HERE)


def for_field(moment: datetime) -> str:
    """Return the moment as a field for date and time shows it."""
    return here(moment).strftime("%Y-%m-%dT%H:%M")
