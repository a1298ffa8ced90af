"""Bytes to a `Submission`: JSON, a JWT, a baked PNG or SVG, a presentation. Nothing in it is trusted.

Whether what was found is genuine is asked in `checks`; here is only decided whether there is something to ask about.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from vc_core.baking import unbake_png, unbake_svg
from vc_core.errors import LimitExceeded, MalformedInput, ProofError
from vc_core.jose import enveloped
from vc_core.jose.compact import CompactJwt, looks_like_jwt, parse_compact_jwt
from vc_core.jose.enveloped import is_envelope, read_envelope
from vc_core.jose.sd_jwt_vc import SdJwtVc, parse_sd_jwt_vc, unverified_claims
from vc_core.jose.vc_jwt import read_credential_of_jwt
from vc_core.json_text import JsonObject, JsonValue, parse_json_object
from vc_core.model.clr import read_clr
from vc_core.model.shape import Survey, survey

MAX_SUBMISSION_BYTES = 5_000_000
MAX_JSON_BYTES = 1_000_000
MAX_JSON_DEPTH = 32
MAX_CREDENTIALS = 20
MAX_PARTS = 4_000
"""Objects and lists; a badge has some forty, and every check of a larger one would take longer than anybody waits."""
MAX_VALUES = 10_000
"""Commas; a badge has some hundred."""
MAX_PARTS_OF_RECORD, MAX_VALUES_OF_RECORD = 20_000, 60_000
"""A learner record is covered by one proof with every credential in it."""
MAX_CONTAINED = 250
"""Counted with what learner records hold."""

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


class Form(StrEnum):
    """How a credential is secured."""

    EMBEDDED = "embedded"
    """A proof inside the credential (VC Data Integrity)."""
    VC_JWT = "vc-jwt"
    """Open Badges 3.0, 8.2."""
    VC_JOSE = "vc-jose"
    """`application/vc+jwt`, bare or in an EnvelopedVerifiableCredential (VC-JOSE-COSE)."""
    SD_JWT_VC = "sd-jwt-vc"
    """`dc+sd-jwt`, with or without key binding; a badge is its claim `ld` (OpenID4VP 1.0, B.3.7)."""


class Medium(StrEnum):
    """What the credential travelled in."""

    JSON = "json"
    JWT = "jwt"
    PNG = "png"
    SVG = "svg"


@dataclass(frozen=True)
class PresentedCredential:
    """One credential as it came in; `document` is the signed original and must not be changed."""

    document: JsonObject
    jwt: CompactJwt | None = None
    form: Form = Form.EMBEDDED
    sd_jwt: SdJwtVc | None = None

    @property
    def key_name(self) -> str:
        """Return how a JWT names its key, or an empty text.

        In an SD-JWT VC a name that is no address is one in the document of `iss`.
        """
        kid = self.jwt.header.get("kid") if self.jwt is not None else None
        if not isinstance(kid, str):
            return ""
        issuer = self.sd_jwt.unverified_issuer if self.sd_jwt is not None else None
        if issuer is not None and issuer.startswith("did:") and ":" not in kid:
            return f"{issuer}#{kid.removeprefix('#')}"
        return kid

    @cached_property
    def survey(self) -> Survey:
        """What the document tells at a glance; worked out when it is first asked."""
        return survey(self.document)

    @property
    def is_too_complex(self) -> bool:
        """Say whether there is more in it than in any badge, so that nothing further is worked out."""
        parts, values = MAX_PARTS, MAX_VALUES
        if has_type(self.document, "ClrCredential"):
            parts, values = MAX_PARTS_OF_RECORD, MAX_VALUES_OF_RECORD
        return self.survey.parts > parts or self.survey.values > values


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
        return Submission(medium, digest, tuple(_with_contents(credential_of_jwt(text))))
    document = parse_json_object(text, max_bytes=MAX_JSON_BYTES, max_depth=MAX_JSON_DEPTH)
    if has_type(document, "VerifiablePresentation"):
        return _of_presentation(document, medium, digest)
    if has_type(document, "VerifiableCredential") or is_envelope(document):
        return Submission(medium, digest, tuple(_with_contents(_of_entry(document))))
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
    found = [credential for entry in entries for credential in _with_contents(_of_entry(entry))]
    if len(found) > MAX_CONTAINED:
        raise TooManyCredentials(f"At most {MAX_CONTAINED} badges are checked in one go.", limit=MAX_CONTAINED)
    return Submission(medium, digest, tuple(found), document)


def _of_entry(entry: JsonValue) -> PresentedCredential:
    if isinstance(entry, dict):
        return credential_of_jwt(read_envelope(entry)) if is_envelope(entry) else PresentedCredential(entry)
    if isinstance(entry, str) and looks_like_jwt(entry):
        return credential_of_jwt(entry)
    raise MalformedInput("A member of the presentation is not a credential.")


def credential_of_jwt(text: str) -> PresentedCredential:
    """Return what a compact JWS holds; its type says by which profile.

    Raises:
        LimitExceeded: too large or too deep.
        MalformedInput: not a compact JWS, or there is no credential in it.
    """
    if "~" in text:
        return _of_sd_jwt(text)
    jwt = parse_compact_jwt(text)
    kind = jwt.header.get("typ")
    if isinstance(kind, str) and kind.lower().removeprefix("application/") in enveloped.TOKEN_TYPES:
        return PresentedCredential(enveloped.credential_of_vc_jose(jwt), jwt, Form.VC_JOSE)
    return PresentedCredential(read_credential_of_jwt(jwt), jwt, Form.VC_JWT)


def _of_sd_jwt(text: str) -> PresentedCredential:
    sd_jwt = parse_sd_jwt_vc(text)
    try:
        claims = unverified_claims(sd_jwt)
    except ProofError as error:
        raise MalformedInput(error.detail) from error
    badge = claims.get("ld")
    if not isinstance(badge, dict):
        badge = {"type": [claims.get("vct")], "issuer": claims.get("iss"), "credentialSubject": claims}
    return PresentedCredential(badge, sd_jwt.jwt, Form.SD_JWT_VC, sd_jwt)


def _with_contents(credential: PresentedCredential) -> list[PresentedCredential]:
    """Return a credential and, when it is a learner record, every credential in it: each has to stand by itself.

    A record that cannot be read is reported by `checks.format`.
    """
    if not has_type(credential.document, "ClrCredential"):
        return [credential]
    try:
        contents = read_clr(credential.document)
    except MalformedInput:
        return [credential]
    return [credential, *(PresentedCredential(inside.document) for inside in contents.credentials)]


def has_type(document: JsonObject, name: str) -> bool:
    """Say whether a node carries this type, written alone or in a list."""
    kind = document.get("type")
    return kind == name or (isinstance(kind, list) and name in kind)
