"""Text encodings of keys and signatures: multibase (base58btc, base64url) and multicodec prefixes.

Nothing here knows what the bytes mean; see `keys`.
"""

from __future__ import annotations

import base64
import binascii
import re

from vc_core.errors import LimitExceeded, MalformedInput

MAX_BASE58_TEXT = 1_024  # decoding is quadratic: nothing we read is longer (RSA-4096 keys are about 720)

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BASE64URL = re.compile(r"[A-Za-z0-9_-]*")
_NO_DIGIT = 255
_DIGITS = bytes(_ALPHABET.find(chr(code)) & _NO_DIGIT for code in range(256))
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]
_PAIR = 58 * 58
# A long number is divided and multiplied once in eight or ten digits: those fit a machine word.
_EIGHT_DIGITS = 58**8
_FIVE_PAIRS = _PAIR**5


def base58btc_encode(data: bytes) -> str:
    """Return `data` in the Bitcoin alphabet."""
    number = int.from_bytes(data, "big")
    pairs = []
    while number:
        number, rest = divmod(number, _FIVE_PAIRS)
        for _ in range(5):
            rest, pair = divmod(rest, _PAIR)
            pairs.append(_PAIRS[pair])
    digits = "".join(reversed(pairs)).lstrip("1")
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + digits


def base58btc_decode(text: str) -> bytes:
    """Return the bytes of a base58btc text.

    Raises:
        MalformedInput: a character outside the alphabet.
        LimitExceeded: longer than anything we read.
    """
    if len(text) > MAX_BASE58_TEXT:
        raise LimitExceeded("The base58 text is too long.", limit=MAX_BASE58_TEXT)
    digits = text.encode("ascii", "replace").translate(_DIGITS)
    if _NO_DIGIT in digits:
        raise MalformedInput("The text is not base58.")
    number = 0
    for at in range(0, len(digits) - 7, 8):
        a, b, c, d, e, f, g, h = digits[at : at + 8]
        word = ((((((a * 58 + b) * 58 + c) * 58 + d) * 58 + e) * 58 + f) * 58 + g) * 58 + h
        number = number * _EIGHT_DIGITS + word
    for digit in digits[len(digits) - len(digits) % 8 :]:
        number = number * 58 + digit
    zeros = len(text) - len(text.lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def base64url_encode(data: bytes) -> str:
    """Return base64url without padding (RFC 4648, 5)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def base64url_decode(text: str) -> bytes:
    """Return the bytes of a base64url text without padding; anything else in it is refused.

    Raises:
        MalformedInput: not base64url, or not in its one shortest form.
    """
    if not _BASE64URL.fullmatch(text) or len(text) % 4 == 1:
        raise MalformedInput("The text is not base64url.")
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error as error:
        raise MalformedInput("The text is not base64url.") from error
    if (
        len(text) % 4
        and base64.urlsafe_b64encode(data[-(len(data) % 3) :]).rstrip(b"=").decode() != text[-(len(text) % 4) :]
    ):
        raise MalformedInput("The text is not base64url in its one form.")
    return data


def multibase_encode_base58btc(data: bytes) -> str:
    """Return `z…` (multibase, base58btc)."""
    return "z" + base58btc_encode(data)


def multibase_decode(text: str) -> bytes:
    """Return the bytes of a multibase text; base58btc (`z`) and base64url (`u`) are known.

    Raises:
        MalformedInput: another base, or not in that base.
    """
    if text[:1] == "z":
        return base58btc_decode(text[1:])
    if text[:1] == "u":
        return base64url_decode(text[1:])
    raise MalformedInput("The text is not multibase (base58btc or base64url).")


def varint_decode(data: bytes) -> tuple[int, bytes]:
    """Split an unsigned varint (multiformats) from the rest.

    Raises:
        MalformedInput: unfinished, longer than needed, or more than four bytes.
    """
    value = 0
    for position, byte in enumerate(data[:4]):
        value |= (byte & 0x7F) << (7 * position)
        if byte < 0x80:
            if byte == 0 and position:
                break
            return value, data[position + 1 :]
    raise MalformedInput("The multicodec prefix is not valid.")


def varint_encode(value: int) -> bytes:
    """Return an unsigned varint (multiformats)."""
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
