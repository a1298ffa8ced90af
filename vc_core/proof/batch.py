"""Sign document after document with one key, each with an answer of its own: secured, or why not.

Where documents come from and go to is the caller's. What a document says is not judged here, apart from who issues it;
see `model.lint` for that.
"""

from __future__ import annotations

from collections.abc import Sequence

from vc_core.errors import EdubadgesError, KeyReferenceError, MalformedInput, ProofError
from vc_core.json_text import JsonObject
from vc_core.keys import PrivateKey
from vc_core.model.credential import issuer_id
from vc_core.proof.data_integrity import add_proof, add_proofs

_SUITES = {"Ed25519": "eddsa-rdfc-2022", "P-256": "ecdsa-rdfc-2019", "P-384": "ecdsa-rdfc-2019"}


class BatchSigner:
    """Signs with one key, under one name, at one time."""

    def __init__(
        self, key: PrivateKey, *, verification_method: str, created: str, cryptosuite: str | None = None
    ) -> None:
        """Take the key; `cryptosuite` is the one for its kind when not given.

        Raises:
            KeyReferenceError: the name says by itself that it is of another key.
        """
        self._owner, _, fragment = verification_method.partition("#")
        multikey = key.public.to_multikey()
        if ":" not in self._owner or not fragment:
            raise KeyReferenceError("The verification method is the issuer's identifier, '#', and the name of the key.")
        if fragment.startswith("z") and fragment != multikey:
            raise KeyReferenceError("The verification method names another key than the one that was given.")
        if self._owner.startswith("did:key:") and self._owner != key.public.did_key():
            raise KeyReferenceError("The did:key is another key than the one that was given.")
        self._key = key
        self._method = verification_method
        self._suite = cryptosuite or _SUITES[key.algorithm]
        self._created = created

    def secure(self, document: JsonObject) -> JsonObject:
        """Return the document with its proof.

        Raises:
            ProofError: it has a proof already, names another issuer, or cannot be signed as it is.
            MalformedInput: a value in it has no canonical form, or it does not say who issues it.
        """
        self._check(document)
        return add_proof(
            document,
            sign=self._key.sign,
            cryptosuite=self._suite,
            verification_method=self._method,
            created=self._created,
            algorithm=self._key.algorithm,
        )

    def secure_each(self, documents: Sequence[JsonObject]) -> list[JsonObject | EdubadgesError]:
        """Return every document secured, or its error, in order; what documents have in common is worked out once."""
        answers: list[JsonObject | EdubadgesError | None] = [self._fault(document) for document in documents]
        sound = [document for document, fault in zip(documents, answers, strict=True) if fault is None]
        try:
            secured: list[JsonObject | EdubadgesError] = [*self._all(sound)]
        except (ProofError, MalformedInput):
            secured = [self._one(document) for document in sound]  # one of them is at fault; find out which
        rest = iter(secured)
        return [next(rest) if answer is None else answer for answer in answers]

    def _all(self, documents: Sequence[JsonObject]) -> list[JsonObject]:
        return add_proofs(
            documents,
            sign=self._key.sign,
            cryptosuite=self._suite,
            verification_method=self._method,
            created=self._created,
            algorithm=self._key.algorithm,
        )

    def _one(self, document: JsonObject) -> JsonObject | EdubadgesError:
        try:
            return self.secure(document)
        except (ProofError, MalformedInput) as error:
            return error

    def _fault(self, document: JsonObject) -> EdubadgesError | None:
        try:
            self._check(document)
        except (ProofError, MalformedInput) as error:
            return error
        return None

    def _check(self, document: JsonObject) -> None:
        if "proof" in document:
            raise ProofError("The document carries a proof already.")
        if issuer_id(document) != self._owner:
            raise ProofError("The document names another issuer than the owner of the key.")
