"""Signing in with OpenID Connect: at a real provider on this machine, and at one that lies."""

from __future__ import annotations

import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from oidc_provider_mock import User, run_server_in_thread
from starlette.requests import Request

from issuer_agent.oidc import Claims, OpenIdConnect, Provider, SignInRefused
from issuer_agent.service import now
from service_kit.database import create_engine, run_migrations
from service_kit.problems import Unavailable
from tests.support.portal import Portal, serving_portal
from tests.support.serving import serving

NOOR = User(sub="u-noor", claims={"email": "noor@student.zzu.example", "name": "Noor", "email_verified": True})
NEW = User(sub="u-new", claims={"email": "New@Elsewhere.example", "given_name": "Nina", "family_name": "New"})
UNCHECKED = User(sub="u-bad", claims={"email": "iris@zzu.example", "name": "Not Iris", "email_verified": False})
NAMELESS = User(sub="u-none", claims={"name": "No Address"})
SECRET = "a client secret of the tests, long enough"


def database(postgres_server: str, name: str) -> str:
    url = sa.make_url(postgres_server)
    admin = sa.create_engine(url.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text(f"create database {name}"))
    admin.dispose()
    return url.set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="module")
def portal(postgres_server: str) -> Iterator[Portal]:
    with run_server_in_thread(user_claims=[NOOR, NEW, UNCHECKED, NAMELESS]) as server:
        settings = {
            "oidc_issuer": f"http://localhost:{server.server_port}",
            "oidc_client_id": "edubadges-tests",
            "oidc_client_secret": SECRET,
            "oidc_name": "Test provider",
        }
        with serving_portal(database(postgres_server, "portal_oidc"), **settings) as running:
            yield running


def go(browser: httpx.Client, subject: str, to: str = "/") -> httpx.Response:
    """Walk to the provider, say there who this is, and come back; return the answer of our callback."""
    away = browser.get("/signin/go", params={"to": to})
    assert away.status_code == 303
    with httpx.Client() as provider:
        back = provider.post(away.headers["location"], data={"sub": subject})
    return browser.get(back.headers["location"])


def test_somebody_we_know_by_address_signs_in(portal: Portal) -> None:
    browser = portal.browser()
    assert "Sign in with Test provider" in browser.get("/signin").text
    answer = go(browser, "u-noor", "/my")

    assert (answer.status_code, answer.headers["location"]) == (303, "/my")
    page = browser.get("/my")
    assert "Noor de Vries" in page.text


def test_somebody_new_is_added_and_known_by_their_subject_later(portal: Portal) -> None:
    first = portal.browser()
    assert go(first, "u-new").status_code == 303
    assert "Nina New" in first.get("/my").text
    people = [person for person, _ in portal.issuer.people.everybody() if person.email == "new@elsewhere.example"]
    assert len(people) == 1

    second = portal.browser()
    go(second, "u-new")
    again = portal.issuer.people.known_as(
        str(portal.issuer.settings.oidc_issuer), "u-new", email="iris@zzu.example", name="X", now=now()
    )
    assert again == people[0]


@pytest.mark.parametrize("subject", ["u-bad", "u-none"])
def test_an_address_that_nobody_checked_gives_no_access(portal: Portal, subject: str) -> None:
    browser = portal.browser()
    answer = go(browser, subject)

    assert answer.status_code == 409
    assert "sign-in-no-email" in answer.text
    assert browser.get("/my").status_code == 401


def test_the_way_to_the_provider_is_guarded(portal: Portal) -> None:
    query = parse_qs(urlsplit(portal.browser().get("/signin/go").headers["location"]).query)

    assert query["code_challenge_method"] == ["S256"]
    assert query["redirect_uri"] == [f"{portal.url}/signin/callback"]
    assert len({*query["state"], *query["nonce"], *query["code_challenge"]}) == 3
    assert "prompt" not in query


def test_who_is_signed_in_proves_it_anew(portal: Portal) -> None:
    browser = portal.browser("iris")
    query = parse_qs(urlsplit(browser.get("/signin/go").headers["location"]).query)

    assert (query["prompt"], query["max_age"]) == (["login"], ["0"])


def test_an_answer_is_taken_once_and_only_from_the_browser_that_asked(portal: Portal) -> None:
    browser, other = portal.browser(), portal.browser()
    with httpx.Client() as provider:
        away = browser.get("/signin/go").headers["location"]
        back = provider.post(away, data={"sub": "u-noor"}).headers["location"]

    assert "sign-in-state" in other.get(back).text
    assert other.get("/my").status_code == 401
    cookies = dict(browser.cookies)
    assert browser.get(back).status_code == 303
    replay = portal.browser()
    replay.cookies.update({name: value for name, value in cookies.items() if "signin" in name})
    assert "sign-in-state" in replay.get(back).text


@pytest.mark.parametrize("query", ["", "error=access_denied&state=x", "code=x", "code=x&state=y", "state=x"])
def test_what_is_no_answer_signs_nobody_in(portal: Portal, query: str) -> None:
    browser = portal.browser()
    answer = browser.get(f"/signin/callback?{query}")

    assert answer.status_code == 409
    assert "sign-in-" in answer.text
    assert browser.get("/my").status_code == 401


def test_a_code_that_the_provider_does_not_know_signs_nobody_in(portal: Portal) -> None:
    browser = portal.browser()
    state = parse_qs(urlsplit(browser.get("/signin/go").headers["location"]).query)["state"][0]

    assert "sign-in-code" in browser.get(f"/signin/callback?code=wrong&state={state}").text


def test_signing_in_does_not_keep_a_session_that_was_there(portal: Portal) -> None:
    browser = portal.browser("iris")
    before = dict(browser.cookies)["edubadges_issuer_session"]
    go(browser, "u-noor")
    attacker = portal.browser()
    attacker.cookies.set("edubadges_issuer_session", before)

    assert attacker.get("/staff/zzu").status_code == 401


# --- a provider that lies ---


@dataclass
class Liar:
    """A provider whose every word a test can change."""

    url: str = ""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "k1"}))
    claims: dict[str, Any] = field(default_factory=dict)
    token: str | None = None
    signing_key: Any = None
    header: dict[str, Any] = field(default_factory=lambda: {"alg": "RS256", "kid": "k1"})
    discovery: dict[str, Any] = field(default_factory=dict)
    status: int = 200
    userinfo: Any = None
    nonce: str = ""

    def id_token(self) -> str:
        moment = int(time.time())
        claims = {"iss": self.url, "aud": "client", "sub": "s", "exp": moment + 60, "iat": moment, "nonce": self.nonce}
        claims |= {"email": "s@x.example", "name": "S"} | self.claims
        claims = {
            name: moment + int(value.total_seconds()) if isinstance(value, timedelta) else value
            for name, value in claims.items()
            if value is not None
        }
        if self.header["alg"] == "none":
            return ".".join([_part(self.header), _part(claims), ""])
        return jwt.encode(self.header, claims, self.signing_key or self.key, algorithms=["RS256", "HS256"])


def _part(value: object) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.fixture
def liar() -> Iterator[Liar]:
    made = Liar()
    with _serving_liar(made):
        yield made


@contextmanager
def _serving_liar(liar: Liar) -> Iterator[None]:
    app = FastAPI()

    @app.get("/.well-known/openid-configuration")
    def discovery() -> JSONResponse:
        names = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "jwks"}
        found = {name: f"{liar.url}/{path}" for name, path in {**names, "userinfo_endpoint": "userinfo"}.items()}
        return JSONResponse({"issuer": liar.url, **found, **liar.discovery})

    @app.get("/jwks")
    def jwks() -> JSONResponse:
        return JSONResponse({"keys": [liar.key.as_dict(private=False)]})

    @app.post("/token")
    async def token(_request: Request) -> JSONResponse:
        body = {"access_token": "a", "token_type": "Bearer", "id_token": liar.token or liar.id_token()}
        return JSONResponse(body, status_code=liar.status)

    @app.get("/userinfo")
    def userinfo() -> JSONResponse:
        return JSONResponse(liar.userinfo)

    def make(port: int) -> FastAPI:
        liar.url = f"http://localhost:{port}"
        return app

    with serving(make):
        yield


@pytest.fixture(scope="module")
def engine(postgres_server: str) -> Iterator[sa.Engine]:
    made = create_engine(database(postgres_server, "oidc_liar"))
    run_migrations("issuer_agent", made)
    yield made
    made.dispose()


@contextmanager
def client(engine: sa.Engine, liar: Liar) -> Iterator[OpenIdConnect]:
    provider = Provider(liar.url, "client", SECRET, "Liar")
    made = OpenIdConnect(engine, provider, redirect_uri="http://localhost/signin/callback")
    try:
        yield made
    finally:
        made.close()


def sign_in(engine: sa.Engine, liar: Liar, *, later: timedelta = timedelta()) -> Claims:
    with client(engine, liar) as connect:
        address, state = connect.begin(return_to="/my", again=False, now=now())
        liar.nonce = parse_qs(urlsplit(address).query)["nonce"][0]
        claims, to = connect.finish(state=state, cookie=state, code="c", now=now() + later)
        assert to == "/my"
        return claims


def test_an_honest_word_is_taken(engine: sa.Engine, liar: Liar) -> None:
    assert sign_in(engine, liar) == Claims("s", "s@x.example", "S")


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "somebody-else"},
        {"aud": ["somebody-else"]},
        {"aud": None},
        {"azp": "somebody-else"},
        {"iss": "https://evil.example"},
        {"iss": None},
        {"sub": None},
        {"exp": timedelta(hours=-1)},
        {"exp": None},
        {"exp": "soon"},
        {"iat": timedelta(hours=1)},
        {"iat": None},
    ],
    ids=str,
)
def test_a_word_with_a_wrong_claim_is_refused(engine: sa.Engine, liar: Liar, claims: dict[str, Any]) -> None:
    liar.claims = claims

    with pytest.raises(SignInRefused) as caught:
        sign_in(engine, liar)

    assert caught.value.code == "sign-in-token"


def test_a_word_with_another_signature_is_refused(engine: sa.Engine, liar: Liar) -> None:
    tries: list[tuple[dict[str, Any], Any]] = [
        ({"alg": "none"}, None),
        ({"alg": "none", "kid": "k1"}, None),
        ({"alg": "HS256"}, OctKey.import_key(SECRET)),
        ({"alg": "RS256", "kid": "k1"}, RSAKey.generate_key(2048)),
        ({"alg": "RS256", "kid": "k2"}, RSAKey.generate_key(2048)),
    ]
    for header, key in tries:
        liar.header, liar.signing_key = header, key
        with pytest.raises(SignInRefused):
            sign_in(engine, liar)
    for token in ("x", "a.b.c", "null", "..", "e30.e30."):
        liar.token = token
        with pytest.raises(SignInRefused):
            sign_in(engine, liar)


def test_an_answer_that_comes_too_late_is_refused(engine: sa.Engine, liar: Liar) -> None:
    with pytest.raises(SignInRefused) as caught:
        sign_in(engine, liar, later=timedelta(minutes=11))

    assert caught.value.code == "sign-in-state"


def test_what_is_said_about_somebody_else_is_not_used(engine: sa.Engine, liar: Liar) -> None:
    liar.claims = {"email": None, "name": None}
    liar.userinfo = {"sub": "s", "email": "mine@x.example"}
    assert sign_in(engine, liar) == Claims("s", "mine@x.example", "mine")
    for userinfo in ({"sub": "t", "email": "other@x.example"}, {"email": "other@x.example"}):
        liar.userinfo = userinfo
        with pytest.raises(SignInRefused):
            sign_in(engine, liar)
    for odd in (["list"], "text", None):
        liar.userinfo = odd
        with pytest.raises((SignInRefused, Unavailable)):
            sign_in(engine, liar)


def test_a_provider_that_is_another_or_away_is_said_so(engine: sa.Engine, liar: Liar) -> None:
    liar.discovery = {"issuer": "https://other.example"}
    with pytest.raises(Unavailable):
        sign_in(engine, liar)
    liar.discovery = {}
    liar.status = 500
    with pytest.raises(Unavailable):
        sign_in(engine, liar)
    liar.status = 400
    with pytest.raises(SignInRefused):
        sign_in(engine, liar)
    liar.status, liar.discovery = 200, {"token_endpoint": "gopher://x"}
    with pytest.raises(Unavailable):
        sign_in(engine, liar)
