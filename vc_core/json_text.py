"""Untrusted JSON text to values, and values to JSON bytes.

Refused: too large, too deep, duplicate keys, NaN and Infinity, lone surrogates, integers beyond 2^53 and numbers that
overflow.
What the values mean is checked elsewhere.
"""

from __future__ import annotations

import json
import math
import re
from typing import NoReturn

import orjson

from vc_core.errors import LimitExceeded, MalformedInput

type JsonValue = bool | int | float | str | list[JsonValue] | dict[str, JsonValue] | None
type JsonObject = dict[str, JsonValue]

MAX_SAFE_INTEGER = 2**53 - 1  # RFC 7493, 2.2: beyond it readers disagree

_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_SHAPE_OF_DIGITS = bytes(ord("0") if byte in b"0123456789" else ord(" ") for byte in range(256))
_LONG_NUMBER = b"0" * 17


def parse_json(data: bytes | str, *, max_bytes: int = 1_000_000, max_depth: int = 64) -> JsonValue:
    """Return the value of an untrusted JSON text (RFC 8259, with the rules of I-JSON).

    Raises:
        LimitExceeded: larger than `max_bytes` or deeper than `max_depth`.
        MalformedInput: not JSON, or JSON on which readers disagree.
    """
    raw = _utf8(data, max_bytes)
    _check_depth(raw, max_depth)
    try:
        value: JsonValue = orjson.loads(raw)
        again = orjson.dumps(value, option=orjson.OPT_STRICT_INTEGER)
    except orjson.JSONDecodeError as error:
        raise MalformedInput("The text is not JSON.") from error
    except orjson.JSONEncodeError as error:
        raise MalformedInput("A whole number is too large to be read the same everywhere.") from error
    if again == raw:
        return value  # what is written back to the last byte lost nothing
    if b"\\" in raw or _LONG_NUMBER in raw.translate(_SHAPE_OF_DIGITS):
        _parse_strictly(raw)
    elif raw.count(b'"') != again.count(b'"'):
        # Without escapes in the text, a member that was overwritten is the only way to lose quotation marks.
        raise MalformedInput("The same member name is used twice in one JSON object.")
    return value


def parse_json_object(data: bytes | str, *, max_bytes: int = 1_000_000, max_depth: int = 64) -> JsonObject:
    """Return the object of an untrusted JSON text; anything but an object is refused.

    Raises:
        LimitExceeded: larger than `max_bytes` or deeper than `max_depth`.
        MalformedInput: not JSON, or not an object.
    """
    value = parse_json(data, max_bytes=max_bytes, max_depth=max_depth)
    if not isinstance(value, dict):
        raise MalformedInput("A JSON object is expected here.")
    return value


def dump_json(value: object) -> bytes:
    """Return compact UTF-8 JSON in the order of the value; not canonical (see `canonical.jcs`).

    Raises:
        MalformedInput: the value has no JSON form.
    """
    try:
        return orjson.dumps(value)
    except (TypeError, ValueError) as error:
        raise MalformedInput("The value has no JSON form.") from error


def _utf8(data: bytes | str, max_bytes: int) -> bytes:
    if len(data) > max_bytes:
        raise LimitExceeded(f"The text is larger than {max_bytes} bytes.", limit=max_bytes)
    if isinstance(data, bytes):
        return data
    try:
        raw = data.encode()
    except UnicodeEncodeError as error:
        raise MalformedInput("The text holds half a character.") from error
    if len(raw) > max_bytes:
        raise LimitExceeded(f"The text is larger than {max_bytes} bytes.", limit=max_bytes)
    return raw


def _check_depth(raw: bytes, max_depth: int) -> None:
    """Refuse deep nesting before any parser recurses.

    Removing the innermost pairs level by level answers quickly; brackets inside strings make it undecided and cost a
    walk.
    """
    brackets = raw.translate(None, _NOT_BRACKETS)
    for _ in range(max_depth + 1):
        if not brackets:
            return
        shorter = brackets.replace(b"{}", b"").replace(b"[]", b"")
        # A long text that hardly gets shorter is deep, or made to look so: the walk stops where it is too deep.
        if len(brackets) - len(shorter) <= len(brackets) >> 12:
            break
        brackets = shorter
    _walk_depth(raw, max_depth)


def _walk_depth(raw: bytes, max_depth: int) -> None:
    depth = 0
    for match in _STRINGS_AND_BRACKETS.finditer(raw):
        token = match.group()
        if token in b"[{":
            depth += 1
            if depth > max_depth:
                raise LimitExceeded(f"The text is nested deeper than {max_depth}.", limit=max_depth)
        elif token in b"]}":
            depth -= 1


_STRINGS_AND_BRACKETS = re.compile(rb'"(?:[^"\\]|\\.)*+"|[\[\]{}]', re.DOTALL)


def _parse_strictly(raw: bytes) -> None:
    """Read the text once more with a parser that shows every member name and number."""
    try:
        json.loads(
            raw.decode(),
            object_pairs_hook=_unique_members,
            parse_int=_safe_integer,
            parse_float=_finite_number,
            parse_constant=_no_constant,
        )
    except (ValueError, RecursionError) as error:
        raise MalformedInput("The text is not JSON.") from error


def _unique_members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise MalformedInput("The same member name is used twice in one JSON object.")
    return members


def _safe_integer(text: str) -> int:
    if len(text) > 17 or abs(int(text)) > MAX_SAFE_INTEGER:
        raise MalformedInput("A whole number is too large to be read the same everywhere.")
    return int(text)


def _finite_number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise MalformedInput("A number is too large.")
    return number


def _no_constant(text: str) -> NoReturn:
    raise MalformedInput("NaN and Infinity are not JSON.")
