"""The API: verify a badge, make a request and follow it. Errors leave as RFC 9457 problems."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response, StreamingResponse

from vc_core.errors import LimitExceeded
from vc_core.json_text import dump_json
from verifier.inputs import MAX_SUBMISSION_BYTES, parse_submission
from verifier.report import Report, Verdict
from verifier.texts import LANGUAGES, Audience, sentence, verdict_sentence, verdict_title
from verifier.web.checking import Checker
from verifier.web.live import HEADERS, follow
from verifier.web.requests import RequestDesk
from verifier.web.transactions import BadgeQuestion

_NO_STORE = {"Cache-Control": "no-store"}


class AddressBody(BaseModel):
    """An address to fetch a badge from."""

    model_config = ConfigDict(extra="forbid")

    url: str = Field(min_length=8, max_length=2_048, pattern=r"^https?://")


class RequestBody(BaseModel):
    """What to ask a person for; `reason` is shown to the person."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field("", max_length=140)
    asked_by: str = Field("", max_length=80)
    achievement_types: list[Annotated[str, Field(max_length=80)]] = Field(default_factory=list, max_length=10)
    issuers: list[Annotated[str, Field(max_length=300)]] = Field(default_factory=list, max_length=20)
    retention: Literal["none", "30d", "1y"] = "none"
    language: Literal["nl", "en"] = "nl"

    def question(self) -> BadgeQuestion:
        """Return the question as the service keeps it."""
        return BadgeQuestion(
            reason=self.reason,
            asked_by=self.asked_by,
            template="api",
            achievement_types=tuple(self.achievement_types),
            issuers=tuple(self.issuers),
            retention=self.retention,
            language=self.language,
        )


async def read_body(request: Request, *, max_bytes: int = MAX_SUBMISSION_BYTES) -> bytes:
    """Return the body, reading no further than is accepted.

    Raises:
        LimitExceeded: it is larger.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > max_bytes:
            raise LimitExceeded(f"What was sent is larger than {max_bytes} bytes.", limit=max_bytes)
    return bytes(body)


def create_api(checker: Checker, desk: RequestDesk) -> APIRouter:
    """Return the routes of the API."""
    router = APIRouter(prefix="/api/v1")

    @router.post("/verify")
    async def verify_badge(request: Request) -> Response:
        """Verify the badge in the body: JSON, a JWT, PNG or SVG."""
        submission = parse_submission(await read_body(request))
        evidence = checker.recall(submission)
        report = checker.judge(submission, evidence) if evidence is not None else None
        if report is None or report.verdict is not Verdict.OK:
            report = await run_in_threadpool(checker.check, submission)
        return _answer(request, report)

    @router.post("/verify-url")
    def verify_address(request: Request, body: AddressBody) -> Response:
        """Fetch a badge and verify it."""
        return _answer(request, checker.check(checker.fetch(body.url)))

    @router.post("/requests", status_code=201)
    def make_request(body: RequestBody) -> Response:
        """Make a request; the access token in the answer is the only key to its result, besides the cookie."""
        made = desk.make(body.question())
        value = {**desk.addresses(made.id), "id": made.id, "access_token": made.session_token}
        response = JSONResponse(value, status_code=201, headers=_NO_STORE)
        desk.cookie.write(response, made.session_token)
        return response

    @router.get("/requests/{transaction_id}")
    def read_request(request: Request, transaction_id: str) -> Response:
        """Say where a request stands; with the report once it is there."""
        return JSONResponse(desk.describe(desk.find(request, transaction_id)), headers=_NO_STORE)

    @router.delete("/requests/{transaction_id}", status_code=204)
    def delete_request(request: Request, transaction_id: str) -> Response:
        """Remove a request and its result."""
        desk.guard(request)
        desk.delete(desk.find(request, transaction_id))
        return Response(status_code=204)

    @router.get("/requests/{transaction_id}/events")
    async def follow_request(request: Request, transaction_id: str) -> Response:
        """Follow a request by server-sent events."""
        await run_in_threadpool(desk.find, request, transaction_id)
        events = follow(lambda: desk.glance(desk.find(request, transaction_id)))
        return StreamingResponse(events, media_type="text/event-stream", headers=HEADERS)

    return router


def _answer(request: Request, report: Report) -> Response:
    value = report.to_json()
    language = request.query_params.get("lang")
    if language in LANGUAGES:
        value = with_sentences(report, language, _audience(request.query_params.get("for")))
    return Response(dump_json(value), media_type="application/json", headers=_NO_STORE)


def _audience(name: str | None) -> Audience:
    return Audience(name) if name in set(Audience) else Audience.EMPLOYER


def with_sentences(report: Report, language: str, audience: Audience) -> dict[str, object]:
    """Return the report's JSON with the sentences for one audience beside the codes."""
    value = report.to_json()
    value["sentence"] = f"{verdict_title(report.verdict, language)}. {verdict_sentence(report.verdict, language)}"
    value["credentials"] = [
        {
            **credential.to_json(),
            "checks": [
                {**result.to_json(), "sentence": sentence(result, language, audience)} for result in credential.checks
            ],
        }
        for credential in report.credentials
    ]
    return value
