"""VC-JWT as Open Badges 3.0 defines it (8.2): split, read and verify a compact JWS.

Whose key it is, is asked in `checks.key`; SD-JWT and the VC-JOSE-COSE profile are other formats.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from vc_core.errors import LimitExceeded, MalformedInput
from vc_core.json_text import JsonObject, JsonValue, parse_json_object
from vc_core.keys import PublicKey
from vc_core.multiformats import base64url_decode

MAX_JWT_BYTES = 1_500_000
_SHAPE = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")
_START = re.compile(r"eyJ[A-Za-z0-9_-]*\.")

# Open Badges 3.0, 8.2.3: RS256 is required; 1EdTech's validator takes ES256 too; EdDSA is outside it and flagged.
_ALGORITHM_OF_KEY = {"RSA": "RS256", "P-256": "ES256", "Ed25519": "EdDSA"}
HEADER_MEMBERS = frozenset({"alg", "kid", "jwk", "typ"})


@dataclass(frozen=True, slots=True)
class CompactJwt:
    """A compact JWS, split; nothing is verified."""

    signing_input: bytes
    header: JsonObject
    payload: JsonObject
    signature: bytes


def looks_like_jwt(text: str) -> bool:
    """Say whether a text begins like a compact JWS; it need not be a good one."""
    return _START.match(text) is not None


def parse_compact_jwt(text: str, *, max_depth: int = 32) -> CompactJwt:
    """Return the parts of a compact JWS.

    Raises:
        LimitExceeded: too large or too deep.
        MalformedInput: not a compact JWS of JSON objects.
    """
    if len(text) > MAX_JWT_BYTES:
        raise LimitExceeded(f"The JWT is larger than {MAX_JWT_BYTES} bytes.", limit=MAX_JWT_BYTES)
    if _SHAPE.fullmatch(text) is None:
        raise MalformedInput("The text begins like a JWT but is not one.")
    head, body, signature = text.split(".")
    return CompactJwt(
        signing_input=f"{head}.{body}".encode(),
        header=parse_json_object(base64url_decode(head), max_bytes=16_384, max_depth=max_depth),
        payload=parse_json_object(base64url_decode(body), max_depth=max_depth),
        signature=base64url_decode(signature) if signature else b"",
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
        return {
            name: value for name, value in jwt.payload.items() if name not in {"iss", "sub", "jti", "nbf", "exp", "iat"}
        }
    if not isinstance(inner, dict):
        raise MalformedInput("The JWT holds no badge.")
    return inner


def algorithm_of(key: PublicKey) -> str | None:
    """Return the only JOSE algorithm a key is accepted for."""
    return _ALGORITHM_OF_KEY.get(key.algorithm)


def signature_holds(jwt: CompactJwt, key: PublicKey) -> bool:
    """Say whether the key signed this JWT; the key's kind chooses the algorithm, the header may only agree."""
    return jwt.header.get("alg") == algorithm_of(key) and key.verify(jwt.signing_input, jwt.signature)


def differing_claims(jwt: CompactJwt, document: Mapping[str, JsonValue]) -> list[str]:
    """Return the registered claims that are absent or do not say what the credential says (Open Badges 3.0, 8.2.4)."""
    issuer = document.get("issuer")
    subject = document.get("credentialSubject")
    expected: dict[str, object] = {
        "iss": issuer.get("id") if isinstance(issuer, dict) else issuer,
        "jti": document.get("id"),
        "sub": subject.get("id") if isinstance(subject, dict) else None,
    }
    wrong = [name for name, value in expected.items() if jwt.payload.get(name) != value]
    if not isinstance(jwt.payload.get("nbf"), int | float) or isinstance(jwt.payload.get("nbf"), bool):
        wrong.append("nbf")
    exp = jwt.payload.get("exp")
    if exp is not None and (isinstance(exp, bool) or not isinstance(exp, int | float)):
        wrong.append("exp")
    is_version_2 = _first_context(document) == "https://www.w3.org/ns/credentials/v2"
    if is_version_2 == ("vc" in jwt.payload):
        wrong.append("vc")
    return wrong


def _first_context(document: Mapping[str, JsonValue]) -> JsonValue:
    context = document.get("@context")
    return context[0] if isinstance(context, list) and context else context
