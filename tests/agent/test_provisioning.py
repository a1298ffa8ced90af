"""An institution gets its identity once, whatever falls over on the way."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
from fastapi import FastAPI, Request, Response

from did_registry.app import create_app as create_registry
from did_registry.settings import RegistrySettings
from issuer_agent.acapy_client import AcapyClient
from issuer_agent.audit_trail import Actor
from issuer_agent.institution_keys import NotProvisioned, TokenVault, did_document, signing_identity
from issuer_agent.institutions import Institutions
from issuer_agent.records import Institution
from issuer_agent.registry_client import RegistryClient
from issuer_agent.signer_acapy import AcapySigner
from service_kit.database import create_engine, run_migrations
from service_kit.problems import Unavailable
from tests.support.agent import CREATED, Agent, badge_of, free_port
from tests.support.serving import serving
from vc_core.did import find_verification_method
from vc_core.errors import EdubadgesError
from vc_core.json_text import JsonObject
from vc_core.proof import verify_proof

pytestmark = pytest.mark.agent
ACTOR = Actor("person:anna")
SECRET = "a secret of the tests, long enough"


@dataclass
class Setting:
    """The issuer's side of provisioning, with an agent and a registry that can be away."""

    institutions: Institutions
    registry_url: str
    faults: dict[str, int]
    """How many more calls of this method and path start are answered with 503."""
    after: list[bool]
    """Whether they did their work first, so that only the answer is lost."""
    databases: tuple[str, str]
    """Of issuer and registry."""

    def add(self, slug: str) -> Institution:
        institution = Institution(
            slug, f"{slug} nl", f"{slug} en", "wo", "NL", "https://example.org", "21XX", datetime.now(UTC)
        )
        return self.institutions.add(institution, actor=ACTOR, now=datetime.now(UTC))

    def published(self, slug: str) -> JsonObject:
        answer = httpx.get(f"{self.registry_url}/institutions/{slug}/did.json")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


@contextmanager
def _setting(
    agent: Agent, database: str, registry_database: str, *, trust_dir: Path | None = None, **clients: AcapyClient
) -> Iterator[Setting]:
    faults: dict[str, int] = {}
    after = [False]

    def registry_app(port: int) -> FastAPI:
        app = create_registry(
            RegistrySettings(
                EDUBADGES_ENV="development",
                public_url=f"http://localhost:{port}",
                database_url=registry_database,
                secret_key=SECRET,
                operator_token="operator",
                trust_dir=trust_dir,
            )
        )

        @app.middleware("http")
        async def broken(request: Request, call_next):  # type: ignore[no-untyped-def]
            for start in faults:
                if f"{request.method} {request.url.path}".startswith(start) and faults[start] > 0:
                    faults[start] -= 1
                    if after[0]:
                        await call_next(request)
                    return Response(status_code=503)
            return await call_next(request)

        return app

    engine = create_engine(database, pool_size=10)
    run_migrations("issuer_agent", engine)
    with serving(registry_app) as port:
        url = f"http://localhost:{port}"
        registry = RegistryClient(url, token="operator")
        client = clients.get("client", agent.client)
        yield Setting(
            Institutions(engine, client, AcapySigner(client), registry, TokenVault(SECRET)),
            url,
            faults,
            after,
            (database, registry_database),
        )
        registry.close()
    engine.dispose()


def make_databases(postgres_server: str, prefix: str) -> tuple[str, str]:
    """Make an empty database for the issuer and one for the registry."""
    url = sa.make_url(postgres_server)
    admin = sa.create_engine(url.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    names = (f"{prefix}_issuer", f"{prefix}_registry")
    with admin.connect() as connection:
        for name in names:
            connection.execute(sa.text(f"create database {name}"))
    admin.dispose()
    first, second = (url.set(database=name).render_as_string(hide_password=False) for name in names)
    return first, second


@contextmanager
def provisioning(
    agent: Agent, postgres_server: str, prefix: str, *, trust_dir: Path | None = None
) -> Iterator[Setting]:
    """Everything that provisioning needs, on databases of its own; with a folder the registry keeps what lasts."""
    with _setting(agent, *make_databases(postgres_server, prefix), trust_dir=trust_dir) as made:
        yield made


@pytest.fixture(scope="module")
def databases(postgres_server: str) -> tuple[str, str]:
    return make_databases(postgres_server, "provisioning")


@pytest.fixture(scope="module")
def setting(agent: Agent, databases: tuple[str, str]) -> Iterator[Setting]:
    with _setting(agent, *databases) as made:
        yield made


def test_an_institution_is_published_with_both_keys_in_both_forms(setting: Setting) -> None:
    made = setting.add("both-forms")
    document = setting.published("both-forms")

    assert made.ready
    assert made.did == document["id"] == f"did:web:localhost%3A{setting.registry_url[-5:]}:institutions:both-forms"
    assert document == did_document(made)
    methods = document["verificationMethod"]
    assert isinstance(methods, list)
    assert [method["type"] for method in methods] == ["Multikey", "JsonWebKey"] * 2  # type: ignore[index,call-overload]
    names = [method["id"] for method in methods]  # type: ignore[index,call-overload]
    assert document["assertionMethod"] == document["authentication"] == names
    assert {made.ed25519_key_id, made.p256_key_id} <= set(names)


def test_what_it_signs_is_found_through_the_published_document(setting: Setting) -> None:
    made = setting.add("signs")
    identity = setting.institutions.identity("signs")

    [signed] = setting.institutions.signer.secure([badge_of(identity)], identity=identity, created=CREATED)

    proof = signed["proof"]
    assert isinstance(proof, dict)
    _, key = find_verification_method(
        setting.published("signs"), str(proof["verificationMethod"]), relationship="assertionMethod"
    )
    verify_proof(signed, proof, public_key=key)
    assert made.did == identity.did


def test_doing_it_again_changes_nothing(setting: Setting) -> None:
    first = setting.add("again")

    assert setting.add("again") == first
    assert setting.institutions.provision("again", actor=ACTOR, now=datetime.now(UTC)) == first


STEPS = {"admission": "POST /api/participants", "publication": "PUT /api/did-documents"}


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_it_goes_on_where_it_was_when_the_registry_was_away(setting: Setting, step: str, after: bool) -> None:
    slug = f"away-{step}-{after}".lower()
    setting.faults[STEPS[step]], setting.after[0] = 1, after

    with pytest.raises(Unavailable):
        setting.add(slug)
    half = setting.institutions.get(slug)
    assert not half.ready
    with pytest.raises(NotProvisioned):
        setting.institutions.identity(f"{slug}") if step == "admission" else signing_identity(
            replace(half, ed25519_key_id=None), TokenVault(SECRET)
        )

    whole = setting.add(slug)

    assert whole.ready
    assert setting.published(slug) == did_document(whole)
    if half.ed25519_key_id is not None:
        assert (half.ed25519_key_id, half.p256_key_id) == (whole.ed25519_key_id, whole.p256_key_id)


class _Faulty(AcapyClient):
    """The real client of the real agent, whose connection breaks at the chosen call, before or after it arrived."""

    breaks_at = ""
    after = False

    def _call(self, method: str, path: str, **arguments: object) -> object:  # type: ignore[override]
        hit = bool(self.breaks_at) and self.breaks_at in path and method == "POST"
        if hit and not self.after:
            self.breaks_at = ""
            raise Unavailable("The connection broke before the call.")
        answer = super()._call(method, path, **arguments)  # type: ignore[arg-type]
        if hit:
            self.breaks_at = ""
            raise Unavailable("The connection broke before the answer came.")
        return answer


@pytest.fixture(scope="module")
def faulty(agent: Agent, databases: tuple[str, str]) -> Iterator[Setting]:
    client = _Faulty(agent.process.url, api_key=agent.process.secrets.api_key)
    with _setting(agent, *databases, client=client) as made:
        yield made
    client.close()


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("call", ["/multitenancy/wallet", "/token", "/edubadges/keys", "/wallet/jwt/sign"])
def test_it_goes_on_where_it_was_when_the_agent_broke_off(faulty: Setting, call: str, after: bool) -> None:
    slug = f"broke-{call.rpartition('/')[2]}-{after}".lower()
    client = faulty.institutions.agent
    assert isinstance(client, _Faulty)
    client.breaks_at, client.after = call, after

    with pytest.raises(Unavailable):
        faulty.add(slug)

    whole = faulty.add(slug)
    identity = faulty.institutions.identity(slug)
    assert whole.ready
    assert faulty.published(slug) == did_document(whole)
    assert faulty.institutions.signer.secure([badge_of(identity)], identity=identity, created=CREATED)


def test_an_agent_that_is_not_there_is_said_so_and_nothing_is_lost(agent: Agent, databases: tuple[str, str]) -> None:
    nowhere = AcapyClient(f"http://127.0.0.1:{free_port()}", api_key="x")
    with _setting(agent, *databases, client=nowhere) as absent:
        with pytest.raises(Unavailable) as away:
            absent.add("later")
        assert away.value.code == "agent-unavailable"
        assert away.value.retry_after > 0
    nowhere.close()
    with _setting(agent, *databases) as back:
        assert not back.institutions.get("later").ready


def test_two_at_once_give_one_identity(setting: Setting) -> None:
    """Two operators press the same button: one tenant, one pair of keys, and the published document has those."""
    made: list[Institution] = []
    failed: list[EdubadgesError] = []

    def add() -> None:
        try:
            made.append(setting.add("at-once"))
        except EdubadgesError as error:
            failed.append(error)

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed == []
    assert len(made) == 4
    assert len({institution.ed25519_key_id for institution in made}) == 1
    assert setting.published("at-once") == did_document(setting.institutions.get("at-once"))
    identity = setting.institutions.identity("at-once")
    assert setting.institutions.signer.secure([badge_of(identity)], identity=identity, created=CREATED)


def test_a_tenants_token_is_kept_encrypted_and_opens_with_the_services_secret_only(setting: Setting) -> None:
    made = setting.add("vault")
    box = made.tenant_token_encrypted
    assert box is not None

    assert b"eyJ" not in box
    assert TokenVault(SECRET).open(box).startswith("eyJ")
    with pytest.raises(NotProvisioned):
        TokenVault("another secret, just as long as it").open(box)
    assert TokenVault(SECRET).open(box) not in repr(made) + repr(setting.institutions.identity("vault"))
