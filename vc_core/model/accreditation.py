"""Accreditation credentials: who may issue which kinds of achievement, stated and signed by who may say so (VCDM 2.0).

A statement is read strictly and as a whole: one scope that is not understood makes the statement unusable, because
leaving a limit out would widen it. Who may make such a statement is decided in `trust.authority`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from vc_core.contexts import ACCREDITATION_CONTEXT, CREDENTIALS_V2
from vc_core.errors import MalformedInput
from vc_core.json_text import JsonObject, JsonValue
from vc_core.model.credential import issuer_id, parse_moment
from vc_core.model.vocabulary import ACHIEVEMENT_TYPES, LEARNING_SETTINGS

TYPE = "AccreditationCredential"
MAX_SCOPES = 50
MAX_VALUES = 200
MAX_FURTHER_LINKS = 4
EQF_LEVELS = range(1, 9)
_SCOPE_MEMBERS = frozenset(
    {"type", "achievementType", "learningSetting", "eqfLevel", "fieldOfStudy", "country", "onBehalfOf"}
)
_SUBJECT_MEMBERS = frozenset({"id", "type", "mayIssue", "mayAccredit", "furtherLinks"})


@dataclass(frozen=True, slots=True)
class Scope:
    """Kinds of achievements. Each empty set is no limit."""

    achievement_types: frozenset[str] = frozenset()
    learning_settings: frozenset[str] = frozenset()
    eqf_levels: frozenset[int] = frozenset()
    fields: frozenset[str] = frozenset()
    """ISCED-F 2013 codes of two to four digits; a shorter one covers all below it."""
    countries: frozenset[str] = frozenset()
    """ISO 3166-1 alpha-2, of the institution that issues."""
    on_behalf_of: str | None = None
    """The DID of who lets another issue in its name; it is also who states this."""

    def to_json(self) -> JsonObject:
        """Return the JSON form, each set in order."""
        out: JsonObject = {"type": "AccreditationScope"}
        for member, values in (
            ("achievementType", self.achievement_types),
            ("learningSetting", self.learning_settings),
            ("eqfLevel", self.eqf_levels),
            ("fieldOfStudy", self.fields),
            ("country", self.countries),
        ):
            if values:
                out[member] = [*sorted(values)]
        if self.on_behalf_of is not None:
            out["onBehalfOf"] = self.on_behalf_of
        return out


@dataclass(frozen=True, slots=True)
class Accreditation:
    """One statement, as its issuer signed it; whether it did is for who reads it to check."""

    id: str
    issuer: str
    subject: str
    since: datetime
    until: datetime | None = None
    may_issue: tuple[Scope, ...] = ()
    may_accredit: tuple[Scope, ...] = ()
    """What it may let others issue in turn."""
    further_links: int = 0
    """How many more accreditors may stand between it and an institution."""

    def holds_at(self, moment: datetime) -> bool:
        """Say whether a moment lies in its time; its end is not part of it."""
        return self.since <= moment and (self.until is None or moment < self.until)


def build_accreditation(statement: Accreditation) -> JsonObject:
    """Return the unsigned credential.

    Raises:
        MalformedInput: it would not be read back as it is.
    """
    subject: JsonObject = {"id": statement.subject, "type": "AccreditedIssuer"}
    for member, scopes in (("mayIssue", statement.may_issue), ("mayAccredit", statement.may_accredit)):
        if scopes:
            subject[member] = [scope.to_json() for scope in scopes]
    if statement.further_links:
        subject["furtherLinks"] = statement.further_links
    document: JsonObject = {
        "@context": [CREDENTIALS_V2, ACCREDITATION_CONTEXT],
        "id": statement.id,
        "type": ["VerifiableCredential", TYPE],
        "issuer": statement.issuer,
        "validFrom": _stamp(statement.since),
    }
    if statement.until is not None:
        document["validUntil"] = _stamp(statement.until)
    document["credentialSubject"] = subject
    read_accreditation(document)
    return document


def read_accreditation(document: Mapping[str, JsonValue]) -> Accreditation:
    """Read a statement; its proof is not looked at.

    Raises:
        MalformedInput: a member is missing, unknown, out of its list, or there are too many.
    """
    identifier, subject = document.get("id"), document.get("credentialSubject")
    if document.get("@context") != [CREDENTIALS_V2, ACCREDITATION_CONTEXT]:
        raise MalformedInput(
            "An accreditation uses the vocabularies of credentials and of accreditation, and no other."
        )
    if document.get("type") != ["VerifiableCredential", TYPE] or not isinstance(subject, dict):
        raise MalformedInput("This is not an accreditation.")
    if subject.get("type") != "AccreditedIssuer" or not subject.keys() <= _SUBJECT_MEMBERS:
        raise MalformedInput("The accreditation says something that is not understood.")
    if not isinstance(identifier, str) or not 0 < len(identifier) <= 500 or ":" not in identifier:
        raise MalformedInput("The accreditation has no identifier.")
    since = parse_moment(document.get("validFrom"))
    until = parse_moment(document["validUntil"]) if "validUntil" in document else None
    links = subject.get("furtherLinks", 0)
    if type(links) is not int or not 0 <= links <= MAX_FURTHER_LINKS:
        raise MalformedInput(f"The number of further links lies between 0 and {MAX_FURTHER_LINKS}.")
    found = Accreditation(
        identifier,
        issuer_id(document),
        _did(subject.get("id")),
        since,
        until,
        read_scopes(subject.get("mayIssue", [])),
        read_scopes(subject.get("mayAccredit", [])),
        links,
    )
    if not found.may_issue and not found.may_accredit:
        raise MalformedInput("The accreditation allows nothing.")
    for scope in (*found.may_issue, *found.may_accredit):
        if scope.on_behalf_of not in (None, found.issuer):
            raise MalformedInput("Only an institution itself can let another issue on its behalf.")
    return found


def read_scopes(value: JsonValue) -> tuple[Scope, ...]:
    """Read a list of scopes.

    Raises:
        MalformedInput: not a list of scopes, or too many.
    """
    if not isinstance(value, list) or len(value) > MAX_SCOPES:
        raise MalformedInput(f"Scopes are a list of at most {MAX_SCOPES}.")
    return tuple(_scope(item) for item in value)


def _scope(value: JsonValue) -> Scope:
    if not isinstance(value, dict) or not value.keys() <= _SCOPE_MEMBERS:
        raise MalformedInput("A scope has a member that is not known.")
    if value.get("type") != "AccreditationScope":
        raise MalformedInput("A scope is of the type AccreditationScope.")
    behalf = value.get("onBehalfOf")
    levels = _values(value, "eqfLevel")
    if not all(type(level) is int and level in EQF_LEVELS for level in levels):
        raise MalformedInput("An EQF level lies between 1 and 8.")
    return Scope(
        _texts(value, "achievementType", lambda text: text in ACHIEVEMENT_TYPES or text.startswith("ext:")),
        _texts(value, "learningSetting", LEARNING_SETTINGS.__contains__),
        frozenset(level for level in levels if isinstance(level, int)),
        _texts(value, "fieldOfStudy", lambda text: text.isascii() and text.isdigit() and 2 <= len(text) <= 4),
        _texts(value, "country", lambda text: len(text) == 2 and text.isascii() and text.isalpha() and text.isupper()),
        None if behalf is None else _did(behalf),
    )


def _texts(value: JsonObject, member: str, is_known: Callable[[str], bool]) -> frozenset[str]:
    texts = [text for text in _values(value, member) if isinstance(text, str) and len(text) <= 100]
    if len(texts) != len(_values(value, member)) or not all(map(is_known, texts)):
        raise MalformedInput("A value of a scope is not in the list it must come from.", member=member)
    return frozenset(texts)


def _values(value: JsonObject, member: str) -> Sequence[JsonValue]:
    """Return the values of a limit; one without values would read as no limit, and is refused."""
    if member not in value:
        return []
    found = value[member]
    if not isinstance(found, list) or not 0 < len(found) <= MAX_VALUES:
        raise MalformedInput(f"A limit is a list of 1 to {MAX_VALUES} values.", member=member)
    return found


def _did(value: JsonValue) -> str:
    if not isinstance(value, str) or not value.startswith("did:") or len(value) > 500 or "#" in value:
        raise MalformedInput("An accreditation is about a DID.")
    return value


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
