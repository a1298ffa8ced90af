"""Random texts, numbers and JSON that make readers and writers disagree: all allowed, all worth a second look."""

from __future__ import annotations

import random
import struct
from typing import Any, Final

NUMBERS: Final[tuple[int | float, ...]] = (
    0,
    -0.0,
    1,
    -1,
    5.0,
    2.5,
    0.1,
    0.30000000000000004,
    1e-7,
    5e-324,
    1.7976931348623157e308,
    1e21,
    1e22,
    1.5e300,
    123456.789,
    9007199254740991,
    -9007199254740991,
    4503599627370497.5,
    4503599627370496.5,
    562949953421312.25,
    0.1234567890123456,
    1.2345678901234567,
    333333333.33333329,
    1e-6,
    9.999999999999999e20 + 2e5,
    100.0,
    140,
)
"""Whole numbers in floats, ties of the seventeenth digit, exponents, the ends of the range."""

_WORDS: Final = (
    "water",
    "AI in de zorg",
    "één",
    "naïef",
    "Ünïcödé",
    "水管理",
    "עברית",
    "e\u0301",
    "<b>&amp;</b>",
    "a b  c",
)
_MARKS: Final = ('"', "\\", "\\u0041", "\\\\n", "'", "_:c14n0", "^^<x>", "@nl", " .\n", "]]>")
_CONTROLS: Final = ("\x00", "\x01", "\b", "\t", "\n", "\x0b", "\f", "\r", "\x1f", "\x7f", "\x80", "\x85", "\x9f")
_HIGH: Final = ("\ue000", "\uf8ff", "\ufb01", "\uff21", "\ufffd", "\ufeff", "\uffee", "\u2028", "\u2029", "\ud7ff")
_BEYOND: Final = ("🎓", "👩‍🎓", "𝒳", "\U00010000", "\U0010ffff", "𠀀")


def random_text(chance: random.Random) -> str:
    """Return a short text: mostly plain, sometimes with a character that is escaped or sorts strangely."""
    parts: list[str] = []
    for _ in range(chance.choice((0, 1, 1, 1, 2, 3))):
        source = chance.choices((_WORDS, _MARKS, _CONTROLS, _HIGH, _BEYOND), weights=(86, 6, 3, 3, 2))[0]
        parts.append(chance.choice(source))
    if chance.random() < 0.3:
        parts.append(str(chance.randrange(1000)))
    return "".join(parts)


def random_number(chance: random.Random) -> int | float:
    """Return a number every reader of I-JSON takes for the same."""
    kind = chance.randrange(5)
    if kind == 0:
        return chance.choice(NUMBERS)
    if kind == 1:
        return chance.randint(-1000, 1000)
    if kind == 2:
        return chance.randint(-(2**53) + 1, 2**53 - 1)
    if kind == 3:
        return round(chance.uniform(-100, 100), chance.randint(0, 3))
    while True:
        (value,) = struct.unpack("<d", chance.randbytes(8))
        if value == value and abs(value) != float("inf") and not (2**53 <= abs(value) < 1e21):
            return value


def random_json(chance: random.Random, depth: int = 0) -> Any:
    """Return any JSON value, for literals of JSON."""
    kind = chance.randrange(7 if depth < 3 else 5)
    if kind == 0:
        return chance.choice((None, True, False))
    if kind == 1:
        return random_number(chance)
    if kind < 5:
        return random_text(chance)
    if kind == 5:
        return [random_json(chance, depth + 1) for _ in range(chance.randint(0, 3))]
    return {random_text(chance): random_json(chance, depth + 1) for _ in range(chance.randint(0, 4))}
