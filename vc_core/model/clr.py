"""Build and read a Comprehensive Learner Record: one credential around signed credentials of one learner.

Reading says what is inside; the record and every credential in it still have to be verified, each by itself.
1EdTech CLR 2.0, B.1 (ClrCredential, ClrSubject, Association).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from vc_core.contexts import CREDENTIALS_V2, OPEN_BADGES_CONTEXT, OPEN_BADGES_EXTENSIONS
from vc_core.errors import LimitExceeded, MalformedInput
from vc_core.json_text import JsonObject, JsonValue
from vc_core.model.credential import credential_types, data_model_version, issuer_id, subject_ids, subjects
from vc_core.model.data_values import wrong_url
from vc_core.model.enumerations import ASSOCIATION_TYPES, read_association_type
from vc_core.model.envelope import EnvelopeData, build_envelope, build_profile
from vc_core.model.facts import IdentityData, ProfileData
from vc_core.model.identity import build_identity_object
from vc_core.proof.options import document_proofs

CLR_CONTEXT = "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json"
SCHEMA_URL = "https://purl.imsglobal.org/spec/clr/v2p0/schema/json/clr_v2p0_clrcredential_schema.json"
MAX_CREDENTIALS = 200
MAX_ASSOCIATIONS = 1_000
MAX_ACHIEVEMENTS = 1_000
MAX_NODES = 200_000
MAX_DEPTH = 100

# What may stand beside the identifier of the record elsewhere in it. More could be a member of the record itself that
# was moved there: the credentials inside share its graph, so its proof would still hold.
_MENTION = frozenset({"id", "type", "endorsementComment"})


@dataclass(frozen=True, slots=True)
class Association:
    """How one achievement in a record relates to another."""

    type: str
    """`isPartOf`, `isChildOf`, `precedes` … (CLR 2.0, AssociationTypeEnum)."""
    source_id: str
    target_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClrData:
    """What is decided about a record apart from the credentials in it."""

    envelope: EnvelopeData
    partial: bool | None = None
    """Whether the publisher knows more about the learner than is in here."""
    associations: tuple[Association, ...] = ()
    achievements: tuple[JsonObject, ...] = ()
    """Achievements that no credential in here asserts, but associations name; as Open Badges writes them."""
    identities: tuple[IdentityData, ...] = ()


@dataclass(frozen=True, slots=True)
class ContainedCredential:
    """One credential in a record; not verified."""

    pointer: str
    document: JsonObject
    id: str
    unverified_issuer: str
    has_proof: bool


@dataclass(frozen=True, slots=True)
class ClrContents:
    """What a record holds; not verified."""

    credentials: tuple[ContainedCredential, ...]
    associations: tuple[Association, ...]
    achievements: tuple[JsonObject, ...]
    partial: bool
    missing_achievements: frozenset[str]
    """Identifiers that associations name, while no achievement in the record has them."""


def build_clr_credential(
    clr: ClrData,
    publisher: ProfileData,
    credentials: Sequence[Mapping[str, JsonValue]],
    *,
    holder_id: str | None,
    language: str,
) -> JsonObject:
    """Return an unsigned ClrCredential (VCDM 2.0) around signed credentials.

    A single proof inside becomes a list: 1EdTech's plain schema wants that, and no proof covers it.

    Raises:
        MalformedInput: a credential has no proof or is another learner's, an association names an achievement that is
            not here, nothing says who the learner is, or a value cannot be written.
        LimitExceeded: more credentials or associations than a record may hold.
    """
    document = build_envelope(
        clr.envelope,
        build_profile(publisher, language),
        contexts=(CREDENTIALS_V2, CLR_CONTEXT, OPEN_BADGES_CONTEXT, OPEN_BADGES_EXTENSIONS),
        credential_type="ClrCredential",
        schema_url=SCHEMA_URL,
    )
    if clr.partial is not None:
        document["partial"] = clr.partial
    subject: JsonObject = {"type": ["ClrSubject"]}
    if holder_id is not None:
        if wrong_url(holder_id):
            raise MalformedInput("The identifier of the learner is not a URL.")
        subject = {"id": holder_id, **subject}
    if clr.identities:
        subject["identifier"] = [build_identity_object(item) for item in clr.identities]
    if len(subject) == 1:
        raise MalformedInput("The record does not say whose it is: give a holder or an identity.")
    subject["verifiableCredential"] = [_contained(item, holder_id) for item in credentials]
    if clr.achievements:
        subject["achievement"] = list(clr.achievements)
    if clr.associations:
        subject["association"] = [_written(item) for item in clr.associations]
    document["credentialSubject"] = subject
    if read_clr(document).missing_achievements:
        raise MalformedInput("An association names an achievement that is not in the learner record.")
    return document


def read_clr(document: Mapping[str, JsonValue]) -> ClrContents:
    """Return what a ClrCredential holds.

    Each credential inside is to be verified by itself: the proof of the record says only who put them together.

    Raises:
        MalformedInput: a part is not in its one shape, an identifier is used twice, or a member of the record stands
            in a place where a reader would not look for it.
        LimitExceeded: more parts than a record may hold.
    """
    types = credential_types(document)
    if "VerifiableCredential" not in types or "ClrCredential" not in types:
        raise MalformedInput("The document is not a learner record.")
    data_model_version(document)
    found = subjects(document)
    if len(found) != 1 or "ClrSubject" not in credential_types(found[0]):
        raise MalformedInput("The learner record does not have one learner.")
    [subject] = found
    if not (_is_text(subject.get("id")) or subject.get("identifier")):
        raise MalformedInput("The learner record does not say whose it is.")
    partial = document.get("partial", False)
    if not isinstance(partial, bool):
        raise MalformedInput("Whether the learner record is partial cannot be read.")
    _check_record_is_written_once(document)
    credentials = tuple(_read_credentials(subject, document.get("id")))
    achievements = tuple(_objects(subject, "achievement", MAX_ACHIEVEMENTS))
    associations = tuple(_read_association(item) for item in _objects(subject, "association", MAX_ASSOCIATIONS))
    missing = _missing(associations, credentials, achievements)
    return ClrContents(credentials, associations, achievements, partial, missing)


def _contained(document: Mapping[str, JsonValue], holder_id: str | None) -> JsonObject:
    proofs = document_proofs(document)
    if not proofs:
        raise MalformedInput("A credential in a learner record needs a proof of its own.")
    if holder_id is not None and any(name != holder_id for name in subject_ids(document)):
        raise MalformedInput("A credential in the learner record belongs to another learner.")
    return {**document, "proof": [*proofs]}


def _written(association: Association) -> JsonObject:
    if association.type not in ASSOCIATION_TYPES:
        raise MalformedInput("The kind of association is not known.", value=association.type[:100])
    if association.source_id == association.target_id:
        raise MalformedInput("An association connects an achievement with itself.")
    return {
        "type": "Association",
        "associationType": association.type,
        "sourceId": association.source_id,
        "targetId": association.target_id,
    }


def _read_credentials(subject: JsonObject, record_id: JsonValue) -> Iterator[ContainedCredential]:
    seen = {record_id} if isinstance(record_id, str) else set()
    items = _objects(subject, "verifiableCredential", MAX_CREDENTIALS)
    if not items:
        raise MalformedInput("The learner record holds no credentials.")
    alone = isinstance(subject["verifiableCredential"], dict)
    for position, item in enumerate(items):
        identifier = item.get("id")
        if not isinstance(identifier, str) or not identifier:
            raise MalformedInput("A credential in the learner record has no identifier.")
        if identifier in seen:
            raise MalformedInput("Two credentials in the learner record have the same identifier.")
        seen.add(identifier)
        types = credential_types(item)
        if "VerifiableCredential" not in types or "@context" not in item:
            raise MalformedInput("What a learner record holds is not a credential.")
        if "ClrCredential" in types:
            raise MalformedInput("A learner record inside a learner record is not read.")
        pointer = "/credentialSubject/verifiableCredential" + ("" if alone else f"/{position}")
        yield ContainedCredential(pointer, item, identifier, issuer_id(item), bool(document_proofs(item)))


def _read_association(item: JsonObject) -> Association:
    if "Association" not in credential_types(item):
        raise MalformedInput("An association in the learner record cannot be read.")
    source, target = item.get("sourceId"), item.get("targetId")
    if not isinstance(source, str) or not isinstance(target, str) or not source or not target:
        raise MalformedInput("An association does not say what it connects.")
    return Association(read_association_type(item.get("associationType")), source, target)


def _missing(
    associations: tuple[Association, ...],
    credentials: tuple[ContainedCredential, ...],
    achievements: tuple[JsonObject, ...],
) -> frozenset[str]:
    here = _identifiers(achievements)
    for credential in credentials:
        for subject in subjects(credential.document):
            here |= _identifiers(_alone_or_many(subject.get("achievement")))
    return frozenset(name for item in associations for name in (item.source_id, item.target_id) if name not in here)


def _identifiers(items: Sequence[JsonValue]) -> set[str]:
    found = [item.get("id") for item in items if isinstance(item, dict)]
    return {identifier for identifier in found if isinstance(identifier, str)}


def _check_record_is_written_once(document: Mapping[str, JsonValue]) -> None:
    """Refuse members of the record that lie in another object with its identifier.

    `model.shape` keeps `verifiableCredential` apart, as in a presentation, where it is a graph of its own. In a
    learner record it is not.
    """
    record_id = document.get("id")
    pending: list[tuple[JsonObject | list[JsonValue], int]] = [(list(document.values()), 0)]
    budget = MAX_NODES
    while pending:
        value, depth = pending.pop()
        budget -= 1 + len(value)
        if budget < 0 or depth > MAX_DEPTH:
            raise LimitExceeded("The learner record has more parts than are accepted.", limit=MAX_NODES)
        is_record = record_id is not None and isinstance(value, dict) and value.get("id") == record_id
        if is_record and isinstance(value, dict) and not value.keys() <= _MENTION:
            raise MalformedInput("A part of the learner record stands outside it.")
        items = value.values() if isinstance(value, dict) else value
        pending += [(item, depth + 1) for item in items if isinstance(item, dict | list)]


def _objects(subject: JsonObject, name: str, limit: int) -> list[JsonObject]:
    """Return the objects of a member; one may stand alone, as schemas for JSON-LD allow."""
    if name not in subject:
        return []
    items = _alone_or_many(subject[name])
    if len(items) > limit:
        raise LimitExceeded(f"The learner record has more than {limit} values of {name}.", limit=limit)
    found = [item for item in items if isinstance(item, dict)]
    if len(found) != len(items):
        raise MalformedInput(f"The member {name} of the learner record cannot be read.")
    return found


def _alone_or_many(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else [value]


def _is_text(value: JsonValue) -> bool:
    return isinstance(value, str) and value != ""
