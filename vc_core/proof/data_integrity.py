"""Make and check embedded proofs (VC Data Integrity 1.0, 4): proof options, hashing order, proof sets and chains.

Whose key it is, whether it may be used and whether the credential is in force are other checks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from vc_core.errors import MalformedInput, ProofError, UnsupportedCryptosuite
from vc_core.json_text import JsonObject, JsonValue
from vc_core.keys import PublicKey
from vc_core.model.shape import check_shape, survey
from vc_core.multiformats import base58btc_decode, base58btc_encode
from vc_core.proof import ecdsa_rdfc_2019, ecdsa_sd_2023, ed25519_signature_2020, eddsa_jcs_2022, eddsa_rdfc_2022
from vc_core.proof.options import appended, check_options, document_proofs, with_context
from vc_core.proof.suite import Cryptosuite, options_digest

SUPPORTED: dict[str, Cryptosuite] = {
    module.SUITE.name: module.SUITE
    for module in (eddsa_rdfc_2022, eddsa_jcs_2022, ecdsa_rdfc_2019, ed25519_signature_2020)
}

VERIFIABLE = frozenset({*SUPPORTED, ecdsa_sd_2023.SUITE.name})
"""What `verify_proof` takes; ecdsa-sd-2023 is made and derived in its own module."""
_SIGNATURE_BYTES = {"Ed25519": 64, "P-256": 64, "P-384": 96}


def add_proof(
    document: Mapping[str, JsonValue],
    *,
    sign: Callable[[bytes], bytes],
    cryptosuite: str,
    verification_method: str,
    created: str | None,
    proof_purpose: str = "assertionMethod",
    challenge: str | None = None,
    domain: str | None = None,
    algorithm: str | None = None,
) -> JsonObject:
    """Return the document with one more proof; the argument is not changed.

    `sign` gets the bytes to sign and gives a raw signature (curves: r and s). `algorithm` is needed for P-384 only.

    Raises:
        ProofError: the document or the options cannot be signed as they are.
        MalformedInput: a value in the document has no canonical form.
    """
    [secured] = add_proofs(
        [document],
        sign=sign,
        cryptosuite=cryptosuite,
        verification_method=verification_method,
        created=created,
        proof_purpose=proof_purpose,
        challenge=challenge,
        domain=domain,
        algorithm=algorithm,
    )
    return secured


def add_proofs(
    documents: Iterable[Mapping[str, JsonValue]],
    *,
    sign: Callable[[bytes], bytes],
    cryptosuite: str,
    verification_method: str,
    created: str | None,
    proof_purpose: str = "assertionMethod",
    challenge: str | None = None,
    domain: str | None = None,
    algorithm: str | None = None,
) -> list[JsonObject]:
    """Return every document with a proof of the same key and time.

    Raises:
        ProofError: a document or the options cannot be signed as they are; nothing is returned then.
        MalformedInput: a value in a document has no canonical form.
    """
    suite = SUPPORTED.get(cryptosuite)
    if suite is None or suite.verify_only:
        raise UnsupportedCryptosuite("This kind of proof is not made here.", cryptosuite=cryptosuite)
    algorithm = _algorithm(suite, algorithm)
    options: JsonObject = {"type": suite.proof_type, "cryptosuite": suite.name}
    if created is not None:
        options["created"] = created
    options |= {"verificationMethod": verification_method, "proofPurpose": proof_purpose}
    if challenge is not None:
        options["challenge"] = challenge
    if domain is not None:
        options["domain"] = domain
    check_options(options)
    secured = []
    for document in documents:
        unsecured = {name: value for name, value in document.items() if name != "proof"}
        config = with_context(options, unsecured)
        signature = sign(options_digest(suite, config, algorithm) + suite.digest(unsecured, algorithm))
        if len(signature) != _SIGNATURE_BYTES[algorithm]:
            raise ProofError("The key gave a signature of another kind than the proof needs.")
        proof = dict(config) if suite.proof_keeps_context else dict(options)
        proof["proofValue"] = "z" + base58btc_encode(signature)
        secured.append({**unsecured, "proof": appended(document.get("proof"), proof)})
    return secured


def proof_hash_data(
    document: Mapping[str, JsonValue], proof_options: Mapping[str, JsonValue], *, algorithm: str | None = None
) -> bytes:
    """Return the bytes a proof signs: hash of the options, then hash of the document without its proofs.

    `proof_options` may still hold `proofValue`. Nothing is verified here.

    Raises:
        ProofError: a kind of proof that is not supported, or options that contradict the document.
        MalformedInput: a value has no canonical form.
    """
    suite = _suite_of(proof_options)
    algorithm = _algorithm(suite, algorithm)
    options = {name: value for name, value in proof_options.items() if name != "proofValue"}
    unsecured = {name: value for name, value in document.items() if name != "proof"}
    if suite.proof_keeps_context:
        config = options
        if "@context" in options:
            _check_context_begins(unsecured.get("@context"), options["@context"])
            unsecured["@context"] = options["@context"]
    else:
        config = with_context(options, unsecured, own=suite.own_context)
    if "previousProof" in options:
        unsecured["proof"] = _previous_proofs(document, options["previousProof"])
    return options_digest(suite, config, algorithm) + suite.digest(unsecured, algorithm)


def verify_proof(
    document: Mapping[str, JsonValue],
    proof: Mapping[str, JsonValue],
    *,
    public_key: PublicKey,
    expected_purpose: str | None = None,
    expected_challenge: str | None = None,
    expected_domain: str | None = None,
    shape_checked: bool = False,
) -> None:
    """Return when `proof` over `document` was made with `public_key`.

    `shape_checked` says that the caller found the document to be plainly written (`model.shape`).

    Does not check whose key it is, nor dates. The proofs a `previousProof` names are covered, but must be verified by
    themselves.

    Raises:
        ProofError: it was not, or purpose, challenge or domain differ from what is expected, or the document was
        reshaped.
        MalformedInput: a value in the document has no canonical form.
    """
    suite = _suite_to_verify(proof)
    check_options(proof)
    if expected_purpose is not None and proof["proofPurpose"] != expected_purpose:
        raise ProofError("The proof was made for another purpose.")
    if expected_challenge is not None and proof.get("challenge") != expected_challenge:
        raise ProofError("The proof answers another request.")
    if expected_domain is not None and expected_domain not in _texts(proof.get("domain")):
        raise ProofError("The proof was made for another verifier.")
    if public_key.algorithm not in suite.algorithms:
        raise ProofError("The key is of another kind than the proof.")
    if suite is ecdsa_sd_2023.SUITE:
        ecdsa_sd_2023.verify_derived_proof(document, proof, public_key=public_key)
        return
    signature = _signature(proof.get("proofValue"), _SIGNATURE_BYTES[public_key.algorithm])
    if not suite.proof_keeps_context and not shape_checked and not survey(document).is_plain:
        check_shape(document)
    if not public_key.verify(proof_hash_data(document, proof, algorithm=public_key.algorithm), signature):
        raise ProofError("The document was changed after it was signed, or was signed with another key.")


def _suite_to_verify(proof: Mapping[str, JsonValue]) -> Cryptosuite:
    selective = ecdsa_sd_2023.SUITE
    if (proof.get("type"), proof.get("cryptosuite")) == (selective.proof_type, selective.name):
        return selective
    return _suite_of(proof)


def _suite_of(proof: Mapping[str, JsonValue]) -> Cryptosuite:
    kind, name = proof.get("type"), proof.get("cryptosuite")
    if kind == "DataIntegrityProof" and isinstance(name, str) and name in SUPPORTED:
        suite = SUPPORTED[name]
        if suite.proof_type == kind:
            return suite
    elif kind == "Ed25519Signature2020" and name is None:
        return ed25519_signature_2020.SUITE
    raise UnsupportedCryptosuite(
        "The kind of proof is not supported.", proof_type=str(kind)[:100], cryptosuite=str(name)[:100]
    )


def _algorithm(suite: Cryptosuite, algorithm: str | None) -> str:
    if algorithm is None:
        return "Ed25519" if "Ed25519" in suite.algorithms else "P-256"
    if algorithm not in suite.algorithms:
        raise ProofError("The key is of another kind than the proof.")
    return algorithm


def _signature(value: JsonValue, length: int) -> bytes:
    if not isinstance(value, str) or value[:1] != "z" or len(value) > 2 * length:
        raise ProofError("The proof holds no usable signature.")
    try:
        signature = base58btc_decode(value[1:])
    except MalformedInput as error:
        raise ProofError("The proof holds no usable signature.") from error
    if len(signature) != length:
        raise ProofError("The signature has another length than its kind.")
    return signature


def _check_context_begins(document_context: JsonValue, proof_context: JsonValue) -> None:
    """Vc-di-eddsa, 3.3.2, step 4: the document's vocabularies start with those of the proof, in order."""
    whole, start = _listed(document_context), _listed(proof_context)
    if whole[: len(start)] != start:
        raise ProofError("The vocabularies of the document were changed after it was signed.")


def _listed(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else [value]


def _texts(value: JsonValue) -> Sequence[JsonValue]:
    return value if isinstance(value, list) else [value]


def _previous_proofs(document: Mapping[str, JsonValue], names: JsonValue) -> JsonValue:
    """Return the proofs a chained proof signs along with the document (VC Data Integrity 1.0, 4.3)."""
    by_id = {proof["id"]: proof for proof in document_proofs(document) if isinstance(proof.get("id"), str)}
    wanted = _texts(names)
    if not wanted or not all(isinstance(name, str) and name in by_id for name in wanted):
        raise ProofError("A proof that this proof builds on is missing.")
    return [by_id[name] for name in wanted]
