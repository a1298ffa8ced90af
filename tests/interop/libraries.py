"""Ours and the libraries of others behind one face: sign with a new key, derive, verify."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from tests.interop.peers import Peer
from vc_core.did.did_key import public_key_from_did_key
from vc_core.errors import EdubadgesError
from vc_core.keys import PrivateKey
from vc_core.proof import add_proof, verify_proof
from vc_core.proof.ecdsa_sd_2023 import create_base_proof, derive_credential

MANDATORY = ("/issuer", "/validFrom", "/type")
KEY_KINDS = {
    "eddsa-rdfc-2022": ("Ed25519",),
    "ecdsa-rdfc-2019": ("P-256", "P-384"),
    "eddsa-jcs-2022": ("Ed25519",),
    "ecdsa-sd-2023": ("P-256",),
}
_CREATED = "2025-01-01T00:00:00Z"


class Library(Protocol):
    """One implementation."""

    name: str

    def new_key(self, kind: str) -> str:
        """Make the key that signs from now on, and return its did:key."""
        ...

    def sign(self, document: dict[str, Any], suite: str) -> dict[str, Any]:
        """Return the document with a proof of the last key."""
        ...

    def derive(self, badge: dict[str, Any], pointers: list[str]) -> dict[str, Any]:
        """Return what these pointers show of a badge with a base proof."""
        ...

    def verify(self, badge: dict[str, Any], suite: str) -> bool:
        """Say whether the badge is accepted."""
        ...


class Ours:
    """This project."""

    name = "ours"

    def __init__(self) -> None:
        self._key = PrivateKey.generate()

    def new_key(self, kind: Any) -> str:
        self._key = PrivateKey.generate(kind)
        return self._key.public.did_key()

    def sign(self, document: dict[str, Any], suite: str) -> dict[str, Any]:
        key = self._key
        method = f"{key.public.did_key()}#{key.public.to_multikey()}"
        if suite == "ecdsa-sd-2023":
            return create_base_proof(
                document, sign=key.sign, verification_method=method, created=_CREATED, mandatory_pointers=MANDATORY
            )
        return add_proof(
            document,
            sign=key.sign,
            cryptosuite=suite,
            verification_method=method,
            created=_CREATED,
            algorithm=key.algorithm,
        )

    def derive(self, badge: dict[str, Any], pointers: list[str]) -> dict[str, Any]:
        return derive_credential(badge, selective_pointers=pointers)

    def verify(self, badge: dict[str, Any], suite: str) -> bool:
        proof = badge["proof"]
        assert proof["cryptosuite"] == suite
        key = public_key_from_did_key(proof["verificationMethod"].split("#")[0])
        try:
            verify_proof(badge, proof, public_key=key, expected_purpose="assertionMethod")
        except EdubadgesError:
            return False
        return True


@dataclass(frozen=True)
class NodeLibrary:
    """A library for Node.js, by its name in `js/verify.mjs`."""

    name: str
    signer: Peer
    verifier: Peer

    def new_key(self, kind: str) -> str:
        return self.signer.ask(kind=kind)["did"]

    def sign(self, document: dict[str, Any], suite: str) -> dict[str, Any]:
        answer = self.signer.ask(
            library=self.name, cryptosuite=suite, document=document, date=_CREATED, mandatoryPointers=MANDATORY
        )
        return answer["document"]

    def derive(self, badge: dict[str, Any], pointers: list[str]) -> dict[str, Any]:
        return self.verifier.ask(credential=badge, selectivePointers=pointers)["document"]

    def verify(self, badge: dict[str, Any], suite: str) -> bool:
        return self.verifier.ask(library=self.name, cryptosuite=suite, credential=badge)["verified"]


@dataclass(frozen=True)
class Openvc:
    """openvc-core."""

    peer: Peer
    name: str = "openvc-core"

    def new_key(self, kind: str) -> str:
        return self.peer.ask(op="key", kind=kind)["did"]

    def sign(self, document: dict[str, Any], suite: str) -> dict[str, Any]:
        return self.peer.ask(op="sign", form=suite, document=document, mandatoryPointers=MANDATORY)["document"]

    def derive(self, badge: dict[str, Any], pointers: list[str]) -> dict[str, Any]:
        return self.peer.ask(op="derive", credential=badge, selectivePointers=pointers)["document"]

    def verify(self, badge: dict[str, Any], suite: str) -> bool:
        return self.peer.ask(op="verify", form=suite, credential=badge)["verified"]
