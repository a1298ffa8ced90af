"""Explain mistakes in an Open Badge before anything is signed.

Stricter than verifying: what other systems stumble over is a finding too. Nothing is changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from vc_core.canonical import canonicalize
from vc_core.contexts import CREDENTIALS_V2, known_contexts
from vc_core.errors import EdubadgesError, MalformedInput
from vc_core.json_text import JsonObject, JsonValue
from vc_core.model.credential import issuer_id, status_entries, subjects, validity
from vc_core.model.schema import check_schema
from vc_core.model.vocabulary import ACHIEVEMENT_TYPES, RESULT_TYPES

_OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context"


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake: where, which, and what to do about it."""

    pointer: str
    code: str
    detail: str


def lint(document: Mapping[str, JsonValue]) -> list[Finding]:
    """Return the mistakes in an unsigned or signed Open Badge; none means that other systems will read it."""
    unsecured = {name: value for name, value in document.items() if name != "proof"}
    findings = [*_contexts(unsecured)]
    if findings:
        return findings
    findings += _views(unsecured)
    findings += _schemas(unsecured)
    findings += _values(unsecured, "")
    findings += _achievement(unsecured)
    try:
        canonicalize(unsecured)
    except EdubadgesError as error:
        term = error.extensions.get("term")
        findings.append(Finding("", error.code, f"{error.detail} ({term})" if term else error.detail))
    return findings


def _contexts(document: Mapping[str, JsonValue]) -> Iterator[Finding]:
    contexts = document.get("@context")
    if not isinstance(contexts, list) or not contexts or contexts[0] != CREDENTIALS_V2:
        yield Finding("/@context", "context-order", f"The first vocabulary must be {CREDENTIALS_V2}.")
        return
    if len(contexts) < 2 or not str(contexts[1]).startswith(_OPEN_BADGES):
        yield Finding("/@context/1", "context-order", "The second vocabulary must be that of Open Badges 3.0.")
    known = known_contexts()
    for position, url in enumerate(contexts):
        if not isinstance(url, str) or url not in known:
            yield Finding(f"/@context/{position}", "unknown-context", "Readers do not know this vocabulary.")


def _views(document: Mapping[str, JsonValue]) -> Iterator[Finding]:
    for pointer, read in (
        ("/issuer", issuer_id),
        ("/validFrom", validity),
        ("/credentialStatus", status_entries),
        ("/credentialSubject", subjects),
    ):
        try:
            read(document)
        except EdubadgesError as error:
            yield Finding(pointer, error.code, error.detail)
    if not isinstance(document.get("issuer"), dict):
        yield Finding(
            "/issuer", "issuer-not-object", "Write the issuer as a Profile: 1EdTech's validator refuses a bare address."
        )


def _schemas(document: Mapping[str, JsonValue]) -> Iterator[Finding]:
    seen = set()
    try:
        for family in ("json-ld", "plain"):
            for item in check_schema(document, family=family):
                if (item.pointer, item.rule) not in seen:
                    seen.add((item.pointer, item.rule))
                    yield Finding(item.pointer, "schema", f"The 1EdTech schema is not met here ({item.rule}).")
    except MalformedInput as error:
        yield Finding("/type", error.code, error.detail)


def _values(value: JsonValue | Mapping[str, JsonValue], pointer: str) -> Iterator[Finding]:
    if value is None:
        yield Finding(pointer, "null", "Leave the member out: null is not covered by a proof.")
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from _values(item, f"{pointer}/{name}")
    elif isinstance(value, list):
        if not value:
            yield Finding(pointer, "empty-list", "Leave the member out: an empty list says nothing.")
        for position, item in enumerate(value):
            yield from _values(item, f"{pointer}/{position}")
    elif isinstance(value, str) and any(character < " " and character not in "\n\t\r" for character in value):
        yield Finding(pointer, "control-character", "Some libraries sign such a character differently: remove it.")


def _achievement(document: Mapping[str, JsonValue]) -> Iterator[Finding]:
    subject = document.get("credentialSubject")
    achievement = subject.get("achievement") if isinstance(subject, dict) else None
    if not isinstance(subject, dict) or not isinstance(achievement, dict):
        return
    pointer = "/credentialSubject/achievement"
    if not subject.get("id") and not subject.get("identifier"):
        yield Finding("/credentialSubject", "no-recipient", "Nothing says who earned the badge.")
    criteria = achievement.get("criteria")
    if not isinstance(criteria, dict) or not (criteria.get("id") or criteria.get("narrative")):
        yield Finding(f"{pointer}/criteria", "no-criteria", "Say what must be shown to earn the badge.")
    kind = achievement.get("achievementType")
    if isinstance(kind, str) and kind not in ACHIEVEMENT_TYPES and not kind.startswith("ext:"):
        yield Finding(
            f"{pointer}/achievementType", "unknown-value", "This is not a type of achievement in Open Badges 3.0."
        )
    yield from _results(subject, achievement)


def _results(subject: JsonObject, achievement: JsonObject) -> Iterator[Finding]:
    described = set()
    descriptions = achievement.get("resultDescription")
    for position, item in enumerate(descriptions if isinstance(descriptions, list) else []):
        if not isinstance(item, dict):
            continue
        described.add(item.get("id"))
        kind = item.get("resultType")
        if isinstance(kind, str) and kind not in RESULT_TYPES and not kind.startswith("ext:"):
            pointer = f"/credentialSubject/achievement/resultDescription/{position}/resultType"
            yield Finding(pointer, "unknown-value", "This is not a type of result in Open Badges 3.0.")
    results = subject.get("result")
    for position, item in enumerate(results if isinstance(results, list) else []):
        name = item.get("resultDescription") if isinstance(item, dict) else None
        if name is not None and name not in described:
            pointer = f"/credentialSubject/result/{position}/resultDescription"
            yield Finding(pointer, "unknown-result", "The result belongs to no description in the achievement.")
