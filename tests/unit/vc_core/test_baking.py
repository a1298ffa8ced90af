"""Badges go into pictures and come out unchanged; hostile pictures are refused."""

from __future__ import annotations

import contextlib
import io
import json
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.unit.vc_core.samples import signed_badge
from vc_core.baking import bake_png, bake_svg, unbake_png, unbake_svg
from vc_core.errors import EdubadgesError, LimitExceeded, MalformedInput

SVG = (
    b'<?xml version="1.0"?>\n<!-- a --><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">'
    b'<rect width="9" height="9"/></svg>\n'
)
JWS = "eyJhbGciOiJSUzI1NiJ9.e30.c2ln"


def _png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "navy").save(out, "PNG")
    return out.getvalue()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _insert(png: bytes, *chunks: bytes) -> bytes:
    return png[:33] + b"".join(chunks) + png[33:]


@pytest.mark.parametrize("text", [json.dumps(signed_badge(), ensure_ascii=False), JWS, '{"a":"]]>é😀&<x/>"}'])
def test_a_badge_comes_out_as_it_went_in(text: str) -> None:
    assert unbake_png(bake_png(_png(), text)) == text
    assert unbake_svg(bake_svg(SVG, text)) == text
    Image.open(io.BytesIO(bake_png(_png(), text))).verify()


def test_baking_again_replaces_the_badge() -> None:
    assert bake_png(bake_png(_png(), "{}"), JWS) == bake_png(_png(), JWS)
    twice = bake_svg(bake_svg(SVG, '{"a":1}'), JWS)
    assert unbake_svg(twice) == JWS
    assert twice.count(b"openbadges:credential") == 1
    assert bake_svg(twice, '{"a":1}') == bake_svg(SVG, '{"a":1}')


def test_a_picture_without_badge_gives_none() -> None:
    assert unbake_png(_png()) is None
    assert unbake_svg(SVG) is None


def test_an_older_badge_is_handed_over() -> None:
    assert unbake_png(_insert(_png(), _chunk(b"iTXt", b"openbadges\0\0\0\0\0{}"))) == "{}"


BODY = b"openbadgecredential\0\0\0\0\0{}"


@pytest.mark.parametrize(
    "png",
    [
        b"",
        b"GIF89a",
        _png()[:-5],
        _png() + b"x",
        _png()[:20] + b"\xff" + _png()[21:],
        _insert(_png(), _chunk(b"iTXt", BODY), _chunk(b"iTXt", BODY)),
        _insert(_png(), _chunk(b"iTXt", b"openbadgecredential\0\1\0\0\0" + zlib.compress(bytes(1_000_000)))),
        _insert(_png(), _chunk(b"zTXt", b"openbadgecredential\0\0" + zlib.compress(b"{}"))),
        _insert(_png(), _chunk(b"tEXt", b"openbadgecredential\0{}")),
        _insert(_png(), _chunk(b"iTXt", b"openbadgecredential\0\0\0nl")),
        _insert(_png(), _chunk(b"iTXt", b"openbadgecredential\0\0\0\0\0\xff")),
        _insert(_png(), b"\xff\xff\xff\xffiTXt"),
    ],
)
def test_hostile_pngs_are_refused(png: bytes) -> None:
    with pytest.raises(MalformedInput):
        unbake_png(png)


NAMED = b'xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0"'


@pytest.mark.parametrize(
    "svg",
    [
        b"",
        b"<html/>",
        b"<svg>",
        b'<!DOCTYPE svg [<!ENTITY a "b">]><svg>&a;</svg>',
        b'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]><svg>&a;</svg>',
        b"<svg " + NAMED + b'><openbadges:credential verify="a.b.c"/><openbadges:credential verify="d.e.f"/></svg>',
        b"<svg " + NAMED + b'><g><openbadges:credential verify="a.b.c"/></g></svg>',
        b"<svg " + NAMED + b"><openbadges:credential><b>x</b></openbadges:credential></svg>",
        b'<?xml version="1.0" encoding="utf-16"?><svg/>',
        '<?xml version="1.0"?><svg/>'.encode("utf-16"),
        b'<svg xmlns:openbadges="urn:x:other"/>',
    ],
)
def test_hostile_svgs_are_refused(svg: bytes) -> None:
    with pytest.raises(MalformedInput):
        unbake_svg(svg)


def test_large_pictures_are_refused() -> None:
    for read in (unbake_png, unbake_svg):
        with pytest.raises(LimitExceeded):
            read(bytes(10_000_001))
    with pytest.raises(LimitExceeded):
        unbake_svg(b"<svg>" + b"<g>" * 300 + b"</g>" * 300 + b"</svg>")


@given(st.binary(max_size=200))
def test_nothing_but_our_errors_comes_out(data: bytes) -> None:
    for read, start in ((unbake_png, b"\x89PNG\r\n\x1a\n"), (unbake_svg, b"<svg>")):
        for picture in (data, start + data):
            with contextlib.suppress(EdubadgesError):
                read(picture)
