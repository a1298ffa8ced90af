"""Build and read Token Status Lists (draft-ietf-oauth-status-list), the status of SD-JWT VC.

Same idea as a Bitstring Status List and the opposite order: here entry 0 is the lowest bit of the first byte. Whose key
signed a token, and whether it is fresh, are the caller's questions.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from vc_core.errors import LimitExceeded, MalformedInput, StatusError, StatusIndexOutOfRange
from vc_core.jose.compact import (
    CompactJwt,
    build_compact_jwt,
    check_header,
    check_signature,
    numeric_date,
    read_numeric_date,
)
from vc_core.json_text import JsonObject, JsonValue
from vc_core.keys import PublicKey
from vc_core.multiformats import base64url_decode, base64url_encode

HEADER_TYPE = "statuslist+jwt"
SIZES = frozenset({1, 2, 4, 8})
MAX_LIST_BYTES = 2 * 1024 * 1024

_HEADER_MEMBERS = frozenset({"alg", "typ", "kid"})
_LEVEL = 9


class TokenStatusValue(IntEnum):
    """What an entry says (7.1); other values are for applications, or reserved."""

    VALID = 0
    INVALID = 1
    SUSPENDED = 2


def new_statuses(count: int, *, size: int = 1) -> bytearray:
    """Return a list of `count` entries of `size` bits, all valid.

    Raises:
        StatusError: another size than 1, 2, 4 or 8 bits.
    """
    _check_size(size)
    return bytearray((count * size + 7) // 8)


def set_status(statuses: bytearray, index: int, value: int, *, size: int = 1) -> None:
    """Set the entry at `index`.

    Raises:
        StatusIndexOutOfRange: the index lies beyond the list.
        StatusError: the value does not fit.
    """
    place, shift = _place(statuses, index, size)
    if not 0 <= value < 1 << size:
        raise StatusError(f"The status does not fit in {size} bits.")
    mask = ((1 << size) - 1) << shift
    statuses[place] = (statuses[place] & ~mask) | value << shift


def get_status(statuses: bytes | bytearray, index: int, *, size: int = 1) -> int:
    """Return the entry at `index`; entry 0 is the lowest bits of the first byte (4.1).

    Raises:
        StatusIndexOutOfRange: the index lies beyond the list.
        StatusError: another size than 1, 2, 4 or 8 bits.
    """
    place, shift = _place(statuses, index, size)
    return statuses[place] >> shift & ((1 << size) - 1)


def compress_statuses(statuses: bytes | bytearray) -> str:
    """Return the `lst` of a list: DEFLATE in ZLIB, base64url (4.1)."""
    return base64url_encode(zlib.compress(bytes(statuses), _LEVEL))


def expand_statuses(lst: str, *, max_bytes: int = MAX_LIST_BYTES) -> bytes:
    """Return the bytes of a `lst`, expanded up to `max_bytes` and never further.

    Raises:
        LimitExceeded: it expands to more.
        MalformedInput: not base64url, or not one complete ZLIB stream.
    """
    if len(lst) > 2 * max_bytes:
        raise LimitExceeded("The status list is larger than is accepted.", limit=max_bytes)
    inflater = zlib.decompressobj()
    try:
        statuses = inflater.decompress(base64url_decode(lst), max_bytes + 1)
    except zlib.error as error:
        raise MalformedInput("The status list is not ZLIB.") from error
    if len(statuses) > max_bytes:
        raise LimitExceeded("The status list expands to more than is accepted.", limit=max_bytes)
    if not inflater.eof or inflater.unused_data:
        raise MalformedInput("The status list is cut off, or something follows it.")
    return statuses


@dataclass(frozen=True, slots=True)
class TokenStatusList:
    """What a Status List Token says; verified by `verify_status_list_token`."""

    uri: str
    size: int
    statuses: bytes
    issued_at: datetime
    expires_at: datetime | None

    def status_at(self, index: int) -> int:
        """Return the value of one entry.

        Raises:
            StatusIndexOutOfRange: the index lies beyond the list.
        """
        return get_status(self.statuses, index, size=self.size)


def build_status_list_token(
    statuses: bytes | bytearray,
    *,
    uri: str,
    size: int,
    issued_at: datetime,
    expires_at: datetime | None,
    ttl_s: int | None,
    sign: Callable[[bytes], bytes],
    algorithm: str,
    kid: str,
) -> str:
    """Return a Status List Token (5.1): a JWT about the list at `uri`.

    Raises:
        StatusError: another size than 1, 2, 4 or 8 bits.
        ProofError: the key gave another kind of signature.
    """
    claims = status_list_claims(statuses, uri=uri, size=size, issued_at=issued_at, expires_at=expires_at, ttl_s=ttl_s)
    return build_compact_jwt({"typ": HEADER_TYPE, "kid": kid}, claims, sign=sign, algorithm=algorithm)


def status_list_claims(
    statuses: bytes | bytearray,
    *,
    uri: str,
    size: int,
    issued_at: datetime,
    expires_at: datetime | None,
    ttl_s: int | None,
) -> JsonObject:
    """Return the claims of a Status List Token (5.1), for who signs it elsewhere.

    Raises:
        StatusError: another size than 1, 2, 4 or 8 bits.
    """
    _check_size(size)
    claims: JsonObject = {
        "sub": uri,
        "iat": int(numeric_date(issued_at)),
        "status_list": {"bits": size, "lst": compress_statuses(statuses)},
    }
    if expires_at is not None:
        claims["exp"] = int(numeric_date(expires_at))
    if ttl_s is not None:
        claims["ttl"] = ttl_s
    return claims


def verify_status_list_token(
    token: CompactJwt, *, public_key: PublicKey, expected_uri: str, max_bytes: int = MAX_LIST_BYTES
) -> TokenStatusList:
    """Return the list of a token that was signed with `public_key` (8.3); its dates are returned, not judged.

    Raises:
        ProofError: another key, algorithm, header or kind of token.
        StatusError: the token is about another list, or its members are not those of a list.
        LimitExceeded: the list expands to more than `max_bytes`.
        MalformedInput: a date or the list cannot be read.
    """
    check_header(token, allowed=_HEADER_MEMBERS, types=(HEADER_TYPE,))
    check_signature(token, public_key)
    if token.payload.get("sub") != expected_uri:
        raise StatusError("The status list is another one than the credential names.")
    issued_at = read_numeric_date(token.payload, "iat")
    if issued_at is None:
        raise StatusError("The status list does not say when it was issued.")
    size, lst = _read_list(token.payload)
    return TokenStatusList(
        uri=expected_uri,
        size=size,
        statuses=expand_statuses(lst, max_bytes=max_bytes),
        issued_at=issued_at,
        expires_at=read_numeric_date(token.payload, "exp"),
    )


def _read_list(payload: Mapping[str, JsonValue]) -> tuple[int, str]:
    found = payload.get("status_list")
    if not isinstance(found, dict):
        raise StatusError("The token holds no status list.")
    size, lst = found.get("bits"), found.get("lst")
    if isinstance(size, bool) or not isinstance(size, int) or size not in SIZES or not isinstance(lst, str):
        raise StatusError("The status list cannot be read.")
    return size, lst


def _check_size(size: int) -> None:
    if size not in SIZES:
        raise StatusError("An entry has 1, 2, 4 or 8 bits.")


def _place(statuses: bytes | bytearray, index: int, size: int) -> tuple[int, int]:
    _check_size(size)
    per_byte = 8 // size
    if not 0 <= index < len(statuses) * per_byte:
        raise StatusIndexOutOfRange("The position lies outside the status list.")
    return index // per_byte, index % per_byte * size
