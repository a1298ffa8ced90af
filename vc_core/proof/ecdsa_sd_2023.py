"""ecdsa-sd-2023 (vc-di-ecdsa, 3.5 and 3.6): the holder shows parts of a document, the issuer's signature still holds.

The issuer makes a base proof, for the holder only: it holds the key that tells which label is whose. The holder derives
a proof for the parts he shows. What he leaves out is not in it, not even as a hash; so what nobody may leave out (a
date of expiry, a status) must be among the mandatory pointers.
Whose key it is, whether it may be used and whether the credential is in force are other checks.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from vc_core.errors import MalformedInput, ProofError, UnsupportedCryptosuite
from vc_core.json_text import JsonObject, JsonValue
from vc_core.keys import PrivateKey, PublicKey, public_key_from_raw
from vc_core.model.shape import check_shape
from vc_core.multiformats import base64url_decode, base64url_encode, varint_encode
from vc_core.proof.cbor_values import CborValue, decode_cbor, encode_cbor
from vc_core.proof.options import appended, check_options, document_proofs, with_context
from vc_core.proof.selective_disclosure import MAX_POINTERS, MAX_STATEMENTS, DisclosableDocument, relabelled_statements
from vc_core.proof.suite import Cryptosuite, options_digest, rdfc_digest

SUITE = Cryptosuite(
    name="ecdsa-sd-2023",
    proof_type="DataIntegrityProof",
    algorithms=frozenset({"P-256"}),
    digest=rdfc_digest,
    proof_keeps_context=False,
)

BASE_HEADER: Final = b"\xd9\x5d\x00"
DERIVED_HEADER: Final = b"\xd9\x5d\x01"
HMAC_KEY_BYTES: Final = 32
MAX_PROOF_VALUE: Final = 500_000  # characters

_SIGNATURE_BYTES = 64
_DIGEST_BYTES = 32
_P256 = varint_encode(0x1200)
_KEY_BYTES = 35  # the Recommendation prints 36 in 3.5.8; its own vectors, and the sum of 2 and 33, say 35


class BaseProofPresented(ProofError):
    """A proof that is for the holder only was shown to somebody else."""

    title = "The proof is meant for the holder only"
    code = "base-proof-presented"


@dataclass(frozen=True, slots=True)
class BaseProof:
    """What a base proof value holds (3.5.2)."""

    base_signature: bytes
    public_key: bytes
    """Of this one proof, as a Multikey."""
    hmac_key: bytes
    signatures: tuple[bytes, ...]
    """One for each statement that is not mandatory, in order."""
    mandatory_pointers: tuple[str, ...]

    def to_text(self) -> str:
        """Return the `proofValue`."""
        return _to_text(
            BASE_HEADER,
            [
                self.base_signature,
                self.public_key,
                self.hmac_key,
                list(self.signatures),
                list(self.mandatory_pointers),
            ],
        )


@dataclass(frozen=True, slots=True)
class DerivedProof:
    """What a derived proof value holds (3.5.7)."""

    base_signature: bytes
    public_key: bytes
    """Of this one proof, as a Multikey."""
    signatures: tuple[bytes, ...]
    """One for each statement shown that is not mandatory, in order."""
    digests: dict[int, bytes]
    """What the numbers of the blank nodes stand for."""
    mandatory_indexes: tuple[int, ...]
    """Places of the mandatory statements among those shown, rising."""

    def to_text(self) -> str:
        """Return the `proofValue`."""
        return _to_text(
            DERIVED_HEADER,
            [
                self.base_signature,
                self.public_key,
                list(self.signatures),
                self.digests,
                list(self.mandatory_indexes),
            ],
        )


def create_base_proof(
    document: Mapping[str, JsonValue],
    *,
    sign: Callable[[bytes], bytes],
    verification_method: str,
    created: str | None,
    mandatory_pointers: Sequence[str],
    proof_key: PrivateKey | None = None,
    hmac_key: bytes | None = None,
    proof_purpose: str = "assertionMethod",
) -> JsonObject:
    """Return the document with one more proof, a base proof, to be given to the holder only (3.6.1).

    `sign` is that of the issuer's P-256 key and gives r and s. `proof_key` and `hmac_key` are made for this proof and
    for no other; they are arguments only so that a test can repeat them. The argument `document` is not changed.

    Raises:
        ProofError: the document or the options cannot be signed as they are.
        MalformedInput: a pointer leads to nothing, or a value in the document has no canonical form.
        LimitExceeded: more statements, or more pointers, than are signed one by one.
    """
    proof_key = proof_key or PrivateKey.generate("P-256")
    hmac_key = secrets.token_bytes(HMAC_KEY_BYTES) if hmac_key is None else hmac_key
    if proof_key.algorithm != "P-256" or len(hmac_key) != HMAC_KEY_BYTES:
        raise ProofError("The keys of the proof are of another kind than it needs.")
    options: JsonObject = {"type": SUITE.proof_type, "cryptosuite": SUITE.name}
    if created is not None:
        options["created"] = created
    options |= {"verificationMethod": verification_method, "proofPurpose": proof_purpose}
    check_options(options)
    unsecured = _unsecured(document)
    check_shape(unsecured)
    whole = DisclosableDocument(unsecured, hmac_key=hmac_key)
    mandatory, others = _split(whole.statements, whole.places(mandatory_pointers))
    signatures = tuple(proof_key.sign(statement.encode()) for statement in others)
    public_key = _P256 + proof_key.public.raw
    base_signature = sign(_sign_data(unsecured, options, public_key, mandatory))
    if len(base_signature) != _SIGNATURE_BYTES:
        raise ProofError("The key gave a signature of another kind than the proof needs.")
    value = BaseProof(base_signature, public_key, hmac_key, signatures, tuple(mandatory_pointers))
    return {**unsecured, "proof": appended(document.get("proof"), {**options, "proofValue": value.to_text()})}


def derive_credential(document: Mapping[str, JsonValue], *, selective_pointers: Sequence[str]) -> JsonObject:
    """Return the mandatory and the selected parts with a derived proof, and no other proof (3.6.6).

    The base proof is not verified; see `verify_base_proof`.

    Raises:
        ProofError: the document does not carry exactly one base proof, or it was made for another document.
        MalformedInput: a pointer leads to nothing, or into a value that can only be shown whole, or there is none.
        LimitExceeded: more statements, or more pointers, than are accepted.
    """
    proof = _base_proof_of(document)
    base = parse_base_proof(proof.get("proofValue"))
    whole = DisclosableDocument(_unsecured(document), hmac_key=base.hmac_key)
    mandatory = whole.places(base.mandatory_pointers)
    if len(base.signatures) != len(whole.statements) - len(mandatory):
        raise ProofError("The base proof was made for another document.")
    shown = whole.select([*base.mandatory_pointers, *selective_pointers])
    places = [place for place in range(len(whole.statements)) if place not in mandatory]
    value = DerivedProof(
        base.base_signature,
        base.public_key,
        tuple(signature for place, signature in zip(places, base.signatures, strict=True) if place in shown.places),
        {number: _digest_of(label) for number, label in sorted(shown.labels.items())},
        tuple(index for index, place in enumerate(sorted(shown.places)) if place in mandatory),
    )
    return {**shown.document, "proof": {**proof, "proofValue": value.to_text()}}


def verify_derived_proof(
    document: Mapping[str, JsonValue], proof: Mapping[str, JsonValue], *, public_key: PublicKey
) -> None:
    """Return when every statement of the document is signed, directly or through the key of the proof (3.6.7).

    Does not check whose key it is, nor dates, nor what was left out.

    Raises:
        BaseProofPresented: the proof is the one that only the holder may have.
        ProofError: the proof does not hold, cannot be read, or is of another kind; or the document was reshaped.
        MalformedInput: a value in the document has no canonical form.
        LimitExceeded: more statements than are signed one by one.
    """
    _check_kind(proof, public_key)
    derived = parse_derived_proof(proof.get("proofValue"))
    unsecured = _unsecured(document)
    check_shape(unsecured)
    statements = relabelled_statements(unsecured, derived.digests)
    mandatory, others = _split(statements, frozenset(derived.mandatory_indexes))
    if len(mandatory) != len(derived.mandatory_indexes) or len(others) != len(derived.signatures):
        raise ProofError("The proof was made for another number of statements.")
    _verify(proof, unsecured, public_key, derived, mandatory, others)


def verify_base_proof(
    document: Mapping[str, JsonValue], proof: Mapping[str, JsonValue], *, public_key: PublicKey
) -> None:
    """Return when the base proof holds for the whole document: for the holder who receives it, and nobody else.

    Raises:
        as `verify_derived_proof`, and MalformedInput: a mandatory pointer leads to nothing.
    """
    _check_kind(proof, public_key)
    base = parse_base_proof(proof.get("proofValue"))
    unsecured = _unsecured(document)
    check_shape(unsecured)
    whole = DisclosableDocument(unsecured, hmac_key=base.hmac_key)
    mandatory, others = _split(whole.statements, whole.places(base.mandatory_pointers))
    if len(others) != len(base.signatures):
        raise ProofError("The proof was made for another number of statements.")
    _verify(proof, unsecured, public_key, base, mandatory, others)


def parse_base_proof(value: JsonValue) -> BaseProof:
    """Return what an untrusted base proof value holds (3.5.3).

    Raises:
        ProofError: it is not one.
    """
    data = _decoded(value)
    if data[:3] != BASE_HEADER:
        raise ProofError("The proof is not a base proof, from which others are derived.")
    components = _components(data)
    return BaseProof(
        _bytes(components[0], _SIGNATURE_BYTES),
        _bytes(components[1], _KEY_BYTES),
        _bytes(components[2], HMAC_KEY_BYTES),
        _signatures(components[3]),
        tuple(_text(item) for item in _list(components[4], MAX_POINTERS)),
    )


def parse_derived_proof(value: JsonValue) -> DerivedProof:
    """Return what an untrusted derived proof value holds (3.5.8).

    Raises:
        BaseProofPresented: it is a base proof.
        ProofError: it is not a derived proof.
    """
    data = _decoded(value)
    if data[:3] == BASE_HEADER:
        raise BaseProofPresented("This is the base proof, which only the holder may have: a proof is derived from it.")
    if data[:3] != DERIVED_HEADER:
        raise ProofError("The proof holds no usable signature.")
    components = _components(data)
    digests = components[3]
    if not isinstance(digests, dict) or len(digests) > MAX_STATEMENTS:
        raise _unusable()
    indexes = tuple(_index(item) for item in _list(components[4], MAX_STATEMENTS))
    if any(index <= before for before, index in pairwise(indexes)):
        raise _unusable()
    return DerivedProof(
        _bytes(components[0], _SIGNATURE_BYTES),
        _bytes(components[1], _KEY_BYTES),
        _signatures(components[2]),
        {_index(number): _bytes(digest, _DIGEST_BYTES) for number, digest in digests.items()},
        indexes,
    )


def _verify(
    proof: Mapping[str, JsonValue],
    unsecured: JsonObject,
    public_key: PublicKey,
    value: BaseProof | DerivedProof,
    mandatory: Sequence[str],
    others: Sequence[str],
) -> None:
    """Verify the issuer's signature first: only he can make us verify the many."""
    options = {name: member for name, member in proof.items() if name != "proofValue"}
    proof_key = _proof_key(value.public_key)
    if not public_key.verify(_sign_data(unsecured, options, value.public_key, mandatory), value.base_signature):
        raise ProofError("The document was changed after it was signed, or was signed with another key.")
    for statement, signature in zip(others, value.signatures, strict=True):
        if not proof_key.verify(statement.encode(), signature):
            raise ProofError("A part of the document was changed after it was signed.")


def _sign_data(
    unsecured: JsonObject, options: Mapping[str, JsonValue], public_key: bytes, mandatory: Sequence[str]
) -> bytes:
    """Return what the issuer signs: options, key of the proof, mandatory statements (3.5.1)."""
    proof_hash = options_digest(SUITE, with_context(options, unsecured), "P-256")
    return proof_hash + public_key + hashlib.sha256("".join(mandatory).encode()).digest()


def _check_kind(proof: Mapping[str, JsonValue], public_key: PublicKey) -> None:
    if (proof.get("type"), proof.get("cryptosuite")) != (SUITE.proof_type, SUITE.name):
        raise UnsupportedCryptosuite("The proof is not one of selective disclosure.")
    check_options(proof)
    if "previousProof" in proof:
        raise ProofError("A proof of selective disclosure does not build on another one.")
    if public_key.algorithm not in SUITE.algorithms:
        raise ProofError("The key is of another kind than the proof.")


def _base_proof_of(document: Mapping[str, JsonValue]) -> JsonObject:
    found = [
        proof
        for proof in document_proofs(document)
        if (proof.get("type"), proof.get("cryptosuite")) == (SUITE.proof_type, SUITE.name)
    ]
    if len(found) != 1:
        raise ProofError("The document does not carry one base proof to derive from.")
    return found[0]


def _unsecured(document: Mapping[str, JsonValue]) -> JsonObject:
    return {name: value for name, value in document.items() if name != "proof"}


def _split(statements: Sequence[str], places: frozenset[int]) -> tuple[list[str], list[str]]:
    """Return the statements at these places, and the others."""
    inside = [statement for place, statement in enumerate(statements) if place in places]
    return inside, [statement for place, statement in enumerate(statements) if place not in places]


def _to_text(header: bytes, components: Sequence[object]) -> str:
    return "u" + base64url_encode(header + encode_cbor(components))


def _digest_of(label: str) -> bytes:
    return base64url_decode(label.removeprefix("_:u"))


def _proof_key(multikey: bytes) -> PublicKey:
    if multikey[:2] != _P256:
        raise ProofError("The key inside the proof is of another kind than it needs.")
    try:
        return public_key_from_raw("P-256", multikey[2:])
    except MalformedInput as error:
        raise ProofError("The key inside the proof is not a key.") from error


def _decoded(value: JsonValue) -> bytes:
    if not isinstance(value, str) or value[:1] != "u" or len(value) > MAX_PROOF_VALUE:
        raise _unusable()
    try:
        return base64url_decode(value[1:])
    except MalformedInput as error:
        raise _unusable() from error


def _components(data: bytes) -> list[CborValue]:
    try:
        components = decode_cbor(data[3:])
    except MalformedInput as error:
        raise _unusable() from error
    if not isinstance(components, list) or len(components) != 5:
        raise _unusable()
    return components


def _signatures(value: CborValue) -> tuple[bytes, ...]:
    return tuple(_bytes(item, _SIGNATURE_BYTES) for item in _list(value, MAX_STATEMENTS))


def _list(value: CborValue, most: int) -> list[CborValue]:
    if not isinstance(value, list) or len(value) > most:
        raise _unusable()
    return value


def _bytes(value: CborValue, length: int) -> bytes:
    if not isinstance(value, bytes) or len(value) != length:
        raise _unusable()
    return value


def _text(value: CborValue) -> str:
    if not isinstance(value, str):
        raise _unusable()
    return value


def _index(value: CborValue) -> int:
    if not isinstance(value, int) or not 0 <= value < MAX_STATEMENTS:
        raise _unusable()
    return value


def _unusable() -> ProofError:
    return ProofError("The proof holds no usable signature.")
