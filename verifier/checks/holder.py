"""Did the person who showed the badge prove that it is theirs, now and to us?

For a file there is nobody to ask, and the answer says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vc_core.errors import LimitExceeded, MalformedInput, ProofError, UnsupportedCryptosuite
from vc_core.jose import sd_jwt_vc
from vc_core.jose.compact import read_numeric_date
from vc_core.jose.sd_jwt_vc import SdJwtVc
from vc_core.json_text import JsonObject
from vc_core.keys import PublicKey
from vc_core.proof import verify_proof
from verifier.codes import Check, Code
from verifier.evidence import Evidence
from verifier.key_lookup import KEY_ABSENT, FoundKey, find_key, names_a_key, owner_of
from verifier.moments import read_moment
from verifier.policy import Policy
from verifier.proofs import method_of, read_proofs, suite_of
from verifier.question import Question, read_subject_id
from verifier.report import CheckResult, failed, not_applicable, not_run, passed

# Suites we take from wallets; some sign the last one with the purpose `assertionMethod`.
HOLDER_SUITES = frozenset({"eddsa-jcs-2022", "eddsa-rdfc-2022", "ecdsa-rdfc-2019", "Ed25519Signature2020"})


@dataclass(frozen=True, slots=True)
class HolderQuestion:
    """A presentation, and what the one who asked for it expects to find in its proof."""

    presentation: JsonObject
    evidence: Evidence
    policy: Policy
    now: datetime
    expected_challenge: str | None
    expected_domain: str | None


@dataclass(frozen=True, slots=True)
class HolderFinding:
    """What came of the proof: a result that stands for all, and the holder who proved it when there is one."""

    result: CheckResult
    holder: str = ""


def no_presentation() -> HolderFinding:
    """Return the finding for a file: nobody proved anything."""
    return HolderFinding(not_applicable(Check.HOLDER, Code.HOLDER_FILE_ONLY))


def check_presentation_proof(question: HolderQuestion) -> HolderFinding:
    """Verify the holder's proof over the whole presentation, once for all badges in it."""
    try:
        proofs = read_proofs(question.presentation)
    except MalformedInput as error:
        return _fault(Code.HOLDER_PROOF_MALFORMED, error.detail)
    if not proofs:
        return _fault(Code.HOLDER_PROOF_MISSING)
    if len(proofs) > 1:
        return _fault(Code.HOLDER_PROOF_MALFORMED, "More than one holder proof.")
    [proof] = proofs
    if suite_of(proof) not in HOLDER_SUITES:
        return HolderFinding(not_run(Check.HOLDER, Code.HOLDER_PROOF_UNSUPPORTED))
    fault = _check_binding(question, proof)
    if fault is not None:
        return _fault(fault)
    return _check_key_and_signature(question, proof)


def check_key_binding(
    question: Question, sd_jwt: SdJwtVc, *, expected_challenge: str | None, expected_domain: str | None
) -> CheckResult:
    """Verify the key binding of an SD-JWT VC: the credential itself names the key of its holder (RFC 9901, 7.3)."""
    if sd_jwt.key_binding is None and expected_challenge is None:
        return not_applicable(Check.HOLDER, Code.HOLDER_FILE_ONLY)
    try:
        key = sd_jwt_vc.holder_key_of(sd_jwt.jwt.payload)
        if key is None:
            return failed(Check.HOLDER, Code.HOLDER_NOT_NAMED)
        if sd_jwt.key_binding is None:
            return failed(Check.HOLDER, Code.HOLDER_PROOF_MISSING)
        claims = sd_jwt_vc.check_key_binding(sd_jwt, key).payload
        made_at = read_numeric_date(claims, "iat")
    except (LimitExceeded, MalformedInput) as error:
        return failed(Check.HOLDER, Code.HOLDER_PROOF_MALFORMED, error.detail)
    except ProofError as error:
        return failed(Check.HOLDER, Code.HOLDER_PROOF_INVALID, error.detail)
    if expected_challenge is not None and claims.get("nonce") != expected_challenge:
        return failed(Check.HOLDER, Code.HOLDER_CHALLENGE_WRONG)
    if expected_domain is not None and claims.get("aud") != expected_domain:
        return failed(Check.HOLDER, Code.HOLDER_DOMAIN_WRONG)
    policy, now = question.policy, question.now
    is_old = expected_challenge is not None and made_at is not None and made_at < now - policy.proof_lifetime
    if made_at is None or made_at > now + policy.clock_skew or is_old:
        return failed(Check.HOLDER, Code.HOLDER_PROOF_OUT_OF_TIME)
    is_fresh = expected_challenge is not None and expected_domain is not None
    return passed(Check.HOLDER, Code.HOLDER_PROVED if is_fresh else Code.HOLDER_PROVED_NOT_FRESH, "key binding")


def bind_to_credential(finding: HolderFinding, document: JsonObject, *, subject_required: bool = True) -> CheckResult:
    """Return the holder result for one badge: the one who proved must be the one the badge is about."""
    if not finding.holder:
        return finding.result
    subject = read_subject_id(document)
    if not subject:
        return failed(Check.HOLDER, Code.HOLDER_NOT_NAMED)
    if subject != finding.holder and subject_required:
        return failed(Check.HOLDER, Code.HOLDER_OTHER_PERSON)
    return finding.result


def _fault(code: Code, detail: str = "") -> HolderFinding:
    return HolderFinding(failed(Check.HOLDER, code, detail))


def _check_binding(question: HolderQuestion, proof: JsonObject) -> Code | None:
    """Return what is wrong with purpose, challenge, domain or time (VC Data Integrity, 4.4)."""
    allowed = {"authentication"} | ({"assertionMethod"} if suite_of(proof) == "Ed25519Signature2020" else set())
    purpose = proof.get("proofPurpose")
    if not isinstance(purpose, str) or purpose not in allowed:
        return Code.HOLDER_PURPOSE_WRONG
    if question.expected_challenge is not None and proof.get("challenge") != question.expected_challenge:
        return Code.HOLDER_CHALLENGE_WRONG
    if question.expected_domain is not None and not _names_domain(proof, question.expected_domain):
        return Code.HOLDER_DOMAIN_WRONG
    return _check_moment(question, proof)


def _names_domain(proof: JsonObject, expected: str) -> bool:
    domain = proof.get("domain")
    return domain == expected or domain == [expected]


def _check_moment(question: HolderQuestion, proof: JsonObject) -> Code | None:
    skew = question.policy.clock_skew
    try:
        created = read_moment(proof["created"]) if "created" in proof else None
        expires = read_moment(proof["expires"]) if "expires" in proof else None
    except ValueError:
        return Code.HOLDER_PROOF_MALFORMED
    if created is not None and created > question.now + skew:
        return Code.HOLDER_PROOF_OUT_OF_TIME
    if expires is not None and expires < question.now - skew:
        return Code.HOLDER_PROOF_OUT_OF_TIME
    is_answer = question.expected_challenge is not None
    if is_answer and created is not None and created < question.now - question.policy.proof_lifetime:
        return Code.HOLDER_PROOF_OUT_OF_TIME
    return None


def _check_key_and_signature(question: HolderQuestion, proof: JsonObject) -> HolderFinding:
    reference = method_of(proof)
    holder = owner_of(reference)
    if not names_a_key(reference) or not holder.startswith("did:"):
        return _fault(Code.HOLDER_PROOF_MALFORMED, "The proof names no key.")
    named = _named_holder(question.presentation)
    if named is not None and named != holder:
        return _fault(Code.HOLDER_KEY_REFUSED, "The proof is of somebody else than the holder that is named.")
    found = find_key(
        reference,
        question.evidence,
        relationship=str(proof["proofPurpose"]),
        freshness=question.policy.key_freshness,
        now=question.now,
    )
    if found.problem in KEY_ABSENT:
        return HolderFinding(not_run(Check.HOLDER, Code.HOLDER_KEY_UNAVAILABLE, found.detail, at=found.at, by=found.by))
    if found.problem is not None or found.key is None:
        return _fault(Code.HOLDER_KEY_REFUSED, found.detail)
    return _check_signature(question, proof, found, found.key)


def _check_signature(question: HolderQuestion, proof: JsonObject, found: FoundKey, key: PublicKey) -> HolderFinding:
    try:
        verify_proof(question.presentation, proof, public_key=key)
    except UnsupportedCryptosuite as error:
        return HolderFinding(not_run(Check.HOLDER, Code.HOLDER_PROOF_UNSUPPORTED, error.detail))
    except (LimitExceeded, MalformedInput) as error:
        return _fault(Code.HOLDER_PROOF_MALFORMED, error.detail)
    except ProofError as error:
        return _fault(Code.HOLDER_PROOF_INVALID, error.detail)
    result = passed(Check.HOLDER, _proved(question, proof), suite_of(proof), at=found.at, by=found.by)
    return HolderFinding(result, owner_of(method_of(proof)))


def _proved(question: HolderQuestion, proof: JsonObject) -> Code:
    if question.expected_challenge is None or question.expected_domain is None:
        return Code.HOLDER_PROVED_NOT_FRESH
    if proof.get("proofPurpose") == "assertionMethod":
        return Code.HOLDER_PROVED_OLD_STYLE
    return Code.HOLDER_PROVED


def _named_holder(presentation: JsonObject) -> object:
    holder = presentation.get("holder")
    return holder.get("id") if isinstance(holder, dict) else holder
