"""The parameters of a did:webvh log (did:webvh 1.0): what each entry may set, and what is in force after it."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

from vc_core.errors import DidError, MalformedInput
from vc_core.json_text import JsonObject, JsonValue
from vc_core.keys import PublicKey, public_key_from_multikey
from vc_core.multiformats import base58btc_decode, base58btc_encode

METHOD = "did:webvh:1.0"
MAX_LISTED = 50
"""Update keys, hashes of next keys, witnesses, watchers."""
_SHA256 = b"\x12\x20"
_KNOWN = frozenset(
    {
        "method",
        "scid",
        "updateKeys",
        "nextKeyHashes",
        "portable",
        "deactivated",
        "ttl",
        "witness",
        "watchers",
    }
)
_FIRST_ONLY = frozenset({"scid"})


class DidLogError(DidError):
    """The history of an identifier is not what did:webvh asks."""

    title = "The history of the identifier does not hold"
    code = "did-log-invalid"


@dataclass(frozen=True, slots=True)
class WitnessRule:
    """Who must approve entries, and how many of them."""

    threshold: int
    witnesses: frozenset[str]
    """did:key identifiers."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """What is in force after an entry."""

    scid: str
    update_keys: tuple[str, ...] = ()
    """Multikeys that may sign the next entry."""
    next_key_hashes: tuple[str, ...] = ()
    """When not empty, update keys of the next entry must be among these."""
    portable: bool = False
    deactivated: bool = False
    witness: WitnessRule | None = None
    ttl: int | None = None


def multihash(data: bytes) -> str:
    """Return the base58btc text of the SHA-256 multihash, as did:webvh writes hashes."""
    return base58btc_encode(_SHA256 + hashlib.sha256(data).digest())


def is_multihash(text: object) -> bool:
    """Say whether a text is the SHA-256 multihash of something."""
    if not isinstance(text, str) or len(text) > 60:
        return False
    try:
        raw = base58btc_decode(text)
    except MalformedInput:
        return False
    return len(raw) == 34 and raw[:2] == _SHA256 and base58btc_encode(raw) == text


def first_parameters(value: JsonValue) -> Parameters:
    """Return what is in force after the first entry.

    Raises:
        DidLogError: a parameter is missing or wrong.
    """
    found = _object(value)
    if found.get("method") != METHOD or not is_multihash(found.get("scid")):
        raise DidLogError("The first entry names no known method and identifier.")
    if "updateKeys" not in found:
        raise DidLogError("The first entry says nothing of who may write the next.")
    return _with(Parameters(str(found["scid"]), portable=found.get("portable") is True), found)


def next_parameters(before: Parameters, value: JsonValue) -> Parameters:
    """Return what is in force after another entry.

    Raises:
        DidLogError: a parameter is wrong, or may not be changed any more.
    """
    found = _object(value)
    if _FIRST_ONLY & found.keys() or found.get("method", METHOD) != METHOD:
        raise DidLogError("The method or the identifier changes.")
    if found.get("portable") is True and not before.portable:
        raise DidLogError("An identifier cannot be made portable later.")
    if before.next_key_hashes:
        if "nextKeyHashes" not in found:
            raise DidLogError("Keys were announced, and the entry does not say which follow.")
        keys = _texts(found.get("updateKeys"), "updateKeys")
        if any(multihash(key.encode()) not in before.next_key_hashes for key in keys):
            raise DidLogError("A new update key was not announced in the entry before.")
    return _with(before, found)


@functools.lru_cache(maxsize=64)  # most entries have the keys of the one before
def public_keys(multikeys: tuple[str, ...]) -> Mapping[str, PublicKey]:
    """Return the Ed25519 keys by their did:key reference, `did:key:z…#z…`.

    Raises:
        DidLogError: one is no such key.
    """
    keys = {}
    for text in multikeys:
        try:
            key = public_key_from_multikey(text)
        except MalformedInput as error:
            raise DidLogError("An update key cannot be read.") from error
        if key.algorithm != "Ed25519" or key.to_multikey() != text:
            raise DidLogError("Update keys are Ed25519.")
        keys[f"did:key:{text}#{text}"] = key
    return keys


def _object(value: JsonValue) -> JsonObject:
    if not isinstance(value, dict) or not value.keys() <= _KNOWN:
        raise DidLogError("The parameters of an entry are not those of the method.")
    return value


def _with(before: Parameters, found: Mapping[str, JsonValue]) -> Parameters:
    for name in ("portable", "deactivated"):
        if not isinstance(found.get(name, False), bool):
            raise DidLogError(f"The parameter {name} is neither true nor false.")
    after = before
    if "updateKeys" in found:
        after = replace(after, update_keys=_texts(found["updateKeys"], "updateKeys"))
        public_keys(after.update_keys)
    if "nextKeyHashes" in found:
        hashes = _texts(found["nextKeyHashes"], "nextKeyHashes")
        if not all(is_multihash(item) for item in hashes):
            raise DidLogError("An announced key is not given by its hash.")
        after = replace(after, next_key_hashes=hashes)
    if "witness" in found:
        after = replace(after, witness=_read_witness(found["witness"]))
    if "ttl" in found:
        after = replace(after, ttl=_read_ttl(found["ttl"]))
    if "watchers" in found:
        _texts(found["watchers"], "watchers")
    if found.get("portable") is False:
        after = replace(after, portable=False)
    return replace(after, deactivated=found.get("deactivated") is True)


def _texts(value: JsonValue, name: str) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > MAX_LISTED:
        raise DidLogError(f"The parameter {name} is not a short list.")
    texts = tuple(item for item in value if isinstance(item, str) and len(item) <= 2_048)
    if len(texts) != len(value) or len(set(texts)) != len(texts):
        raise DidLogError(f"The parameter {name} is not a list of different texts.")
    return texts


def _read_ttl(value: JsonValue) -> int:
    if type(value) is not int or not 0 <= value <= 10**9:
        raise DidLogError("The parameter ttl is not a number of seconds.")
    return value


def _read_witness(value: JsonValue) -> WitnessRule | None:
    if value == {}:
        return None
    if not isinstance(value, dict) or value.keys() != {"threshold", "witnesses"}:
        raise DidLogError("The rule for witnesses cannot be read.")
    threshold, listed = value["threshold"], value["witnesses"]
    if not isinstance(listed, list) or len(listed) > MAX_LISTED or type(threshold) is not int:
        raise DidLogError("The rule for witnesses cannot be read.")
    names = [item.get("id") for item in listed if isinstance(item, dict) and item.keys() == {"id"}]
    # Some name a witness by its did:key, some by the key alone.
    texts = frozenset("did:key:" + name.removeprefix("did:key:") for name in names if isinstance(name, str))
    if len(texts) != len(listed):
        raise DidLogError("A witness is named twice, or by something else than its key.")
    public_keys(tuple(name.removeprefix("did:key:") for name in texts))
    if not 1 <= threshold <= len(texts):
        raise DidLogError("The number of witnesses asked for cannot be right.")
    return WitnessRule(threshold, texts)
