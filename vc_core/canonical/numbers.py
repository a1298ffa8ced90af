"""How numbers are written in RDF (JSON-LD 1.1 API, 8.6) and in canonical JSON (RFC 8785, 3.2.2.3)."""

from __future__ import annotations

import math

from vc_core.errors import MalformedInput
from vc_core.json_text import MAX_SAFE_INTEGER


def rdf_integer_or_double(value: int | float) -> tuple[str, bool]:
    """Return the text of a number and whether it is a double; whole numbers below 10^21 are integers.

    Raises:
        MalformedInput: not finite, or a whole number that readers round differently.
    """
    if isinstance(value, int):
        if abs(value) > MAX_SAFE_INTEGER:
            raise MalformedInput("A whole number is too large to be read the same everywhere.")
        return str(value), False
    if not math.isfinite(value):
        raise MalformedInput("A number is not finite.")
    if value.is_integer() and abs(value) < 1e21:
        if abs(value) > MAX_SAFE_INTEGER:
            raise MalformedInput("A whole number is too large to be read the same everywhere.")
        return str(int(value)), False
    return rdf_double(value), True


def rdf_double(value: int | float) -> str:
    """Return the canonical text of xsd:double as JSON-LD defines it: `%1.15E` without needless zeros."""
    mantissa, sign, exponent = _split(f"{float(value):1.15E}")
    return f"{mantissa}E{'-' if sign == '-' else ''}{exponent}"


def _split(text: str) -> tuple[str, str, str]:
    digits, exponent = text.split("E")
    digits = digits.rstrip("0")
    if digits.endswith("."):
        digits += "0"
    return digits, exponent[0], exponent[1:].lstrip("0") or "0"


def json_number(value: int | float) -> str:
    """Return a number as ECMAScript writes it (RFC 8785, 3.2.2.3).

    Raises:
        MalformedInput: not finite, or an integer beyond 2^53.
    """
    if isinstance(value, int):
        if abs(value) > MAX_SAFE_INTEGER:
            raise MalformedInput("A whole number is too large to be read the same everywhere.")
        return str(value)
    if not math.isfinite(value):
        raise MalformedInput("A number is not finite.")
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    digits, point = _shortest(abs(value))
    return sign + _ecmascript(digits, point)


def _shortest(value: float) -> tuple[str, int]:
    """Return the shortest digits that give this double back, and where the point goes (0.digits * 10^point)."""
    text = f"{value!r}"
    mantissa, _, exponent = text.partition("e")
    whole, _, fraction = mantissa.partition(".")
    if fraction == "0":
        fraction = ""
    digits = whole + fraction
    point = len(whole) + int(exponent or "0")
    stripped = digits.lstrip("0")
    point -= len(digits) - len(stripped)
    return stripped.rstrip("0"), point


def _ecmascript(digits: str, point: int) -> str:
    count = len(digits)
    if count <= point <= 21:
        return digits + "0" * (point - count)
    if 0 < point <= 21:
        return f"{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return "0." + "0" * -point + digits
    exponent = point - 1
    mark = "+" if exponent > 0 else "-"
    mantissa = digits if count == 1 else f"{digits[0]}.{digits[1:]}"
    return f"{mantissa}e{mark}{abs(exponent)}"
