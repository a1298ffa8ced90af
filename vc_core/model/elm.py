"""Render a badge as a EuropeanDigitalCredential of the European Learning Model 3, for systems that read that.

The rendering is not signed and proves nothing: the badge does. It is made for import (for example into the Europass
issuer, which seals it), with the lists of the EU Publications Office. What the badge does not say is left out, and
`missing_elements` tells which of that the model asks for. European Learning Model 3, application profile EDC.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from vc_core.errors import LimitExceeded, MalformedInput
from vc_core.json_text import JsonObject, JsonValue
from vc_core.model import elm_vocabulary as vocabulary
from vc_core.model.credential import credential_types, subjects
from vc_core.model.elm_badge import BadgeReader, Organisation, Texts
from vc_core.model.elm_vocabulary import Concept

CONTEXTS: Final = ("https://www.w3.org/2018/credentials/v1", "http://data.europa.eu/snb/model/context/edc-ap")
PROFILE_SCHEMA: Final = "http://data.europa.eu/snb/model/ap/edc-generic-full"
MAX_PAGE_BYTES = 1_000_000
MAX_ORGANISATIONS = 8

_BADGE_TYPES = frozenset({"AchievementCredential", "OpenBadgeCredential"})
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"

# rdf/ap/edc/EDC-generic-no-cv.ttl: what must be there
_REQUIRED: Final[Mapping[str, tuple[str, ...]]] = {
    "EuropeanDigitalCredential": (
        "credentialProfiles",
        "displayParameter",
        "issuer",
        "credentialSubject",
        "issued",
        "validFrom",
        "credentialSchema",
    ),
    "DisplayParameter": ("title", "language", "primaryLanguage", "individualDisplay"),
    "Person": ("hasClaim",),
    "LearningAchievement": ("title", "awardedBy"),
    "AwardingProcess": ("awardingBody",),
    "Organisation": ("legalName", "location"),
    "LearningAssessment": ("title", "grade", "awardedBy"),
    "LegalIdentifier": ("notation", "spatial"),
    "CreditPoint": ("framework", "point"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonData:
    """Who the learner is; a badge does not say it, so whoever renders it gives it."""

    given_name: str = field(repr=False)
    family_name: str = field(repr=False)


def build_elm_credential(
    badge: Mapping[str, JsonValue],
    *,
    person: PersonData | None = None,
    pages: Mapping[str, bytes] | None = None,
) -> JsonObject:
    """Return a badge of ours as a EuropeanDigitalCredential, without proof.

    `pages` are pictures (PNG) of the certificate by language, which the model wants for display. The badge is not
    verified here.

    Raises:
        MalformedInput: not an Open Badge of VCDM 2.0, a value is not in its list, or a text has no known language.
        LimitExceeded: more organisations or larger pages than are rendered.
    """
    if _BADGE_TYPES.isdisjoint(credential_types(badge)):
        raise MalformedInput("Only an Open Badge can be rendered in the European Learning Model.")
    return _Rendering(badge, person, pages or {}).document()


def missing_elements(rendering: Mapping[str, JsonValue]) -> list[str]:
    """Return the JSON pointers of what the European Learning Model asks for and a rendering of ours lacks."""
    return sorted(_missing(dict(rendering), ""))


class _Rendering:
    """One badge on its way to the other model; counts the names of parts that have none of their own."""

    def __init__(self, badge: Mapping[str, JsonValue], person: PersonData | None, pages: Mapping[str, bytes]) -> None:
        found = subjects(badge)
        if len(found) != 1 or not isinstance(found[0].get("achievement"), dict):
            raise MalformedInput("The badge does not say what was achieved.")
        self._badge = badge
        self._subject = found[0]
        self._read = BadgeReader(badge, found[0])
        self._person = person
        self._pages = pages
        self._counts: dict[str, int] = {}
        self._organisations: dict[str, JsonObject] = {}

    def document(self) -> JsonObject:
        """Return the whole."""
        badge = self._badge
        issuer = self._organisation(self._read.issuer)  # first: what the issuer says of itself goes before others
        awarding_body = self._organisation(self._read.awarding_body)
        document: JsonObject = {
            "@context": list(CONTEXTS),
            "id": self._read.required("id"),
            "type": ["VerifiableCredential", "EuropeanDigitalCredential"],
            "credentialProfiles": [vocabulary.GENERIC_PROFILE.to_json()],
            "credentialSchema": {"id": PROFILE_SCHEMA, "type": "ShaclValidator2017"},
            "displayParameter": self._display(),
            "issuer": issuer,
            "issuanceDate": self._read.required("validFrom"),
            "issued": badge.get("awardedDate", badge["validFrom"]),
            "validFrom": badge["validFrom"],
        }
        if "validUntil" in badge:
            document["expirationDate"] = document["validUntil"] = self._read.required("validUntil")
        document["credentialSubject"] = self._learner(awarding_body)
        return document

    def _display(self) -> JsonObject:
        languages = [vocabulary.language_concept(name).to_json() for name in self._read.languages]
        display: JsonObject = self._part("displayParameter", "DisplayParameter") | {
            "title": self._read.name.to_json(),
            "primaryLanguage": vocabulary.language_concept(self._read.language).to_json(),
            "language": [*languages],
        }
        pages = [self._page(language, page) for language, page in self._pages.items()]
        if pages:
            display["individualDisplay"] = [*pages]
        return display

    def _page(self, language: str, page: bytes) -> JsonObject:
        if not page.startswith(_PNG_SIGNATURE):
            raise MalformedInput("A page of the certificate is not a PNG image.")
        if len(page) > MAX_PAGE_BYTES:
            raise LimitExceeded(f"A page is larger than {MAX_PAGE_BYTES} bytes.", limit=MAX_PAGE_BYTES)
        image = self._part("mediaObject", "MediaObject") | {
            "content": base64.b64encode(page).decode(),
            "contentEncoding": vocabulary.BASE64.to_json(),
            "contentType": vocabulary.PNG.to_json(),
        }
        detail = self._part("displayDetail", "DisplayDetail") | {"image": image, "page": 1}
        return self._part("individualDisplay", "IndividualDisplay") | {
            "language": vocabulary.language_concept(language).to_json(),
            "displayDetail": [detail],
        }

    def _learner(self, awarding_body: JsonObject) -> JsonObject:
        identifier = self._subject.get("id")
        learner = self._part("person", "Person")
        if isinstance(identifier, str) and identifier:
            learner["id"] = identifier
        if self._person is not None:
            language = self._read.language
            learner["givenName"] = {language: self._person.given_name}
            learner["familyName"] = {language: self._person.family_name}
            learner["fullName"] = {language: f"{self._person.given_name} {self._person.family_name}"}
        return learner | {"hasClaim": [self._claim(awarding_body)]}

    def _claim(self, awarding_body: JsonObject) -> JsonObject:
        read = self._read
        process = self._part("awardingProcess", "AwardingProcess") | {
            "awardingBody": [awarding_body],
            "awardingDate": self._badge.get("awardedDate", self._badge["validFrom"]),
        }
        claim = self._part("learningAchievement", "LearningAchievement") | {
            "title": read.name.to_json(),
            "description": read.description.to_json(),
            "awardedBy": process,
        }
        if read.narrative is not None:
            claim["additionalNote"] = [self._note(read.narrative)]
        if read.credits_earned is not None:
            claim["creditReceived"] = [self._credit_point(read.credits_earned)]
        assessment = self._assessment(process)
        if assessment is not None:
            claim["provenBy"] = [assessment]
        return claim | {"specifiedBy": self._specification()}

    def _specification(self) -> JsonObject:
        read = self._read
        # A level belongs to a Qualification, which is a kind of LearningAchievementSpecification; so do the EU samples.
        kind = "LearningAchievementSpecification" if read.eqf_level is None else "Qualification"
        found = self._part("learningAchievementSpecification", kind) | {
            "title": read.name.to_json(),
            "description": read.description.to_json(),
            "learningOutcomeSummary": self._note(read.criteria),
        }
        outcomes = [self._outcome(item) for item in read.outcomes]
        for skill in read.skills:
            outcomes.append(self._outcome(Texts(skill.labels)) | {"relatedESCOSkill": [skill.to_json()]})
        _put(found, "learningOutcome", outcomes)
        if read.credits is not None:
            found["creditPoint"] = [self._credit_point(read.credits)]
        if read.workload is not None:
            found["volumeOfLearning"] = read.workload
        if read.eqf_level is not None:
            found["eqfLevel"] = vocabulary.eqf_concept(read.eqf_level).to_json()
            found["isPartialQualification"] = read.kind == "MicroCredential"
        _put(found, "thematicArea", _concepts(read.fields_of_study))
        _put(found, "mode", _concepts(read.modes))
        _put(found, "language", [vocabulary.language_concept(read.language).to_json()])
        if read.setting is not None:
            found["learningSetting"] = read.setting.to_json()
        if read.opportunity is not None:
            found["dcType"] = [read.opportunity.to_json()]
        _put(found, "identifier", [self._identifier(scheme, code) for scheme, code in read.programmes])
        _put(found, "additionalNote", [self._note(text) for text in read.notes])
        return found

    def _assessment(self, process: JsonObject) -> JsonObject | None:
        read = self._read
        if read.grade is None and not read.assessments:
            return None
        title = Texts({"nl": "Toetsing", "en": "Assessment"})
        # Who gets a badge without a grade has met the criteria: that is what an award says.
        grade = read.grade or Texts({"nl": "Behaald", "en": "Passed"})
        specification = self._part("learningAssessmentSpec", "LearningAssessmentSpecification") | {
            "title": title.to_json()
        }
        _put(specification, "dcType", _concepts(read.assessments))
        found = self._part("learningAssessment", "LearningAssessment") | {
            "title": title.to_json(),
            "grade": self._note(grade),
            "awardedBy": process,
            "specifiedBy": specification,
        }
        if read.supervision is not None:
            found["idVerification"] = read.supervision.to_json()
        elif read.supervision_note is not None:
            found["additionalNote"] = [self._note(read.supervision_note)]
        return found

    def _organisation(self, profile: JsonObject) -> JsonObject:
        """Render an organisation and those above it; one that was rendered before is repeated, as in the EU samples."""
        line = [self._read.organisation(profile)]
        while line[-1].parent is not None:
            if len(line) == MAX_ORGANISATIONS:
                raise LimitExceeded("An organisation has too many organisations above it.", limit=MAX_ORGANISATIONS)
            line.append(self._read.organisation(line[-1].parent))
        above: JsonObject | None = None
        country: str | None = None
        for organisation in reversed(line):
            # The model wants a place for each: a faculty that names none is where its institution is.
            country = organisation.country or country
            if organisation.id not in self._organisations:
                written = self._written(organisation, country)
                self._organisations[organisation.id] = written | {"subOrganizationOf": above} if above else written
            above = self._organisations[organisation.id]
        return self._organisations[line[0].id]

    def _written(self, organisation: Organisation, country_code: str | None) -> JsonObject:
        found: JsonObject = {
            "id": organisation.id,
            "type": "Organisation",
            "legalName": organisation.name.to_json(),
        }
        if country_code is not None:
            country = vocabulary.country_concept(country_code).to_json()
            address = self._part("address", "Address") | {"countryCode": country}
            found["location"] = [self._part("location", "Location") | {"address": [address]}]
            if organisation.registration is not None:
                legal: JsonObject = {"notation": organisation.registration, "spatial": country}
                found["registration"] = self._part("legalIdentifier", "LegalIdentifier") | legal
        if organisation.homepage is not None:
            found["homepage"] = [self._part("webResource", "WebResource") | {"contentURL": organisation.homepage}]
        if organisation.email is not None:
            mailbox: JsonObject = {"id": f"mailto:{organisation.email}", "type": "Mailbox"}
            found["contactPoint"] = [self._part("contactPoint", "ContactPoint") | {"emailAddress": [mailbox]}]
        return found

    def _outcome(self, texts: Texts) -> JsonObject:
        return self._part("learningOutcome", "LearningOutcome") | {"title": texts.to_json()}

    def _credit_point(self, number: str) -> JsonObject:
        point: JsonObject = {"framework": vocabulary.ECTS.to_json(), "point": number}
        return self._part("creditPoint", "CreditPoint") | point

    def _identifier(self, scheme: str, code: str) -> JsonObject:
        return self._part("identifier", "Identifier") | {"notation": code, "schemeName": scheme}

    def _note(self, texts: Texts) -> JsonObject:
        return self._part("note", "Note") | {"noteLiteral": texts.to_json()}

    def _part(self, name: str, kind: str) -> JsonObject:
        self._counts[name] = number = self._counts.get(name, 0) + 1
        return {"id": f"urn:epass:{name}:{number}", "type": kind}


def _concepts(concepts: tuple[Concept, ...]) -> list[JsonObject]:
    return [concept.to_json() for concept in concepts]


def _put(target: JsonObject, name: str, values: list[JsonObject]) -> None:
    if values:
        target[name] = [*values]


def _missing(value: JsonValue, pointer: str) -> Iterator[str]:
    if isinstance(value, dict):
        kind = value.get("type")
        for name in kind if isinstance(kind, list) else [kind]:
            for member in _REQUIRED.get(name, ()) if isinstance(name, str) else ():
                if not value.get(member):
                    yield f"{pointer}/{member}"
        for name, item in value.items():
            yield from _missing(item, f"{pointer}/{name}")
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from _missing(item, f"{pointer}/{position}")
