"""Status lists in the forms of others, for machines."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import JSONResponse, Response

from did_registry.api import PUBLIC
from did_registry.other_lists import REVOCATIONS, OtherLists
from did_registry.records import OtherList
from did_registry.settings import RegistrySettings
from service_kit.bodies import json_object
from service_kit.problems import InvalidValues
from vc_core.json_text import JsonObject

MAX_BODY = 4_000_000
type Body = Annotated[JsonObject, Depends(json_object(MAX_BODY))]


def router(lists: OtherLists, settings: RegistrySettings) -> APIRouter:
    """Return the routes."""
    routes = APIRouter()

    def served(request: Request, found: OtherList, media_type: str) -> Response:
        etag = f'"{found.digest[:32]}"'
        headers = {**PUBLIC, "ETag": etag, "Cache-Control": f"public, max-age={settings.status_max_age_s}"}
        if request.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers=headers)
        return Response(found.body, media_type=media_type, headers=headers)

    @routes.get("/institutions/{slug}/token-status/{number}")
    def token_list(request: Request, slug: str, number: int) -> Response:
        return served(request, lists.token(slug, number), "application/statuslist+jwt")

    @routes.put("/institutions/{slug}/token-status/{number}")
    def publish_token_list(slug: str, number: int, body: Body) -> JSONResponse:
        token = body.get("token")
        if not isinstance(token, str):
            raise InvalidValues("Send `token`, a status list token.", errors=[{"pointer": "/token", "detail": "a JWT"}])
        lists.publish_token(slug, number, token, now=datetime.now(UTC))
        return JSONResponse({"url": lists.token_url(slug, number)})

    @routes.get("/institutions/{slug}/revocations")
    def revocations(request: Request, slug: str) -> Response:
        return served(request, lists.find(slug, REVOCATIONS), "application/json")

    @routes.put("/institutions/{slug}/revocations")
    def publish_revocations(slug: str, body: Body) -> JSONResponse:
        listed, proof = body.get("list"), body.get("proof")
        if not isinstance(listed, dict) or not isinstance(proof, str) or len(proof) > 8_192:
            errors = [{"pointer": "/list", "detail": "an object"}, {"pointer": "/proof", "detail": "a JWS"}]
            raise InvalidValues("Send `list` (an object) and `proof` (a compact JWS).", errors=errors)
        lists.publish_revocations(slug, listed, proof, now=datetime.now(UTC))
        return JSONResponse({"url": lists.revocations_url(slug)})

    return routes
