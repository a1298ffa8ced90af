"""Is the badge unchanged since it was signed?

Whose key signed it is asked in `checks.key`.
"""

from __future__ import annotations

from vc_core.errors import (
    DataLossDetected,
    LimitExceeded,
    MalformedInput,
    ProofError,
    UnknownContext,
    UnsupportedCryptosuite,
)
from vc_core.json_text import JsonObject
from vc_core.keys import PublicKey, public_key_from_jwk
from vc_core.model.shape import ReshapedDocument
from vc_core.proof import verify_proof
from verifier.codes import Check, Code
from verifier.inputs import PresentedCredential
from verifier.key_lookup import find_key
from verifier.proofs import deciding_proof, method_of, read_proofs, suite_of
from verifier.question import Question
from verifier.report import CheckResult, failed, not_run, passed
from verifier.vc_jwt import CompactJwt, algorithm_of, signature_holds

_OTHER_FORMS = frozenset({"Ed25519Signature2020", "EdDSA"})


def check_signature(question: Question) -> list[CheckResult]:
    """Verify the proof that decides."""
    jwt = question.credential.jwt
    if jwt is not None:
        return [_of_jwt(question, jwt)]
    try:
        proofs = read_proofs(question.document)
    except MalformedInput as error:
        return [failed(Check.SIGNATURE, Code.SIGNATURE_MALFORMED, error.detail)]
    if not proofs:
        return [failed(Check.SIGNATURE, Code.SIGNATURE_MISSING)]
    proof = deciding_proof(proofs, question.unverified_issuer)
    if proof is None:
        return [not_run(Check.SIGNATURE, Code.SIGNATURE_KIND_UNSUPPORTED)]
    return [_of_proof(question, proof)]


def _of_proof(question: Question, proof: JsonObject) -> CheckResult:
    if proof.get("proofPurpose") != "assertionMethod":
        return failed(Check.SIGNATURE, Code.SIGNATURE_PURPOSE_WRONG)
    found = find_key(
        method_of(proof),
        question.evidence,
        relationship="assertionMethod",
        freshness=question.policy.key_freshness,
        now=question.now,
    )
    if found.key is None:
        return not_run(Check.SIGNATURE, Code.SIGNATURE_KEY_UNAVAILABLE)
    suite = suite_of(proof)
    problem = verify_document(question.document, proof, found.key)
    if problem is not None:
        return problem
    code = Code.SIGNATURE_VALID_OTHER_FORM if suite in _OTHER_FORMS else Code.SIGNATURE_VALID
    return passed(Check.SIGNATURE, code, suite)


def verify_document(document: JsonObject, proof: JsonObject, key: PublicKey) -> CheckResult | None:
    """Return what is wrong with the proof over the document, or None when it holds."""
    try:
        verify_proof(document, proof, public_key=key)
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
    if jwt.header.get("alg") != algorithm_of(key):
        return failed(Check.SIGNATURE, Code.SIGNATURE_INVALID, "The algorithm does not fit the key.")
    if not signature_holds(jwt, key):
        return failed(Check.SIGNATURE, Code.SIGNATURE_INVALID)
    algorithm = str(jwt.header["alg"])
    code = Code.SIGNATURE_VALID_OTHER_FORM if algorithm in _OTHER_FORMS else Code.SIGNATURE_VALID
    return passed(Check.SIGNATURE, code, algorithm)


def key_of_jwt(credential: PresentedCredential, question: Question) -> PublicKey | None:
    """Return the key a VC-JWT names by `kid`, else the one it carries; `checks.key` asks whose it is."""
    header = credential.jwt.header if credential.jwt else {}
    kid, jwk = header.get("kid"), header.get("jwk")
    if isinstance(kid, str):
        found = find_key(
            kid,
            question.evidence,
            relationship="assertionMethod",
            freshness=question.policy.key_freshness,
            now=question.now,
        )
        if found.key is not None:
            return found.key
    try:
        return public_key_from_jwk(jwk) if isinstance(jwk, dict) else None
    except MalformedInput:
        return None
