"""The issuers of the conformance service: one new key for every kind of proof, gone when the process ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from service_kit.problems import InvalidValues
from vc_core.did import build_did_document
from vc_core.json_text import JsonObject
from vc_core.keys import PrivateKey

type KeyType = Literal["Ed25519", "P-256", "P-384"]

SELECTIVE = "ecdsa-sd-2023"
_KINDS: tuple[tuple[str, KeyType], ...] = (
    ("eddsa-rdfc-2022", "Ed25519"),
    ("eddsa-jcs-2022", "Ed25519"),
    ("ecdsa-rdfc-2019", "P-256"),
    ("ecdsa-rdfc-2019", "P-384"),
    (SELECTIVE, "P-256"),
)


@dataclass(frozen=True, slots=True)
class Issuer:
    """One issuer: a did:key, and the kind of proof it makes."""

    cryptosuite: str
    key: PrivateKey

    @property
    def key_type(self) -> KeyType:
        """Return the kind of key, in the words of the test suites."""
        return self.key.algorithm

    @property
    def did(self) -> str:
        """Return the identifier."""
        return self.key.public.did_key()

    @property
    def verification_method(self) -> str:
        """Return the name of the one key."""
        return f"{self.did}#{self.key.public.to_multikey()}"


class KeyRing:
    """All issuers of one run; the first is the one that is meant when nobody is named."""

    def __init__(self, issuers: tuple[Issuer, ...]) -> None:
        self.issuers = issuers
        self._by_did: Mapping[str, Issuer] = {issuer.did: issuer for issuer in issuers}

    @classmethod
    def generate(cls) -> KeyRing:
        """Make new keys, for every kind of proof that this engine can make."""
        kinds = _KINDS
        return cls(tuple(Issuer(suite, PrivateKey.generate(key_type)) for suite, key_type in kinds))

    def find(self, did: str) -> Issuer | None:
        """Return the issuer of this name, or None when it is not one of ours."""
        return self._by_did.get(did)

    def choose(self, *, cryptosuite: str | None, key_type: str | None, named: str) -> Issuer:
        """Return the issuer for a request: of the kind that is asked, else the one that is named, else the first.

        Raises:
            InvalidValues: we make no proofs of this kind.
        """
        if cryptosuite is None and key_type is None:
            return self._by_did.get(named, self.issuers[0])
        fitting = [
            issuer
            for issuer in self.issuers
            if cryptosuite in {None, issuer.cryptosuite} and key_type in {None, issuer.key_type}
        ]
        if not fitting:
            detail = "No issuer here makes this kind of proof with this kind of key."
            raise InvalidValues(detail, errors=[{"pointer": "#/options/cryptosuite", "detail": detail}])
        return next((issuer for issuer in fitting if issuer.did == named), fitting[0])

    def did_document(self, did: str) -> JsonObject:
        """Return a did:web document that lists every key; for looking up, no credential here is issued by it."""
        return build_did_document(did, [(None, issuer.key.public, ("Multikey",)) for issuer in self.issuers])
