"""What the verdict page shows: a view of a report and the badges in it, made for the screen. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service_kit.badge_art import badge_svg
from vc_core.json_text import dump_json
from verifier.codes import NOTHING_TO_TELL, Outcome
from verifier.moments import read_moment
from verifier.policy import severity
from verifier.report import BadgeSummary, CheckResult, CredentialReport, Report, Verdict
from verifier.texts import (
    Audience,
    advice,
    age_in_words,
    check_meaning,
    check_name,
    finding,
    verdict_sentence,
    verdict_title,
)

MAX_IMAGE_TEXT = 700_000
MAX_RAW_TEXT = 60_000
_DATA_IMAGE = re.compile(r"data:image/(?:png|jpeg|svg\+xml|webp);base64,[A-Za-z0-9+/=]+")
_ICONS = {Verdict.OK: "check", Verdict.ATTENTION: "alert", Verdict.BAD: "cross", Verdict.UNKNOWN: "question"}


@dataclass(frozen=True, slots=True)
class CheckView:
    """One line of the list of checks."""

    name: str
    finding: str
    advice: str
    meaning: str
    icon: str
    mark: str
    """Class of the mark's colour."""
    age: str
    evidence: str
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class BadgeView:
    """The badge as the wallet shows it; every text is somebody else's."""

    name: str
    issuer_name: str
    issuer_is_registered: bool
    issuer_host: str
    issuer_id: str
    valid_from: datetime | None
    valid_until: datetime | None
    description: str
    facts: tuple[str, ...]
    image: str
    art: str


@dataclass(frozen=True, slots=True)
class CredentialView:
    """One badge with its checks."""

    verdict: str
    title: str
    icon: str
    badge: BadgeView
    checks: tuple[CheckView, ...]
    raw: str


@dataclass(frozen=True, slots=True)
class VerdictView:
    """The whole verdict."""

    verdict: str
    title: str
    sentence: str
    icon: str
    remarks: tuple[str, ...]
    checked_at: datetime
    oldest_age: str
    credentials: tuple[CredentialView, ...]
    report_json: str


def view_report(
    report: Report, documents: Sequence[Mapping[str, Any]], language: str, audience: Audience = Audience.EMPLOYER
) -> VerdictView:
    """Return the view of a report; `documents` are the credentials in the same order, for their cards."""
    shown = [*documents, *([{}] * len(report.credentials))]
    credentials = tuple(
        _view_credential(credential, document, report, language, audience)
        for credential, document in zip(report.credentials, shown, strict=False)
    )
    oldest = report.oldest_evidence_at
    remarks = dict.fromkeys(finding(r.code, language) for r in report.results if severity(r) is not Verdict.OK)
    return VerdictView(
        verdict=report.verdict,
        title=verdict_title(report.verdict, language),
        sentence=verdict_sentence(report.verdict, language),
        icon=_ICONS[report.verdict],
        remarks=tuple(remarks),
        checked_at=report.checked_at,
        oldest_age=age_in_words(report.checked_at - oldest, language) if oldest else "",
        credentials=credentials,
        report_json=dump_json(report.to_json()).decode(),
    )


def _view_credential(
    credential: CredentialReport, document: Mapping[str, Any], report: Report, language: str, audience: Audience
) -> CredentialView:
    raw = dump_json(document).decode()
    return CredentialView(
        verdict=credential.verdict,
        title=verdict_title(credential.verdict, language),
        icon=_ICONS[credential.verdict],
        badge=_view_badge(credential.badge, document, language),
        checks=tuple(
            _view_check(result, report, language, audience)
            for result in credential.checks
            if result.code not in NOTHING_TO_TELL
        ),
        raw=show_text(raw, MAX_RAW_TEXT),
    )


def _view_check(result: CheckResult, report: Report, language: str, audience: Audience) -> CheckView:
    weight = severity(result)
    mark = {Verdict.OK: "passed", Verdict.ATTENTION: "attention", Verdict.BAD: "failed", Verdict.UNKNOWN: "not_run"}[
        weight
    ]
    icon = _ICONS[weight]
    if result.outcome is Outcome.NOT_APPLICABLE:
        mark, icon = "not_applicable", "dot"
    age = age_in_words(report.checked_at - result.evidence_at, language) if result.evidence_at else ""
    return CheckView(
        name=check_name(result.check, language),
        finding=finding(result.code, language),
        advice=advice(result.code, language, audience),
        meaning=check_meaning(result.check, language),
        icon=icon,
        mark=mark,
        age=age,
        evidence=result.evidence,
        code=result.code,
        detail=result.detail,
    )


def _view_badge(badge: BadgeSummary, document: Mapping[str, Any], language: str) -> BadgeView:
    achievement = _object(_object(document.get("credentialSubject")).get("achievement"))
    registered = badge.registered_name.get(language) or next(iter(badge.registered_name.values()), "")
    name = show_text(badge.name, 120)
    return BadgeView(
        name=name,
        issuer_name=show_text(registered or badge.issuer_name, 120),
        issuer_is_registered=bool(registered),
        issuer_host=_host_of(badge.issuer_id),
        issuer_id=show_text(badge.issuer_id, 200),
        valid_from=_moment(badge.valid_from),
        valid_until=_moment(badge.valid_until),
        description=show_text(_text_of(achievement.get("description")), 400),
        facts=_facts(achievement),
        image=_image(achievement),
        art=badge_svg(name or "?", issuer=badge.issuer_id, kind=_kind(achievement)),
    )


def show_text(text: str, limit: int) -> str:
    """Return foreign text fit for a page: no control or direction marks, not longer than there is room for."""
    kept = "".join(c for c in text if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co", "Cn"} or c == "\n")
    return kept if len(kept) <= limit else kept[: limit - 1] + "…"


def _facts(achievement: Mapping[str, Any]) -> tuple[str, ...]:
    facts = [achievement.get("achievementType")]
    credits = achievement.get("creditsAvailable")
    if isinstance(credits, int | float) and not isinstance(credits, bool):
        facts.append(f"{credits:g} EC")
    facts.append(achievement.get("inLanguage"))
    return tuple(show_text(fact, 40) for fact in facts if isinstance(fact, str) and fact)


def _image(achievement: Mapping[str, Any]) -> str:
    """Return a picture from inside the badge; one that would have to be fetched is never shown."""
    image = achievement.get("image")
    address = image.get("id") if isinstance(image, dict) else image
    if isinstance(address, str) and len(address) <= MAX_IMAGE_TEXT and _DATA_IMAGE.fullmatch(address):
        return address
    return ""


def _kind(achievement: Mapping[str, Any]) -> str:
    return "micro_credential" if achievement.get("achievementType") == "MicroCredential" else "regular"


def _host_of(identifier: str) -> str:
    """Return the host an issuer's identifier leads to, which is harder to fake than a name."""
    if identifier.startswith("did:web:"):
        return show_text(identifier.split(":")[2].replace("%3A", ":"), 80)
    match = re.match(r"https?://([^/?#]+)", identifier)
    return show_text(match.group(1), 80) if match else ""


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text_of(value: Any) -> str:
    if isinstance(value, dict):
        value = next((text for text in value.values() if isinstance(text, str)), "")
    return value if isinstance(value, str) else ""


def _moment(text: str) -> datetime | None:
    try:
        return read_moment(text)
    except ValueError:
        return None
