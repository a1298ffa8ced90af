"""Is the key that signed the badge a key of the issuer, meant for signing badges?

Whether the signature holds is asked in `checks.signature`; whether the issuer is known in `checks.issuer`.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from verifier.codes import Check, Code
from verifier.key_lookup import KEY_ABSENT, FoundKey, find_key, names_a_key, owner_of
from verifier.proofs import method_of
from verifier.question import Question
from verifier.report import CheckResult, failed, not_run, passed


def check_key(question: Question) -> list[CheckResult]:
    """Find the key in the issuer's own document, allowed for making statements."""
    reference = _reference(question)
    if question.credential.jwt is None and question.proofs and question.deciding_proof is None:
        return [not_run(Check.KEY, Code.KEY_OF_UNKNOWN_SEAL)]
    if not names_a_key(reference):
        return [failed(Check.KEY, Code.KEY_NOT_NAMED)]
    if not _belongs_to(reference, question.unverified_issuer):
        return [failed(Check.KEY, Code.KEY_OTHER_OWNER, by=owner_of(reference))]
    found = find_key(
        reference,
        question.evidence,
        relationship="assertionMethod",
        freshness=question.policy.key_freshness,
        now=question.now,
    )
    return [_result_of(found)]


def _reference(question: Question) -> str:
    """Return the name of the key: `kid` of a JWT, else the verification method of the proof that decides."""
    if question.credential.jwt is not None:
        return question.credential.key_name
    proof = question.deciding_proof
    return method_of(proof) if proof is not None else ""


def _belongs_to(reference: str, issuer: str) -> bool:
    """Say whether a key of this name can be the issuer's: the same DID, or an address on the issuer's own host."""
    if reference.startswith("did:"):
        return owner_of(reference) == issuer
    host = urlsplit(reference).netloc
    return bool(host) and issuer.startswith("https://") and urlsplit(issuer).netloc == host


def _result_of(found: FoundKey) -> CheckResult:
    if found.problem in KEY_ABSENT:
        return not_run(Check.KEY, found.problem, found.detail, at=found.at, by=found.by)
    if found.problem is not None:
        return failed(Check.KEY, found.problem, found.detail, at=found.at, by=found.by)
    code = Code.KEY_OF_ISSUER_STALE if found.stale else Code.KEY_OF_ISSUER
    return passed(Check.KEY, code, at=found.at, by=found.by)
