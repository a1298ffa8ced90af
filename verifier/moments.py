"""Read and write moments: aware datetimes inside, RFC 3339 text outside.

No clock is read here.
"""

from __future__ import annotations

import functools
import re
from datetime import UTC, datetime

# XML Schema dateTimeStamp, as VCDM 2.0 (4.9) asks; a missing zone is read as UTC (VC Data Integrity, 2.1).
_MOMENT = re.compile(r"(-?\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)?")


def read_moment(text: object) -> datetime:
    """Return the moment a text names.

    Raises:
        ValueError: not a date-time of XML Schema within the years 1 to 9999.
    """
    if not isinstance(text, str) or len(text) > 40:
        raise ValueError("not a moment")
    return _read(text)


@functools.lru_cache(maxsize=1_024)  # the badges of one class share their dates
def _read(text: str) -> datetime:
    match = _MOMENT.fullmatch(text)
    if match is None or not text.isascii():
        raise ValueError("not a moment")
    fraction = (match.group(7) or ".0")[:7]
    plain = text[: match.start(7)] if match.group(7) else text[: match.start(8)] if match.group(8) else text
    zone = (match.group(8) or "Z").replace("Z", "+00:00")
    try:
        return datetime.fromisoformat(plain + fraction.ljust(7, "0") + zone).astimezone(UTC)
    except OverflowError as error:
        raise ValueError("not a moment") from error


def format_moment(moment: datetime) -> str:
    """Return the RFC 3339 text of a moment, in UTC, with a fraction only when there is one."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
