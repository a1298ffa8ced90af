"""Was the key that signed the badge a key of the issuer at that moment, meant for signing badges?

A key that was replaced keeps what it signed in its time. A key that fell into other hands does not: who has it can
write any date, so only a receipt shows what was there before. Whether the signature holds is asked in
`checks.signature`; whether the issuer is known in `checks.issuer`.
"""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from vc_core.trust.key_history import Standing
from verifier.codes import Check, Code
from verifier.key_history import history_of
from verifier.key_lookup import KEY_ABSENT, FoundKey, find_key, names_a_key, owner_of
from verifier.moments import format_moment
from verifier.proofs import method_of
from verifier.question import Question
from verifier.report import CheckResult, failed, not_run, passed
from verifier.signing_key import key_of_jwt
from verifier.signing_time import earliest_moment, proven_moment


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
    return [_by_history(question, reference, found) or _result_of(found)]


def _by_history(question: Question, reference: str, found: FoundKey) -> CheckResult | None:
    """Return what the history of the issuer's keys says; None when it adds nothing to the document of today."""
    history = history_of(
        owner_of(reference), question.evidence, freshness=question.policy.key_freshness, now=question.now
    )
    moment = earliest_moment(question)
    if history is None or moment is None:
        return None
    proven = proven_moment(question)
    state, period = history.of_key(reference, moment)
    # The name alone proves nothing: a token may name an old key and carry another one that signed it.
    used = found.key if question.credential.jwt is None else key_of_jwt(question.credential, question)
    if period is None or (used is not None and used != period.key):
        return None
    match state:
        case Standing.RETIRED:
            return passed(Check.KEY, Code.KEY_RETIRED_LATER, at=history.at, by=history.by)
        case Standing.NOT_YET:
            return failed(Check.KEY, Code.KEY_NOT_YET_IN_USE, _day(period.since), at=history.at, by=history.by)
        case Standing.NO_LONGER:
            return failed(Check.KEY, Code.KEY_NO_LONGER_IN_USE, _day(period.until), at=history.at, by=history.by)
        case Standing.DISTRUSTED:
            detail = _day(period.distrusted_since)
            return failed(Check.KEY, Code.KEY_COMPROMISED, detail, at=history.at, by=history.by)
        case Standing.DISTRUSTED_LATER:
            detail = _day(period.distrusted_since)
            if proven is not None and period.distrusted_since is not None and proven < period.distrusted_since:
                return passed(Check.KEY, Code.KEY_PROVEN_EARLIER, detail, at=history.at, by=history.by)
            return passed(Check.KEY, Code.KEY_COMPROMISED_LATER, detail, at=history.at, by=history.by)
        case Standing.IN_FORCE if found.problem in KEY_ABSENT:
            code = Code.KEY_OF_ISSUER_STALE if history.stale else Code.KEY_OF_ISSUER
            return passed(Check.KEY, code, at=history.at, by=history.by)
        case _:
            return None


def _day(moment: datetime | None) -> str:
    return "" if moment is None else format_moment(moment)


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
