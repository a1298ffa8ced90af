"""What a student sees: requests with their answers, and badges that are ready with the offer for a wallet."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from issuer_agent.pages.downloads import File, badge_file
from issuer_agent.pages.shelf import Shelf
from issuer_agent.pages.views import REQUEST_PILL
from issuer_agent.pages.visiting import Visiting, back_to, see
from issuer_agent.records import Award
from issuer_agent.service import Issuer, now
from service_kit.pages import language_of
from service_kit.problems import NotFound


def router(issuer: Issuer, visiting: Visiting) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(prefix="/my")

    @routes.get("")
    def overview(request: Request) -> Response:
        person = visiting.person(request)
        shelf = Shelf(issuer, language_of(request))
        awards = shelf.awards(issuer.awards.of_person(person))
        asked = [
            (item, shelf.badge(item.badge_class_id, item.version), REQUEST_PILL[item.state])
            for item in issuer.requests.of_person(person)
        ]
        composed = [
            (shelf.version(version), item, shelf.parts(version, item))
            for version, item in issuer.composing.of_person(person, now=now())
        ]
        return visiting.render(request, "my.html", awards=awards, asked=asked, composed=composed)

    @routes.post("/requests/{request_id}/withdraw")
    def withdraw(request: Request, request_id: str) -> Response:
        issuer.requests.withdraw(request_id, person=visiting.person(request), now=now())
        return see("/my")

    @routes.post("/awards/{award_id}/offer")
    def offer(request: Request, award_id: str) -> Response:
        award = _own(request, award_id)
        made = issuer.issuance.offer_award(award.id)
        view = Shelf(issuer, language_of(request)).award(award)
        return visiting.render(request, "offer.html", award=view, offer=made, back="/my")

    @routes.get("/awards/{award_id}/offer")
    def offer_again(request: Request, award_id: str) -> Response:
        _own(request, award_id)
        return back_to(request, "/my")

    @routes.get("/awards/{award_id}/{file}")
    def download(request: Request, award_id: str, file: File) -> Response:
        return badge_file(issuer.issuance, _own(request, award_id), file)

    def _own(request: Request, award_id: str) -> Award:
        person = visiting.person(request)
        award = issuer.awards.get(award_id)
        if award.recipient_email != person.email:
            raise NotFound("This award does not exist.")
        return award

    return routes
