"""People and rules of an institution, for its administrators; and what somebody sees who is invited."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from issuer_agent.mailing import ROLE_NAMES, both_dates, names_of, write
from issuer_agent.organisation import STAFF
from issuer_agent.pages.local_time import HERE
from issuer_agent.pages.session import ROLE_TEXT
from issuer_agent.pages.visiting import Visiting, back_to, see
from issuer_agent.records import Institution
from issuer_agent.service import Issuer, now
from issuer_agent.strict_input import Form
from service_kit.bodies import FormFields, one
from service_kit.mail import Mail
from service_kit.pages import language_of
from service_kit.problems import InvalidValues, RuleRefused


def router(issuer: Issuer, visiting: Visiting) -> APIRouter:
    """Return the routes."""
    routes = APIRouter()
    _people(routes, issuer, visiting)
    _rules(routes, issuer, visiting)
    _invited(routes, issuer, visiting)
    return routes


def _people(routes: APIRouter, issuer: Issuer, visiting: Visiting) -> None:
    organisation = issuer.organisation

    @routes.get("/staff/{slug}/people")
    def people(request: Request, slug: str) -> Response:
        visiting.staff(request, "administrate", slug)
        return visiting.render(request, "people.html", errors={}, **_view(issuer, request, slug))

    @routes.post("/staff/{slug}/people/invite")
    def invite(request: Request, slug: str, form: Form) -> Response:
        visitor = visiting.staff(request, "administrate", slug)
        try:
            organisation.invite(
                slug,
                email=one(form, "email"),
                role=one(form, "role"),
                until=_until(form),
                actor=visitor.actor,
                now=now(),
            )
        except InvalidValues as error:
            typed = {name: one(form, name) for name in ("email", "role", "until")}
            view = {**_view(issuer, request, slug), "typed": typed}
            return visiting.render_again(request, "people.html", error, **view)
        return see(f"/staff/{slug}/people")

    @routes.post("/staff/{slug}/people/{person_id}/role")
    def change(request: Request, slug: str, person_id: str, form: Form) -> Response:
        visitor = visiting.staff(request, "administrate", slug)
        try:
            organisation.change_role(
                slug, person_id, role=one(form, "role"), until=_until(form), actor=visitor.actor, now=now()
            )
        except RuleRefused as error:
            return visiting.render_again(request, "people.html", error, **_view(issuer, request, slug))
        return see(f"/staff/{slug}/people")

    @routes.post("/staff/{slug}/people/{person_id}/remove")
    def remove(request: Request, slug: str, person_id: str) -> Response:
        visitor = visiting.staff(request, "administrate", slug)
        try:
            organisation.remove(slug, person_id, actor=visitor.actor, now=now())
        except RuleRefused as error:
            return visiting.render_again(request, "people.html", error, **_view(issuer, request, slug))
        return see(f"/staff/{slug}/people")

    @routes.post("/staff/{slug}/invitations/{invitation_id}/withdraw")
    def withdraw(request: Request, slug: str, invitation_id: str) -> Response:
        visitor = visiting.staff(request, "administrate", slug)
        organisation.withdraw(slug, invitation_id, actor=visitor.actor, now=now())
        return see(f"/staff/{slug}/people")

    @routes.get("/staff/{slug}/people/{rest:path}")
    def answered(request: Request, slug: str, rest: str) -> Response:
        visiting.staff(request, "administrate", slug)
        return back_to(request, f"/staff/{slug}/people")


def _rules(routes: APIRouter, issuer: Issuer, visiting: Visiting) -> None:
    @routes.post("/staff/{slug}/second-person")
    def second_person(request: Request, slug: str, form: Form) -> Response:
        visitor = visiting.staff(request, "administrate", slug)
        typed = one(form, "second_person_from")
        number = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 9 else None
        try:
            if typed and number is None:
                number = 0
            issuer.institutions.set_second_person(slug, number, actor=visitor.actor, now=now())
        except InvalidValues as error:
            return visiting.render_again(request, "people.html", error, **_view(issuer, request, slug))
        return see(f"/staff/{slug}/people#rules")

    @routes.get("/staff/{slug}/second-person")
    def answered(request: Request, slug: str) -> Response:
        visiting.staff(request, "administrate", slug)
        return back_to(request, f"/staff/{slug}/people")

    @routes.get("/staff/{slug}/mails")
    def mails(request: Request, slug: str) -> Response:
        visiting.staff(request, "administrate", slug)
        institution = issuer.institutions.get(slug)
        return visiting.render(
            request,
            "mails.html",
            slug=slug,
            mails=_examples(institution, issuer.settings.public_url),
            sends=issuer.mailing is not None,
        )


def _invited(routes: APIRouter, issuer: Issuer, visiting: Visiting) -> None:
    organisation = issuer.organisation

    @routes.get("/invitations/{token}")
    def show(request: Request, token: str) -> Response:
        found = organisation.open_invitation(token, now=now())
        institution = issuer.institutions.get(found.institution)
        return visiting.render(
            request,
            "invitation.html",
            invitation=found,
            institution=institution,
            role=ROLE_TEXT[found.role],
            here=f"/invitations/{token}",
        )

    @routes.post("/invitations/{token}")
    def accept(request: Request, token: str) -> Response:
        person = visiting.person(request)
        accepted = organisation.accept(token, person, now=now())
        return see(f"/staff/{accepted.institution}")


def _until(form: FormFields) -> datetime | None:
    """Return the end of the day that a field for dates gives. Raises InvalidValues."""
    typed = one(form, "until")
    if not typed:
        return None
    try:
        day = date.fromisoformat(typed)
    except ValueError as error:
        errors = [{"pointer": "/until", "detail": "Give a date."}]
        raise InvalidValues("This role is not right.", errors=errors) from error
    return datetime.combine(day, time(23, 59, 59), HERE).astimezone(UTC)


def _view(issuer: Issuer, request: Request, slug: str) -> dict[str, Any]:
    organisation, institution = issuer.organisation, issuer.institutions.get(slug)
    base = issuer.settings.public_url
    return {
        "slug": slug,
        "institution": institution,
        "name": institution.name(language_of(request)),
        "members": organisation.members(slug),
        "invitations": [
            (item, f"{base}/invitations/{organisation.token_of(item.id)}")
            for item in organisation.invitations(slug, now=now())
        ],
        "roles": {role: ROLE_TEXT[role] for role in STAFF},
        "sends": issuer.mailing is not None,
        "moment": now(),
        "typed": {},
    }


def _examples(institution: Institution, portal: str) -> list[Mail]:
    """Return each mail as a person would get it."""
    about = {
        "badge": {"nl": "Stedelijk waterbeheer", "en": "Urban water management"},
        "institution": names_of(institution),
        "website": institution.website or "",
        "name": "Sam de Vries",
    }
    link = {"link": f"{portal}/…", "until": both_dates(now()), "code": False, "portal": portal}
    to = "sam@student.example"
    return [
        write("award", to, **about, **link),
        write("award_reminder", to, **about, **link),
        write("award_revoked", to, **about, reason="…"),
        write("request_denied", to, **about, reason="…", link=link["link"]),
        write("list_done", to, **about, list="klas 3.csv", awarded=28, left_out=2, link=link["link"]),
        write("invitation", to, institution=about["institution"], role=ROLE_NAMES["awarder"], **link),
    ]
