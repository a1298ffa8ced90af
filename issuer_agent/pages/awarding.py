"""Awards as staff works with them: the list, a new one, one award with its offer, its file and its revocation."""

from __future__ import annotations

import logging
from typing import Any, Literal, cast
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from issuer_agent.access import Act, Visitor
from issuer_agent.award_rules import Recipient
from issuer_agent.award_search import AwardFilter, AwardState, read_place
from issuer_agent.pages.downloads import File, badge_file
from issuer_agent.pages.shelf import Shelf
from issuer_agent.pages.staff import GROUNDS, grounds_of
from issuer_agent.pages.visiting import Visiting, back_to, see
from issuer_agent.records import Award
from issuer_agent.service import Issuer, now
from issuer_agent.strict_input import Form
from service_kit.bodies import FormFields, one
from service_kit.pages import language_of
from service_kit.problems import InvalidValues, NotFound, RuleRefused, Unavailable

STATES = {
    "not_collected": "Not collected yet",
    "issued": "In a wallet or signed",
    "suspended": "On hold",
    "revoked": "Revoked",
}
log = logging.getLogger(__name__)


def router(issuer: Issuer, visiting: Visiting) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(prefix="/staff")
    _list(routes, issuer, visiting)
    _single(routes, issuer, visiting)
    return routes


def _list(routes: APIRouter, issuer: Issuer, visiting: Visiting) -> None:
    @routes.get("/{slug}/awards")
    def awards(
        request: Request,
        slug: str,
        q: str = "",
        badge_class: str = "",
        batch: str = "",
        state: str = "",
        after: str = "",
    ) -> Response:
        visitor = visiting.staff(request, "view", slug)
        shelf = Shelf(issuer, language_of(request))
        wanted = AwardFilter(q, badge_class, batch, cast(AwardState, state if state in STATES else ""))
        found, place = issuer.award_search.find(slug, wanted, after=read_place(after))
        titles = {
            item.id: version.content.title.get(shelf.language)
            for item, version in issuer.achievements.of_institution(slug)
            if version is not None
        }
        asked = {"q": q, "badge_class": badge_class, "batch": batch, "state": wanted.state}
        return visiting.render(
            request,
            "awards.html",
            slug=slug,
            items=shelf.awards(found),
            wanted=wanted,
            titles=sorted(titles.items(), key=lambda pair: pair[1]),
            states=STATES,
            next_page=urlencode({**asked, "after": str(place)}) if place else "",
            first_page=urlencode(asked) if after else "",
            may=visitor.may,
        )

    @routes.get("/{slug}/awards/new")
    def new(request: Request, slug: str, badge_class: str = "", name: str = "", email: str = "") -> Response:
        visiting.staff(request, "award", slug)
        view = _form(request, slug, {"badge_class": [badge_class], "name": [name], "email": [email]})
        return visiting.render(request, "award_new.html", errors={}, **view)

    @routes.post("/{slug}/awards/new")
    def award(request: Request, slug: str, form: Form) -> Response:
        visitor = visiting.staff(request, "award", slug)
        try:
            made = _award(visitor, slug, form)
        except (InvalidValues, RuleRefused) as error:
            return visiting.render_again(request, "award_new.html", error, **_form(request, slug, form))
        if made.delivery == "file":
            _sign_now(issuer, made)
        return see(f"/staff/awards/{made.id}/show")

    def _award(visitor: Visitor, slug: str, form: FormFields) -> Award:
        badge_class = issuer.achievements.get(one(form, "badge_class"))
        if badge_class.institution != slug:
            raise NotFound("This badge class does not exist.")
        delivery: Literal["wallet", "file"] = "file" if one(form, "delivery") == "file" else "wallet"
        made, _ = issuer.awards.award(
            badge_class,
            issuer.achievements.current_version(badge_class.id),
            Recipient(one(form, "email"), one(form, "name")),
            grounds_of(form),
            delivery=delivery,
            actor=visitor.actor,
            now=now(),
            also=issuer.issuance.wait_for_file if delivery == "file" else None,
        )
        return made

    def _form(request: Request, slug: str, form: FormFields) -> dict[str, Any]:
        shelf = Shelf(issuer, language_of(request))
        found = issuer.achievements.catalogue(institution=slug)
        badges = [shelf.version(item) for item in found if item.content.enrol != "self_request"]
        typed = {name: one(form, name) for name in ("badge_class", "email", "name", "delivery", *GROUNDS)}
        return {"slug": slug, "badges": sorted(badges, key=lambda badge: badge.title), "typed": typed}


def _single(routes: APIRouter, issuer: Issuer, visiting: Visiting) -> None:
    @routes.get("/awards/{award_id}/show")
    def show(request: Request, award_id: str) -> Response:
        award, visitor = _allowed(request, "view", award_id)
        return visiting.render(request, "award.html", errors={}, **_view(request, award, visitor))

    @routes.post("/awards/{award_id}/offer")
    def offer(request: Request, award_id: str) -> Response:
        award, _ = _allowed(request, "award", award_id)
        made = issuer.issuance.offer_award(award_id, with_tx_code=True)
        view = Shelf(issuer, language_of(request)).award(award)
        return visiting.render(request, "offer.html", award=view, offer=made, back=f"/staff/awards/{award_id}/show")

    @routes.post("/awards/{award_id}/revoke")
    def revoke(request: Request, award_id: str, form: Form) -> Response:
        award, visitor = _allowed(request, "revoke", award_id)
        visitor.require_fresh(now=now())
        try:
            issuer.awards.revoke(
                award_id,
                reason=one(form, "reason"),
                actor=visitor.actor,
                now=now(),
                also=issuer.issuance.record_revocation,
            )
        except (InvalidValues, RuleRefused) as error:
            return visiting.render_again(request, "award.html", error, **_view(request, award, visitor))
        issuer.issuance.revoke(award_id)
        return see(f"/staff/awards/{award_id}/show")

    @routes.post("/awards/{award_id}/{act}")
    def hold(request: Request, award_id: str, act: Literal["suspend", "reinstate"], form: Form) -> Response:
        award, visitor = _allowed(request, "revoke", award_id)
        change = issuer.suspensions.suspend if act == "suspend" else issuer.suspensions.reinstate
        try:
            change(award_id, reason=one(form, "reason"), actor=visitor.actor, now=now())
        except (InvalidValues, RuleRefused) as error:
            return visiting.render_again(request, "award.html", error, **_view(request, award, visitor))
        return see(f"/staff/awards/{award_id}/show")

    @routes.get("/awards/{award_id}/{act}")
    def answered(
        request: Request, award_id: str, act: Literal["offer", "revoke", "suspend", "reinstate"] | File
    ) -> Response:
        if act == "badge.json" or act == "badge.png":
            award, _ = _allowed(request, "award", award_id)
            return badge_file(issuer.issuance, award, act)
        _allowed(request, "view", award_id)
        return back_to(request, f"/staff/awards/{award_id}/show")

    def _allowed(request: Request, act: Act, award_id: str) -> tuple[Award, Visitor]:
        visitor = visiting.signed_in(request)
        award = issuer.awards.get(award_id)
        visitor.require(act, award.institution)
        return award, visitor

    def _view(request: Request, award: Award, visitor: Visitor) -> dict[str, Any]:
        view = Shelf(issuer, language_of(request)).award(award)
        return {"award": view, "slug": award.institution, "may": visitor.may}


def _sign_now(issuer: Issuer, award: Award) -> None:
    """Sign a file at once; when the agent is away it waits in the outbox, and the page of the award says so."""
    try:
        issuer.issuance.issue_file(award.id)
    except Unavailable as error:
        log.info("signature_postponed", extra={"problem": error.code})
