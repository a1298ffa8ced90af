"""The front page, and signing in: on a developer's machine by choosing a sample person, elsewhere not in this way."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from issuer_agent.pages.shelf import Shelf
from issuer_agent.pages.visiting import Visiting, see
from issuer_agent.records import Person, Role
from issuer_agent.service import Issuer, now
from issuer_agent.strict_input import Form
from service_kit.bodies import one
from service_kit.pages import language_of
from service_kit.problems import NotFound
from service_kit.sessions import same_origin

ROLE_TEXT: dict[Role, str] = {
    "student": "Student",
    "awarder": "Teacher",
    "editor": "Editor",
    "administrator": "Administrator",
    "viewer": "Viewer",
}


def router(issuer: Issuer, visiting: Visiting) -> APIRouter:
    """Return the routes."""
    routes = APIRouter()

    @routes.get("/")
    def front(request: Request) -> Response:
        visitor = visiting.visitor(request)
        if visitor is not None:
            return see(f"/staff/{visitor.works_at[0]}" if visitor.works_at else "/my")
        shelf = Shelf(issuer, language_of(request))
        badges = [shelf.version(item) for item in issuer.achievements.catalogue()[:6]]
        return visiting.render(request, "front.html", badges=badges)

    @routes.get("/signin")
    def choose(request: Request) -> Response:
        _only_in_development(issuer)
        groups = _by_institution(issuer, language_of(request))
        return visiting.render(request, "signin.html", groups=groups, role_texts=ROLE_TEXT)

    @routes.post("/signin")
    def sign_in(request: Request, form: Form) -> Response:
        _only_in_development(issuer)
        same_origin(request, visiting.public_url)
        answer = see("/")
        visiting.cookie.write(answer, issuer.people.sign_in(one(form, "person"), now=now()))
        return answer

    @routes.post("/signout")
    def sign_out(request: Request) -> Response:
        same_origin(request, visiting.public_url)
        token = visiting.cookie.read(request)
        if token:
            issuer.people.sign_out(token)
        answer = see("/")
        visiting.cookie.clear(answer)
        return answer

    return routes


def _by_institution(issuer: Issuer, language: str) -> list[tuple[str, list[tuple[Person, Role]]]]:
    """Return the sample people below the name of their institution, those who decide first."""
    groups: dict[str, list[tuple[Person, Role]]] = {}
    for person, held in issuer.people.everybody():
        for item in held:
            groups.setdefault(item.institution, []).append((person, item.role))
    order = list(ROLE_TEXT)
    return [
        (institution.name(language), sorted(groups[institution.slug], key=lambda entry: order.index(entry[1])))
        for institution in issuer.institutions.all()
        if institution.slug in groups
    ]


def _only_in_development(issuer: Issuer) -> None:
    if not issuer.settings.development:
        raise NotFound("There is nothing at this address.")
