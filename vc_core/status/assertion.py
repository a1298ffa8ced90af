"""A status assertion: what an issuer said of one badge at one moment, for a verifier who has no list and no network.

The form follows draft-demarco-oauth-status-assertions: a JWT of the type `status-assertion+jwt` with the hash of the
credential and its status. The hash is of the signature (`trust.receipt`), so it is the same in every file and picture.
It travels as one more entry of the badge's proof set, of a cryptosuite of its own; it is worth little for long, and its
holder fetches a new one now and then, not when somebody asks: the issuer does not learn to whom a badge is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from vc_core.errors import MalformedInput, StatusError
from vc_core.jose.compact import (
    CompactJwt,
    check_header,
    check_signature,
    numeric_date,
    parse_compact_jwt,
    read_numeric_date,
)
from vc_core.json_text import JsonObject, JsonValue
from vc_core.keys import PublicKey
from vc_core.multiformats import base64url_encode
from vc_core.status.token_status_list import TokenStatusValue

ASSERTION_SUITE = "edubadges-status-assertion-2026"
HEADER_TYPE = "status-assertion+jwt"
MAX_VALUE = 4_096
_HEADER_MEMBERS = frozenset({"alg", "typ", "kid"})
_MEMBERS = frozenset({"iss", "iat", "exp", "credential_hash", "credential_hash_alg", "credential_status_type"})


@dataclass(frozen=True, slots=True)
class StatusAssertion:
    """What was stated; verified by `check_assertion`."""

    issuer: str
    value: TokenStatusValue
    issued_at: datetime
    expires_at: datetime


def assertion_claims(
    issuer: str, leaf: bytes, value: TokenStatusValue, *, issued_at: datetime, expires_at: datetime
) -> JsonObject:
    """Return the claims that the issuer signs.

    Args:
        issuer: its DID.
        leaf: of the badge's signature, by `trust.receipt.leaf_of_proof`.
        value: the status.
        issued_at: when it is stated.
        expires_at: from when it says nothing any more.
    """
    return {
        "iss": issuer,
        "iat": int(numeric_date(issued_at)),
        "exp": int(numeric_date(expires_at)),
        "credential_hash": base64url_encode(leaf),
        "credential_hash_alg": "sha-256",
        "credential_status_type": int(value),
    }


def assertion_entry(token: str) -> JsonObject:
    """Return the entry for the proof set of the badge.

    Raises:
        MalformedInput: not a status assertion.
    """
    jwt = _parse(token)
    at = read_numeric_date(jwt.payload, "iat")
    if at is None or not isinstance(jwt.header.get("kid"), str):
        raise MalformedInput("This is not a status assertion.")
    return {
        "type": "DataIntegrityProof",
        "cryptosuite": ASSERTION_SUITE,
        "created": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "verificationMethod": jwt.header["kid"],
        "proofPurpose": "assertionMethod",
        "proofValue": token,
    }


def is_assertion(proof: Mapping[str, JsonValue]) -> bool:
    """Say whether an entry of a proof set is a status assertion."""
    return proof.get("type") == "DataIntegrityProof" and proof.get("cryptosuite") == ASSERTION_SUITE


def read_assertion(proof: Mapping[str, JsonValue]) -> CompactJwt:
    """Return the token in an entry of a proof set. Nothing in it is checked yet.

    Raises:
        MalformedInput: there is none.
    """
    value = proof.get("proofValue")
    if not is_assertion(proof) or not isinstance(value, str):
        raise MalformedInput("This is not a status assertion.")
    return _parse(value)


def check_assertion(token: CompactJwt, leaf: bytes, *, issuer: str, public_key: PublicKey) -> StatusAssertion:
    """Return what an issuer states of a badge; its dates are returned, not judged.

    Args:
        token: from `read_assertion`.
        leaf: of the badge's signature.
        issuer: of the badge.
        public_key: the issuer's, as the token names it.

    Raises:
        ProofError: another key, algorithm, header or kind of token.
        StatusError: of another badge or another issuer, or its members are not those of an assertion.
        MalformedInput: a date cannot be read.
    """
    check_header(token, allowed=_HEADER_MEMBERS, types=(HEADER_TYPE,))
    check_signature(token, public_key)
    claims = token.payload
    if claims.keys() != _MEMBERS or claims["iss"] != issuer:
        raise StatusError("The statement is of another issuer, or has other members.")
    if claims["credential_hash"] != base64url_encode(leaf) or claims["credential_hash_alg"] != "sha-256":
        raise StatusError("The statement is about another badge.")
    issued_at, expires_at = read_numeric_date(claims, "iat"), read_numeric_date(claims, "exp")
    value = claims["credential_status_type"]
    known = {int(item): item for item in TokenStatusValue}
    if issued_at is None or expires_at is None or type(value) is not int or value not in known:
        raise StatusError("The statement does not say what it must.")
    return StatusAssertion(issuer, known[value], issued_at, expires_at)


def _parse(token: str) -> CompactJwt:
    if len(token) > MAX_VALUE:
        raise MalformedInput("The status assertion is too long.")
    return parse_compact_jwt(token, max_depth=4)
