"""What the API takes and gives; nothing is decided here."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, HttpUrl, StringConstraints

from issuer_agent.records import (
    Alignment,
    Award,
    BadgeClass,
    BadgeClassContent,
    BadgeClassVersion,
    BadgeRequest,
    Institution,
    QualityAssurance,
    Stack,
    StackPart,
    Text,
    Texts,
)
from issuer_agent.store import CONTENT
from vc_core.model.accreditation import MAX_FURTHER_LINKS, MAX_SCOPES, Accreditation, read_scopes

type Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255)]
type Long = Annotated[str, StringConstraints(max_length=4000)]


_PARTS: dict[str, type] = {
    "title": Text,
    "unit": Text,
    "description": Text,
    "criteria": Text,
    "learning_outcomes": Texts,
    "quality_assurance": QualityAssurance,
    "alignments": Alignment,
    "stack": Stack,
}


def _known_members(value: object) -> object:
    """Refuse members a badge class does not have, so that a typing error does not pass unseen."""
    pairs: list[tuple[object, type]] = [(value, BadgeClassContent)]
    if isinstance(value, dict):
        for name, kind in _PARTS.items():
            part = value.get(name)
            pairs += [(item, kind) for item in (part if isinstance(part, list) else [part])]
        stack = value.get("stack")
        parts = stack.get("parts") if isinstance(stack, dict) else None
        pairs += [(item, StackPart) for item in (parts if isinstance(parts, list) else [])]
    for item, kind in pairs:
        if isinstance(item, dict) and not item.keys() <= {field.name for field in fields(kind)}:
            raise ValueError("There is a member that a badge class does not have. Look for a typing error.")
    return value


type ContentIn = Annotated[BadgeClassContent, BeforeValidator(_known_members)]


class Message(BaseModel):
    """Unknown members are refused, so that a typing error does not pass unseen."""

    model_config = ConfigDict(extra="forbid")


class NamesIn(Message):
    """A name in both languages."""

    nl: Short
    en: Short


class InstitutionIn(Message):
    """An institution to add."""

    slug: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$")]
    name: NamesIn
    kind: Literal["wo", "hbo", "mbo"]
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] = "NL"
    website: HttpUrl | None = None
    institution_code: Short | None = None


class AccreditationIn(Message):
    """What another institution may award, or let others award; scopes as in the accreditation credential."""

    subject: Annotated[str, StringConstraints(pattern=r"^did:[^\s#]{1,490}$")]
    may_issue: list[dict[str, Any]] = Field(default_factory=list, max_length=MAX_SCOPES)
    may_accredit: list[dict[str, Any]] = Field(default_factory=list, max_length=MAX_SCOPES)
    further_links: Annotated[int, Field(ge=0, le=MAX_FURTHER_LINKS)] = 0
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None


def accreditation_of(body: AccreditationIn, *, default_since: datetime) -> Accreditation:
    """Return the statement without its identifier and issuer. Raises MalformedInput."""
    return Accreditation(
        "",
        "",
        body.subject,
        (body.since or default_since).replace(microsecond=0),
        body.until,
        read_scopes([*body.may_issue]),
        read_scopes([*body.may_accredit]),
        body.further_links,
    )


class BadgeClassIn(Message):
    """A badge class to make; `publish` makes it active at once."""

    institution: Short
    content: ContentIn
    publish: bool = False


class VersionIn(Message):
    """New content for a badge class; `publish` makes it the next version at once."""

    content: ContentIn
    publish: bool = True


class RequestIn(Message):
    """A request on behalf of a person who is known here."""

    person_id: Short
    motivation: Long = ""
    evidence_url: Long = ""


class GroundsIn(Message):
    """What an award rests on."""

    grade: Annotated[str, StringConstraints(max_length=254)] | None = None
    narrative: Long | None = None
    evidence_url: Annotated[str, StringConstraints(max_length=2000)] | None = None
    evidence_narrative: Long | None = None


class RecipientIn(Message):
    """Who gets the badge."""

    email: Annotated[str, StringConstraints(strip_whitespace=True, max_length=320)]
    name: Short


class AwardIn(GroundsIn):
    """A direct award."""

    badge_class: Short
    recipient: RecipientIn
    delivery: Literal["wallet", "file"] = "wallet"
    batch: Annotated[str, StringConstraints(max_length=100)] = ""
    idempotency_key: Short | None = None


class OfferIn(Message):
    """How to offer an award."""

    tx_code: bool = False


class ReasonIn(Message):
    """Why something is denied or revoked."""

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255)]


class ApiKeyIn(Message):
    """A key to make; the name says what it is for."""

    name: Short


class OfferOut(BaseModel):
    """An offer; its secrets are shown this once."""

    credential_offer_uri: str
    offer_url: str
    wallet_url: str
    tx_code: str | None = Field(default=None, description="Give it to the learner by another way than the offer.")
    expires_at: datetime


def institution_out(item: Institution) -> dict[str, Any]:
    """Return an institution as the API shows it; nothing of its access to the agent."""
    return {
        "slug": item.slug,
        "name": {"nl": item.name_nl, "en": item.name_en},
        "kind": item.kind,
        "country": item.country,
        "did": item.did,
        "ready": item.ready,
        "verification_methods": [key for key in (item.ed25519_key_id, item.p256_key_id) if key],
    }


def badge_class_out(item: BadgeClass) -> dict[str, Any]:
    """Return a badge class as the API shows it."""
    draft = None if item.draft is None else CONTENT.dump_python(item.draft, mode="json")
    return {
        "id": item.id,
        "institution": item.institution,
        "state": item.state,
        "current_version": item.current_version,
        "draft": draft,
        "created_at": item.created_at.isoformat(),
    }


def version_out(item: BadgeClassVersion) -> dict[str, Any]:
    """Return a version as the API shows it."""
    return {
        "id": item.id,
        "badge_class": item.badge_class_id,
        "version": item.version,
        "institution": item.institution,
        "content": CONTENT.dump_python(item.content, mode="json"),
        "published_at": item.published_at.isoformat(),
    }


def request_out(item: BadgeRequest) -> dict[str, Any]:
    """Return a request as the API shows it."""
    return {
        "id": item.id,
        "badge_class": item.badge_class_id,
        "version": item.version,
        "person": item.person_id,
        "state": item.state,
        "motivation": item.motivation,
        "evidence_url": item.evidence_url,
        "reason": item.reason,
        "award": item.award_id,
        "created_at": item.created_at.isoformat(),
    }


def award_out(item: Award, issuing: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return an award as the API shows it to staff."""
    return {
        "id": item.id,
        "institution": item.institution,
        "badge_class": item.badge_class_id,
        "version": item.version,
        "recipient": {"email": item.recipient_email, "name": item.recipient_name},
        "delivery": item.delivery,
        "grade": item.grade,
        "narrative": item.narrative,
        "evidence_url": item.evidence_url,
        "evidence_narrative": item.evidence_narrative,
        "batch": item.batch,
        "earned_at": item.earned_at.isoformat(),
        "expires_at": item.expires_at.isoformat() if item.expires_at else None,
        "awarded_at": item.awarded_at.isoformat(),
        "revoked_at": item.revoked_at.isoformat() if item.revoked_at else None,
        "revocation_reason": item.revocation_reason,
        "suspended_at": item.suspended_at.isoformat() if item.suspended_at else None,
        "issuing": issuing,
    }
