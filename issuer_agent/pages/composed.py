"""Composed badges as staff sees them: who has all the parts."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from issuer_agent.pages.shelf import Shelf
from issuer_agent.pages.visiting import Visiting
from issuer_agent.service import Issuer, now
from service_kit.pages import language_of

_MOST = 200


def router(issuer: Issuer, visiting: Visiting) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(prefix="/staff")

    @routes.get("/{slug}/composed")
    def composed(request: Request, slug: str) -> Response:
        visitor = visiting.staff(request, "view", slug)
        shelf = Shelf(issuer, language_of(request))
        found = issuer.composing.proposals(slug, now=now())[:_MOST]
        proposals = [(shelf.version(item.version), item) for item in found]
        return visiting.render(request, "composed.html", slug=slug, proposals=proposals, may=visitor.may)

    return routes
