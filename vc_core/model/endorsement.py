"""Build endorsements, and find every one that a credential carries (Open Badges 3.0, 8 and 9.1 step 6).

An endorsement is a credential of its own about an achievement, an organisation or another credential. Nothing here
verifies one: what is found still has to pass proof, dates and status by itself (9.2).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from vc_core.contexts import CREDENTIALS_V2, OPEN_BADGES_CONTEXT, OPEN_BADGES_EXTENSIONS
from vc_core.errors import LimitExceeded, MalformedInput
from vc_core.jose.compact import parse_compact_jwt
from vc_core.jose.vc_jwt import read_credential_of_jwt
from vc_core.json_text import JsonObject, JsonValue
from vc_core.model.credential import credential_types, issuer_id, subject_ids
from vc_core.model.data_values import wrong_url
from vc_core.model.envelope import EnvelopeData, build_envelope, build_profile, put_text
from vc_core.model.facts import ProfileData
from vc_core.model.findings import escape_pointer
from vc_core.proof.options import document_proofs

SCHEMA_URL = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_endorsementcredential_schema.json"
MAX_ENDORSEMENTS = 64
MAX_NESTED = 3
"""Endorsements of endorsements: their organisations may be endorsed too."""
MAX_DEPTH = 100
MAX_NODES = 100_000

type Security = Literal["embedded", "jwt"]


class CircularEndorsement(MalformedInput):
    """Endorsements endorse each other in a circle, so none of them adds anything."""

    title = "The endorsements go in a circle"
    code = "circular-endorsement"


@dataclass(frozen=True, slots=True, kw_only=True)
class EndorsementData:
    """What one organisation says in favour of something."""

    envelope: EnvelopeData
    subject_id: str
    """Identifier of the achievement, the organisation or the credential that is endorsed."""
    comment: str | None = None
    """Markdown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundEndorsement:
    """One endorsement as it was found; neither verified nor trusted."""

    pointer: str
    """JSON pointer in the credential; what lies inside a JWT follows after `#`."""
    security: Security
    document: JsonObject
    jwt: str | None
    """The compact JWS, when it is secured that way."""
    id: str
    unverified_issuer: str
    subject_id: str
    level: int
    """1: in the credential itself; 2: in an endorsement of that level; and so on."""
    subject_is_here: bool
    """The thing that is endorsed has this identifier somewhere in the credential."""

    @property
    def is_self_praise(self) -> bool:
        """Whether the endorser endorses itself."""
        return self.unverified_issuer == self.subject_id


def build_endorsement_credential(endorsement: EndorsementData, endorser: ProfileData, *, language: str) -> JsonObject:
    """Return an unsigned EndorsementCredential (VCDM 2.0, Open Badges 3.0.3).

    Raises:
        MalformedInput: a value cannot be written, or something would endorse itself.
    """
    subject_id = endorsement.subject_id
    if wrong_url(subject_id):
        raise MalformedInput("The identifier of what is endorsed is not a URL.")
    if subject_id in {endorsement.envelope.id, endorser.id}:
        raise CircularEndorsement("Nobody can endorse itself.")
    document = build_envelope(
        endorsement.envelope,
        build_profile(endorser, language),
        contexts=(CREDENTIALS_V2, OPEN_BADGES_CONTEXT, OPEN_BADGES_EXTENSIONS),
        credential_type="EndorsementCredential",
        schema_url=SCHEMA_URL,
    )
    subject: JsonObject = {"id": subject_id, "type": ["EndorsementSubject"]}
    put_text(subject, "endorsementComment", endorsement.comment)
    return document | {"credentialSubject": subject}


def build_endorsement_members(documents: Sequence[Mapping[str, JsonValue]], jwts: Sequence[str] = ()) -> JsonObject:
    """Return the members that carry secured endorsements, for an achievement, a profile or a credential.

    Give them to a credential before it is signed. A single proof becomes a list: 1EdTech's plain schema wants that,
    and no proof covers it.

    Raises:
        MalformedInput: something is not an endorsement, or has no proof of its own.
        LimitExceeded: more than a credential may carry.
    """
    embedded: list[JsonValue] = []
    for document in documents:
        proofs = document_proofs(document)
        if not proofs:
            raise MalformedInput("An endorsement that is embedded needs a proof of its own.")
        embedded.append({**document, "proof": [*proofs]})
    members: JsonObject = {}
    if embedded:
        members["endorsement"] = embedded
    if jwts:
        members["endorsementJwt"] = list(jwts)
    find_endorsements(members)
    return members


def find_endorsements(document: Mapping[str, JsonValue]) -> list[FoundEndorsement]:
    """Return every endorsement in a credential, wherever it is carried.

    One that carries others, embedded or in a JWT, comes before them. `document` must be parsed JSON; nothing in it is
    trusted.

    Raises:
        LimitExceeded: more endorsements, levels, depth or parts than any credential needs.
        CircularEndorsement: an endorsement carries or endorses itself, also by way of others.
        MalformedInput: a member holds something else than endorsements.
    """
    walk = _Walk()
    walk.credential(document, "", 0, ())
    _refuse_circles(walk.found)
    return [replace(found, subject_is_here=found.subject_id in walk.identifiers) for found in walk.found]


class _Walk:
    """One pass over a credential, with a budget for all levels together."""

    def __init__(self) -> None:
        self.found: list[FoundEndorsement] = []
        self.identifiers: set[str] = set()
        self._budget = MAX_NODES

    def credential(self, document: Mapping[str, JsonValue], base: str, level: int, above: tuple[str, ...]) -> None:
        """Walk one credential; `above` are the identifiers of the endorsements it lies in."""
        pending: list[tuple[JsonValue, str, int]] = [(dict(document), base, 0)]
        while pending:
            value, pointer, depth = pending.pop()
            if isinstance(value, list):
                self._spend(len(value), depth)
                pending += [(item, f"{pointer}/{at}", depth + 1) for at, item in reversed([*enumerate(value)])]
                continue
            if not isinstance(value, dict):
                continue
            self._spend(1 + len(value), depth)
            self._remember(value)
            for name, member in reversed([*value.items()]):
                if name not in _CARRIERS and isinstance(member, dict | list) and name != "@context":
                    pending.append((member, f"{pointer}/{escape_pointer(name)}", depth + 1))
            if not _CARRIERS.isdisjoint(value):
                self._carried(value, pointer, level + 1, above)

    def _carried(self, carrier: JsonObject, pointer: str, level: int, above: tuple[str, ...]) -> None:
        for place, item in _items(carrier, "endorsement", pointer):
            if not isinstance(item, dict):
                raise MalformedInput("An endorsement is not an object.")
            self._endorsement(item, None, place, level, above)
        for place, item in _items(carrier, "endorsementJwt", pointer):
            if not isinstance(item, str):
                raise MalformedInput("An endorsement in a JWT is not a text.")
            self._endorsement(read_credential_of_jwt(parse_compact_jwt(item)), item, place, level, above)

    def _endorsement(
        self, document: JsonObject, jwt: str | None, pointer: str, level: int, above: tuple[str, ...]
    ) -> None:
        if len(self.found) >= MAX_ENDORSEMENTS:
            raise LimitExceeded(f"There are more than {MAX_ENDORSEMENTS} endorsements.", limit=MAX_ENDORSEMENTS)
        if level > MAX_NESTED:
            raise LimitExceeded(f"Endorsements lie in each other deeper than {MAX_NESTED}.", limit=MAX_NESTED)
        found = _read(document, jwt, pointer, level)
        if found.id in above or found.id == found.subject_id:
            raise CircularEndorsement("An endorsement carries or endorses itself.")
        self.found.append(found)
        self.credential(document, f"{pointer}#" if jwt else pointer, level, (*above, found.id))

    def _remember(self, value: JsonObject) -> None:
        for name in ("id", "issuer", "creator", "source"):
            identifier = value.get(name)
            # An EndorsementSubject only points: it does not make the thing be here.
            if isinstance(identifier, str) and not (name == "id" and _is_pointer_only(value)):
                self.identifiers.add(identifier)

    def _spend(self, parts: int, depth: int) -> None:
        self._budget -= parts
        if self._budget < 0:
            raise LimitExceeded("The credential has more parts than any credential.", limit=MAX_NODES)
        if depth > MAX_DEPTH:
            raise LimitExceeded(f"The credential is nested deeper than {MAX_DEPTH}.", limit=MAX_DEPTH)


_CARRIERS = frozenset({"endorsement", "endorsementJwt"})


def _items(carrier: JsonObject, name: str, pointer: str) -> Iterator[tuple[str, JsonValue]]:
    """Give the values of a member; one value may stand alone, as the schema for JSON-LD allows."""
    if name not in carrier:
        return
    value = carrier[name]
    if not isinstance(value, list):
        yield f"{pointer}/{name}", value
        return
    for position, item in enumerate(value):
        yield f"{pointer}/{name}/{position}", item


def _read(document: JsonObject, jwt: str | None, pointer: str, level: int) -> FoundEndorsement:
    types = credential_types(document)
    if "VerifiableCredential" not in types or "EndorsementCredential" not in types:
        raise MalformedInput("What is carried as an endorsement is not one.")
    identifier, subjects = document.get("id"), subject_ids(document)
    if not isinstance(identifier, str) or not identifier:
        raise MalformedInput("An endorsement has no identifier.")
    if isinstance(document.get("credentialSubject"), list) or len(subjects) != 1:
        raise MalformedInput("An endorsement does not say what it endorses.")
    return FoundEndorsement(
        pointer=pointer,
        security="embedded" if jwt is None else "jwt",
        document=document,
        jwt=jwt,
        id=identifier,
        unverified_issuer=issuer_id(document),
        subject_id=subjects[0],
        level=level,
        subject_is_here=False,
    )


def _is_pointer_only(value: JsonObject) -> bool:
    kind = value.get("type")
    return "EndorsementSubject" in (kind if isinstance(kind, list) else [kind])


def _refuse_circles(found: list[FoundEndorsement]) -> None:
    """Follow from each endorsement to the one it endorses; coming back to where one started is a circle."""
    endorses: dict[str, set[str]] = {}
    for item in found:
        endorses.setdefault(item.id, set()).add(item.subject_id)
    for start in endorses:
        pending, seen = [*endorses[start]], {*endorses[start]}
        while pending:
            for following in endorses.get(pending.pop(), set()) - seen:
                seen.add(following)
                pending.append(following)
        if start in seen:
            raise CircularEndorsement("Endorsements endorse each other in a circle.")
