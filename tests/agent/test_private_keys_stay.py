"""Institutions' private keys never leave Askar: they are in no answer of the agent, no log, no database and no file."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import base58
import pytest
import sqlalchemy as sa

from service_kit.database import create_engine
from tests.agent.test_provisioning import Setting, provisioning
from tests.support.agent import CREATED, Agent, badge_of, in_agent_environment, running_agent
from vc_core.keys import public_key_from_multikey

pytestmark = pytest.mark.agent


@dataclass
class Searched:
    """Everything that left the agent or was written by us, and what must not be in it."""

    private_keys: dict[str, bytes] = field(repr=False)
    """By public key, in hexadecimals."""
    places: dict[str, bytes] = field(repr=False)


def spellings(secret: bytes) -> dict[str, bytes]:
    """Return every way in which these bytes could be written down."""
    plain = {
        "raw": secret,
        "hexadecimal": secret.hex().encode(),
        "HEXADECIMAL": secret.hex().upper().encode(),
        "base58": base58.b58encode(secret),
        "list of numbers": json.dumps(list(secret)).encode(),
        "list of numbers, tight": json.dumps(list(secret), separators=(",", ":")).encode(),
        "integer": str(int.from_bytes(secret)).encode(),
    }
    # In base64 the letters depend on where the bytes begin; what is certain of each of the three ways is searched for.
    for shift in range(3):
        for name, encode in (("base64", base64.b64encode), ("base64url", base64.urlsafe_b64encode)):
            whole = encode(b"\0" * shift + secret).rstrip(b"=")
            plain[f"{name}, shifted by {shift}"] = whole[4 if shift else 0 : -2]
    return plain


def leaks(searched: Searched) -> list[str]:
    """Return where a private key was found, and in which spelling."""
    return [
        f"{place}: key {public[:8]}… as {spelling}"
        for public, secret in searched.private_keys.items()
        for spelling, needle in spellings(secret).items()
        for place, content in searched.places.items()
        if needle in content
    ]


def _private_keys(agent: Agent) -> dict[str, bytes]:
    store = json.dumps({"home": str(agent.folder / "agent" / "store"), "key": agent.process.secrets.wallet_key})
    found = json.loads(in_agent_environment(Path(__file__).parent / "read_private_keys.py", given=store))
    return {each["public"]: bytes.fromhex(each["private"]) for each in found}


def _dump(database: str) -> bytes:
    """Return every value of every table, as text and as bytes."""
    engine = create_engine(database)
    everything = sa.MetaData()
    everything.reflect(engine)
    found = []
    with engine.connect() as connection:
        for table in everything.sorted_tables:
            for row in connection.execute(sa.select(table)):
                for value in row:
                    found.append(bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode())
    engine.dispose()
    return b"\n".join(found)


def _everything_a_tenant_may_ask(agent: Agent, setting: Setting, slug: str) -> None:
    identity = setting.institutions.identity(slug)
    token = identity.tenant_token
    for path in ("/wallet/did", "/wallet/did/public", "/status", "/status/config", "/credentials", "/connections"):
        agent.ask("GET", path, token=token)
        agent.ask("GET", path, key=True)
    for key_id in (identity.ed25519_key_id, identity.p256_key_id):
        agent.ask("GET", f"/wallet/keys/{key_id.partition('#')[2]}", token=token)
    agent.ask("GET", "/multitenancy/wallets", key=True)
    agent.ask("GET", "/edubadges/whoami")
    agent.ask("GET", "/plugins", key=True)
    agent.ask("GET", "/api/docs/swagger.json")
    agent.sign(identity, [badge_of(identity)])
    agent.sign(identity, [{**badge_of(identity), "nonsense": 1}])
    agent.sign(identity, [badge_of(identity)], cryptosuite="ecdsa-rdfc-2019", verification_method=identity.p256_key_id)
    agent.sign(identity, [badge_of(identity)], verification_method=f"{identity.did}#nothing")
    body = {"headers": {}, "payload": {"a": 1}, "verificationMethod": identity.p256_key_id}
    agent.ask("POST", "/wallet/jwt/sign", token=token, json=body)
    agent.ask("POST", "/edubadges/keys", token=token, json={"did": identity.did, "kind": "ed25519"})


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory, postgres_server: str) -> Iterator[Searched]:
    """Provision and sign with everything logged at its most talkative, then gather all that was said and kept."""
    folder = tmp_path_factory.mktemp("keys")
    ours = folder / "our.log"
    handler = logging.FileHandler(ours)
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        with running_agent(folder, log_level="debug") as agent, provisioning(agent, postgres_server, "keys") as setting:
            setting.add("zzu")
            identity = setting.institutions.identity("zzu")
            setting.institutions.signer.secure([badge_of(identity)] * 20, identity=identity, created=CREATED)
            _everything_a_tenant_may_ask(agent, setting, "zzu")
            published = json.dumps(setting.published("zzu")).encode()
            private_keys = _private_keys(agent)
            places = {
                "the agent's answers": b"\n".join(agent.heard),
                "the agent's log": agent.log.read_bytes(),
                "our log": ours.read_bytes(),
                "the issuer's database": _dump(setting.databases[0]),
                "the registry's database": _dump(setting.databases[1]),
                "the published document": published,
            }
            for file in (folder / "agent").rglob("*"):
                if file.is_file():
                    places[f"the file {file.name}"] = file.read_bytes()
            assert identity.ed25519_key_id.encode() in places["the issuer's database"]
            yield Searched(private_keys, places)
    finally:
        root.setLevel(level)
        root.handlers[:] = handlers
        handler.close()


def test_the_search_knows_the_keys_that_sign_and_looks_where_something_is(searched: Searched) -> None:
    document = json.loads(searched.places["the published document"])
    published = {
        public_key_from_multikey(method["publicKeyMultibase"]).raw.hex()
        for method in document["verificationMethod"]
        if method["type"] == "Multikey"
    }

    assert published <= set(searched.private_keys)
    assert all(len(secret) == 32 for secret in searched.private_keys.values())
    assert all(len(content) > 20 for name, content in searched.places.items() if not name.startswith("the file"))
    assert b"/edubadges/sign" in searched.places["our log"]


def test_no_private_key_is_found_anywhere(searched: Searched) -> None:
    assert leaks(searched) == []


@pytest.mark.parametrize("spelling", spellings(bytes(range(32))))
def test_a_planted_key_would_be_found_in_every_spelling(searched: Searched, spelling: str) -> None:
    public, secret = next(iter(searched.private_keys.items()))
    planted = {"a planted leak": b'{"d":"' + spellings(secret)[spelling] + b'"}'}

    assert any(spelling in found for found in leaks(Searched({public: secret}, planted)))


def test_a_planted_key_in_the_middle_of_base64_would_be_found(searched: Searched) -> None:
    public, secret = next(iter(searched.private_keys.items()))
    for before in (b"", b"x", b"xy", b"xyz"):
        planted = {"a planted leak": base64.b64encode(b"seed=" + before + secret + b" and more")}

        assert leaks(Searched({public: secret}, planted))


def test_the_agent_has_no_route_that_gives_a_private_key(searched: Searched) -> None:
    """Nothing that exports is among its routes; when a new version brings one, this says so."""
    text = searched.places["the agent's answers"].decode(errors="replace")
    start = text.index('{"paths": {')
    paths = json.JSONDecoder().raw_decode(text[start:])[0]["paths"]

    assert "/wallet/keys/{multikey}" in paths
    assert [path for path in paths if "export" in path or "secret" in path or "private" in path] == []
