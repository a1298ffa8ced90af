"""Say where a credential or presentation breaks a MUST of the Verifiable Credentials Data Model 2.0, and where exactly.

The rules are tables of members, read in the order of the Recommendation (4.3 to 4.13, 5.3 to 5.6). Whether terms have
a meaning is the work of `canonical`, whether the proof holds that of `proof`; Open Badges has rules of its own in
`model.lint`. W3C Recommendation https://www.w3.org/TR/vc-data-model-2.0/, VC Data Integrity 1.0, section 2.1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Literal

from vc_core.contexts import CREDENTIALS_V2
from vc_core.errors import MalformedInput
from vc_core.json_text import JsonValue
from vc_core.model import data_values as values
from vc_core.model.credential import status_entries
from vc_core.model.findings import Finding

type Kind = Literal["VerifiableCredential", "VerifiablePresentation"]
type Check = Callable[[JsonValue, str], Iterator[Finding]]
"""Takes a value and its JSON pointer, gives what is wrong with it."""

MAX_FINDINGS = 50
MAX_ITEMS = 100
"""Of one member; a list that is longer is refused without a look inside."""

_ENVELOPES: dict[Kind, str] = {
    "VerifiableCredential": "EnvelopedVerifiableCredential",
    "VerifiablePresentation": "EnvelopedVerifiablePresentation",
}


@dataclass(frozen=True, slots=True)
class Member:
    """One row of a table: a member of an object, and what its value must be."""

    name: str
    check: Check
    required: bool = False


def check_data_model(document: Mapping[str, JsonValue], *, kind: Kind = "VerifiableCredential") -> list[Finding]:
    """Return where the document is not a conforming one, at most fifty places; an empty list when it conforms.

    `proof` is checked when it is there: an unsecured credential is a fine input for an issuer. `document` must be
    parsed JSON of limited depth; nothing in it is trusted.
    """
    return list(islice(_of_kind(document, kind, ""), MAX_FINDINGS))


def is_enveloped(document: Mapping[str, JsonValue], *, kind: Kind = "VerifiableCredential") -> bool:
    """Say whether the document is an envelope around a secured one (4.13.1 and 4.13.2)."""
    found = document.get("type")
    return _ENVELOPES[kind] in (found if isinstance(found, list) else [found])


def _of_kind(document: Mapping[str, JsonValue], kind: Kind, pointer: str) -> Iterator[Finding]:
    if is_enveloped(document, kind=kind):
        yield from _members(document, _ENVELOPE, pointer)
        return
    types = document.get("type")
    if "type" in document and kind not in (types if isinstance(types, list) else [types]):
        yield Finding(f"{pointer}/type", "type-missing", f"One of the types must be {kind}.")
    if kind == "VerifiableCredential":
        yield from _members(document, _CREDENTIAL, pointer)
        yield from _period(document, pointer)
    else:
        yield from _members(document, _PRESENTATION, pointer)
        yield from _self_asserted(document, pointer)


def _members(node: Mapping[str, JsonValue], table: tuple[Member, ...], pointer: str) -> Iterator[Finding]:
    for member in table:
        place = f"{pointer}/{member.name}"
        if member.name in node:
            yield from member.check(node[member.name], place)
        elif member.required:
            yield Finding(place, "member-missing", f"The member {member.name!r} is required here.")


def _value(reader: Callable[[JsonValue], str | None], code: str) -> Check:
    """Return the check of a single value."""

    def check(value: JsonValue, pointer: str) -> Iterator[Finding]:
        detail = reader(value)
        if detail is not None:
            yield Finding(pointer, code, detail)

    return check


def _one_or_more(check: Check) -> Check:
    """Return the check of a value that may stand alone or in a list that is not empty."""

    def check_all(value: JsonValue, pointer: str) -> Iterator[Finding]:
        if not isinstance(value, list):
            yield from check(value, pointer)
        elif not 0 < len(value) <= MAX_ITEMS:
            yield Finding(pointer, "list-size", f"The list must hold 1 to {MAX_ITEMS} values.")
        else:
            for position, item in enumerate(value):
                yield from check(item, f"{pointer}/{position}")

    return check_all


def _object(table: tuple[Member, ...]) -> Check:
    """Return the check of an object with these members; others are left alone."""

    def check(value: JsonValue, pointer: str) -> Iterator[Finding]:
        if not isinstance(value, dict):
            yield Finding(pointer, "object-expected", "An object must stand here.")
        elif not value:
            yield Finding(pointer, "object-empty", "The object says nothing.")
        else:
            yield from _members(value, table, pointer)

    return check


def _context(value: JsonValue, pointer: str) -> Iterator[Finding]:
    """4.3: an ordered set, v2 first, then URLs and objects."""
    items = value if isinstance(value, list) else []
    if not items or items[0] != CREDENTIALS_V2:
        yield Finding(pointer, "context-order", f"The value must be a list that begins with {CREDENTIALS_V2}.")
        return
    if len(items) > MAX_ITEMS:
        yield Finding(pointer, "list-size", f"The list must hold 1 to {MAX_ITEMS} values.")
        return
    for position, item in enumerate(items):
        place = f"{pointer}/{position}"
        if not isinstance(item, dict) and values.wrong_url(item):
            yield Finding(place, "context-item", "A vocabulary must be a URL or an object.")
        elif item in items[:position]:
            yield Finding(place, "context-order", "The same vocabulary is named twice.")


def _envelope_context(value: JsonValue, pointer: str) -> Iterator[Finding]:
    """4.13.1: a vocabulary that knows the envelope; ours is the base one, alone or in a list."""
    if CREDENTIALS_V2 not in (value if isinstance(value, list) else [value]):
        yield Finding(pointer, "context-order", f"The value must name {CREDENTIALS_V2}.")


def _issuer(value: JsonValue, pointer: str) -> Iterator[Finding]:
    """4.7 and 4.13: a URL, or an object with an `id` that is one."""
    yield from _PARTY(value, pointer) if isinstance(value, dict) else _URL(value, pointer)


def _status(value: JsonValue, pointer: str) -> Iterator[Finding]:
    """4.10, and section 2.1 of Bitstring Status List for the kind that we know."""
    found = list(_TYPED(value, pointer))
    yield from found
    if found or not isinstance(value, dict) or value.get("type") != "BitstringStatusListEntry":
        return
    try:
        status_entries({"credentialStatus": value})
    except MalformedInput as error:
        yield Finding(pointer, "status-entry", error.detail)


def _related_resources(value: JsonValue, pointer: str) -> Iterator[Finding]:
    """5.3: every resource once, with a digest."""
    yield from _one_or_more(_related_resource)(value, pointer)
    seen: set[str] = set()
    for position, item in enumerate(value[:MAX_ITEMS] if isinstance(value, list) else []):
        name = item.get("id") if isinstance(item, dict) else None
        if isinstance(name, str) and name in seen:
            yield Finding(f"{pointer}/{position}/id", "resource-twice", "The same resource is listed twice.")
        elif isinstance(name, str):
            seen.add(name)


def _related_resource(value: JsonValue, pointer: str) -> Iterator[Finding]:
    yield from _RESOURCE(value, pointer)
    if isinstance(value, dict) and value and not {"digestSRI", "digestMultibase"} & value.keys():
        yield Finding(pointer, "digest-missing", "A related resource needs digestSRI or digestMultibase.")


def _proof(value: JsonValue, pointer: str) -> Iterator[Finding]:
    """VC Data Integrity 1.0, 2.1; another kind of proof has members of its own."""
    found = list(_PROOF(value, pointer))
    yield from found
    if isinstance(value, dict) and value.get("type") == "DataIntegrityProof":
        yield from _members(value, _DATA_INTEGRITY, pointer)


def _presented(value: JsonValue, pointer: str) -> Iterator[Finding]:
    """4.13: credentials or envelopes, never a text or a number; an empty list is read as none."""
    if value == []:
        return
    yield from _one_or_more(_presented_credential)(value, pointer)


def _presented_credential(value: JsonValue, pointer: str) -> Iterator[Finding]:
    if not isinstance(value, dict):
        yield Finding(pointer, "object-expected", "A credential in a presentation must be an object.")
    else:
        yield from _of_kind(value, "VerifiableCredential", pointer)


def _period(document: Mapping[str, JsonValue], pointer: str) -> Iterator[Finding]:
    """4.9: the end does not lie before the beginning."""
    start, end = (_moment(document.get(name)) for name in ("validFrom", "validUntil"))
    if start is not None and end is not None and end < start:
        yield Finding(f"{pointer}/validUntil", "period-reversed", "The credential ends before it begins.")


def _moment(value: JsonValue) -> datetime | None:
    return None if values.wrong_date_time_stamp(value) else values.read_date_time_stamp(value)


def _self_asserted(document: Mapping[str, JsonValue], pointer: str) -> Iterator[Finding]:
    """4.13.4: a credential that only the presentation's proof secures is the holder's own."""
    holder = _identifier(document.get("holder"))
    value = document.get("verifiableCredential")
    for position, item in enumerate((value if isinstance(value, list) else [value])[:MAX_ITEMS]):
        if not isinstance(item, dict) or "proof" in item or is_enveloped(item):
            continue
        if holder is None or _identifier(item.get("issuer")) != holder:
            place = f"{pointer}/verifiableCredential" + (f"/{position}" if isinstance(value, list) else "")
            yield Finding(place, "self-asserted", "A credential without a proof of its own must be the holder's.")


def _identifier(value: JsonValue) -> JsonValue:
    return value.get("id") if isinstance(value, dict) else value


_URL = _value(values.wrong_url, "url-expected")
_TYPE = _value(values.wrong_types, "type-expected")
_WORDS = _one_or_more(_value(values.wrong_words, "language-value"))
_TIME = _value(values.wrong_date_time_stamp, "date-time-stamp-expected")
_LOOSE_TIME = _value(values.wrong_date_time, "date-time-stamp-expected")
_TEXT = _value(values.wrong_text, "text-expected")
_TEXTS = _one_or_more(_TEXT)
_MULTIBASE = _value(values.wrong_multibase, "multibase-expected")

_TYPED = _object((Member("type", _TYPE, required=True), Member("id", _URL)))
_TYPED_AND_NAMED = _object((Member("type", _TYPE, required=True), Member("id", _URL, required=True)))
_PARTY = _object((Member("id", _URL, required=True), Member("name", _WORDS), Member("description", _WORDS)))
_SUBJECT = _object((Member("id", _URL),))
_RESOURCE = _object(
    (
        Member("id", _URL, required=True),
        Member("mediaType", _TEXT),
        Member("digestSRI", _one_or_more(_value(values.wrong_digest, "digest-expected"))),
        Member("digestMultibase", _one_or_more(_MULTIBASE)),
    )
)
_PROOF = _object(
    (
        Member("id", _URL),
        Member("type", _TEXT, required=True),
        Member("proofPurpose", _TEXT, required=True),
        Member("verificationMethod", _URL, required=True),
        Member("created", _LOOSE_TIME),
        Member("expires", _LOOSE_TIME),
        Member("domain", _TEXTS),
        Member("challenge", _TEXT),
        Member("previousProof", _TEXTS),
        Member("nonce", _TEXT),
    )
)
_DATA_INTEGRITY = (
    Member("cryptosuite", _TEXT, required=True),
    Member("proofValue", _MULTIBASE, required=True),
)
_ENVELOPE = (
    Member("@context", _envelope_context, required=True),
    Member("id", _value(values.wrong_data_url, "data-url-expected"), required=True),
)
_CREDENTIAL = (
    Member("@context", _context, required=True),
    Member("id", _URL),
    Member("type", _TYPE, required=True),
    Member("name", _WORDS),
    Member("description", _WORDS),
    Member("issuer", _issuer, required=True),
    Member("credentialSubject", _one_or_more(_SUBJECT), required=True),
    Member("validFrom", _TIME),
    Member("validUntil", _TIME),
    Member("credentialStatus", _one_or_more(_status)),
    Member("credentialSchema", _one_or_more(_TYPED_AND_NAMED)),
    Member("relatedResource", _related_resources),
    Member("refreshService", _one_or_more(_TYPED)),
    Member("termsOfUse", _one_or_more(_TYPED)),
    Member("evidence", _one_or_more(_TYPED)),
    # 5.10, reserved: whoever uses them says of what kind they are
    Member("confidenceMethod", _one_or_more(_TYPED)),
    Member("renderMethod", _one_or_more(_TYPED)),
    Member("proof", _one_or_more(_proof)),
)
_PRESENTATION = (
    Member("@context", _context, required=True),
    Member("id", _URL),
    Member("type", _TYPE, required=True),
    Member("verifiableCredential", _presented),
    Member("holder", _issuer),
    Member("termsOfUse", _one_or_more(_TYPED)),
    Member("proof", _one_or_more(_proof)),
)
