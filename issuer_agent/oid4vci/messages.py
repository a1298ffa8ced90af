"""Request bodies of the protocol, read strictly where it matters and tolerantly where the standard asks for it.

Unknown members are ignored (OpenID4VCI 8.2). What a message may do is decided elsewhere; no database is touched here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from issuer_agent.oid4vci.refusals import ProtocolRefused
from vc_core.errors import MalformedInput
from vc_core.json_text import JsonObject, JsonValue, parse_json

PRE_AUTHORIZED_CODE = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
MAX_BODY_BYTES = 128_000
_MAX_FIELDS = 40
_MAX_TEXT = 1_000
_EVENTS = ("credential_accepted", "credential_failure", "credential_deleted")


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """A wallet wants an access token for a pre-authorized code."""

    pre_authorized_code: str = field(repr=False)
    tx_code: str | None = field(repr=False)
    wanted_configuration_id: str | None
    """From `authorization_details`, when the wallet sent them."""


@dataclass(frozen=True, slots=True)
class CredentialRequest:
    """A wallet wants the credential, and shows which key it is for."""

    credential_configuration_id: str | None
    credential_identifier: str | None
    proof_type: str
    proof: JsonValue


@dataclass(frozen=True, slots=True)
class Notification:
    """A wallet tells what became of a credential."""

    notification_id: str
    event: str


def parse_token_request(body: bytes, content_type: str) -> TokenRequest:
    """Return the token request in a form body (RFC 6749, 4; OpenID4VCI 6.1).

    Raises:
        ProtocolRefused: `invalid_request`, `unsupported_grant_type` or `invalid_authorization_details`.
    """
    if content_type.partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise _bad_request("Send the token request as application/x-www-form-urlencoded.", "content-type")
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MAX_FIELDS, errors="strict")
    except ValueError as error:
        raise _bad_request("The form cannot be read.", "malformed-form") from error
    form = dict(pairs)
    if len(form) != len(pairs):
        raise _bad_request("A parameter is given twice.", "repeated-parameter")  # RFC 6749, 3.2
    grant_type = form.get("grant_type", "")
    if not grant_type:
        raise _bad_request("The parameter grant_type is missing.", "grant-type-missing")
    if grant_type != PRE_AUTHORIZED_CODE:
        raise ProtocolRefused(
            "unsupported_grant_type", "Only the pre-authorized code is accepted here.", code="unsupported-grant-type"
        )
    code = form.get("pre-authorized_code", "")
    if not code or len(code) > _MAX_TEXT:
        raise _bad_request("The parameter pre-authorized_code is missing or too long.", "code-missing")
    tx_code = form.get("tx_code") or None  # RFC 6749, 3.2: a parameter without a value counts as left out
    wanted = _wanted_configuration(form["authorization_details"]) if form.get("authorization_details") else None
    return TokenRequest(code, tx_code, wanted)


def parse_credential_request(body: bytes, content_type: str) -> CredentialRequest:
    """Return the credential request in a JSON body (OpenID4VCI 8.2); the singular `proof` of draft 15 is read too.

    Raises:
        ProtocolRefused: `invalid_credential_request`, `invalid_proof` or `invalid_encryption_parameters`.
    """
    request = _json_object(body, content_type, error="invalid_credential_request")
    if request.get("credential_response_encryption") is not None:
        raise ProtocolRefused(
            "invalid_encryption_parameters",
            "Encrypted responses are not offered; leave out credential_response_encryption.",
            code="encryption-not-supported",
        )
    configuration = _optional_text(request, "credential_configuration_id")
    identifier = _optional_text(request, "credential_identifier")
    if (configuration is None) == (identifier is None):
        raise _bad_credential_request(
            "Name the credential by exactly one of credential_configuration_id and credential_identifier.",
            "credential-not-named",
        )
    proof_type, proof = _one_proof(request)
    return CredentialRequest(configuration, identifier, proof_type, proof)


def parse_notification(body: bytes, content_type: str) -> Notification:
    """Return the notification in a JSON body (OpenID4VCI 11.1).

    Raises:
        ProtocolRefused: `invalid_notification_request`.
    """
    word = "invalid_notification_request"
    message = _json_object(body, content_type, error=word)
    notification_id, event = message.get("notification_id"), message.get("event")
    if not isinstance(notification_id, str) or not 0 < len(notification_id) <= _MAX_TEXT:
        raise ProtocolRefused(word, "The member notification_id is missing.", code="notification-id-missing")
    if not isinstance(event, str) or event not in _EVENTS:
        raise ProtocolRefused(word, "The event is not one of the three known events.", code="notification-event")
    return Notification(notification_id, event)


def _one_proof(request: JsonObject) -> tuple[str, JsonValue]:
    proofs, single = request.get("proofs"), request.get("proof")
    if proofs is None and single is not None:
        return _draft_15_proof(single)
    if proofs is None:
        raise _bad_proof("A proof of the holder's key is needed.", "proof-missing")
    if single is not None:
        raise _bad_credential_request("Send proofs, and no proof beside it.", "proof-twice")
    if not isinstance(proofs, dict) or len(proofs) != 1:
        raise _bad_proof("The member proofs holds exactly one type of proof.", "proof-types")
    [(proof_type, values)] = proofs.items()
    if not isinstance(values, list) or not values:
        raise _bad_proof("The proofs are a list with at least one proof.", "proof-missing")
    if len(values) > 1:
        raise _bad_proof("One award gives one credential; send one proof.", "proof-too-many")
    return proof_type, values[0]


def _draft_15_proof(proof: JsonValue) -> tuple[str, JsonValue]:
    """Read `{"proof_type": "jwt", "jwt": …}`, as wallets of draft 15 send it."""
    kind = proof.get("proof_type") if isinstance(proof, dict) else None
    if not isinstance(proof, dict) or not isinstance(kind, str):
        raise _bad_proof("The proof does not say of what type it is.", "proof-types")
    kind = "di_vp" if kind == "ldp_vp" else kind
    value = proof.get(kind, proof.get("ldp_vp"))
    if value is None:
        raise _bad_proof("The proof is empty.", "proof-missing")
    return kind, value


def _wanted_configuration(text: str) -> str:
    """Return the configuration a wallet asks for by `authorization_details` (RFC 9396; OpenID4VCI 5.1.1)."""
    try:
        details = parse_json(text, max_bytes=8_000, max_depth=8)
    except MalformedInput as error:
        raise _bad_details("The authorization_details are not JSON.") from error
    entries = details if isinstance(details, list) else []
    if len(entries) != 1 or not isinstance(entries[0], dict) or entries[0].get("type") != "openid_credential":
        raise _bad_details("The authorization_details are a list with one entry of type openid_credential.")
    wanted = entries[0].get("credential_configuration_id")
    if not isinstance(wanted, str) or not wanted:
        raise _bad_details("The authorization_details name no credential_configuration_id.")
    return wanted


def _json_object(body: bytes, content_type: str, *, error: str) -> JsonObject:
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise ProtocolRefused(error, "Send the request as application/json.", code="content-type")
    try:
        value = parse_json(body, max_bytes=MAX_BODY_BYTES, max_depth=32)
    except MalformedInput as cause:
        raise ProtocolRefused(error, cause.detail, code=cause.code) from cause
    if not isinstance(value, dict):
        raise ProtocolRefused(error, "The request must be a JSON object.", code="malformed-input")
    return value


def _optional_text(request: JsonObject, member: str) -> str | None:
    value = request.get(member)
    if value is not None and (not isinstance(value, str) or not 0 < len(value) <= _MAX_TEXT):
        raise _bad_credential_request(f"The member {member} is not a text.", "malformed-input")
    return value


def _bad_request(detail: str, code: str) -> ProtocolRefused:
    return ProtocolRefused("invalid_request", detail, code=code)


def _bad_details(detail: str) -> ProtocolRefused:
    return ProtocolRefused("invalid_authorization_details", detail, code="authorization-details")


def _bad_credential_request(detail: str, code: str) -> ProtocolRefused:
    return ProtocolRefused("invalid_credential_request", detail, code=code)


def _bad_proof(detail: str, code: str) -> ProtocolRefused:
    return ProtocolRefused("invalid_proof", detail, code=code)
