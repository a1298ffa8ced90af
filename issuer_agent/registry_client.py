"""What the issuer asks of the registry: admission, publication of DID documents and of status lists."""

from __future__ import annotations

from collections.abc import Sequence

from issuer_agent.records import Institution
from issuer_agent.together import Together
from service_kit.fetch import Answer, FetchFailed, InternalClient
from service_kit.problems import Unavailable
from vc_core.errors import EdubadgesError
from vc_core.json_text import JsonObject
from vc_core.multiformats import base64url_encode

MOST_RECEIPTS = 500
"""In one call."""


class RegistryUnavailable(Unavailable):
    """The registry does not answer; publication is tried again later."""

    title = "The registry is not available now"
    code = "registry-unavailable"


class RegistryRefused(EdubadgesError):
    """The registry does not accept what was published."""

    title = "The registry refused the publication"
    code = "registry-refused"


class RegistryClient:
    """The registry's publishing interface."""

    def __init__(
        self, public_url: str, *, token: str, internal_url: str | None = None, ca_file: str | None = None
    ) -> None:
        """Take the registry's addresses and the operator's token.

        Args:
            public_url: as identifiers and status list addresses name it.
            token: the operator's token.
            internal_url: where it is reached from here, when that is another address.
            ca_file: an extra certificate authority.
        """
        self.public_url = public_url.rstrip("/")
        headers = {"Authorization": f"Bearer {token}"}
        self._http = InternalClient(internal_url or public_url, headers=headers, timeout_s=10.0, ca_file=ca_file)
        self._together: Together[str, bytes, JsonObject | None] = Together(self._receipts, most=MOST_RECEIPTS)

    def admit(self, institution: Institution) -> None:
        """Admit the institution; again changes nothing."""
        body = {
            "slug": institution.slug,
            "name": {"nl": institution.name_nl, "en": institution.name_en},
            "kind": institution.kind,
            "country": institution.country,
            "website": institution.website,
        }
        self._send("POST", "/api/participants", body)

    def publish_did_document(self, slug: str, document: JsonObject, proof: str) -> None:
        """Publish a DID document with its proof of control."""
        self._send("PUT", f"/api/did-documents/{slug}", {"did_document": document, "proof": proof})

    def status_list_url(self, slug: str, number: int) -> str:
        """Return the address of a status list."""
        return f"{self.public_url}/institutions/{slug}/status/{number}"

    def publish_status_list(self, slug: str, number: int, credential: JsonObject) -> None:
        """Publish a signed status list."""
        self._send("PUT", f"/institutions/{slug}/status/{number}", credential)

    def accredit(self, slug: str, may_issue: Sequence[JsonObject], *, since: str) -> None:
        """State as the operator what an institution may award; again changes nothing. A registry may state nothing."""
        body = {"institution": slug, "may_issue": [*may_issue], "since": since}
        self._send("POST", "/api/accreditations", body, absent=True)

    def accreditation_url(self, name: str) -> str:
        """Return the address of an accreditation."""
        return f"{self.public_url}/accreditations/{name}"

    def publish_accreditation(self, name: str, credential: JsonObject) -> None:
        """Publish an accreditation that an institution signed."""
        self._send("PUT", f"/accreditations/{name}", credential)

    def token_list_url(self, slug: str, number: int) -> str:
        """Return the address of a status list in its form for tokens."""
        return f"{self.public_url}/institutions/{slug}/token-status/{number}"

    def publish_token_list(self, slug: str, number: int, token: str) -> None:
        """Publish a signed Token Status List."""
        self._send("PUT", f"/institutions/{slug}/token-status/{number}", {"token": token})

    def revocations_url(self, slug: str) -> str:
        """Return the address of an institution's revoked badges in 1EdTech's form."""
        return f"{self.public_url}/institutions/{slug}/revocations"

    def publish_revocations(self, slug: str, listed: JsonObject, proof: str) -> None:
        """Publish the revoked badges of an institution, with the JWS that says they are its own."""
        self._send("PUT", f"/institutions/{slug}/revocations", {"list": listed, "proof": proof})

    def receipts(self, leaves: Sequence[bytes]) -> list[JsonObject]:
        """Add hashes of signatures to the registry's log; return the receipt for each, none when it keeps no log."""
        found = [receipt for receipt in self._together.do("log", leaves) if receipt is not None]
        return found if len(found) == len(leaves) else []

    def _receipts(self, _: str, leaves: list[bytes]) -> list[JsonObject | None]:
        body = {"leaves": [base64url_encode(leaf) for leaf in leaves]}
        answer = self._send("POST", "/api/signing-log", body, absent=True)
        found = answer.json().get("receipts") if answer.status_code == 200 else None
        receipts = [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []
        return [*receipts] if len(receipts) == len(leaves) else [None] * len(leaves)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _send(self, method: str, path: str, body: object, *, absent: bool = False) -> Answer:
        try:
            answer = self._http.request(method, path, json=body)
        except FetchFailed as error:
            raise RegistryUnavailable("The registry does not answer. Publication is tried again.") from error
        if answer.status_code >= 500:
            raise RegistryUnavailable("The registry has trouble of its own. Publication is tried again.")
        if answer.status_code == 404 and absent:
            return answer
        if answer.status_code >= 400:
            problem = answer.json() if "json" in answer.headers.get("content-type", "") else {}
            detail = str(problem.get("detail", f"The registry answered with status {answer.status_code}."))
            raise RegistryRefused(detail, registry_code=problem.get("code"))
        return answer
