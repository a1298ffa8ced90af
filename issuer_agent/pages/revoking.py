"""Revoking many badges at once, as two people do it."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Request
from starlette.responses import Response

from issuer_agent.access import Act, Visitor
from issuer_agent.bulk_revocations import BulkRevocation
from issuer_agent.pages.people_names import name_of
from issuer_agent.pages.shelf import Shelf
from issuer_agent.pages.visiting import Visiting, back_to, see
from issuer_agent.service import Issuer, now
from issuer_agent.strict_input import Form
from service_kit.bodies import one
from service_kit.pages import language_of
from service_kit.problems import RuleRefused

REVOCATIONS_PILL = {
    "waiting": ("warn", "Waits for a second person"),
    "approved": ("info", "Being revoked"),
    "done": ("bad", "Revoked"),
    "withdrawn": ("unknown", "Withdrawn"),
}
_SHOWN = 100


def router(issuer: Issuer, visiting: Visiting) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(prefix="/staff")
    bulk = issuer.bulk_revocations

    @routes.get("/{slug}/revocations")
    def lists(request: Request, slug: str) -> Response:
        visitor = visiting.staff(request, "view", slug)
        items = [
            (item, name_of(issuer, item.created_by), REVOCATIONS_PILL[item.state]) for item in bulk.of_institution(slug)
        ]
        return visiting.render(request, "revocations.html", slug=slug, items=items, may=visitor.may)

    @routes.post("/{slug}/revocations")
    def propose(request: Request, slug: str, form: Form) -> Response:
        visitor = visiting.staff_now(request, "revoke", slug)
        made = bulk.propose(slug, form.get("award", []), reason=one(form, "reason"), actor=visitor.actor, now=now())
        return see(f"/staff/revocations/{made.id}/show")

    @routes.get("/revocations/{revocation_id}/show")
    def show(request: Request, revocation_id: str) -> Response:
        found, visitor = _allowed(request, "view", revocation_id)
        return _shown(request, found, visitor)

    @routes.post("/revocations/{revocation_id}/{act}")
    def decide(request: Request, revocation_id: str, act: Literal["approve", "withdraw"]) -> Response:
        found, visitor = _allowed(request, "revoke", revocation_id)
        visitor.require_fresh(now=now())
        try:
            (bulk.approve if act == "approve" else bulk.withdraw)(revocation_id, actor=visitor.actor, now=now())
        except RuleRefused as error:
            return _shown(request, found, visitor, error.detail)
        return see(f"/staff/revocations/{revocation_id}/show")

    @routes.get("/revocations/{revocation_id}/{act}")
    def answered(request: Request, revocation_id: str, act: str) -> Response:
        _allowed(request, "view", revocation_id)
        return back_to(request, f"/staff/revocations/{revocation_id}/show")

    def _allowed(request: Request, act: Act, revocation_id: str) -> tuple[BulkRevocation, Visitor]:
        visitor = visiting.signed_in(request)
        found = bulk.get(revocation_id)
        visitor.require(act, found.institution)
        return found, visitor

    def _shown(request: Request, found: BulkRevocation, visitor: Visitor, problem: str = "") -> Response:
        shelf = Shelf(issuer, language_of(request))
        return visiting.render(
            request,
            "revocation.html",
            status_code=422 if problem else 200,
            problem_text=problem,
            slug=found.institution,
            item=found,
            pill=REVOCATIONS_PILL[found.state],
            items=shelf.awards(issuer.awards.many(found.award_ids[:_SHOWN])),
            starter=name_of(issuer, found.created_by),
            own=found.created_by == visitor.actor.id,
            may=visitor.may,
        )

    return routes
