"""What is wrong with a document: the finding, and the sentences of the linter for each of its codes, in two languages.

Codes are stable: programs may rely on them. Sentences may change.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake: where, which, and what to do about it."""

    pointer: str
    """JSON pointer (RFC 6901) to the member; where a member is absent, to its place."""
    code: str
    detail: str
    """A sentence in English."""
    detail_nl: str = ""
    """The same in Dutch; the linter of Open Badges always gives it."""


SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "achievement-missing": (
        "Say what was achieved: the subject has no achievement.",
        "Zeg wat er behaald is: er staat geen achievement bij de ontvanger.",
    ),
    "alignment-no-name": (
        "An alignment needs the name of what it points to (targetName).",
        "Een verwijzing naar een raamwerk heeft een naam nodig (targetName).",
    ),
    "alignment-no-url": (
        "An alignment needs the address of what it points to (targetUrl).",
        "Een verwijzing naar een raamwerk heeft een adres nodig (targetUrl).",
    ),
    "bidi-override": (
        "A hidden character turns the reading direction around: readers see another text than is signed.",
        "Een verborgen teken keert de leesrichting om: lezers zien een andere tekst dan er getekend wordt.",
    ),
    "clr": (
        "The learner record is not written as CLR 2.0 asks.",
        "Het leeroverzicht is niet geschreven zoals CLR 2.0 vraagt.",
    ),
    "context-order": (
        "The vocabularies stand in another order than the standard asks: here {expected} is expected.",
        "De vocabulaires staan in een andere volgorde dan de standaard vraagt: hier hoort {expected}.",
    ),
    "context-twice": (
        "The same vocabulary is named twice.",
        "Hetzelfde vocabulaire staat er twee keer.",
    ),
    "control-character": (
        "Some libraries sign such a character differently: remove it.",
        "Sommige programma's tekenen zo'n stuurteken anders: haal het weg.",
    ),
    "credits-exceed": (
        "The learner earned more credits than the achievement gives.",
        "De ontvanger kreeg meer studiepunten dan er te behalen zijn.",
    ),
    "credits-missing": (
        "ECTS is named, but no number of credits above zero (creditsAvailable).",
        "ECTS wordt genoemd, maar geen aantal studiepunten boven nul (creditsAvailable).",
    ),
    "credits-no-framework": (
        "Credits are given, but not of which system (creditFramework).",
        "Er staan studiepunten, maar niet van welk stelsel (creditFramework).",
    ),
    "data-loss-detected": (
        "The word {term} has no meaning in the vocabularies: a proof would not cover it.",
        "Het woord {term} heeft geen betekenis in de vocabulaires: een handtekening zou het niet dekken.",
    ),
    "date-malformed": (
        "This is not a date and time, like 2026-11-23T10:00:00Z.",
        "Dit is geen datum met tijd, zoals 2026-11-23T10:00:00Z.",
    ),
    "date-without-zone": (
        "This time has no zone: write Z or, for example, +01:00 behind it.",
        "Deze tijd heeft geen tijdzone: zet er Z of bijvoorbeeld +01:00 achter.",
    ),
    "dates-reversed": (
        "This lies before the moment that it should come after ({other}).",
        "Dit ligt vóór het moment waar het na hoort te komen ({other}).",
    ),
    "duplicate-id": (
        "Two parts have the same identifier but say different things: a reader mixes them up.",
        "Twee delen hebben dezelfde identifier maar zeggen iets anders: een lezer haalt ze door elkaar.",
    ),
    "empty-list": (
        "Leave the member out: an empty list says nothing.",
        "Laat dit weg: een lege lijst zegt niets.",
    ),
    "empty-object": (
        "Leave the member out: an empty object says nothing.",
        "Laat dit weg: een leeg object zegt niets.",
    ),
    "endorsement": (
        "An endorsement here cannot be read.",
        "Een aanbeveling (endorsement) hier is niet te lezen.",
    ),
    "eqf-level": (
        "An EQF level is a whole number from 1 to 8.",
        "Een EQF-niveau is een heel getal van 1 tot en met 8.",
    ),
    "image-address": (
        "An image has an address that begins with https, or is inside the badge (data:image/…;base64,…).",
        "Een afbeelding heeft een adres dat begint met https, of zit in de badge zelf (data:image/…;base64,…).",
    ),
    "image-size": (
        "The image is larger than {limit} kilobytes: wallets and QR codes cannot carry that.",
        "De afbeelding is groter dan {limit} kilobyte: wallets en QR-codes kunnen dat niet aan.",
    ),
    "isced-code": (
        "A field of study (ISCED-F) has two to four digits, for example 0612.",
        "Een studiegebied (ISCED-F) heeft twee tot vier cijfers, bijvoorbeeld 0612.",
    ),
    "issuer-not-object": (
        "Write the issuer as a Profile: 1EdTech's validator refuses a bare address.",
        "Schrijf de uitgever als Profile: de validator van 1EdTech weigert een los adres.",
    ),
    "issuer-unreadable": (
        "Nothing says who issues the badge: the issuer needs an identifier.",
        "Er staat niet wie de badge uitgeeft: de uitgever heeft een identifier nodig.",
    ),
    "language-tag": (
        "This is not a language tag: write nl or en-GB, not nl_NL.",
        "Dit is geen taalcode: schrijf nl of en-GB, niet nl_NL.",
    ),
    "load-missing": (
        "Say how much study it takes: credits (creditsAvailable) or time (workload).",
        "Zeg hoeveel studie het kost: studiepunten (creditsAvailable) of tijd (workload).",
    ),
    "malformed-input": (
        "This part cannot be read as the standard asks.",
        "Dit deel is niet te lezen zoals de standaard vraagt.",
    ),
    "no-criteria": (
        "Say what must be shown to earn the badge.",
        "Zeg wat iemand moet laten zien om de badge te krijgen.",
    ),
    "no-recipient": (
        "Nothing says who earned the badge.",
        "Er staat niet wie de badge heeft verdiend.",
    ),
    "not-a-list": (
        "A list is asked for here, also around a single value.",
        "Hier hoort een lijst te staan, ook om één enkele waarde.",
    ),
    "null": (
        "Leave the member out: null is not covered by a proof.",
        "Laat dit weg: null wordt niet door de handtekening gedekt.",
    ),
    "period-reversed": (
        "The badge ends before it begins.",
        "De badge verloopt voordat hij geldig wordt.",
    ),
    "range-reversed": (
        "The lowest value is higher than the highest.",
        "De laagste waarde is hoger dan de hoogste.",
    ),
    "refresh-service": (
        "The place where a newer version is to be fetched cannot be read.",
        "De plek waar een nieuwere versie te halen is, is niet te lezen.",
    ),
    "related-resource": (
        "A resource that is pinned by digest cannot be read.",
        "Een bestand dat met een digest vastligt, is niet te lezen.",
    ),
    "result-below-required": (
        "The result is lower than what is required (requiredValue).",
        "Het resultaat is lager dan wat vereist is (requiredValue).",
    ),
    "result-not-allowed": (
        "The result is not among the values that are allowed (allowedValue).",
        "Het resultaat staat niet bij de toegestane waarden (allowedValue).",
    ),
    "result-not-number": (
        "The result has a lowest or highest value, so it must be a number.",
        "Bij dit resultaat hoort een laagste of hoogste waarde, dus het moet een getal zijn.",
    ),
    "result-out-of-range": (
        "The result lies outside the lowest and highest value (valueMin, valueMax).",
        "Het resultaat ligt buiten de laagste en hoogste waarde (valueMin, valueMax).",
    ),
    "schema": (
        "The 1EdTech schema is not met here ({rule}).",
        "Dit voldoet niet aan het schema van 1EdTech ({rule}).",
    ),
    "status-entry": (
        "The reference to the status list is not in the form the standard asks.",
        "De verwijzing naar de statuslijst heeft niet de vorm die de standaard vraagt.",
    ),
    "status-missing": (
        "A result of the type Status must say which status it is.",
        "Een resultaat van het type Status moet zeggen welke status het is.",
    ),
    "status-without-type": (
        "Only a result whose description has resultType Status may give a status.",
        "Alleen een resultaat waarvan de beschrijving resultType Status heeft, mag een status geven.",
    ),
    "subject-unreadable": (
        "The subject of the badge cannot be read.",
        "De ontvanger van de badge is niet te lezen.",
    ),
    "too-deep": (
        "The document is nested deeper than {limit}.",
        "Het document is dieper genest dan {limit}.",
    ),
    "too-large": (
        "The document has more than {limit} parts.",
        "Het document heeft meer dan {limit} delen.",
    ),
    "too-many-findings": (
        "There are more mistakes than are listed here.",
        "Er zijn meer fouten dan hier staan.",
    ),
    "unknown-context": (
        "Readers do not know this vocabulary.",
        "Lezers kennen dit vocabulaire niet.",
    ),
    "unknown-level": (
        "The level that was reached is not one of the description (rubricCriterionLevel).",
        "Het behaalde niveau hoort niet bij de beschrijving (rubricCriterionLevel).",
    ),
    "unknown-result": (
        "The result belongs to no description in the achievement.",
        "Het resultaat hoort bij geen beschrijving in het achievement.",
    ),
    "unknown-value": (
        "This value is not in the list of {member}.",
        "Deze waarde staat niet in de lijst van {member}.",
    ),
    "url-malformed": (
        "This is not an absolute address.",
        "Dit is geen volledig adres.",
    ),
    "workload-malformed": (
        "A study load is a duration of hours, for example PT140H.",
        "Een studielast is een duur in uren, bijvoorbeeld PT140H.",
    ),
    "wrong-type": (
        "The document is neither a badge, an endorsement nor a learner record.",
        "Het document is geen badge, geen aanbeveling en geen leeroverzicht.",
    ),
}
"""Per code the sentence in English and in Dutch; what is in braces is filled in."""


def explain(pointer: str, code: str, *, reason: str = "", **values: str | int) -> Finding:
    """Return the finding of a code that has sentences; `reason` says more, in English only.

    Raises:
        KeyError: a code without sentences, or a value that its sentence asks for is not given: our mistake.
    """
    english, dutch = (sentence.format(**values) for sentence in SENTENCES[code])
    return Finding(pointer, code, f"{english} ({reason})" if reason else english, dutch)


def escape_pointer(name: str) -> str:
    """Return a member name as a token of a JSON pointer (RFC 6901, 3)."""
    return name.replace("~", "~0").replace("/", "~1")
