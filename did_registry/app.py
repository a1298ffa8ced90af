"""Put the registry together: settings in, application out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from fastapi import FastAPI

from did_registry import api, api_accrediting, api_lists, api_own_domain, api_trust, pages
from did_registry.accrediting import Accrediting
from did_registry.history import History
from did_registry.other_lists import OtherLists
from did_registry.own_domain import OwnDomains
from did_registry.publishing import Registry
from did_registry.settings import RegistrySettings
from did_registry.signing_log import SigningLog
from did_registry.trust_pack.keys import make_online_keys, make_own_key, make_root_keys
from did_registry.trust_pack.repository import TrustRepository
from did_registry.trust_publisher import TrustPublisher
from service_kit.database import begin, create_engine, run_migrations
from service_kit.fetch import Fetcher
from service_kit.health import install_health
from service_kit.limits import BodyLimit
from service_kit.logs import RequestLog
from service_kit.pages import Pages
from service_kit.problems import install_problem_handlers

MAX_BODY_BYTES = 4_000_000
"""A status list is the largest thing that is published."""


@dataclass(frozen=True, slots=True)
class _Lasting:
    """What needs keys of the registry's own."""

    folder: Path
    history: History
    log: SigningLog
    accrediting: Accrediting


def create_app(settings: RegistrySettings) -> FastAPI:
    """Build the registry's application; in development the database is migrated first."""
    engine = create_engine(settings.database_url.get_secret_value())
    if settings.development:
        run_migrations("did_registry", engine)
    lasting = _lasting(engine, settings)
    registry = Registry(
        engine, settings.public_url, lasting.history if lasting else None, lasting.accrediting if lasting else None
    )
    app = FastAPI(title="edubadges registry", openapi_url="/api/openapi.json" if settings.development else None)
    views = Pages("did_registry", settings, name="Registry")
    install_problem_handlers(app, html=views.render_problem)

    def database_answers() -> None:
        with begin(engine) as connection:
            connection.execute(sa.text("select 1"))

    install_health(app, "registry", {"database": database_answers})
    fetcher = Fetcher(development=settings.development, own_hosts=settings.own_hosts, ca_file=settings.ca_file)
    app.router.on_shutdown.append(fetcher.close)
    own_domains = OwnDomains(fetcher)
    app.include_router(api.router(registry, settings))
    app.include_router(api_own_domain.router(registry, own_domains))
    app.include_router(api_lists.router(OtherLists(registry), settings))
    if lasting is not None:
        _add_lasting(app, lasting, registry, settings)
    app.include_router(pages.router(registry, views, own_domains))
    app.add_middleware(BodyLimit, max_bytes=MAX_BODY_BYTES)
    views.install(app, "did_registry")
    app.add_middleware(RequestLog)
    return app


def _lasting(engine: sa.Engine, settings: RegistrySettings) -> _Lasting | None:
    if settings.trust_dir is None:
        return None
    keys = settings.trust_dir / "keys"
    origin = settings.public_url.partition("://")[2] + "/signing-log"
    log = SigningLog(engine, make_own_key(keys, "signing-log"), origin)
    accrediting = Accrediting(engine, settings.public_url, make_own_key(keys, "accreditation"))
    return _Lasting(settings.trust_dir, History(engine, make_own_key(keys, "history")), log, accrediting)


def _add_lasting(app: FastAPI, lasting: _Lasting, registry: Registry, settings: RegistrySettings) -> None:
    """Add the histories, the log of signatures, and the trust repository with the one who publishes it."""
    lasting.history.catch_up()
    lasting.accrediting.sign_again(now=datetime.now(UTC))
    repository = TrustRepository(lasting.folder / "repository", make_online_keys(lasting.folder / "keys"))
    if settings.development:
        # Elsewhere the operator begins it, with keys that are kept apart: `edubadges trust begin`.
        repository.begin(make_root_keys(lasting.folder / "root"), now=datetime.now(UTC))
    publisher = TrustPublisher(registry.engine, registry, lasting.log, repository)
    app.include_router(api_trust.router(lasting.history, lasting.log, repository.folder, settings))
    app.include_router(api_accrediting.router(registry, lasting.accrediting, settings))
    app.router.on_startup.append(publisher.start)
    app.router.on_shutdown.append(publisher.stop)
    app.state.trust_publisher = publisher
