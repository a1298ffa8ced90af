"""A pre-authorized code becomes an access token (OpenID4VCI 6); and how a token is checked (RFC 6750)."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from issuer_agent import offers, store_offers
from issuer_agent.issuance import Issuance
from issuer_agent.oid4vci.messages import TokenRequest
from issuer_agent.oid4vci.refusals import ProtocolRefused, TokenRefused
from issuer_agent.store_facts import read_facts
from issuer_agent.store_offers import TokenRecord
from service_kit.database import begin
from service_kit.sessions import token_hash
from vc_core.json_text import JsonObject


def answer_token_request(issuance: Issuance, institution: str, request: TokenRequest) -> JsonObject:
    """Return the token response.

    Raises:
        ProtocolRefused: `invalid_authorization_details`; the code is not used up by it.
        CodeRefused: see `offers.redeem_code`.
    """
    if request.wanted_configuration_id is not None:
        _check_wanted(issuance, institution, request)
    token, record = offers.redeem_code(
        issuance.engine,
        request.pre_authorized_code,
        request.tx_code,
        institution=institution,
        key=issuance.key,
        now=issuance.clock(),
    )
    answer: JsonObject = {
        "access_token": token,
        "token_type": "Bearer",
        "expires_in": int(offers.TOKEN_LIFE.total_seconds()),
    }
    if request.wanted_configuration_id is not None:
        answer["authorization_details"] = [
            {
                "type": "openid_credential",
                "credential_configuration_id": request.wanted_configuration_id,
                "credential_identifiers": [identifier_of(record.award_id)],
            }
        ]
    return answer


def identifier_of(award_id: str) -> str:
    """Return the `credential_identifier` of an award's credential."""
    return f"award-{award_id}"


def check_token(
    connection: sa.Connection, authorization: str | None, *, institution: str, now: datetime
) -> TokenRecord:
    """Return the access token behind an Authorization header.

    Raises:
        TokenRefused: missing, not a bearer token, unknown, of another institution, or its time is over.
    """
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() not in ("bearer", "dpop") or not token.strip():
        raise TokenRefused("Send the access token in the Authorization header.", code="token-missing")
    if scheme.lower() == "dpop":
        raise TokenRefused("This token is a bearer token; DPoP is not offered here.", code="token-scheme")
    record = store_offers.find_token(connection, token_hash(token.strip()))
    if record is None or record.institution != institution:
        raise TokenRefused("The access token is not known here, or its time is over.", code="token-unknown")
    if record.expires_at <= now:
        raise TokenRefused("The access token has expired. Ask for a new offer.", code="token-expired")
    return record


def _check_wanted(issuance: Issuance, institution: str, request: TokenRequest) -> None:
    with begin(issuance.engine) as connection:
        offer = store_offers.find_offer_by_code(connection, code_hash=token_hash(request.pre_authorized_code))
        if offer is None or offer.institution != institution:
            return  # the code is refused by who redeems it
        [facts] = read_facts(connection, [offer.award_id])
    if request.wanted_configuration_id != facts.version.id:
        raise ProtocolRefused(
            "invalid_authorization_details",
            "The offer is for another credential than the authorization_details name.",
            code="authorization-details",
        )
