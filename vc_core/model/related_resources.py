"""Pin what a credential refers to by digest, and check the bytes that were fetched (VCDM 2.0, 5.3).

Fetching is the caller's work. A resource that is not listed is not protected: an image behind a URL can change after
the badge was signed. Digests as in Subresource Integrity (`digestSRI`) or as a multihash (`digestMultibase`).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from vc_core.errors import LimitExceeded, MalformedInput, ProofError
from vc_core.json_text import JsonObject, JsonValue
from vc_core.model.data_values import wrong_url
from vc_core.multiformats import base64url_decode, base64url_encode, multibase_decode, varint_decode, varint_encode

MAX_RESOURCES = 64
MAX_DIGESTS = 8
MAX_BYTES = 20_000_000

# Strongest first. SRI, 3.2: sha256, sha384 and sha512; of the multihash table the same three.
_LENGTHS: Final = {"sha512": 64, "sha384": 48, "sha256": 32}
_MULTIHASH_CODES: Final = {0x12: "sha256", 0x13: "sha512", 0x20: "sha384"}
_CODES: Final = {name: code for code, name in _MULTIHASH_CODES.items()}
# The Recommendation links to SRI, which writes base64 with padding; some software writes base64url: both are read.
_SRI = re.compile(r"(sha256|sha384|sha512)-([A-Za-z0-9+/_-]{43,86}={0,2})(?:\?[!-~]*)?")
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}")


class ResourceChanged(ProofError):
    """The bytes are not the ones the credential speaks of."""

    type = "https://www.w3.org/TR/vc-data-model#MALFORMED_VALUE_ERROR"
    title = "What the credential refers to was changed"
    code = "related-resource-changed"


@dataclass(frozen=True, slots=True)
class Digest:
    """One digest of a resource."""

    algorithm: str
    value: bytes


@dataclass(frozen=True, slots=True)
class RelatedResource:
    """A resource that a credential pins; nothing is checked by reading it."""

    url: str
    digests: tuple[Digest, ...]
    """All of one resource; when several are given, those of the strongest algorithm decide."""
    media_type: str | None = None


def build_related_resource(url: str, content: bytes, *, media_type: str | None = None) -> JsonObject:
    """Return the entry that pins `content` under a URL, with both kinds of digest.

    Raises:
        MalformedInput: no URL, or no media type.
        LimitExceeded: more bytes than are checked.
    """
    if wrong_url(url):
        raise MalformedInput("A related resource needs a URL.")
    _check_size(content)
    entry: JsonObject = {"id": url}
    if media_type is not None:
        if not _MEDIA_TYPE.fullmatch(media_type):
            raise MalformedInput("The media type of a related resource cannot be read.")
        entry["mediaType"] = media_type
    entry["digestSRI"] = digest_sri(content)
    entry["digestMultibase"] = digest_multibase(content)
    return entry


def digest_sri(content: bytes, *, algorithm: str = "sha384") -> str:
    """Return the digest of bytes as Subresource Integrity writes it.

    Raises:
        MalformedInput: an algorithm that is not known.
    """
    return f"{algorithm}-{base64.b64encode(_hash(content, algorithm)).decode()}"


def digest_multibase(content: bytes, *, algorithm: str = "sha256") -> str:
    """Return the digest of bytes as a multihash in base64url (Controlled Identifiers 1.0, 2.4 and 2.5).

    Raises:
        MalformedInput: an algorithm that is not known.
    """
    digest = _hash(content, algorithm)
    return "u" + base64url_encode(varint_encode(_CODES[algorithm]) + varint_encode(len(digest)) + digest)


def related_resources(document: Mapping[str, JsonValue]) -> list[RelatedResource]:
    """Return what a credential pins; no such member gives an empty list.

    Raises:
        MalformedInput: an entry is not in its shape, names no digest that is known, or a URL is listed twice.
        LimitExceeded: more entries than are read.
    """
    if "relatedResource" not in document:
        return []
    value = document["relatedResource"]
    items = value if isinstance(value, list) else [value]
    if len(items) > MAX_RESOURCES:
        raise LimitExceeded(f"The credential lists more than {MAX_RESOURCES} resources.", limit=MAX_RESOURCES)
    found = [_read(item) for item in items]
    if not found or len({resource.url for resource in found}) != len(found):
        raise MalformedInput("The related resources of the credential cannot be read.")
    return found


def check_related_resource(resource: RelatedResource, content: bytes) -> None:
    """Return when the bytes are the ones that were pinned.

    Of several algorithms only the strongest counts (SRI, 3.3.4); of several digests in it, one is enough.

    Raises:
        ResourceChanged: they are others.
        LimitExceeded: more bytes than are checked.
    """
    _check_size(content)
    strongest = next(name for name in _LENGTHS if any(item.algorithm == name for item in resource.digests))
    actual = _hash(content, strongest)
    digests = [item.value for item in resource.digests if item.algorithm == strongest]
    if not any(hmac.compare_digest(actual, digest) for digest in digests):
        raise ResourceChanged(resource=resource.url[:200])


def find_related_resource(document: Mapping[str, JsonValue], url: str) -> RelatedResource | None:
    """Return what a credential pins under exactly this URL.

    Raises:
        MalformedInput: the list cannot be read.
    """
    return next((resource for resource in related_resources(document) if resource.url == url), None)


def _read(item: JsonValue) -> RelatedResource:
    url = item.get("id") if isinstance(item, dict) else None
    if not isinstance(item, dict) or not isinstance(url, str) or wrong_url(url):
        raise MalformedInput("A related resource has no usable address.")
    media_type = item.get("mediaType")
    if media_type is not None and not (isinstance(media_type, str) and _MEDIA_TYPE.fullmatch(media_type)):
        raise MalformedInput("The media type of a related resource cannot be read.")
    texts = [text for value in _texts(item, "digestSRI") for text in value.split(" ")]
    digests = [_read_sri(text) for text in texts] + [_read_multibase(text) for text in _texts(item, "digestMultibase")]
    if not 0 < len(digests) <= MAX_DIGESTS:
        raise MalformedInput("A related resource needs a digest.")
    return RelatedResource(url, tuple(digests), media_type)


def _texts(item: JsonObject, name: str) -> list[str]:
    if name not in item:
        return []
    value = item[name]
    values = value if isinstance(value, list) else [value]
    texts = [text for text in values if isinstance(text, str) and len(text) <= 1_000]
    if not texts or len(texts) != len(values):
        raise MalformedInput("The digest of a related resource cannot be read.")
    return texts


def _read_sri(text: str) -> Digest:
    match = _SRI.fullmatch(text)
    if match is None:
        raise MalformedInput("The digest of a related resource cannot be read.")
    algorithm, encoded = match[1], match[2].rstrip("=")
    if not {"+", "/"}.isdisjoint(encoded):
        if not {"-", "_"}.isdisjoint(encoded):
            raise MalformedInput("The digest of a related resource cannot be read.")
        encoded = encoded.replace("+", "-").replace("/", "_")
    return _checked(algorithm, base64url_decode(encoded))


def _read_multibase(text: str) -> Digest:
    code, rest = varint_decode(multibase_decode(text))
    length, value = varint_decode(rest)
    algorithm = _MULTIHASH_CODES.get(code)
    if algorithm is None or length != len(value):
        raise MalformedInput("The digest of a related resource is of a kind that is not known.")
    return _checked(algorithm, value)


def _checked(algorithm: str, value: bytes) -> Digest:
    if len(value) != _LENGTHS[algorithm]:
        raise MalformedInput("The digest of a related resource has the wrong length.")
    return Digest(algorithm, value)


def _hash(content: bytes, algorithm: str) -> bytes:
    if algorithm not in _LENGTHS:
        raise MalformedInput("This kind of digest is not known.")
    return hashlib.new(algorithm, content).digest()


def _check_size(content: bytes) -> None:
    if len(content) > MAX_BYTES:
        raise LimitExceeded(f"The resource is larger than {MAX_BYTES} bytes.", limit=MAX_BYTES)
