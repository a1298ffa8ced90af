"""Build unsigned Open Badges 3.0 credentials from plain facts; standard places first, our own vocabulary for the rest.

Who may issue what, and whether the facts follow the rules of edubadges, is decided by the issuer service. Nothing
here signs.
"""

from __future__ import annotations

from collections.abc import Mapping

from vc_core.contexts import CREDENTIALS_V2, EDUBADGES_CONTEXT, OPEN_BADGES_CONTEXT, OPEN_BADGES_EXTENSIONS
from vc_core.errors import MalformedInput
from vc_core.json_text import JsonObject, JsonValue
from vc_core.model.envelope import build_profile, build_status_entry, put_text, put_translations
from vc_core.model.facts import (
    AchievementData,
    AlignmentData,
    AwardData,
    EvidenceData,
    IdentityData,
    LocalizedText,
    ProfileData,
    QualityAssuranceData,
    StatusReference,
)
from vc_core.model.findings import Finding
from vc_core.model.identity import build_identity_object, identity_hash
from vc_core.model.lint import lint
from vc_core.model.vocabulary import ASSESSMENT_TYPES, KINDS, PARTICIPATION, PROGRAMME_TYPES

__all__ = [
    "AchievementData",
    "AlignmentData",
    "AwardData",
    "EvidenceData",
    "Finding",
    "IdentityData",
    "ProfileData",
    "QualityAssuranceData",
    "StatusReference",
    "build_achievement_credential",
    "identity_hash",
    "lint",
]

SCHEMA_URL = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"


def build_achievement_credential(
    achievement: AchievementData, award: AwardData, issuer: ProfileData, *, holder_id: str | None = None
) -> JsonObject:
    """Return an unsigned AchievementCredential (VCDM 2.0, Open Badges 3.0.3).

    `holder_id` is the DID of the holder's key; without it the award must carry an identity.

    Raises:
        MalformedInput: a text lacks the main language, a value is not in its list, or nothing says who the learner is.
    """
    if holder_id is None and not award.identities:
        raise MalformedInput("The badge does not say who earned it: give a holder or an identity.")
    document: JsonObject = {
        "@context": [CREDENTIALS_V2, OPEN_BADGES_CONTEXT, OPEN_BADGES_EXTENSIONS, EDUBADGES_CONTEXT],
        "id": award.id,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": _main(achievement.name, achievement.language),
        "issuer": build_profile(issuer, achievement.language, with_translations=True),
        "validFrom": award.valid_from,
    }
    put_text(document, "validUntil", award.valid_until)
    put_text(document, "awardedDate", award.awarded_date)
    document["credentialSubject"] = _subject(achievement, award, holder_id)
    if award.evidence:
        document["evidence"] = [_evidence(item) for item in award.evidence]
    if award.statuses:
        entries = [build_status_entry(item) for item in award.statuses]
        document["credentialStatus"] = entries[0] if len(entries) == 1 else [*entries]
    if len(award.statuses) <= 1:
        # The schema knows one status; a badge with two, which VCDM 2.0 (4.10) allows, does not claim to follow it.
        document["credentialSchema"] = [{"id": SCHEMA_URL, "type": "1EdTechJsonSchemaValidator2019"}]
    return document


def _subject(achievement: AchievementData, award: AwardData, holder_id: str | None) -> JsonObject:
    subject: JsonObject = {}
    put_text(subject, "id", holder_id)
    subject["type"] = ["AchievementSubject"]
    if award.identities:
        subject["identifier"] = [build_identity_object(item) for item in award.identities]
    put_text(subject, "activityStartDate", award.activity_start)
    put_text(subject, "activityEndDate", award.activity_end)
    if achievement.ects is not None:
        subject["creditsEarned"] = _number(achievement.ects)
    put_text(subject, "narrative", award.narrative)
    if award.grade is not None:
        if achievement.grade_result_type is None:
            raise MalformedInput("The badge class has no grade, but the award gives one.")
        grade: JsonObject = {"type": ["Result"], "resultDescription": f"{achievement.id}#grade", "value": award.grade}
        subject["result"] = [grade]
    subject["achievement"] = _achievement(achievement)
    return subject


def _achievement(data: AchievementData) -> JsonObject:
    if data.kind not in KINDS:
        raise MalformedInput("The kind of badge class is not known.")
    language = data.language
    criteria: JsonObject = {"narrative": _main(data.criteria, language)}
    achievement: JsonObject = {
        "id": data.id,
        "type": ["Achievement"],
        "achievementType": KINDS[data.kind],
        "name": _main(data.name, language),
        "description": _main(data.description, language),
        "criteria": criteria,
        "inLanguage": language,
    }
    put_translations(achievement, "localizedName", data.name)
    put_translations(achievement, "localizedDescription", data.description)
    put_translations(criteria, "localizedCriteria", data.criteria)
    put_text(achievement, "version", data.version)
    if data.image_url is not None:
        image: JsonObject = {"id": data.image_url, "type": "Image"}
        put_text(image, "caption", data.image_caption)
        achievement["image"] = image
    if data.creator is not None:
        achievement["creator"] = build_profile(data.creator, language, with_translations=True)
    if data.ects is not None:
        achievement["creditsAvailable"] = _number(data.ects)
        achievement["creditFramework"] = "ECTS"
    if data.tags:
        achievement["tag"] = list(data.tags)
    alignments = _alignments(data)
    if alignments:
        achievement["alignment"] = alignments
    if data.programme_codes:
        achievement["otherIdentifier"] = [_programme(kind, code) for kind, code in data.programme_codes]
    if data.grade_result_type is not None:
        achievement["resultDescription"] = [_grade_description(data)]
    return achievement | _own_terms(data)


def _own_terms(data: AchievementData) -> JsonObject:
    """Return what Open Badges has no place for (our context, `edubadges/v1`)."""
    own: JsonObject = {}
    if data.formal is not None:
        own["learningSetting"] = "formal" if data.formal else "nonFormal"
    if data.learning_outcomes:
        if data.language not in data.learning_outcomes:
            raise MalformedInput("The learning outcomes lack the main language.")
        own["learningOutcome"] = list(data.learning_outcomes[data.language])
        if len(data.learning_outcomes) > 1:
            own["localizedLearningOutcome"] = {name: list(texts) for name, texts in data.learning_outcomes.items()}
    if data.workload_hours is not None:
        own["workload"] = f"PT{data.workload_hours}H"
    if data.participation:
        own["participation"] = [_known(PARTICIPATION, value) for value in data.participation]
    if data.assessment_types:
        own["assessmentType"] = [_known(ASSESSMENT_TYPES, value) for value in data.assessment_types]
    if data.assessment_supervised is not None:
        own["assessmentSupervised"] = data.assessment_supervised
    if data.identity_verified is not None:
        own["identityVerified"] = data.identity_verified
    if data.quality_assurance is not None:
        quality: JsonObject = {"type": ["QualityAssurance"], "name": data.quality_assurance.name}
        put_text(quality, "id", data.quality_assurance.url)
        put_text(quality, "description", data.quality_assurance.description)
        own["qualityAssurance"] = quality
    if data.is_part_of:
        own["isPartOf"] = list(data.is_part_of)
    return own


def _alignments(data: AchievementData) -> list[JsonValue]:
    found: list[JsonValue] = [_alignment(item) for item in data.alignments]
    levels = []
    if data.eqf_level is not None:
        if data.eqf_level not in range(1, 9):
            raise MalformedInput("An EQF level lies between 1 and 8.")
        framework = ("EQF", "European Qualifications Framework", str(data.eqf_level))
        levels.append((framework, f"http://data.europa.eu/snb/eqf/{data.eqf_level}"))
    if data.nlqf_level is not None:
        framework = ("NLQF", "Nederlands Kwalificatieraamwerk", data.nlqf_level)
        levels.append((framework, "https://nlqf.nl/nlqf-niveaus"))
    for (short, full, code), url in levels:
        level = AlignmentData(
            target_name=f"{short} {code}",
            target_url=url,
            target_framework=full,
            target_code=code,
            target_type=f"ext:{short}",
        )
        entry = _alignment(level)
        if data.level_confirmed is not None:
            entry["levelConfirmed"] = data.level_confirmed
        found.append(entry)
    if data.isced_f is not None:
        url = f"http://data.europa.eu/snb/isced-f/{data.isced_f}"
        field_of_study = AlignmentData(
            target_name=f"ISCED-F {data.isced_f}",
            target_url=url,
            target_framework="ISCED-F 2013",
            target_code=data.isced_f,
            target_type="ext:ISCED-F",
        )
        found.append(_alignment(field_of_study))
    quality = data.quality_assurance
    if quality is not None and quality.url is not None:
        found.append(
            _alignment(
                AlignmentData(target_name=quality.name, target_url=quality.url, target_type="ext:QualityAssurance")
            )
        )
    return found


def _alignment(data: AlignmentData) -> JsonObject:
    entry: JsonObject = {"type": ["Alignment"], "targetName": data.target_name, "targetUrl": data.target_url}
    put_text(entry, "targetDescription", data.target_description)
    put_text(entry, "targetFramework", data.target_framework)
    put_text(entry, "targetCode", data.target_code)
    put_text(entry, "targetType", data.target_type)
    return entry


def _programme(kind: str, code: str) -> JsonObject:
    return {"type": "IdentifierEntry", "identifier": code, "identifierType": _known(PROGRAMME_TYPES, kind)}


def _grade_description(data: AchievementData) -> JsonObject:
    name = "Cijfer" if data.language.lower().startswith("nl") else "Grade"
    return {
        "id": f"{data.id}#grade",
        "type": ["ResultDescription"],
        "name": name,
        "resultType": data.grade_result_type,
    }


def _evidence(data: EvidenceData) -> JsonObject:
    evidence: JsonObject = {"type": ["Evidence"]}
    put_text(evidence, "id", data.url)
    put_text(evidence, "name", data.name)
    put_text(evidence, "description", data.description)
    put_text(evidence, "narrative", data.narrative)
    return evidence


def _main(texts: LocalizedText, language: str) -> str:
    text = texts.get(language)
    if not text:
        raise MalformedInput("A text lacks the main language of the badge class.", language=language)
    return text


def _known(values: Mapping[str, str], value: str) -> str:
    if value not in values:
        raise MalformedInput("A value is not in the list it must come from.", value=value[:100])
    return values[value]


def _number(value: float) -> int | float:
    """Fold whole numbers to integers, so that no reader writes 5.0 differently."""
    return int(value) if float(value).is_integer() else value
