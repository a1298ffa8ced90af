"""A small wallet for tests: it speaks OpenID4VCI 1.0 over real HTTP forms, with keys of its own.

It can also be a wallet that misbehaves: every step is a method of its own, and proofs take the faults a test wants.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from vc_core.json_text import dump_json
from vc_core.keys import PrivateKey
from vc_core.multiformats import base64url_encode
from vc_core.proof import add_proof

__test__ = False  # the name is for people; there are no tests here

PRE_AUTHORIZED_CODE = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
_ALGORITHMS = {"Ed25519": "EdDSA", "P-256": "ES256"}


class Refused(Exception):
    """The other side refused; `status` and `body` say how."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__(
            f"{response.request.method} {response.request.url.path}: {response.status_code} {response.text}"
        )
        self.status = response.status_code
        self.headers = response.headers
        self.body: dict[str, Any] = response.json() if response.content else {}


@dataclass
class Session:
    """What the wallet knows between the token and the credential."""

    metadata: dict[str, Any]
    configuration_id: str
    access_token: str

    @property
    def issuer(self) -> str:
        return str(self.metadata["credential_issuer"])


@dataclass
class Wallet:
    """A wallet with one key and one way of talking."""

    client: httpx.Client
    key: PrivateKey = field(default_factory=lambda: PrivateKey.generate("Ed25519"))
    proof_type: str = "jwt"
    named_by: str = "jwk"
    """How the jwt proof names its key: `jwk`, `kid` (did:key) or `did:jwk`."""
    cryptosuite: str = "eddsa-jcs-2022"
    """For the di_vp proof."""

    @property
    def did(self) -> str:
        return self.key.public.did_key()

    def receive_offer(self, offer_uri: str, *, tx_code: str | None = None) -> dict[str, Any]:
        """Accept an offer and return the credential."""
        return dict(self.fetch(self.accept(offer_uri, tx_code=tx_code))["credentials"][0]["credential"])

    # the steps

    def accept(self, offer_uri: str, *, tx_code: str | None = None) -> Session:
        """Read the offer and the metadata, and get an access token."""
        offer = self.read_offer(offer_uri)
        metadata = self.read_metadata(offer["credential_issuer"])
        token = self.redeem(offer, tx_code=tx_code)
        return Session(metadata, offer["credential_configuration_ids"][0], token["access_token"])

    def read_offer(self, offer_uri: str) -> dict[str, Any]:
        """Return the offer behind `openid-credential-offer://…`, a wallet link, or the address of the offer itself."""
        parts = urlsplit(offer_uri)
        query = parse_qs(parts.query or parts.fragment.partition("?")[2])
        if "credential_offer" in query:
            return dict(httpx.Response(200, content=query["credential_offer"][0]).json())
        return self._checked(self.client.get(query.get("credential_offer_uri", [offer_uri])[0]))

    def read_metadata(self, issuer: str) -> dict[str, Any]:
        """Return the issuer's metadata from the place 1.0 gives it."""
        metadata = self._checked(self.client.get(well_known(issuer, "openid-credential-issuer")))
        assert metadata["credential_issuer"] == issuer
        return metadata

    def redeem(self, offer: Mapping[str, Any], *, tx_code: str | None = None, **more: str) -> dict[str, Any]:
        """Exchange the code of an offer for a token."""
        server = self._checked(self.client.get(well_known(offer["credential_issuer"], "oauth-authorization-server")))
        code = offer["grants"][PRE_AUTHORIZED_CODE]["pre-authorized_code"]
        form = {"grant_type": PRE_AUTHORIZED_CODE, "pre-authorized_code": code, **more}
        if tx_code is not None:
            form["tx_code"] = tx_code
        return self._checked(self.client.post(server["token_endpoint"], data=form))

    def nonce(self, metadata: Mapping[str, Any]) -> str:
        """Ask for a nonce."""
        return str(self._checked(self.client.post(metadata["nonce_endpoint"]))["c_nonce"])

    def fetch(self, session: Session, **more: Any) -> dict[str, Any]:
        """Prove the key and fetch the credential."""
        proof = self.prove(session.issuer, self.nonce(session.metadata))
        body = {
            "credential_configuration_id": session.configuration_id,
            "proofs": {self.proof_type: [proof]},
            **more,
        }
        return self.request_credential(session, body)

    def request_credential(self, session: Session, body: Mapping[str, Any]) -> dict[str, Any]:
        """Send a credential request as it is."""
        headers = {"Authorization": f"Bearer {session.access_token}"}
        return self._checked(
            self.client.post(session.metadata["credential_endpoint"], json=dict(body), headers=headers)
        )

    def notify(self, session: Session, notification_id: str, event: str = "credential_accepted") -> httpx.Response:
        """Tell the issuer what became of a credential."""
        headers = {"Authorization": f"Bearer {session.access_token}"}
        body = {"notification_id": notification_id, "event": event}
        return self.client.post(session.metadata["notification_endpoint"], json=body, headers=headers)

    # proofs

    def prove(self, issuer: str, nonce: str | None) -> Any:
        """Return a proof of the wallet's type for this issuer and nonce."""
        return self.prove_jwt(issuer, nonce) if self.proof_type == "jwt" else self.prove_di_vp(issuer, nonce)

    def prove_jwt(
        self,
        issuer: str,
        nonce: str | None,
        *,
        header: Mapping[str, Any] | None = None,
        claims: Mapping[str, Any] | None = None,
        key: PrivateKey | None = None,
    ) -> str:
        """Return a jwt proof; `header` and `claims` replace members (None leaves one out), `key` signs instead."""
        names: dict[str, dict[str, Any]] = {
            "jwk": {"jwk": self.key.public.to_jwk()},
            "kid": {"kid": f"{self.did}#{self.key.public.to_multikey()}"},
            "did:jwk": {"kid": f"{did_jwk(self.key)}#0"},
        }
        head = {
            "typ": "openid4vci-proof+jwt",
            "alg": _ALGORITHMS[self.key.algorithm],
            **names[self.named_by],
            **(header or {}),
        }
        body = {"aud": issuer, "iat": int(time.time()), "nonce": nonce, **(claims or {})}
        return compact_jws(head, body, key or self.key)

    def prove_di_vp(self, issuer: str, nonce: str | None, **faults: Any) -> dict[str, Any]:
        """Return a di_vp proof; `faults` replace members of the presentation or (purpose, domain, key) of its proof."""
        presentation = {
            "@context": ["https://www.w3.org/ns/credentials/v2"],
            "type": ["VerifiablePresentation"],
            "holder": faults.get("holder", self.did),
        }
        return add_proof(
            presentation,
            sign=faults.get("key", self.key).sign,
            cryptosuite=faults.get("cryptosuite", self.cryptosuite),
            verification_method=f"{self.did}#{self.key.public.to_multikey()}",
            created=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            proof_purpose=faults.get("purpose", "authentication"),
            challenge=nonce,
            domain=faults.get("domain", issuer),
        )

    def _checked(self, response: httpx.Response) -> dict[str, Any]:
        if response.status_code >= 400:
            raise Refused(response)
        return dict(response.json())


def receive_offer(client: httpx.Client, offer_uri: str, tx_code: str | None = None) -> dict[str, Any]:
    """Accept an offer with a fresh wallet and return the credential."""
    return Wallet(client).receive_offer(offer_uri, tx_code=tx_code)


def well_known(issuer: str, name: str) -> str:
    """Return where the metadata of an issuer is: the well-known part comes before its path."""
    parts = urlsplit(issuer)
    return f"{parts.scheme}://{parts.netloc}/.well-known/{name}{parts.path}"


def did_jwk(key: PrivateKey) -> str:
    """Return the did:jwk of a key."""
    return "did:jwk:" + base64url_encode(dump_json(key.public.to_jwk()))


def compact_jws(header: Mapping[str, Any], claims: Mapping[str, Any], key: PrivateKey) -> str:
    """Return a compact JWS; members that are None are left out."""
    parts = [{name: value for name, value in part.items() if value is not None} for part in (header, claims)]
    text = ".".join(base64url_encode(dump_json(part)) for part in parts)
    return f"{text}.{base64url_encode(key.sign(text.encode()))}"
