"""A report with everything it rests on in one file, and the same question asked again of that file alone.

For a dispute, an audit, or a newer version of this program. The file is not signed: what is signed in it (the badge,
key histories, status lists) is verified again, and that the registry said what it is said to have said is for who kept
the file to vouch for.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from vc_core.errors import MalformedInput
from vc_core.json_text import JsonObject, JsonValue, dump_json, parse_json_object
from verifier.codes import Check
from verifier.evidence import Evidence, EvidenceItem, content_digest
from verifier.inputs import MAX_SUBMISSION_BYTES, parse_submission
from verifier.moments import read_moment
from verifier.policy import DEFAULT_POLICY, Freshness, Policy
from verifier.report import Report
from verifier.verification import verify

FORMAT = "edubadges-saved-report/1"
MAX_SAVED_BYTES = 60_000_000
MAX_DEPTH = 48
MAX_ITEMS = 400
_MEMBERS = frozenset({"format", "badge", "report", "policy", "evidence"})


class SavedReportUnusable(MalformedInput):
    """The file is not a saved report, or was damaged."""

    title = "This is not a saved report that can be replayed"
    code = "saved-report-unusable"


@dataclass(frozen=True, slots=True)
class Difference:
    """Where the answer of now is another than the saved one; an empty text is no answer."""

    place: str
    saved: str
    now: str


@dataclass(frozen=True, slots=True)
class Replay:
    """What came of asking again."""

    report: Report
    """The answer of now, at the moment of then."""
    saved: JsonObject
    """The report as it was saved."""
    differences: tuple[Difference, ...]

    @property
    def same(self) -> bool:
        """Say whether everything came out as it was saved."""
        return not self.differences


def save_report(badge: bytes, report: Report, evidence: Evidence, policy: Policy = DEFAULT_POLICY) -> bytes:
    """Return the file: what was handed over, what was found, and every piece of evidence that was gathered for it.

    Args:
        badge: the bytes that were verified.
        report: what came of it.
        evidence: what `gather` brought.
        policy: the one that was used.
    """
    items: list[JsonValue] = [{**_as_json(item.to_json()), "sha256": content_digest(item.content)} for item in evidence]
    return dump_json(
        {
            "format": FORMAT,
            "badge": base64.b64encode(badge).decode(),
            "report": _as_json(report.to_json()),
            "policy": policy_to_json(policy),
            "evidence": items,
        }
    )


def replay(data: bytes) -> Replay:
    """Verify what a file holds, at its moment and with its evidence alone, and compare.

    Raises:
        SavedReportUnusable: not such a file, or a piece of it was damaged.
        MalformedInput, LimitExceeded: it is no JSON, too large or too deep, or there is no badge in it.
    """
    value = parse_json_object(data, max_bytes=MAX_SAVED_BYTES, max_depth=MAX_DEPTH)
    saved = value.get("report")
    if value.get("format") != FORMAT or value.keys() != _MEMBERS or not isinstance(saved, dict):
        raise SavedReportUnusable("This file has another form than a saved report.")
    badge, policy = _badge(value["badge"]), policy_from_json(value["policy"])
    submission = parse_submission(badge)
    report = verify(submission, _evidence(value["evidence"]), policy, now=_moment(saved.get("checked_at")))
    return Replay(report, saved, tuple(_differences(saved, _as_json(report.to_json()))))


def policy_to_json(policy: Policy) -> JsonObject:
    """Return every member of a policy; durations in seconds."""
    return {member.name: _member_to_json(getattr(policy, member.name)) for member in fields(policy)}


def policy_from_json(value: JsonValue) -> Policy:
    """Read back what `policy_to_json` wrote.

    Raises:
        SavedReportUnusable: a member is missing, unknown, or of another kind.
    """
    names = {member.name for member in fields(Policy)}
    if not isinstance(value, dict) or value.keys() != names:
        raise SavedReportUnusable("The policy in this file is of another version.")
    members: dict[str, Any] = {name: _member_from_json(getattr(DEFAULT_POLICY, name), value[name]) for name in names}
    return Policy(**members)


def _member_to_json(value: Freshness | timedelta | int | frozenset[Check]) -> JsonValue:
    match value:
        case Freshness():
            return [int(value.fresh_for.total_seconds()), int(value.usable_for.total_seconds())]
        case timedelta():
            return int(value.total_seconds())
        case frozenset():
            return [*sorted(value)]
        case _:
            return value


def _member_from_json(like: object, value: JsonValue) -> object:
    if isinstance(like, Freshness) and isinstance(value, list) and len(value) == 2:
        return Freshness(timedelta(seconds=_whole(value[0])), timedelta(seconds=_whole(value[1])))
    if isinstance(like, timedelta):
        return timedelta(seconds=_whole(value))
    if isinstance(like, int):
        return _whole(value)
    known = {str(check): check for check in Check}
    if isinstance(like, frozenset) and isinstance(value, list) and all(isinstance(name, str) for name in value):
        if not known.keys() >= {str(name) for name in value}:
            raise SavedReportUnusable("The policy in this file names a check that is not known.")
        return frozenset(known[str(name)] for name in value)
    raise SavedReportUnusable("A member of the policy is of another kind.")


def _whole(value: JsonValue) -> int:
    if type(value) is not int or not 0 <= value <= 10**10:
        raise SavedReportUnusable("A number in the policy is out of range.")
    return value


def _badge(value: JsonValue) -> bytes:
    if not isinstance(value, str) or len(value) > 2 * MAX_SUBMISSION_BYTES:
        raise SavedReportUnusable("The badge in this file cannot be read.")
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise SavedReportUnusable("The badge in this file cannot be read.") from error


def _moment(value: JsonValue) -> datetime:
    try:
        return read_moment(value)
    except ValueError as error:
        raise SavedReportUnusable("The report does not say when it was made.") from error


def _evidence(value: JsonValue) -> Evidence:
    if not isinstance(value, list) or len(value) > MAX_ITEMS:
        raise SavedReportUnusable("The evidence in this file cannot be read.")
    return Evidence.of(_item(entry) for entry in value)


def _item(value: JsonValue) -> EvidenceItem:
    if not isinstance(value, dict):
        raise SavedReportUnusable("A piece of evidence cannot be read.")
    try:
        item = EvidenceItem.from_json(value)
    except (KeyError, ValueError) as error:
        raise SavedReportUnusable("A piece of evidence cannot be read.") from error
    if value.get("sha256") != content_digest(item.content):
        raise SavedReportUnusable(f"A piece of evidence was damaged: {item.kind} {item.name[:200]}")
    return item


def _differences(saved: JsonObject, again: JsonObject) -> list[Difference]:
    """Compare two reports, the parts that can differ first; whatever else differs is one line."""
    found = [
        Difference(name, str(saved.get(name)), str(again.get(name)))
        for name in ("format", "verdict", "submission")
        if saved.get(name) != again.get(name)
    ]
    before, after = _findings(saved), _findings(again)
    for place in dict.fromkeys([*before, *after]):
        if before.get(place) != after.get(place):
            found.append(Difference(place, before.get(place, ""), after.get(place, "")))
    return found or ([] if saved == again else [Difference("report", "", "")])


def _findings(report: Mapping[str, JsonValue]) -> dict[str, str]:
    """Return each finding of a report by its place, as outcome and code; the checks of one kind are counted."""
    credentials = report.get("credentials")
    found: dict[str, str] = {}
    for number, credential in enumerate(credentials if isinstance(credentials, list) else []):
        checks = credential.get("checks") if isinstance(credential, dict) else None
        for result in checks if isinstance(checks, list) else []:
            members: JsonObject = result if isinstance(result, dict) else {}
            place = f"{number + 1}/{members.get('check')}"
            while place in found:
                place += "+"
            found[place] = f"{members.get('outcome')} {members.get('code')}"
    return found


def _as_json(value: object) -> JsonObject:
    """Return what a value is once it was written and read: moments and codes as texts."""
    return parse_json_object(dump_json(value), max_bytes=MAX_SAVED_BYTES, max_depth=MAX_DEPTH)
