"""The issuer's portal and API for tests: a real database, keys in memory, sample content; agent and registry are away.

The agent can be switched on: its place is taken by a signer that has the institutions' keys.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx
from fastapi import FastAPI

from issuer_agent import store
from issuer_agent.app import build_issuer, create_app
from issuer_agent.institution_keys import TokenVault
from issuer_agent.records import Institution
from issuer_agent.seed import seed
from issuer_agent.service import Issuer
from issuer_agent.settings import IssuerSettings
from service_kit.database import begin
from tests.support.issuing_world import SwitchedSigner
from tests.support.serving import serving
from vc_core.keys import PrivateKey

SECRET = "a secret of the tests, long enough"
OPERATOR_KEY = "operator-key-of-the-tests"
SAMPLES = (("zzu", "Zuiderzee University", "wo"), ("hwl", "Waterlinie", "hbo"), ("mdt", "De Terp", "mbo"))


@dataclass
class Portal:
    """The issuer, served over HTTP."""

    app: FastAPI
    issuer: Issuer
    signer: SwitchedSigner
    url: str
    badge_classes: dict[str, str] = field(default_factory=dict)
    """Of the sample, by English title."""
    clients: list[httpx.Client] = field(default_factory=list)

    def browser(self, person: str | None = None, *, language: str = "en") -> httpx.Client:
        """Return a browser; signed in as this sample person."""
        client = self._client({"accept": "text/html", "accept-language": language})
        if person:
            answer = client.post("/signin", data={"person": person})
            assert answer.status_code == 303, answer.text
        return client

    def api(self, key: str | None = OPERATOR_KEY) -> httpx.Client:
        """Return a program that calls the API with this key."""
        return self._client({"authorization": f"Bearer {key}"} if key else {})

    def _client(self, headers: dict[str, str]) -> httpx.Client:
        self.clients.append(httpx.Client(base_url=self.url, headers=headers, timeout=20))
        return self.clients[-1]


def settings_for(
    database_url: str, *, public_url: str, environment: str = "development", **more: object
) -> IssuerSettings:
    return IssuerSettings(
        **more,  # type: ignore[arg-type]
        EDUBADGES_ENV=environment,
        public_url=public_url,
        database_url=database_url,
        secret_key=SECRET,
        agent_url="http://127.0.0.1:9",
        agent_api_key="unused",
        registry_url="http://localhost:9",
        registry_token="unused",
        wallet_url="http://localhost:7102",
        operator_api_key=OPERATOR_KEY,
        outbox_worker=False,
    )


def make_portal(database_url: str, *, public_url: str, **more: object) -> Portal:
    """Build the issuer with the three sample institutions ready to issue, and seed it; `more` are settings."""
    settings = settings_for(database_url, public_url=public_url, **more)
    signer = SwitchedSigner({})
    issuer = build_issuer(settings, signer=signer)
    for slug, name, kind in SAMPLES:
        _ready_institution(issuer, signer, slug=slug, name=name, kind=kind)
    seed(issuer)
    portal = Portal(create_app(settings, signer=signer), issuer, signer, public_url)
    portal.badge_classes = {item.content.title.en: item.badge_class_id for item in issuer.achievements.catalogue()}
    return portal


@contextmanager
def serving_portal(database_url: str, **more: object) -> Iterator[Portal]:
    """Serve the seeded issuer on a free port."""
    made: list[Portal] = []

    def app(port: int) -> FastAPI:
        made.append(make_portal(database_url, public_url=f"http://localhost:{port}", **more))
        return made[0].app

    with serving(app):
        yield made[0]
        for client in made[0].clients:
            client.close()
    if made[0].issuer.sign_in is not None:
        made[0].issuer.sign_in.close()
    made[0].issuer.engine.dispose()


def _ready_institution(issuer: Issuer, signer: SwitchedSigner, *, slug: str, name: str, kind: str) -> None:
    """Add an institution as provisioning leaves it, with keys of the test."""
    did = f"did:web:localhost%3A7104:institutions:{slug}"
    keys = [PrivateKey.generate("Ed25519"), PrivateKey.generate("P-256")]
    names = [f"{did}#{key.public.to_multikey()}" for key in keys]
    signer._keys.update(zip(names, keys, strict=True))
    moment = datetime.now(UTC)
    institution = Institution(
        slug=slug,
        name_nl=f"{name} (voorbeeld)",
        name_en=f"{name} (sample)",
        kind=kind,  # type: ignore[arg-type]
        country="NL",
        website=f"https://{slug}.example",
        institution_code="99XX",
        created_at=moment,
        did=did,
        tenant_id="tenant",
        tenant_token_encrypted=TokenVault(SECRET).close("token"),
        ed25519_key_id=names[0],
        p256_key_id=names[1],
        published_at=moment,
    )
    with begin(issuer.engine) as connection:
        store.add_institution(connection, institution)
