"""Lists of people who get one badge: bring a file, repair rows, start, follow, hand out the links."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from issuer_agent.access import Act, Visitor
from issuer_agent.batch_files import FILE_NAMES, BatchFile, batch_file, example_file
from issuer_agent.batch_records import NOT_AWARDED, Batch, RowState
from issuer_agent.batches import CLAIM_DAYS, REPAIRABLE, Progress
from issuer_agent.csv_rows import MAX_BYTES, FileNotReadable
from issuer_agent.pages.local_time import for_field, here, read_local
from issuer_agent.pages.people_names import name_of
from issuer_agent.pages.shelf import Shelf
from issuer_agent.pages.visiting import Visiting, back_to, see
from issuer_agent.service import Issuer, now
from issuer_agent.strict_input import Form
from service_kit.bodies import FormFields, Upload, one, upload
from service_kit.pages import language_of
from service_kit.problems import InvalidValues, NotFound, RuleRefused

VERDICT_PILL: dict[RowState, tuple[str, str]] = {
    "good": ("ok", "Good"),
    "invalid": ("bad", "Not right"),
    "incomplete": ("warn", "Something is missing"),
    "duplicate": ("warn", "Twice in the list"),
    "already_awarded": ("info", "Has the badge already"),
    "awarded": ("ok", "Awarded"),
}
BATCH_PILL = {
    "draft": ("wait", "Checked, not started"),
    "scheduled": ("wait", "Starts later"),
    "waiting": ("warn", "Waits for a second person"),
    "running": ("info", "Being awarded"),
    "paused": ("warn", "Paused"),
    "done": ("ok", "Ready"),
    "cancelled": ("unknown", "Ended"),
}
PROBLEM_TEXT = {"badge-class-not-active": "The badge class was archived, so nothing more can be awarded."}
_PAGE = 25


@dataclass(frozen=True, slots=True)
class BatchView:
    """A batch as lists and its page show it."""

    batch: Batch
    progress: Progress
    pill: tuple[str, str]
    scheduled: bool

    @property
    def live(self) -> bool:
        """Say whether it changes by itself."""
        return self.batch.state == "running"


def batch_view(batch: Batch, progress: Progress) -> BatchView:
    """Return the view of a batch."""
    scheduled = batch.state == "running" and batch.start_at is not None and batch.start_at > now()
    return BatchView(batch, progress, BATCH_PILL["scheduled" if scheduled else batch.state], scheduled)


def router(issuer: Issuer, visiting: Visiting) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(prefix="/staff")
    _bring(routes, issuer, visiting)
    _look(routes, issuer, visiting)
    _act(routes, issuer, visiting)
    return routes


def _bring(routes: APIRouter, issuer: Issuer, visiting: Visiting) -> None:
    @routes.get("/{slug}/batches")
    def lists(request: Request, slug: str) -> Response:
        visitor = visiting.staff(request, "view", slug)
        shelf = Shelf(issuer, language_of(request))
        items = [
            (batch_view(batch, progress), shelf.badge(batch.badge_class_id, batch.version))
            for batch, progress in issuer.batches.of_institution(slug)
        ]
        return visiting.render(request, "batches.html", slug=slug, items=items, may=visitor.may)

    @routes.get("/{slug}/batches/new")
    def new(request: Request, slug: str, badge_class: str = "") -> Response:
        visiting.staff(request, "award", slug)
        return visiting.render(request, "batch_new.html", errors={}, **_form(request, slug, badge_class))

    @routes.get("/{slug}/batches/example.csv")
    def example(request: Request, slug: str, badge_class: str) -> Response:
        visiting.staff(request, "award", slug)
        found = issuer.achievements.get(badge_class)
        if found.institution != slug:
            raise NotFound("This badge class does not exist.")
        return _csv(example_file(issuer.achievements.current_version(badge_class)), "example.csv")

    @routes.post("/{slug}/batches/new")
    def check(request: Request, slug: str, sent: Annotated[Upload, Depends(upload("file", MAX_BYTES))]) -> Response:
        visitor = visiting.staff(request, "award", slug)
        chosen, pasted = one(sent.fields, "badge_class"), one(sent.fields, "pasted")
        found = issuer.achievements.get(chosen)
        if found.institution != slug:
            raise NotFound("This badge class does not exist.")
        try:
            if not sent.data and not pasted:
                errors = [{"pointer": "/file", "detail": "Choose a file, or paste rows."}]
                raise InvalidValues("There is no list yet.", errors=errors)
            made = issuer.batches.check(
                found,
                issuer.achievements.current_version(chosen),
                sent.data or pasted.encode(),
                name=sent.filename or "–",
                actor=visitor.actor,
                now=now(),
            )
        except (InvalidValues, RuleRefused) as error:
            view = _form(request, slug, chosen, pasted=pasted)
            found_columns = error.extensions.get("found") if isinstance(error, FileNotReadable) else None
            return visiting.render_again(request, "batch_new.html", error, found_columns=found_columns, **view)
        return see(f"/staff/batches/{made.id}/show")

    def _form(request: Request, slug: str, chosen: str, *, pasted: str = "") -> dict[str, Any]:
        shelf = Shelf(issuer, language_of(request))
        found = issuer.achievements.catalogue(institution=slug)
        badges = [shelf.version(item) for item in found if item.content.enrol != "self_request"]
        return {
            "slug": slug,
            "badges": sorted(badges, key=lambda badge: badge.title),
            "chosen": chosen,
            "pasted": pasted,
        }


def _look(routes: APIRouter, issuer: Issuer, visiting: Visiting) -> None:
    @routes.get("/batches/{batch_id}/show")
    def show(request: Request, batch_id: str, after: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0) -> Response:
        batch, visitor = _allowed(issuer, visiting, request, "view", batch_id)
        return visiting.render(request, "batch.html", errors={}, **_view(issuer, request, batch, visitor, after))

    @routes.get("/batches/{batch_id}/progress")
    def progress(request: Request, batch_id: str) -> Response:
        batch, _ = _allowed(issuer, visiting, request, "view", batch_id)
        item = batch_view(batch, issuer.batches.progress(batch))
        return visiting.render(request, "batch_progress.html", item=item)

    @routes.get("/batches/{batch_id}/{file}.csv")
    def download(request: Request, batch_id: str, file: BatchFile) -> Response:
        batch, _ = _allowed(issuer, visiting, request, "award", batch_id)
        return _csv(batch_file(issuer, batch, file), FILE_NAMES[file])


def _act(routes: APIRouter, issuer: Issuer, visiting: Visiting) -> None:
    @routes.post("/batches/{batch_id}/start")
    def start(request: Request, batch_id: str, form: Form) -> Response:
        batch, visitor = _allowed(issuer, visiting, request, "award", batch_id)
        try:
            issuer.batches.start(batch_id, **_options(form), actor=visitor.actor, now=now())
        except (InvalidValues, RuleRefused) as error:
            view = _view(issuer, request, batch, visitor, 0)
            return visiting.render_again(request, "batch.html", error, **{**view, "typed": form})
        return see(f"/staff/batches/{batch_id}/show")

    @routes.post("/batches/{batch_id}/rows/{number}")
    def repair(request: Request, batch_id: str, number: int, form: Form) -> Response:
        batch, visitor = _allowed(issuer, visiting, request, "award", batch_id)
        values = {name: one(form, name) for name in REPAIRABLE if name in form}
        try:
            issuer.batches.repair(batch_id, number, values, actor=visitor.actor, now=now())
        except RuleRefused as error:
            return visiting.render_again(request, "batch.html", error, **_view(issuer, request, batch, visitor, 0))
        after = one(form, "after")
        return see(f"/staff/batches/{batch_id}/show?after={after if after.isdecimal() else 0}#rows")

    @routes.post("/batches/{batch_id}/offers")
    def offer_again(request: Request, batch_id: str) -> Response:
        _, visitor = _allowed(issuer, visiting, request, "award", batch_id)
        issuer.batches.renew_claims(batch_id, actor=visitor.actor, now=now())
        return see(f"/staff/batches/{batch_id}/show")

    @routes.post("/batches/{batch_id}/{act}")
    def act(
        request: Request, batch_id: str, act: Literal["approve", "send-back", "pause", "resume", "cancel"]
    ) -> Response:
        batch, visitor = _allowed(issuer, visiting, request, "award", batch_id)
        try:
            getattr(issuer.batches, act.replace("-", "_"))(batch_id, actor=visitor.actor, now=now())
        except RuleRefused as error:
            view = _view(issuer, request, issuer.batches.get(batch.id), visitor, 0)
            return visiting.render_again(request, "batch.html", error, **view)
        return see(f"/staff/batches/{batch_id}/show")

    @routes.get("/batches/{batch_id}/{act}")
    def answered(request: Request, batch_id: str, act: str) -> Response:
        _allowed(issuer, visiting, request, "view", batch_id)
        return back_to(request, f"/staff/batches/{batch_id}/show")

    @routes.get("/batches/{batch_id}/rows/{number}")
    def repaired(request: Request, batch_id: str, number: int) -> Response:
        return answered(request, batch_id, "rows")


def _options(form: FormFields) -> dict[str, Any]:
    """Return how a list is awarded, from the form. Raises InvalidValues."""
    days, later = one(form, "claim_days", str(CLAIM_DAYS)), one(form, "start_at")
    errors = []
    if not days.isascii() or not days.isdecimal() or len(days) > 4:
        errors.append({"pointer": "/claim_days", "detail": "Between 1 and 365 days."})
    start_at = None
    if one(form, "when") == "later":
        try:
            start_at = read_local(later)
        except ValueError:
            errors.append({"pointer": "/start_at", "detail": "Give a date and a time."})
    if errors:
        raise InvalidValues("The list cannot start like this.", errors=errors)
    return {
        "delivery": "file" if one(form, "delivery") == "file" else "wallet",
        "with_tx_code": one(form, "tx_code") == "on",
        "claim_days": int(days),
        "start_at": start_at,
    }


def _allowed(issuer: Issuer, visiting: Visiting, request: Request, act: Act, batch_id: str) -> tuple[Batch, Visitor]:
    visitor = visiting.signed_in(request)
    batch = issuer.batches.get(batch_id)
    visitor.require(act, batch.institution)
    return batch, visitor


def _view(issuer: Issuer, request: Request, batch: Batch, visitor: Visitor, after: int) -> dict[str, Any]:
    rows = issuer.batches.rows(batch.id, NOT_AWARDED, after=after, limit=_PAGE + 1)
    return {
        "slug": batch.institution,
        "item": batch_view(batch, issuer.batches.progress(batch)),
        "badge": Shelf(issuer, language_of(request)).badge(batch.badge_class_id, batch.version),
        "rows": rows[:_PAGE],
        "after": after,
        "next_after": rows[_PAGE - 1].number if len(rows) > _PAGE else None,
        "verdicts": VERDICT_PILL,
        "repairable": batch.state in ("draft", "done") and visitor.may("award", batch.institution),
        "stopped_by": PROBLEM_TEXT.get(batch.problem or ""),
        "starter": name_of(issuer, batch.started_by),
        "bringer": name_of(issuer, batch.created_by),
        "own": batch.started_by == visitor.actor.id,
        "second_person_from": issuer.institutions.get(batch.institution).second_person_from,
        "local": here,
        "today": for_field(now()),
        "typed": {},
        "may": visitor.may,
    }


def _csv(data: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(data, media_type="text/csv; charset=utf-8", headers=headers)
