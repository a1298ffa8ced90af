"""Who may publish what: participants, DID documents with proof of control, signed status lists.

Every rule of the registry is here; routes parse and render, `store` keeps.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa

from did_registry import store
from did_registry.accrediting import Accrediting
from did_registry.history import History
from did_registry.records import DidDocumentVersion, Participant, StatusListVersion
from did_registry.signatures import check_signed
from service_kit.database import begin
from service_kit.problems import AccessDenied, NotFound, RuleRefused
from vc_core.canonical.jcs import canonicalize_jcs
from vc_core.did import (
    build_did_document,
    check_did_document,
    did_web_from_url,
    find_verification_method,
    public_key_of_method,
)
from vc_core.errors import EdubadgesError, KeyReferenceError, MalformedInput
from vc_core.json_text import JsonObject, parse_json
from vc_core.model.credential import issuer_id
from vc_core.multiformats import base64url_decode
from vc_core.status.bitstring import expand_list

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
MAX_STATUS_LISTS = 10_000
_ALGORITHMS = {"EdDSA": "Ed25519", "ES256": "P-256"}
_CLOCK_SKEW = timedelta(minutes=5)


class ControlNotProven(AccessDenied):
    """The publication is not signed by a key that is in force."""

    title = "Control of the identifier is not proven"
    code = "control-not-proven"


@dataclass(frozen=True, slots=True)
class Registry:
    """The registry's use cases, on one database and one public address."""

    engine: sa.Engine
    public_url: str
    history: History | None = None
    """Keeps every version that is published; None where no folder for keys was given."""
    accrediting: Accrediting | None = None
    """Says who may award what; None where no folder for keys was given."""

    def did_of(self, slug: str) -> str:
        """Return the did:web that this registry hosts for `slug`."""
        return did_web_from_url(f"{self.public_url}/institutions/{slug}")

    def status_list_url(self, slug: str, number: int) -> str:
        """Return the address of a status list; it is inside every badge that uses it."""
        return f"{self.public_url}/institutions/{slug}/status/{number}"

    def admit(self, participant: Participant) -> tuple[Participant, bool]:
        """Admit an institution; the same slug again gives back the participant that is there.

        Raises:
            RuleRefused: the slug is not usable.
        """
        if not SLUG.fullmatch(participant.slug):
            raise RuleRefused(
                "A short name has lower-case letters, digits and hyphens, 40 at most.", code="slug-not-usable"
            )
        with begin(self.engine) as connection:
            new = store.add_participant(connection, participant)
            kept = store.find_participant(connection, participant.slug)
        assert kept is not None
        return kept, new

    def participant(self, slug: str) -> Participant:
        """Return the participant. Raises NotFound."""
        if not SLUG.fullmatch(slug):
            raise NotFound("No institution with this short name takes part.")
        with begin(self.engine) as connection:
            found = store.find_participant(connection, slug)
        if found is None:
            raise NotFound("No institution with this short name takes part.")
        return found

    def participants(self, *, search: str = "") -> list[Participant]:
        """Return all participants, or those whose name holds `search`."""
        with begin(self.engine) as connection:
            return store.list_participants(connection, search=search)

    def feed(self, members: Sequence[Participant]) -> list[JsonObject]:
        """Return participants in the form of the machine feeds, with the accreditations there are about each."""
        book = self.accrediting.book() if self.accrediting is not None else None
        return [
            member.to_json() if book is None else {**member.to_json(), "accreditation": book.about(member.did)}
            for member in members
        ]

    def issuer_registry(self, *, now: datetime) -> JsonObject:
        """Return who takes part now, as a list of known issuers in the form of the Digital Credentials Consortium."""
        members = [member for member in self.participants() if member.state == "active"]
        known: JsonObject = {
            member.did: {"name": member.name_en, "location": member.country, "url": member.website or ""}
            for member in members
        }
        created = min((member.since for member in members), default=now)
        return {"meta": {"created": created.isoformat(), "updated": now.isoformat()}, "registry": known}

    def publish_did_document(
        self, slug: str, document: JsonObject, proof: str, *, by_operator: bool, now: datetime
    ) -> tuple[DidDocumentVersion, bool]:
        """Publish a new version of a DID document; publishing the version in force again changes nothing.

        Args:
            slug: the institution.
            document: the new document.
            proof: compact JWS by a key of the document in force; for the first one, by a key of the new document.
            by_operator: the caller holds the operator's token; needed for the first version.
            now: the present moment.

        Raises:
            NotFound: nobody with this short name takes part.
            ControlNotProven: the signature is not by a key in force, or not over this document.
            DidDocumentError: the document is not that of this institution.
        """
        participant = self.participant(slug)
        check_did_document(document, participant.did)
        _check_keys(document, participant.did)
        digest = hashlib.sha256(canonicalize_jcs(document)).hexdigest()
        with begin(self.engine) as connection:
            current = store.newest_did_document(connection, slug)
        if current is None and not by_operator:
            raise ControlNotProven(
                "The first document needs the operator's consent. Ask the operator of this registry."
            )
        signed_with = check_control(
            proof, (current.document if current else document), did=participant.did, digest=digest, now=now
        )
        if current is not None and current.digest == digest:
            return current, False
        version = DidDocumentVersion(slug, current.version + 1 if current else 1, document, digest, now, signed_with)
        with begin(self.engine) as connection:
            if not store.append_did_document(connection, version):
                raise RuleRefused(
                    "Another version was published at the same moment. Try again.", code="published-meanwhile"
                )
            if self.history is not None:
                self.history.extend(connection, participant, version)
        return version, True

    def did_document(self, slug: str) -> DidDocumentVersion:
        """Return the version in force. Raises NotFound."""
        self.participant(slug)
        with begin(self.engine) as connection:
            found = store.newest_did_document(connection, slug)
        if found is None:
            raise NotFound("This institution has not published an identity document.")
        return found

    def did_document_versions(self, slug: str) -> list[DidDocumentVersion]:
        """Return every version of the document, newest first."""
        with begin(self.engine) as connection:
            return store.did_document_versions(connection, slug)

    def status_list(self, slug: str, number: int) -> StatusListVersion:
        """Return the list in force. Raises NotFound."""
        self.participant(slug)
        if not 1 <= number <= MAX_STATUS_LISTS:
            raise NotFound("There is no status list at this address.")
        with begin(self.engine) as connection:
            found = store.find_status_list(connection, slug, number)
        if found is None:
            raise NotFound("There is no status list at this address.")
        return found

    def export(self, slug: str, base_url: str) -> JsonObject:
        """Return the document in force as it must stand on the institution's own domain, with the same keys.

        Raises:
            NotFound: nothing was published.
            DidError: `base_url` has no did:web form.
        """
        did = did_web_from_url(base_url)
        current = self.did_document(slug).document
        keys = [
            (_fragment(method), public_key_of_method(method), [str(method["type"])]) for method in _methods(current)
        ]
        return build_did_document(did, keys)

    def publish_status_list(
        self, slug: str, number: int, credential: JsonObject, *, now: datetime
    ) -> StatusListVersion:
        """Publish a status list after checking that the institution signed it.

        Raises:
            NotFound: nobody with this short name takes part, or it has no document.
            RuleRefused: it is not a status list of this institution at this address, or older than the one in force.
            ProofError, KeyReferenceError: its proof does not hold.
        """
        participant = self.participant(slug)
        document = self.did_document(slug).document
        if not 1 <= number <= MAX_STATUS_LISTS:
            raise RuleRefused("The number of the list is out of range.", code="status-list-number")
        _check_status_list(credential, did=participant.did, url=self.status_list_url(slug, number))
        check_signed(credential, document, what="The list")
        _bits(credential)
        _valid_from(credential)
        digest = hashlib.sha256(canonicalize_jcs(credential)).hexdigest()
        published = StatusListVersion(slug, number, credential, digest, now)
        with begin(self.engine) as connection:
            previous = store.find_status_list(connection, slug, number)
            _check_newer(credential, digest, previous)
            store.put_status_list(connection, published)
        return published

    def evidence(self, *, now: datetime) -> JsonObject:
        """Return everything a verifier needs, in one document."""
        with begin(self.engine) as connection:
            members = store.list_participants(connection)
            documents = store.newest_did_documents(connection)
            lists = store.list_status_lists(connection)
        did_of = {member.slug: member.did for member in members}
        own = [] if self.accrediting is None else [(self.accrediting.did, self.accrediting.document(), now)]
        published = [(did_of[item.slug], item.document, item.published_at) for item in documents]
        return {
            "generated_at": now.isoformat(),
            "participants": [*self.feed(members)],
            "did_documents": [
                {"did": did, "document": document, "published_at": at.isoformat()}
                for did, document, at in (*own, *published)
            ],
            "status_lists": [
                {
                    "url": self.status_list_url(item.slug, item.number),
                    "credential": item.credential,
                    "published_at": item.published_at.isoformat(),
                }
                for item in lists
            ],
        }


def check_control(proof: str, document: JsonObject, *, did: str, digest: str, now: datetime) -> str:
    """Check the JWS that proves control of an identifier, and return the verification method that signed.

    Args:
        proof: compact JWS over `did`, `sha256` (hex) and `iat`.
        document: whose `authentication` keys count.
        did: of the institution.
        digest: of what is published.
        now: the present moment; a proof is five minutes off at most.

    Raises:
        ControlNotProven: it is not signed by a key in force, or about something else.
    """
    try:
        head, body, signature = proof.split(".")
        header, claims = (parse_json(base64url_decode(part), max_bytes=4096, max_depth=4) for part in (head, body))
        raw = base64url_decode(signature)
    except (ValueError, MalformedInput) as error:
        raise ControlNotProven("The proof of control is not a compact JWS.") from error
    kid = header.get("kid") if isinstance(header, dict) else None
    if not isinstance(header, dict) or not isinstance(claims, dict) or not isinstance(kid, str):
        raise ControlNotProven("The proof of control names no key.")
    try:
        _, key = find_verification_method(document, kid, relationship="authentication")
    except EdubadgesError as error:
        raise ControlNotProven("The proof of control is not made with a key in force.") from error
    right_kind = _ALGORITHMS.get(str(header.get("alg"))) == key.algorithm
    if not right_kind or not key.verify(f"{head}.{body}".encode(), raw):
        raise ControlNotProven("The signature of the proof of control does not hold.")
    issued_at = claims.get("iat")
    fresh = isinstance(issued_at, int) and abs(now.timestamp() - issued_at) <= _CLOCK_SKEW.total_seconds()
    if claims.get("did") != did or claims.get("sha256") != digest or not fresh:
        raise ControlNotProven("The proof of control is about another document, or too old.")
    return kid


def _check_keys(document: JsonObject, did: str) -> None:
    methods = _methods(document)
    if not methods:
        raise RuleRefused("An identity document needs at least one key.", code="no-keys")
    for method in methods:
        if method.get("controller") != did or not str(method.get("id", "")).startswith(did + "#"):
            raise KeyReferenceError("A key in the document is not the institution's own.")
        public_key_of_method(method)


def _check_status_list(credential: JsonObject, *, did: str, url: str) -> None:
    types = credential.get("type")
    subject = credential.get("credentialSubject")
    if not isinstance(types, list) or "BitstringStatusListCredential" not in types or not isinstance(subject, dict):
        raise RuleRefused("This is not a status list.", code="not-a-status-list")
    if issuer_id(credential) != did:
        raise RuleRefused("The list is issued by another institution.", code="status-list-issuer")
    if credential.get("id") != url or subject.get("id") != f"{url}#list":
        raise RuleRefused("The list names another address than this one.", code="status-list-address")


def _check_newer(credential: JsonObject, digest: str, previous: StatusListVersion | None) -> None:
    """Refuse a list that is older than the one in force, or of the same second with fewer entries set.

    Lists are public and anybody may send one here, so an older one could otherwise be put back to hide a revocation.
    """
    if previous is None or previous.digest == digest:
        return
    before, starts = _valid_from(previous.credential), _valid_from(credential)
    was, now = _bits(previous.credential), _bits(credential)
    cleared = len(was) != len(now) or int.from_bytes(was) & ~int.from_bytes(now) != 0
    if before > starts or (before == starts and cleared):
        raise RuleRefused("A newer version of this list is already published.", code="status-list-older")


def _bits(credential: Mapping[str, Any]) -> bytes:
    return expand_list(str(credential["credentialSubject"].get("encodedList")))


def _valid_from(credential: Mapping[str, Any]) -> datetime:
    try:
        moment = datetime.fromisoformat(str(credential.get("validFrom")))
    except ValueError as error:
        raise RuleRefused("The list does not say from when it holds.", code="status-list-date") from error
    if moment.tzinfo is None:
        raise RuleRefused("The date of the list names no time zone.", code="status-list-date")
    return moment


def _methods(document: JsonObject) -> list[JsonObject]:
    found = document.get("verificationMethod")
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _fragment(method: JsonObject) -> str:
    return urlsplit(str(method["id"])).fragment
