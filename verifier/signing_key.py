"""Which key is a signature checked with? The one its name stands for, today or in the history of its owner.

Whose key that is, and whether it was its owner's then, is asked in `checks.key`.
"""

from __future__ import annotations

from vc_core.errors import MalformedInput
from vc_core.keys import PublicKey, public_key_from_jwk
from verifier.inputs import PresentedCredential
from verifier.key_history import history_of
from verifier.key_lookup import find_key, owner_of
from verifier.question import Question
from verifier.signing_time import earliest_moment


def key_of_name(reference: str, question: Question) -> PublicKey | None:
    """Return the key of this name as its owner's document of today gives it, or else the history of that document."""
    freshness, now = question.policy.key_freshness, question.now
    found = find_key(reference, question.evidence, relationship="assertionMethod", freshness=freshness, now=now)
    if found.key is not None:
        return found.key
    history = history_of(owner_of(reference), question.evidence, freshness=freshness, now=now)
    moment = earliest_moment(question)
    period = history.of_key(reference, moment)[1] if history is not None and moment is not None else None
    return None if period is None else period.key


def key_of_jwt(credential: PresentedCredential, question: Question) -> PublicKey | None:
    """Return the key a VC-JWT names by `kid`, else the one it carries; `checks.key` asks whose it is."""
    header = credential.jwt.header if credential.jwt else {}
    jwk = header.get("jwk")
    named = key_of_name(credential.key_name, question) if credential.key_name else None
    if named is not None:
        return named
    try:
        return public_key_from_jwk(jwk) if isinstance(jwk, dict) else None
    except MalformedInput:
        return None
