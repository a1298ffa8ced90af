"""The addresses that wallets use: identity, signed question, answer. Errors leave as OAuth errors."""

from __future__ import annotations

from urllib.parse import parse_qsl

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from service_kit.problems import NotFound, oauth_response
from vc_core.errors import LimitExceeded, MalformedInput
from verifier.web.api import read_body
from verifier.web.oid4vp import MAX_VP_TOKEN_BYTES, Presentations, ResponseRefused
from verifier.web.request_key import RequestKey

_REQUEST_OBJECT = "application/oauth-authz-req+jwt"
_NO_STORE = {"Cache-Control": "no-store"}


def create_wallet_routes(presentations: Presentations, key: RequestKey) -> APIRouter:
    """Return the routes that wallets use."""
    router = APIRouter()
    document = key.did_document()

    @router.get("/.well-known/did.json")
    def did_document() -> Response:
        """Give the verifier's identity document."""
        return JSONResponse(document, media_type="application/did+json", headers={"Cache-Control": "max-age=300"})

    @router.get("/oid4vp/requests/{request_id}")
    def get_request(request_id: str) -> Response:
        """Give the signed question."""
        return _give_request(presentations, request_id, None)

    @router.post("/oid4vp/requests/{request_id}")
    async def post_request(request: Request, request_id: str) -> Response:
        """Give the signed question, with the wallet's own nonce in it (OpenID4VP 1.0, 5.10)."""
        try:
            form = await _read_form(request, max_bytes=64_000)
        except MalformedInput as error:
            return _invalid(error)
        return await run_in_threadpool(_give_request, presentations, request_id, form.get("wallet_nonce"))

    @router.post("/oid4vp/responses/{response_id}")
    async def post_response(request: Request, response_id: str) -> Response:
        """Take in an answer."""
        try:
            form = await _read_form(request, max_bytes=3 * MAX_VP_TOKEN_BYTES)
            await run_in_threadpool(presentations.receive, response_id, form)
        except ResponseRefused as error:
            return oauth_response("invalid_request", error.detail, code=error.code)
        except NotFound as error:
            return oauth_response("invalid_request", error.detail, status=404, code=error.code)
        except MalformedInput as error:
            return _invalid(error)
        return JSONResponse({}, headers=_NO_STORE)

    return router


def _give_request(presentations: Presentations, request_id: str, wallet_nonce: str | None) -> Response:
    try:
        signed = presentations.signed_request(request_id, wallet_nonce)
    except NotFound as error:
        return oauth_response("invalid_request_uri", error.detail, status=404, code=error.code)
    except MalformedInput as error:
        return _invalid(error)
    return Response(signed, media_type=_REQUEST_OBJECT, headers=_NO_STORE)


def _invalid(error: MalformedInput) -> Response:
    status = 413 if isinstance(error, LimitExceeded) else 400
    return oauth_response("invalid_request", error.detail, status=status, code=error.code)


async def _read_form(request: Request, *, max_bytes: int) -> dict[str, str]:
    """Return the fields of a form; one value each, as OAuth asks (RFC 6749, 3.1).

    Raises:
        MalformedInput: not a form, or a field twice.
    """
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise MalformedInput("A form (application/x-www-form-urlencoded) is expected here.")
    body = await read_body(request, max_bytes=max_bytes)
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=30, errors="strict")
    except ValueError as error:
        raise MalformedInput("The form cannot be read.") from error
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise MalformedInput("A field of the form comes twice.")
    return fields
