"""Proof of the holder's key in, badge out: the credential and notification endpoints (OpenID4VCI 8 and 11)."""

from __future__ import annotations

import hmac

from issuer_agent import store_issuing
from issuer_agent.issuance import Issuance
from issuer_agent.oid4vci.messages import CredentialRequest, Notification
from issuer_agent.oid4vci.nonce import use_nonce
from issuer_agent.oid4vci.proofs import verify_holder_proof
from issuer_agent.oid4vci.refusals import ProtocolRefused
from issuer_agent.oid4vci.token import check_token, identifier_of
from issuer_agent.store_facts import read_facts
from issuer_agent.store_offers import TokenRecord
from service_kit.database import begin
from service_kit.sessions import keyed_hash
from vc_core.json_text import JsonObject


def answer_credential_request(
    issuance: Issuance, institution: str, authorization: str | None, request: CredentialRequest
) -> JsonObject:
    """Return the credential response. A refused request uses up nothing but, when its proof was right, the nonce.

    Raises:
        TokenRefused: no valid access token.
        ProtocolRefused: an `unknown_credential_…` name, `invalid_proof` or `invalid_nonce`.
        IssuingRefused: the badge went to another key, or was revoked.
        AgentUnavailable: ask again later.
    """
    now = issuance.clock()
    with begin(issuance.engine) as connection:
        token = check_token(connection, authorization, institution=institution, now=now)
        [facts] = read_facts(connection, [token.award_id])
        _check_named(request, token, facts.version.id)
        proof = verify_holder_proof(
            request.proof_type, request.proof, expected_audience=issuance.credential_issuer(institution), now=now
        )
        use_nonce(connection, proof.nonce, key=issuance.key, slug=institution, now=now)
    credential, receipt = issuance.issue_with_receipt(token.award_id, holder_did=proof.holder_did)
    return {
        # A member that wallets do not know is passed over by them (OpenID4VCI, 8.3).
        "credentials": [{"credential": credential, **({"receipt": receipt} if receipt else {})}],
        "notification_id": _notification_id(issuance, token.award_id),
    }


def receive_notification(
    issuance: Issuance, institution: str, authorization: str | None, notification: Notification
) -> None:
    """Keep what a wallet tells about a credential; telling it twice is fine.

    Raises:
        TokenRefused: no valid access token.
        ProtocolRefused: `invalid_notification_id`.
    """
    with begin(issuance.engine) as connection:
        token = check_token(connection, authorization, institution=institution, now=issuance.clock())
        expected = _notification_id(issuance, token.award_id)
        if not hmac.compare_digest(notification.notification_id.encode(), expected.encode()):
            raise ProtocolRefused(
                "invalid_notification_id", "The notification_id is not one of this token.", code="notification-unknown"
            )
        store_issuing.set_wallet_event(connection, token.award_id, notification.event)


def _check_named(request: CredentialRequest, token: TokenRecord, configuration_id: str) -> None:
    configuration, identifier = request.credential_configuration_id, request.credential_identifier
    if configuration is not None and configuration != configuration_id:
        raise ProtocolRefused(
            "unknown_credential_configuration",
            "The access token is not for this credential_configuration_id.",
            code="credential-configuration-unknown",
        )
    if identifier is not None and identifier != identifier_of(token.award_id):
        raise ProtocolRefused(
            "unknown_credential_identifier",
            "The access token is not for this credential_identifier.",
            code="credential-identifier-unknown",
        )


def _notification_id(issuance: Issuance, award_id: str) -> str:
    return keyed_hash(issuance.key, "notification_id", award_id)
