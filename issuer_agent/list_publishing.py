"""Publish a status list in every form that badges are checked by; all say the same.

The Bitstring Status List is what our badges name. Beside a list for revocation stand the same decisions as a Token
Status List (for SD-JWT VC) and, for all lists of the institution together, as a list of identifiers in 1EdTech's form.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from issuer_agent import status_lists, store, store_issuing
from issuer_agent.credentials import timestamp
from issuer_agent.institution_keys import TokenVault, signing_identity
from issuer_agent.registry_client import RegistryClient
from issuer_agent.signer import Signer, SigningIdentity
from issuer_agent.store_issuing import StatusListRecord
from service_kit.database import begin
from service_kit.problems import NotFound
from vc_core.canonical.jcs import canonicalize_jcs
from vc_core.json_text import JsonObject, JsonValue
from vc_core.status.token_status_list import (
    HEADER_TYPE,
    TokenStatusValue,
    new_statuses,
    set_status,
    status_list_claims,
)

TOKEN_BITS = 2


@dataclass(frozen=True, slots=True)
class ListPublisher:
    """Builds, has signed, and sends."""

    engine: sa.Engine
    signer: Signer
    vault: TokenVault
    registry: RegistryClient

    def publish(self, institution: str, number: int, *, now: datetime) -> None:
        """Publish a list as it is now, and record that.

        Raises:
            NotFound: there is no such list.
            Unavailable: agent or registry is away; call again later.
        """
        with begin(self.engine) as connection:
            record = store_issuing.find_status_list(connection, institution, number)
            indexes = store_issuing.set_indexes(connection, institution, number)
            suspended = store_issuing.suspended_indexes(connection, institution, number)
            revoked = store_issuing.revoked_identifiers(connection, institution)
            owner = store.find_institution(connection, institution)
        if record is None or owner is None:
            raise NotFound("There is no such status list.")
        identity = signing_identity(owner, self.vault)
        url = status_lists.status_list_url(self.registry.public_url, institution, number)
        unsigned = status_lists.build_list(record, indexes, url=url, issuer=identity.did, now=now)
        [signed] = self.signer.secure([unsigned], identity=identity, created=timestamp(now))
        self.registry.publish_status_list(institution, number, signed)
        if record.purpose == status_lists.REVOCATION:
            token = self._token(record, identity, set(indexes), set(suspended), now)
            self.registry.publish_token_list(institution, number, token)
            self.registry.publish_revocations(institution, *self._revocations(identity, institution, revoked, now))
        with begin(self.engine) as connection:
            store_issuing.mark_published(connection, record, at=now)

    def _token(
        self, record: StatusListRecord, identity: SigningIdentity, revoked: set[int], suspended: set[int], now: datetime
    ) -> str:
        statuses = new_statuses(record.length, size=TOKEN_BITS)
        for index in suspended - revoked:
            set_status(statuses, index, TokenStatusValue.SUSPENDED, size=TOKEN_BITS)
        for index in revoked:
            set_status(statuses, index, TokenStatusValue.INVALID, size=TOKEN_BITS)
        claims = status_list_claims(
            statuses,
            uri=self.registry.token_list_url(record.institution, record.number),
            size=TOKEN_BITS,
            issued_at=now.replace(microsecond=0),
            expires_at=None,
            ttl_s=int(status_lists.TTL.total_seconds()),
        )
        return self.signer.sign_jws(claims, identity=identity, kind=HEADER_TYPE)

    def _revocations(
        self, identity: SigningIdentity, institution: str, revoked: list[str], now: datetime
    ) -> tuple[JsonObject, str]:
        """Return the list of identifiers, and the JWS that says it is the institution's."""
        entries: list[JsonValue] = [{"id": identifier, "revoked": True} for identifier in revoked]
        listed: JsonObject = {
            "id": self.registry.revocations_url(institution),
            "issuer": identity.did,
            "revokedCredential": entries,
        }
        claims: JsonObject = {
            "did": identity.did,
            "sha256": hashlib.sha256(canonicalize_jcs(listed)).hexdigest(),
            "iat": int(now.timestamp()),
        }
        return listed, self.signer.sign_jws(claims, identity=identity)
