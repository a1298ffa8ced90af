"""Build DID documents, and find the key a proof names in one (Controlled Identifiers 1.0, 3.3).

The document must already have been fetched or taken from evidence; whether it is fresh is the caller's question.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from vc_core.did.syntax import parse_did, parse_did_url
from vc_core.errors import DidDocumentError, KeyReferenceError, MalformedInput, RelationshipError
from vc_core.json_text import JsonObject, JsonValue
from vc_core.keys import PublicKey, public_key_from_jwk, public_key_from_multikey, public_key_from_raw
from vc_core.multiformats import base58btc_decode

type DocumentKey = tuple[str | None, PublicKey, Collection[str]]
"""Fragment (None: the multikey itself), key, and forms: `Multikey` for Data Integrity, `JsonWebKey` for JOSE."""

FORMS = ("Multikey", "JsonWebKey")
RELATIONSHIPS = ("assertionMethod", "authentication")
MAX_METHODS = 200

_JOSE_ALGORITHMS = {"Ed25519": "EdDSA", "P-256": "ES256", "P-384": "ES384", "RSA": "RS256"}
_SECRETS = frozenset({"secretKeyMultibase", "privateKeyMultibase", "privateKeyJwk", "secretKeyJwk", "privateKeyBase58"})


def build_did_document(
    did: str,
    keys: Sequence[DocumentKey],
    *,
    relationships: Sequence[str] = RELATIONSHIPS,
    services: Sequence[Mapping[str, JsonValue]] = (),
) -> JsonObject:
    """Return the DID document with these keys, oldest first.

    A key in both forms gets two methods: `#fragment` (Multikey) and `#fragment-jwk` (JsonWebKey). Relationships name
    methods by string:
    1EdTech's validator does not read embedded ones.

    Raises:
        DidError: `did` is not a DID.
        DidDocumentError: a fragment is used twice, or a form is unknown.
    """
    parse_did(did)
    methods = [method for key in keys for method in _methods_of(did, key)]
    names: list[JsonValue] = [method["id"] for method in methods]
    if len(set(map(str, names))) != len(names):
        raise DidDocumentError("Two keys have the same name.")
    document: JsonObject = {
        "@context": [
            "https://www.w3.org/ns/did/v1",
            "https://w3id.org/security/multikey/v1",
            "https://w3id.org/security/jwk/v1",
        ],
        "id": did,
        "verificationMethod": [*methods],
    }
    for relationship in relationships:
        document[relationship] = list(names)
    if services:
        document["service"] = [dict(service) for service in services]
    return document


def _methods_of(did: str, key: DocumentKey) -> Iterable[JsonObject]:
    fragment, public, forms = key
    if not forms or not set(forms) <= set(FORMS):
        raise DidDocumentError("A key needs at least one known form.")
    name = fragment or public.to_multikey()
    parse_did_url(f"{did}#{name}")
    if "Multikey" in forms:
        yield {"id": f"{did}#{name}", "type": "Multikey", "controller": did, "publicKeyMultibase": public.to_multikey()}
    if "JsonWebKey" in forms:
        if "Multikey" in forms:
            name += "-jwk"
        jwk: dict[str, JsonValue] = {**public.to_jwk(), "kid": name, "alg": _JOSE_ALGORITHMS[public.algorithm]}
        yield {"id": f"{did}#{name}", "type": "JsonWebKey", "controller": did, "publicKeyJwk": jwk}


def check_did_document(document: object, did: str) -> Mapping[str, JsonValue]:
    """Return the document when it is an object whose `id` is `did`, without secrets.

    Raises:
        DidDocumentError: it is not.
    """
    if not isinstance(document, Mapping) or document.get("id") != did:
        raise DidDocumentError("The document belongs to another identifier.")
    methods = document.get("verificationMethod", [])
    if not isinstance(methods, list) or len(methods) > MAX_METHODS:
        raise DidDocumentError("The document has no usable list of keys.")
    for method in methods:
        if not isinstance(method, dict):
            raise DidDocumentError("A key in the document is not an object.")
        if _SECRETS & method.keys():
            raise DidDocumentError("The document holds a secret key.")
    return document


def find_verification_method(
    document: Mapping[str, JsonValue], did_url: str, *, relationship: str
) -> tuple[JsonObject, PublicKey]:
    """Return the method named `did_url` and its key, when the document allows it for `relationship`.

    Raises:
        DidError: `did_url` is not a DID URL.
        DidDocumentError: the document belongs to another DID.
        KeyReferenceError: the method is absent, is another's, or holds no usable key.
        RelationshipError: the method is there, but not for `relationship`.
    """
    url = parse_did_url(did_url)
    if url.fragment is None:
        raise KeyReferenceError("The reference names no key.")
    check_did_document(document, url.did)
    allowed = document.get(relationship, [])
    if not isinstance(allowed, list):
        raise DidDocumentError(f"{relationship!r} is not a list.")
    embedded = [item for item in allowed if isinstance(item, dict)]
    listed = document.get("verificationMethod", [])
    candidates = [*(listed if isinstance(listed, list) else []), *embedded]
    found = [item for item in candidates if isinstance(item, dict) and _absolute(item.get("id"), url.did) == did_url]
    if not found:
        raise KeyReferenceError("The key that is named is not in the document of its owner.")
    if any(other != found[0] for other in found[1:]):
        raise KeyReferenceError("Two keys in the document have the same name.")
    names = {_absolute(item.get("id") if isinstance(item, dict) else item, url.did) for item in allowed}
    if did_url not in names:
        raise RelationshipError(f"The owner does not allow this key for {relationship}.")
    method = found[0]
    if method.get("controller") != url.did:
        raise KeyReferenceError("The key is controlled by another identifier.")
    return method, public_key_of_method(method)


def public_key_of_method(method: Mapping[str, JsonValue]) -> PublicKey:
    """Return the key of a verification method.

    Raises:
        KeyReferenceError: no key, several keys, or a kind that is not supported.
    """
    present = [member for member in ("publicKeyMultibase", "publicKeyJwk", "publicKeyBase58") if member in method]
    if len(present) != 1:
        raise KeyReferenceError("The method must hold exactly one public key.")
    value = method[present[0]]
    kind = method.get("type")
    if not isinstance(kind, str):
        raise KeyReferenceError("The kind of verification method is not supported.")
    try:
        if present[0] == "publicKeyJwk" and kind in {"JsonWebKey", "JsonWebKey2020"}:
            return public_key_from_jwk(value)
        if not isinstance(value, str):
            raise KeyReferenceError("The public key is not a text.")
        if present[0] == "publicKeyMultibase" and kind in {"Multikey", "Ed25519VerificationKey2020"}:
            key = public_key_from_multikey(value)
            if kind == "Ed25519VerificationKey2020" and key.algorithm != "Ed25519":
                raise KeyReferenceError("The method is of another kind than its key.")
            return key
        if present[0] == "publicKeyBase58" and kind == "Ed25519VerificationKey2018":
            return public_key_from_raw("Ed25519", base58btc_decode(value))
    except MalformedInput as error:
        raise KeyReferenceError(f"The public key cannot be read. {error.detail}") from error
    raise KeyReferenceError("The kind of verification method is not supported.")


def _absolute(reference: object, did: str) -> str | None:
    if not isinstance(reference, str):
        return None
    return did + reference if reference.startswith("#") else reference
