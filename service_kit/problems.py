"""Errors of our own work, and the one table that gives each its HTTP status (RFC 9457).

What a credential is found to be is not an error but a finding, and lives in `verifier.report`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, ClassVar

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from vc_core import errors as core

PROBLEM_TYPES = core.OWN_PROBLEMS
MEDIA_TYPE = "application/problem+json"
type HtmlRenderer = Callable[[Request, int, Mapping[str, Any]], Response]


class ServiceError(core.EdubadgesError):
    """An error of a service; children say which."""


class RuleRefused(ServiceError):
    """A rule of the domain does not allow this; `code` says which rule."""

    type = PROBLEM_TYPES + "rule-refused"
    title = "This is not allowed"
    code = "rule-refused"

    def __init__(self, detail: str = "", *, code: str | None = None, **extensions: object) -> None:
        super().__init__(detail, **extensions)
        if code is not None:
            self.code = code  # type: ignore[misc]  # a rule names itself
            self.type = PROBLEM_TYPES + code  # type: ignore[misc]


class InvalidValues(RuleRefused):
    """Values that can be read but are not right; `errors` lists them as {pointer, detail}."""

    type = PROBLEM_TYPES + "invalid-values"
    title = "Some values are not right"
    code = "invalid-values"


class NotFound(ServiceError):
    """It is not there, or not yours."""

    type = PROBLEM_TYPES + "not-found"
    title = "Not found"
    code = "not-found"


class Unauthenticated(ServiceError):
    """Nobody is signed in, or the key is not valid."""

    type = PROBLEM_TYPES + "unauthenticated"
    title = "Sign in first"
    code = "unauthenticated"


class AccessDenied(ServiceError):
    """You are known, but may not do this."""

    type = PROBLEM_TYPES + "access-denied"
    title = "You may not do this"
    code = "access-denied"


class PreconditionFailed(ServiceError):
    """Somebody else changed it in the meantime."""

    type = PROBLEM_TYPES + "precondition-failed"
    title = "It changed in the meantime"
    code = "precondition-failed"


class TooManyAttempts(ServiceError):
    """The limit of attempts is reached; wait."""

    type = PROBLEM_TYPES + "too-many-attempts"
    title = "Too many attempts"
    code = "too-many-attempts"


class Unavailable(ServiceError):
    """A part we need is away for now; nothing was lost, try again after `retry_after` seconds."""

    type = PROBLEM_TYPES + "unavailable"
    title = "A part of the system is not available now"
    code = "unavailable"
    default_retry_after: ClassVar[int] = 5

    def __init__(self, detail: str = "", *, retry_after: int | None = None, **extensions: object) -> None:
        super().__init__(detail, **extensions)
        self.retry_after = retry_after if retry_after is not None else self.default_retry_after


# THE table: class -> HTTP status, found along the class's ancestors.
STATUS_OF: dict[type[core.EdubadgesError], int] = {
    core.LimitExceeded: 413,
    core.MalformedInput: 400,
    core.UnknownContext: 422,
    core.ProofError: 422,
    core.KeyReferenceError: 422,
    core.DidError: 400,
    core.StatusError: 422,
    InvalidValues: 422,
    RuleRefused: 409,
    NotFound: 404,
    Unauthenticated: 401,
    AccessDenied: 403,
    PreconditionFailed: 412,
    TooManyAttempts: 429,
    Unavailable: 503,
}


def status_of(error: core.EdubadgesError) -> int:
    """Return the HTTP status for this error, or 500 when nobody gave its class one."""
    for ancestor in type(error).__mro__:
        if ancestor in STATUS_OF:
            return STATUS_OF[ancestor]
    return 500


def problem(
    status: int, *, code: str, title: str, detail: str, type_: str | None = None, **more: object
) -> dict[str, Any]:
    """Build a problem document (RFC 9457, section 3) with our stable `code`."""
    return {
        "type": type_ or PROBLEM_TYPES + code,
        "title": title,
        "status": status,
        "code": code,
        "detail": detail,
        **more,
    }


def problem_of(error: core.EdubadgesError) -> dict[str, Any]:
    """Build the problem document of one of our errors; its extensions become members."""
    return problem(
        status_of(error), code=error.code, title=error.title, detail=error.detail, type_=error.type, **error.extensions
    )


def problem_response(body: Mapping[str, Any], *, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Answer with a problem document."""
    return JSONResponse(
        dict(body),
        status_code=body["status"],
        media_type=MEDIA_TYPE,
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


def oauth_response(error: str, description: str, *, status: int = 400, **more: object) -> JSONResponse:
    """Answer in the form of OAuth 2.0 (RFC 6749, section 5.2); `more` carries our stable `code`."""
    body = {"error": error, "error_description": description, **more}
    return JSONResponse(body, status_code=status, headers={"Cache-Control": "no-store"})


def install_problem_handlers(app: FastAPI, *, html: HtmlRenderer | None = None) -> None:
    """Let every error leave as a problem; as a page where a browser asks for one and `html` is given."""

    def render(request: Request, body: dict[str, Any], headers: Mapping[str, str] | None = None) -> Response:
        if html is not None and _wants_html(request):
            response = html(request, body["status"], body)
            response.headers.update(headers or {})
            return response
        return problem_response(body, headers=headers)

    def own(request: Request, error: Exception) -> Response:
        assert isinstance(error, core.EdubadgesError)
        headers = {"Retry-After": str(error.retry_after)} if isinstance(error, Unavailable) else {}
        if isinstance(error, Unauthenticated):
            headers["WWW-Authenticate"] = "Bearer"
        return render(request, problem_of(error), headers)

    def validation(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        found = [{"pointer": _pointer(item["loc"]), "detail": str(item["msg"])} for item in error.errors()[:50]]
        title = "Some values are not right"
        detail = "Look at `errors`: each names the place and what is wrong there."
        return render(request, problem(422, code="invalid-values", title=title, detail=detail, errors=found))

    def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        phrase = HTTPStatus(error.status_code).phrase
        code = phrase.lower().replace(" ", "-").replace("'", "")
        body = problem(error.status_code, code=code, title=phrase, detail=_HTTP_DETAIL.get(error.status_code, phrase))
        return render(request, body, error.headers)

    app.add_exception_handler(core.EdubadgesError, own)
    app.add_exception_handler(RequestValidationError, validation)
    app.add_exception_handler(HTTPException, http)


_HTTP_DETAIL = {
    404: "There is nothing at this address. Check the address, or start at the front page.",
    405: "This address does not take requests of this kind.",
    413: "What was sent is larger than is accepted here.",
}


def _wants_html(request: Request) -> bool:
    accept = request.headers.get("accept", "")
    return "text/html" in accept and not request.url.path.startswith(
        ("/api/", "/oid4vci/", "/oid4vp/", "/.well-known/")
    )


def _pointer(location: tuple[int | str, ...]) -> str:
    """Write pydantic's place as a JSON pointer (RFC 6901) into the body, or name the other part of the request."""
    first, *rest = location or ("body",)
    path = "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in rest)
    return f"#{path}" if first == "body" else f"{first}:{path}"
