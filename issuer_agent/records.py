"""What the issuer knows, as frozen values; rows leave the store in these shapes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

type Language = Literal["nl", "en"]
type Kind = Literal["wo", "hbo", "mbo"]
type BadgeClassType = Literal["micro_credential", "regular", "extra_curricular"]
type Role = Literal["administrator", "editor", "awarder", "viewer", "student"]
type Participation = Literal["online", "onsite", "blended", "work_experience"]
type Assessment = Literal[
    "written_exam",
    "report_paper",
    "behavioural_assessment",
    "professional_product",
    "development_report",
    "portfolio_assessment",
    "oral_exam",
    "personalized_assessment",
]


@dataclass(frozen=True, slots=True)
class Institution:
    """An institution and, once it is provisioned, its identity."""

    slug: str
    name_nl: str
    name_en: str
    kind: Kind
    country: str
    website: str | None
    institution_code: str | None
    created_at: datetime
    did: str | None = None
    tenant_id: str | None = None
    tenant_token_encrypted: bytes | None = field(default=None, repr=False)
    ed25519_key_id: str | None = None
    p256_key_id: str | None = None
    published_at: datetime | None = None
    signing_since: datetime | None = None
    """When its keys took over from others; None for the first."""
    second_person_from: int | None = None
    """From this many awards at once a second person decides; None for never."""

    @property
    def ready(self) -> bool:
        """Say whether it has keys and a published document, so that it can issue."""
        return self.published_at is not None

    def name(self, language: str) -> str:
        """Return the name in this language."""
        return self.name_nl if language == "nl" else self.name_en


@dataclass(frozen=True, slots=True)
class KeyChange:
    """A rotation of keys, or a compromise; finished or under way."""

    id: str
    institution: str
    kind: Literal["rotation", "compromise"]
    state: Literal["begun", "made", "published", "switched", "done"]
    old_ed25519: str
    old_p256: str
    started_at: datetime
    started_by: str
    new_ed25519: str | None = None
    new_p256: str | None = None
    distrusted_since: datetime | None = None
    """Of a compromise: the moment from which others may have had the old keys."""
    published_at: datetime | None = None
    switched_at: datetime | None = None
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """A text in both languages."""

    nl: str = ""
    en: str = ""

    def get(self, language: str) -> str:
        """Return the text in this language, or in the other one where it is missing."""
        return (self.nl or self.en) if language == "nl" else (self.en or self.nl)


@dataclass(frozen=True, slots=True)
class Texts:
    """A list of texts in both languages."""

    nl: tuple[str, ...] = ()
    en: tuple[str, ...] = ()

    def get(self, language: str) -> tuple[str, ...]:
        """Return the list in this language, or in the other one where it is missing."""
        return (self.nl or self.en) if language == "nl" else (self.en or self.nl)


@dataclass(frozen=True, slots=True)
class QualityAssurance:
    """Who vouches for the quality of what was learned."""

    name: str
    url: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Alignment:
    """A skill or framework elsewhere that this badge class relates to."""

    name: str
    url: str
    framework: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class StackPart:
    """A badge class that counts towards a composed one; of the same institution or another."""

    badge_class_id: str
    mandatory: bool = False


@dataclass(frozen=True, slots=True)
class Stack:
    """What a composed badge asks of its parts; without a number all of them."""

    parts: tuple[StackPart, ...] = ()
    at_least: int | None = None
    """This many of the parts."""
    ects_at_least: float | None = None
    """Parts of this many credits together."""
    level_at_least: int | None = None
    """Only parts of this EQF level or higher count."""


@dataclass(frozen=True, slots=True)
class BadgeClassContent:
    """All that a badge class says; a version of it is pinned by every award."""

    type: BadgeClassType
    title: Text
    language: str = "nl"
    """Of the teaching; BCP 47."""
    unit: Text = field(default_factory=Text)
    """The faculty or school inside the institution."""
    description: Text = field(default_factory=Text)
    criteria: Text = field(default_factory=Text)
    """Markdown without HTML."""
    learning_outcomes: Texts = field(default_factory=Texts)
    formal: bool = True
    ects: float | None = None
    study_load_hours: int | None = None
    """Dutch SBU; mbo only."""
    time_investment_hours: int | None = None
    eqf: int | None = None
    """EQF level 1 to 8; equal to the NLQF level in the Netherlands."""
    eqf_confirmed: bool = False
    """Not confirmed: shown as indicative."""
    isced_f: str | None = None
    programme_codes: tuple[str, ...] = ()
    participation: tuple[Participation, ...] = ()
    assessment: tuple[Assessment, ...] = ()
    assessment_supervised: bool = False
    assessment_identity_verified: bool = False
    quality_assurance: QualityAssurance | None = None
    alignments: tuple[Alignment, ...] = ()
    stackable: bool = False
    stack: Stack | None = None
    """Of a composed badge."""
    suspendable: bool = False
    """Badges of it can be put on hold and given back; such a badge names two status lists."""
    expires_days: int | None = None
    enrol: Literal["both", "direct_award", "self_request"] = "both"
    grade_required: bool = False
    evidence_required: bool = False
    narrative_required: bool = False
    student_evidence_required: bool = False
    student_motivation_required: bool = False
    open_to: tuple[str, ...] = ()
    """Other institutions whose students may ask."""
    on_behalf_of: str | None = None
    on_behalf_of_url: str | None = None


@dataclass(frozen=True, slots=True)
class BadgeClass:
    """A badge class; its versions carry the content."""

    id: str
    institution: str
    state: Literal["draft", "active", "archived"]
    current_version: int | None
    draft: BadgeClassContent | None
    """Changes that are not published yet."""
    created_at: datetime


@dataclass(frozen=True, slots=True)
class BadgeClassVersion:
    """One published version; it never changes."""

    badge_class_id: str
    version: int
    content: BadgeClassContent
    published_at: datetime
    institution: str

    @property
    def id(self) -> str:
        """Return the identifier of this version, as configuration ids and addresses use it."""
        return f"{self.badge_class_id}-v{self.version}"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who signs in."""

    id: str
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Membership:
    """What somebody is at an institution."""

    person_id: str
    institution: str
    role: Role
    expires_at: datetime | None = None
    """Until then; None until somebody takes it away."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """A role that waits for somebody to accept it."""

    id: str
    institution: str
    email: str
    role: Role
    role_until: datetime | None
    created_at: datetime
    created_by: str
    expires_at: datetime
    accepted_at: datetime | None = None
    accepted_by: str | None = None
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class BadgeRequest:
    """A student asks for a badge."""

    id: str
    badge_class_id: str
    version: int
    person_id: str
    state: Literal["open", "awarded", "denied", "withdrawn"]
    motivation: str | None
    evidence_url: str | None
    created_at: datetime
    decided_at: datetime | None = None
    decided_by: str | None = None
    reason: str | None = None
    award_id: str | None = None


@dataclass(frozen=True, slots=True)
class Award:
    """The decision that a learner gets an achievement; pins the version it was made from."""

    id: str
    institution: str
    badge_class_id: str
    version: int
    recipient_email: str = field(repr=False)
    recipient_name: str = field(repr=False)
    delivery: Literal["wallet", "file"]
    grade: str | None
    narrative: str | None
    evidence_url: str | None
    evidence_narrative: str | None
    earned_at: datetime
    expires_at: datetime | None
    awarded_at: datetime
    awarded_by: str
    batch: str
    idempotency_key: str | None = None
    revoked_at: datetime | None = None
    revocation_reason: str | None = None
    suspended_at: datetime | None = None
    """Until it is given back."""


@dataclass(frozen=True, slots=True)
class StatusChange:
    """One act in the life of an award after it was made; for its institution and the student, nobody else."""

    award_id: str
    at: datetime
    act: Literal["revoked", "suspended", "reinstated"]
    reason: str
    actor: str
