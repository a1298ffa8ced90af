"""What an award must say: who gets it, and what its badge class asks for. The same for one award and for thousands."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from issuer_agent.audit_trail import Actor
from issuer_agent.records import Award, BadgeClass, BadgeClassVersion
from issuer_agent.web_address import is_web_address
from service_kit.problems import InvalidValues, RuleRefused

# A check against typing errors, not RFC 5322: something, an at sign, a domain with a dot or a loopback name.
_EMAIL = re.compile(r"[^@\s\x00-\x1f\x7f<>\"',;]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])")
MAX_NAME = 200
MAX_GRADE = 254
MAX_NARRATIVE = 4000


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who gets the badge."""

    email: str
    name: str


@dataclass(frozen=True, slots=True)
class Grounds:
    """What the award rests on."""

    grade: str | None = None
    narrative: str | None = None
    evidence_url: str | None = None
    evidence_narrative: str | None = None


def make_award(
    badge_class: BadgeClass,
    version: BadgeClassVersion,
    recipient: Recipient,
    grounds: Grounds,
    *,
    earned_at: datetime,
    actor: Actor,
    now: datetime,
) -> Award:
    """Return an award to a wallet, with an identifier of its own; nothing is kept yet.

    Raises:
        InvalidValues: recipient or grounds are not right.
    """
    errors = award_errors(version, recipient, grounds)
    if errors:
        raise InvalidValues("The award is not complete yet.", errors=errors)
    days = version.content.expires_days
    return Award(
        id=str(uuid.uuid4()),
        institution=badge_class.institution,
        badge_class_id=badge_class.id,
        version=version.version,
        recipient_email=recipient.email.strip().lower(),
        recipient_name=recipient.name.strip(),
        delivery="wallet",
        grade=_text(grounds.grade),
        narrative=_text(grounds.narrative),
        evidence_url=_text(grounds.evidence_url),
        evidence_narrative=_text(grounds.evidence_narrative),
        earned_at=earned_at,
        # Expiry counts from the award, also where the badge was earned earlier.
        expires_at=None if days is None else now + timedelta(days=days),
        awarded_at=now,
        awarded_by=actor.id,
        batch="",
    )


def _text(value: str | None) -> str | None:
    return (value or "").strip() or None


def require_active(badge_class: BadgeClass) -> None:
    """Return when something may be awarded of this class. Raises RuleRefused."""
    if badge_class.state != "active":
        raise RuleRefused("This badge class is not active, so nothing can be awarded.", code="badge-class-not-active")


def award_errors(version: BadgeClassVersion, recipient: Recipient, grounds: Grounds) -> list[dict[str, str]]:
    """Return what is wrong with an award and what its badge class still asks, as {pointer, detail}; empty when good."""
    return [*recipient_errors(recipient), *missing_grounds(version, grounds), *_wrong_grounds(grounds)]


def recipient_errors(recipient: Recipient) -> list[dict[str, str]]:
    """Return what is wrong with who gets it."""
    errors = []
    if not _EMAIL.fullmatch(recipient.email.strip()):
        errors.append({"pointer": "/recipient/email", "detail": "This is not an e-mail address."})
    if not 1 <= len(recipient.name.strip()) <= MAX_NAME:
        errors.append({"pointer": "/recipient/name", "detail": "A name is needed, of 200 characters at most."})
    return errors


def missing_grounds(version: BadgeClassVersion, grounds: Grounds) -> list[dict[str, str]]:
    """Return what the badge class asks and is not there."""
    content, errors = version.content, []
    if content.grade_required and not (grounds.grade or "").strip():
        errors.append({"pointer": "/grade", "detail": "This badge needs a grade."})
    if content.narrative_required and not (grounds.narrative or "").strip():
        errors.append({"pointer": "/narrative", "detail": "This badge needs a motivation by the awarder."})
    if content.evidence_required and not (
        (grounds.evidence_url or "").strip() or (grounds.evidence_narrative or "").strip()
    ):
        errors.append({"pointer": "/evidence_url", "detail": "This badge needs evidence."})
    return errors


def _wrong_grounds(grounds: Grounds) -> list[dict[str, str]]:
    errors = []
    if (grounds.evidence_url or "").strip() and not is_web_address(grounds.evidence_url or ""):
        errors.append({"pointer": "/evidence_url", "detail": "This is not a web address that starts with https."})
    for name, limit in (("grade", MAX_GRADE), ("narrative", MAX_NARRATIVE), ("evidence_narrative", MAX_NARRATIVE)):
        if len(getattr(grounds, name) or "") > limit:
            errors.append({"pointer": f"/{name}", "detail": "This text is too long."})
    return errors
