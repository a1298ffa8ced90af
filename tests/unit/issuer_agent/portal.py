"""The whole issuer, served on loopback with sample institutions, people and badge classes; the registry is away."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import resources

import sqlalchemy as sa
from fastapi import FastAPI

from issuer_agent import store, store_people
from issuer_agent.achievements import Achievements
from issuer_agent.app import create_app
from issuer_agent.audit_trail import Actor
from issuer_agent.institution_keys import TokenVault
from issuer_agent.records import Institution, Membership, Person
from issuer_agent.seed import with_parts
from issuer_agent.settings import IssuerSettings
from issuer_agent.signer_local import LocalSigner
from issuer_agent.store import CONTENT
from service_kit.database import begin, create_engine, run_migrations
from service_kit.sessions import token_hash
from tests.support.serving import serving
from vc_core.did import did_web_from_url
from vc_core.keys import PrivateKey

SAMPLE = json.loads((resources.files("issuer_agent") / "sample" / "edubadges.json").read_text())
SLUGS = tuple(str(item["slug"]) for item in SAMPLE["institutions"])
KEYS = {slug: f"key-of-{slug}-for-tests" for slug in SLUGS}
OPERATOR = "operator-key-for-tests"
SECRET = "a secret of the tests, long enough"
NOBODY = "http://localhost:9"
SEED = Actor("key:seed")


@dataclass
class Portal:
    url: str
    database: str
    keys: dict[str, PrivateKey] = field(default_factory=dict)
    institutions: dict[str, Institution] = field(default_factory=dict)

    def key_of(self, slug: str) -> PrivateKey:
        return self.keys[str(self.institutions[slug].ed25519_key_id)]


def _provisioned(item: dict[str, object], names: dict[str, str], keys: dict[str, PrivateKey]) -> Institution:
    slug, moment = str(item["slug"]), datetime.now(UTC)
    did = did_web_from_url(f"{NOBODY}/institutions/{slug}")
    first, second = PrivateKey.generate("Ed25519"), PrivateKey.generate("P-256")
    ids = [f"{did}#{one.public.to_multikey()}" for one in (first, second)]
    keys.update(zip(ids, (first, second), strict=True))
    return Institution(
        slug=slug,
        name_nl=names["nl"],
        name_en=names["en"],
        kind=item["kind"],  # type: ignore[arg-type]
        country="NL",
        website=str(item["website"]),
        institution_code=str(item["institution_code"]),
        created_at=moment,
        did=did,
        tenant_id="tenant",
        tenant_token_encrypted=TokenVault(SECRET).close("token"),
        ed25519_key_id=ids[0],
        p256_key_id=ids[1],
        published_at=moment,
    )


def _fill(portal: Portal) -> None:
    """Add institutions, people with their roles (and an editor and a viewer), keys and the sample classes."""
    engine = create_engine(portal.database)
    run_migrations("issuer_agent", engine)
    moment = datetime.now(UTC)
    people = [(Person(p["id"], p["name"], p["email"]), p["roles"]) for p in SAMPLE["people"]]
    people += [(Person(role, role.title(), f"{role}@zzu.example"), {"zzu": role}) for role in ("editor", "viewer")]
    with begin(engine) as connection:
        for item in SAMPLE["institutions"]:
            institution = _provisioned(item, item["name"], portal.keys)
            portal.institutions[institution.slug] = institution
            store.add_institution(connection, institution)
            hashed = token_hash(KEYS[institution.slug])
            store_people.add_api_key(connection, hashed, institution=institution.slug, name="sis", now=moment)
        for person, roles in people:
            held = [Membership(person.id, slug, role) for slug, role in roles.items()]
            store_people.add_person(connection, person, held)
    ids: dict[str, str] = {}
    for item in SAMPLE["badge_classes"]:
        institution = portal.institutions[item["institution"]]
        content = CONTENT.validate_python(with_parts(item["content"], ids))
        made = Achievements(engine).create_active(institution, content, actor=SEED, now=moment)
        ids[item["slug"]] = made.badge_class_id
    engine.dispose()


@contextmanager
def running_portal(postgres_server: str, database: str) -> Iterator[Portal]:
    """Make a database of this name and serve the issuer on it."""
    url = sa.make_url(postgres_server)
    admin = sa.create_engine(url.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text(f'create database "{database}"'))
    admin.dispose()
    portal = Portal("", url.set(database=database).render_as_string(hide_password=False))
    _fill(portal)

    def app(port: int) -> FastAPI:
        portal.url = f"http://localhost:{port}"
        settings = IssuerSettings(
            EDUBADGES_ENV="development",
            public_url=portal.url,
            database_url=portal.database,
            secret_key=SECRET,
            agent_url=NOBODY,
            agent_api_key="nobody",
            registry_url=NOBODY,
            registry_token="nobody",
            wallet_url="http://localhost:9/wallet",
            operator_api_key=OPERATOR,
            outbox_worker=False,
        )
        return create_app(settings, signer=LocalSigner(portal.keys, settings=settings))

    with serving(app):
        yield portal
