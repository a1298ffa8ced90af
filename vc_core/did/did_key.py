"""did:key: the identifier is the key, so its document is computed."""

from __future__ import annotations

from vc_core.did.syntax import parse_did
from vc_core.errors import DidError, MalformedInput
from vc_core.json_text import JsonObject
from vc_core.keys import PublicKey, public_key_from_multikey

_PREFIX = "did:key:"


def public_key_from_did_key(did: str) -> PublicKey:
    """Return the key a did:key stands for.

    Raises:
        DidError: not a did:key of a supported kind.
    """
    parse_did(did)
    if not did.startswith(_PREFIX):
        raise DidError("The identifier is not a did:key.")
    try:
        return public_key_from_multikey(did.removeprefix(_PREFIX))
    except MalformedInput as error:
        raise DidError(f"The did:key cannot be read. {error.detail}") from error


def did_key_document(did: str) -> JsonObject:
    """Return the DID document of a did:key; its one method carries the Multikey.

    Raises:
        DidError: not a did:key of a supported kind.
    """
    multikey = public_key_from_did_key(did).to_multikey()
    if _PREFIX + multikey != did:
        raise DidError("The did:key is not written in its one form.")
    method = f"{did}#{multikey}"
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": did,
        "verificationMethod": [
            {"id": method, "type": "Multikey", "controller": did, "publicKeyMultibase": multikey},
        ],
        "authentication": [method],
        "assertionMethod": [method],
        "capabilityInvocation": [method],
        "capabilityDelegation": [method],
    }
