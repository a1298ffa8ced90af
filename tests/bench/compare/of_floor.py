"""What nobody can do without: reading the JSON, two hashes, and the signature itself."""

from __future__ import annotations

from hashlib import sha256
from importlib.metadata import version
from typing import Any, NamedTuple

import nacl.bindings
import nacl.exceptions
import nacl.signing
import orjson

from tests.bench.badges import KEY
from tests.bench.compare.measuring import Task
from vc_core.canonical import canonicalize
from vc_core.multiformats import base58btc_decode

_SECRET = nacl.signing.SigningKey(KEY.to_bytes())
_SECRET_KEY = _SECRET._signing_key  # seed and public key, as libsodium takes them


class _Ready(NamedTuple):
    text: bytes
    document: bytes
    """Canonical N-Quads."""
    options: bytes
    signature: bytes


class Floor:
    """The contender; it decides nothing but whether the signature fits what was made ready."""

    def __init__(self) -> None:
        self._ready: _Ready | None = None
        verify, sign = Task(ready=self._prepared, one=_verify), Task(ready=self._prepared, one=_sign)
        self.tasks = {
            "verify-one-class": verify,
            "verify-many-classes": verify,
            "sign-one": sign,
            "sign-cohort": sign,
        }

    def versions(self) -> dict[str, str]:
        return {"libsodium (PyNaCl)": version("pynacl"), "orjson": version("orjson")}

    def accepts(self, text: bytes) -> bool:
        try:
            _verify(_canonical(text))
        except nacl.exceptions.BadSignatureError:
            return False
        return True

    def _prepared(self, text: bytes) -> _Ready:
        # Canonicalising is not the floor's work, and the arithmetic costs the same for every badge.
        if self._ready is None:
            self._ready = _canonical(text)
        return self._ready


def _canonical(text: bytes) -> _Ready:
    badge = orjson.loads(text)
    proof: dict[str, Any] = badge.pop("proof", {"proofValue": "z"})
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    return _Ready(
        text,
        canonicalize(badge).encode(),
        canonicalize({**options, "@context": badge["@context"]}).encode(),
        base58btc_decode(proof["proofValue"][1:]) if len(proof["proofValue"]) > 1 else b"",
    )


def _verify(ready: _Ready) -> None:
    orjson.loads(ready.text)
    message = sha256(ready.options).digest() + sha256(ready.document).digest()
    nacl.bindings.crypto_sign_open(ready.signature + message, KEY.public.raw)


def _sign(ready: _Ready) -> None:
    message = sha256(ready.options).digest() + sha256(ready.document).digest()
    nacl.bindings.crypto_sign(message, _SECRET_KEY)
