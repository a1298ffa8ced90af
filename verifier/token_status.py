"""Open a Token Status List: its signature, issuer and dates (draft-ietf-oauth-status-list, 8.3).

What a value means for a credential is decided in `checks.status`.
"""

from __future__ import annotations

from vc_core.errors import LimitExceeded, MalformedInput, ProofError, StatusError
from vc_core.jose.compact import CompactJwt, parse_compact_jwt
from vc_core.keys import PublicKey
from vc_core.status.token_status_list import TokenStatusList, verify_status_list_token
from verifier.codes import Code
from verifier.evidence import EvidenceItem
from verifier.key_lookup import KEY_ABSENT, find_key, owner_of
from verifier.question import Question
from verifier.status_list import Unusable


def open_token_list(item: EvidenceItem, question: Question) -> TokenStatusList | Unusable:
    """Return the list after every question about the token itself was answered well."""
    if not isinstance(item.content, str):
        return Unusable(Code.STATUS_LIST_INVALID, "not a status list token")
    try:
        token = parse_compact_jwt(item.content)
    except MalformedInput as error:
        return Unusable(Code.STATUS_LIST_INVALID, error.detail)
    key = _key_of(token, question)
    if isinstance(key, Unusable):
        return key
    most = question.policy.max_list_bytes
    found = item.remember(("token", key, most), lambda: _verify(token, key, item.name, most))
    if isinstance(found, Unusable):
        return found
    if found.issued_at > question.now + question.policy.clock_skew:
        return Unusable(Code.STATUS_LIST_NOT_YET_VALID)
    if found.expires_at is not None and found.expires_at < question.now:
        return Unusable(Code.STATUS_LIST_EXPIRED)
    return found


def _key_of(token: CompactJwt, question: Question) -> PublicKey | Unusable:
    """Return the key the token names, which must be one of the credential's issuer."""
    kid = token.header.get("kid")
    if not isinstance(kid, str) or owner_of(kid) != question.unverified_issuer:
        return Unusable(Code.STATUS_LIST_OTHER_ISSUER)
    found = find_key(
        kid,
        question.evidence,
        relationship="assertionMethod",
        freshness=question.policy.key_freshness,
        now=question.now,
    )
    if found.problem in KEY_ABSENT:
        return Unusable(Code.STATUS_LIST_KEY_MISSING, found.detail)
    if found.problem is not None or found.key is None:
        return Unusable(Code.STATUS_LIST_FORGED, found.detail)
    return found.key


def _verify(token: CompactJwt, key: PublicKey, uri: str, max_bytes: int) -> TokenStatusList | Unusable:
    try:
        return verify_status_list_token(token, public_key=key, expected_uri=uri, max_bytes=max_bytes)
    except (StatusError, LimitExceeded, MalformedInput) as error:
        return Unusable(Code.STATUS_LIST_INVALID, error.detail)
    except ProofError as error:
        return Unusable(Code.STATUS_LIST_FORGED, error.detail)
