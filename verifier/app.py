"""The verifier's web service, put together: settings → store, source, key → routes. Nothing runs at import."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from fastapi import FastAPI

from service_kit.database import create_engine, run_migrations
from service_kit.fetch import Fetcher
from service_kit.health import install_health
from service_kit.limits import BodyLimit
from service_kit.logs import RequestLog
from service_kit.pages import Pages
from service_kit.problems import install_problem_handlers
from verifier.evidence_store import EvidenceStore
from verifier.online_source import OnlineSource
from verifier.settings import VerifierSettings
from verifier.web.api import create_api
from verifier.web.checking import Checker
from verifier.web.cors import PublicCors
from verifier.web.oid4vp import Presentations
from verifier.web.pages import create_pages
from verifier.web.request_key import load_request_key
from verifier.web.requests import RequestDesk
from verifier.web.store import TransactionStore
from verifier.web.wallet_routes import create_wallet_routes


def _clock() -> datetime:
    return datetime.now(UTC)


MAX_BODY_BYTES = 6_500_000
"""A form with a file, or a wallet's answer; the routes have lower limits of their own."""


def create_app(settings: VerifierSettings) -> FastAPI:
    """Return the service; in development its database is brought up to date first."""
    engine = create_engine(settings.database_url.get_secret_value())
    if settings.development:
        run_migrations("verifier", engine)
    evidence = EvidenceStore(settings.evidence_dir)
    evidence.prepare()
    fetcher = Fetcher(development=settings.development, own_hosts=settings.own_hosts, ca_file=settings.ca_file)
    source = OnlineSource(
        fetcher, evidence, registry_url=settings.registry_url, http_hosts=settings.http_hosts, clock=_clock
    )
    store = TransactionStore(engine)
    key = load_request_key(settings.data_dir, settings.public_url)
    presentations = Presentations(settings, store, key, source, _clock)
    desk = RequestDesk(settings, store, presentations, _clock)
    checker = Checker(source, fetcher, _clock)
    pages = Pages("verifier", settings, name="Verifier")

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        fetcher.close()
        engine.dispose()

    app = FastAPI(title="edubadges verifier", docs_url=None, redoc_url=None, lifespan=lifespan)
    app.state.engine = engine
    install_problem_handlers(app, html=pages.render_problem)
    install_health(app, "verifier", {"database": store.probe})
    app.include_router(create_api(checker, desk))
    app.include_router(create_wallet_routes(presentations, key))
    app.include_router(create_pages(pages, checker, desk, wallet_url=settings.wallet_url.rstrip("/")))
    app.add_middleware(BodyLimit, max_bytes=MAX_BODY_BYTES)
    pages.install(app, "verifier")
    app.add_middleware(PublicCors)
    app.add_middleware(RequestLog)
    return app
