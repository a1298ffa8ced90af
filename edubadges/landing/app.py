"""Put the start page together: settings in, application out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from edubadges.landing.health import HealthDesk
from edubadges.landing.pages import router
from edubadges.landing.settings import LandingSettings
from service_kit.health import install_health
from service_kit.logs import RequestLog
from service_kit.pages import Pages
from service_kit.problems import install_problem_handlers


def create_app(settings: LandingSettings) -> FastAPI:
    """Build the start page."""
    desk = HealthDesk(settings)
    pages = Pages("edubadges.landing", settings, name="Start")

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        desk.close()

    app = FastAPI(title="edubadges start page", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)
    install_problem_handlers(app, html=pages.render_problem)
    install_health(app, "landing", {})
    app.include_router(router(settings, pages, desk))
    pages.install(app, "edubadges.landing")
    app.add_middleware(RequestLog)
    return app
