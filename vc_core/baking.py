"""Put a credential into a PNG or SVG picture and take it out again (Open Badges 3.0, 5.3).

The text is JSON with an embedded proof, or a compact JWS. Its meaning is not looked at; the picture is never drawn.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from vc_core.errors import LimitExceeded, MalformedInput

MAX_IMAGE_BYTES = 10_000_000
MAX_TEXT_BYTES = 1_000_000
NAMESPACE = "https://purl.imsglobal.org/ob/v3p0"

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_KEYWORD = b"openbadgecredential"
_OLD_KEYWORD = b"openbadges"
_MAX_CHUNKS = 50_000
_MAX_XML_EVENTS = 200_000
_JWS = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_DECLARATION = re.compile(rb"<\?xml[^>]*encoding\s*=\s*[\"']([^\"']*)", re.IGNORECASE)


def bake_png(png: bytes, credential_text: str) -> bytes:
    """Return the PNG with the credential in it, in place of one that was there.

    Raises:
        MalformedInput: not a whole PNG, or an empty text.
        LimitExceeded: picture or text too large.
    """
    text = _checked_text(credential_text)
    body = _KEYWORD + b"\0\0\0\0\0" + text
    out = [_SIGNATURE]
    for kind, data in _chunks(png):
        if kind == b"iTXt" and data.startswith(_KEYWORD + b"\0"):
            continue
        out.append(_chunk(kind, data))
        if kind == b"IHDR":
            out.append(_chunk(b"iTXt", body))
    return b"".join(out)


def unbake_png(png: bytes) -> str | None:
    """Return the credential in a PNG, or None when there is none.

    A badge of Open Badges 2.0 (keyword `openbadges`) is returned too, so that the caller can say what it is.

    Raises:
        MalformedInput: not a whole PNG, two credentials, or a compressed one.
        LimitExceeded: picture or text too large.
    """
    found: list[str] = []
    older: list[str] = []
    for kind, data in _chunks(png):
        if kind == b"iTXt" and data.startswith(_KEYWORD + b"\0"):
            found.append(_international_text(data[len(_KEYWORD) + 1 :]))
        elif kind == b"iTXt" and data.startswith(_OLD_KEYWORD + b"\0"):
            older.append(_international_text(data[len(_OLD_KEYWORD) + 1 :]))
        elif kind in {b"tEXt", b"zTXt"} and data.startswith(_KEYWORD + b"\0"):
            raise MalformedInput("The badge in the picture is stored in a form that is not allowed.")
    if len(found) > 1:
        raise MalformedInput("The picture holds more than one badge.")
    return found[0] if found else older[0] if older else None


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    if len(png) > MAX_IMAGE_BYTES:
        raise LimitExceeded(f"The picture is larger than {MAX_IMAGE_BYTES} bytes.", limit=MAX_IMAGE_BYTES)
    if not png.startswith(_SIGNATURE):
        raise MalformedInput("The file is not a PNG picture.")
    offset = len(_SIGNATURE)
    for number in range(_MAX_CHUNKS):
        if offset + 12 > len(png):
            raise MalformedInput("The picture is cut off.")
        length, kind = struct.unpack_from(">I4s", png, offset)
        end = offset + 12 + length
        if end > len(png):
            raise MalformedInput("The picture is cut off.")
        data = png[offset + 8 : end - 4]
        if struct.unpack_from(">I", png, end - 4)[0] != zlib.crc32(kind + data):
            raise MalformedInput("The picture is damaged.")
        if (kind == b"IHDR") != (number == 0):
            raise MalformedInput("The file is not a PNG picture.")
        yield kind, data
        offset = end
        if kind == b"IEND":
            if offset != len(png):
                raise MalformedInput("Something follows the end of the picture.")
            return
    raise LimitExceeded("The picture has too many parts.", limit=_MAX_CHUNKS)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _international_text(data: bytes) -> str:
    """Read an iTXt body after its keyword: flag, method, language, translated keyword, text (PNG, 11.3.3.4)."""
    if len(data) < 4 or data[0] != 0 or data[1] != 0:
        raise MalformedInput("The badge in the picture is compressed, which is not allowed.")
    _, separator, rest = data[2:].partition(b"\0")
    _, second, text = rest.partition(b"\0")
    if not separator or not second:
        raise MalformedInput("The badge in the picture cannot be read.")
    if len(text) > MAX_TEXT_BYTES:
        raise LimitExceeded(f"The badge is larger than {MAX_TEXT_BYTES} bytes.", limit=MAX_TEXT_BYTES)
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedInput("The badge in the picture is not UTF-8.") from error


def bake_svg(svg: bytes, credential_text: str) -> bytes:
    """Return the SVG with the credential in it, in place of one that was there.

    Raises:
        MalformedInput: not an SVG we accept (UTF-8, no entities), or an empty text.
        LimitExceeded: picture or text too large.
    """
    text = _checked_text(credential_text).decode()
    scan = _scan(svg)
    if scan.content_start is None:
        raise MalformedInput("The picture is empty.")
    if _JWS.fullmatch(text):
        element = f'<openbadges:credential verify="{text}"/>'
    else:
        element = f"<openbadges:credential><![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]></openbadges:credential>"
    content = svg[scan.content_start :]
    if scan.credential_start is not None and scan.credential_end is not None:
        content = svg[scan.content_start : scan.credential_start] + svg[scan.credential_end :]
    head = svg[: scan.content_start]
    if not scan.declares_namespace:
        cut = scan.root_start + 1 + len(scan.root_name.encode())
        head = head[:cut] + f' xmlns:openbadges="{NAMESPACE}"'.encode() + head[cut:]
    baked = head + element.encode() + content
    if unbake_svg(baked) != text:
        raise MalformedInput("The badge cannot be stored in this picture.")
    return baked


def unbake_svg(svg: bytes) -> str | None:
    """Return the credential in an SVG, or None when there is none.

    Raises:
        MalformedInput: not an SVG we accept (UTF-8, no entities), or two credentials.
        LimitExceeded: picture or text too large.
    """
    scan = _scan(svg)
    if not scan.credentials:
        return None
    text = scan.credentials[0].strip()
    if len(text.encode()) > MAX_TEXT_BYTES:
        raise LimitExceeded(f"The badge is larger than {MAX_TEXT_BYTES} bytes.", limit=MAX_TEXT_BYTES)
    return text or None


@dataclass(slots=True)
class _Scan:
    """What one pass over an SVG finds; positions are in bytes."""

    root_name: str = ""
    root_start: int = 0
    declares_namespace: bool = False
    content_start: int | None = None
    credential_start: int | None = None
    credential_end: int | None = None
    credentials: list[str] = field(default_factory=list)


class _Reader:
    """Expat handlers; external things are never loaded, and a DTD ends the reading."""

    def __init__(self, parser: expat.XMLParserType) -> None:
        self._parser = parser
        self._depth = 0
        self._events = 0
        self._prefixes: list[dict[str, str]] = [{}]
        self._text: list[str] | None = None
        self._ended = False
        self.scan = _Scan()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Open an element."""
        self.moved()
        scopes = {**self._prefixes[-1]}
        scopes |= {key.removeprefix("xmlns:"): value for key, value in attributes.items() if key.startswith("xmlns:")}
        scopes[""] = attributes.get("xmlns", scopes.get("", ""))
        self._prefixes.append(scopes)
        prefix, _, local = name.rpartition(":")
        if self._depth == 0:
            self._start_root(name, local, attributes)
        elif self._text is not None:
            raise MalformedInput("The badge in the picture cannot be read.")
        elif scopes.get(prefix) == NAMESPACE and local == "credential":
            self._start_credential(attributes)
        self._depth += 1

    def _start_root(self, name: str, local: str, attributes: dict[str, str]) -> None:
        if local != "svg":
            raise MalformedInput("The file is not an SVG picture.")
        self.scan.root_name = name
        self.scan.root_start = self._parser.CurrentByteIndex
        declared = attributes.get("xmlns:openbadges")
        if declared not in {None, NAMESPACE}:
            raise MalformedInput("The picture uses the name of badges for something else.")
        self.scan.declares_namespace = declared == NAMESPACE

    def _start_credential(self, attributes: dict[str, str]) -> None:
        if self.scan.credential_start is not None:
            raise MalformedInput("The picture holds more than one badge.")
        if self._depth != 1:
            raise MalformedInput("The badge is not where a badge belongs in a picture.")
        self.scan.credential_start = self._parser.CurrentByteIndex
        self._text = [attributes["verify"]] if "verify" in attributes else []

    def end(self, name: str) -> None:
        """Close an element."""
        del name
        self.moved()
        self._depth -= 1
        self._prefixes.pop()
        if self._text is not None:
            self.scan.credentials.append("".join(self._text))
            self._text = None
            self._ended = True

    def characters(self, text: str) -> None:
        """Take in text."""
        self.moved()
        if self._text is not None:
            self._text.append(text)

    def other(self, *_: object) -> None:
        """Take in a comment, an instruction or the start of CDATA."""
        self.moved()

    def moved(self) -> None:
        """Count, and note where the first thing inside the root, and the first thing after a badge, begins."""
        self._events += 1
        if self._events > _MAX_XML_EVENTS or self._depth > 200:
            raise LimitExceeded("The picture has too many parts.")
        if self._depth >= 1 and self.scan.content_start is None:
            self.scan.content_start = self._parser.CurrentByteIndex
        if self._ended and self.scan.credential_end is None:
            self.scan.credential_end = self._parser.CurrentByteIndex

    def doctype(self, name: str, system_id: str | None, public_id: str | None, has_internal_subset: bool) -> None:
        """Accept the bare document type drawing programs write (it is never loaded), and nothing inside one."""
        del name, system_id, public_id
        if has_internal_subset:
            self.refuse()

    def refuse(self, *_: object) -> None:
        """Refuse definitions inside the picture."""
        raise MalformedInput("The picture defines words of its own, which is not accepted.")


def _scan(svg: bytes) -> _Scan:
    if len(svg) > MAX_IMAGE_BYTES:
        raise LimitExceeded(f"The picture is larger than {MAX_IMAGE_BYTES} bytes.", limit=MAX_IMAGE_BYTES)
    declared = _DECLARATION.search(svg[:200])
    if b"\0" in svg or (declared and declared[1].lower() not in {b"utf-8", b"us-ascii"}):
        raise MalformedInput("The picture is not UTF-8.")
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = False
    reader = _Reader(parser)
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.characters
    parser.CommentHandler = reader.other
    parser.ProcessingInstructionHandler = reader.other
    parser.StartCdataSectionHandler = reader.other
    parser.StartDoctypeDeclHandler = reader.doctype
    parser.EntityDeclHandler = reader.refuse
    try:
        parser.Parse(svg, True)
    except expat.ExpatError as error:
        raise MalformedInput("The file is not an SVG picture.") from error
    return reader.scan


def _checked_text(text: str) -> bytes:
    try:
        data = text.strip().encode("utf-8")
    except UnicodeEncodeError as error:
        raise MalformedInput("The badge holds half a character.") from error
    if not data or b"\0" in data:
        raise MalformedInput("There is no badge to put into the picture.")
    if len(data) > MAX_TEXT_BYTES:
        raise LimitExceeded(f"The badge is larger than {MAX_TEXT_BYTES} bytes.", limit=MAX_TEXT_BYTES)
    return data
