"""Put the issuer together: settings in, application out."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa
from fastapi import FastAPI

from issuer_agent import pages
from issuer_agent.acapy_client import AcapyClient
from issuer_agent.accrediting import Accrediting
from issuer_agent.achievements import Achievements
from issuer_agent.announcements import to_nobody
from issuer_agent.api import routes as api
from issuer_agent.award_search import AwardSearch
from issuer_agent.awards import Awards
from issuer_agent.batch_work import BatchWork
from issuer_agent.batches import Batches
from issuer_agent.bulk_revocations import REVOKE_MANY, BulkRevocations
from issuer_agent.composing import Composing
from issuer_agent.csv_rows import MAX_BYTES
from issuer_agent.insights import Insights
from issuer_agent.institution_keys import TokenVault
from issuer_agent.institutions import Institutions
from issuer_agent.issuance import Issuance
from issuer_agent.key_changes import KeyChanges
from issuer_agent.mailing import Mailing
from issuer_agent.oid4vci import routes as oid4vci
from issuer_agent.oidc import OpenIdConnect, Provider
from issuer_agent.organisation import Organisation
from issuer_agent.outbox import outbox_worker
from issuer_agent.people import People
from issuer_agent.registry_client import RegistryClient
from issuer_agent.requests import Requests
from issuer_agent.reservations import Addresses
from issuer_agent.service import Issuer
from issuer_agent.settings import IssuerSettings
from issuer_agent.signer import Signer
from issuer_agent.signer_acapy import AcapySigner
from issuer_agent.suspensions import Suspensions
from issuer_agent.worker import Worker
from service_kit.database import begin, create_engine, run_migrations
from service_kit.health import install_health
from service_kit.limits import BodyLimit
from service_kit.logs import RequestLog
from service_kit.mail import MailServer
from service_kit.pages import Pages
from service_kit.problems import install_problem_handlers


def build_issuer(settings: IssuerSettings, *, signer: Signer | None = None) -> Issuer:
    """Wire the use cases; `signer` replaces the agent's in tests."""
    engine = create_engine(settings.database_url.get_secret_value())
    if settings.development:
        run_migrations("issuer_agent", engine)
    secret = settings.secret_key.get_secret_value()
    agent = AcapyClient(settings.agent_url, api_key=settings.agent_api_key.get_secret_value())
    registry = RegistryClient(
        settings.registry_url,
        token=settings.registry_token.get_secret_value(),
        internal_url=settings.registry_internal_url,
        ca_file=settings.ca_file,
    )
    vault = TokenVault(secret)
    used = signer or AcapySigner(agent)
    institutions = Institutions(engine, agent, used, registry, vault)
    issuance = Issuance(
        engine=engine,
        signer=used,
        vault=vault,
        registry=registry,
        addresses=Addresses(settings.public_url, registry.public_url, settings.wallet_url),
        key=hashlib.sha256(b"issuing\0" + secret.encode()).digest(),
    )
    organisation = Organisation(engine, issuance.key)
    mailing = _mailing(settings, engine, issuance, organisation)
    announce = mailing.announce if mailing is not None else to_nobody
    operator_key = settings.operator_api_key.get_secret_value() if settings.operator_api_key else None
    awards = Awards(engine, announce)
    return Issuer(
        settings=settings,
        engine=engine,
        institutions=institutions,
        achievements=Achievements(engine),
        requests=Requests(engine, announce),
        awards=awards,
        bulk_revocations=BulkRevocations(engine, awards, issuance),
        award_search=AwardSearch(engine),
        insights=Insights(engine),
        batches=Batches(engine, issuance.key),
        composing=Composing(engine),
        people=People(engine, operator_key),
        organisation=replace(organisation, announce=announce),
        mailing=mailing,
        sign_in=_sign_in(settings, engine),
        issuance=issuance,
        accrediting=Accrediting(engine, institutions, used, registry),
        suspensions=Suspensions(engine, issuance),
        key_changes=KeyChanges(
            engine, agent, used, registry, vault, issuance, timedelta(seconds=settings.key_copies_s)
        ),
    )


def _mailing(
    settings: IssuerSettings, engine: sa.Engine, issuance: Issuance, organisation: Organisation
) -> Mailing | None:
    if settings.smtp_url is None or not settings.smtp_url.get_secret_value():
        return None
    server = MailServer(settings.smtp_url.get_secret_value(), sender=settings.mail_from)
    return Mailing(engine, server, issuance, organisation)


def _sign_in(settings: IssuerSettings, engine: sa.Engine) -> OpenIdConnect | None:
    if not settings.oidc_issuer:
        return None
    provider = Provider(
        settings.oidc_issuer,
        settings.oidc_client_id,
        settings.oidc_client_secret.get_secret_value(),
        settings.oidc_name,
        settings.oidc_scope,
    )
    redirect_uri = f"{settings.public_url}/signin/callback"
    return OpenIdConnect(engine, provider, redirect_uri=redirect_uri, ca_file=settings.ca_file)


def workers_of(issuer: Issuer) -> list[Worker]:
    """Return the threads that do postponed work and award batches; not started."""
    batches = BatchWork(issuer.engine, issuer.batches, issuer.awards.announce)
    works = {REVOKE_MANY: issuer.bulk_revocations.work, **issuer.issuance.works()}
    workers = [
        # Two: while one waits for the agent, the other reads and writes.
        *(outbox_worker(issuer.engine, works) for _ in range(2)),
        Worker("batches", batches.round),
        Worker("forget", batches.forget, idle_s=3600),
    ]
    return workers if issuer.mailing is None else [*workers, Worker("mail", issuer.mailing.round)]


def create_app(settings: IssuerSettings, *, signer: Signer | None = None) -> FastAPI:
    """Build the issuer's application; in development the database is migrated first."""
    issuer = build_issuer(settings, signer=signer)
    workers = workers_of(issuer)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        running = workers if settings.outbox_worker else []
        for worker in running:
            worker.start()
        yield
        for worker in running:
            worker.stop()
        if issuer.sign_in is not None:
            issuer.sign_in.close()

    app = FastAPI(
        title="edubadges issuer",
        description="Badge classes, requests, awards and offers. An institution's administrator gives the keys.",
        openapi_url="/api/openapi.json" if settings.development else None,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    views = Pages("issuer_agent", settings, name="Institutions")
    views.environment.globals["sign_in_path"] = "/signin"
    install_problem_handlers(app, html=views.render_problem)
    install_health(app, "issuer", {"database": lambda: _database_answers(issuer.engine)})
    app.include_router(oid4vci.router(issuer.issuance))
    app.include_router(api.router(issuer))
    app.include_router(pages.router(issuer, views))
    # Lists of people are the largest that is read; every other route has a lower limit of its own.
    app.add_middleware(BodyLimit, max_bytes=MAX_BYTES + 100_000)
    views.install(app, "issuer_agent")
    app.add_middleware(RequestLog)
    return app


def _database_answers(engine: sa.Engine) -> None:
    with begin(engine) as connection:
        connection.execute(sa.text("select 1"))
