"""JSON Canonicalization Scheme (RFC 8785).

Depth and text are checked first, so nothing but our own errors comes out.
"""

from __future__ import annotations

from collections.abc import Mapping

import orjson

from vc_core.canonical.numbers import json_number
from vc_core.errors import LimitExceeded, MalformedInput

MAX_DEPTH = 128


def canonicalize_jcs(value: object) -> bytes:
    """Return the canonical JSON bytes of a value.

    Raises:
        LimitExceeded: nested deeper than 128.
        MalformedInput: the value has no JSON form, or a number or text on which readers disagree.
    """
    parts: list[str] = []
    _write(value, parts, 0)
    try:
        return "".join(parts).encode("utf-8")
    except UnicodeEncodeError as error:
        raise MalformedInput("A text holds half a character.") from error


def _write(value: object, parts: list[str], depth: int) -> None:
    if isinstance(value, str):
        parts.append(_string(value))
    elif value is None:
        parts.append("null")
    elif isinstance(value, bool):
        parts.append("true" if value else "false")
    elif isinstance(value, int | float):
        parts.append(json_number(value))
    elif depth >= MAX_DEPTH:
        raise LimitExceeded(f"The value is nested deeper than {MAX_DEPTH}.", limit=MAX_DEPTH)
    elif isinstance(value, Mapping):
        _write_object(value, parts, depth + 1)
    elif isinstance(value, list | tuple):
        parts.append("[")
        for position, item in enumerate(value):
            if position:
                parts.append(",")
            _write(item, parts, depth + 1)
        parts.append("]")
    else:
        raise MalformedInput("The value has no JSON form.")


def _write_object(value: Mapping[object, object], parts: list[str], depth: int) -> None:
    names = list(value)
    for name in names:
        if not isinstance(name, str):
            raise MalformedInput("A member name is not a text.")
    parts.append("{")
    # RFC 8785, 3.2.3: by UTF-16 code units. Without characters beyond the BMP that is the order of code points.
    ordered = sorted(map(str, names)) if all(map(_in_bmp, map(str, names))) else sorted(map(str, names), key=_utf16)
    for position, name in enumerate(ordered):
        if position:
            parts.append(",")
        parts.append(_string(name))
        parts.append(":")
        _write(value[name], parts, depth)
    parts.append("}")


def _in_bmp(text: str) -> bool:
    return text.isascii() or max(text) <= "\uffff"


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-be", "surrogatepass")


def _string(text: str) -> str:
    """Return a JSON string; orjson escapes exactly what RFC 8785, 3.2.2.2 asks for."""
    try:
        return orjson.dumps(text).decode()
    except TypeError as error:
        raise MalformedInput("A text holds half a character.") from error
