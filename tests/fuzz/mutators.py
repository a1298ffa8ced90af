"""Ways to change an input: bytes as such, and the structure of JSON, JWTs, PNG and SVG."""

from __future__ import annotations

import contextlib
import json
import random
import struct
import zlib
from collections.abc import Callable, Sequence
from typing import Any, Final

from tests.fuzz.forgers import ANYWHERE, is_unwritable, places_in
from vc_core.errors import EdubadgesError
from vc_core.json_text import dump_json
from vc_core.multiformats import base64url_decode, base64url_encode

type Mutator = Callable[[bytes, random.Random, Sequence[bytes]], bytes]
"""Takes an input, chance and the corpus, and gives another input."""

MAX_INPUT: Final = 200_000
_TOKENS: Final = (
    b"\x00",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\xed\xa0\x80",
    b"\\ud800",
    b"\\u0000",
    b"{",
    b"}",
    b"[",
    b"]",
    b'"',
    b"\\",
    b":",
    b",",
    b"null",
    b"NaN",
    b"-0",
    b"1e999",
    b"1E400",
    b"9007199254740993",
    b"1" * 400,
    b"[" * 40,
    b"[" * 2_000,
    b'{"a":' * 70,
    b"<",
    b">",
    b"&amp;",
    b"<!DOCTYPE a [",
    b"<!ENTITY a 'b'>",
    b"<![CDATA[",
    b"]]>",
    b"<?xml version='1.0' encoding='utf-16'?>",
    b"did:key:z",
    b"did:web:",
    b"%3A",
    b"#",
    b"z6Mk",
    b"uH4sIA",
    b"1" * 30,
    b".",
    b"..",
    b"=",
    b"@context",
    b"@list",
    b"a" * 5_000,
)


_DEEP: Final = b'{"a":' * 300 + b"1" + b"}" * 300


def change_bytes(data: bytes, chance: random.Random, corpus: Sequence[bytes]) -> bytes:
    """Flip, cut, insert, repeat, or join with another input."""
    out = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 4, 8))):
        at = chance.randrange(len(out) + 1)
        match chance.randrange(8):
            case 0 if out:
                out[at % len(out)] ^= 1 << chance.randrange(8)
            case 1 if out:
                out[at % len(out)] = chance.randrange(256)
            case 2:
                del out[at : at + chance.choice((1, 2, 8, 64, 512))]
            case 3:
                out[at:at] = chance.choice(_TOKENS)
            case 4:
                start = chance.randrange(len(out) + 1)
                out[at:at] = out[start : start + chance.choice((1, 4, 16, 256))] * chance.choice((1, 1, 2, 20))
            case 5:
                other = chance.choice(corpus)
                out = out[:at] + other[chance.randrange(len(other) + 1) :]
            case 6:
                out[at : at + 1] = bytes([chance.randrange(256)])
            case _:
                del out[at:]
    return bytes(out[:MAX_INPUT])


def change_json(data: bytes, chance: random.Random, corpus: Sequence[bytes]) -> bytes:
    """Change the structure of a JSON object; anything else is changed as bytes."""
    document = _object(data)
    if document is None:
        return change_bytes(data, chance, corpus)
    for _ in range(chance.choice((1, 1, 2, 3, 6))):
        kind = chance.random()
        if kind < 0.15:
            _grow(document, chance)
        elif kind < 0.28:
            _take_over(document, chance, corpus)
        else:
            _change_once(document, chance)
        if is_unwritable(document):
            return _DEEP
    return _written(document)[:MAX_INPUT]


def _change_once(document: dict[str, Any], chance: random.Random) -> None:
    with contextlib.suppress(KeyError, IndexError, TypeError, AttributeError):  # there is nothing it could change
        chance.choice(ANYWHERE)(document, chance)


def _grow(document: dict[str, Any], chance: random.Random) -> None:
    """Make something long or deep."""
    container, key = chance.choice(places_in(document) or [(document, "a")])
    value = container.get(key) if isinstance(container, dict) else container[key]
    match chance.randrange(4):
        case 0:
            container[key] = [value] * chance.choice((3, 20, 100))
        case 1:
            for _ in range(chance.choice((3, 33, 120))):
                value = [value] if chance.random() < 0.5 else {chance.choice(("a", "id", "evidence", "@list")): value}
            container[key] = value
        case 2:
            container[key] = {f"k{number}": value for number in range(chance.choice((2, 50)))}
        case _:
            container[key] = str(value)[:50] * chance.choice((2, 100))


def _take_over(document: dict[str, Any], chance: random.Random, corpus: Sequence[bytes]) -> None:
    other = _object(chance.choice(corpus))
    if other:
        name = chance.choice(list(other))
        document[name] = other[name]


def _object(data: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _written(document: dict[str, Any]) -> bytes:
    try:
        return dump_json(document)
    except EdubadgesError:  # a text that cannot be written
        return _DEEP


def change_jwt(data: bytes, chance: random.Random, corpus: Sequence[bytes]) -> bytes:
    """Change the JSON inside one part of a compact JWS."""
    parts = data.split(b".")
    if len(parts) != 3 or chance.random() < 0.4:
        return change_bytes(data, chance, corpus)
    which = chance.randrange(2)
    try:
        inner = base64url_decode(parts[which].decode())
    except (EdubadgesError, UnicodeDecodeError):
        return change_bytes(data, chance, corpus)
    changed = change_json(inner, chance, [inner]) if chance.random() < 0.6 else change_bytes(inner, chance, [inner])
    parts[which] = base64url_encode(changed).encode()
    return b".".join(parts)


def change_png(data: bytes, chance: random.Random, corpus: Sequence[bytes]) -> bytes:
    """Change the chunks of a PNG and make their checksums right again."""
    chunks = _chunks(data)
    if not chunks or chance.random() < 0.3:
        return change_bytes(data, chance, corpus)
    at = chance.randrange(len(chunks))
    kind, body = chunks[at]
    match chance.randrange(6):
        case 0:
            chunks.insert(chance.randrange(len(chunks) + 1), (kind, body))
        case 1:
            chunks.pop(at)
        case 2:
            chunks[at] = (chance.choice((b"iTXt", b"tEXt", b"zTXt", b"IEND", b"IHDR", b"iTXT")), body)
        case 3:
            chance.shuffle(chunks)
        case 4:
            start = b"openbadgecredential" if chance.random() < 0.7 else b"openbadges"
            chunks.insert(1, (b"iTXt", start + chance.choice((b"\0\0\0\0\0{}", b"\0\1\0\0\0x", b"\0", b"\0\0\0nl\0"))))
        case _:
            chunks[at] = (kind, change_bytes(body, chance, [body]))
    whole = b"".join(struct.pack(">I", len(b)) + k + b + struct.pack(">I", zlib.crc32(k + b)) for k, b in chunks)
    return data[:8] + whole


def _chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    found = []
    offset = 8
    while offset + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, offset)
        if offset + 12 + length > len(data):
            break
        found.append((kind, data[offset + 8 : offset + 8 + length]))
        offset += 12 + length
    return found


_SVG_PARTS: Final = (
    b'<openbadges:credential xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0">x</openbadges:credential>',
    b'<credential xmlns="https://purl.imsglobal.org/ob/v3p0" verify="eyJ.e30.A"/>',
    b'<g xmlns:openbadges="https://evil.example/">',
    b"</g>",
    b"<g>" * 250,
    b"<!-- x -->",
    b"<?php ?>",
    b"<![CDATA[{}]]>",
    b"&#0;",
    b"&#xD800;",
    b"&lt;",
    b'<a b="c" b="d"/>',
    b"<!DOCTYPE svg>",
    b'<!DOCTYPE svg PUBLIC "a" "http://evil.example/">',
)


def change_svg(data: bytes, chance: random.Random, corpus: Sequence[bytes]) -> bytes:
    """Put parts of XML at the edges of tags, or change it as bytes."""
    edges = [at for at, byte in enumerate(data) if byte == ord("<")]
    if not edges or chance.random() < 0.4:
        return change_bytes(data, chance, corpus)
    at = chance.choice(edges)
    if chance.random() < 0.3:
        until = chance.choice(edges)
        return data[: min(at, until)] + data[max(at, until) :]
    return (data[:at] + chance.choice(_SVG_PARTS) + data[at:])[:MAX_INPUT]
