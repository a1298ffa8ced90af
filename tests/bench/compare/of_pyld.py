"""PyLD as everybody uses it: normalise the document and the options, hash both, and verify with libsodium."""

from __future__ import annotations

import json
import platform
from hashlib import sha256
from importlib.metadata import version
from typing import Any

import base58
import nacl.exceptions
import nacl.signing
from pyld import jsonld

from tests.bench.compare.measuring import Task

_SEED = bytes(range(32))


class Pyld:
    """The contender; contexts are handed over, and PyLD remembers what it made of them."""

    def __init__(self, documents: dict[str, Any]) -> None:
        self._documents = documents
        self._key = nacl.signing.SigningKey(_SEED)
        multikey = "z" + base58.b58encode(b"\xed\x01" + bytes(self._key.verify_key)).decode()
        self._method = f"did:key:{multikey}#{multikey}"
        verify, sign = Task(ready=bytes, one=self.verify), Task(ready=json.loads, one=self.sign)
        self.tasks = {
            "verify-one-class": verify,
            "verify-many-classes": verify,
            "sign-one": sign,
            "sign-cohort": sign,
        }

    def versions(self) -> dict[str, str]:
        return {"PyLD": version("pyld"), "libsodium (PyNaCl)": version("pynacl"), "Python": platform.python_version()}

    def accepts(self, text: bytes) -> bool:
        try:
            self.verify(text)
        except nacl.exceptions.BadSignatureError:
            return False
        return True

    def signs(self, text: bytes) -> dict[str, Any]:
        return self.sign(json.loads(text))

    def verify(self, text: bytes) -> None:
        badge = json.loads(text)
        proof = badge.pop("proof")
        signature = base58.b58decode(proof.pop("proofValue")[1:])
        multikey = proof["verificationMethod"].partition("#")[2]
        key = nacl.signing.VerifyKey(base58.b58decode(multikey[1:])[2:])
        key.verify(self._message(badge, proof), signature)

    def sign(self, badge: dict[str, Any]) -> dict[str, Any]:
        proof = {
            "type": "DataIntegrityProof",
            "cryptosuite": "eddsa-rdfc-2022",
            "created": "2026-11-23T10:00:00Z",
            "verificationMethod": self._method,
            "proofPurpose": "assertionMethod",
        }
        signature = self._key.sign(self._message(badge, proof)).signature
        return {**badge, "proof": {**proof, "proofValue": "z" + base58.b58encode(signature).decode()}}

    def _message(self, badge: dict[str, Any], options: dict[str, Any]) -> bytes:
        return self._digest({**options, "@context": badge["@context"]}) + self._digest(badge)

    def _digest(self, document: dict[str, Any]) -> bytes:
        options = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": self._load}
        return sha256(jsonld.normalize(document, options).encode()).digest()

    def _load(self, url: str, options: object = None) -> dict[str, Any]:
        del options
        return {"contextUrl": None, "documentUrl": url, "document": self._documents[url], "tag": "static"}
