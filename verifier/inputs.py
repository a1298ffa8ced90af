"""Bytes to a `Submission`: JSON, a JWT, a baked PNG or SVG, a presentation. Nothing in it is trusted.

Whether what was found is genuine is asked in `checks`; here is only decided whether there is something to ask about.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from vc_core.baking import unbake_png, unbake_svg
from vc_core.errors import LimitExceeded, MalformedInput
from vc_core.json_text import JsonObject, JsonValue, parse_json_object
from verifier.vc_jwt import CompactJwt, looks_like_jwt, parse_compact_jwt, read_credential_of_jwt

MAX_SUBMISSION_BYTES = 5_000_000
MAX_JSON_BYTES = 1_000_000
MAX_JSON_DEPTH = 32
MAX_CREDENTIALS = 20

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_OLD_BADGE = "https://w3id.org/openbadges/v2"


class NoBadgeInside(MalformedInput):
    """The picture or the text is fine, but there is no badge in it."""

    title = "There is no badge inside"
    code = "no-badge-inside"


class OldOpenBadge(MalformedInput):
    """An Open Badges 2.0 assertion: another standard, which cannot be checked without its issuer."""

    title = "This is a badge of the older standard Open Badges 2.0"
    code = "old-open-badge"


class TooManyCredentials(LimitExceeded):
    """The presentation holds more credentials than are checked in one go."""

    title = "There are too many badges in one submission"
    code = "too-many-credentials"


class Medium(StrEnum):
    """What the credential travelled in."""

    JSON = "json"
    JWT = "jwt"
    PNG = "png"
    SVG = "svg"


@dataclass(frozen=True, slots=True)
class PresentedCredential:
    """One credential as it came in; `document` is the signed original and must not be changed."""

    document: JsonObject
    jwt: CompactJwt | None = None


@dataclass(frozen=True, slots=True)
class Submission:
    """What somebody handed over: one credential, or a presentation of several."""

    medium: Medium
    sha256: str
    credentials: tuple[PresentedCredential, ...]
    presentation: JsonObject | None = None


def parse_submission(data: bytes, *, max_bytes: int = MAX_SUBMISSION_BYTES) -> Submission:
    """Return what the bytes hold.

    Raises:
        NoBadgeInside: readable, but nothing to check is in it.
        OldOpenBadge: an Open Badges 2.0 assertion.
        LimitExceeded: larger, deeper or more than is accepted.
        MalformedInput: damaged, or not JSON, a JWT, PNG or SVG.
    """
    if len(data) > max_bytes:
        raise LimitExceeded(f"The file is larger than {max_bytes} bytes.", limit=max_bytes)
    digest = hashlib.sha256(data).hexdigest()
    if data.startswith(_PNG_SIGNATURE):
        return _of_text(_inside(unbake_png(data)), Medium.PNG, digest)
    text = _decode(data)
    if text.startswith("<"):
        return _of_text(_inside(unbake_svg(data)), Medium.SVG, digest)
    medium = Medium.JWT if looks_like_jwt(text) else Medium.JSON
    return _of_text(text, medium, digest)


def submission_of_presentation(presentation: JsonObject, *, sha256: str = "") -> Submission:
    """Return the submission of a presentation that was received as JSON already (OpenID4VP).

    Raises:
        NoBadgeInside, TooManyCredentials, MalformedInput: as `parse_submission`.
    """
    return _of_presentation(presentation, Medium.JSON, sha256)


def _decode(data: bytes) -> str:
    text = data.removeprefix(b"\xef\xbb\xbf")
    try:
        return text.decode().strip()
    except UnicodeDecodeError as error:
        raise MalformedInput("The file is not JSON, a JWT, PNG or SVG.") from error


def _inside(text: str | None) -> str:
    if not text:
        raise NoBadgeInside(
            "There is no badge in this picture. Ask for the original file: a screenshot does not carry it."
        )
    return text.strip()


def _of_text(text: str, medium: Medium, digest: str) -> Submission:
    if not text:
        raise NoBadgeInside("The file is empty.")
    if looks_like_jwt(text):
        jwt = parse_compact_jwt(text)
        return Submission(medium, digest, (PresentedCredential(read_credential_of_jwt(jwt), jwt),))
    document = parse_json_object(text, max_bytes=MAX_JSON_BYTES, max_depth=MAX_JSON_DEPTH)
    if has_type(document, "VerifiablePresentation"):
        return _of_presentation(document, medium, digest)
    if has_type(document, "VerifiableCredential"):
        return Submission(medium, digest, (PresentedCredential(document),))
    if document.get("@context") == _OLD_BADGE or has_type(document, "Assertion"):
        raise OldOpenBadge("Ask the holder for the Open Badges 3.0 form of this badge.")
    raise NoBadgeInside("The text is readable, but it is not a badge.")


def _of_presentation(document: JsonObject, medium: Medium, digest: str) -> Submission:
    members = document.get("verifiableCredential")
    entries = members if isinstance(members, list) else [members]
    if members is None or not entries:
        raise NoBadgeInside("There is no badge in this presentation.")
    if len(entries) > MAX_CREDENTIALS:
        raise TooManyCredentials(f"At most {MAX_CREDENTIALS} badges are checked in one go.", limit=MAX_CREDENTIALS)
    return Submission(medium, digest, tuple(_of_entry(entry) for entry in entries), document)


def _of_entry(entry: JsonValue) -> PresentedCredential:
    if isinstance(entry, dict):
        return PresentedCredential(entry)
    if isinstance(entry, str) and looks_like_jwt(entry):
        jwt = parse_compact_jwt(entry)
        return PresentedCredential(read_credential_of_jwt(jwt), jwt)
    raise MalformedInput("A member of the presentation is not a credential.")


def has_type(document: JsonObject, name: str) -> bool:
    """Say whether a node carries this type, written alone or in a list."""
    kind = document.get("type")
    return kind == name or (isinstance(kind, list) and name in kind)
