"""The addresses of OpenID4VCI. A route reads, calls one use case, and answers; rules are elsewhere."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from issuer_agent import store
from issuer_agent.credentials import picture_svg
from issuer_agent.issuance import Issuance
from issuer_agent.oid4vci.answers import PREFLIGHT, ProtocolRoute
from issuer_agent.oid4vci.credential import answer_credential_request, receive_notification
from issuer_agent.oid4vci.messages import (
    MAX_BODY_BYTES,
    parse_credential_request,
    parse_notification,
    parse_token_request,
)
from issuer_agent.oid4vci.metadata import build_issuer_metadata, build_server_metadata
from issuer_agent.oid4vci.nonce import new_nonce
from issuer_agent.oid4vci.refusals import TokenRefused
from issuer_agent.oid4vci.token import answer_token_request
from issuer_agent.records import Institution
from issuer_agent.status_assertions import StatusAssertions
from issuer_agent.store_facts import list_configurations
from service_kit.bodies import raw_body
from service_kit.database import begin
from service_kit.problems import NotFound
from vc_core.json_text import JsonObject, dump_json, parse_json_object

type Body = Annotated[bytes, Depends(raw_body(MAX_BODY_BYTES))]

_ISSUER = "openid-credential-issuer"
# Wallets of draft 15 and before ask for openid-configuration too.
_SERVERS = ("oauth-authorization-server", "openid-configuration")


def router(issuance: Issuance) -> APIRouter:
    """Return the routes of every institution's credential issuer."""
    routes = APIRouter(route_class=ProtocolRoute)
    _add_metadata(routes, issuance)
    _add_endpoints(routes, issuance)

    @routes.options("/oid4vci/{path:path}")
    @routes.options("/.well-known/{path:path}")
    def preflight(path: str) -> Response:
        return Response(status_code=204, headers=PREFLIGHT)

    return routes


def _add_metadata(routes: APIRouter, issuance: Issuance) -> None:
    """Add metadata where 1.0 wants it (before the path of the issuer) and where older wallets look (after it)."""

    @routes.get(f"/.well-known/{_ISSUER}/oid4vci/{{slug}}")
    @routes.get(f"/oid4vci/{{slug}}/.well-known/{_ISSUER}")
    def issuer_metadata(slug: str) -> Response:
        institution = _institution(issuance, slug)
        with begin(issuance.engine) as connection:
            versions = list_configurations(connection, slug)
        document = build_issuer_metadata(issuance.credential_issuer(slug), institution, versions)
        return _json(document, cache="public, max-age=60")

    def server_metadata(slug: str) -> Response:
        _institution(issuance, slug)
        return _json(build_server_metadata(issuance.credential_issuer(slug)), cache="public, max-age=60")

    for name in _SERVERS:
        for path in (f"/.well-known/{name}/oid4vci/{{slug}}", f"/oid4vci/{{slug}}/.well-known/{name}"):
            routes.add_api_route(path, server_metadata, methods=["GET"])

    @routes.get("/oid4vci/{slug}/pictures/{configuration_id}.svg")
    def picture(slug: str, configuration_id: str) -> Response:
        with begin(issuance.engine) as connection:
            versions = list_configurations(connection, slug)
        for version in versions:
            if version.id == configuration_id:
                return Response(
                    picture_svg(version),
                    media_type="image/svg+xml",
                    headers={"Cache-Control": "public, max-age=86400", "X-Content-Type-Options": "nosniff"},
                )
        raise NotFound("There is no such picture.")


def _add_endpoints(routes: APIRouter, issuance: Issuance) -> None:
    assertions = StatusAssertions(issuance)

    @routes.post("/oid4vci/{slug}/status-assertion")
    def status_assertion(slug: str, body: Body) -> Response:
        return _json(assertions.state(slug, parse_json_object(body, max_bytes=MAX_BODY_BYTES)))

    @routes.get("/oid4vci/{slug}/offers/{offer_id}")
    def offer(slug: str, offer_id: str) -> Response:
        return _json(issuance.read_offer(slug, offer_id))

    @routes.post("/oid4vci/{slug}/token")
    def token(slug: str, request: Request, body: Body) -> Response:
        message = parse_token_request(body, request.headers.get("content-type", ""))
        return _json(answer_token_request(issuance, slug, message))

    @routes.post("/oid4vci/{slug}/nonce")
    def nonce(slug: str) -> Response:
        _institution(issuance, slug)
        return _json({"c_nonce": new_nonce(issuance.key, slug=slug, now=issuance.clock())})

    @routes.post("/oid4vci/{slug}/credential")
    def credential(slug: str, request: Request, body: Body) -> Response:
        authorization = _authorization(request)
        message = parse_credential_request(body, request.headers.get("content-type", ""))
        return _json(answer_credential_request(issuance, slug, authorization, message))

    @routes.post("/oid4vci/{slug}/notification")
    def notification(slug: str, request: Request, body: Body) -> Response:
        authorization = _authorization(request)
        message = parse_notification(body, request.headers.get("content-type", ""))
        receive_notification(issuance, slug, authorization, message)
        return Response(status_code=204)


def _authorization(request: Request) -> str | None:
    """Return the Authorization header; a token in the address is refused (RFC 6750, 2.3: it ends up in logs)."""
    if "access_token" in request.query_params:
        detail = "Send the access token in the Authorization header, not in the address."
        raise TokenRefused(detail, code="token-in-query", error="invalid_request", status=400)
    return request.headers.get("authorization")


def _institution(issuance: Issuance, slug: str) -> Institution:
    with begin(issuance.engine) as connection:
        found = store.find_institution(connection, slug)
    if found is None or not found.ready:
        raise NotFound("No institution issues badges at this address.")
    return found


def _json(document: JsonObject, *, cache: str = "no-store") -> Response:
    return Response(dump_json(document), media_type="application/json", headers={"Cache-Control": cache})
