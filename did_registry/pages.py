"""The registry for people: who takes part, since when, with which keys, and how to join."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from did_registry.api import Search
from did_registry.publishing import Registry
from did_registry.records import DidDocumentVersion, Participant
from service_kit.badge_art import badge_svg
from service_kit.pages import Pages, language_of

KIND_TEXT = {
    "wo": "Research university",
    "hbo": "University of applied sciences",
    "mbo": "Vocational college",
    "other": "Other",
}
STATE_PILL = {"active": ("ok", "Takes part"), "suspended": ("warn", "Suspended"), "left": ("unknown", "Left")}


@dataclass(frozen=True, slots=True)
class InstitutionCard:
    """An institution as the pages show it."""

    slug: str
    name: str
    other_name: str
    kind: str
    did: str
    country: str
    website: str | None
    since: datetime
    pill: tuple[str, str]
    art: str


@dataclass(frozen=True, slots=True)
class KeyLine:
    """A key on the timeline."""

    name: str
    kind: str
    since: datetime
    until: datetime | None


def router(registry: Registry, pages: Pages) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/")
    def index(request: Request, q: Search = "") -> HTMLResponse:
        language = language_of(request)
        cards = [_card(item, language) for item in registry.participants(search=q)]
        return pages.render(request, "registry/index.html", cards=cards, search=q)

    @routes.get("/join")
    def join(request: Request) -> HTMLResponse:
        return pages.render(request, "registry/join.html", public_url=registry.public_url)

    @routes.get("/institutions/{slug}")
    def institution(request: Request, slug: str) -> HTMLResponse:
        participant = registry.participant(slug)
        versions = registry.did_document_versions(slug)
        card = _card(participant, language_of(request))
        return pages.render(request, "registry/institution.html", card=card, keys=_keys(versions), versions=versions)

    return routes


def _card(item: Participant, language: str) -> InstitutionCard:
    names = (item.name_nl, item.name_en) if language == "nl" else (item.name_en, item.name_nl)
    return InstitutionCard(
        slug=item.slug,
        name=names[0],
        other_name=names[1],
        kind=KIND_TEXT[item.kind],
        did=item.did,
        country=item.country,
        website=item.website,
        since=item.since,
        pill=STATE_PILL[item.state],
        art=badge_svg(names[0], issuer=item.slug, kind="regular"),
    )


def _keys(versions: list[DidDocumentVersion]) -> list[KeyLine]:
    """Return the keys, newest first, each with the moments it came and went."""
    lines: dict[str, KeyLine] = {}
    for version in reversed(versions):
        methods = version.document.get("verificationMethod")
        present = (
            {str(m["id"]): str(m["type"]) for m in methods if isinstance(m, dict)} if isinstance(methods, list) else {}
        )
        for name, kind in present.items():
            lines.setdefault(name, KeyLine(name.partition("#")[2], kind, version.published_at, None))
        for name, line in lines.items():
            if name not in present and line.until is None:
                lines[name] = KeyLine(line.name, line.kind, line.since, version.published_at)
    return sorted(lines.values(), key=lambda line: line.since, reverse=True)
