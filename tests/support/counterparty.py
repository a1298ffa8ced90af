"""An honest issuer and verifier for wallet tests: OpenID4VCI 1.0 and OpenID4VP 1.0 over real HTTP, with real keys.

What a test wants to go wrong it says in `faults`; everything else is done as the specifications say.
"""

from __future__ import annotations

import base64
import json
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import JSONResponse, Response

from vc_core.did import build_did_document, did_key_document, find_verification_method
from vc_core.keys import PrivateKey
from vc_core.model.facts import AchievementData, AwardData, ProfileData, StatusReference
from vc_core.model.open_badge import build_achievement_credential
from vc_core.proof import add_proof, verify_proof
from vc_core.status.bitstring import build_status_list_credential, new_bitstring, set_bit

RECEIPT = {
    "type": "DataIntegrityProof",
    "cryptosuite": "edubadges-receipt-2026",
    "created": "2026-11-24T10:00:00Z",
    "verificationMethod": "did:web:registry.example#log",
    "proofPurpose": "assertionMethod",
    "proofValue": "ue30",
}
"""What stands beside a badge; the wallet only keeps it."""
OB = "https://purl.imsglobal.org/spec/vc/ob/vocab.html#OpenBadgeCredential"


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class Counterparty:
    """Both outside parties on one port, and what they saw."""

    port: int
    faults: set[str] = field(default_factory=set)
    offers: dict[str, dict[str, Any]] = field(default_factory=dict)
    nonces: set[str] = field(default_factory=set)
    tokens: dict[str, dict[str, Any]] = field(default_factory=dict)
    requests: dict[str, dict[str, Any]] = field(default_factory=dict)
    notifications: list[dict[str, Any]] = field(default_factory=list)
    revoked: set[int] = field(default_factory=set)
    seen: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.url = f"http://localhost:{self.port}"
        self.issuer = f"{self.url}/oid4vci/voorbeeld"
        self.did = f"did:web:localhost%3A{self.port}:institutions:voorbeeld"
        self.verifier_did = f"did:web:localhost%3A{self.port}"
        self.client_id = f"decentralized_identifier:{self.verifier_did}"
        self.key = PrivateKey.generate("Ed25519")
        self.request_key = PrivateKey.generate("P-256")

    # -- what a test asks for -------------------------------------------------------------------------------------

    def offer(self, *, name: str = "Duurzaam bouwen", tx_code: str | None = None, image: str | None = None) -> str:
        """Make an offer; return the query of a wallet link."""
        code = secrets.token_urlsafe(16)
        self.offers[code] = {"name": name, "tx_code": tx_code, "image": image, "index": len(self.offers) + 7}
        return "credential_offer_uri=" + quote(f"{self.url}/offers/{code}", safe="")

    def ask(
        self, *, purpose: str = "We zoeken een uitvoerder die duurzaam kan bouwen.", method: str = "post", **dcql: Any
    ) -> str:
        """Make a request; return the query of a wallet link. `self.requests[...]['answer']` will hold what came."""
        request_id = secrets.token_urlsafe(12)
        credential = {"id": "badge", "format": "ldp_vc", "meta": {"type_values": [[OB], ["OpenBadgeCredential"]]}}
        self.requests[request_id] = {
            "nonce": secrets.token_urlsafe(24),
            "state": secrets.token_urlsafe(24),
            "purpose": purpose,
            "dcql": dcql or {"credentials": [credential]},
            "answer": None,
        }
        query = {
            "client_id": self.client_id,
            "request_uri": f"{self.url}/requests/{request_id}",
            "request_uri_method": method,
        }
        return "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items())

    @property
    def last_request(self) -> dict[str, Any]:
        return list(self.requests.values())[-1]

    def presented_badge(self) -> dict[str, Any]:
        """Verify the last answer as a verifier must, with our own engine, and return the badge in it."""
        request = self.last_request
        answer = request["answer"]
        assert answer is not None, "nothing was presented"
        assert answer["state"] == request["state"]
        (presentation,) = json.loads(answer["vp_token"])["badge"]
        proof = presentation["proof"]
        assert proof["cryptosuite"] == "eddsa-jcs-2022"
        assert proof["proofPurpose"] == "authentication"
        assert proof["challenge"] == request["nonce"]
        assert proof["domain"] == self.client_id
        holder = presentation["holder"]
        _, key = find_verification_method(
            did_key_document(holder), proof["verificationMethod"], relationship="authentication"
        )
        verify_proof(presentation, proof, public_key=key)
        (badge,) = presentation["verifiableCredential"]
        assert badge["credentialSubject"]["id"] == holder
        verify_proof(badge, badge["proof"], public_key=self.key.public)
        return badge

    # -- documents -------------------------------------------------------------------------------------------------

    def document(self, did: str) -> dict[str, Any]:
        if did == self.did:
            return build_did_document(did, [("key-1", self.key.public, ["Multikey"])])
        return build_did_document(did, [("request", self.request_key.public, ["JsonWebKey"])])

    def badge(self, offer: dict[str, Any], holder: str) -> dict[str, Any]:
        now = datetime.now(UTC)
        profile = ProfileData(
            id=self.did,
            name={"nl": "Hogeschool Voorbeeld", "en": "Example University"},
            url="https://voorbeeld.example",
        )
        achievement = AchievementData(
            id=f"{self.url}/badge-classes/{quote(offer['name'])}",
            kind="micro_credential",
            language="nl",
            name={"nl": offer["name"], "en": "Sustainable building"},
            description={
                "nl": "Je ontwerpt en bouwt met hergebruikte materialen.",
                "en": "You design and build with reused materials.",
            },
            criteria={
                "nl": "Een ontwerp, een proefbouw en een gesprek.",
                "en": "A design, a trial build and an interview.",
            },
            learning_outcomes={"nl": ("Je kiest materialen op hun levensloop.", "Je rekent de uitstoot door.")},
            ects=5,
            image_url=offer["image"],
        )
        status = StatusReference(list_url=f"{self.url}/institutions/voorbeeld/status/1", index=offer["index"])
        award = AwardData(
            id=f"urn:uuid:{secrets.token_hex(16)}",
            valid_from=_time(now - timedelta(hours=1)),
            awarded_date=_time(now),
            statuses=(status,),
        )
        document = build_achievement_credential(achievement, award, profile, holder_id=holder)
        signed = self._signed(document)
        if "changed-badge" in self.faults:
            signed["credentialSubject"]["achievement"]["name"] = "Hoogleraar"
        return signed

    def status_list(self) -> dict[str, Any]:
        bits = new_bitstring()
        for index in self.revoked:
            set_bit(bits, index)
        return self._signed(
            build_status_list_credential(
                url=f"{self.url}/institutions/voorbeeld/status/1",
                issuer=self.did,
                bits=bits,
                valid_from=_time(datetime.now(UTC)),
            )
        )

    def _signed(self, document: dict[str, Any]) -> dict[str, Any]:
        return add_proof(
            document,
            sign=self.key.sign,
            cryptosuite="eddsa-rdfc-2022",
            verification_method=f"{self.did}#key-1",
            created=_time(datetime.now(UTC)),
        )

    def request_object(self, request_id: str, wallet_nonce: str | None) -> str:
        request = self.requests[request_id]
        claims = {
            "aud": "https://self-issued.me/v2",
            "client_id": self.client_id,
            "response_type": "vp_token",
            "response_mode": "direct_post",
            "response_uri": f"{self.url}/responses/{request_id}",
            "nonce": request["nonce"],
            "state": request["state"],
            "dcql_query": request["dcql"],
            "client_metadata": {"client_name": "Bouwbedrijf De Eik", "vp_formats_supported": {"ldp_vc": {}}},
            "verifier_info": [
                {"format": "edubadges-purpose", "data": {"purpose": request["purpose"], "retention_days": 30}}
            ],
            **({"wallet_nonce": wallet_nonce} if wallet_nonce else {}),
        }
        if "other-client" in self.faults:
            claims["client_id"] = "decentralized_identifier:did:web:example.org"
        if "no-nonce" in self.faults:
            del claims["nonce"]
        method = self.document(self.verifier_did)["verificationMethod"][0]["id"]
        header = {"alg": "ES256", "typ": "oauth-authz-req+jwt", "kid": method}
        text = f"{_b64(json.dumps(header).encode())}.{_b64(json.dumps(claims).encode())}"
        key = PrivateKey.generate("P-256") if "bad-signature" in self.faults else self.request_key
        return f"{text}.{_b64(key.sign(text.encode()))}"


def counterparty_app(party: Counterparty) -> FastAPI:
    """Return the HTTP face of both parties."""
    app = FastAPI()
    app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["*"], allow_headers=["*"])
    _add_documents(app, party)
    _add_issuing(app, party)
    _add_verifying(app, party)

    @app.middleware("http")
    async def remember(request: Request, call_next: Any) -> Response:
        party.seen.append(request.url.path)
        return await call_next(request)

    return app


def _add_documents(app: FastAPI, party: Counterparty) -> None:
    @app.get("/institutions/voorbeeld/did.json")
    def issuer_document() -> Response:
        return JSONResponse(party.document(party.did))

    @app.get("/.well-known/did.json")
    def verifier_document() -> Response:
        return JSONResponse(party.document(party.verifier_did))

    @app.get("/institutions/voorbeeld/status/1")
    def status_list() -> Response:
        return JSONResponse(party.status_list())

    @app.get("/api/participants")
    def participants() -> Response:
        return JSONResponse([{"did": party.did, "slug": "voorbeeld", "status": "active"}])


def _add_issuing(app: FastAPI, party: Counterparty) -> None:
    grant = "urn:ietf:params:oauth:grant-type:pre-authorized_code"

    @app.get("/.well-known/openid-credential-issuer/oid4vci/voorbeeld")
    def metadata() -> Response:
        display = [{"name": "Duurzaam bouwen", "locale": "nl", "description": "Bouwen met wat er al is."}]
        return JSONResponse(
            {
                "credential_issuer": party.issuer,
                "credential_endpoint": f"{party.issuer}/credential",
                "nonce_endpoint": f"{party.issuer}/nonce",
                "notification_endpoint": f"{party.issuer}/notification",
                "display": [
                    {"name": "Hogeschool Voorbeeld", "locale": "nl"},
                    {"name": "Example University", "locale": "en"},
                ],
                "credential_configurations_supported": {
                    "bouwen": {
                        "format": "ldp_vc",
                        "cryptographic_binding_methods_supported": ["did:key", "jwk"],
                        "proof_types_supported": {"jwt": {"proof_signing_alg_values_supported": ["EdDSA"]}},
                        "credential_metadata": {"display": display},
                    }
                },
            }
        )

    @app.get("/.well-known/oauth-authorization-server/oid4vci/voorbeeld")
    def server() -> Response:
        body = {"issuer": party.issuer, "token_endpoint": f"{party.issuer}/token"}
        return JSONResponse({**body, "pre-authorized_grant_anonymous_access_supported": True})

    @app.get("/offers/{code}")
    def offer(code: str) -> Response:
        wanted = {"length": 6, "input_mode": "numeric"} if party.offers[code]["tx_code"] else None
        terms = {"pre-authorized_code": code, **({"tx_code": wanted} if wanted else {})}
        return JSONResponse(
            {"credential_issuer": party.issuer, "credential_configuration_ids": ["bouwen"], "grants": {grant: terms}}
        )

    @app.post("/oid4vci/voorbeeld/token")
    async def token(request: Request) -> Response:
        form = await request.form()
        found = party.offers.get(str(form["pre-authorized_code"]))
        if form["grant_type"] != grant or found is None:
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        if found["tx_code"] and form.get("tx_code") != found["tx_code"]:
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        del party.offers[str(form["pre-authorized_code"])]
        issued = secrets.token_urlsafe(24)
        party.tokens[issued] = found
        return JSONResponse({"access_token": issued, "token_type": "Bearer"}, headers={"Cache-Control": "no-store"})

    @app.post("/oid4vci/voorbeeld/nonce")
    def nonce() -> Response:
        made = secrets.token_urlsafe(16)
        party.nonces.add(made)
        return JSONResponse({"c_nonce": made}, headers={"Cache-Control": "no-store"})

    @app.post("/oid4vci/voorbeeld/credential")
    async def credential(request: Request) -> Response:
        body = await request.json()
        found = party.tokens[request.headers["authorization"].removeprefix("Bearer ")]
        assert set(body) == {"credential_configuration_id", "proofs"}
        (jwt,) = body["proofs"]["jwt"]
        holder = _holder_of(party, jwt)
        if "other-holder" in party.faults:
            holder = PrivateKey.generate("Ed25519").public.did_key()
        answer = {"credential": party.badge(found, holder), "receipt": RECEIPT}
        return JSONResponse({"credentials": [answer], "notification_id": "n-1"})

    @app.post("/oid4vci/voorbeeld/notification")
    async def notification(request: Request) -> Response:
        party.notifications.append(await request.json())
        return Response(status_code=204)


def _holder_of(party: Counterparty, jwt: str) -> str:
    """Check the key proof (OpenID4VCI 1.0, F.4) and return the holder's DID."""
    head, payload, signature = jwt.split(".")
    header, claims = json.loads(_unb64(head)), json.loads(_unb64(payload))
    assert header["typ"] == "openid4vci-proof+jwt"
    assert claims["aud"] == party.issuer
    party.nonces.remove(claims["nonce"])
    assert "iss" not in claims
    did = header["kid"].split("#")[0]
    _, key = find_verification_method(did_key_document(did), header["kid"], relationship="authentication")
    assert key.verify(f"{head}.{payload}".encode(), _unb64(signature))
    return did


def _add_verifying(app: FastAPI, party: Counterparty) -> None:
    media_type = "application/oauth-authz-req+jwt"

    @app.get("/requests/{request_id}")
    def by_get(request_id: str) -> Response:
        return Response(party.request_object(request_id, None), media_type=media_type)

    @app.post("/requests/{request_id}")
    async def by_post(request_id: str, request: Request) -> Response:
        form = await request.form()
        return Response(party.request_object(request_id, str(form["wallet_nonce"])), media_type=media_type)

    @app.post("/responses/{request_id}")
    async def answer(request_id: str, request: Request) -> Response:
        party.requests[request_id]["answer"] = dict(await request.form())
        return JSONResponse({})
