"""Make and change badge classes. The form keeps a draft; publishing checks the rules of the type."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from issuer_agent.badge_class_rules import findings
from issuer_agent.pages.badge_class_form import ALIGNMENT_PARTS, SPARE_ROWS, FilledForm, form_of, read_form
from issuer_agent.pages.shelf import Shelf
from issuer_agent.pages.views import ASSESSMENT_TEXT, PARTICIPATION_TEXT, STATE_PILL, TYPE_TEXT, BadgeView
from issuer_agent.pages.visiting import Visiting, back_to, see
from issuer_agent.records import BadgeClass, BadgeClassContent, Text
from issuer_agent.service import Issuer, now
from issuer_agent.strict_input import Form
from service_kit.bodies import FormFields, one
from service_kit.pages import language_of
from service_kit.problems import InvalidValues, RuleRefused

LANGUAGE_NAMES = {"nl": "Nederlands", "en": "English", "de": "Deutsch", "fr": "Français", "es": "Español"}
EMPTY = BadgeClassContent(type="micro_credential", title=Text())


def router(issuer: Issuer, visiting: Visiting) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(prefix="/staff")
    _list(routes, issuer, visiting)
    _making(routes, issuer, visiting)
    _changing(routes, issuer, visiting)
    return routes


def _list(routes: APIRouter, issuer: Issuer, visiting: Visiting) -> None:
    @routes.get("/{slug}/badges")
    def badge_classes(request: Request, slug: str) -> Response:
        visitor = visiting.staff(request, "view", slug)
        shelf = Shelf(issuer, language_of(request))
        items = []
        for item, version in issuer.achievements.of_institution(slug):
            shown = item.draft if item.draft or version is None else version.content
            items.append((item, shelf.draft(item.id, shown or EMPTY, slug), STATE_PILL[item.state]))
        return visiting.render(request, "badges.html", slug=slug, items=items, may=visitor.may)


def _making(routes: APIRouter, issuer: Issuer, visiting: Visiting) -> None:
    @routes.get("/{slug}/badges/new")
    def new(request: Request, slug: str) -> Response:
        visiting.staff(request, "edit_badge_classes", slug)
        view = _view(issuer, request, slug, form_of(EMPTY), None)
        return visiting.render(request, "editor.html", errors={}, **view)

    @routes.post("/{slug}/badges/new")
    def create(request: Request, slug: str, form: Form) -> Response:
        visitor = visiting.staff(request, "edit_badge_classes", slug)
        filled = read_form(form)
        try:
            _require_readable(filled)
            institution = issuer.institutions.get(slug)
            made = issuer.achievements.create(institution, filled.content, actor=visitor.actor, now=now())
        except InvalidValues as error:
            return visiting.render_again(request, "editor.html", error, **_view(issuer, request, slug, filled, None))
        return _after(issuer, visiting, request, made, form)

    @routes.post("/{slug}/badges/preview")
    def preview(request: Request, slug: str, form: Form) -> Response:
        visiting.staff(request, "edit_badge_classes", slug)
        view = _view(issuer, request, slug, read_form(form), None)
        return visiting.render(request, "editor_preview.html", errors={}, **view)


def _changing(routes: APIRouter, issuer: Issuer, visiting: Visiting) -> None:
    @routes.get("/badges/{badge_class_id}/edit")
    def edit(request: Request, badge_class_id: str) -> Response:
        visitor = visiting.signed_in(request)
        item = issuer.achievements.get(badge_class_id)
        visitor.require("edit_badge_classes", item.institution)
        content = item.draft or issuer.achievements.current_version(item.id).content
        view = _view(issuer, request, item.institution, form_of(content), item)
        return visiting.render(request, "editor.html", errors={}, **view)

    @routes.post("/badges/{badge_class_id}/edit")
    def save(request: Request, badge_class_id: str, form: Form) -> Response:
        visitor = visiting.signed_in(request)
        item = issuer.achievements.get(badge_class_id)
        visitor.require("edit_badge_classes", item.institution)
        filled = read_form(form)
        try:
            _require_readable(filled)
            changed = issuer.achievements.edit(badge_class_id, filled.content, actor=visitor.actor, now=now())
        except (InvalidValues, RuleRefused) as error:
            return visiting.render_again(
                request, "editor.html", error, **_view(issuer, request, item.institution, filled, item)
            )
        return _after(issuer, visiting, request, changed, form)

    @routes.post("/badges/{badge_class_id}/copy")
    def copy(request: Request, badge_class_id: str) -> Response:
        visitor = visiting.signed_in(request)
        item = issuer.achievements.get(badge_class_id)
        visitor.require("edit_badge_classes", item.institution)
        made = issuer.achievements.copy(badge_class_id, actor=visitor.actor, now=now())
        return see(f"/staff/badges/{made.id}/edit")

    @routes.get("/badges/{badge_class_id}/copy")
    def copied(request: Request, badge_class_id: str) -> Response:
        return back_to(request, f"/badges/{badge_class_id}")

    @routes.post("/badges/{badge_class_id}/archive")
    def archive(request: Request, badge_class_id: str) -> Response:
        visitor = visiting.signed_in(request)
        item = issuer.achievements.get(badge_class_id)
        visitor.require("edit_badge_classes", item.institution)
        issuer.achievements.archive(badge_class_id, actor=visitor.actor, now=now())
        return see(f"/staff/{item.institution}/badges")

    @routes.get("/badges/{badge_class_id}/archive")
    def archived(request: Request, badge_class_id: str) -> Response:
        return back_to(request, f"/badges/{badge_class_id}")


def _after(issuer: Issuer, visiting: Visiting, request: Request, item: BadgeClass, form: FormFields) -> Response:
    """Publish what was just kept as a draft, when that was asked."""
    if one(form, "action") != "publish":
        return see(f"/staff/{item.institution}/badges")
    try:
        institution = issuer.institutions.get(item.institution)
        actor = visiting.signed_in(request).actor
        issuer.achievements.publish(item.id, institution=institution, actor=actor, now=now())
    except (InvalidValues, RuleRefused) as error:
        return visiting.render_again(
            request, "editor.html", error, **_view(issuer, request, item.institution, read_form(form), item)
        )
    return see(f"/badges/{item.id}")


def _view(issuer: Issuer, request: Request, slug: str, filled: FilledForm, item: BadgeClass | None) -> dict[str, Any]:
    shelf = Shelf(issuer, language_of(request))
    institution = shelf.institution(slug)
    found = findings(filled.content, institution.kind)
    alignments = [{part: getattr(row, part) for part in ALIGNMENT_PARTS} for row in filled.content.alignments]
    spare = [dict.fromkeys(ALIGNMENT_PARTS, "") for _ in range(SPARE_ROWS)]
    return {
        "slug": slug,
        "content": filled.content,
        "numbers": filled.numbers,
        "item": item,
        "institution": institution,
        "others": [other for other in issuer.institutions.all() if other.slug != slug],
        "alignments": alignments + spare,
        "badge": shelf.draft(item.id if item else "new", filled.content, slug),
        "missing": list(dict.fromkeys(finding.detail for finding in found)),
        "types": TYPE_TEXT,
        "participation_texts": PARTICIPATION_TEXT,
        "assessment_texts": ASSESSMENT_TEXT,
        "language_names": LANGUAGE_NAMES,
        "candidates": _candidates(issuer, shelf, slug, filled.content, item),
    }


def _candidates(
    issuer: Issuer, shelf: Shelf, slug: str, content: BadgeClassContent, item: BadgeClass | None
) -> list[tuple[BadgeView, bool, bool]]:
    """Return what can be part of a composed badge, own badges first, with whether it is one, and a mandatory one."""
    chosen = {part.badge_class_id: part.mandatory for part in content.stack.parts} if content.stack else {}
    found = [
        version
        for version in issuer.achievements.catalogue()
        if version.badge_class_id in chosen
        or (version.content.stackable and (item is None or version.badge_class_id != item.id))
    ]
    views = [shelf.version(version) for version in found]
    order = {badge_class_id: place for place, badge_class_id in enumerate(chosen)}
    views.sort(key=lambda view: (order.get(view.id, len(order)), view.slug != slug, view.issuer, view.title))
    return [(view, view.id in chosen, chosen.get(view.id, False)) for view in views]


def _require_readable(filled: FilledForm) -> None:
    if filled.errors:
        raise InvalidValues("Some values could not be read. Look at the marked fields.", errors=filled.errors)
