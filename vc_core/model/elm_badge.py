"""Read from a badge of ours what the European Learning Model asks for, with its languages.

Strict: a value that is there but cannot be read is refused, not left out. Writing it down is the work of `elm`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from vc_core.errors import LimitExceeded, MalformedInput
from vc_core.json_text import JsonObject, JsonValue
from vc_core.model import elm_vocabulary as vocabulary
from vc_core.model import enumerations
from vc_core.model.credential import parse_moment
from vc_core.model.data_values import wrong_url
from vc_core.model.elm_vocabulary import Concept

MAX_ITEMS = 100
MAX_CREDITS = 1_000

_DATES: Final = frozenset({"validFrom", "validUntil", "awardedDate"})


@dataclass(frozen=True, slots=True)
class Texts:
    """One text in several languages, by code of two letters."""

    by_language: Mapping[str, str]

    def to_json(self) -> JsonObject:
        """Return it as a language map."""
        return dict(self.by_language)


@dataclass(frozen=True, slots=True)
class Organisation:
    """What is known of an institution, group or issuer."""

    id: str
    name: Texts
    country: str | None
    registration: str | None
    homepage: str | None
    email: str | None
    parent: JsonObject | None


class BadgeReader:
    """The facts of one badge, read once.

    Raises:
        MalformedInput: something cannot be read.
        LimitExceeded: more parts than are rendered.
    """

    def __init__(self, badge: Mapping[str, JsonValue], subject: JsonObject) -> None:
        achievement = _object(subject, "achievement")
        self._badge = badge
        self._achievement = achievement
        self.language = _primary(achievement.get("inLanguage"))
        self.name = self._texts(achievement, "name", "localizedName")
        self.description = self._texts(achievement, "description", "localizedDescription")
        self.criteria = self._texts(_object(achievement, "criteria"), "narrative", "localizedCriteria")
        self.languages = tuple(dict.fromkeys((self.language, *self.name.by_language)))
        self.issuer = _object(badge, "issuer")
        self.awarding_body = _object(achievement, "creator") if "creator" in achievement else self.issuer
        for name in _DATES & badge.keys():
            parse_moment(badge[name])
        kind = achievement.get("achievementType")
        self.kind = None if kind is None else enumerations.read_achievement_type(kind)
        self.opportunity = vocabulary.OPPORTUNITIES.get(self.kind or "")
        self.narrative = self._optional_text(subject, "narrative")
        self.grade = self._grade(subject)
        self.outcomes = self._outcomes()
        self._read_own_terms()
        self._read_alignments()
        self._read_load(subject)
        self.programmes = self._programmes()

    def required(self, name: str) -> str:
        """Return a text member of the badge itself.

        Raises:
            MalformedInput: it is not there.
        """
        return _text(self._badge, name)

    def organisation(self, profile: JsonObject) -> Organisation:
        """Return what a Profile says.

        Raises:
            MalformedInput: its identifier, name or another member cannot be read.
        """
        identifier = _text(profile, "id")
        if wrong_url(identifier):
            raise MalformedInput("The identifier of an organisation is not a URL.")
        address = _object(profile, "address") if "address" in profile else {}
        codes = [
            _text(item, "identifier")
            for item in _objects(profile, "otherIdentifier")
            if item.get("identifierType") == "ext:BRIN"
        ]
        return Organisation(
            id=identifier,
            name=self._texts(profile, "name", "localizedName"),
            country=_optional(address, "addressCountryCode"),
            registration=codes[0] if codes else None,
            homepage=_optional(profile, "url"),
            email=_optional(profile, "email"),
            parent=_object(profile, "parentOrg") if "parentOrg" in profile else None,
        )

    def _read_own_terms(self) -> None:
        found = self._achievement
        modes = enumerations.read_participation(found["participation"]) if "participation" in found else ()
        self.modes = tuple(vocabulary.MODES[name] for name in modes)
        kinds = enumerations.read_assessment_types(found["assessmentType"]) if "assessmentType" in found else ()
        self.assessments = tuple(vocabulary.ASSESSMENTS[name] for name in kinds)
        setting = found.get("learningSetting")
        self.setting = None if setting is None else vocabulary.SETTINGS[enumerations.read_learning_setting(setting)]
        self.supervision, self.supervision_note = self._supervision()

    def _supervision(self) -> tuple[Concept | None, Texts | None]:
        found = self._achievement
        if not {"assessmentSupervised", "identityVerified"} <= found.keys():
            return None, None
        supervised = enumerations.read_supervised(found["assessmentSupervised"])
        verified = enumerations.read_identity_verified(found["identityVerified"])
        concept = vocabulary.SUPERVISION.get((supervised, verified))
        if concept is not None:
            return concept, None
        dutch = f"{'Met' if supervised else 'Zonder'} toezicht, {'met' if verified else 'zonder'} identiteitscontrole."
        english = (
            f"{'Supervised' if supervised else 'Unsupervised'}, {'with' if verified else 'without'} ID verification."
        )
        return None, Texts({"nl": dutch, "en": english})

    def _read_alignments(self) -> None:
        self.eqf_level: int | None = None
        fields, skills, notes = [], [], []
        for item in _objects(self._achievement, "alignment"):
            kind, name, url = item.get("targetType"), _text(item, "targetName"), _text(item, "targetUrl")
            if kind == "ext:EQF":
                self.eqf_level = _level(_text(item, "targetCode"))
            elif kind == "ext:ISCED-F":
                fields.append(vocabulary.isced_concept(_text(item, "targetCode"), name, self.language))
            elif url.startswith(vocabulary.ESCO_SKILL):
                skills.append(vocabulary.esco_concept(url, name, self.language))
            elif kind != "ext:QualityAssurance":
                # The national levels of the EU list have names without system, and other frameworks no place at all.
                notes.append(Texts(dict.fromkeys(self.languages, f"{name} ({url})")))
        self.fields_of_study, self.skills = tuple(fields), tuple(skills)
        self.notes = (*notes, *self._quality(), *self._stacks())

    def _quality(self) -> list[Texts]:
        """Return the framework of quality as a note: an accreditation of the model needs who gave it."""
        if "qualityAssurance" not in self._achievement:
            return []
        quality = _object(self._achievement, "qualityAssurance")
        name = _text(quality, "name")
        return [Texts({"nl": f"Kwaliteitsborging: {name}", "en": f"Quality assurance: {name}"})]

    def _stacks(self) -> list[Texts]:
        stacks = _texts(self._achievement, "isPartOf")
        return [Texts({"nl": f"Telt mee voor {url}", "en": f"Counts towards {url}"}) for url in stacks]

    def _read_load(self, subject: JsonObject) -> None:
        found = self._achievement
        self.workload = _optional(found, "workload")
        self.credits = self.credits_earned = None
        if "creditFramework" in found:
            enumerations.read_credit_framework(found["creditFramework"])
            self.credits = _number(found.get("creditsAvailable"))
            self.credits_earned = _number(subject["creditsEarned"]) if "creditsEarned" in subject else None

    def _outcomes(self) -> tuple[Texts, ...]:
        found = self._achievement
        main = _texts(found, "learningOutcome")
        localized = _object(found, "localizedLearningOutcome") if "localizedLearningOutcome" in found else {}
        translations = {_primary(name): _texts(localized, name) for name in localized}
        # Only a full translation says which sentence belongs to which.
        whole = {name: texts for name, texts in translations.items() if len(texts) == len(main)}
        return tuple(
            Texts({**{name: texts[at] for name, texts in whole.items()}, self.language: text})
            for at, text in enumerate(main)
        )

    def _programmes(self) -> tuple[tuple[str, str], ...]:
        found = _objects(self._achievement, "otherIdentifier")
        return tuple(
            (
                enumerations.read_identifier_type(item.get("identifierType")).removeprefix("ext:"),
                _text(item, "identifier"),
            )
            for item in found
        )

    def _grade(self, subject: JsonObject) -> Texts | None:
        for result in _objects(subject, "result"):
            for name in ("value", "status"):
                grade = _optional(result, name)
                if grade is not None:
                    return Texts(dict.fromkeys(self.languages, grade))
        return None

    def _optional_text(self, owner: Mapping[str, JsonValue], name: str) -> Texts | None:
        text = _optional(owner, name)
        return None if text is None else Texts({self.language: text})

    def _texts(self, owner: Mapping[str, JsonValue], name: str, localized: str) -> Texts:
        main = _text(owner, name)
        if localized not in owner:
            return Texts({self.language: main})
        translations = _object(owner, localized)
        if len(translations) > MAX_ITEMS:
            raise LimitExceeded("A text of the badge is in too many languages.", limit=MAX_ITEMS)
        found = {_primary(language): _text(translations, language) for language in translations}
        return Texts(found or {self.language: main})


def _primary(language: JsonValue) -> str:
    """Return the two letters that the model uses, from a language tag."""
    if not isinstance(language, str):
        raise MalformedInput("The badge does not say in which language it is.")
    code = language.partition("-")[0].lower()
    vocabulary.language_concept(code)
    return code


def _level(code: str) -> int:
    if len(code) != 1 or not (code.isascii() and code.isdigit()):
        raise MalformedInput("An EQF level lies between 1 and 8.")
    vocabulary.eqf_concept(int(code))
    return int(code)


def _number(value: JsonValue) -> str:
    """Return a number of credits as the model writes it, a text."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < MAX_CREDITS:
        raise MalformedInput("The number of credits cannot be read.")
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _text(owner: Mapping[str, JsonValue], name: str) -> str:
    value = owner.get(name)
    if not isinstance(value, str) or not value:
        raise MalformedInput(f"The member {name} of the badge cannot be read.")
    return value


def _optional(owner: Mapping[str, JsonValue], name: str) -> str | None:
    return _text(owner, name) if name in owner else None


def _object(owner: Mapping[str, JsonValue], name: str) -> JsonObject:
    value = owner.get(name)
    if not isinstance(value, dict):
        raise MalformedInput(f"The member {name} of the badge cannot be read.")
    return value


def _list(owner: Mapping[str, JsonValue], name: str) -> list[JsonValue]:
    value = owner.get(name, [])
    items: list[JsonValue] = value if isinstance(value, list) else [value]
    if len(items) > MAX_ITEMS:
        raise LimitExceeded(f"The badge has more than {MAX_ITEMS} values of {name}.", limit=MAX_ITEMS)
    return items


def _objects(owner: Mapping[str, JsonValue], name: str) -> list[JsonObject]:
    items = _list(owner, name)
    found = [item for item in items if isinstance(item, dict)]
    if len(found) != len(items):
        raise MalformedInput(f"The member {name} of the badge cannot be read.")
    return found


def _texts(owner: Mapping[str, JsonValue], name: str) -> list[str]:
    items = _list(owner, name)
    found = [item for item in items if isinstance(item, str) and item]
    if len(found) != len(items):
        raise MalformedInput(f"The member {name} of the badge cannot be read.")
    return found
