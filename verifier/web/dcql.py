"""The question in DCQL (OpenID4VP 1.0, 6): one Open Badge, of the kinds and issuers that were chosen."""

from __future__ import annotations

from vc_core.json_text import JsonObject, JsonValue
from verifier.web.transactions import BadgeQuestion

QUERY_ID = "badge"
_OB_VOCABULARY = "https://purl.imsglobal.org/spec/vc/ob/vocab.html#"


def build_query(question: BadgeQuestion) -> JsonObject:
    """Return the query. Types are given both expanded and short, because wallets match on one or the other."""
    credential: JsonObject = {
        "id": QUERY_ID,
        "format": "ldp_vc",
        "meta": {"type_values": [[_OB_VOCABULARY + "OpenBadgeCredential"], ["OpenBadgeCredential"]]},
    }
    claims: list[JsonValue] = []
    if question.issuers:
        claims.append({"path": ["issuer", "id"], "values": list(question.issuers)})
    if question.achievement_types:
        path: list[JsonValue] = ["credentialSubject", "achievement", "achievementType"]
        claims.append({"path": path, "values": list(question.achievement_types)})
    if claims:
        credential["claims"] = claims
    return {"credentials": [credential]}
