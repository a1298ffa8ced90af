"""Server-rendered pages: Jinja, two languages, security headers, static files.

Templates see view models made for the screen. Texts are English in the code; `locale/nl.po` of each package has the
Dutch.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import date, datetime
from importlib import resources
from pathlib import Path
from typing import Any

from babel.dates import format_date, format_datetime
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from fastapi import FastAPI, Request
from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service_kit.qr import qr_svg
from service_kit.settings import ServiceSettings

LANGUAGES = ("nl", "en")
LANGUAGE_COOKIE = "edubadges_lang"

PAGE_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'"
)


class Catalogue:
    """The texts of one package in its languages; English is the key."""

    def __init__(self, *packages: str) -> None:
        self._dutch: dict[str, str] = {}
        for package in packages:
            file = resources.files(package) / "locale" / "nl.po"
            if not file.is_file():
                continue
            for message in read_po(io.BytesIO(file.read_bytes()), locale="nl"):
                if isinstance(message.id, str) and message.id and message.string:
                    self._dutch[message.id] = str(message.string)

    def gettext(self, text: str, language: str) -> str:
        """Return `text` in `language`; the English text itself when nobody translated it."""
        return self._dutch.get(text, text) if language == "nl" else text

    def has(self, text: str) -> bool:
        """Say whether there is a Dutch text; the catalogue tests ask this."""
        return text in self._dutch


def language_of(request: Request) -> str:
    """Return the language of this request: `?lang=`, then the cookie, then what the browser asks for, then Dutch."""
    for wish in (request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
        if wish in LANGUAGES:
            return wish
    for part in request.headers.get("accept-language", "").split(","):
        if (tag := part.split(";")[0].strip()[:2].lower()) in LANGUAGES:
            return tag
    return "nl"


class Pages:
    """Renders the pages of one service."""

    def __init__(self, package: str, settings: ServiceSettings, *, name: str, csp: str = PAGE_CSP) -> None:
        """Prepare the templates of `package` (its `templates` folder), below the shared `kit/` ones.

        Args:
            package: the service's package.
            settings: for the public address.
            name: the service's name as people see it, in English; translated like any text.
            csp: the Content-Security-Policy of every page.
        """
        self._settings = settings
        self._name = name
        self._csp = csp
        self.catalogue = Catalogue("service_kit", package)
        loaders = [PackageLoader("service_kit", "ui/templates")]
        if (resources.files(package) / "templates").is_dir():
            loaders.insert(0, PackageLoader(package, "templates"))
        self.environment = Environment(
            loader=ChoiceLoader(loaders),
            autoescape=select_autoescape(default=True, default_for_string=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def install(self, app: FastAPI, package: str) -> None:
        """Serve the static files and put the security headers on every answer."""
        kit = Path(str(resources.files("service_kit") / "ui" / "static"))
        app.mount("/static/kit", StaticFiles(directory=kit), name="kit")
        own = Path(str(resources.files(package) / "static"))
        if own.is_dir():
            app.mount("/static", StaticFiles(directory=own), name="static")
        htmx = vendor_dir(self._settings) / "htmx.org" / "dist"
        if htmx.is_dir():
            app.mount("/vendor/htmx", StaticFiles(directory=htmx), name="htmx")
        app.add_middleware(SecurityHeaders, csp=self._csp, https=self._settings.public_url.startswith("https://"))

    def render(
        self, request: Request, template: str, /, *, status_code: int = 200, language: str | None = None, **view: Any
    ) -> HTMLResponse:
        """Render `template` with `view`, in the language of the request."""
        tongue = language or language_of(request)

        def translate(text: str, **values: object) -> str | Markup:
            found = self.catalogue.gettext(text, tongue)
            return Markup(found).format(**values) if values else found  # noqa: S704 - our own text; the values are escaped

        html = self.environment.get_template(template).render(
            request=request,
            lang=tongue,
            _=translate,
            service_name=self._name,
            language_links=_language_links(request),
            qr=lambda text, title: Markup(qr_svg(text, title=title)),  # noqa: S704 - our own SVG
            fmt_date=lambda value: show_date(value, tongue),
            fmt_datetime=lambda value: show_datetime(value, tongue),
            fmt_number=lambda value: format_decimal(value, locale=tongue),
            **view,
        )
        response = HTMLResponse(html, status_code=status_code, headers={"Cache-Control": "no-store", "Vary": "Cookie"})
        if request.query_params.get("lang") in LANGUAGES:
            response.set_cookie(LANGUAGE_COOKIE, tongue, max_age=31_536_000, samesite="lax", path="/")
        return response

    def render_problem(self, request: Request, status: int, problem: Mapping[str, Any]) -> Response:
        """Render a problem as a page; give it to `install_problem_handlers`."""
        return self.render(request, "kit/problem.html", status_code=status, problem=problem)


def vendor_dir(settings: ServiceSettings) -> Path:
    """Return the folder with the browser libraries."""
    return settings.vendor_dir or Path(__file__).resolve().parent.parent / "node_modules"


def show_date(value: date | datetime, language: str) -> str:
    """Return "20 november 2026" or "20 November 2026"."""
    return format_date(value, format="d MMMM y", locale=language)


def show_datetime(value: datetime, language: str) -> str:
    """Return the date and the time to the minute, in the time zone of `value`."""
    return format_datetime(value, format="d MMMM y HH:mm", locale=language)


def _language_links(request: Request) -> dict[str, str]:
    return {
        language: str(request.url.include_query_params(lang=language).replace(scheme="", netloc=""))
        for language in LANGUAGES
    }


class SecurityHeaders:
    """ASGI middleware: the headers of every answer; a route may set its own Content-Security-Policy."""

    def __init__(self, app: ASGIApp, *, csp: str, https: bool) -> None:
        self._app = app
        self._headers = {
            b"content-security-policy": csp.encode(),
            b"x-content-type-options": b"nosniff",
            b"referrer-policy": b"no-referrer",
            b"cross-origin-opener-policy": b"same-origin",
            b"permissions-policy": b"camera=(), microphone=(), geolocation=(), payment=(), usb=()",
        }
        if https:
            self._headers[b"strict-transport-security"] = b"max-age=63072000; includeSubDomains"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, adding the headers that are not there yet."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name.lower() for name, _ in message.get("headers", [])}
                extra = [(name, value) for name, value in self._headers.items() if name not in present]
                message["headers"] = [*message.get("headers", []), *extra]
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)
