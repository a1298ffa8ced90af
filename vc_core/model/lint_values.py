"""Explain mistakes that a value can have wherever it stands: characters, nulls, lists, dates, images, identifiers.

What a badge as a whole must say is in `lint_badge`. Every walk here is bounded by `too_large`, which comes first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from vc_core.json_text import JsonObject, JsonValue
from vc_core.model.data_values import wrong_date_time, wrong_date_time_stamp
from vc_core.model.findings import Finding, escape_pointer, explain

MAX_DEPTH = 64
MAX_NODES = 100_000
MAX_IMAGE_KILOBYTES = 256  # what edubadges asks of images; a wallet shows many at a time

# Sets that Open Badges 3.0 writes as arrays, also for one value (serialization, "sets always arrays").
_SETS: Final = frozenset(
    {
        "alignment",
        "allowedValue",
        "assessmentType",
        "association",
        "credentialSchema",
        "endorsement",
        "endorsementJwt",
        "evidence",
        "isPartOf",
        "learningOutcome",
        "otherIdentifier",
        "participation",
        "related",
        "result",
        "rubricCriterionLevel",
        "tag",
        "termsOfUse",
        "verifiableCredential",
    }
)
# Members that are sets in these classes only.
_SETS_OF_CLASSES: Final = {
    "achievement": frozenset({"ClrSubject"}),
    "identifier": frozenset({"AchievementSubject", "ClrSubject"}),
    "resultDescription": frozenset({"Achievement"}),
}
# Classes whose `type` is an array; Image, IdentityObject, IdentifierEntry, GeoCoordinates and the entries for status,
# schema and refresh have one text there.
_TYPED_BY_LIST: Final = frozenset(
    {
        "Achievement",
        "AchievementCredential",
        "AchievementSubject",
        "Address",
        "Alignment",
        "ClrCredential",
        "ClrSubject",
        "EndorsementCredential",
        "EndorsementSubject",
        "Evidence",
        "OpenBadgeCredential",
        "Profile",
        "QualityAssurance",
        "Related",
        "Result",
        "ResultDescription",
        "RubricCriterionLevel",
        "VerifiableCredential",
    }
)
_MOMENTS: Final = frozenset(
    {"activityEndDate", "activityStartDate", "awardedDate", "created", "validFrom", "validUntil"}
)
_OWN_WORLDS: Final = frozenset({"endorsement", "verifiableCredential"})

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\U000e0000-\U000e007f]")
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")  # Unicode Standard Annex 9: embeddings, overrides and isolates
# BCP 47, well-formed: language, script, region, variants, extensions, private use; grandfathered tags are left out
_LANGUAGE = re.compile(
    r"(?:[A-Za-z]{2,3}(?:-[A-Za-z]{3}){0,3}|[A-Za-z]{4,8})(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|[0-9]{3}))?"
    r"(?:-(?:[A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*(?:-[0-9A-WY-Za-wy-z](?:-[A-Za-z0-9]{2,8})+)*"
    r"(?:-[xX](?:-[A-Za-z0-9]{1,8})+)?"
)
_IMAGE_DATA = re.compile(r"data:image/(?:png|svg\+xml|jpeg|gif|webp)(?:;[a-z0-9=-]+)*;base64,[A-Za-z0-9+/]*={0,2}")
# Plain HTTP is for trying things out on one's own machine.
_WEB = re.compile(
    r"(?:https://[^\s/?#@:]+|http://(?:(?:[a-z0-9-]+\.)*localhost|127(?:\.[0-9]{1,3}){3}|\[::1\]))"
    r"(?::[0-9]{1,5})?(?:[/?#]\S*)?"
)


def too_large(document: Mapping[str, JsonValue]) -> Finding | None:
    """Say that a document is deeper or larger than anything else here should walk through."""
    pending: list[tuple[str, JsonValue, int]] = [("", dict(document), 1)]
    budget = MAX_NODES
    while pending:
        pointer, value, depth = pending.pop()
        if not isinstance(value, dict | list):
            continue
        budget -= len(value)
        if budget < 0:
            return explain("", "too-large", limit=MAX_NODES)
        if depth > MAX_DEPTH:
            return explain(pointer, "too-deep", limit=MAX_DEPTH)
        pending += [(place, item, depth + 1) for place, item in _children(value, pointer)]
    return None


def lint_values(document: Mapping[str, JsonValue]) -> Iterator[Finding]:
    """Give the mistakes in single values, anywhere in a document that is not too large."""
    for pointer, name, value, owner in _walk(document):
        if value is None:
            yield explain(pointer, "null")
        elif isinstance(value, str):
            yield from _text(value, name, pointer)
        elif isinstance(value, list):
            if not value:
                yield explain(pointer, "empty-list")
        elif isinstance(value, dict):
            yield from _object(value, name, pointer)
        if not isinstance(value, list) and value is not None and _must_be_list(name, owner):
            yield explain(pointer, "not-a-list")


def lint_identifiers(document: Mapping[str, JsonValue]) -> Iterator[Finding]:
    """Give the parts that have the identifier of another part, but say something else in a member of both.

    A credential inside the credential is a world of its own: who endorses may know other facts about somebody.
    """
    worlds: list[tuple[str, JsonValue]] = [("", dict(document))]
    while worlds:
        seen: dict[str, JsonObject] = {}
        pending = [worlds.pop()]
        while pending:
            pointer, value = pending.pop()
            if isinstance(value, dict):
                identifier = value.get("id")
                if isinstance(identifier, str) and _contradicts(seen.setdefault(identifier, value), value):
                    yield explain(f"{pointer}/id", "duplicate-id")
            for place, item in reversed([*_children(value, pointer)]):
                if not isinstance(value, dict) or place.rpartition("/")[2] not in _OWN_WORLDS:
                    pending.append((place, item))
                elif isinstance(item, list):
                    worlds += _children(item, place)
                else:
                    worlds.append((place, item))


def is_language_tag(value: str) -> bool:
    """Say whether a text is a well-formed language tag (BCP 47)."""
    return len(value) <= 100 and _LANGUAGE.fullmatch(value) is not None


def is_web_address(value: str) -> bool:
    """Say whether a text is a https address, or one of this machine itself."""
    return _WEB.fullmatch(value) is not None


def _children(value: JsonValue, pointer: str) -> Iterator[tuple[str, JsonValue]]:
    if isinstance(value, dict):
        for name, item in value.items():
            if name != "@context":
                yield f"{pointer}/{escape_pointer(name)}", item
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield f"{pointer}/{position}", item


def _walk(document: Mapping[str, JsonValue]) -> Iterator[tuple[str, str, JsonValue, JsonObject]]:
    """Give every value below the document in its order: pointer, name of the member, value, and whose member it is."""
    root = dict(document)
    pending: list[tuple[str, str, JsonValue, JsonObject]] = [("", "", root, root)]
    while pending:
        pointer, name, value, owner = pending.pop()
        if pointer:
            yield pointer, name, value, owner
        if isinstance(value, dict):
            members = [item for item in value.items() if item[0] != "@context"]
            pending += [(f"{pointer}/{escape_pointer(key)}", key, item, value) for key, item in reversed(members)]
        elif isinstance(value, list):
            pending += [(f"{pointer}/{at}", "", item, owner) for at, item in reversed([*enumerate(value)])]


def _text(value: str, name: str, pointer: str) -> Iterator[Finding]:
    if _CONTROL.search(value):
        yield explain(pointer, "control-character")
    if _BIDI.search(value):
        yield explain(pointer, "bidi-override")
    if name in _MOMENTS and wrong_date_time_stamp(value):
        yield explain(pointer, "date-malformed" if wrong_date_time(value) else "date-without-zone")
    if name in {"inLanguage", "@language"} and not is_language_tag(value):
        yield explain(pointer, "language-tag")
    if name == "image":
        yield from _image(value, pointer)


def _object(value: JsonObject, name: str, pointer: str) -> Iterator[Finding]:
    if not value:
        yield explain(pointer, "empty-object")
    if name.startswith("localized"):
        for language in value:
            if not is_language_tag(language):
                yield explain(f"{pointer}/{escape_pointer(language)}", "language-tag")
    if name == "image" or value.get("type") == "Image":
        yield from _image(value.get("id"), f"{pointer}/id")


def _image(address: JsonValue, pointer: str) -> Iterator[Finding]:
    if not isinstance(address, str):
        yield explain(pointer, "image-address")
    elif len(address) > MAX_IMAGE_KILOBYTES * 1_024 * 4 // 3 + 100:
        yield explain(pointer, "image-size", limit=MAX_IMAGE_KILOBYTES)
    elif not (_IMAGE_DATA.fullmatch(address) if address.startswith("data:") else is_web_address(address)):
        yield explain(pointer, "image-address")


def _must_be_list(name: str, owner: JsonObject) -> bool:
    kind = owner.get("type")
    if name == "type":
        return isinstance(kind, str) and kind in _TYPED_BY_LIST
    classes = _SETS_OF_CLASSES.get(name)
    if classes is None:
        return name in _SETS
    return any(item in classes for item in (kind if isinstance(kind, list) else [kind]) if isinstance(item, str))


def _contradicts(first: JsonObject, second: JsonObject) -> bool:
    shared = first.keys() & second.keys() - {"id", "type"}
    return first is not second and any(first[name] != second[name] for name in shared)
