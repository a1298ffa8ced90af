"""Find the key a proof names in the evidence, and say what is wrong with it.

Whether the key's owner is the right one is asked in `checks.key` and `checks.holder`.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from vc_core.did import did_key_document, find_verification_method, parse_did_url, public_key_of_method
from vc_core.errors import DidDocumentError, DidError, KeyReferenceError, MalformedInput, RelationshipError
from vc_core.json_text import JsonObject, JsonValue
from vc_core.keys import PublicKey, public_key_from_jwk, public_key_from_multikey
from verifier.codes import Code
from verifier.evidence import Evidence, EvidenceKind
from verifier.moments import read_moment
from verifier.policy import Age, Freshness

MAX_REFERENCE = 2_048
KEY_ABSENT = frozenset({Code.KEY_DOCUMENT_MISSING, Code.KEY_DOCUMENT_TOO_OLD})
"""Problems that say nothing about the key: its document could not be looked at."""


class FoundKey(NamedTuple):
    """What came of looking for a key: a key, a problem, or both when the key is known but may not be trusted."""

    key: PublicKey | None
    problem: Code | None = None
    detail: str = ""
    stale: bool = False
    at: datetime | None = None
    by: str = ""


@dataclass(frozen=True, slots=True)
class _ListedKey:
    """What a document says of a key, whatever the moment."""

    key: PublicKey | None
    problem: Code | None = None
    detail: str = ""
    ends: tuple[JsonValue, ...] = ()
    """The moments at which its owner ends it, as written (Controlled Identifiers, 2.2)."""

    def problem_at(self, now: datetime) -> Code | None:
        """Return what is wrong with it now."""
        if self.problem is None and any(_has_come(end, now) for end in self.ends):
            return Code.KEY_WITHDRAWN
        return self.problem


def owner_of(reference: str) -> str:
    """Return the identifier whose document must list the key."""
    return reference.split("#", 1)[0]


def is_self_contained(identifier: str) -> bool:
    """Say whether an identifier holds its own key, so that no document is needed."""
    return identifier.startswith("did:key:")


def find_key(reference: str, evidence: Evidence, *, relationship: str, freshness: Freshness, now: datetime) -> FoundKey:
    """Return the key that `reference` names, as the document of its owner gives it.

    A key written in the reference itself (a Multikey fragment) is given along with a problem, so that "is it unchanged"
    and "whose key is it" stay two questions; a caller must look at `problem` before trusting the key.
    """
    if len(reference) > MAX_REFERENCE:
        return FoundKey(None, Code.KEY_NOT_NAMED)
    owner = owner_of(reference)
    if is_self_contained(owner):
        listed = _in_did_key(reference, owner, relationship)
        return FoundKey(listed.key, listed.problem_at(now), listed.detail)
    item = evidence.find(EvidenceKind.KEY_DOCUMENT, owner)
    written = key_in_reference(reference)
    if item is None or item.absence is not None:
        reason = item.absence if item is not None and item.absence is not None else "not-gathered"
        return FoundKey(written, Code.KEY_DOCUMENT_MISSING, reason, by=owner)
    age = freshness.age_of(item.retrieved_at, now)
    if age is Age.TOO_OLD:
        return FoundKey(written, Code.KEY_DOCUMENT_TOO_OLD, at=item.retrieved_at, by=item.source)
    listed = item.remember((reference, relationship), lambda: _in_document(reference, item.content, relationship))
    return FoundKey(
        listed.key or written,
        listed.problem_at(now),
        listed.detail,
        age is Age.STALE,
        at=item.retrieved_at,
        by=item.source,
    )


def is_allowed(reference: str, evidence: Evidence, *, relationship: str = "assertionMethod") -> bool:
    """Say whether the gathered document of its owner allows a key, without any mark that it ends."""
    item = evidence.find(EvidenceKind.KEY_DOCUMENT, owner_of(reference))
    if item is None or item.absence is not None:
        return False
    listed = item.remember((reference, relationship), lambda: _in_document(reference, item.content, relationship))
    return listed.problem is None and not listed.ends


def key_in_reference(reference: str) -> PublicKey | None:
    """Return the key when the fragment of the reference is itself a Multikey; it says nothing about whose it is."""
    fragment = reference.partition("#")[2]
    if not fragment.startswith("z") or len(fragment) > 200:
        return None
    try:
        return public_key_from_multikey(fragment)
    except MalformedInput:
        return None


@functools.lru_cache(maxsize=1_024)  # the document is made from the identifier alone
def _in_did_key(reference: str, owner: str, relationship: str) -> _ListedKey:
    try:
        document = did_key_document(owner)
    except (DidError, MalformedInput, KeyReferenceError) as error:
        return _ListedKey(None, Code.KEY_DOCUMENT_INVALID, error.detail)
    return _from_did_document(reference, document, relationship)


def _in_document(reference: str, content: JsonValue, relationship: str) -> _ListedKey:
    if not isinstance(content, dict):
        return _ListedKey(None, Code.KEY_DOCUMENT_INVALID)
    if reference.startswith("did:"):
        return _from_did_document(reference, content, relationship)
    return _from_key_address(reference, content)


def _from_did_document(reference: str, document: JsonObject, relationship: str) -> _ListedKey:
    try:
        method, key = find_verification_method(document, reference, relationship=relationship)
    except RelationshipError as error:
        return _ListedKey(None, Code.KEY_NOT_FOR_THIS_USE, error.detail)
    except KeyReferenceError as error:
        return _ListedKey(None, Code.KEY_NOT_IN_DOCUMENT, error.detail)
    except DidDocumentError as error:
        return _ListedKey(None, Code.KEY_DOCUMENT_INVALID, error.detail)
    except (DidError, MalformedInput) as error:
        return _ListedKey(None, Code.KEY_NOT_NAMED, error.detail)
    return _ListedKey(key, ends=_ends_of(method))


def _ends_of(method: JsonObject) -> tuple[JsonValue, ...]:
    return tuple(method[member] for member in ("revoked", "expires") if member in method)


def _has_come(text: JsonValue, now: datetime) -> bool:
    """Say whether a moment is past; one that cannot be read counts as past."""
    try:
        return read_moment(text) <= now
    except ValueError:
        return True


def _from_key_address(reference: str, content: Mapping[str, JsonValue]) -> _ListedKey:
    """Read what an https address of a key gives: a JWK, a JWK set, or one verification method."""
    candidates: list[JsonValue] = [dict(content)]
    keys = content.get("keys")
    if isinstance(keys, list):
        fragment = reference.partition("#")[2]
        candidates = [key for key in keys if isinstance(key, dict) and key.get("kid") in (reference, fragment)]
    if len(candidates) != 1 or not isinstance(candidates[0], dict):
        return _ListedKey(None, Code.KEY_NOT_IN_DOCUMENT)
    candidate = candidates[0]
    try:
        key = public_key_from_jwk(candidate) if "kty" in candidate else public_key_of_method(candidate)
    except (MalformedInput, KeyReferenceError) as error:
        return _ListedKey(None, Code.KEY_DOCUMENT_INVALID, error.detail)
    return _ListedKey(key, ends=_ends_of(candidate))


def names_a_key(reference: str) -> bool:
    """Say whether a reference can name a key at all: a DID URL with a fragment, or an https address."""
    return len(reference) <= MAX_REFERENCE and (reference.startswith("https://") or _has_fragment(reference))


@functools.lru_cache(maxsize=1_024)
def _has_fragment(reference: str) -> bool:
    try:
        return parse_did_url(reference).fragment is not None
    except (DidError, MalformedInput):
        return False
