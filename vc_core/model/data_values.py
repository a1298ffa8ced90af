"""Say what is wrong with one value of the VC Data Model 2.0: URLs, types, moments, words, encodings.

Each reader takes any JSON value and gives a sentence, or None when the value is fine. Where such a value may stand is
in `model.data_model`.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from vc_core.json_text import JsonValue

MAX_URL = 2_048
MAX_TEXT = 100_000
MAX_DATA_URL = 1_000_000
MAX_TYPES = 100

# An absolute URL as RDF can write it: a scheme, and no character that would have to be escaped.
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\\x7f]+")
_DATA_URL = re.compile(r"data:[A-Za-z0-9.+-]+/[A-Za-z0-9.+-]+(?:;[A-Za-z0-9=._+-]+){0,8},\S+")
# VCDM 2.0, 4.9.1: the pattern of the Recommendation, without years of five digits and before year 0
_MOMENT = re.compile(
    r"(?!0000)[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
    r"T(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,18})?|24:00:00(?:\.0{1,18})?)"
    r"(Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))?"
)
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8}){0,8}")  # BCP 47, well-formed
_DIRECTIONS = frozenset({"ltr", "rtl"})
_DIGEST_SRI = re.compile(r"sha(?:256|384|512)-[A-Za-z0-9+/_-]{40,200}={0,2}(?:\?\S*)?")  # Subresource Integrity, 3.5
_MULTIBASE = {
    "z": re.compile(r"z[1-9A-HJ-NP-Za-km-z]+"),
    "u": re.compile(r"u[A-Za-z0-9_-]+"),
}


def wrong_url(value: JsonValue) -> str | None:
    """Say why this is not one absolute URL (4.4)."""
    if isinstance(value, str) and len(value) <= MAX_URL and _URL.fullmatch(value):
        return None
    return "One absolute URL must stand here."


def wrong_data_url(value: JsonValue) -> str | None:
    """Say why this is not a `data:` URL with something in it (4.13.1)."""
    if isinstance(value, str) and len(value) <= MAX_DATA_URL and _DATA_URL.fullmatch(value):
        return None
    return "A data: URL with the secured document must stand here."


def wrong_types(value: JsonValue) -> str | None:
    """Say why these are not one or more terms or absolute URLs (4.5)."""
    names = value if isinstance(value, list) else [value]
    if not 0 < len(names) <= MAX_TYPES:
        return "At least one type must stand here."
    for name in names:
        if not isinstance(name, str) or not name or len(name) > MAX_URL:
            return "A type must be text."
        if ":" in name and wrong_url(name):
            return "A type must be a term or an absolute URL."
    return None


def wrong_text(value: JsonValue) -> str | None:
    """Say why this is not a text that says something."""
    return None if isinstance(value, str) and 0 < len(value) <= MAX_TEXT else "A text must stand here."


def wrong_words(value: JsonValue) -> str | None:
    """Say why this is neither text nor a language value object (4.6 and 11.1)."""
    if isinstance(value, str):
        return None
    if not isinstance(value, dict) or not isinstance(value.get("@value"), str):
        return "A text or a language value object must stand here."
    if not value.keys() <= {"@value", "@language", "@direction"}:
        return "A language value object has only @value, @language and @direction."
    language = value.get("@language", "en")
    if not isinstance(language, str) or not _LANGUAGE.fullmatch(language):
        return "@language must be a language tag."
    direction = value.get("@direction", "ltr")
    return None if isinstance(direction, str) and direction in _DIRECTIONS else "@direction must be ltr or rtl."


def wrong_date_time_stamp(value: JsonValue) -> str | None:
    """Say why this is not an xsd:dateTimeStamp (4.9): a moment with its zone."""
    match = _moment(value)
    return None if match is not None and match[1] else "A date and time with a zone must stand here."


def wrong_date_time(value: JsonValue) -> str | None:
    """Say why this is not a moment; one without a zone is read as UTC (VC Data Integrity 1.0, 2.1)."""
    return None if _moment(value) is not None else "A date and time must stand here."


def read_date_time_stamp(value: JsonValue) -> datetime | None:
    """Return the moment, for comparing; None when it is not one, or lies beyond what can be compared."""
    match = _moment(value)
    if match is None:
        return None
    return _calendar(match.string)


def wrong_digest(value: JsonValue) -> str | None:
    """Say why this is not a digest in the form of Subresource Integrity (5.3)."""
    if isinstance(value, str) and len(value) <= MAX_URL and all(map(_DIGEST_SRI.fullmatch, value.split(" "))):
        return None
    return "A digest like sha384-… must stand here."


def wrong_multibase(value: JsonValue) -> str | None:
    """Say why this is not a value in base58btc or base64url with its header (Controlled Identifiers 1.0, 2.4)."""
    if isinstance(value, str) and len(value) <= MAX_TEXT:
        pattern = _MULTIBASE.get(value[:1])
        if pattern is not None and pattern.fullmatch(value):
            return None
    return "A multibase value, beginning with z or u, must stand here."


def _moment(value: JsonValue) -> re.Match[str] | None:
    if not isinstance(value, str) or len(value) > 50:
        return None
    match = _MOMENT.fullmatch(value)
    return match if match is not None and _calendar(value) is not None else None


def _calendar(text: str) -> datetime | None:
    """Return the moment when the calendar has such a day; 24:00:00 is the beginning of the next."""
    try:
        zoned = text if text[-1] == "Z" or text[-6] in "+-" else text + "Z"
        moment = datetime.fromisoformat(zoned.replace("T24:", "T00:"))
        return moment + timedelta(days=1) if "T24:" in text else moment
    except (ValueError, OverflowError):
        return None
