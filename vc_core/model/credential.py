"""Strict, read-only views over a credential (VCDM 1.1 and 2.0): issuer, subjects, dates, status entries.

The document stays the dictionary that was signed. One strict shape is asked of what decides: a value in another shape
is refused, not
skipped. Whether the proof holds, and what the dates and entries mean now, are the verifier's checks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from vc_core.contexts import CREDENTIALS_V1, CREDENTIALS_V2
from vc_core.errors import MalformedInput
from vc_core.json_text import JsonObject, JsonValue
from vc_core.model.shape import check_shape
from vc_core.status.bitstring import parse_index

MAX_STATUS_ENTRIES = 16
MAX_SUBJECTS = 16
_MAX_SIZE = 8


@dataclass(frozen=True, slots=True)
class StatusEntry:
    """One entry of `credentialStatus`."""

    type: str
    list_url: str
    """The status list to ask (for a 1EdTechRevocationList: the list itself)."""
    purpose: str = "revocation"
    index: int = 0
    size: int = 1
    """Bits per entry."""
    messages: tuple[tuple[int, str], ...] = ()
    """For the purpose `message`: value and text."""
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Validity:
    """From when until when a credential says it is valid; aware times."""

    valid_from: datetime | None
    valid_until: datetime | None


def data_model_version(document: Mapping[str, JsonValue]) -> str:
    """Return `2.0` or `1.1`, by the first vocabulary.

    Raises:
        MalformedInput: neither.
    """
    contexts = document.get("@context")
    first = contexts[0] if isinstance(contexts, list) and contexts else contexts
    if first == CREDENTIALS_V2:
        return "2.0"
    if first == CREDENTIALS_V1:
        return "1.1"
    raise MalformedInput("The document is not a verifiable credential: its first vocabulary is another.")


def credential_types(document: Mapping[str, JsonValue]) -> tuple[str, ...]:
    """Return the types of a document.

    Raises:
        MalformedInput: not a text or a list of texts.
    """
    value = document.get("type")
    names = value if isinstance(value, list) else [value]
    types = tuple(name for name in names if isinstance(name, str))
    if not types or len(types) != len(names):
        raise MalformedInput("The type of the document cannot be read.")
    return types


def issuer_id(document: Mapping[str, JsonValue]) -> str:
    """Return the identifier of the issuer, which is not verified by that.

    Raises:
        MalformedInput: no issuer, or not in one of its two forms.
    """
    issuer = document.get("issuer")
    identifier = issuer.get("id") if isinstance(issuer, dict) else issuer
    if not isinstance(identifier, str) or ":" not in identifier:
        raise MalformedInput("The credential does not say who issued it.")
    return identifier


def subjects(document: Mapping[str, JsonValue]) -> list[JsonObject]:
    """Return the subjects of a credential.

    Raises:
        MalformedInput: none, too many, or not objects.
    """
    value = document.get("credentialSubject")
    items = value if isinstance(value, list) else [value]
    found = [item for item in items if isinstance(item, dict)]
    if not found or len(found) != len(items) or len(found) > MAX_SUBJECTS:
        raise MalformedInput("The subject of the credential cannot be read.")
    return found


def subject_ids(document: Mapping[str, JsonValue]) -> list[str]:
    """Return the identifiers of the subjects; a subject without one is left out.

    Raises:
        MalformedInput: a subject or an identifier cannot be read.
    """
    identifiers = []
    for subject in subjects(document):
        identifier = subject.get("id")
        if identifier is None:
            continue
        if not isinstance(identifier, str):
            raise MalformedInput("The identifier of the subject cannot be read.")
        identifiers.append(identifier)
    return identifiers


def validity(document: Mapping[str, JsonValue]) -> Validity:
    """Return the dates of a credential.

    Raises:
        MalformedInput: a date is not a time with a zone, or the end lies before the start.
    """
    start, end = "validFrom", "validUntil"
    if data_model_version(document) == "1.1":
        start, end = "issuanceDate", "expirationDate"
    found = Validity(_moment(document, start), _moment(document, end))
    if found.valid_from and found.valid_until and found.valid_until < found.valid_from:
        raise MalformedInput("The credential ends before it begins.")
    return found


def parse_moment(value: object) -> datetime:
    """Return an aware time from an xsd:dateTimeStamp.

    Raises:
        MalformedInput: not a time with a zone.
    """
    if not isinstance(value, str) or len(value) > 40 or "T" not in value:
        raise MalformedInput("A date is not a time with a zone.")
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise MalformedInput("A date is not a time with a zone.") from error
    if moment.tzinfo is None:
        raise MalformedInput("A date is not a time with a zone.")
    return moment


def status_entries(document: Mapping[str, JsonValue], *, shape_checked: bool = False) -> list[StatusEntry]:
    """Return every status entry, each in its one strict shape; no `credentialStatus` gives an empty list.

    `shape_checked` says that the caller found the document to be plainly written (`model.shape`).

    Raises:
        MalformedInput: an entry is incomplete or written in another shape.
        ReshapedDocument: the document was rewritten so that an entry could be overlooked.
    """
    if not shape_checked:
        check_shape(document)
    value = document.get("credentialStatus")
    if value is None and "credentialStatus" not in document:
        return []
    items = value if isinstance(value, list) else [value]
    if not items or len(items) > MAX_STATUS_ENTRIES:
        raise MalformedInput("The status entries of the credential cannot be read.")
    return [_entry(item) for item in items]


def _entry(item: JsonValue) -> StatusEntry:
    if not isinstance(item, dict):
        raise MalformedInput("A status entry is not an object.")
    kind = item.get("type")
    if not isinstance(kind, str):
        raise MalformedInput("A status entry does not say of what kind it is.")
    identifier = item.get("id")
    if identifier is not None and not isinstance(identifier, str):
        raise MalformedInput("A status entry has no usable identifier.")
    if kind == "BitstringStatusListEntry":
        return _bitstring_entry(item, identifier)
    if kind == "StatusList2021Entry":
        return StatusEntry(
            kind,
            _text(item, "statusListCredential"),
            _text(item, "statusPurpose"),
            parse_index(item.get("statusListIndex")),
            id=identifier,
        )
    if identifier is None:
        raise MalformedInput("A status entry has no usable identifier.")
    return StatusEntry(kind, identifier, id=identifier)


def _bitstring_entry(item: JsonObject, identifier: str | None) -> StatusEntry:
    """Read a BitstringStatusListEntry (Bitstring Status List, 2.1)."""
    list_url = _text(item, "statusListCredential")
    if identifier == list_url:
        raise MalformedInput("A status entry has the name of its list.")
    size = item.get("statusSize", 1)
    if isinstance(size, bool) or not isinstance(size, int) or not 1 <= size <= _MAX_SIZE:
        raise MalformedInput("The size of a status entry is not usable.")
    messages = _messages(item.get("statusMessage"), size)
    purpose = _text(item, "statusPurpose")
    return StatusEntry(
        "BitstringStatusListEntry",
        list_url,
        purpose,
        parse_index(item.get("statusListIndex")),
        size,
        messages,
        identifier,
    )


def _messages(value: JsonValue, size: int) -> tuple[tuple[int, str], ...]:
    if value is None:
        if size > 1:
            raise MalformedInput("A status entry does not say what its values mean.")
        return ()
    if not isinstance(value, list) or len(value) != 1 << size:
        raise MalformedInput("A status entry does not say what its values mean.")
    found = []
    for item in value:
        status = item.get("status") if isinstance(item, dict) else None
        text = item.get("message") if isinstance(item, dict) else None
        if not isinstance(status, str) or not isinstance(text, str):
            raise MalformedInput("A status entry does not say what its values mean.")
        try:
            found.append((int(status, 16), text))
        except ValueError as error:
            raise MalformedInput("A status entry does not say what its values mean.") from error
    return tuple(found)


def _text(item: JsonObject, member: str) -> str:
    value = item.get(member)
    if not isinstance(value, str) or not value:
        raise MalformedInput(f"A status entry has no usable {member}.")
    return value


def _moment(document: Mapping[str, JsonValue], member: str) -> datetime | None:
    return parse_moment(document[member]) if member in document else None
