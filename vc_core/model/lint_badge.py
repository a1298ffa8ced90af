"""Explain what a badge lacks or contradicts: achievement, results, alignments, credits, dates.

Mistakes of single values are in `lint_values`. The document is not too large, but any member may have any shape.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal, InvalidOperation

from vc_core.contexts import EDUBADGES_CONTEXT
from vc_core.json_text import JsonObject, JsonValue
from vc_core.model import enumerations
from vc_core.model.data_values import read_date_time_stamp, wrong_date_time_stamp, wrong_url
from vc_core.model.enumerations import UnknownValue
from vc_core.model.findings import Finding, explain

EQF_LEVELS = frozenset("12345678")

_ISCED = re.compile(r"[0-9]{2,4}")
_HOURS = re.compile(r"PT(?!0+H)[0-9]{1,5}H")
# EU element 7: how much study something takes is asked of these two, not of what lies beside the curriculum.
_WITH_LOAD = frozenset({"Course", "MicroCredential"})
# What must not lie before what.
_ORDER = (
    ("activityStartDate", "activityEndDate"),
    ("activityStartDate", "awardedDate"),
    ("awardedDate", "validUntil"),
)


def lint_badge(document: Mapping[str, JsonValue]) -> Iterator[Finding]:
    """Give what is missing or contradictory in an AchievementCredential."""
    subject = document.get("credentialSubject")
    if not isinstance(subject, dict):
        yield explain("/credentialSubject", "subject-unreadable")
        return
    if not subject.get("id") and not subject.get("identifier"):
        yield explain("/credentialSubject", "no-recipient")
    yield from _identities(subject)
    yield from _dates({**document, **_only(subject, "activityStartDate", "activityEndDate")})
    achievement = subject.get("achievement")
    if not isinstance(achievement, dict):
        yield explain("/credentialSubject/achievement", "achievement-missing")
        return
    yield from _achievement(achievement, "/credentialSubject/achievement")
    yield from _credits(achievement, subject, _is_ours(document))
    yield from _results(subject, achievement)


def _achievement(achievement: JsonObject, pointer: str) -> Iterator[Finding]:
    criteria = achievement.get("criteria")
    if not isinstance(criteria, dict) or not (_says(criteria.get("id")) or _says(criteria.get("narrative"))):
        yield explain(f"{pointer}/criteria", "no-criteria")
    for name, read in _READERS.items():
        if name in achievement:
            yield from _listed(achievement[name], read, f"{pointer}/{name}", name)
    for place, item in _objects(achievement, "alignment", pointer):
        yield from _alignment(item, place)
    for place, item in _objects(achievement, "otherIdentifier", pointer):
        kind = item.get("identifierType")
        yield from _listed(kind, enumerations.read_identifier_type, f"{place}/identifierType", "identifierType")


def _alignment(item: JsonObject, pointer: str) -> Iterator[Finding]:
    if not _says(item.get("targetName")):
        yield explain(f"{pointer}/targetName", "alignment-no-name")
    url = item.get("targetUrl")
    if not _says(url):
        yield explain(f"{pointer}/targetUrl", "alignment-no-url")
    elif wrong_url(url):
        yield explain(f"{pointer}/targetUrl", "url-malformed")
    kind, code = item.get("targetType"), item.get("targetCode")
    if "targetType" in item:
        yield from _listed(kind, enumerations.read_target_type, f"{pointer}/targetType", "targetType")
    if kind == "ext:EQF" and not (isinstance(code, str) and code in EQF_LEVELS):
        yield explain(f"{pointer}/targetCode", "eqf-level")
    if kind == "ext:ISCED-F" and not (isinstance(code, str) and _ISCED.fullmatch(code)):
        yield explain(f"{pointer}/targetCode", "isced-code")


def _credits(achievement: JsonObject, subject: JsonObject, ours: bool) -> Iterator[Finding]:
    pointer = "/credentialSubject/achievement"
    available, earned = _number(achievement.get("creditsAvailable")), _number(subject.get("creditsEarned"))
    if "creditFramework" in achievement:
        if available is None or available <= 0:
            yield explain(f"{pointer}/creditsAvailable", "credits-missing")
    elif ours and "creditsAvailable" in achievement:
        yield explain(f"{pointer}/creditFramework", "credits-no-framework")
    if available is not None and earned is not None and earned > available:
        yield explain("/credentialSubject/creditsEarned", "credits-exceed")
    workload = achievement.get("workload")
    if "workload" in achievement and not (isinstance(workload, str) and _HOURS.fullmatch(workload)):
        yield explain(f"{pointer}/workload", "workload-malformed")
    kind = achievement.get("achievementType")
    if ours and available is None and workload is None and isinstance(kind, str) and kind in _WITH_LOAD:
        yield explain(pointer, "load-missing")


def _results(subject: JsonObject, achievement: JsonObject) -> Iterator[Finding]:
    described: dict[str, JsonObject] = {}
    for place, item in _objects(achievement, "resultDescription", "/credentialSubject/achievement"):
        identifier = item.get("id")
        if isinstance(identifier, str):
            described[identifier] = item
        kind = item.get("resultType")
        yield from _listed(kind, enumerations.read_result_type, f"{place}/resultType", "resultType")
        low, high = _number(item.get("valueMin")), _number(item.get("valueMax"))
        if low is not None and high is not None and low > high:
            yield explain(f"{place}/valueMin", "range-reversed")
    for place, item in _objects(subject, "result", "/credentialSubject"):
        name = item.get("resultDescription")
        description = described.get(name) if isinstance(name, str) else None
        if name is not None and description is None:
            yield explain(f"{place}/resultDescription", "unknown-result")
        yield from _status(item, description, place)
        if description is not None:
            yield from _value(item, description, place)
        for where, alignment in _objects(item, "alignment", place):
            yield from _alignment(alignment, where)


def _status(item: JsonObject, description: JsonObject | None, pointer: str) -> Iterator[Finding]:
    is_status = description is not None and description.get("resultType") == "Status"
    if "status" not in item:
        if is_status:
            yield explain(f"{pointer}/status", "status-missing")
        return
    yield from _listed(item["status"], enumerations.read_result_status, f"{pointer}/status", "status")
    if not is_status:
        yield explain(f"{pointer}/status", "status-without-type")


def _value(item: JsonObject, description: JsonObject, pointer: str) -> Iterator[Finding]:
    level = item.get("achievedLevel")
    levels = description.get("rubricCriterionLevel")
    if level is not None and level not in _identifiers(levels):
        yield explain(f"{pointer}/achievedLevel", "unknown-level")
    if "value" not in item:
        return
    value, allowed = item["value"], description.get("allowedValue")
    if isinstance(allowed, list) and allowed and value not in allowed:
        yield explain(f"{pointer}/value", "result-not-allowed")
    low, high = _number(description.get("valueMin")), _number(description.get("valueMax"))
    if low is None and high is None:
        return
    number = _number(value)
    if number is None:
        yield explain(f"{pointer}/value", "result-not-number")
        return
    if (low is not None and number < low) or (high is not None and number > high):
        yield explain(f"{pointer}/value", "result-out-of-range")
    required = _number(description.get("requiredValue"))
    if required is not None and number < required:
        yield explain(f"{pointer}/value", "result-below-required")


def _dates(members: Mapping[str, JsonValue]) -> Iterator[Finding]:
    for before, after in _ORDER:
        start, end = members.get(before), members.get(after)
        if wrong_date_time_stamp(start) or wrong_date_time_stamp(end):
            continue
        first, second = read_date_time_stamp(start), read_date_time_stamp(end)
        if first is not None and second is not None and second < first:
            place = "/credentialSubject" if after.startswith("activity") else ""
            yield explain(f"{place}/{after}", "dates-reversed", other=before)


def _identities(subject: JsonObject) -> Iterator[Finding]:
    for place, item in _objects(subject, "identifier", "/credentialSubject"):
        if item.get("type") == "IdentityObject":
            kind = item.get("identityType")
            yield from _listed(kind, enumerations.read_identifier_type, f"{place}/identityType", "identityType")


_READERS: dict[str, Callable[[JsonValue], object]] = {
    "achievementType": enumerations.read_achievement_type,
    "learningSetting": enumerations.read_learning_setting,
    "creditFramework": enumerations.read_credit_framework,
    "participation": enumerations.read_participation,
    "assessmentType": enumerations.read_assessment_types,
    "assessmentSupervised": enumerations.read_supervised,
    "identityVerified": enumerations.read_identity_verified,
}


def _listed(value: JsonValue, read: Callable[[JsonValue], object], pointer: str, member: str) -> Iterator[Finding]:
    """Say that a value is not in its list; a value that is absent is the schema's business."""
    if value is None:
        return
    try:
        read(value)
    except UnknownValue:
        yield explain(pointer, "unknown-value", member=member)


def _objects(owner: JsonObject, name: str, pointer: str) -> Iterator[tuple[str, JsonObject]]:
    """Give the objects of a member, in a list or alone."""
    value = owner.get(name)
    if isinstance(value, dict):
        yield f"{pointer}/{name}", value
    for position, item in enumerate(value if isinstance(value, list) else []):
        if isinstance(item, dict):
            yield f"{pointer}/{name}/{position}", item


def _identifiers(value: JsonValue) -> list[JsonValue]:
    return [item.get("id") for item in (value if isinstance(value, list) else [value]) if isinstance(item, dict)]


def _number(value: JsonValue) -> Decimal | None:
    """Return the number a text or number stands for; Open Badges writes results and their bounds as texts."""
    if isinstance(value, bool) or not isinstance(value, int | float | str) or len(str(value)) > 40:
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _says(value: JsonValue) -> bool:
    return isinstance(value, str) and value.strip() != ""


def _only(owner: JsonObject, *names: str) -> JsonObject:
    return {name: owner[name] for name in names if name in owner}


def _is_ours(document: Mapping[str, JsonValue]) -> bool:
    contexts = document.get("@context")
    return isinstance(contexts, list) and EDUBADGES_CONTEXT in contexts
