"""The VC API over our own issuing and verifying, put together: keys → desks → routes. Nothing runs at import.

The contract is the one the W3C test suites speak (w3c/vc-data-model-2.0-test-suite, vc-di-eddsa-test-suite,
vc-di-ecdsa-test-suite, vc-bitstring-status-list-test-suite) after the VC API draft. Only loopback is ever listened to.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime
from typing import Annotated

import uvicorn
from fastapi import APIRouter, Depends, FastAPI, Request
from starlette.responses import JSONResponse, Response

from edubadges.conformance.certificate import certificate_for_localhost
from edubadges.conformance.evidence import MemorySource
from edubadges.conformance.examples import know_the_examples
from edubadges.conformance.issuing import IssueOptions, IssuerDesk, text_option, wrong_value
from edubadges.conformance.keys import SELECTIVE, KeyRing
from edubadges.conformance.resolving import DOCUMENT_TYPE, RESOLUTION_TYPE, resolve
from edubadges.conformance.status import StatusBook
from edubadges.conformance.verifying import Verification, VerifierDesk, VerifyOptions
from service_kit.bodies import json_object
from service_kit.limits import BodyLimit
from service_kit.logs import RequestLog, configure_logs
from service_kit.problems import install_problem_handlers
from vc_core.did import did_web_from_url
from vc_core.json_text import JsonObject

DEFAULT_PORT = 40_443
MAX_BODY_BYTES = 1_000_000
MAX_DEPTH = 40
_HOST = "127.0.0.1"
_NO_STORE = {"Cache-Control": "no-store"}

Body = Annotated[JsonObject, Depends(json_object(MAX_BODY_BYTES, max_depth=MAX_DEPTH))]


def _clock() -> datetime:
    return datetime.now(UTC)


def create_app(base_url: str, *, clock: Callable[[], datetime] = _clock) -> FastAPI:
    """Return the service, reached at `base_url`, with new keys and empty lists."""
    keys = KeyRing.generate()
    did = did_web_from_url(base_url)
    statuses = StatusBook(base_url, clock)
    issuer = IssuerDesk(keys, statuses, clock)
    verifier = VerifierDesk(MemorySource(keys, statuses, did, clock), clock)
    app = FastAPI(title="edubadges conformance", docs_url=None, redoc_url=None)
    install_problem_handlers(app)
    app.include_router(_issuing_routes(issuer, statuses))
    app.include_router(_verifying_routes(verifier))
    app.include_router(_reading_routes(base_url, did, keys, statuses))
    app.add_middleware(BodyLimit, max_bytes=MAX_BODY_BYTES)
    app.add_middleware(RequestLog)
    return app


def run(port: int, *, http: bool) -> None:
    """Serve on loopback until SIGTERM or SIGINT; over TLS with a certificate of its own unless `http`."""
    configure_logs("conformance", style="text")
    know_the_examples()
    base_url = f"{'http' if http else 'https'}://localhost:{port}"
    print(f"{base_url}/ describes this implementation for the test suites.")
    with nullcontext() if http else certificate_for_localhost(_clock()) as files:
        uvicorn.run(
            create_app(base_url),
            host=_HOST,
            port=port,
            ssl_certfile=files.certificate if files is not None else None,
            ssl_keyfile=files.key if files is not None else None,
            access_log=False,
            log_config=None,
            server_header=False,
            timeout_graceful_shutdown=5,
        )


def _issuing_routes(desk: IssuerDesk, statuses: StatusBook) -> APIRouter:
    router = APIRouter(prefix="/credentials")

    @router.post("/issue")
    def issue(body: Body) -> Response:
        """Secure a credential."""
        options = IssueOptions.read(_options(body))
        return _created(desk.issue(_object(body, "credential"), options))

    @router.post("/derive")
    def derive(body: Body) -> Response:
        """Keep only selected parts of a credential."""
        return _created(desk.derive(_object(body, "verifiableCredential"), _options(body)))

    @router.post("/status")
    def update_status(body: Body) -> Response:
        """Change what the status list says of a credential."""
        entry = _object(body, "credentialStatus")
        status = body.get("status", True)  # older suites leave it out, and mean that the bit is set
        if not isinstance(status, bool):
            raise wrong_value("#/status", "True or false is expected.")
        credential_id = text_option(body, "credentialId")
        purpose = text_option(entry, "statusPurpose")
        if credential_id is None or purpose is None:
            raise wrong_value("#/credentialId", "credentialId and credentialStatus.statusPurpose are required.")
        statuses.update(credential_id, purpose, status=status)
        return JSONResponse({}, headers=_NO_STORE)

    return router


def _verifying_routes(desk: VerifierDesk) -> APIRouter:
    router = APIRouter()

    @router.post("/credentials/verify")
    def verify_credential(body: Body) -> Response:
        """Verify a credential: 200 when it is verified, 400 with the problems when not."""
        options = VerifyOptions.read(_options(body))
        return _judged(desk.verify_credential(_object(body, "verifiableCredential"), options))

    @router.post("/presentations/verify")
    def verify_presentation(body: Body) -> Response:
        """Verify a presentation, signed or not, and what is in it."""
        options = VerifyOptions.read(_options(body))
        if "presentation" in body and "verifiablePresentation" not in body:
            return _judged(desk.verify_unsigned_presentation(_object(body, "presentation"), options))
        return _judged(desk.verify_presentation(_object(body, "verifiablePresentation"), options))

    return router


def _reading_routes(base_url: str, did: str, keys: KeyRing, statuses: StatusBook) -> APIRouter:
    router = APIRouter()

    @router.get("/")
    def describe() -> Response:
        """Describe this implementation as the suites' local configuration wants it."""
        return JSONResponse(describe_implementation(base_url, keys), headers=_NO_STORE)

    @router.get("/status/{number}")
    def read_list(number: int) -> Response:
        """Give a status list credential."""
        return JSONResponse(statuses.publish(number), media_type="application/vc", headers=_NO_STORE)

    @router.get("/.well-known/did.json")
    def read_own_document() -> Response:
        """Give our did:web document."""
        return JSONResponse(keys.did_document(did), media_type=DOCUMENT_TYPE)

    @router.get("/identifiers/{identifier:path}")
    def resolve_identifier(request: Request, identifier: str) -> Response:
        """Resolve an identifier; the whole result when it is asked for or there is no document."""
        found = resolve(identifier, keys, did)
        if found.document is None or RESOLUTION_TYPE in request.headers.get("accept", ""):
            return JSONResponse(found.to_json(), status_code=found.status, media_type=RESOLUTION_TYPE)
        return JSONResponse(found.document, media_type=DOCUMENT_TYPE)

    return router


def describe_implementation(base_url: str, keys: KeyRing) -> JsonObject:
    """Return one entry of `implementations` in a suite's `localConfig.cjs`.

    The suites for the data model and for status lists take the first issuer that carries their tag.
    """
    issuers: list[JsonObject] = []
    for issuer in keys.issuers:
        options: JsonObject = {"cryptosuite": issuer.cryptosuite, "keyType": issuer.key_type}
        entry: JsonObject = {
            "id": issuer.did,
            "endpoint": f"{base_url}/credentials/issue",
            "tags": [issuer.cryptosuite, "localhost"],
            "options": options,
            "supports": {"vc": ["2.0"], "keyTypes": [issuer.key_type]},
            "supportedEcdsaKeyTypes": [issuer.key_type],
        }
        issuers.append(entry)
    first = issuers[0]
    # JCS takes vocabularies written inside a document, which most fixtures of the data model suite have.
    plain = next(entry for entry, issuer in zip(issuers, keys.issuers, strict=True) if "jcs" in issuer.cryptosuite)
    plain["tags"] = ["vc2.0", *_list(plain["tags"])]
    with_status: JsonObject = {"statusPurpose": "revocation", "type": "BitstringStatusListEntry"}
    issuers.append(
        {
            **first,
            "tags": ["BitstringStatusList", "localhost"],
            "options": {"cryptosuite": "eddsa-rdfc-2022", "credentialStatus": with_status},
        }
    )
    suites = list(dict.fromkeys(issuer.cryptosuite for issuer in keys.issuers))
    verifier: JsonObject = {
        "id": first["id"],
        "endpoint": f"{base_url}/credentials/verify",
        "tags": ["vc2.0", "BitstringStatusList", *suites, "localhost"],
        "supports": {"vc": ["2.0"], "keyTypes": ["P-256", "P-384"]},
        "supportedEcdsaKeyTypes": ["P-256", "P-384"],
    }
    return {
        "name": "edubadges",
        "implementation": "edubadges conformance-server",
        "issuers": [*issuers],
        "verifiers": [verifier],
        "vpVerifiers": [{**verifier, "endpoint": f"{base_url}/presentations/verify", "tags": ["vc2.0", "localhost"]}],
        "vcHolders": [
            {"id": first["id"], "endpoint": f"{base_url}/credentials/derive", "tags": ["vcHolder", SELECTIVE]},
        ],
        "didResolvers": [
            {"id": first["id"], "endpoint": f"{base_url}/identifiers", "tags": ["did-key", "localhost"]},
        ],
    }


def _list(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else []


def _object(body: JsonObject, name: str) -> JsonObject:
    value = body.get(name)
    if not isinstance(value, dict):
        raise wrong_value(f"#/{name}", "An object is expected.")
    return value


def _options(body: JsonObject) -> JsonObject:
    return _object(body, "options") if body.get("options") is not None else {}


def _created(credential: JsonObject) -> Response:
    return JSONResponse({"verifiableCredential": credential}, status_code=201, headers=_NO_STORE)


def _judged(verification: Verification) -> Response:
    return JSONResponse(verification.to_json(), status_code=200 if verification.verified else 400, headers=_NO_STORE)
