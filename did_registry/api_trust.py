"""What lasts, for machines: histories of documents, the log of signatures, and the trust repository as files."""

from __future__ import annotations

import hmac
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import FileResponse, JSONResponse, Response

from did_registry.api import PUBLIC
from did_registry.history import History
from did_registry.settings import RegistrySettings
from did_registry.signing_log import MAX_LEAVES, SigningLog
from service_kit.bodies import json_object
from service_kit.problems import InvalidValues, NotFound, Unauthenticated
from vc_core.errors import MalformedInput
from vc_core.json_text import JsonObject
from vc_core.multiformats import base64url_decode

_PART = re.compile(
    r"metadata/(?:timestamp|[1-9][0-9]{0,9}\.[a-z]{1,16}[0-9]{0,2}(?:-[0-9a-f]{1,3})?)\.json"
    r"|targets/items/[a-z-]{1,32}/[0-9a-f]{64}\.[0-9a-f]{40}\.json"
)


def router(history: History, log: SigningLog, repository: Path, settings: RegistrySettings) -> APIRouter:
    """Return the routes."""
    routes = APIRouter()
    expected = settings.operator_token.get_secret_value()

    @routes.get("/institutions/{slug}/did.jsonl")
    def did_log(slug: str) -> Response:
        headers = {**PUBLIC, "Cache-Control": f"public, max-age={settings.status_max_age_s}"}
        return Response(history.text(slug), media_type="text/jsonl", headers=headers)

    @routes.get("/api/signing-log")
    def about_log() -> JSONResponse:
        note = log.head(now=datetime.now(UTC))
        headers = {**PUBLIC, "Cache-Control": "public, max-age=60"}
        return JSONResponse({**log.about(), "checkpoint": note}, headers=headers)

    @routes.get("/api/signing-log/receipts/{leaf}")
    def receipt(leaf: str) -> JSONResponse:
        headers = {**PUBLIC, "Cache-Control": "public, max-age=31536000, immutable"}
        return JSONResponse(log.receipt_of(_leaves({"leaves": [leaf]})[0]), headers=headers)

    @routes.post("/api/signing-log")
    def add(request: Request, body: Annotated[JsonObject, Depends(json_object(100_000))]) -> JSONResponse:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(token.encode(), expected.encode()):
            raise Unauthenticated("Only issuers that this registry knows may add to its log.")
        return JSONResponse({"receipts": log.add(_leaves(body), now=datetime.now(UTC))})

    @routes.get("/trust/{part:path}")
    def trust(part: str) -> Response:
        path = repository / part
        if not _PART.fullmatch(part) or not path.is_file():
            raise NotFound("There is no such part of the trust repository.")
        lasting = "public, max-age=31536000, immutable" if part != "metadata/timestamp.json" else "public, max-age=10"
        return FileResponse(path, media_type="application/json", headers={**PUBLIC, "Cache-Control": lasting})

    return routes


def _leaves(body: JsonObject) -> list[bytes]:
    """Return the hashes in a request. Raises InvalidValues."""
    listed = body.get("leaves")
    if not isinstance(listed, list) or len(listed) > MAX_LEAVES:
        raise InvalidValues(f"Send `leaves`, a list of at most {MAX_LEAVES} hashes in base64url.")
    try:
        return [base64url_decode(item) if isinstance(item, str) else b"" for item in listed]
    except MalformedInput as error:
        raise InvalidValues("A hash is not base64url.") from error
