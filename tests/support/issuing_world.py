"""A whole issuing side for tests: real database, real registry over HTTP, keys in memory, routes served over HTTP.

Switches make the outside parties fail: `registry_down`, `agent_down`.
"""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy as sa
from fastapi import FastAPI

from did_registry.app import create_app as create_registry
from did_registry.settings import RegistrySettings
from issuer_agent import institution_keys, store
from issuer_agent.institution_keys import TokenVault
from issuer_agent.issuance import Issuance
from issuer_agent.key_changes import KeyChanges
from issuer_agent.oid4vci.routes import router
from issuer_agent.records import (
    Award,
    BadgeClass,
    BadgeClassContent,
    BadgeClassVersion,
    Institution,
    Text,
    Texts,
)
from issuer_agent.registry_client import RegistryClient
from issuer_agent.reservations import Addresses
from issuer_agent.signer import AgentUnavailable, SigningIdentity
from issuer_agent.signer_local import LocalSigner
from issuer_agent.tables_issuing import metadata
from service_kit.database import begin, create_engine, run_migrations
from service_kit.problems import install_problem_handlers
from tests.support.serving import serving
from vc_core.did import did_web_from_url
from vc_core.json_text import JsonObject
from vc_core.keys import PrivateKey

SECRET = "a secret of the tests, long enough"
CONTENT = BadgeClassContent(
    type="micro_credential",
    title=Text("Stedelijk waterbeheer", "Urban water management"),
    description=Text("Ontwerpt een straat die droge voeten houdt.", "Designs a street that keeps its feet dry."),
    criteria=Text("Het project is voldoende.", "The project was passed."),
    learning_outcomes=Texts(("Rekent aan afvoer.",), ("Calculates drainage.",)),
    ects=5,
    eqf=6,
    isced_f="0732",
    participation=("blended",),
    assessment=("portfolio_assessment",),
)


class SwitchedSigner(LocalSigner):
    """A signer that can be away, and counts how often it was asked."""

    def __init__(self, keys: dict[str, PrivateKey]) -> None:
        super().__init__(keys)
        self.down = False
        self.calls: list[int] = []

    def secure(self, documents: Sequence[JsonObject], *, identity: SigningIdentity, created: str) -> list[JsonObject]:
        if self.down:
            raise AgentUnavailable("The agent is switched off by the test.")
        self.calls.append(len(documents))
        return super().secure(documents, identity=identity, created=created)


class KeysInMemory:
    """Makes keys where the signer of a test has them; agents do it in `tests/agent`."""

    def __init__(self, signer: SwitchedSigner) -> None:
        self.signer = signer

    def create_key(self, tenant_token: str, *, did: str, kind: str) -> tuple[str, str]:
        if self.signer.down:
            raise AgentUnavailable("The agent is switched off by the test.")
        key = PrivateKey.generate("Ed25519" if kind == "ed25519" else "P-256")
        multikey = key.public.to_multikey()
        self.signer._keys[f"{did}#{multikey}"] = key
        return f"{did}#{multikey}", multikey


@dataclass
class World:
    engine: sa.Engine
    issuance: Issuance
    signer: SwitchedSigner
    institutions: dict[str, Institution]
    http: httpx.Client
    registry_url: str
    offset: timedelta = field(default_factory=timedelta)
    last_award: list[str] = field(default_factory=list)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset

    def add_award(self, *, slug: str = "zzu", content: BadgeClassContent = CONTENT, **changes: object) -> Award:
        """Put an award in the database, in the way the domain does."""
        now = self.now()
        version = self.add_version(slug=slug, content=content)
        award = Award(
            id=str(uuid.uuid4()),
            institution=slug,
            badge_class_id=version.badge_class_id,
            version=1,
            recipient_email="sanne@example.org",
            recipient_name="Sanne de Vries",
            delivery="wallet",
            grade=None,
            narrative=None,
            evidence_url=None,
            evidence_narrative=None,
            earned_at=now,
            expires_at=None,
            awarded_at=now,
            awarded_by="teacher",
            batch="",
        )
        award = replace(award, **changes)  # type: ignore[arg-type]
        with begin(self.engine) as connection:
            assert store.add_award(connection, award)
        self.last_award.append(award.id)
        return award

    def add_version(self, *, slug: str = "zzu", content: BadgeClassContent = CONTENT) -> BadgeClassVersion:
        badge_class = BadgeClass(f"bc-{uuid.uuid4().hex[:8]}", slug, "active", 1, None, self.now())
        version = BadgeClassVersion(badge_class.id, 1, content, self.now(), slug)
        with begin(self.engine) as connection:
            store.add_badge_class(connection, badge_class)
            store.add_badge_class_version(connection, version)
        return version

    def key_changes(self, wait: timedelta = timedelta(hours=24)) -> KeyChanges:
        issuance = self.issuance
        keys = KeysInMemory(self.signer)
        return KeyChanges(self.engine, keys, self.signer, issuance.registry, issuance.vault, issuance, wait)

    def add_institution(self) -> str:
        """Add an institution of its own for a test, ready to issue, and return its short name."""
        slug = f"i{uuid.uuid4().hex[:8]}"
        self.institutions[slug] = _provision(
            slug, f"Institution {slug}", self, self.issuance.vault, self.issuance.registry, {}
        )
        return slug

    def dump(self) -> dict[str, list[dict[str, Any]]]:
        """Return everything in the issuer's database."""
        with begin(self.engine) as connection:
            return {
                table.name: [dict(row) for row in connection.execute(sa.select(table)).mappings()]
                for table in metadata.sorted_tables
            }

    def revoke(self, award: Award) -> bool:
        with begin(self.engine) as connection:
            store.revoke_award(connection, award.id, reason="a test", now=self.now())
        return self.issuance.revoke(award.id)

    def status_list(self, document: JsonObject) -> JsonObject:
        """Return the status list of a credential as the registry serves it now."""
        entry = document["credentialStatus"]
        assert isinstance(entry, dict)
        answer = self.http.get(str(entry["statusListCredential"]))
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def did_document(self, slug: str = "zzu") -> JsonObject:
        return dict(self.http.get(f"{self.registry_url}/institutions/{slug}/did.json").json())


@contextmanager
def issuing_world(issuer_database: str, registry_database: str) -> Iterator[World]:
    """Start everything, with two institutions that are ready: `zzu` and `hnn`."""

    def registry_app(port: int) -> FastAPI:
        settings = RegistrySettings(
            EDUBADGES_ENV="development",
            public_url=f"http://localhost:{port}",
            database_url=registry_database,
            secret_key=SECRET,
            operator_token="operator",
            trust_dir=Path(folder),
        )
        return create_registry(settings)

    engine = create_engine(issuer_database, pool_size=20)
    run_migrations("issuer_agent", engine)
    with (
        tempfile.TemporaryDirectory(prefix="edubadges-trust-") as folder,
        serving(registry_app) as registry_port,
        httpx.Client(timeout=30) as http,
    ):
        registry_url = f"http://localhost:{registry_port}"
        registry = RegistryClient(registry_url, token="operator")
        vault = TokenVault(SECRET)
        keys: dict[str, PrivateKey] = {}
        signer = SwitchedSigner(keys)
        made: list[World] = []

        def issuer_app(port: int) -> FastAPI:
            addresses = Addresses(f"http://localhost:{port}", registry_url, "http://localhost:1/wallet")
            world = World(engine, None, signer, {}, http, registry_url)  # type: ignore[arg-type]
            world.issuance = Issuance(
                engine, signer, vault, registry, addresses, key=SECRET.encode(), clock=lambda: world.now()
            )
            made.append(world)
            app = FastAPI()
            install_problem_handlers(app)
            app.include_router(router(world.issuance))
            return app

        with serving(issuer_app):
            [world] = made
            for slug, name in (("zzu", "Zuiderzee University"), ("hnn", "Hogeschool Noordernieuwland")):
                institution = _provision(slug, name, world, vault, registry, keys)
                world.institutions[slug] = institution
            signer._keys.update(keys)
            yield world
        registry.close()
    engine.dispose()


def _provision(
    slug: str, name: str, world: World, vault: TokenVault, registry: RegistryClient, keys: dict[str, PrivateKey]
) -> Institution:
    """Do what `institution_keys.provision` does, with keys of our own instead of the agent's."""
    did = did_web_from_url(f"{registry.public_url}/institutions/{slug}")
    first, second = PrivateKey.generate("Ed25519"), PrivateKey.generate("P-256")
    names = [f"{did}#{key.public.to_multikey()}" for key in (first, second)]
    keys.update(zip(names, (first, second), strict=True))
    world.signer._keys.update(keys)
    institution = Institution(
        slug=slug,
        name_nl=name,
        name_en=name,
        kind="wo",
        country="NL",
        website="https://example.org",
        institution_code="21XX",
        created_at=world.now(),
        did=did,
        tenant_id="tenant",
        tenant_token_encrypted=vault.close("token"),
        ed25519_key_id=names[0],
        p256_key_id=names[1],
    )
    registry.admit(institution)
    institution_keys.publish(institution, signer=world.signer, registry=registry, vault=vault, now=world.now())
    institution = replace(institution, published_at=world.now())
    with begin(world.engine) as connection:
        store.add_institution(connection, institution)
    return institution
