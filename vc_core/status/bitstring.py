"""Build, expand and read Bitstring Status Lists (W3C Recommendation, section 3).

Fetching a list and verifying its proof are the caller's work: nothing here asks who signed it.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence

from zlib_ng import zlib_ng

from vc_core.contexts import CREDENTIALS_V2
from vc_core.errors import LimitExceeded, MalformedInput, StatusError, StatusIndexOutOfRange, StatusListTooShort
from vc_core.json_text import JsonObject, JsonValue
from vc_core.multiformats import base64url_decode, base64url_encode

MINIMUM_LENGTH = 131_072  # entries; 16 kB, so that a holder hides among many
MAX_LIST_BYTES = 2 * 1024 * 1024  # 16,777,216 entries
_GZIP = 31  # window bits: gzip header and checksum
_LEVEL = 6
_INDEX = re.compile(r"0|[1-9][0-9]{0,11}")


def new_bitstring(length: int = MINIMUM_LENGTH) -> bytearray:
    """Return a list of `length` entries, all 0.

    Raises:
        StatusListTooShort: fewer than 131,072 entries.
    """
    if length < MINIMUM_LENGTH:
        raise StatusListTooShort(f"A status list needs at least {MINIMUM_LENGTH} entries.")
    return bytearray((length + 7) // 8)


def set_bit(bits: bytearray, index: int, value: int = 1) -> None:
    """Set the entry at `index`; entry 0 is the highest bit of the first byte.

    Raises:
        StatusIndexOutOfRange: the index lies beyond the list.
    """
    _check_range(bits, index)
    mask = 0x80 >> (index & 7)
    if value:
        bits[index >> 3] |= mask
    else:
        bits[index >> 3] &= ~mask


def get_bit(bits: bytes | bytearray, index: int) -> int:
    """Return the entry at `index`.

    Raises:
        StatusIndexOutOfRange: the index lies beyond the list.
    """
    _check_range(bits, index)
    return bits[index >> 3] >> (7 - (index & 7)) & 1


def encode_list(bits: bytes | bytearray) -> str:
    """Return the `encodedList` of a list: `u`, base64url, gzip; the same bits give the same text."""
    compressor = zlib_ng.compressobj(_LEVEL, zlib_ng.DEFLATED, _GZIP)
    return "u" + base64url_encode(compressor.compress(bytes(bits)) + compressor.flush())


def expand_list(encoded_list: str, *, max_bytes: int = MAX_LIST_BYTES) -> bytes:
    """Return the bits of an `encodedList`, expanded up to `max_bytes` and never further.

    Raises:
        LimitExceeded: it expands to more than `max_bytes`.
        MalformedInput: not base64url, or not one complete gzip member.
        StatusListTooShort: fewer than 131,072 entries.
    """
    if not isinstance(encoded_list, str) or encoded_list[:1] != "u":
        raise MalformedInput("The status list is not encoded as multibase base64url.")
    if len(encoded_list) > 2 * max_bytes:
        raise LimitExceeded("The status list is larger than is accepted.", limit=max_bytes)
    inflater = zlib_ng.decompressobj(_GZIP)
    try:
        bits: bytes = inflater.decompress(base64url_decode(encoded_list[1:]), max_bytes + 1)
    except (zlib_ng.error, zlib.error) as error:  # type: ignore[misc] # its stub gives zlib_ng.error no base class
        raise MalformedInput("The status list is not gzip.") from error
    if len(bits) > max_bytes:
        raise LimitExceeded("The status list expands to more than is accepted.", limit=max_bytes)
    if not inflater.eof or inflater.unused_data:
        raise MalformedInput("The status list is cut off, or something follows it.")
    if len(bits) * 8 < MINIMUM_LENGTH:
        raise StatusListTooShort(f"The status list has fewer than {MINIMUM_LENGTH} entries.")
    return bits


def read_status(encoded_list: str, index: int, *, size: int = 1, max_bytes: int = MAX_LIST_BYTES) -> int:
    """Return the value of the entry at `index`; entries are `size` bits wide.

    Raises:
        StatusListTooShort: fewer than 131,072 entries (STATUS_LIST_LENGTH_ERROR).
        StatusIndexOutOfRange: the index lies beyond the list (RANGE_ERROR).
        LimitExceeded: it expands to more than `max_bytes`.
        MalformedInput: not base64url, or not gzip.
    """
    return read_entry(expand_list(encoded_list, max_bytes=max_bytes), index, size=size)


def read_entry(bits: bytes, index: int, *, size: int = 1) -> int:
    """Return the value of one entry of an expanded list.

    Raises:
        StatusListTooShort: fewer than 131,072 entries of this size.
        StatusIndexOutOfRange: the index lies beyond the list.
    """
    if not 1 <= size <= 32:
        raise StatusIndexOutOfRange("The size of an entry is not acceptable.")
    if len(bits) * 8 // size < MINIMUM_LENGTH:
        raise StatusListTooShort(f"The status list has fewer than {MINIMUM_LENGTH} entries.")
    if size == 1:
        return get_bit(bits, index)
    start = index * size
    if index < 0 or start + size > len(bits) * 8:
        raise StatusIndexOutOfRange("The position lies outside the status list.")
    window = int.from_bytes(bits[start >> 3 : (start + size + 7) >> 3], "big")
    spare = -(start + size) % 8
    return window >> spare & ((1 << size) - 1)


def parse_index(value: object) -> int:
    """Return the number in `statusListIndex`, which is a text (3.1).

    Raises:
        MalformedInput: not a whole number as text.
    """
    if not isinstance(value, str) or not _INDEX.fullmatch(value):
        raise MalformedInput("The position in the status list is not a whole number as text.")
    return int(value)


def build_status_list_credential(
    *,
    url: str,
    issuer: str | JsonObject,
    bits: bytes | bytearray,
    valid_from: str,
    valid_until: str | None = None,
    status_purpose: str | Sequence[str] = "revocation",
    ttl_ms: int | None = None,
) -> JsonObject:
    """Return an unsigned BitstringStatusListCredential.

    Raises:
        StatusListTooShort: fewer than 131,072 entries.
    """
    if len(bits) * 8 < MINIMUM_LENGTH:
        raise StatusListTooShort(f"A status list needs at least {MINIMUM_LENGTH} entries.")
    purposes: JsonValue = status_purpose if isinstance(status_purpose, str) else list(status_purpose)
    subject: JsonObject = {
        "id": f"{url}#list",
        "type": "BitstringStatusList",
        "statusPurpose": purposes,
        "encodedList": encode_list(bits),
    }
    if ttl_ms is not None:
        subject["ttl"] = ttl_ms
    document: JsonObject = {
        "@context": [CREDENTIALS_V2],
        "id": url,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer,
        "validFrom": valid_from,
    }
    if valid_until is not None:
        document["validUntil"] = valid_until
    return {**document, "credentialSubject": subject}


def list_of_credential(document: JsonObject, *, expected_purpose: str) -> str:
    """Return the `encodedList` of a status list credential for this purpose; its proof is the caller's check.

    Raises:
        StatusError: not a status list credential, or one for another purpose.
    """
    subject = document.get("credentialSubject")
    kinds = document.get("type")
    if not isinstance(subject, dict) or not isinstance(kinds, list) or "BitstringStatusListCredential" not in kinds:
        raise StatusError("The document is not a status list.")
    purposes = subject.get("statusPurpose")
    if expected_purpose not in (purposes if isinstance(purposes, list) else [purposes]):
        raise StatusError("The status list is for another purpose.")
    encoded = subject.get("encodedList")
    if subject.get("type") != "BitstringStatusList" or not isinstance(encoded, str):
        raise StatusError("The status list holds no list.")
    return encoded


def _check_range(bits: bytes | bytearray, index: int) -> None:
    if not 0 <= index < len(bits) * 8:
        raise StatusIndexOutOfRange("The position lies outside the status list.")
