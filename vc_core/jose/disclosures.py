"""The mechanism of SD-JWT (RFC 9901): claims to digests and disclosures, and back.

Signatures, key binding and what the claims mean are in `sd_jwt_vc`. Only SHA-256 is known.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from vc_core.errors import LimitExceeded, MalformedInput, ProofError
from vc_core.json_text import JsonObject, JsonValue, dump_json, parse_json
from vc_core.multiformats import base64url_decode, base64url_encode

type ClaimPath = Sequence[str | int | None]
"""A claims path pointer (OpenID4VP 1.0, 7): a name, a position, or None for every element of a list."""

MAX_DISCLOSURES = 1_000
MAX_CLAIM_DEPTH = 32
# Digests stand one list deeper than the claims they hide, and a disclosure is a list itself.
MAX_JSON_DEPTH = MAX_CLAIM_DEPTH + 2
HASH_NAME = "sha-256"

_DIGESTS, _ELEMENT, _HASH = "_sd", "...", "_sd_alg"
_RESERVED = frozenset({_DIGESTS, _ELEMENT})


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One disclosure as it was sent; whether it belongs to anything is not known yet."""

    text: str
    digest: str
    salt: str = field(repr=False)
    name: str | None
    """None for an element of a list."""
    value: JsonValue = field(repr=False)


@dataclass(frozen=True, slots=True)
class Unpacked:
    """Claims with everything in place that was disclosed."""

    claims: JsonObject
    places: Mapping[str, tuple[str | int, ...]]
    """Digest of each disclosure, and the path at which it ended up in `claims`."""


def digest_of(text: str) -> str:
    """Return the digest of a text as SD-JWT writes it (RFC 9901, 4.2.3 and 4.3.1)."""
    return base64url_encode(hashlib.sha256(text.encode()).digest())


def parse_disclosure(text: str) -> Disclosure:
    """Return the content of an untrusted disclosure (RFC 9901, 4.2).

    Raises:
        LimitExceeded: too large or too deep.
        MalformedInput: not a salt with a value, or with a name that may be hidden and a value.
    """
    content = parse_json(base64url_decode(text), max_depth=MAX_JSON_DEPTH + 1)
    if not isinstance(content, list) or len(content) not in (2, 3):
        raise MalformedInput("A disclosure is a list of two or three.")
    salt, name = content[0], content[1] if len(content) == 3 else None
    if not isinstance(salt, str) or not salt:
        raise MalformedInput("A disclosure has no salt.")
    if len(content) == 3 and (not isinstance(name, str) or name in _RESERVED):
        raise MalformedInput("A disclosure has a name that no claim may have.")
    return Disclosure(text, digest_of(text), salt, name if isinstance(name, str) else None, content[-1])


def unpack(
    payload: Mapping[str, JsonValue], disclosures: Iterable[Disclosure], *, protected: frozenset[str]
) -> Unpacked:
    """Return the claims of a payload with its disclosures put back (RFC 9901, 7.1, steps 3 to 5).

    `protected` are the members of the payload that may neither be hidden nor hide anything.

    Raises:
        ProofError: a disclosure belongs nowhere or twice, another hash, a hidden claim that is protected or already
            there, or the words of the mechanism used for something else.
        LimitExceeded: too deep once everything is in place.
    """
    if payload.get(_HASH, HASH_NAME) != HASH_NAME:
        raise ProofError("The digests were made with a hash that is not accepted.")
    unpacking = _Unpacking(_by_digest(disclosures), protected)
    claims = unpacking.object_at(payload, ())
    if len(unpacking.places) != len(unpacking.disclosures):
        raise ProofError("A disclosure belongs to nothing the issuer signed.")
    claims.pop(_HASH, None)
    return Unpacked(claims, unpacking.places)


def _by_digest(disclosures: Iterable[Disclosure]) -> dict[str, Disclosure]:
    """Refuse a salt that is used twice (RFC 9901, 9.3: it helps to guess), and so any disclosure that comes twice."""
    found: dict[str, Disclosure] = {}
    salts: set[str] = set()
    for disclosure in disclosures:
        if disclosure.salt in salts:
            raise ProofError("Two disclosures are the same, or have the same salt.")
        salts.add(disclosure.salt)
        found[disclosure.digest] = disclosure
    return found


class _Unpacking:
    """One walk over the payload; every digest is met at most once, so the work is bounded by the text."""

    def __init__(self, disclosures: Mapping[str, Disclosure], protected: frozenset[str]) -> None:
        self.disclosures = disclosures
        self.places: dict[str, tuple[str | int, ...]] = {}
        self._protected = protected
        self._met: set[str] = set()

    def object_at(self, value: Mapping[str, JsonValue], path: tuple[str | int, ...]) -> JsonObject:
        self._check_depth(path)
        if _ELEMENT in value:
            raise ProofError("The name ... is used for something else than a digest.")
        out: JsonObject = {}
        for name, item in value.items():
            if name != _DIGESTS:
                out[name] = self._value_at(item, (*path, name))
        for digest in _digests(value):
            disclosure = self._meet(digest, path)
            if disclosure is None:
                continue
            hidden = disclosure.name
            if hidden is None:
                raise ProofError("A claim was disclosed without its name.")
            if hidden in out:
                raise ProofError("A claim was disclosed that is already there.")
            if not path and (hidden in self._protected or hidden == _HASH):
                raise ProofError("A claim was hidden that may not be hidden.")
            self.places[digest] = (*path, hidden)
            out[hidden] = self._value_at(disclosure.value, (*path, hidden))
        return out

    def _list_at(self, value: list[JsonValue], path: tuple[str | int, ...]) -> list[JsonValue]:
        self._check_depth(path)
        out: list[JsonValue] = []
        for item in value:
            place = (*path, len(out))
            if not isinstance(item, dict) or _ELEMENT not in item:
                out.append(self._value_at(item, place))
                continue
            digest = item[_ELEMENT]
            if len(item) != 1 or not isinstance(digest, str):
                raise ProofError("The name ... is used for something else than a digest.")
            disclosure = self._meet(digest, path)
            if disclosure is None:
                continue
            if disclosure.name is not None:
                raise ProofError("An element of a list was disclosed with a name.")
            self.places[digest] = place
            out.append(self._value_at(disclosure.value, place))
        return out

    def _value_at(self, value: JsonValue, path: tuple[str | int, ...]) -> JsonValue:
        if isinstance(value, dict):
            return self.object_at(value, path)
        if isinstance(value, list):
            return self._list_at(value, path)
        return value

    def _meet(self, digest: str, path: tuple[str | int, ...]) -> Disclosure | None:
        if digest in self._met:
            raise ProofError("A digest is there twice.")
        if path and path[0] in self._protected:
            raise ProofError("A claim was hidden that may not be hidden.")
        self._met.add(digest)
        return self.disclosures.get(digest)

    def _check_depth(self, path: tuple[str | int, ...]) -> None:
        if len(path) >= MAX_CLAIM_DEPTH:
            raise LimitExceeded(f"The claims are nested deeper than {MAX_CLAIM_DEPTH}.", limit=MAX_CLAIM_DEPTH)


def _digests(value: Mapping[str, JsonValue]) -> list[str]:
    if _DIGESTS not in value:
        return []
    digests = value[_DIGESTS]
    if not isinstance(digests, list):
        raise ProofError("The name _sd is used for something else than digests.")
    texts = [digest for digest in digests if isinstance(digest, str)]
    if len(texts) != len(digests):
        raise ProofError("The name _sd is used for something else than digests.")
    return texts


def pack(
    claims: Mapping[str, JsonValue], hidden: Iterable[ClaimPath], make_salt: Callable[[], str]
) -> tuple[JsonObject, list[str]]:
    """Return the payload with digests in place of the hidden claims, and the disclosures.

    A hidden claim within a hidden claim gets its own disclosure inside the other. The claims must be JSON values
    within our limits already.

    Raises:
        ProofError: a path leads nowhere, the claims use words of the mechanism, or a salt comes twice.
        LimitExceeded: more hidden claims than we read.
    """
    if _HASH in claims:
        raise ProofError("The claims use a name that belongs to SD-JWT.")
    places = {place for path in hidden for place in find_claims(claims, path)}
    if len(places) > MAX_DISCLOSURES:
        raise LimitExceeded(f"At most {MAX_DISCLOSURES} claims can be hidden.", limit=MAX_DISCLOSURES)
    packing = _Packing(places, make_salt)
    payload = packing.object_at(claims, ())
    if packing.disclosures:
        payload[_HASH] = HASH_NAME
    return payload, packing.disclosures


class _Packing:
    """One walk over the claims, from the innermost hidden claim outwards."""

    def __init__(self, places: set[tuple[str | int, ...]], make_salt: Callable[[], str]) -> None:
        self.disclosures: list[str] = []
        self._places = places
        self._make_salt = make_salt
        self._salts: set[str] = set()

    def object_at(self, value: Mapping[str, JsonValue], path: tuple[str | int, ...]) -> JsonObject:
        if value.keys() & _RESERVED:
            raise ProofError("The claims use a name that belongs to SD-JWT.")
        out: JsonObject = {}
        digests: list[JsonValue] = []
        for name, item in value.items():
            packed = self._value_at(item, (*path, name))
            if (*path, name) in self._places:
                digests.append(self._disclose([name, packed]))
            else:
                out[name] = packed
        if digests:
            # In the order of the digests, which says nothing about the claims (RFC 9901, 4.2.4.1).
            out[_DIGESTS] = sorted(digests, key=str)
        return out

    def _value_at(self, value: JsonValue, path: tuple[str | int, ...]) -> JsonValue:
        if isinstance(value, dict):
            return self.object_at(value, path)
        if not isinstance(value, list):
            return value
        out: list[JsonValue] = []
        for position, item in enumerate(value):
            packed = self._value_at(item, (*path, position))
            hidden = (*path, position) in self._places
            out.append({_ELEMENT: self._disclose([packed])} if hidden else packed)
        return out

    def _disclose(self, content: list[JsonValue]) -> str:
        salt = self._make_salt()
        if not salt or salt in self._salts:
            raise ProofError("Every disclosure needs a salt of its own.")
        self._salts.add(salt)
        text = base64url_encode(dump_json([salt, *content]))
        self.disclosures.append(text)
        return digest_of(text)


def find_claims(claims: Mapping[str, JsonValue], path: ClaimPath) -> list[tuple[str | int, ...]]:
    """Return the places a path leads to, at least one.

    Raises:
        ProofError: it leads nowhere.
    """
    if not path:
        raise ProofError("The path names no claim.")
    found: list[tuple[tuple[str | int, ...], JsonValue]] = [((), dict(claims))]
    for step in path:
        found = [((*place, key), item) for place, value in found for key, item in _steps(value, step)]
    if not found:
        raise ProofError("The credential has no claim of that name.")
    return [place for place, _ in found]


def _steps(value: JsonValue, step: str | int | None) -> list[tuple[str | int, JsonValue]]:
    if isinstance(value, dict):
        return [(step, value[step])] if isinstance(step, str) and step in value else []
    if not isinstance(value, list) or isinstance(step, str):
        return []
    if step is None:
        return list(enumerate(value))
    return [(step, value[step])] if 0 <= step < len(value) else []


def chosen_disclosures(
    unpacked: Unpacked, disclosures: Iterable[Disclosure], paths: Iterable[ClaimPath]
) -> list[Disclosure]:
    """Return the disclosures needed to show these claims: what they stand in, and everything within them.

    Raises:
        ProofError: a path leads nowhere.
    """
    wanted = {place for path in paths for place in find_claims(unpacked.claims, path)}
    above = {place[:length] for place in wanted for length in range(1, len(place) + 1)}
    chosen = []
    for disclosure in disclosures:
        place = unpacked.places[disclosure.digest]
        if place in above or any(place[:length] in wanted for length in range(1, len(place))):
            chosen.append(disclosure)
    return chosen
