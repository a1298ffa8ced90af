"""SD-JWT VC (draft-ietf-oauth-sd-jwt-vc on RFC 9901): issue, present with key binding, parse and verify.

Hiding and showing claims is in `disclosures`. Finding the issuer's key, dates and status are the caller's work; what
is needed for them is returned. The JWS JSON serialization is not read.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from vc_core.errors import LimitExceeded, MalformedInput, ProofError
from vc_core.jose.compact import (
    MAX_JWT_BYTES,
    CompactJwt,
    algorithm_of,
    build_compact_jwt,
    check_header,
    check_signature,
    json_without_loss,
    numeric_date,
    parse_compact_jwt,
    read_numeric_date,
)
from vc_core.jose.disclosures import (
    MAX_CLAIM_DEPTH,
    MAX_DISCLOSURES,
    MAX_JSON_DEPTH,
    ClaimPath,
    Disclosure,
    chosen_disclosures,
    digest_of,
    pack,
    parse_disclosure,
    unpack,
)
from vc_core.json_text import JsonObject, JsonValue
from vc_core.keys import PublicKey, public_key_from_jwk

TYPE = "dc+sd-jwt"
FORMER_TYPE = "vc+sd-jwt"
NEVER_HIDDEN = frozenset({"iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "status"})  # SD-JWT VC, 2.2.2.2
DEFAULT_MAX_SKEW = timedelta(minutes=1)

HEADER_MEMBERS = frozenset({"alg", "typ", "kid", "x5c", "jwk", "x5t#S256", "trust_chain", "vctm"})
_BINDING_TYPE = "kb+jwt"
_BINDING_HEADER_MEMBERS = frozenset({"alg", "typ", "kid"})
_MAX_INDEX = 2**53 - 1


@dataclass(frozen=True, slots=True)
class SdJwtVc:
    """An SD-JWT VC, split; nothing is verified."""

    bound_text: str
    """All of it up to the last `~`: what a key binding JWT signs the hash of."""
    jwt: CompactJwt
    disclosures: tuple[Disclosure, ...]
    key_binding: CompactJwt | None

    @property
    def unverified_issuer(self) -> str | None:
        """Who it says issued it, to look for the key."""
        issuer = self.jwt.payload.get("iss")
        return issuer if isinstance(issuer, str) else None


@dataclass(frozen=True, slots=True)
class TokenStatus:
    """A place in a Token Status List."""

    uri: str
    index: int


@dataclass(frozen=True, slots=True)
class VerifiedSdJwt:
    """An SD-JWT VC the issuer's key signed; whether it is in force, and who shows it, is not checked yet."""

    sd_jwt: SdJwtVc
    claims: JsonObject
    """With everything that was disclosed in place."""
    vct: str
    issuer: str | None
    algorithm: str
    """`EdDSA` is to be flagged by the caller."""
    issued_at: datetime | None
    not_before: datetime | None
    expires_at: datetime | None
    holder_key: PublicKey | None
    """The key of `cnf.jwk`."""
    status: TokenStatus | None
    has_unknown_status: bool
    """There is a `status`, of a kind that is not known here: it is not without status."""
    has_former_type: bool
    """`vc+sd-jwt`, as until 2024."""


def issue_sd_jwt_vc(
    claims: Mapping[str, JsonValue],
    *,
    disclosable: Iterable[ClaimPath],
    sign: Callable[[bytes], bytes],
    algorithm: str,
    kid: str | None = None,
    x5c: Sequence[str] | None = None,
    holder_jwk: Mapping[str, JsonValue] | None = None,
    make_salt: Callable[[], str] = lambda: secrets.token_urlsafe(16),
) -> str:
    """Return an SD-JWT VC with all its disclosures, ending in `~`.

    `sign` gets the bytes to sign and gives a raw signature (curves: r and s). Every path of `disclosable` must lead to
    a claim. `cnf` comes from `holder_jwk` only.

    Raises:
        ProofError: `vct` or an issuer is absent, or a registered claim is of another kind; a claim is hidden that may
            not be; a value or name cannot be carried; the key gave another kind of signature.
        MalformedInput: a value has no JSON form, or the holder's key is not a public key.
        LimitExceeded: larger or deeper than we read.
    """
    whole = _issuable(claims, holder_jwk)
    if "iss" not in whole and x5c is None:
        raise ProofError("The credential has no issuer.")
    paths = [tuple(path) for path in disclosable]
    if any(path[:1] and path[0] in NEVER_HIDDEN for path in paths):
        raise ProofError("A claim is to be hidden that may not be hidden.")
    payload, disclosures = pack(whole, paths, make_salt)
    header: JsonObject = {"typ": TYPE}
    if kid is not None:
        header["kid"] = kid
    if x5c is not None:
        header["x5c"] = list(x5c)
    jwt = build_compact_jwt(header, payload, sign=sign, algorithm=algorithm)
    text = "".join(f"{part}~" for part in (jwt, *disclosures))
    parse_sd_jwt_vc(text)
    return text


def _issuable(claims: Mapping[str, JsonValue], holder_jwk: Mapping[str, JsonValue] | None) -> JsonObject:
    """Return the claims with the holder's key, when every reader, ours included, reads what is written."""
    if "cnf" in claims:
        raise ProofError("The holder's key comes from holder_jwk, not from the claims.")
    whole: JsonObject = dict(claims)
    if holder_jwk is not None:
        whole["cnf"] = {"jwk": dict(public_key_from_jwk(dict(holder_jwk)).to_jwk())}
    json_without_loss(whole, max_depth=MAX_CLAIM_DEPTH)
    try:
        _registered(whole)
        token_status_of(whole)
    except MalformedInput as error:
        raise ProofError(error.detail) from error
    return whole


def parse_sd_jwt_vc(text: str) -> SdJwtVc:
    """Return the parts of an untrusted SD-JWT VC, with or without key binding; nothing is verified.

    Raises:
        LimitExceeded: too large, too deep or too many disclosures.
        MalformedInput: not an SD-JWT in its compact form.
    """
    if len(text) > MAX_JWT_BYTES:
        raise LimitExceeded(f"The SD-JWT is larger than {MAX_JWT_BYTES} bytes.", limit=MAX_JWT_BYTES)
    if text.count("~") > MAX_DISCLOSURES + 1:
        raise LimitExceeded(f"The SD-JWT has more than {MAX_DISCLOSURES} disclosures.", limit=MAX_DISCLOSURES)
    if "~" not in text:
        raise MalformedInput("The text is not an SD-JWT.")
    head, *middle = text.split("~")
    *disclosures, tail = middle
    return SdJwtVc(
        bound_text=text[: len(text) - len(tail)],
        jwt=parse_compact_jwt(head, max_depth=MAX_JSON_DEPTH),
        disclosures=tuple(parse_disclosure(disclosure) for disclosure in disclosures),
        key_binding=parse_compact_jwt(tail) if tail else None,
    )


def unverified_claims(sd_jwt: SdJwtVc) -> JsonObject:
    """Return the claims with everything that was disclosed in place; nobody vouches for them yet.

    Raises:
        ProofError, LimitExceeded: as `verify_sd_jwt_vc`.
    """
    return unpack(sd_jwt.jwt.payload, sd_jwt.disclosures, protected=NEVER_HIDDEN).claims


def verify_sd_jwt_vc(sd_jwt: SdJwtVc, *, issuer_key: PublicKey) -> VerifiedSdJwt:
    """Return the claims that `issuer_key` signed and the holder chose to show (RFC 9901, 7.1).

    Does not check whose key it is, dates, status, nor who shows it: `verify_key_binding` must follow wherever a holder
    is to prove possession.

    Raises:
        ProofError: another key, algorithm, header or kind of token; a disclosure that belongs nowhere, twice, or shows
            what may not be hidden.
        MalformedInput: a registered claim is absent or of another kind.
        LimitExceeded: too deep once everything is in place.
    """
    jwt = sd_jwt.jwt
    check_header(jwt, allowed=HEADER_MEMBERS, types=(TYPE, FORMER_TYPE))
    check_signature(jwt, issuer_key)
    claims = unpack(jwt.payload, sd_jwt.disclosures, protected=NEVER_HIDDEN).claims
    found = _registered(claims)
    status, has_unknown_status = token_status_of(claims)
    return VerifiedSdJwt(
        sd_jwt=sd_jwt,
        claims=claims,
        vct=found.vct,
        issuer=found.issuer,
        algorithm=str(jwt.header["alg"]),
        issued_at=found.issued_at,
        not_before=found.not_before,
        expires_at=found.expires_at,
        holder_key=holder_key_of(claims),
        status=status,
        has_unknown_status=has_unknown_status,
        has_former_type=FORMER_TYPE in str(jwt.header["typ"]).lower(),
    )


def verify_key_binding(
    verified: VerifiedSdJwt,
    *,
    expected_audience: str,
    expected_nonce: str,
    now: datetime,
    max_age: timedelta,
    max_skew: timedelta = DEFAULT_MAX_SKEW,
) -> None:
    """Return when the holder signed this presentation, for this verifier and this request (RFC 9901, 7.3).

    Raises:
        ProofError: there is no key binding, or it is of another key, text, verifier, request or time.
        MalformedInput: a time in it is not a time.
    """
    if verified.holder_key is None:
        raise ProofError("The credential is not bound to a key of its holder.")
    jwt = check_key_binding(verified.sd_jwt, verified.holder_key)
    if jwt.payload.get("aud") != expected_audience:
        raise ProofError("The presentation was made for another verifier.")
    if jwt.payload.get("nonce") != expected_nonce:
        raise ProofError("The presentation answers another request.")
    _check_times(jwt, now, max_age, max_skew)


def check_key_binding(sd_jwt: SdJwtVc, holder_key: PublicKey) -> CompactJwt:
    """Return the key binding JWT when the holder's key signed it over this text; what it says is not judged.

    Raises:
        ProofError: there is none, or it is of another key, kind or text.
    """
    jwt = sd_jwt.key_binding
    if jwt is None:
        raise ProofError("The presentation is not signed by the holder.")
    check_header(jwt, allowed=_BINDING_HEADER_MEMBERS, types=(_BINDING_TYPE,))
    check_signature(jwt, holder_key)
    if jwt.payload.get("sd_hash") != digest_of(sd_jwt.bound_text):
        raise ProofError("The holder signed another presentation.")
    return jwt


def holder_key_of(claims: Mapping[str, JsonValue]) -> PublicKey | None:
    """Return the holder's key (`cnf.jwk`); None when there is none, or it is named in another way.

    Raises:
        MalformedInput: it cannot be read.
    """
    if "cnf" not in claims:
        return None
    confirmation = claims["cnf"]
    if not isinstance(confirmation, dict):
        raise MalformedInput("The credential does not name its holder's key in a way that can be read.")
    return public_key_from_jwk(confirmation["jwk"]) if "jwk" in confirmation else None


def _check_times(jwt: CompactJwt, now: datetime, max_age: timedelta, max_skew: timedelta) -> None:
    made_at = read_numeric_date(jwt.payload, "iat")
    if made_at is None:
        raise ProofError("The holder did not say when the presentation was made.")
    if made_at > now + max_skew or made_at < now - max_age:
        raise ProofError("The presentation was not made just now.")
    not_before, expires_at = read_numeric_date(jwt.payload, "nbf"), read_numeric_date(jwt.payload, "exp")
    if (not_before is not None and not_before > now + max_skew) or (expires_at is not None and expires_at <= now):
        raise ProofError("The presentation is not valid now.")


def select_disclosures(text: str, *, disclose: Iterable[ClaimPath]) -> str:
    """Return the SD-JWT VC with only these claims shown, without key binding.

    A path shows the claim with everything in it; name its parts to show less. `text` is the holder's own credential,
    verified when it was received.

    Raises:
        ProofError: a path leads nowhere, or the text is a presentation already.
        MalformedInput, LimitExceeded: as `parse_sd_jwt_vc`.
    """
    sd_jwt = parse_sd_jwt_vc(text)
    if sd_jwt.key_binding is not None:
        raise ProofError("The text is a presentation already, not a credential.")
    unpacked = unpack(sd_jwt.jwt.payload, sd_jwt.disclosures, protected=NEVER_HIDDEN)
    chosen = chosen_disclosures(unpacked, sd_jwt.disclosures, disclose)
    return "".join(f"{part}~" for part in (text.split("~", 1)[0], *(disclosure.text for disclosure in chosen)))


def present_sd_jwt_vc(
    text: str,
    *,
    disclose: Iterable[ClaimPath],
    audience: str,
    nonce: str,
    now: datetime,
    sign: Callable[[bytes], bytes],
    algorithm: str,
) -> str:
    """Return a presentation that shows these claims, signed by the holder for one verifier and one request.

    Paths are read as in `select_disclosures`.

    Raises:
        ProofError: as `select_disclosures`; the credential is bound to no key, or to another than signs here.
        MalformedInput, LimitExceeded: as `parse_sd_jwt_vc`.
    """
    shown = select_disclosures(text, disclose=disclose)
    key = holder_key_of(parse_compact_jwt(shown.split("~", 1)[0], max_depth=MAX_JSON_DEPTH).payload)
    if key is None:
        raise ProofError("The credential is not bound to a key of its holder.")
    if algorithm_of(key) != algorithm:
        raise ProofError("The algorithm does not fit the key.")
    payload: JsonObject = {"iat": int(numeric_date(now)), "aud": audience, "nonce": nonce, "sd_hash": digest_of(shown)}
    binding = build_compact_jwt({"typ": _BINDING_TYPE}, payload, sign=sign, algorithm=algorithm)
    check_signature(parse_compact_jwt(binding), key)
    return shown + binding


@dataclass(frozen=True, slots=True)
class _Registered:
    vct: str
    issuer: str | None
    issued_at: datetime | None
    not_before: datetime | None
    expires_at: datetime | None


def _registered(claims: Mapping[str, JsonValue]) -> _Registered:
    vct, issuer = claims.get("vct"), claims.get("iss")
    if not isinstance(vct, str) or not vct:
        raise MalformedInput("The credential does not say of which type it is (vct).")
    if "iss" in claims and (not isinstance(issuer, str) or not issuer):
        raise MalformedInput("The issuer of the credential is not a text.")
    return _Registered(
        vct=vct,
        issuer=issuer if isinstance(issuer, str) else None,
        issued_at=read_numeric_date(claims, "iat"),
        not_before=read_numeric_date(claims, "nbf"),
        expires_at=read_numeric_date(claims, "exp"),
    )


def token_status_of(claims: Mapping[str, JsonValue]) -> tuple[TokenStatus | None, bool]:
    """Return the place in a Token Status List, and whether there is a status of another kind.

    Raises:
        MalformedInput: there is a status that cannot be read.
    """
    if "status" not in claims:
        return None, False
    status = claims["status"]
    if not isinstance(status, dict) or not status:
        raise MalformedInput("The status of the credential cannot be read.")
    if "status_list" not in status:
        return None, True
    entry = status["status_list"]
    uri, index = (entry.get("uri"), entry.get("idx")) if isinstance(entry, dict) else (None, None)
    if not isinstance(uri, str) or not uri or isinstance(index, bool) or not isinstance(index, int):
        raise MalformedInput("The status of the credential cannot be read.")
    if not 0 <= index <= _MAX_INDEX:
        raise MalformedInput("The status of the credential cannot be read.")
    return TokenStatus(uri, index), False
