"""The plain facts an Open Badge is built from; see `open_badge` for what becomes of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

type LocalizedText = Mapping[str, str]
"""BCP 47 language to text; the main language is named beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileData:
    """An institution, issuer group or issuer."""

    id: str
    name: LocalizedText
    url: str | None = None
    email: str | None = None
    image_url: str | None = None
    description: LocalizedText = field(default_factory=dict)
    country_code: str | None = None
    """ISO 3166-1, two letters (EU element 3)."""
    institution_code: str | None = None
    """BRIN, for Dutch institutions."""
    parent: ProfileData | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlignmentData:
    """A place in a framework: ESCO, ISCED-F, a national one."""

    target_name: str
    target_url: str
    target_description: str | None = None
    target_framework: str | None = None
    target_code: str | None = None
    target_type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityAssuranceData:
    """The framework under which quality is assured (EU element 11)."""

    name: str
    url: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AchievementData:
    """One published version of a badge class."""

    id: str
    kind: str
    """`micro_credential`, `regular` or `extra_curricular`."""
    language: str
    """Main language, BCP 47; every text below must have it."""
    name: LocalizedText
    description: LocalizedText
    criteria: LocalizedText
    version: str | None = None
    image_url: str | None = None
    image_caption: str | None = None
    formal: bool | None = None
    learning_outcomes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ects: float | None = None
    workload_hours: int | None = None
    """Study load (SBU) or time investment."""
    eqf_level: int | None = None
    nlqf_level: str | None = None
    level_confirmed: bool | None = None
    programme_codes: tuple[tuple[str, str], ...] = ()
    """Pairs of `RIO` or `CREBO` and the code."""
    isced_f: str | None = None
    participation: tuple[str, ...] = ()
    assessment_types: tuple[str, ...] = ()
    assessment_supervised: bool | None = None
    identity_verified: bool | None = None
    quality_assurance: QualityAssuranceData | None = None
    alignments: tuple[AlignmentData, ...] = ()
    grade_result_type: str | None = None
    """For example `LetterGrade`, `Percent`, `RawScore`, `Status`; set it when a grade may be given."""
    is_part_of: tuple[str, ...] = ()
    """Identifiers of the achievements (stacks) this one counts towards."""
    tags: tuple[str, ...] = ()
    creator: ProfileData | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceData:
    """What the learner or awarder points to."""

    url: str | None = None
    name: str | None = None
    description: str | None = None
    narrative: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityData:
    """A salted hash by which the holder can show who they are; the value itself is not published."""

    identity_type: str
    """`emailAddress`, `identifier` … (Open Badges 3.0, IdentifierTypeEnum)."""
    value: str = field(repr=False)
    salt: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusReference:
    """The place of a credential in a status list."""

    list_url: str
    index: int
    purpose: str = "revocation"


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardData:
    """The decision that one learner gets the achievement, as it is written into the credential."""

    id: str
    """Identifier of the credential, for example `urn:uuid:…`."""
    valid_from: str
    valid_until: str | None = None
    awarded_date: str | None = None
    grade: str | None = None
    narrative: str | None = None
    evidence: tuple[EvidenceData, ...] = ()
    identities: tuple[IdentityData, ...] = ()
    activity_start: str | None = None
    activity_end: str | None = None
    statuses: tuple[StatusReference, ...] = ()
