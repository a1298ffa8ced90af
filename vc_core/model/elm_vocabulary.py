"""Concepts of the EU Publications Office that a badge is written with in the European Learning Model, and their labels.

English labels are those of the lists; Dutch ones are ours. How a badge becomes a document is in `elm`.
European Learning Model 3, application profile EDC; lists at https://op.europa.eu/en/web/eu-vocabularies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from vc_core.errors import MalformedInput
from vc_core.json_text import JsonObject

SNB = "http://data.europa.eu/snb/"
AUTHORITY = "http://publications.europa.eu/resource/authority/"
ESCO_SKILL = "http://data.europa.eu/esco/skill/"
ESCO_SKILLS = "http://data.europa.eu/esco/concept-scheme/skills"
OWN = "https://w3id.org/edubadges#"

_SCHEME = "/25831c2"
"""Every list of the Europass has this name."""


@dataclass(frozen=True, slots=True)
class Concept:
    """One value of a list."""

    uri: str
    scheme: str
    labels: Mapping[str, str]
    """By code of two letters."""
    notation: str | None = None

    def to_json(self) -> JsonObject:
        """Return it as an object of the model."""
        written: JsonObject = {
            "id": self.uri,
            "type": "Concept",
            "inScheme": {"id": self.scheme, "type": "ConceptScheme"},
            "prefLabel": dict(self.labels),
        }
        return written | {"notation": self.notation} if self.notation else written


def _of_europass(name: str, code: str, english: str, dutch: str) -> Concept:
    return Concept(f"{SNB}{name}/{code}", f"{SNB}{name}{_SCHEME}", {"en": english, "nl": dutch})


def _of_ours(name: str, value: str, english: str, dutch: str) -> Concept:
    """Return a value of our own, where the list of the EU has none and may be left."""
    return Concept(f"{OWN}{name}-{value}", f"{OWN}{name}", {"en": english, "nl": dutch})


GENERIC_PROFILE: Final = _of_europass("credential", "e34929035b", "Generic", "Algemeen")
ECTS: Final = _of_europass(
    "education-credit", "6fcec5c5af", "European Credit Transfer System", "Europees studiepuntenoverdrachtsysteem"
)
BASE64: Final = _of_europass("encoding", "6146cde7dd", "base64", "base64")
PNG: Final = Concept(f"{AUTHORITY}file-type/PNG", f"{AUTHORITY}file-type", {"en": "PNG"}, "file-type")

# http://data.europa.eu/snb/learning-assessment/25831c2, "Mode of learning and assessment"
MODES: Final[Mapping[str, Concept]] = {
    "online": _of_europass("learning-assessment", "920fbb3cbe", "Online", "Online"),
    "onsite": _of_europass("learning-assessment", "9191af2ed9", "Presential", "Op locatie"),
    "blended": _of_europass("learning-assessment", "e92d221e4d", "Blended", "Gemengd"),
    "workExperience": _of_europass("learning-assessment", "729f3bed4b", "Workbased", "Op de werkplek"),
}

# http://data.europa.eu/snb/learning-setting/25831c2; this list may not be left
SETTINGS: Final[Mapping[str, Concept]] = {
    "formal": _of_europass("learning-setting", "6fd4685715", "formal learning", "formeel leren"),
    "nonFormal": _of_europass("learning-setting", "e207a81fc7", "non-formal learning", "non-formeel leren"),
}

# http://data.europa.eu/snb/learning-opportunity/25831c2; by `achievementType`
OPPORTUNITIES: Final[Mapping[str, Concept]] = {
    "MicroCredential": _of_europass(
        "learning-opportunity", "74a4a268e8", "Short learning programme", "Kort leerprogramma"
    ),
    "Course": _of_europass("learning-opportunity", "05053c1cbe", "Course", "Cursus"),
    "LearningProgram": _of_europass("learning-opportunity", "79343569f3", "Educational programme", "Opleiding"),
}

# http://data.europa.eu/snb/assessment/25831c2, "Assessment type"
ASSESSMENTS: Final[Mapping[str, Concept]] = {
    "writtenExam": _of_europass("assessment", "6e6cb2cc78", "written examination", "schriftelijke toets"),
    "reportPaper": _of_europass("assessment", "2939dae15f", "marked assignment", "beoordeelde opdracht"),
    "behaviouralAssessment": _of_europass("assessment", "6a4db9f11d", "practical assessment", "praktijkbeoordeling"),
    "professionalProduct": _of_europass(
        "assessment", "de4d165a6c", "artefact assessment", "beoordeling van een product"
    ),
    "developmentReport": _of_ours("assessmentType", "developmentReport", "development report", "ontwikkelverslag"),
    "portfolioAssessment": _of_europass("assessment", "4f03b91c0e", "portfolio", "portfolio"),
    "oralExam": _of_europass("assessment", "d30284d7df", "oral examination", "mondelinge toets"),
    "personalizedAssessment": _of_ours(
        "assessmentType", "personalizedAssessment", "personalised assessment", "toets op maat"
    ),
}

# http://data.europa.eu/snb/supervision-verification/25831c2, by (supervised, identity verified). What is supervised the
# list divides by online and on site, which a badge does not say: such an assessment gets a note instead.
SUPERVISION: Final[Mapping[tuple[bool, bool], Concept]] = {
    (False, False): _of_europass(
        "supervision-verification",
        "c598449d64",
        "Unsupervised without ID Verification",
        "Zonder toezicht en zonder identiteitscontrole",
    ),
}

# ISO 639-1 to the names in the authority table of languages: the official languages of the EU
_LANGUAGES: Final = {
    "bg": ("BUL", "Bulgarian", "Bulgaars"),
    "cs": ("CES", "Czech", "Tsjechisch"),
    "da": ("DAN", "Danish", "Deens"),
    "de": ("DEU", "German", "Duits"),
    "el": ("ELL", "Greek", "Grieks"),
    "en": ("ENG", "English", "Engels"),
    "es": ("SPA", "Spanish", "Spaans"),
    "et": ("EST", "Estonian", "Ests"),
    "fi": ("FIN", "Finnish", "Fins"),
    "fr": ("FRA", "French", "Frans"),
    "ga": ("GLE", "Irish", "Iers"),
    "hr": ("HRV", "Croatian", "Kroatisch"),
    "hu": ("HUN", "Hungarian", "Hongaars"),
    "it": ("ITA", "Italian", "Italiaans"),
    "lt": ("LIT", "Lithuanian", "Litouws"),
    "lv": ("LAV", "Latvian", "Lets"),
    "mt": ("MLT", "Maltese", "Maltees"),
    "nl": ("NLD", "Dutch", "Nederlands"),
    "pl": ("POL", "Polish", "Pools"),
    "pt": ("POR", "Portuguese", "Portugees"),
    "ro": ("RON", "Romanian", "Roemeens"),
    "sk": ("SLK", "Slovak", "Slowaaks"),
    "sl": ("SLV", "Slovenian", "Sloveens"),
    "sv": ("SWE", "Swedish", "Zweeds"),
}

# ISO 3166-1 to the names in the authority table of countries: members of the EU
_COUNTRIES: Final = {
    "AT": ("AUT", "Austria", "Oostenrijk"),
    "BE": ("BEL", "Belgium", "België"),
    "BG": ("BGR", "Bulgaria", "Bulgarije"),
    "CY": ("CYP", "Cyprus", "Cyprus"),
    "CZ": ("CZE", "Czechia", "Tsjechië"),
    "DE": ("DEU", "Germany", "Duitsland"),
    "DK": ("DNK", "Denmark", "Denemarken"),
    "EE": ("EST", "Estonia", "Estland"),
    "ES": ("ESP", "Spain", "Spanje"),
    "FI": ("FIN", "Finland", "Finland"),
    "FR": ("FRA", "France", "Frankrijk"),
    "GR": ("GRC", "Greece", "Griekenland"),
    "HR": ("HRV", "Croatia", "Kroatië"),
    "HU": ("HUN", "Hungary", "Hongarije"),
    "IE": ("IRL", "Ireland", "Ierland"),
    "IT": ("ITA", "Italy", "Italië"),
    "LT": ("LTU", "Lithuania", "Litouwen"),
    "LU": ("LUX", "Luxembourg", "Luxemburg"),
    "LV": ("LVA", "Latvia", "Letland"),
    "MT": ("MLT", "Malta", "Malta"),
    "NL": ("NLD", "Netherlands", "Nederland"),
    "PL": ("POL", "Poland", "Polen"),
    "PT": ("PRT", "Portugal", "Portugal"),
    "RO": ("ROU", "Romania", "Roemenië"),
    "SE": ("SWE", "Sweden", "Zweden"),
    "SI": ("SVN", "Slovenia", "Slovenië"),
    "SK": ("SVK", "Slovakia", "Slowakije"),
}


def language_concept(language: str) -> Concept:
    """Return the concept of a language by its code of two letters.

    Raises:
        MalformedInput: not an official language of the EU.
    """
    if language not in _LANGUAGES:
        raise MalformedInput("The language of the badge is not one of the EU.", language=language[:20])
    code, english, dutch = _LANGUAGES[language]
    return Concept(f"{AUTHORITY}language/{code}", f"{AUTHORITY}language", {"en": english, "nl": dutch}, "language")


def country_concept(country: str) -> Concept:
    """Return the concept of a country by its code of two letters.

    Raises:
        MalformedInput: not a member of the EU.
    """
    if country not in _COUNTRIES:
        raise MalformedInput("The country of an organisation is not one of the EU.", country=country[:20])
    code, english, dutch = _COUNTRIES[country]
    return Concept(f"{AUTHORITY}country/{code}", f"{AUTHORITY}country", {"en": english, "nl": dutch}, "country")


def eqf_concept(level: int) -> Concept:
    """Return the concept of an EQF level.

    Raises:
        MalformedInput: outside 1 to 8.
    """
    if level not in range(1, 9):
        raise MalformedInput("An EQF level lies between 1 and 8.")
    return _of_europass("eqf", str(level), f"Level {level}", f"Niveau {level}")


def isced_concept(code: str, label: str, language: str) -> Concept:
    """Return the concept of a field of study (ISCED-F 2013), with the label that the badge gives.

    Raises:
        MalformedInput: not two to four digits.
    """
    if not (code.isascii() and code.isdigit() and 2 <= len(code) <= 4):
        raise MalformedInput("A field of study has two to four digits.")
    return Concept(f"{SNB}isced-f/{code}", f"{SNB}isced-f{_SCHEME}", {language: label})


def esco_concept(uri: str, label: str, language: str) -> Concept:
    """Return the concept of an ESCO skill, with the label that the badge gives.

    Raises:
        MalformedInput: not the address of an ESCO skill.
    """
    if not uri.startswith(ESCO_SKILL) or not uri.removeprefix(ESCO_SKILL):
        raise MalformedInput("This is not the address of an ESCO skill.")
    return Concept(uri, ESCO_SKILLS, {language: label}, "Skill")
