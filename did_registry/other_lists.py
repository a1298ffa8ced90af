"""Status lists in the forms of others: Token Status Lists for SD-JWT VC, and 1EdTech's lists of revoked identifiers.

Each is taken in only when its institution signed it, and never in place of one that is newer. A list of 1EdTech's form
bears no signature for its readers, so the institution signs what it sends.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from did_registry import store
from did_registry.publishing import MAX_STATUS_LISTS, Registry, check_control
from did_registry.records import OtherList
from did_registry.tables import other_lists
from service_kit.database import begin
from service_kit.problems import NotFound, RuleRefused
from vc_core.canonical.jcs import canonicalize_jcs
from vc_core.did import find_verification_method
from vc_core.errors import KeyReferenceError, StatusError
from vc_core.jose.compact import parse_compact_jwt, read_numeric_date
from vc_core.json_text import JsonObject, JsonValue, dump_json, parse_json_object
from vc_core.status.token_status_list import expand_statuses, verify_status_list_token

MAX_REVOKED = 100_000
MAX_BODY = 20_000_000
TOKEN_BITS = 2
"""The size of an entry in which valid, invalid and suspended fit."""
REVOCATIONS = "revocations"


@dataclass(frozen=True, slots=True)
class OtherLists:
    """Takes in and gives."""

    registry: Registry

    def token_url(self, slug: str, number: int) -> str:
        """Return the address of a Token Status List; it is inside every credential that uses it."""
        return f"{self.registry.public_url}/institutions/{slug}/{_token_name(number)}"

    def revocations_url(self, slug: str) -> str:
        """Return the address of an institution's revoked badges."""
        return f"{self.registry.public_url}/institutions/{slug}/{REVOCATIONS}"

    def publish_token(self, slug: str, number: int, token: str, *, now: datetime) -> OtherList:
        """Take in a Token Status List.

        Raises:
            NotFound: nobody with this short name takes part, or it has no document.
            RuleRefused: the number is out of range, or a newer list is in force.
            KeyReferenceError, ProofError, StatusError, MalformedInput: it is not a list of this institution.
        """
        document = self.registry.did_document(slug).document
        if not 1 <= number <= MAX_STATUS_LISTS:
            raise RuleRefused("The number of the list is out of range.", code="status-list-number")
        parsed = parse_compact_jwt(token)
        kid = parsed.header.get("kid")
        if not isinstance(kid, str):
            raise KeyReferenceError("The list does not name the key that signed it.")
        _, key = find_verification_method(document, kid, relationship="assertionMethod")
        listed = verify_status_list_token(parsed, public_key=key, expected_uri=self.token_url(slug, number))
        before = self._find(slug, _token_name(number))
        if before is not None and _forgets(_statuses(before.body), _statuses(token)):
            raise _older()
        return self._keep(slug, _token_name(number), token, listed.issued_at, now)

    def publish_revocations(self, slug: str, listed: JsonObject, proof: str, *, now: datetime) -> OtherList:
        """Take in the revoked badges of an institution.

        Raises:
            NotFound: nobody with this short name takes part, or it has no document.
            ControlNotProven: it is not signed with a key in force.
            StatusError: it is not such a list of this institution.
        """
        document = self.registry.did_document(slug).document
        did = self.registry.participant(slug).did
        digest = hashlib.sha256(canonicalize_jcs(listed)).hexdigest()
        check_control(proof, document, did=did, digest=digest, now=now)
        revoked = _revoked(listed, did=did, url=self.revocations_url(slug))
        before = self._find(slug, REVOCATIONS)
        if before is not None and not _identifiers(before.body) <= revoked:
            raise _older()
        # The moment is that of the signature, so that what was sent before is not taken in place of it.
        at = read_numeric_date(parse_compact_jwt(proof).payload, "iat") or now
        return self._keep(slug, REVOCATIONS, dump_json(listed).decode(), at, now)

    def find(self, slug: str, name: str) -> OtherList:
        """Return a list in force. Raises NotFound."""
        found = self._find(slug, name)
        if found is None:
            raise NotFound("There is no status list at this address.")
        return found

    def _find(self, slug: str, name: str) -> OtherList | None:
        columns = other_lists.c
        query = sa.select(other_lists).where(columns.slug == slug, columns.name == name)
        with begin(self.registry.engine) as connection:
            row = connection.execute(query).mappings().first()
        return OtherList(**row) if row else None

    def token(self, slug: str, number: int) -> OtherList:
        """Return a Token Status List in force. Raises NotFound."""
        return self.find(slug, _token_name(number))

    def tokens(self) -> list[tuple[str, str]]:
        """Return every Token Status List in force, as address and token."""
        query = sa.select(other_lists.c.slug, other_lists.c.name, other_lists.c.body)
        query = query.where(other_lists.c.name != REVOCATIONS).order_by(other_lists.c.slug, other_lists.c.name)
        with begin(self.registry.engine) as connection:
            found = connection.execute(query).all()
        return [(f"{self.registry.public_url}/institutions/{slug}/{name}", body) for slug, name, body in found]

    def _keep(self, slug: str, name: str, body: str, issued_at: datetime, now: datetime) -> OtherList:
        """Keep this list unless a newer one is in force, whatever comes in at the same moment."""
        kept = OtherList(slug, name, body, hashlib.sha256(body.encode()).hexdigest(), issued_at.astimezone(UTC), now)
        values = {column.name: getattr(kept, column.name) for column in other_lists.columns}
        statement = insert(other_lists).values(**values)
        statement = statement.on_conflict_do_update(
            index_elements=["slug", "name"], set_=values, where=other_lists.c.issued_at <= kept.issued_at
        )
        with begin(self.registry.engine) as connection:
            if store.find_participant(connection, slug) is None:
                raise NotFound("No institution with this short name takes part.")
            if connection.execute(statement).rowcount == 0:
                raise _older()
        return kept


def _token_name(number: int) -> str:
    return f"token-status/{number}"


def _older() -> RuleRefused:
    return RuleRefused("A newer version of this list is already published.", code="status-list-older")


def _statuses(token: str) -> tuple[int, bytes]:
    """Return the size of an entry and the entries of a token that was verified."""
    found = parse_compact_jwt(token).payload["status_list"]
    assert isinstance(found, dict)
    return int(str(found["bits"])), expand_statuses(str(found["lst"]))


def _forgets(before: tuple[int, bytes], after: tuple[int, bytes]) -> bool:
    """Say whether something that was invalid is not any more: that is for good, so the list is an older one."""
    if before[0] != after[0] or len(before[1]) != len(after[1]):
        return True
    if before[0] != TOKEN_BITS:
        return False
    low = int.from_bytes(b"\x55" * len(before[1]))

    def invalid(data: bytes) -> int:
        value = int.from_bytes(data)
        return value & low & ~(value >> 1)

    return invalid(before[1]) & ~invalid(after[1]) != 0


def _identifiers(body: str) -> set[str]:
    listed = parse_json_object(body.encode(), max_bytes=MAX_BODY)["revokedCredential"]
    assert isinstance(listed, list)
    return {str(entry["id"]) for entry in listed if isinstance(entry, dict)}


def _revoked(listed: JsonObject, *, did: str, url: str) -> set[str]:
    """Return the identifiers in a list. Raises StatusError."""
    entries = listed.get("revokedCredential")
    if listed.keys() != {"id", "issuer", "revokedCredential"} or listed["id"] != url or listed["issuer"] != did:
        raise StatusError("This is not the list of revoked badges of this institution.")
    if not isinstance(entries, list) or len(entries) > MAX_REVOKED or not all(map(_is_entry, entries)):
        raise StatusError("An entry of the list is not an identifier of a revoked badge.")
    return {str(entry["id"]) for entry in entries if isinstance(entry, dict)}


def _is_entry(entry: JsonValue) -> bool:
    if not isinstance(entry, dict) or entry.keys() != {"id", "revoked"} or entry["revoked"] is not True:
        return False
    return isinstance(entry["id"], str) and 0 < len(entry["id"]) <= 500
