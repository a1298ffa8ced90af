"""A signer with its key in memory, for tests and vectors. Institutions' keys never live here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from issuer_agent.signer import SigningIdentity
from service_kit.settings import ServiceSettings
from vc_core.errors import KeyReferenceError, ProofError
from vc_core.json_text import JsonObject, dump_json
from vc_core.keys import PrivateKey
from vc_core.model.credential import issuer_id
from vc_core.multiformats import base64url_encode
from vc_core.proof import add_proofs


class LocalSigner:
    """Signs with keys given to it."""

    def __init__(self, keys: Mapping[str, PrivateKey], *, settings: ServiceSettings | None = None) -> None:
        """Take the keys by verification method; refuses to exist in production."""
        if settings is not None and not settings.development:
            raise RuntimeError("a signer with keys in memory is not for production")
        self._keys = dict(keys)

    def secure(self, documents: Sequence[JsonObject], *, identity: SigningIdentity, created: str) -> list[JsonObject]:
        """See `Signer.secure`; refuses what the agent's plugin refuses."""
        for document in documents:
            if issuer_id(document) != identity.did:
                raise ProofError("The document names another issuer than the owner of the key.")
            if "proof" in document:
                raise ProofError("The document carries a proof already.")
        return add_proofs(
            documents,
            sign=self._key(identity.ed25519_key_id).sign,
            cryptosuite="eddsa-rdfc-2022",
            verification_method=identity.ed25519_key_id,
            created=created,
        )

    def sign_jws(self, claims: JsonObject, *, identity: SigningIdentity, kind: str = "JWT") -> str:
        """See `Signer.sign_jws`."""
        header: JsonObject = {"alg": "EdDSA", "kid": identity.ed25519_key_id, "typ": kind}
        text = f"{base64url_encode(dump_json(header))}.{base64url_encode(dump_json(claims))}"
        return f"{text}.{base64url_encode(self._key(identity.ed25519_key_id).sign(text.encode()))}"

    def _key(self, key_id: str) -> PrivateKey:
        if key_id not in self._keys:
            raise KeyReferenceError("This signer has no such key.")
        return self._keys[key_id]
