"""Who looks at a page, and how it is rendered for them."""

from __future__ import annotations

from typing import Any

from fastapi import Request
from starlette.responses import HTMLResponse, RedirectResponse

from issuer_agent.access import Act, Visitor
from issuer_agent.records import Person
from issuer_agent.service import Issuer, now
from service_kit.pages import LANGUAGES, Pages, language_of
from service_kit.problems import InvalidValues, Unauthenticated
from service_kit.sessions import SessionCookie, same_origin
from vc_core.errors import EdubadgesError


class Visiting:
    """Sessions, rendering and redirects, shared by all areas of the portal."""

    def __init__(self, issuer: Issuer, pages: Pages) -> None:
        self._issuer = issuer
        self._pages = pages
        self.public_url = issuer.settings.public_url
        self.cookie = SessionCookie("edubadges_issuer_session", public_url=self.public_url)

    def visitor(self, request: Request) -> Visitor | None:
        """Return who looks, or None."""
        return self._issuer.people.visitor_of_session(self.cookie.read(request), now=now())

    def signed_in(self, request: Request) -> Visitor:
        """Return who looks; the same-origin check is done for whatever changes something.

        Raises:
            Unauthenticated: nobody is signed in.
            CrossSiteRequest: a form of another site.
        """
        if request.method not in ("GET", "HEAD"):
            same_origin(request, self.public_url)
        visitor = self.visitor(request)
        if visitor is None or visitor.person is None:
            raise Unauthenticated("Sign in and try again.")
        return visitor

    def staff_now(self, request: Request, act: Act, slug: str) -> Visitor:
        """Return who looks, when they may do this and signed in a short while ago. Raises what `staff` does.

        Raises:
            SignInAgain: they have to prove once more who they are.
        """
        visitor = self.staff(request, act, slug)
        visitor.require_fresh(now=now())
        return visitor

    def staff(self, request: Request, act: Act, slug: str) -> Visitor:
        """Return who looks, when they may do this for the institution.

        Raises:
            Unauthenticated: nobody is signed in.
            NotFound: they have nothing to do with the institution.
            AccessDenied: their role may not do this.
        """
        visitor = self.signed_in(request)
        visitor.require(act, slug)
        return visitor

    def person(self, request: Request) -> Person:
        """Return the person who is signed in. Raises Unauthenticated."""
        person = self.signed_in(request).person
        assert person is not None
        return person

    def render(self, request: Request, template: str, *, status_code: int = 200, **view: Any) -> HTMLResponse:
        """Render a page of the portal with what its header shows."""
        visitor = self.visitor(request)
        names = {item.slug: item.name(language_of(request)) for item in self._issuer.institutions.all()}
        return self._pages.render(
            request,
            f"portal/{template}",
            status_code=status_code,
            visitor=visitor,
            works_at=[(slug, names[slug]) for slug in (visitor.works_at if visitor else [])],
            institution_names=names,
            can_sign_in=self._issuer.settings.development or self._issuer.sign_in is not None,
            **view,
        )

    def render_again(self, request: Request, template: str, error: EdubadgesError, **view: Any) -> HTMLResponse:
        """Render a form again with what was wrong; nothing that was typed is lost."""
        listed = error.extensions.get("errors") if isinstance(error, InvalidValues) else None
        errors = {str(item["pointer"]): str(item["detail"]) for item in listed} if isinstance(listed, list) else {}
        return self.render(request, template, status_code=422, problem_text=error.detail, errors=errors, **view)


def back_to(request: Request, path: str) -> RedirectResponse:
    """Send on who opens, or switches the language of, a page that only answers a form."""
    language = request.query_params.get("lang")
    return RedirectResponse(f"{path}?lang={language}" if language in LANGUAGES else path, status_code=303)


def see(path: str) -> RedirectResponse:
    """Send the browser on after a form, so that reloading does not send it again."""
    return RedirectResponse(path, status_code=303)
