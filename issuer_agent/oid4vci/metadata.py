"""What a wallet reads before it asks: issuer and authorization server metadata (OpenID4VCI 12.2, RFC 8414). Pure."""

from __future__ import annotations

from collections.abc import Sequence

from issuer_agent.oid4vci.messages import PRE_AUTHORIZED_CODE
from issuer_agent.oid4vci.proofs import CRYPTOSUITES, SIGNING_ALGORITHMS
from issuer_agent.records import BadgeClassVersion, Institution
from vc_core.contexts import CREDENTIALS_V2, EDUBADGES_CONTEXT, OPEN_BADGES_CONTEXT, OPEN_BADGES_EXTENSIONS
from vc_core.json_text import JsonObject, JsonValue

_LANGUAGES = ("nl", "en")
_SUMMARY = 300  # characters of a description in a list of badges

# path in the credential -> what people call it
_CLAIMS: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (("credentialSubject", "achievement", "name"), "Naam", "Name"),
    (("credentialSubject", "achievement", "description"), "Omschrijving", "Description"),
    (("credentialSubject", "achievement", "criteria", "narrative"), "Criteria", "Criteria"),
    (("credentialSubject", "achievement", "achievementType"), "Soort", "Type"),
    (("credentialSubject", "achievement", "creditsAvailable"), "Studiepunten (ECTS)", "Credits (ECTS)"),
    (("credentialSubject", "achievement", "inLanguage"), "Taal", "Language"),
    (("issuer", "name"), "Uitgegeven door", "Issued by"),
    (("awardedDate",), "Behaald op", "Earned on"),
    (("validUntil",), "Geldig tot", "Valid until"),
)


def build_issuer_metadata(issuer: str, institution: Institution, versions: Sequence[BadgeClassVersion]) -> JsonObject:
    """Return the Credential Issuer Metadata of an institution; `issuer` is its identifier, byte for byte."""
    return {
        "credential_issuer": issuer,
        "credential_endpoint": f"{issuer}/credential",
        "nonce_endpoint": f"{issuer}/nonce",
        "notification_endpoint": f"{issuer}/notification",
        "display": [{"name": institution.name(language), "locale": language} for language in _LANGUAGES],
        "credential_configurations_supported": {version.id: _configuration(issuer, version) for version in versions},
    }


def build_server_metadata(issuer: str) -> JsonObject:
    """Return the metadata of the authorization server, which is the issuer itself.

    `response_types_supported` is left out: only the pre-authorized code is offered (OpenID4VCI 12.3).
    """
    return {
        "issuer": issuer,
        "token_endpoint": f"{issuer}/token",
        "token_endpoint_auth_methods_supported": ["none"],
        "grant_types_supported": [PRE_AUTHORIZED_CODE],
        "pre-authorized_grant_anonymous_access_supported": True,
        "authorization_details_types_supported": ["openid_credential"],
    }


def _configuration(issuer: str, version: BadgeClassVersion) -> JsonObject:
    display = _display(issuer, version)
    return {
        "format": "ldp_vc",
        "credential_definition": {
            "@context": [CREDENTIALS_V2, OPEN_BADGES_CONTEXT, OPEN_BADGES_EXTENSIONS, EDUBADGES_CONTEXT],
            "type": ["VerifiableCredential", "OpenBadgeCredential"],
        },
        "cryptographic_binding_methods_supported": ["jwk", "did:key", "did:jwk"],
        "credential_signing_alg_values_supported": ["eddsa-rdfc-2022"],
        "proof_types_supported": {
            "jwt": {"proof_signing_alg_values_supported": list(SIGNING_ALGORITHMS)},
            "di_vp": {"proof_signing_alg_values_supported": list(CRYPTOSUITES)},
        },
        "credential_metadata": {"display": display, "claims": _claims()},
        # Wallets of draft 15 and before look for it here.
        "display": display,
    }


def _display(issuer: str, version: BadgeClassVersion) -> list[JsonValue]:
    shown: list[JsonValue] = []
    for language in _LANGUAGES:
        name, description = version.content.title.get(language), version.content.description.get(language)
        entry: JsonObject = {
            "name": name,
            "locale": language,
            "logo": {"uri": f"{issuer}/pictures/{version.id}.svg", "alt_text": name},
        }
        if description:
            entry["description"] = description[:_SUMMARY]
        shown.append(entry)
    return shown


def _claims() -> list[JsonValue]:
    claims: list[JsonValue] = []
    for path, dutch, english in _CLAIMS:
        display: list[JsonValue] = [{"name": dutch, "locale": "nl"}, {"name": english, "locale": "en"}]
        claims.append({"path": list(path), "display": display})
    return claims
