"""The port through which documents get their proof: whole documents in, secured documents out, never hashes.

Two implementations: ACA-Py (`signer_acapy`), and a key in memory for tests and vectors (`signer_local`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from service_kit.problems import Unavailable
from vc_core.json_text import JsonObject


class AgentUnavailable(Unavailable):
    """The agent that holds the keys does not answer; what was decided is kept, and signing goes on later."""

    title = "Signing is not possible at this moment"
    code = "agent-unavailable"


@dataclass(frozen=True, slots=True)
class SigningIdentity:
    """Which institution signs, and with which keys."""

    did: str
    tenant_token: str
    """Opens the institution's tenant in the agent; secret."""
    ed25519_key_id: str
    """`did#multikey`; makes `eddsa-rdfc-2022`."""
    p256_key_id: str
    """`did#multikey`; makes `ecdsa-rdfc-2019` and ES256."""

    def __repr__(self) -> str:
        """Leave the token out."""
        return f"SigningIdentity({self.did})"


class Signer(Protocol):
    """Secures documents with an institution's key."""

    def secure(self, documents: Sequence[JsonObject], *, identity: SigningIdentity, created: str) -> list[JsonObject]:
        """Return each document with an `eddsa-rdfc-2022` proof, in their order; all of them or none.

        `created` (like 2026-11-23T12:00:00Z) fixed by the caller gives the same bytes on every retry.

        Raises:
            AgentUnavailable: try again later.
            ProofError, KeyReferenceError, MalformedInput: the documents cannot be signed as they are.
        """
        ...

    def sign_jws(self, claims: JsonObject, *, identity: SigningIdentity, kind: str = "JWT") -> str:
        """Return a compact EdDSA JWS over `claims`, its `kid` the institution's Ed25519 key and its `typ` `kind`.

        Raises:
            AgentUnavailable: try again later.
        """
        ...
