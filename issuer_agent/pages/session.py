"""The front page, and signing in: at the institution's provider, or on a developer's machine as a sample person."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from issuer_agent.oidc import OpenIdConnect, SignInRefused
from issuer_agent.pages.shelf import Shelf
from issuer_agent.pages.visiting import Visiting, see
from issuer_agent.records import Person, Role
from issuer_agent.service import Issuer, now
from issuer_agent.strict_input import Form
from service_kit.bodies import one
from service_kit.pages import language_of
from service_kit.problems import NotFound
from service_kit.sessions import SessionCookie, same_origin

ROLE_TEXT: dict[Role, str] = {
    "student": "Student",
    "awarder": "Teacher",
    "editor": "Editor",
    "administrator": "Administrator",
    "viewer": "Viewer",
}
_FLOW_S = 600


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
    def choose(request: Request, to: str = "/") -> Response:
        return visiting.render(request, "signin.html", **_ways(issuer, request, own_path(to)))

    @routes.post("/signin")
    def sign_in(request: Request, form: Form) -> Response:
        if not issuer.settings.development:
            raise NotFound("There is nothing at this address.")
        same_origin(request, visiting.public_url)
        answer = see(own_path(one(form, "to")))
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

    if issuer.sign_in is not None:
        _at_the_provider(routes, issuer, visiting, issuer.sign_in)
    return routes


def _at_the_provider(routes: APIRouter, issuer: Issuer, visiting: Visiting, provider: OpenIdConnect) -> None:
    # Binds the answer of the provider to the browser that went there (RFC 9700, 4.7).
    flow = SessionCookie("edubadges_issuer_signin", public_url=visiting.public_url, max_age_s=_FLOW_S)

    @routes.get("/signin/go")
    def go(request: Request, to: str = "/") -> Response:
        # Who is signed in already is asked to prove it anew: that is why they came.
        again = visiting.visitor(request) is not None
        address, state = provider.begin(return_to=own_path(to), again=again, now=now())
        answer = RedirectResponse(address, status_code=303)
        flow.write(answer, state)
        return answer

    @routes.get("/signin/callback")
    def callback(request: Request, state: str = "", code: str = "", error: str = "") -> Response:
        if error or not code:
            raise SignInRefused("You did not sign in. Start again when you want to.", code="sign-in-cancelled")
        claims, to = provider.finish(state=state, cookie=flow.read(request), code=code, now=now())
        person = issuer.people.known_as(
            provider.provider.issuer, claims.subject, email=claims.email, name=claims.name, now=now()
        )
        former = visiting.cookie.read(request)
        if former:
            issuer.people.sign_out(former)
        answer = see(to)
        flow.clear(answer)
        visiting.cookie.write(answer, issuer.people.sign_in(person.id, now=now()))
        return answer


def own_path(path: str) -> str:
    """Return the path when it is one of ours, else the front page; nobody is sent elsewhere after signing in."""
    safe = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isascii() and path.isprintable()
    return path if safe and "\\" not in path else "/"


def _ways(issuer: Issuer, request: Request, to: str) -> dict[str, Any]:
    groups = _by_institution(issuer, language_of(request)) if issuer.settings.development else []
    provider = issuer.sign_in.provider.name if issuer.sign_in is not None else None
    return {"groups": groups, "role_texts": ROLE_TEXT, "to": to, "provider": provider}


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
