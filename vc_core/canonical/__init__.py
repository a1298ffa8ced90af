"""Canonical forms: RDFC-1.0 N-Quads of JSON-LD over bundled contexts, and RFC 8785 JSON."""

from __future__ import annotations

from collections.abc import Mapping

from vc_core.canonical.expand import to_statements
from vc_core.canonical.jcs import canonicalize_jcs
from vc_core.canonical.rdfc import DEFAULT_BUDGET, canonical_statements
from vc_core.errors import MalformedInput

__all__ = ["canonicalize", "canonicalize_jcs"]


def canonicalize(document: Mapping[str, object], *, hash_name: str = "sha256", budget: int = DEFAULT_BUDGET) -> str:
    """Return the canonical N-Quads of a JSON-LD document (RDFC-1.0, safe mode, bundled contexts only).

    Raises:
        UnknownContext: a context that is not bundled, or written inside the document.
        DataLossDetected: something in the document has no meaning in its contexts.
        LimitExceeded: too large, too deep, or built to take too much work.
        MalformedInput: a value JSON-LD does not allow.
    """
    try:
        lines = canonical_statements(to_statements(document), hash_name=hash_name, budget=budget)
        if not lines.isascii():
            lines.encode()
        return lines
    except UnicodeEncodeError as error:
        raise MalformedInput("A text holds half a character.") from error
