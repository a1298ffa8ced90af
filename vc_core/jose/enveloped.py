"""VC-JOSE-COSE (W3C, 2025): credentials as `application/vc+jwt`, and the envelopes of VCDM 2.0 (4.13) around them.

Only reading and verifying; COSE and the SD-JWT form of this profile are refused. Open Badges' own VC-JWT is another
profile (`vc_jwt`) and neither passes for the other: the types of their headers differ.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from vc_core.errors import LimitExceeded, MalformedInput, ProofError
from vc_core.jose.compact import (
    MAX_JWT_BYTES,
    CompactJwt,
    check_header,
    check_signature,
    parse_compact_jwt,
    read_numeric_date,
)
from vc_core.json_text import JsonObject, JsonValue
from vc_core.keys import PublicKey

ENVELOPE_TYPE = "EnvelopedVerifiableCredential"
MEDIA_TYPE = "application/vc+jwt"

_CONTEXT = "https://www.w3.org/ns/credentials/v2"
_ENVELOPE_MEMBERS = frozenset({"@context", "id", "type"})
HEADER_MEMBERS = frozenset({"alg", "typ", "cty", "kid", "iss", "jwk"})
TOKEN_TYPES: tuple[str, ...] = ("vc+jwt",)
_CLAIMS = frozenset({"iss", "sub", "jti", "nbf", "exp", "iat", "aud"})
# No parameters and no base64 or percent-encoding: the text inside is ASCII without anything to escape.
_DATA_URL = re.compile(r"data:([a-z]+/[a-z0-9.+-]+),([A-Za-z0-9._~-]+)")
_MAX_URL = MAX_JWT_BYTES + 100


@dataclass(frozen=True, slots=True)
class VerifiedVcJose:
    """A credential of this profile whose signature holds."""

    credential: JsonObject
    issuer: str
    algorithm: str
    """`EdDSA` is to be flagged by the caller, as for VC-JWT."""
    signature_not_before: datetime | None
    signature_expires_at: datetime | None
    """`nbf` and `exp` are about the signature; `validFrom` and `validUntil` still say when the credential holds."""


def is_envelope(document: Mapping[str, JsonValue]) -> bool:
    """Say whether a document says it is an envelope; it need not be a good one."""
    kind = document.get("type")
    return kind == ENVELOPE_TYPE or (isinstance(kind, list) and ENVELOPE_TYPE in kind)


def read_envelope(document: Mapping[str, JsonValue]) -> str:
    """Return the compact JWS inside an EnvelopedVerifiableCredential.

    Other members are refused: nobody signed them.

    Raises:
        LimitExceeded: larger than a JWT may be.
        MalformedInput: not an envelope of one `application/vc+jwt`.
    """
    if document.keys() != _ENVELOPE_MEMBERS or document["type"] not in (ENVELOPE_TYPE, [ENVELOPE_TYPE]):
        raise MalformedInput("The envelope has other members than @context, id and type.")
    context = document["@context"]
    if context != _CONTEXT and not (isinstance(context, list) and context[:1] == [_CONTEXT]):
        raise MalformedInput("The envelope is not of version 2 of the data model.")
    address = document["id"]
    if not isinstance(address, str):
        raise MalformedInput("The envelope holds no data: URL.")
    return read_data_url(address)


def read_data_url(address: str) -> str:
    """Return the compact JWS of a `data:application/vc+jwt,…` URL.

    Raises:
        LimitExceeded: larger than a JWT may be.
        MalformedInput: not a data: URL, or of another media type.
    """
    if len(address) > _MAX_URL:
        raise LimitExceeded(f"The JWT is larger than {MAX_JWT_BYTES} bytes.", limit=MAX_JWT_BYTES)
    match = _DATA_URL.fullmatch(address)
    if match is None:
        raise MalformedInput("The envelope holds no data: URL that can be read.")
    if match[1] != MEDIA_TYPE:
        raise MalformedInput("The envelope holds another format than application/vc+jwt.")
    return match[2]


def parse_vc_jose(text: str) -> CompactJwt:
    """Return the parts of an `application/vc+jwt`; nothing is verified.

    Raises:
        LimitExceeded: too large or too deep.
        MalformedInput: not a compact JWS, or there is no credential in it.
    """
    jwt = parse_compact_jwt(text)
    context = jwt.payload.get("@context")
    if not isinstance(context, list) or context[:1] != [_CONTEXT]:
        raise MalformedInput("The JWT holds no credential of version 2 of the data model.")
    return jwt


def unverified_issuer(jwt: CompactJwt) -> str | None:
    """Return who the credential says issued it, to look for the key."""
    issuer = _id_of(jwt.payload.get("issuer"))
    return issuer if isinstance(issuer, str) and issuer else None


def verify_vc_jose(jwt: CompactJwt, *, public_key: PublicKey) -> VerifiedVcJose:
    """Return the credential that was signed with `public_key`.

    `typ` is only recommended by the profile; it is demanded here, so that no other token passes for a credential.
    Does not check whose key it is, nor whether credential and signature are in force now.

    Raises:
        ProofError: another key, algorithm, header or kind of token, or claims that contradict the credential.
        MalformedInput: there is no issuer, or a date is not a date.
    """
    check_header(jwt, allowed=HEADER_MEMBERS, types=TOKEN_TYPES)
    if jwt.header.get("cty", "vc") not in ("vc", "application/vc"):
        raise ProofError("The content of the JWT is of another kind than a credential.")
    check_signature(jwt, public_key)
    payload = jwt.payload
    if payload.keys() & {"vc", "vp"}:
        raise ProofError("The claims vc and vp have no place in this kind of JWT.")
    kinds = payload.get("type")
    if kinds != "VerifiableCredential" and not (isinstance(kinds, list) and "VerifiableCredential" in kinds):
        raise ProofError("The JWT holds no credential.")
    issuer = unverified_issuer(jwt)
    if issuer is None:
        raise MalformedInput("The credential has no issuer.")
    wrong = differing_claims(jwt)
    if wrong:
        raise ProofError("The claims of the JWT differ from the credential: " + ", ".join(wrong) + ".")
    return VerifiedVcJose(
        credential=credential_of_vc_jose(jwt),
        issuer=issuer,
        algorithm=str(jwt.header["alg"]),
        signature_not_before=read_numeric_date(payload, "nbf"),
        signature_expires_at=read_numeric_date(payload, "exp"),
    )


def credential_of_vc_jose(jwt: CompactJwt) -> JsonObject:
    """Return the credential in a JWT of this profile, without the claims about the token; nothing is verified."""
    return {name: value for name, value in jwt.payload.items() if name not in _CLAIMS}


def differing_claims(jwt: CompactJwt) -> list[str]:
    """Return what is said twice and not the same (VC-JOSE-COSE, 3.1.3 and 4.1.2)."""
    subject = jwt.payload.get("credentialSubject")
    issuer = unverified_issuer(jwt)
    expected: JsonObject = {
        "iss": issuer,
        "jti": jwt.payload.get("id"),
        "sub": subject.get("id") if isinstance(subject, dict) else None,
    }
    wrong = [name for name, value in expected.items() if name in jwt.payload and jwt.payload[name] != value]
    if jwt.header.get("iss", issuer) != issuer:
        wrong.append("iss")
    return wrong


def _id_of(issuer: JsonValue) -> JsonValue:
    return issuer.get("id") if isinstance(issuer, dict) else issuer
