"""The institution's keys: what signs now, replacing it, and what to do when others have it. For administrators."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from issuer_agent.pages.local_time import for_field, here, read_local
from issuer_agent.pages.shelf import Shelf
from issuer_agent.pages.views import AwardView
from issuer_agent.pages.visiting import Visiting, see
from issuer_agent.records import KeyChange
from issuer_agent.registry_client import RegistryRefused
from issuer_agent.service import Issuer, now
from issuer_agent.strict_input import Form
from service_kit.bodies import one
from service_kit.pages import language_of
from service_kit.problems import InvalidValues, RuleRefused, Unavailable

STEPS = (
    "New keys are made",
    "Published beside the old",
    "Everybody knows them",
    "They sign",
    "The old keys are retired",
)
_STEP_OF = {"begun": 0, "made": 1, "published": 2, "switched": 4, "done": 5}


@dataclass(frozen=True, slots=True)
class TouchedView:
    """What a compromise touches, as the page shows it."""

    change: KeyChange
    before: int
    after: list[AwardView]
    after_count: int


def router(issuer: Issuer, visiting: Visiting) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(prefix="/staff/{slug}/keys")
    changes = issuer.key_changes

    @routes.get("")
    def show(request: Request, slug: str) -> Response:
        return visiting.render(request, "keys.html", errors={}, **_view(request, slug))

    @routes.post("/rotate")
    def rotate(request: Request, slug: str) -> Response:
        visitor = visiting.staff_now(request, "administrate", slug)
        try:
            changes.rotate(slug, actor=visitor.actor, now=now())
        except (RuleRefused, RegistryRefused, Unavailable) as error:
            return visiting.render_again(request, "keys.html", error, **_view(request, slug))
        return see(f"/staff/{slug}/keys")

    @routes.post("/next")
    def go_on(request: Request, slug: str) -> Response:
        visitor = visiting.staff_now(request, "administrate", slug)
        try:
            changes.go_on(slug, actor=visitor.actor, now=now())
        except (RuleRefused, RegistryRefused, Unavailable) as error:
            return visiting.render_again(request, "keys.html", error, **_view(request, slug))
        return see(f"/staff/{slug}/keys")

    @routes.post("/compromise")
    def compromise(request: Request, slug: str, form: Form) -> Response:
        visitor = visiting.staff_now(request, "administrate", slug)
        typed = one(form, "since")
        try:
            since = _since(typed)
            if "sure" not in form:
                errors = [{"pointer": "/sure", "detail": "Tick this when you are sure."}]
                raise InvalidValues("This cannot be undone, so say that you are sure.", errors=errors)
            changes.report_compromise(slug, since=since, actor=visitor.actor, now=now())
        except (InvalidValues, RuleRefused, RegistryRefused, Unavailable) as error:
            return visiting.render_again(request, "keys.html", error, typed=typed, **_view(request, slug))
        return see(f"/staff/{slug}/keys")

    @routes.get("/{act}")
    def answered(request: Request, slug: str, act: str) -> Response:
        visiting.staff(request, "administrate", slug)
        return see(f"/staff/{slug}/keys")

    def _view(request: Request, slug: str) -> dict[str, Any]:
        visiting.staff(request, "administrate", slug)
        shelf = Shelf(issuer, language_of(request))
        found = changes.of(slug)
        under_way = next((change for change in found if change.finished_at is None), None)
        ready_at = changes.ready_at(under_way) if under_way is not None else None
        touched = [
            TouchedView(
                item.change,
                item.before,
                shelf.awards(issuer.awards.many(item.after)),
                item.after_count,
            )
            for item in changes.touched(slug)
        ]
        return {
            "slug": slug,
            "institution": shelf.institution(slug),
            "changes": [change for change in reversed(found) if change.finished_at is not None],
            "under_way": under_way,
            "steps": STEPS,
            "step": _STEP_OF[under_way.state] if under_way is not None else 0,
            "ready_at": ready_at,
            "may_go_on": ready_at is None or ready_at <= now(),
            "touched": touched,
            "local": here,
            "today": for_field(now()),
        }

    return routes


def _since(text: str) -> datetime:
    """Return the moment from which keys are not to be trusted. Raises InvalidValues."""
    try:
        return read_local(text)
    except ValueError as error:
        errors = [{"pointer": "/since", "detail": "Give a date and a time."}]
        raise InvalidValues("Say from when on the keys are not to be trusted.", errors=errors) from error
