"""Hide the identity of a learner behind a salted hash, and compare with one (Open Badges 3.0, B.1.12 and B.7).

Only SHA-256 is written; MD5 is read, because old badges have it. The identity itself is taken as it is: no case is
folded and nothing is trimmed, unless the caller does so for both sides.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from vc_core.errors import MalformedInput
from vc_core.json_text import JsonObject, JsonValue
from vc_core.model.enumerations import read_identifier_type
from vc_core.model.facts import IdentityData

SALT_BYTES = 16
MAX_IDENTITY = 1_000
MAX_SALT = 1_000
MAX_IDENTITIES = 32

_HASH = re.compile(r"(sha256\$)([0-9A-Fa-f]{64})|(md5\$)([0-9A-Fa-f]{32})")


class Algorithm(StrEnum):
    """How an identity is written in a badge."""

    SHA256 = "sha256"
    MD5 = "md5"
    """Broken; what it says is a hint, not a proof."""
    PLAINTEXT = "plaintext"


@dataclass(frozen=True, slots=True)
class IdentityObject:
    """One identity of a learner as a badge states it; not verified."""

    identity_type: str
    algorithm: Algorithm
    value: str
    """Digits of the hash in lower case, or the identity itself."""
    salt: str

    @property
    def is_weak(self) -> bool:
        """Whether somebody else could make the same hash, or guess what is hidden."""
        return self.algorithm is Algorithm.MD5 or (self.algorithm is Algorithm.SHA256 and not self.salt)


def new_salt() -> str:
    """Return a salt that nobody can guess, 128 bits, for one identity in one credential."""
    return secrets.token_hex(SALT_BYTES)


def identity_hash(value: str, salt: str) -> str:
    """Return the `identityHash` of a value: SHA-256 over the value, then the salt.

    Raises:
        MalformedInput: empty, too long, or half a character.
    """
    return "sha256$" + hashlib.sha256(_bytes(value) + _salt_bytes(salt)).hexdigest()


def build_identity_object(data: IdentityData) -> JsonObject:
    """Return a hashed IdentityObject.

    Raises:
        MalformedInput: no salt, or a type or value that cannot be written.
    """
    if not data.salt:
        raise MalformedInput("Without a salt everybody could try mail addresses against the hash.")
    return {
        "type": "IdentityObject",
        "hashed": True,
        "identityType": read_identifier_type(data.identity_type),
        "identityHash": identity_hash(data.value, data.salt),
        "salt": data.salt,
    }


def build_plaintext_identity(identity_type: str, value: str) -> JsonObject:
    """Return an IdentityObject that shows the identity to everybody who sees the badge.

    Raises:
        MalformedInput: a type or value that cannot be written.
    """
    _bytes(value)
    return {
        "type": "IdentityObject",
        "hashed": False,
        "identityType": read_identifier_type(identity_type),
        "identityHash": value,
    }


def read_identity_object(value: JsonValue) -> IdentityObject:
    """Return one IdentityObject, in its one strict shape.

    Raises:
        MalformedInput: another shape, an unknown kind of hash, or a hash of the wrong length.
    """
    if not isinstance(value, dict) or value.get("type") not in ("IdentityObject", ["IdentityObject"]):
        raise MalformedInput("An identity of the learner cannot be read.")
    kind = read_identifier_type(value.get("identityType"))
    hashed, text, salt = value.get("hashed"), value.get("identityHash"), value.get("salt", "")
    if not isinstance(hashed, bool) or not isinstance(text, str) or not isinstance(salt, str):
        raise MalformedInput("An identity of the learner cannot be read.")
    if not hashed:
        if _HASH.fullmatch(text):
            raise MalformedInput("An identity says that it is not hashed, but it is.")
        _bytes(text)
        return IdentityObject(kind, Algorithm.PLAINTEXT, text, "")
    match = _HASH.fullmatch(text)
    if match is None:
        raise MalformedInput("The hash of an identity is not one that is known.")
    _salt_bytes(salt)
    if match[1]:
        return IdentityObject(kind, Algorithm.SHA256, match[2].lower(), salt)
    return IdentityObject(kind, Algorithm.MD5, match[4].lower(), salt)


def read_identities(subject: Mapping[str, JsonValue]) -> list[IdentityObject]:
    """Return every identity in the `identifier` of a subject; no such member gives an empty list.

    Raises:
        MalformedInput: one of them cannot be read, or there are too many.
    """
    if "identifier" not in subject:
        return []
    value = subject["identifier"]
    items = value if isinstance(value, list) else [value]
    if not 0 < len(items) <= MAX_IDENTITIES:
        raise MalformedInput("The identities of the learner cannot be read.")
    return [read_identity_object(item) for item in items]


def matches_identity(identity: IdentityObject, value: str, *, identity_type: str) -> bool:
    """Say whether a badge states this identity; the time it takes says nothing about where they differ.

    Raises:
        MalformedInput: the value is empty, too long, or half a character.
    """
    data = _bytes(value)
    salt = _salt_bytes(identity.salt)
    if identity.algorithm is Algorithm.PLAINTEXT:
        same = hmac.compare_digest(identity.value.encode(), data)
    elif identity.algorithm is Algorithm.MD5:
        digest = hashlib.md5(data + salt, usedforsecurity=False).hexdigest()
        same = hmac.compare_digest(identity.value, digest)
    else:
        same = hmac.compare_digest(identity.value, hashlib.sha256(data + salt).hexdigest())
    return same and identity.identity_type == identity_type


def find_identity(subject: Mapping[str, JsonValue], value: str, *, identity_type: str) -> IdentityObject | None:
    """Return the identity of a subject that is this one (Open Badges 3.0, 9.3); the strongest if there are more.

    Raises:
        MalformedInput: an identity of the subject, or the value, cannot be read.
    """
    found = [
        identity
        for identity in read_identities(subject)
        if matches_identity(identity, value, identity_type=identity_type)
    ]
    return min(found, key=lambda identity: identity.is_weak, default=None)


def _bytes(value: str) -> bytes:
    if not value or len(value) > MAX_IDENTITY:
        raise MalformedInput("The identity is empty or too long.")
    return _utf8(value)


def _salt_bytes(salt: str) -> bytes:
    if len(salt) > MAX_SALT:
        raise MalformedInput("The salt is too long.")
    return _utf8(salt)


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise MalformedInput("The text holds half a character.") from error
