"""The HTTP face of shared badges. Opening one is for scripts of any site: what they get is sealed."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path
from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints
from starlette.responses import JSONResponse, Response

from service_kit.problems import Unauthenticated, problem_of, problem_response
from wallet.api import Body, Token, parse_model
from wallet.shares import ShareGone, Shares

_HEADERS = {"Cache-Control": "no-store"}
_FOR_ALL = {**_HEADERS, "Access-Control-Allow-Origin": "*"}
type Base64Url = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+$")]


type ShareId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{20,100}$")]


class ShareIn(BaseModel):
    """A sealed badge."""

    model_config = ConfigDict(extra="forbid")

    sealed: Base64Url
    owner_hash: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]
    """SHA-256 of the owner's secret."""
    expires_at: AwareDatetime


def owner_secret(authorization: Annotated[str | None, Header()] = None) -> str:
    """Return the secret by which a share's maker shows that it is theirs, not yet checked."""
    scheme, _, secret = (authorization or "").partition(" ")
    if scheme.lower() != "share" or not 20 <= len(secret) <= 200:
        raise Unauthenticated("Show the secret of this link.")
    return secret


type Secret = Annotated[str, Depends(owner_secret)]


def share_routes(shares: Shares) -> APIRouter:
    """Build the routes."""
    routes = APIRouter(prefix="/api/v1/shares")

    @routes.post("")
    def make(token: Token, body: Body) -> Response:
        given = parse_model(ShareIn, body)
        made = shares.make(
            token,
            sealed=_decoded(given.sealed),
            owner_hash=_decoded(given.owner_hash),
            expires_at=given.expires_at,
        )
        return JSONResponse({"id": made.id, "expires_at": _text(made.expires_at)}, status_code=201, headers=_HEADERS)

    @routes.get("/{share_id}")
    def fetch(share_id: ShareId) -> Response:
        try:
            found = shares.open(share_id)
        except ShareGone as error:  # the page of another site must be able to read why
            return problem_response(problem_of(error), headers=_FOR_ALL)
        sealed = base64.urlsafe_b64encode(found.sealed).rstrip(b"=").decode()
        return JSONResponse({"sealed": sealed, "expires_at": _text(found.expires_at)}, headers=_FOR_ALL)

    @routes.get("/{share_id}/openings")
    def look(share_id: ShareId, secret: Secret) -> Response:
        found = shares.look(share_id, secret)
        return JSONResponse({"openings": found.openings, "expires_at": _text(found.expires_at)}, headers=_HEADERS)

    @routes.delete("/{share_id}")
    def withdraw(share_id: ShareId, secret: Secret) -> Response:
        shares.withdraw(share_id, secret)
        return Response(status_code=204, headers=_HEADERS)

    return routes


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _text(moment: datetime) -> str:
    return moment.isoformat()
