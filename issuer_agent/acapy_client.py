"""What we ask of ACA-Py over its admin interface, and how its answers become our errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from issuer_agent.signer import AgentUnavailable, SigningIdentity
from service_kit.fetch import Answer, FetchFailed, InternalClient
from vc_core.errors import EdubadgesError, KeyReferenceError, MalformedInput, ProofError
from vc_core.json_text import JsonObject, dump_json

_ERRORS: dict[str, type[EdubadgesError]] = {
    "malformed-input": MalformedInput,
    "limit-exceeded": MalformedInput,
    "invalid-verification-method": KeyReferenceError,
    "unknown-key": KeyReferenceError,
    "foreign-did": KeyReferenceError,
}


class AgentRefused(EdubadgesError):
    """The agent answered, but not with what was asked; a fault of ours or of its configuration."""

    title = "The agent refused the request"
    code = "agent-refused"


class AcapyClient:
    """The agent's admin interface: tenants, keys, signatures."""

    def __init__(self, url: str, *, api_key: str, timeout_s: float = 30.0) -> None:
        self._http = InternalClient(url, timeout_s=timeout_s)
        self._admin = {"X-API-Key": api_key}

    def check(self) -> None:
        """Return when the agent is alive. Raises AgentUnavailable."""
        self._call("GET", "/edubadges/whoami", headers={})

    def find_tenant(self, name: str) -> str | None:
        """Return the id of the tenant called `name`, or None."""
        found = self._call("GET", "/multitenancy/wallets", params={"wallet_name": name})["results"]
        return str(found[0]["wallet_id"]) if found else None

    def create_tenant(self, name: str, *, label: str) -> str:
        """Make a tenant and return its id."""
        body = {"wallet_name": name, "label": label, "wallet_type": "askar", "wallet_dispatch_type": "default"}
        return str(self._call("POST", "/multitenancy/wallet", json=body)["wallet_id"])

    def tenant_token(self, tenant_id: str) -> str:
        """Return a token that opens the tenant; it is secret."""
        return str(self._call("POST", f"/multitenancy/wallet/{tenant_id}/token", json={})["token"])

    def create_key(self, tenant_token: str, *, did: str, kind: str) -> tuple[str, str]:
        """Make a key (`ed25519` or `p256`) in the tenant; return its name `did#multikey` and the multikey."""
        made = self._call("POST", "/edubadges/keys", json={"did": did, "kind": kind}, headers=_bearer(tenant_token))
        return str(made["kid"]), str(made["multikey"])

    def sign(
        self, documents: Sequence[JsonObject], *, identity: SigningIdentity, cryptosuite: str, created: str
    ) -> list[JsonObject]:
        """Return the proofs for `documents`, in their order.

        Raises:
            AgentUnavailable: no answer; signing the same again later gives the same bytes.
            ProofError, KeyReferenceError, MalformedInput: the agent will not sign these.
        """
        method = identity.p256_key_id if cryptosuite.startswith("ecdsa") else identity.ed25519_key_id
        body = {
            "documents": list(documents),
            "verification_method": method,
            "cryptosuite": cryptosuite,
            "created": created,
        }
        answer = self._call("POST", "/edubadges/sign", json=body, headers=_bearer(identity.tenant_token))
        proofs: list[JsonObject] = answer["proofs"]
        return proofs

    def sign_jwt(self, claims: JsonObject, *, identity: SigningIdentity, kind: str = "JWT") -> str:
        """Return a compact EdDSA JWS over `claims`, of this `typ`."""
        body = {"headers": {"typ": kind}, "payload": claims, "verificationMethod": identity.ed25519_key_id}
        return str(self._call("POST", "/wallet/jwt/sign", json=body, headers=_bearer(identity.tenant_token)))

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _call(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
    ) -> Any:
        sent = dict(self._admin if headers is None else headers)
        if json is not None:
            sent["Content-Type"] = "application/json"
        body = (
            None if json is None else dump_json(json)
        )  # a thousand badges are nine megabytes; this is six times faster
        try:
            answer = self._http.request(method, path, content=body, headers=sent, params=params)
        except FetchFailed as error:
            raise AgentUnavailable(
                "The agent that holds the keys does not answer. Nothing is lost; signing goes on when it is back."
            ) from error
        if answer.status_code >= 400:
            raise _refusal(answer)
        try:
            return answer.json()
        except ValueError as error:
            raise AgentUnavailable("What answers in the agent's place is not the agent. It must be started.") from error


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _refusal(answer: Answer) -> EdubadgesError:
    if answer.status_code in (502, 503, 504):
        return AgentUnavailable("The agent is starting or busy. Try again in a moment.")
    if answer.status_code == 401:
        return AgentRefused("The agent does not accept our access to it. The operator must set it up again.")
    if answer.headers.get("content-type", "").startswith("application/problem+json"):
        problem = answer.json()
        error = _ERRORS.get(problem["code"], ProofError if answer.status_code == 422 else AgentRefused)
        return error(str(problem["detail"]), agent_code=problem["code"])
    return AgentRefused(f"The agent answered with status {answer.status_code}.", agent_status=answer.status_code)
