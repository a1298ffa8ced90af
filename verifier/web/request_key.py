"""The verifier's own key and identity: P-256 in a file that only this service may read, published as did:web.

It signs requests, so that a wallet can tell its owner who asks. It never signs a badge.
"""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from vc_core.did import did_web_from_url
from vc_core.errors import EdubadgesError, MalformedInput
from vc_core.json_text import JsonObject, dump_json
from vc_core.keys import PrivateKey
from vc_core.multiformats import base64url_encode

KEY_FILE = "request-key.p256"


class UnsafeKeyFile(EdubadgesError):
    """Others on this machine could read the key, or it is damaged."""

    title = "The verifier's key file cannot be used"
    code = "unsafe-key-file"


@dataclass(frozen=True, slots=True)
class RequestKey:
    """The key and the identifier that wallets know the verifier by."""

    key: PrivateKey
    did: str

    @property
    def client_id(self) -> str:
        """Return the full client identifier, with its prefix (OpenID4VP 1.0, 5.9)."""
        return "decentralized_identifier:" + self.did

    @property
    def kid(self) -> str:
        """Return the name of the key: the DID and the JWK's thumbprint (RFC 7638)."""
        jwk = self.key.public.to_jwk()
        members = dump_json({name: jwk[name] for name in ("crv", "kty", "x", "y")})
        return f"{self.did}#{base64url_encode(hashlib.sha256(members).digest())}"

    def did_document(self) -> JsonObject:
        """Return the document that is served at `/.well-known/did.json`."""
        method: JsonObject = {
            "id": self.kid,
            "type": "JsonWebKey",
            "controller": self.did,
            "publicKeyJwk": {**self.key.public.to_jwk(), "alg": "ES256", "use": "sig", "kid": self.kid},
        }
        return {
            "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/jwk/v1"],
            "id": self.did,
            "verificationMethod": [method],
            "authentication": [self.kid],
            "assertionMethod": [self.kid],
        }

    def sign_jwt(self, payload: JsonObject, *, typ: str) -> str:
        """Return a compact JWS over the payload, ES256."""
        header: JsonObject = {"alg": "ES256", "kid": self.kid, "typ": typ}
        signing_input = ".".join(base64url_encode(dump_json(part)) for part in (header, payload))
        return f"{signing_input}.{base64url_encode(self.key.sign(signing_input.encode()))}"


def load_request_key(folder: Path, public_url: str) -> RequestKey:
    """Return the key of this verifier; the first process makes it, the others read the same one.

    Raises:
        UnsafeKeyFile: the file may be read by others, or is damaged.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / KEY_FILE
    if not path.exists():
        _make(path)
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise UnsafeKeyFile(f"Only this service may read {path.name}: set its mode to 600 and start again.")
    try:
        key = PrivateKey.from_bytes("P-256", path.read_bytes())
    except MalformedInput as error:
        raise UnsafeKeyFile(
            f"{path.name} is damaged. Put back a copy, or remove it to start with a new identity."
        ) from error
    return RequestKey(key, did_web_from_url(public_url))


def _make(path: Path) -> None:
    """Write a new key; when two processes start at once, the one that links first wins and both read its key."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(PrivateKey.generate("P-256").to_bytes())
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
