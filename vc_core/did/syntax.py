"""Syntax of DIDs and DID URLs (DID Core 1.0, 3.1 and 3.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from vc_core.errors import DidError

MAX_DID_URL = 2_048

_ID_CHARACTER = r"(?:[A-Za-z0-9._-]|%[0-9A-Fa-f]{2})"
_DID = re.compile(rf"did:([a-z0-9]+):((?:{_ID_CHARACTER}*:)*{_ID_CHARACTER}+)")
_DID_URL = re.compile(
    rf"(did:[a-z0-9]+:(?:{_ID_CHARACTER}*:)*{_ID_CHARACTER}+)(/[^?#\s]*)?(?:\?([^#\s]*))?(?:#([A-Za-z0-9._~!$&'()*+,;=:@/?%-]*))?"
)


@dataclass(frozen=True, slots=True)
class DidUrl:
    """A DID URL in its parts."""

    did: str
    path: str = ""
    query: str | None = None
    fragment: str | None = None

    def __str__(self) -> str:
        query = "" if self.query is None else f"?{self.query}"
        fragment = "" if self.fragment is None else f"#{self.fragment}"
        return f"{self.did}{self.path}{query}{fragment}"

    @property
    def method(self) -> str:
        """The DID method, `key` or `web` for example."""
        return self.did.split(":", 2)[1]


def parse_did(text: object) -> str:
    """Return `text` when it is a DID without path, query or fragment.

    Raises:
        DidError: it is not.
    """
    if not isinstance(text, str) or len(text) > MAX_DID_URL or not _DID.fullmatch(text):
        raise DidError("The text is not a DID.")
    return text


def parse_did_url(text: object) -> DidUrl:
    """Return the parts of a DID URL.

    Raises:
        DidError: it is not a DID URL.
    """
    if not isinstance(text, str) or len(text) > MAX_DID_URL:
        raise DidError("The text is not a DID URL.")
    match = _DID_URL.fullmatch(text)
    if match is None:
        raise DidError("The text is not a DID URL.")
    return DidUrl(match[1], match[2] or "", match[3], match[4])
