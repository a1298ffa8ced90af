"""Award, pinned version, institution and holder become an unsigned Open Badge 3.0.

Pure: the same facts give the same document. Whether the award may be issued is decided in `issuance`; how Open Badges
writes a fact is the work of `vc_core.model.open_badge`.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from datetime import UTC, datetime

from issuer_agent.records import Award, BadgeClassContent, BadgeClassVersion, Institution, Text
from issuer_agent.stacks import HeldPart
from service_kit.badge_art import badge_svg
from vc_core.json_text import JsonObject
from vc_core.model.open_badge import (
    AchievementData,
    AlignmentData,
    AwardData,
    EvidenceData,
    IdentityData,
    ProfileData,
    QualityAssuranceData,
    StatusReference,
    build_achievement_credential,
)

_LANGUAGES = ("nl", "en")
_CREBO_DIGITS = 5


@dataclass(frozen=True, slots=True)
class PartFacts:
    """A badge that a composed one was awarded for."""

    part: HeldPart
    institution: Institution


@dataclass(frozen=True, slots=True)
class AwardFacts:
    """Everything that is decided about one award."""

    award: Award
    version: BadgeClassVersion
    institution: Institution
    parts: tuple[PartFacts, ...] = ()
    """Of a composed badge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """What is fixed about a credential before it is signed."""

    credential_id: str
    created_at: datetime
    statuses: tuple[StatusReference, ...]
    salt: str = field(repr=False)
    """Hides the e-mail address in a credential that has no holder."""


def build_credential(facts: AwardFacts, placement: Placement, *, issuer_url: str, holder_did: str | None) -> JsonObject:
    """Return the unsigned credential of an award.

    Without a holder the salted hash of the e-mail address names the learner.

    Raises:
        MalformedInput: the version cannot be written as an Open Badge.
    """
    award = facts.award
    identity = IdentityData(identity_type="emailAddress", value=award.recipient_email, salt=placement.salt)
    evidence = EvidenceData(url=award.evidence_url, narrative=award.evidence_narrative)
    data = AwardData(
        id=placement.credential_id,
        valid_from=timestamp(placement.created_at),
        valid_until=timestamp(award.expires_at) if award.expires_at else None,
        awarded_date=timestamp(award.earned_at),
        grade=award.grade,
        narrative=award.narrative,
        evidence=(
            *((evidence,) if award.evidence_url or award.evidence_narrative else ()),
            *(_part_evidence(item, main_language(facts.version.content)) for item in facts.parts),
        ),
        identities=() if holder_did else (identity,),
        statuses=placement.statuses,
    )
    profile = profile_of(facts.institution)
    achievement = achievement_of(facts.version, profile, issuer_url=issuer_url, graded=award.grade is not None)
    return build_achievement_credential(achievement, data, profile, holder_id=holder_did)


def _part_evidence(item: PartFacts, language: str) -> EvidenceData:
    """Return a part as evidence of the whole: by the identifier of its credential, where it has one already."""
    date = item.part.awarded_at.astimezone(UTC).date().isoformat()
    return EvidenceData(
        url=item.part.credential_id,
        name=item.part.title.get(language),
        description=f"{item.institution.name(language)}, {date}",
    )


def profile_of(institution: Institution) -> ProfileData:
    """Return the institution as issuer; its identifier is its DID."""
    if institution.did is None:
        raise ValueError("an institution without an identity cannot issue")
    return ProfileData(
        id=institution.did,
        name={"nl": institution.name_nl, "en": institution.name_en},
        url=institution.website,
        country_code=institution.country,
        institution_code=institution.institution_code,
    )


def achievement_of(
    version: BadgeClassVersion, creator: ProfileData, *, issuer_url: str, graded: bool = False
) -> AchievementData:
    """Return a version of a badge class as Open Badges sees it; its picture travels inside it."""
    content = version.content
    language = main_language(content)
    quality = content.quality_assurance
    outcomes = {name: texts for name in _LANGUAGES if (texts := getattr(content.learning_outcomes, name))}
    if outcomes and language not in outcomes:
        outcomes[language] = content.learning_outcomes.get(language)
    return AchievementData(
        id=f"{issuer_url}/badge-classes/{version.badge_class_id}/versions/{version.version}",
        kind=content.type,
        language=language,
        name=_localized(content.title, language),
        description=_localized(content.description, language),
        criteria=_localized(content.criteria, language),
        version=str(version.version),
        image_url=picture_of(version),
        formal=content.formal,
        learning_outcomes=outcomes,
        ects=content.ects,
        workload_hours=content.study_load_hours or content.time_investment_hours,
        eqf_level=content.eqf,
        level_confirmed=content.eqf_confirmed if content.eqf is not None else None,
        programme_codes=tuple((_programme_kind(code), code) for code in content.programme_codes),
        isced_f=content.isced_f,
        participation=content.participation,
        assessment_types=content.assessment,
        assessment_supervised=content.assessment_supervised,
        identity_verified=content.assessment_identity_verified,
        quality_assurance=QualityAssuranceData(
            name=quality.name, url=quality.url or None, description=quality.description or None
        )
        if quality
        else None,
        alignments=tuple(
            AlignmentData(
                target_name=item.name,
                target_url=item.url,
                target_framework=item.framework or None,
                target_code=item.code or None,
            )
            for item in content.alignments
        ),
        grade_result_type="Result" if graded or content.grade_required else None,
        creator=creator,
    )


def main_language(content: BadgeClassContent) -> str:
    """Return the language a badge class is first of all written in: that of the teaching, or the one with texts."""
    taught_in = content.language.lower()[:2]
    candidates = sorted(_LANGUAGES, key=lambda name: name != taught_in)
    return next((name for name in candidates if getattr(content.title, name)), candidates[0])


def picture_svg(version: BadgeClassVersion) -> str:
    """Return the picture of a version."""
    content = version.content
    title = content.title.get(main_language(content))
    return badge_svg(title, issuer=version.institution, kind=content.type)


def picture_of(version: BadgeClassVersion) -> str:
    """Return the picture as a data URL, so that looking at a badge asks nothing of anybody."""
    return "data:image/svg+xml;base64," + base64.b64encode(picture_svg(version).encode()).decode()


def timestamp(moment: datetime) -> str:
    """Return an xsd:dateTimeStamp in UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _localized(text: Text, language: str) -> dict[str, str]:
    """Return the languages that have a text; the main one borrows from the other where it has none."""
    found = {language: text.get(language)}
    return found | {name: value for name in _LANGUAGES if (value := getattr(text, name))}


def _programme_kind(code: str) -> str:
    return "CREBO" if code.isdigit() and len(code) == _CREBO_DIGITS else "RIO"
