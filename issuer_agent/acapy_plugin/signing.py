"""Sign whole documents for the institution that owns the key, one or many in one call. Hashes are never signed.

The agent decides by itself whether a document may be signed: it must be a credential whose issuer is the owner of the
key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from vc_core.canonical import canonicalize
from vc_core.errors import KeyReferenceError, LimitExceeded, MalformedInput, ProofError
from vc_core.json_text import JsonObject
from vc_core.keys import PublicKey
from vc_core.model.credential import credential_types, issuer_id
from vc_core.model.shape import check_shape
from vc_core.proof import add_proofs

MAX_DOCUMENTS = 1000
# Which key makes which proof; the first suite of a key is the one it makes when nothing is asked.
SUITES = {"Ed25519": ("eddsa-rdfc-2022", "eddsa-jcs-2022"), "P-256": ("ecdsa-rdfc-2019",)}


class ForeignIssuer(ProofError):
    """The document names another issuer than the institution whose key would sign it."""

    title = "The issuer is another institution"
    code = "foreign-issuer"


def sign_documents(
    documents: Sequence[JsonObject],
    *,
    sign: Callable[[bytes], bytes],
    public_key: PublicKey,
    did: str,
    verification_method: str,
    cryptosuite: str,
    created: str,
) -> list[JsonObject]:
    """Return the proofs of `documents`, in their order; all of them or none.

    Args:
        documents: unsigned credentials, at most 1,000.
        sign: the key handle's own function.
        public_key: the public half, to see whether the suite fits the key.
        did: the owner of the key.
        verification_method: the key's name, as it goes into the proof.
        cryptosuite: which proof to make.
        created: the moment that goes into the proof; the same again gives the same bytes.

    Raises:
        MalformedInput: no documents or too many, one that is no credential, or one that cannot be canonicalised.
        KeyReferenceError: the suite does not fit the key.
        ForeignIssuer: a document of another issuer.
        ProofError: a document that carries a proof already, has an undefined term or an unknown context, or is written
            so that a check could be led past something. `position` says which document.
    """
    if not documents:
        raise MalformedInput("Send at least one document.")
    if len(documents) > MAX_DOCUMENTS:
        raise LimitExceeded(f"At most {MAX_DOCUMENTS} documents are signed in one call.", limit=MAX_DOCUMENTS)
    if cryptosuite not in SUITES.get(public_key.algorithm, ()):
        raise KeyReferenceError(f"A {public_key.algorithm} key does not make {cryptosuite} proofs.")
    position = -1

    def checked() -> Iterator[JsonObject]:
        nonlocal position
        for position, document in enumerate(documents):  # noqa: B007 - read when a document is refused
            _check(document, did=did)
            if cryptosuite == "eddsa-jcs-2022":
                canonicalize(document)  # this suite signs any JSON; ours must have a meaning too
            yield document

    try:
        signed = add_proofs(
            checked(), sign=sign, cryptosuite=cryptosuite, verification_method=verification_method, created=created
        )
    except (ProofError, MalformedInput) as error:
        if position >= 0:
            error.extensions["position"] = position
        raise
    return [document["proof"] for document in signed]  # type: ignore[misc]  # one proof each, an object


def _check(document: JsonObject, *, did: str) -> None:
    """Return when the owner of `did` may sign this. Raises MalformedInput, ForeignIssuer, ProofError."""
    if "VerifiableCredential" not in credential_types(document):
        raise MalformedInput("Only verifiable credentials are signed.")
    if issuer_id(document) != did:
        raise ForeignIssuer("The document names another issuer than the owner of the key.")
    if "proof" in document:
        raise ProofError("The document carries a proof already.")
    check_shape(document)
