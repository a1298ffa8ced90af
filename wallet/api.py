"""The HTTP face of the containers: each route parses, calls one use case and answers.

The session travels as a bearer token that the page keeps in memory only; there is no cookie for another site to use.
"""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request
from pydantic import BaseModel, ValidationError
from starlette.responses import JSONResponse, Response

from service_kit.problems import InvalidValues, RuleRefused, Unauthenticated
from vc_core.errors import LimitExceeded
from vc_core.json_text import parse_json
from wallet.containers import Containers, OpenedSession
from wallet.envelope import Opening, Save

_NO_STORE = {"Cache-Control": "no-store"}
_ETAG = re.compile(r'"([1-9][0-9]{0,15})"')


class PreconditionRequired(RuleRefused):
    """The request does not say which revision it was made from."""

    title = "Say which revision this follows"
    code = "if-match-missing"


async def read_body(request: Request) -> bytes:
    """Read the body up to the limit of a container, and not a byte further."""
    limit: int = request.app.state.max_body_bytes
    size, parts = 0, []
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise LimitExceeded("The container is too large.", limit=limit)
        parts.append(chunk)
    return b"".join(parts)


def bearer(authorization: Annotated[str | None, Header()] = None) -> str:
    """Return the session token of the request, not yet checked."""
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not 20 <= len(token) <= 200:
        raise Unauthenticated("Open the wallet first.")
    return token


def expected_revision(if_match: Annotated[str | None, Header()] = None) -> int:
    """Return the revision in `If-Match`."""
    found = _ETAG.fullmatch(if_match or "")
    if found is None:
        raise PreconditionRequired("Send If-Match with the revision you fetched.")
    return int(found[1])


type Body = Annotated[bytes, Depends(read_body)]
type Token = Annotated[str, Depends(bearer)]
type ExpectedRevision = Annotated[int, Depends(expected_revision)]


def container_routes(containers: Containers) -> APIRouter:
    """Build the routes under `/api/v1`."""
    routes = APIRouter(prefix="/api/v1")

    @routes.post("/wallets")
    def make_wallet(request: Request, body: Body) -> Response:
        return _opened(containers.make(parse_model(Save, body), client=_client(request)), status=201)

    @routes.post("/sessions")
    def open_wallet(request: Request, body: Body) -> Response:
        opening = parse_model(Opening, body)
        return _opened(containers.open(opening.authenticator, client=_client(request)), status=201)

    @routes.delete("/sessions/current")
    def close_wallet(token: Token) -> Response:
        containers.close(token)
        return Response(status_code=204)

    @routes.get("/wallet")
    def get_container(token: Token) -> Response:
        stored = containers.get(token)
        return JSONResponse(stored.container, headers={**_NO_STORE, "ETag": f'"{stored.revision}"'})

    @routes.put("/wallet")
    def save_container(token: Token, revision: ExpectedRevision, body: Body) -> Response:
        stored = containers.save(token, parse_model(Save, body), expected_revision=revision)
        return JSONResponse({"revision": stored.revision}, headers={**_NO_STORE, "ETag": f'"{stored.revision}"'})

    @routes.delete("/wallet")
    def delete_wallet(token: Token) -> Response:
        containers.delete(token)
        return Response(status_code=204, headers={"Clear-Site-Data": '"cache", "storage"'})

    return routes


def _opened(session: OpenedSession, *, status: int) -> Response:
    body = {
        "token": session.token,
        "expires_at": session.expires_at.isoformat(),
        "wallet_id": session.stored.wallet_id,
        "revision": session.stored.revision,
        "container": session.stored.container,
    }
    return JSONResponse(body, status_code=status, headers=_NO_STORE)


def parse_model[M: BaseModel](model: type[M], body: bytes) -> M:
    """Read one of our models from untrusted bytes; what is said about a mistake repeats nothing that was sent."""
    value = parse_json(body, max_bytes=len(body) + 1, max_depth=8)
    try:
        return model.model_validate(value)
    except ValidationError as error:
        found = [
            {"pointer": "#" + "".join(f"/{part}" for part in item["loc"]), "detail": item["msg"]}
            for item in error.errors()
        ]
        raise InvalidValues(
            "Look at `errors`: each names the place and what is wrong there.", errors=found[:50]
        ) from error


def _client(request: Request) -> str:
    return request.client.host if request.client else "unknown"
