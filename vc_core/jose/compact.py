"""Compact JWS (RFC 7515, 7.1): split, header allow-list, one algorithm for each kind of key, sign and check.

What the claims mean is read in `vc_jwt`, `sd_jwt_vc` and `enveloped`; whose key it is, is the caller's question.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from vc_core.errors import LimitExceeded, MalformedInput, ProofError
from vc_core.json_text import JsonObject, JsonValue, dump_json, parse_json_object
from vc_core.keys import PublicKey, public_key_from_jwk
from vc_core.multiformats import base64url_decode, base64url_encode

MAX_JWT_BYTES = 1_500_000
MAX_HEADER_BYTES = 16_384

# The key's kind decides (RFC 8725, 3.1): a header can only agree, so `none` and HMAC have no place to stand.
_ALGORITHM_OF_KEY = {"RSA": "RS256", "P-256": "ES256", "P-384": "ES384", "Ed25519": "EdDSA"}
# RFC 7518, 3.4 and RFC 8037, 3.1; RSA: as long as the modulus, 2048 to 8192 bits
_SIGNATURE_BYTES = {"RS256": range(256, 1025), "ES256": range(64, 65), "ES384": range(96, 97), "EdDSA": range(64, 65)}
# Both change what a signature covers or asks; a reader that ignores them reads another text (RFC 7515, 4.1.11; 7797).
_NEVER = frozenset({"crit", "b64"})

_SHAPE = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")
_START = re.compile(r"eyJ[A-Za-z0-9_-]*\.")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


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
        header=parse_json_object(base64url_decode(head), max_bytes=MAX_HEADER_BYTES, max_depth=max_depth),
        payload=parse_json_object(base64url_decode(body), max_depth=max_depth),
        signature=base64url_decode(signature) if signature else b"",
    )


def algorithm_of(key: PublicKey) -> str | None:
    """Return the only JOSE algorithm a key is accepted for."""
    return _ALGORITHM_OF_KEY.get(key.algorithm)


def signature_holds(jwt: CompactJwt, key: PublicKey) -> bool:
    """Say whether the key signed this JWT; the key's kind chooses the algorithm, the header may only agree."""
    if jwt.header.keys() & _NEVER:
        return False
    return jwt.header.get("alg") == algorithm_of(key) and key.verify(jwt.signing_input, jwt.signature)


def check_header(jwt: CompactJwt, *, allowed: Collection[str], types: Collection[str]) -> None:
    """Refuse a header with other members, or of a token of another kind (RFC 8725, 3.11).

    `types` are in lower case; the empty text allows a header without `typ`. `application/` before it is the same type
    (RFC 7515, 4.1.9).

    Raises:
        ProofError: another member, another type, or a `kid` that is not a text.
    """
    if not jwt.header.keys() <= set(allowed) - _NEVER:
        raise ProofError("The header of the JWT has a member that is not allowed.")
    kind = jwt.header.get("typ", "")
    if not isinstance(kind, str) or kind.lower().removeprefix("application/") not in types:
        raise ProofError("The JWT is of another kind than is expected here.")
    if "kid" in jwt.header and not isinstance(jwt.header["kid"], str):
        raise ProofError("The header of the JWT does not name its key by a text.")


def check_signature(jwt: CompactJwt, key: PublicKey) -> None:
    """Return when the key signed this JWT and the header carries no other key.

    Raises:
        ProofError: another algorithm, another key or another text.
    """
    if "jwk" in jwt.header and key_in_header(jwt) != key:
        raise ProofError("The key in the header is another one than is named.")
    if jwt.header.get("alg") != algorithm_of(key):
        raise ProofError("The algorithm does not fit the key.")
    if not signature_holds(jwt, key):
        raise ProofError("The JWT was changed after it was signed, or was signed with another key.")


def key_in_header(jwt: CompactJwt) -> PublicKey | None:
    """Return the key the header carries (`jwk`), which is nobody's until its owner is known.

    Raises:
        ProofError: what it carries is not a public key.
    """
    if "jwk" not in jwt.header:
        return None
    try:
        return public_key_from_jwk(jwt.header["jwk"])
    except MalformedInput as error:
        raise ProofError(error.detail) from error


def build_compact_jwt(
    header: Mapping[str, JsonValue],
    payload: Mapping[str, JsonValue],
    *,
    sign: Callable[[bytes], bytes],
    algorithm: str,
) -> str:
    """Return a compact JWS; `header` is without `alg`.

    `sign` gets the bytes to sign and gives a raw signature (curves: r and s).

    Raises:
        ProofError: an unknown algorithm, a signature of another kind, or a value that would not survive the journey.
        MalformedInput: a value has no JSON form that everybody reads the same.
    """
    lengths = _SIGNATURE_BYTES.get(algorithm)
    if lengths is None:
        raise ProofError("JWTs are not signed with this algorithm.")
    head = base64url_encode(json_without_loss({"alg": algorithm, **header}))
    signing_input = f"{head}.{base64url_encode(json_without_loss(dict(payload)))}"
    signature = sign(signing_input.encode())
    if len(signature) not in lengths:
        raise ProofError("The key gave a signature of another kind than the algorithm needs.")
    return f"{signing_input}.{base64url_encode(signature)}"


def json_without_loss(value: JsonObject, *, max_depth: int = 64) -> bytes:
    """Return the JSON of an object, when reading it gives the same object again (NaN would become null).

    Raises:
        ProofError: it does not.
        MalformedInput: a value has no JSON form, or one on which readers disagree.
        LimitExceeded: larger or deeper than we read.
    """
    raw = dump_json(value)
    if parse_json_object(raw, max_depth=max_depth) != value:
        raise ProofError("A value cannot be written in JSON without loss.")
    return raw


def read_numeric_date(claims: Mapping[str, JsonValue], name: str) -> datetime | None:
    """Return the moment of a NumericDate claim (RFC 7519, 2); None when it is absent.

    Raises:
        MalformedInput: not a number, or a moment outside the calendar.
    """
    if name not in claims:
        return None
    value = claims[name]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise MalformedInput(f"The claim {name} is not a time in seconds.")
    try:
        return _EPOCH + timedelta(seconds=value)
    except OverflowError as error:
        raise MalformedInput(f"The claim {name} is not a time in seconds.") from error


def numeric_date(moment: datetime) -> int | float:
    """Return the NumericDate of an aware time; a whole number unless there is a fraction."""
    seconds = (moment - _EPOCH) / timedelta(seconds=1)
    return int(seconds) if seconds.is_integer() else seconds
