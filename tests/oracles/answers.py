"""What an implementation says of a document: its canonical form, or that it refuses it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vc_core.canonical import canonicalize
from vc_core.errors import EdubadgesError


@dataclass(frozen=True, slots=True)
class Answer:
    """Canonical N-Quads, or None and the reason."""

    nquads: str | None
    refusal: str = ""


def ours(document: dict[str, Any]) -> Answer:
    """Return our own answer; anything but one of our errors flies."""
    try:
        return Answer(canonicalize(document))
    except EdubadgesError as error:
        return Answer(None, f"{error.code}: {error.detail}")
