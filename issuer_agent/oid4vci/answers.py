"""How this protocol answers: errors under their OAuth names, open to wallets in any browser.

What went wrong is decided where it happens (RFC 6749 5.2, RFC 6750 3.1, OpenID4VCI 8.3.1.2).
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.responses import JSONResponse, Response

from issuer_agent import offers, reservations
from issuer_agent.oid4vci.refusals import ProtocolRefused
from service_kit.problems import NotFound, Unavailable, oauth_response, problem_of, problem_response, status_of
from vc_core.errors import EdubadgesError, LimitExceeded, MalformedInput

CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Retry-After, WWW-Authenticate",
}
PREFLIGHT = {
    **CORS,
    "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Accept, DPoP",
    "Access-Control-Max-Age": "7200",
}

# our class -> word of the protocol; the code of the error itself stays beside it
_WORD_OF: dict[type[EdubadgesError], str] = {
    offers.TxCodeMissing: "invalid_request",
    offers.TxCodeUnexpected: "invalid_request",
    offers.CodeRefused: "invalid_grant",
    reservations.IssuingRefused: "credential_request_denied",
    LimitExceeded: "invalid_request",
    MalformedInput: "invalid_request",
    Unavailable: "temporarily_unavailable",
}


def protocol_response(error: EdubadgesError) -> Response:
    """Answer with `error`, `error_description` and our stable `code`; a missing address is a plain problem document."""
    if isinstance(error, NotFound):
        return problem_response(problem_of(error))
    if isinstance(error, ProtocolRefused):
        return _with_challenge(oauth_response(error.error, error.detail, status=error.status, code=error.code), error)
    word = next((_WORD_OF[kind] for kind in type(error).__mro__ if kind in _WORD_OF), "server_error")
    status = status_of(error) if isinstance(error, (Unavailable, LimitExceeded)) or word == "server_error" else 400
    response = oauth_response(word, error.detail, status=status, code=error.code)
    if isinstance(error, Unavailable):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _with_challenge(response: JSONResponse, error: ProtocolRefused) -> Response:
    if error.status == 401:
        given = f' error="{error.error}", error_description="{error.detail}"' if error.code != "token-missing" else ""
        response.headers["WWW-Authenticate"] = f"Bearer{given}"
    return response


class ProtocolRoute(APIRoute):
    """A route whose errors leave in the form of OAuth, and whose answers may be read from any site."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return FastAPI's handler with our errors rendered and CORS added."""
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                response = await inner(request)
            except EdubadgesError as error:
                response = protocol_response(error)
            response.headers.update(CORS)
            return response

        return handle
