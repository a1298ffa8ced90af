"""State the status of one badge, for whoever holds it to carry along (`vc_core.status.assertion`).

Whoever knows a badge's identifier and signature has the badge, and learns nothing that the public lists do not say. The
moment is that of the hour, so that asking twice in an hour gives the same bytes and costs the agent one signature.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from issuer_agent import store_issuing
from issuer_agent.institution_keys import signing_identity
from issuer_agent.issuance import Issuance
from issuer_agent.store_facts import read_facts
from service_kit.database import begin
from service_kit.problems import InvalidValues, NotFound
from vc_core.errors import MalformedInput
from vc_core.json_text import JsonObject
from vc_core.multiformats import base64url_decode
from vc_core.status.assertion import HEADER_TYPE, assertion_claims, assertion_entry
from vc_core.status.token_status_list import TokenStatusValue
from vc_core.trust.merkle import HASH_BYTES

LIFE = timedelta(days=7)
MAX_REMEMBERED = 10_000
type _Question = tuple[str, str, TokenStatusValue, datetime]


@dataclass(frozen=True, slots=True)
class StatusAssertions:
    """The use case, with what was signed in this hour."""

    issuance: Issuance
    _signed: OrderedDict[_Question, str] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def state(self, slug: str, body: JsonObject) -> JsonObject:
        """Return the entry for the proof set of a badge, with the moment until which it counts.

        Args:
            slug: the institution.
            body: `credential_id`, and `signature`: the hash of the badge's signature in base64url.

        Raises:
            InvalidValues: a member is missing or cannot be read.
            NotFound: the institution issued no such badge.
            AgentUnavailable: ask again later.
        """
        identifier, leaf = _read(body)
        now = self.issuance.clock().replace(minute=0, second=0, microsecond=0)
        with begin(self.issuance.engine) as connection:
            record = store_issuing.find_credential_by_id(connection, slug, identifier)
            if record is None:
                raise NotFound("This institution issued no badge with this identifier.")
            [facts] = read_facts(connection, [record.award_id])
        value = TokenStatusValue.VALID
        if facts.award.revoked_at is not None:
            value = TokenStatusValue.INVALID
        elif facts.award.suspended_at is not None:
            value = TokenStatusValue.SUSPENDED
        identity = signing_identity(facts.institution, self.issuance.vault)
        question = (identity.ed25519_key_id, leaf.hex(), value, now)
        with self._lock:
            token = self._signed.get(question)
        if token is None:
            claims = assertion_claims(identity.did, leaf, value, issued_at=now, expires_at=now + LIFE)
            token = self.issuance.signer.sign_jws(claims, identity=identity, kind=HEADER_TYPE)
            self._remember(question, token)
        return {"proof": assertion_entry(token), "expires_at": (now + LIFE).isoformat()}

    def _remember(self, question: _Question, token: str) -> None:
        with self._lock:
            self._signed[question] = token
            while len(self._signed) > MAX_REMEMBERED:
                self._signed.popitem(last=False)


def _read(body: JsonObject) -> tuple[str, bytes]:
    identifier, signature = body.get("credential_id"), body.get("signature")
    try:
        leaf = base64url_decode(signature) if isinstance(signature, str) and len(signature) <= 100 else b""
    except MalformedInput:
        leaf = b""
    if not isinstance(identifier, str) or not 0 < len(identifier) <= 200 or len(leaf) != HASH_BYTES:
        errors = [
            {"pointer": "/credential_id", "detail": "The identifier of the badge."},
            {"pointer": "/signature", "detail": "The hash of its signature, in base64url."},
        ]
        raise InvalidValues("Send `credential_id` and `signature`.", errors=errors)
    return identifier, leaf
