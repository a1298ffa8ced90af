"""What counts as a web address in badge classes, requests and awards; pure."""

from __future__ import annotations

from urllib.parse import urlsplit

MAX_URL = 2000


def is_web_address(text: str) -> bool:
    """Say whether this is an https address of reasonable length; nothing is fetched."""
    trimmed = text.strip()
    try:
        parts = urlsplit(trimmed)
    except ValueError:
        return False
    whole = len(trimmed) <= MAX_URL and parts.scheme == "https" and bool(parts.hostname)
    return whole and not any(character.isspace() or character in '<>"' for character in trimmed)
