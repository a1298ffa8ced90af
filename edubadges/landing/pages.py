"""The start page and its live part."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from markupsafe import Markup
from starlette.responses import HTMLResponse

from edubadges.landing.health import HealthDesk, PartHealth
from edubadges.landing.settings import LandingSettings
from service_kit.badge_art import badge_svg
from service_kit.pages import Pages, language_of

_NAMES = {
    "issuer": ("Portal", "Institutions and students: create, request, award"),
    "wallet": ("Wallet", "The student's own place for badges"),
    "verifier": ("Verifier", "Employers: ask for a badge, or check a file"),
    "registry": ("Registry", "Who takes part, and their public keys"),
    "agent": ("ACA-Py", "Keeps the institutions' keys, and signs with them"),
    "postgres": ("PostgreSQL", "Remembers everything else"),
}
_WORDS = {
    "ok": ("ok", "Running"),
    "trouble": ("warn", "Running, but something it needs is away"),
    "starting": ("wait", "Starting"),
    "away": ("bad", "Not running"),
}
_SAMPLE = ("Urban Water Management", "Waterlinie University of Applied Sciences", "micro_credential")


@dataclass(frozen=True, slots=True)
class PartLine:
    """One part, as the page shows it."""

    name: str
    what: str
    url: str | None
    pill: tuple[str, str]
    missing: str
    restarts: int


def router(settings: LandingSettings, pages: Pages, desk: HealthDesk) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/")
    def start(request: Request) -> HTMLResponse:
        lines = _lines(desk.look())
        name, issuer, kind = _SAMPLE
        return pages.render(
            request,
            "start.html",
            lines=lines,
            all_well=_all_well(lines),
            at=settings,
            art=Markup(badge_svg(pages.catalogue.gettext(name, language_of(request)), issuer=issuer, kind=kind)),  # noqa: S704 - our own SVG
            development=settings.development,
        )

    @routes.get("/status")
    def status(request: Request) -> HTMLResponse:
        lines = _lines(desk.look())
        return pages.render(request, "status.html", lines=lines, all_well=_all_well(lines))

    return routes


def _lines(parts: list[PartHealth]) -> list[PartLine]:
    return [
        PartLine(*_NAMES[part.name], part.url, _WORDS[part.state], ", ".join(part.missing), part.restarts)
        for part in parts
    ]


def _all_well(lines: list[PartLine]) -> bool:
    return all(line.pill[0] == "ok" for line in lines)
