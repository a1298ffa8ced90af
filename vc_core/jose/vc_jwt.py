"""VC-JWT as Open Badges 3.0 defines it (8.2): make, verify, and read the credential inside.

The W3C profile with `application/vc+jwt` is another format, see `enveloped`. Finding the key and asking whose it is, is
the caller's work; so are the dates, which are returned.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from vc_core.errors import MalformedInput, ProofError
from vc_core.jose.compact import (
    CompactJwt,
    algorithm_of,
    build_compact_jwt,
    check_header,
    check_signature,
    numeric_date,
    read_numeric_date,
)
from vc_core.json_text import JsonObject, JsonValue
from vc_core.keys import PublicKey, public_key_from_jwk
from vc_core.model.data_values import read_date_time_stamp

HEADER_MEMBERS = frozenset({"alg", "kid", "jwk", "typ"})

_VERSION_1 = "https://www.w3.org/2018/credentials/v1"
_VERSION_2 = "https://www.w3.org/ns/credentials/v2"
_VALIDITY = {_VERSION_1: ("issuanceDate", "expirationDate"), _VERSION_2: ("validFrom", "validUntil")}
_CLAIMS = frozenset({"iss", "sub", "jti", "nbf", "exp", "iat"})
_NOT_IN_A_CREDENTIAL = _CLAIMS | {"vc", "vp", "aud", "nonce", "cnf"}
TOKEN_TYPES: tuple[str, ...] = ("", "jwt")


@dataclass(frozen=True, slots=True)
class VerifiedVcJwt:
    """A VC-JWT whose signature holds and whose claims say what the credential says."""

    credential: JsonObject
    issuer: str
    algorithm: str
    """`EdDSA` is outside Open Badges 3.0 and must be flagged."""
    not_before: datetime
    expires_at: datetime | None
    """`exp`, which stands above `validUntil` (Open Badges 3.0, 8.2.6); else `validUntil`."""


def build_vc_jwt(
    credential: Mapping[str, JsonValue],
    *,
    sign: Callable[[bytes], bytes],
    algorithm: str,
    kid: str | None = None,
    jwk: Mapping[str, JsonValue] | None = None,
) -> str:
    """Return the credential as a VC-JWT; the claims are taken from it.

    `sign` gets the bytes to sign and gives a raw signature (curves: r and s). One of `kid` and `jwk` is needed.

    Raises:
        ProofError: something the claims need is absent, or the key is not named or of another kind.
        MalformedInput: a value has no JSON form, or the JWK is not a public key.
    """
    if not kid and jwk is None:
        raise ProofError("A VC-JWT names its key by kid or carries it as jwk.")
    header: JsonObject = {"typ": "JWT"}
    if kid:
        header["kid"] = kid
    if jwk is not None:
        key = public_key_from_jwk(dict(jwk))
        if algorithm_of(key) != algorithm:
            raise ProofError("The algorithm does not fit the key.")
        header["jwk"] = dict(key.to_jwk())
    claims = _claims_of(credential)
    body = {"vc": dict(credential)} if _first_context(credential) == _VERSION_1 else dict(credential)
    return build_compact_jwt(header, {**body, **claims}, sign=sign, algorithm=algorithm)


def verify_vc_jwt(jwt: CompactJwt, *, public_key: PublicKey) -> VerifiedVcJwt:
    """Return the credential of a VC-JWT that was signed with `public_key`, its claims agreeing with it.

    Does not check whose key it is, nor whether the credential is in force now.

    Raises:
        ProofError: another key, algorithm, header or kind of token, or claims that say something else.
        MalformedInput: there is no credential in it, or a date is not a date.
    """
    check_header(jwt, allowed=HEADER_MEMBERS, types=TOKEN_TYPES)
    if not jwt.header.keys() & {"kid", "jwk"}:
        raise ProofError("A VC-JWT names its key by kid or carries it as jwk.")
    check_signature(jwt, public_key)
    credential = read_credential_of_jwt(jwt)
    wrong = differing_claims(jwt, credential)
    if wrong:
        raise ProofError("The claims of the JWT differ from the credential: " + ", ".join(wrong) + ".")
    not_before = read_numeric_date(jwt.payload, "nbf")
    issuer = jwt.payload["iss"]
    if not_before is None or not isinstance(issuer, str):
        raise MalformedInput("The credential has no issuer or no beginning.")
    return VerifiedVcJwt(
        credential=credential,
        issuer=issuer,
        algorithm=str(jwt.header["alg"]),
        not_before=not_before,
        expires_at=read_numeric_date(jwt.payload, "exp") or _moment(credential, 1),
    )


def read_credential_of_jwt(jwt: CompactJwt) -> JsonObject:
    """Return the credential of a VC-JWT: the payload itself (VCDM 2.0) or its `vc` (VCDM 1.1).

    Raises:
        MalformedInput: there is no credential in it.
    """
    inner = jwt.payload.get("vc")
    if inner is None:
        if "@context" not in jwt.payload:
            raise MalformedInput("The JWT holds no badge.")
        return {name: value for name, value in jwt.payload.items() if name not in _CLAIMS}
    if not isinstance(inner, dict):
        raise MalformedInput("The JWT holds no badge.")
    return inner


def differing_claims(jwt: CompactJwt, document: Mapping[str, JsonValue]) -> list[str]:
    """Return the registered claims that are absent or do not say what the credential says (Open Badges 3.0, 8.2.4)."""
    expected: JsonObject = {
        "iss": _id_of(document.get("issuer")),
        "jti": document.get("id"),
        "sub": _subject_of(document),
    }
    wrong = [name for name, value in expected.items() if jwt.payload.get(name) != value]
    if not _begins_as_written(jwt, document):
        wrong.append("nbf")
    if "exp" in jwt.payload and _numeric(jwt, "exp") is None:
        wrong.append("exp")
    is_wrapped = "vc" in jwt.payload
    # With a context beside `vc` there would be two credentials, and each reader could take another.
    if is_wrapped == (_first_context(document) == _VERSION_2) or (is_wrapped and "@context" in jwt.payload):
        wrong.append("vc")
    return wrong


def _begins_as_written(jwt: CompactJwt, document: Mapping[str, JsonValue]) -> bool:
    """Say whether `nbf` is there and names the second of the credential's own beginning, where that can be read."""
    claimed = _numeric(jwt, "nbf")
    written = _moment(document, 0)
    return claimed is not None and (written is None or abs(claimed - written) < timedelta(seconds=1))


def _numeric(jwt: CompactJwt, name: str) -> datetime | None:
    try:
        return read_numeric_date(jwt.payload, name)
    except MalformedInput:
        return None


def _claims_of(credential: Mapping[str, JsonValue]) -> JsonObject:
    """Return the registered claims (Open Badges 3.0, 8.2.4.2), or refuse a credential that cannot give them."""
    taken = _NOT_IN_A_CREDENTIAL & credential.keys()
    if taken:
        raise ProofError("The credential has members that are claims of the JWT: " + ", ".join(sorted(taken)) + ".")
    if str(_first_context(credential)) not in _VALIDITY:
        raise ProofError("The credential does not begin with a version of the data model.")
    kinds = credential.get("type")
    if not isinstance(kinds, list) or "VerifiableCredential" not in kinds:
        raise ProofError("The document is not a credential.")
    issuer, identifier = _id_of(credential.get("issuer")), credential.get("id")
    begins, ends = _moment(credential, 0), _moment(credential, 1)
    if not isinstance(issuer, str) or not issuer:
        raise ProofError("The credential has no issuer with an id.")
    if not isinstance(identifier, str) or not identifier:
        raise ProofError("The credential has no id.")
    if not isinstance(credential.get("credentialSubject"), dict):
        raise ProofError("The credential has no single subject.")
    if begins is None:
        raise ProofError("The credential does not say from when it is valid.")
    claims: JsonObject = {"iss": issuer, "jti": identifier, "nbf": numeric_date(begins)}
    subject = _subject_of(credential)
    if subject is not None:
        claims["sub"] = subject
    if ends is not None:
        claims["exp"] = numeric_date(ends)
    elif _VALIDITY[str(_first_context(credential))][1] in credential:
        raise ProofError("The credential does not say until when it is valid in a way that can be read.")
    return claims


def _moment(credential: Mapping[str, JsonValue], end: int) -> datetime | None:
    """Return the beginning (0) or the end (1) of the validity; None when it is absent or not a moment."""
    names = _VALIDITY.get(str(_first_context(credential)))
    return None if names is None else read_date_time_stamp(credential.get(names[end]))


def _subject_of(credential: Mapping[str, JsonValue]) -> JsonValue:
    subject = credential.get("credentialSubject")
    return subject.get("id") if isinstance(subject, dict) else None


def _id_of(issuer: JsonValue) -> JsonValue:
    return issuer.get("id") if isinstance(issuer, dict) else issuer


def _first_context(document: Mapping[str, JsonValue]) -> JsonValue:
    context = document.get("@context")
    return context[0] if isinstance(context, list) and context else context
