"""What cryptosuites share: their description, and hashing of proof options and document (VC Data Integrity 1.0, 4)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import orjson

from vc_core.canonical import canonicalize
from vc_core.canonical.cohort import canonicalize_one_of_many

type HashPart = Callable[[Mapping[str, object], str], bytes]
"""Takes a document and the algorithm of the key, gives its digest."""

_RDFC_HASH = {"P-384": "sha384"}


@dataclass(frozen=True, slots=True)
class Cryptosuite:
    """One cryptosuite; the file that makes it is named after it."""

    name: str
    proof_type: str
    algorithms: frozenset[str]
    """Kinds of key it may be used with."""
    digest: HashPart
    proof_keeps_context: bool
    """Whether the proof carries the document's `@context` (the JCS suites)."""
    verify_only: bool = False
    own_context: str | None = None
    """The vocabulary of its proofs, where that is not part of the credentials' own."""


def rdfc_digest(document: Mapping[str, object], algorithm: str) -> bytes:
    """Return the hash of the canonical N-Quads; SHA-384 with P-384 keys, also inside RDFC (vc-di-ecdsa, 3.2)."""
    if algorithm in _RDFC_HASH:
        name = _RDFC_HASH[algorithm]
        return hashlib.new(name, canonicalize(document, hash_name=name).encode()).digest()
    return hashlib.sha256(canonicalize_one_of_many(document).encode()).digest()


_MAX_REMEMBERED = 256
_MAX_REMEMBERED_BYTES = 2_048
_remembered: dict[tuple[str, str, bytes], bytes] = {}


def options_digest(suite: Cryptosuite, options: Mapping[str, object], algorithm: str) -> bytes:
    """Return the digest of proof options; those of one cohort are alike, so a bounded number is remembered.

    The digest depends on nothing but the exact text of the options.
    """
    try:
        raw = orjson.dumps(options, option=orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_SUBCLASS)
    except (TypeError, ValueError):
        return suite.digest(options, algorithm)
    if len(raw) > _MAX_REMEMBERED_BYTES:
        return suite.digest(options, algorithm)
    key = (suite.name, algorithm, raw)
    found = _remembered.get(key)
    if found is None:
        found = suite.digest(options, algorithm)
        if len(_remembered) >= _MAX_REMEMBERED:
            _remembered.clear()
        _remembered[key] = found
    return found
