"""Wire the wallet service together: settings in, an ASGI app out."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import FastAPI

from service_kit.database import create_engine, run_migrations, wait_until_ready
from service_kit.health import install_health
from service_kit.limits import BodyLimit
from service_kit.problems import install_problem_handlers
from wallet.api import container_routes
from wallet.containers import Containers
from wallet.pages import install_security_headers, mount_static, page_routes
from wallet.settings import WalletSettings
from wallet.shares import Shares
from wallet.shares_api import share_routes

_ENVELOPE_BYTES = 64_000


def create_app(settings: WalletSettings) -> FastAPI:
    """Return the wallet service; in development its database is brought up to date first."""
    engine = create_engine(settings.database_url.get_secret_value())
    if settings.development:
        run_migrations("wallet", engine)
    app = FastAPI(title="edubadges wallet", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.engine = engine
    app.state.max_body_bytes = settings.max_container_bytes + _ENVELOPE_BYTES
    install_problem_handlers(app)
    app.add_middleware(BodyLimit, max_bytes=app.state.max_body_bytes)
    install_security_headers(app, settings)
    install_health(app, "wallet", {"database": lambda: wait_until_ready(engine, seconds=0.2)})
    containers = Containers(engine, settings, lambda: datetime.now(UTC))
    app.include_router(container_routes(containers))
    app.include_router(share_routes(Shares(engine, settings, containers)))
    app.include_router(page_routes(settings))
    mount_static(app)
    return app
