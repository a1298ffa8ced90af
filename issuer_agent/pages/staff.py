"""What staff sees first: the dashboard, and the queue of requests with its answers."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter, Request
from starlette.responses import Response

from issuer_agent.award_rules import Grounds
from issuer_agent.pages.shelf import Shelf
from issuer_agent.pages.visiting import Visiting, back_to, see
from issuer_agent.service import Issuer, now
from issuer_agent.store import COUNTED
from issuer_agent.strict_input import Form
from service_kit.bodies import FormFields, one
from service_kit.pages import language_of
from service_kit.problems import InvalidValues, RuleRefused

GROUNDS = ("grade", "narrative", "evidence_url", "evidence_narrative")


def router(issuer: Issuer, visiting: Visiting) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(prefix="/staff")

    @routes.get("/{slug}")
    def dashboard(request: Request, slug: str) -> Response:
        visitor = visiting.staff(request, "view", slug)
        shelf = Shelf(issuer, language_of(request))
        recent = shelf.awards(issuer.awards.of_institution(slug)[:6])
        waiting = [(item, person, shelf.badge(item.badge_class_id, item.version)) for item, person in _open(slug)[:3]]
        view: dict[str, Any] = {
            "counted": COUNTED,
            "institution": shelf.institution(slug),
            "counts": issuer.institutions.counts(slug),
        }
        return visiting.render(
            request, "dashboard.html", slug=slug, recent=recent, waiting=waiting, may=visitor.may, **view
        )

    @routes.get("/{slug}/requests")
    def queue(request: Request, slug: str) -> Response:
        return visiting.render(request, "requests.html", **_queue(request, slug))

    @routes.post("/requests/{request_id}/approve")
    def approve(request: Request, request_id: str, form: Form) -> Response:
        visitor = visiting.signed_in(request)
        asked = issuer.requests.get(request_id)
        badge_class = issuer.achievements.get(asked.badge_class_id)
        visitor.require("decide", badge_class.institution)
        version = issuer.achievements.version(badge_class.id, asked.version)
        person = issuer.people.person(asked.person_id)
        try:
            issuer.awards.approve(asked, badge_class, version, person, grounds_of(form), actor=visitor.actor, now=now())
        except (InvalidValues, RuleRefused) as error:
            return _again(request, badge_class.institution, request_id, form, error)
        return see(f"/staff/{badge_class.institution}/requests")

    @routes.post("/requests/{request_id}/deny")
    def deny(request: Request, request_id: str, form: Form) -> Response:
        visitor = visiting.signed_in(request)
        asked = issuer.requests.get(request_id)
        slug = issuer.achievements.get(asked.badge_class_id).institution
        visitor.require("decide", slug)
        try:
            issuer.requests.deny(request_id, reason=one(form, "reason"), actor=visitor.actor, now=now())
        except (InvalidValues, RuleRefused) as error:
            return _again(request, slug, request_id, form, error)
        return see(f"/staff/{slug}/requests")

    @routes.get("/requests/{request_id}/{answer}")
    def answered(request: Request, request_id: str, answer: Literal["approve", "deny"]) -> Response:
        visitor = visiting.signed_in(request)
        slug = issuer.achievements.get(issuer.requests.get(request_id).badge_class_id).institution
        visitor.require("view", slug)
        return back_to(request, f"/staff/{slug}/requests")

    def _open(slug: str) -> list[Any]:
        return issuer.requests.open_of(slug)

    def _queue(request: Request, slug: str) -> dict[str, Any]:
        visitor = visiting.staff(request, "view", slug)
        shelf = Shelf(issuer, language_of(request))
        items = [(item, person, shelf.badge(item.badge_class_id, item.version)) for item, person in _open(slug)]
        return {
            "slug": slug,
            "items": items,
            "may_decide": visitor.may("decide", slug),
            "wrong": "",
            "typed": {},
            "errors": {},
        }

    def _again(
        request: Request, slug: str, request_id: str, form: FormFields, error: InvalidValues | RuleRefused
    ) -> Response:
        typed = {name: one(form, name) for name in (*GROUNDS, "reason")}
        view = {**_queue(request, slug), "wrong": request_id, "typed": typed}
        view.pop("errors")
        return visiting.render_again(request, "requests.html", error, **view)

    return routes


def grounds_of(form: FormFields) -> Grounds:
    """Return what an award rests on, from a form."""
    return Grounds(**{name: one(form, name) or None for name in GROUNDS})
