"""The catalogue and the public page of a badge class, where a student asks for it."""

from __future__ import annotations

from typing import Annotated, Any, cast

from fastapi import APIRouter, Request
from pydantic import StringConstraints
from starlette.responses import Response

from issuer_agent.pages.shelf import Shelf
from issuer_agent.pages.views import ASSESSMENT_TEXT, PARTICIPATION_TEXT, SECTOR_TEXT, TYPE_TEXT
from issuer_agent.pages.visiting import Visiting, back_to, see
from issuer_agent.records import BadgeClassType, Kind
from issuer_agent.service import Issuer, now
from issuer_agent.strict_input import Form
from service_kit.bodies import one
from service_kit.pages import language_of
from service_kit.problems import InvalidValues, RuleRefused


def router(issuer: Issuer, visiting: Visiting) -> APIRouter:
    """Return the routes."""
    routes = APIRouter()

    @routes.get("/badges")
    def catalogue(
        request: Request,
        q: Annotated[str, StringConstraints(max_length=100)] = "",
        type: str = "",
        sector: str = "",
        institution: str = "",
    ) -> Response:
        shelf = Shelf(issuer, language_of(request))
        kind = cast(BadgeClassType, type) if type in TYPE_TEXT else None
        of_sector = cast(Kind, sector) if sector in SECTOR_TEXT else None
        found = issuer.achievements.catalogue(search=q, kind=kind, sector=of_sector, institution=institution or None)
        return visiting.render(
            request,
            "catalogue.html",
            badges=[shelf.version(item) for item in found],
            asked={"q": q, "type": kind or "", "sector": of_sector or "", "institution": institution},
            types=TYPE_TEXT,
            sectors=SECTOR_TEXT,
            institutions=[(item.slug, item.name(shelf.language)) for item in issuer.institutions.all()],
        )

    @routes.get("/badges/{badge_class_id}")
    def badge_class(request: Request, badge_class_id: str) -> Response:
        return visiting.render(request, "badge.html", **_view(request, badge_class_id), errors={}, typed={})

    @routes.post("/badges/{badge_class_id}/request")
    def ask(request: Request, badge_class_id: str, form: Form) -> Response:
        person = visiting.person(request)
        found = issuer.achievements.get(badge_class_id)
        version = issuer.achievements.current_version(badge_class_id)
        typed = {"motivation": one(form, "motivation"), "evidence_url": one(form, "evidence_url")}
        try:
            issuer.requests.ask(found, version, person, **typed, now=now())
        except (InvalidValues, RuleRefused) as error:
            return visiting.render_again(request, "badge.html", error, **_view(request, badge_class_id), typed=typed)
        return see("/my")

    @routes.get("/badges/{badge_class_id}/request")
    def asked(request: Request, badge_class_id: str) -> Response:
        return back_to(request, f"/badges/{badge_class_id}")

    def _view(request: Request, badge_class_id: str) -> dict[str, Any]:
        found = issuer.achievements.get(badge_class_id)
        version = issuer.achievements.current_version(badge_class_id)
        visitor = visiting.visitor(request)
        person = visitor.person if visitor else None
        shelf = Shelf(issuer, language_of(request))
        own_standing = issuer.composing.standing_of(version, person, now=now()) if person else None
        return {
            "badge": shelf.version(version),
            "parts": shelf.parts(version, own_standing),
            "own_standing": own_standing if visitor is not None and visitor.is_student else None,
            "version": version,
            "archived": found.state == "archived",
            "on_request": version.content.enrol != "direct_award",
            "hindrance": issuer.requests.hindrance(found, version, person, now=now()) if person else None,
            "may_award": visitor is not None and visitor.may("award", found.institution),
            "may_edit": visitor is not None and visitor.may("edit_badge_classes", found.institution),
            "participation": [PARTICIPATION_TEXT[item] for item in version.content.participation],
            "assessment": [ASSESSMENT_TEXT[item] for item in version.content.assessment],
        }

    return routes
