"""Explain mistakes in a badge, an endorsement or a learner record before anything is signed.

Stricter than verifying: what other systems stumble over is a finding too. Nothing is changed, and nothing is promised
about who may issue what. The sentences are in `findings`, single values in `lint_values`, badges in `lint_badge`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice

from vc_core.canonical import canonicalize
from vc_core.contexts import CREDENTIALS_V2, OPEN_BADGES_CONTEXT, known_contexts
from vc_core.errors import DataLossDetected, EdubadgesError, MalformedInput
from vc_core.json_text import JsonObject, JsonValue
from vc_core.model.clr import CLR_CONTEXT, read_clr
from vc_core.model.credential import MAX_STATUS_ENTRIES, issuer_id, status_entries, subjects, validity
from vc_core.model.endorsement import find_endorsements
from vc_core.model.findings import Finding, escape_pointer, explain
from vc_core.model.lint_badge import lint_badge
from vc_core.model.lint_values import is_web_address, lint_identifiers, lint_values, too_large
from vc_core.model.refresh import refresh_service
from vc_core.model.related_resources import related_resources
from vc_core.model.schema import FAMILIES, check_schema

__all__ = ["MAX_FINDINGS", "Finding", "lint"]

MAX_FINDINGS = 200
_MAX_UNKNOWN_TERMS = 20
_MAX_EXPLAINED = 1_000
_OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context"
_BADGE_TYPES = frozenset({"AchievementCredential", "OpenBadgeCredential"})


def lint(document: Mapping[str, JsonValue]) -> list[Finding]:
    """Return the mistakes in an unsigned or signed document; none means that other systems will read it.

    When the vocabularies are wrong, or it is too large to walk through, only that is told. The same place and code are
    told once.
    """
    unsecured = {name: value for name, value in document.items() if name != "proof"}
    large = too_large(unsecured)
    if large is not None:
        return [large]
    wrong = [*_contexts(unsecured)]
    if wrong:
        return wrong
    found = {(finding.pointer, finding.code): finding for finding in islice(_all(unsecured), MAX_FINDINGS * 5)}
    explained = {finding.pointer for finding in found.values() if finding.code != "schema"}
    # What the schema says of a place that is explained already helps nobody.
    kept = [item for item in found.values() if item.code != "schema" or item.pointer not in explained]
    if len(kept) > MAX_FINDINGS:
        return [*kept[:MAX_FINDINGS], explain("", "too-many-findings")]
    return kept


def _all(document: JsonObject) -> Iterator[Finding]:
    types = _types(document)
    yield from _views(document)
    yield from lint_values(document)
    yield from lint_identifiers(document)
    if not _BADGE_TYPES.isdisjoint(types):
        yield from lint_badge(document)
        yield from _schemas(document)
    elif "EndorsementCredential" in types:
        yield from _schemas(document)
    elif "ClrCredential" in types:
        yield from _readable(document, "/credentialSubject", "clr", read_clr)
    else:
        yield explain("/type", "wrong-type")
    yield from _meaning(document)


def _contexts(document: JsonObject) -> Iterator[Finding]:
    """Give what is wrong with the order, the uniqueness and the meaning of the vocabularies."""
    expected = [CREDENTIALS_V2, OPEN_BADGES_CONTEXT]
    if "ClrCredential" in _types(document):
        expected.insert(1, CLR_CONTEXT)
    contexts = document.get("@context")
    if not isinstance(contexts, list) or not contexts:
        yield explain("/@context", "context-order", expected=CREDENTIALS_V2)
        return
    for position, url in enumerate(expected):
        actual = contexts[position] if position < len(contexts) else None
        if actual != url and not (url == OPEN_BADGES_CONTEXT and str(actual).startswith(_OPEN_BADGES)):
            yield explain(f"/@context/{position}" if position else "/@context", "context-order", expected=url)
            break
    known = known_contexts()
    for position, actual in enumerate(contexts):
        if actual in contexts[:position]:
            yield explain(f"/@context/{position}", "context-twice")
        elif not isinstance(actual, str) or actual not in known:
            yield explain(f"/@context/{position}", "unknown-context")


def _views(document: JsonObject) -> Iterator[Finding]:
    """Give what the strict readers of a verifier would refuse."""
    yield from _readable(document, "/issuer", "issuer-unreadable", issuer_id)
    if not isinstance(document.get("issuer"), dict):
        yield explain("/issuer", "issuer-not-object")
    yield from _readable(document, "/credentialSubject", "subject-unreadable", subjects)
    yield from _period(document)
    yield from _statuses(document)
    yield from _readable(document, "/refreshService", "refresh-service", refresh_service)
    yield from _readable(document, "/relatedResource", "related-resource", related_resources)
    yield from _readable(document, "", "endorsement", find_endorsements)


def _readable(
    document: JsonObject, pointer: str, code: str, read: Callable[[Mapping[str, JsonValue]], object]
) -> Iterator[Finding]:
    try:
        read(document)
    except EdubadgesError as error:
        yield explain(pointer, code, reason=error.detail)


def _period(document: JsonObject) -> Iterator[Finding]:
    try:
        found = validity({name: value for name, value in document.items() if name != "validUntil"})
    except MalformedInput as error:
        yield explain("/validFrom", "malformed-input", reason=error.detail)
        return
    try:
        validity(document)
    except MalformedInput as error:
        try:
            end = validity({"@context": document["@context"], "validUntil": document["validUntil"]})
        except MalformedInput:
            yield explain("/validUntil", "malformed-input", reason=error.detail)
            return
        if found.valid_from is not None and end.valid_until is not None:
            yield explain("/validUntil", "period-reversed")


def _statuses(document: JsonObject) -> Iterator[Finding]:
    value = document.get("credentialStatus", [])
    items = value if isinstance(value, list) else [value]
    alone = not isinstance(value, list)
    for position, item in enumerate(items[:MAX_STATUS_ENTRIES]):
        pointer = "/credentialStatus" + ("" if alone else f"/{position}")
        try:
            [entry] = status_entries({"credentialStatus": item})
        except EdubadgesError as error:
            yield explain(pointer, "status-entry", reason=error.detail)
            continue
        if not is_web_address(entry.list_url):
            yield explain(pointer, "status-entry", reason="The status list has no https address.")
    yield from _readable(document, "/credentialStatus", "status-entry", _written_once)


def _written_once(document: Mapping[str, JsonValue]) -> None:
    """Refuse a status that stands in a place where a reader could overlook it, and too many of them."""
    if document.get("credentialStatus", []) != []:
        status_entries(document)


def _schemas(document: JsonObject) -> Iterator[Finding]:
    for family in FAMILIES:
        for item in check_schema(document, family=family, max_explained=_MAX_EXPLAINED):
            yield explain(item.pointer, "schema", rule=item.rule)


def _meaning(document: JsonObject) -> Iterator[Finding]:
    """Give every member that has no meaning, by leaving out one after the other."""
    rest = document
    for _ in range(_MAX_UNKNOWN_TERMS):
        try:
            canonicalize(rest)
        except DataLossDetected as error:
            term = error.extensions.get("term")
            places = [*_places(rest, term)] if isinstance(term, str) else []
            if not places:
                yield Finding("", error.code, error.detail, "Een deel van het document heeft geen betekenis.")
                return
            for pointer in places[:_MAX_UNKNOWN_TERMS]:
                yield explain(pointer, "data-loss-detected", term=str(term))
            rest = _without(rest, str(term))
        except EdubadgesError as error:
            yield Finding("", error.code, error.detail, "Dit document kan zo niet getekend worden.")
            return
        else:
            return


def _places(value: JsonValue, name: str, pointer: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            place = f"{pointer}/{escape_pointer(key)}"
            if key == name:
                yield place
            else:
                yield from _places(item, name, place)
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from _places(item, name, f"{pointer}/{position}")


def _without(value: JsonObject, name: str) -> JsonObject:
    """Return a copy without the members of this name; the depth was checked before."""
    return {key: _copy_without(item, name) for key, item in value.items() if key != name}


def _copy_without(value: JsonValue, name: str) -> JsonValue:
    if isinstance(value, dict):
        return _without(value, name)
    return [_copy_without(item, name) for item in value] if isinstance(value, list) else value


def _types(document: Mapping[str, JsonValue]) -> set[str]:
    value = document.get("type")
    return {item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str)}
