"""The pages: what do you want to check, a request with its QR code and live status, a file, and the verdict."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response

from service_kit.pages import PAGE_CSP, Pages, language_of
from vc_core.errors import LimitExceeded, MalformedInput
from verifier.inputs import MAX_SUBMISSION_BYTES, parse_submission
from verifier.report import Report
from verifier.texts import unreadable
from verifier.web.checking import Checker
from verifier.web.participants import participant_choices
from verifier.web.requests import RequestDesk
from verifier.web.transactions import RETENTION, BadgeQuestion, State, Transaction
from verifier.web.views import view_report

_TYPES = ("Badge", "Course", "Certificate", "CertificateOfCompletion", "Competency", "Diploma", "MicroCredential")
_DIPLOMA_LIKE = (
    "MicroCredential",
    "Certificate",
    "Diploma",
    "Degree",
    "BachelorDegree",
    "MasterDegree",
    "AssociateDegree",
)
_TEMPLATES = ("any", "diploma", "specific")
_STEPS = (State.WAITING, State.OPENED, State.RECEIVED, State.CHECKING, State.DONE)


def create_pages(pages: Pages, checker: Checker, desk: RequestDesk, *, wallet_url: str) -> APIRouter:
    """Return the routes of the pages."""
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    def home(request: Request) -> Response:
        return pages.render(request, "home.html")

    @router.get("/check")
    def check(request: Request) -> Response:
        return pages.render(request, "check.html", trouble="", code="", address="")

    @router.post("/check")
    async def check_submission(request: Request) -> Response:
        desk.guard(request)
        form = await _read_form(request)
        try:
            return await run_in_threadpool(_check_form, pages, checker, request, form)
        finally:
            await form.close()

    @router.get("/shared")
    def shared(request: Request) -> Response:
        # The one page that reaches out, and only to the wallet service.
        page = pages.render(request, "shared.html", wallet=wallet_url)
        page.headers["Content-Security-Policy"] = PAGE_CSP.replace("connect-src 'self'", f"connect-src {wallet_url}")
        return page

    @router.get("/requests/new")
    def new_request(request: Request) -> Response:
        return _form_page(pages, checker, request, BadgeQuestion(reason=""), {})

    @router.post("/requests")
    async def make_request(request: Request) -> Response:
        desk.guard(request)
        form = await _read_form(request)
        question, errors = read_question(form, language_of(request))
        if errors:
            return await run_in_threadpool(_form_page, pages, checker, request, question, errors)
        made = await run_in_threadpool(desk.make, question, session_token=desk.cookie.read(request))
        response = RedirectResponse(f"/requests/{made.id}", status_code=303)
        desk.cookie.write(response, made.session_token)
        return response

    @router.get("/requests/{transaction_id}")
    def show_request(request: Request, transaction_id: str) -> Response:
        return _show(pages, desk, request, transaction_id, desk.find(request, transaction_id))

    @router.get("/requests/{transaction_id}/state")
    def request_state(request: Request, transaction_id: str) -> Response:
        return JSONResponse(desk.glance(desk.find(request, transaction_id)), headers={"Cache-Control": "no-store"})

    @router.get("/requests/{transaction_id}/report.json")
    def request_report(request: Request, transaction_id: str) -> Response:
        transaction = desk.find(request, transaction_id)
        headers = {"Cache-Control": "no-store", "Content-Disposition": 'attachment; filename="edubadges-report.json"'}
        return JSONResponse(dict(transaction.report or {}), headers=headers)

    @router.post("/requests/{transaction_id}/delete")
    def delete_request(request: Request, transaction_id: str) -> Response:
        desk.guard(request)
        desk.delete(desk.find(request, transaction_id))
        return RedirectResponse("/?deleted=1", status_code=303)

    @router.post("/requests/{transaction_id}/again")
    def repeat_request(request: Request, transaction_id: str) -> Response:
        desk.guard(request)
        transaction = desk.find(request, transaction_id)
        made = desk.make(transaction.question, session_token=desk.cookie.read(request))
        return RedirectResponse(f"/requests/{made.id}", status_code=303)

    return router


async def _read_form(request: Request) -> FormData:
    """Return the form, with one file of the accepted size at most.

    Raises:
        LimitExceeded: it is larger.
        MalformedInput: it cannot be read as a form.
    """
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > MAX_SUBMISSION_BYTES + 1_500_000:
        raise LimitExceeded(f"The file is larger than {MAX_SUBMISSION_BYTES} bytes.", limit=MAX_SUBMISSION_BYTES)
    try:
        return await request.form(max_files=1, max_fields=40, max_part_size=1_200_000)
    except HTTPException as error:
        raise MalformedInput("The form cannot be read.") from error


def _check_form(pages: Pages, checker: Checker, request: Request, form: FormData) -> Response:
    language = language_of(request)
    address = _field(form, "url", 2_048)
    try:
        submission = checker.fetch(address) if address else parse_submission(_content(form))
    except MalformedInput as error:
        trouble = unreadable(error.code, language)
        status = 413 if isinstance(error, LimitExceeded) else 400
        view: dict[str, Any] = {"trouble": trouble, "code": error.code, "address": address}
        return pages.render(request, "check.html", status_code=status, **view)
    report = checker.check(submission)
    documents = [credential.document for credential in submission.credentials]
    view = {"view": view_report(report, documents, language), "transaction": None, "transaction_id": ""}
    return pages.render(request, "verdict.html", **view)


def _content(form: FormData) -> bytes:
    upload = form.get("file")
    if isinstance(upload, UploadFile) and upload.size:
        return upload.file.read(MAX_SUBMISSION_BYTES + 1)
    return _field(form, "text", 1_200_000).encode("utf-8", "surrogatepass")


def _field(form: FormData, name: str, limit: int) -> str:
    value = form.get(name)
    return value.strip()[:limit] if isinstance(value, str) else ""


def read_question(form: FormData, language: str) -> tuple[BadgeQuestion, dict[str, str]]:
    """Return the question in a form, and what is wrong with it by field (an English text, to be translated)."""
    template = _field(form, "template", 20)
    kinds = tuple(kind for kind in form.getlist("achievement_type") if kind in _TYPES)
    chosen = {"diploma": _DIPLOMA_LIKE, "specific": tuple(map(str, kinds))}.get(template, ())
    issuers = tuple(str(item)[:300] for item in form.getlist("issuer") if str(item).startswith("did:"))[:20]
    question = BadgeQuestion(
        reason=_field(form, "reason", 141),
        asked_by=_field(form, "asked_by", 80),
        template=template if template in _TEMPLATES else "any",
        achievement_types=chosen,
        issuers=issuers,
        retention=_field(form, "retention", 4) or "none",
        language=language,
    )
    errors: dict[str, str] = {}
    if not question.reason:
        errors["reason"] = "Say why you ask; the person reads this before deciding."
    elif len(question.reason) > 140:
        errors["reason"] = "Keep it under 140 characters."
    if question.retention not in RETENTION:
        errors["retention"] = "Choose how long you keep the answer."
    if template == "specific" and not chosen and not issuers:
        errors["achievement_type"] = "Choose at least one kind of badge or one issuer."
    return question, errors


def _form_page(
    pages: Pages, checker: Checker, request: Request, question: BadgeQuestion, errors: dict[str, str]
) -> Response:
    view: dict[str, Any] = {
        "question": question,
        "errors": errors,
        "types": _TYPES,
        "participants": participant_choices(checker.source, language_of(request)),
    }
    return pages.render(request, "request_new.html", status_code=422 if errors else 200, **view)


def _show(pages: Pages, desk: RequestDesk, request: Request, transaction_id: str, transaction: Transaction) -> Response:
    state = transaction.state_at(desk.now())
    if state is State.DONE and transaction.report is not None:
        documents = _documents(transaction)
        report = Report.from_json(transaction.report)
        view: dict[str, Any] = {
            "view": view_report(report, documents, language_of(request)),
            "transaction": transaction,
        }
        return pages.render(request, "verdict.html", transaction_id=transaction_id, **view)
    addresses = desk.addresses(transaction_id)
    current = _STEPS.index(state) if state in _STEPS else 0
    left = max(0, int((transaction.expires_at - desk.now()).total_seconds()))
    more: dict[str, Any] = {"transaction": transaction, "state": state, "current": current, "seconds_left": left}
    return pages.render(request, "request.html", transaction_id=transaction_id, links=addresses, **more)


def _documents(transaction: Transaction) -> list[dict[str, Any]]:
    entries = (transaction.presentation or {}).get("verifiableCredential")
    listed = entries if isinstance(entries, list) else [entries]
    return [entry if isinstance(entry, dict) else {} for entry in listed]
