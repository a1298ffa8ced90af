"""Put the registry together: settings in, application out."""

from __future__ import annotations

import sqlalchemy as sa
from fastapi import FastAPI

from did_registry import api, pages
from did_registry.publishing import Registry
from did_registry.settings import RegistrySettings
from service_kit.database import begin, create_engine, run_migrations
from service_kit.health import install_health
from service_kit.limits import BodyLimit
from service_kit.logs import RequestLog
from service_kit.pages import Pages
from service_kit.problems import install_problem_handlers

MAX_BODY_BYTES = 4_000_000
"""A status list is the largest thing that is published."""


def create_app(settings: RegistrySettings) -> FastAPI:
    """Build the registry's application; in development the database is migrated first."""
    engine = create_engine(settings.database_url.get_secret_value())
    if settings.development:
        run_migrations("did_registry", engine)
    registry = Registry(engine, settings.public_url)
    app = FastAPI(title="edubadges registry", openapi_url="/api/openapi.json" if settings.development else None)
    views = Pages("did_registry", settings, name="Registry")
    install_problem_handlers(app, html=views.render_problem)

    def database_answers() -> None:
        with begin(engine) as connection:
            connection.execute(sa.text("select 1"))

    install_health(app, "registry", {"database": database_answers})
    app.include_router(api.router(registry, settings))
    app.include_router(pages.router(registry, views))
    app.add_middleware(BodyLimit, max_bytes=MAX_BODY_BYTES)
    views.install(app, "did_registry")
    app.add_middleware(RequestLog)
    return app
