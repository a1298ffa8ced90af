"""What the issuer stated of a badge lately, in an assertion that the badge carries (`vc_core.status.assertion`).

What it means beside a status list is decided in `checks.status`.
"""

from __future__ import annotations

from datetime import timedelta

from vc_core.errors import MalformedInput, ProofError, StatusError
from vc_core.jose.compact import CompactJwt, read_numeric_date
from vc_core.json_text import JsonObject
from vc_core.keys import PublicKey
from vc_core.status.assertion import StatusAssertion, check_assertion, is_assertion, read_assertion
from vc_core.trust.merkle import ReceiptError
from vc_core.trust.receipt import leaf_of_proof
from verifier.key_history import key_held_at
from verifier.key_lookup import find_key, owner_of
from verifier.question import Question

LONGEST_LIFE = timedelta(days=31)


def stated_status(question: Question) -> StatusAssertion | None:
    """Return the newest statement about this badge by its issuer that still counts; None when there is none."""
    proof = question.deciding_proof
    if question.credential.jwt is not None or proof is None:
        return None
    found = [_checked(entry, proof, question) for entry in question.proofs or [] if is_assertion(entry)]
    counting = [item for item in found if item is not None and _counts(item, question)]
    return max(counting, key=lambda item: item.issued_at, default=None)


def _counts(item: StatusAssertion, question: Question) -> bool:
    begun = item.issued_at <= question.now + question.policy.clock_skew
    return begun and question.now < item.expires_at <= item.issued_at + LONGEST_LIFE


def _checked(entry: JsonObject, proof: JsonObject, question: Question) -> StatusAssertion | None:
    issuer = question.unverified_issuer
    try:
        token = read_assertion(entry)
        key = _key_of(token, question)
        return None if key is None else check_assertion(token, leaf_of_proof(proof), issuer=issuer, public_key=key)
    except (MalformedInput, ProofError, StatusError, ReceiptError):
        return None


def _key_of(token: CompactJwt, question: Question) -> PublicKey | None:
    """Return the key that the token names when it is the issuer's, now or when the statement was made."""
    kid = token.header.get("kid")
    if not isinstance(kid, str) or owner_of(kid) != question.unverified_issuer:
        return None
    freshness = question.policy.key_freshness
    found = find_key(kid, question.evidence, relationship="assertionMethod", freshness=freshness, now=question.now)
    if found.problem is None:
        return found.key
    at = read_numeric_date(token.payload, "iat")
    if at is None:
        return None
    return key_held_at(kid, at, question.evidence, freshness=freshness, now=question.now)
