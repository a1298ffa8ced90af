"""Is the badge unchanged since it was signed?

Whose key signed it is asked in `checks.key`.
"""

from __future__ import annotations

from collections.abc import Iterator

from vc_core.errors import (
    DataLossDetected,
    LimitExceeded,
    MalformedInput,
    ProofError,
    UnknownContext,
    UnsupportedCryptosuite,
)
from vc_core.jose.compact import CompactJwt
from vc_core.jose.compact import check_signature as check_jwt_signature
from vc_core.jose.sd_jwt_vc import verify_sd_jwt_vc
from vc_core.json_text import JsonObject
from vc_core.keys import PublicKey
from vc_core.model.shape import ReshapedDocument
from vc_core.proof import verify_proof
from vc_core.status.assertion import is_assertion
from vc_core.trust.receipt import is_receipt
from verifier.codes import Check, Code, Outcome
from verifier.key_lookup import KEY_ABSENT, find_key, owner_of
from verifier.proofs import is_supported, method_of, suite_of
from verifier.question import Question
from verifier.report import CheckResult, failed, not_applicable, not_run, passed
from verifier.signing_key import key_of_jwt, key_of_name

_VALID = {
    "Ed25519Signature2020": Code.SIGNATURE_VALID_OTHER_FORM,
    "EdDSA": Code.SIGNATURE_VALID_OTHER_FORM,
    "ecdsa-sd-2023": Code.SIGNATURE_VALID_IN_PART,
}


def check_signature(question: Question) -> list[CheckResult]:
    """Verify the proof that decides."""
    if question.credential.is_too_complex:
        return [not_run(Check.SIGNATURE, Code.SIGNATURE_TOO_COMPLEX)]
    jwt = question.credential.jwt
    if jwt is not None:
        return [_of_jwt(question, jwt)]
    proofs = question.proofs
    if proofs is None:
        return [failed(Check.SIGNATURE, Code.SIGNATURE_MALFORMED, "The proofs cannot be read.")]
    if not proofs:
        return [failed(Check.SIGNATURE, Code.SIGNATURE_MISSING)]
    proof = question.deciding_proof
    if proof is None:
        return [not_run(Check.SIGNATURE, Code.SIGNATURE_KIND_UNSUPPORTED)]
    result = _of_proof(question, proof)
    # When the one that decides does not hold, more work cannot make it any better.
    return [result, *_of_others(question, proofs, proof)] if result.outcome is Outcome.PASSED else [result]


def _of_proof(question: Question, proof: JsonObject) -> CheckResult:
    if proof.get("proofPurpose") != "assertionMethod":
        return failed(Check.SIGNATURE, Code.SIGNATURE_PURPOSE_WRONG)
    key = key_of_name(method_of(proof), question)
    if key is None:
        return not_run(Check.SIGNATURE, Code.SIGNATURE_KEY_UNAVAILABLE)
    suite = suite_of(proof)
    problem = _verify(question, proof, key)
    if problem is not None:
        return problem
    return passed(Check.SIGNATURE, _VALID.get(suite, Code.SIGNATURE_VALID), suite)


def _of_others(question: Question, proofs: list[JsonObject], deciding: JsonObject) -> Iterator[CheckResult]:
    """Verify the rest of a proof set or chain (VC Data Integrity, 4.5): one false seal spoils the others.

    A proof of a kind we cannot check takes nothing from the one that decides, unless that one builds on it.
    """
    value = deciding.get("previousProof")
    needed = value if isinstance(value, list) else [value]
    for proof in proofs:
        if proof is deciding or is_receipt(proof) or is_assertion(proof):
            continue
        is_needed = "id" in proof and proof["id"] in needed
        if not is_supported(proof) or proof.get("proofPurpose") != "assertionMethod":
            if is_needed:
                yield not_run(Check.SIGNATURE, Code.SIGNATURE_CHAIN_UNCHECKED)
            else:
                yield not_applicable(Check.SIGNATURE, Code.SIGNATURE_OTHER_KIND)
        else:
            yield _of_other(question, proof, is_needed=is_needed)


def _of_other(question: Question, proof: JsonObject, *, is_needed: bool) -> CheckResult:
    reference = method_of(proof)
    found = find_key(
        reference,
        question.evidence,
        relationship="assertionMethod",
        freshness=question.policy.key_freshness,
        now=question.now,
    )
    owner = owner_of(reference)
    problem = _verify(question, proof, found.key) if found.key is not None else None
    if problem is not None:
        return failed(Check.SIGNATURE, Code.SIGNATURE_OTHER_INVALID, problem.detail, by=owner)
    if found.problem in KEY_ABSENT:
        code = Code.SIGNATURE_CHAIN_UNCHECKED if is_needed else Code.SIGNATURE_OTHER_UNCHECKED
        return not_run(Check.SIGNATURE, code, found.problem, by=owner)
    if found.problem is not None:
        return failed(Check.SIGNATURE, Code.SIGNATURE_OTHER_INVALID, found.problem, by=owner)
    return passed(Check.SIGNATURE, Code.SIGNATURE_OTHER_VALID, suite_of(proof), by=owner)


def _verify(question: Question, proof: JsonObject, key: PublicKey) -> CheckResult | None:
    """Return what is wrong with the proof over the document, or None when it holds."""
    try:
        verify_proof(question.document, proof, public_key=key, shape_checked=question.is_plainly_written)
    except UnsupportedCryptosuite as error:
        return not_run(Check.SIGNATURE, Code.SIGNATURE_KIND_UNSUPPORTED, error.detail)
    except ReshapedDocument as error:
        return failed(Check.SIGNATURE, Code.SIGNATURE_RESHAPED, error.detail)
    except UnknownContext as error:
        return not_run(Check.SIGNATURE, Code.SIGNATURE_KIND_UNSUPPORTED, error.detail)
    except DataLossDetected as error:
        return failed(Check.SIGNATURE, Code.SIGNATURE_MEANING_UNCOVERED, error.detail)
    except (LimitExceeded, MalformedInput) as error:
        return failed(Check.SIGNATURE, Code.SIGNATURE_MALFORMED, error.detail)
    except ProofError as error:
        return failed(Check.SIGNATURE, Code.SIGNATURE_INVALID, error.detail)
    return None


def _of_jwt(question: Question, jwt: CompactJwt) -> CheckResult:
    key = key_of_jwt(question.credential, question)
    if key is None:
        return not_run(Check.SIGNATURE, Code.SIGNATURE_KEY_UNAVAILABLE)
    sd_jwt = question.credential.sd_jwt
    try:
        if sd_jwt is not None:
            verify_sd_jwt_vc(sd_jwt, issuer_key=key)
        else:
            check_jwt_signature(jwt, key)
    except (LimitExceeded, MalformedInput) as error:
        return failed(Check.SIGNATURE, Code.SIGNATURE_MALFORMED, error.detail)
    except ProofError as error:
        return failed(Check.SIGNATURE, Code.SIGNATURE_INVALID, error.detail)
    algorithm = str(jwt.header["alg"])
    return passed(Check.SIGNATURE, _VALID.get(algorithm, Code.SIGNATURE_VALID), algorithm)
