"""The accreditations that the registry gives with a participant: `{"root": did, "credentials": [...]}`.

Each statement is leaned on only when its own issuer signed it; the registry that passes it on is not asked to be
believed about that. Which institution is the root is the registry's word, as is who takes part at all.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass

from vc_core.errors import MalformedInput
from vc_core.json_text import JsonObject, JsonValue
from vc_core.model.accreditation import Accreditation, read_accreditation
from vc_core.trust.authority import MAX_ACCREDITATIONS
from verifier.evidence import EvidenceItem
from verifier.issuer_proof import Doubt, doubt_about_proof
from verifier.question import Question


@dataclass(frozen=True, slots=True)
class KnownAccreditations:
    """What can be leaned on, and whether there was more."""

    root: str
    statements: tuple[Accreditation, ...]
    some_unchecked: bool
    """The key of who stated something was not at hand; it may have been what allows the badge."""


def statements_of(content: JsonValue) -> Iterator[JsonObject]:
    """Yield the statements in what the registry said about an issuer, as they were sent; none when it made none."""
    participant = content.get("participant") if isinstance(content, dict) else None
    stated = participant.get("accreditation") if isinstance(participant, dict) else None
    listed = stated.get("credentials") if isinstance(stated, dict) else None
    for document in (listed if isinstance(listed, list) else [])[:MAX_ACCREDITATIONS]:
        if isinstance(document, dict):
            yield document


def open_accreditations(item: EvidenceItem, stated: JsonValue, question: Question) -> KnownAccreditations | None:
    """Return the statements that hold; None when what the registry gave has another form.

    Args:
        item: what the registry said about the issuer.
        stated: its member `accreditation`.
        question: whose evidence and policy are used for the keys.
    """
    root = stated.get("root") if isinstance(stated, dict) else None
    if not isinstance(stated, dict) or not isinstance(root, str) or not isinstance(stated.get("credentials"), list):
        return None
    found: list[Accreditation] = []
    unchecked = False
    for document in statements_of(item.content):
        statement = item.remember(("accreditation", id(document)), functools.partial(_read, document))
        doubt = doubt_about_proof(item, document, question) if statement is not None else None
        if statement is not None and doubt is None:
            found.append(statement)
        unchecked = unchecked or (doubt is not None and doubt.doubt is Doubt.KEY_MISSING)
    return KnownAccreditations(root, tuple(found), unchecked)


def _read(document: JsonObject) -> Accreditation | None:
    try:
        return read_accreditation(document)
    except MalformedInput:
        return None
