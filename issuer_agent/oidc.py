"""Signing in at a provider of OpenID Connect, with the authorization code flow, PKCE, state and nonce.

OpenID Connect Core 1.0 (3.1), Discovery 1.0 (4), RFC 7636 and RFC 9700. The provider's address comes from settings;
nothing a visitor sends decides where we connect to.
"""

from __future__ import annotations

import base64
import hashlib
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import sqlalchemy as sa
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from issuer_agent import store_organisation as store
from service_kit.database import begin
from service_kit.fetch import InternalClient
from service_kit.problems import RuleRefused, Unavailable
from service_kit.sessions import new_token, token_hash
from vc_core.errors import MalformedInput
from vc_core.json_text import parse_json

FLOW_LIFE = timedelta(minutes=10)
# No symmetric algorithm: who knows the client secret could otherwise make tokens.
_ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA", "Ed25519"]
_LEEWAY_S = 60
_KEEP_DISCOVERY_S = 3600.0


class SignInRefused(RuleRefused):
    """The provider did not say who this is; `code` says why."""

    title = "Signing in did not succeed"


@dataclass(frozen=True, slots=True)
class Provider:
    """Who says who somebody is, and as whom we ask."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    name: str
    scope: str = "openid profile email"


@dataclass(frozen=True, slots=True)
class Claims:
    """What the provider says about somebody."""

    subject: str
    email: str = field(repr=False)
    name: str = field(repr=False)


class OpenIdConnect:
    """One provider, as a client sees it."""

    def __init__(self, engine: sa.Engine, provider: Provider, *, redirect_uri: str, ca_file: str | None = None) -> None:
        """Prepare; the provider is asked for its addresses when somebody first signs in."""
        self._engine = engine
        self.provider = provider
        self._redirect_uri = redirect_uri
        self._http = InternalClient(provider.issuer, timeout_s=10.0, ca_file=ca_file)
        self._known: tuple[float, dict[str, Any]] | None = None

    def begin(self, *, return_to: str, again: bool, now: datetime) -> tuple[str, str]:
        """Return the address at the provider, and the state that the browser keeps in a cookie meanwhile.

        Args:
            return_to: a path of ours, for afterwards.
            again: ask for a fresh sign-in although there is a session at the provider.
            now: the present moment.

        Raises:
            Unavailable: the provider does not answer.
        """
        state, nonce, verifier = new_token(), new_token(), new_token()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        endpoint = self._discovery()["authorization_endpoint"]
        with begin(self._engine) as connection:
            store.add_sign_in(
                connection,
                state_hash=token_hash(state),
                nonce=nonce,
                code_verifier=verifier,
                return_to=return_to,
                expires_at=now + FLOW_LIFE,
            )
        query = {
            "response_type": "code",
            "client_id": self.provider.client_id,
            "redirect_uri": self._redirect_uri,
            "scope": self.provider.scope,
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            **({"prompt": "login", "max_age": "0"} if again else {}),
        }
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}", state

    def finish(self, *, state: str, cookie: str | None, code: str, now: datetime) -> tuple[Claims, str]:
        """Return who signed in, and the path that they wanted to go to.

        Raises:
            SignInRefused: the answer is not to a question of this browser, or the provider's word is not right.
            Unavailable: the provider does not answer.
        """
        if not state or state != cookie:
            raise SignInRefused("This sign-in was started in another window. Start again.", code="sign-in-state")
        with begin(self._engine) as connection:
            started = store.take_sign_in(connection, token_hash(state), now=now)
        if started is None:
            raise SignInRefused("This sign-in took too long, or was used before. Start again.", code="sign-in-state")
        nonce, verifier, return_to = started
        answer = self._exchange(code, verifier)
        claims = self._read_id_token(answer.get("id_token"), nonce)
        if "email" not in claims and isinstance(answer.get("access_token"), str):
            claims = {**self._user_info(str(answer["access_token"]), claims["sub"]), **claims}
        return _claims_of(claims), return_to

    def _discovery(self) -> dict[str, Any]:
        known = self._known
        if known is not None and time.monotonic() - known[0] < _KEEP_DISCOVERY_S:
            return known[1]
        found = self._get_json("/.well-known/openid-configuration")
        if found.get("issuer") != self.provider.issuer:
            raise Unavailable("The provider names itself differently than our settings do. Tell the operator.")
        self._known = (time.monotonic(), found)
        return found

    def _exchange(self, code: str, verifier: str) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect_uri,
            "code_verifier": verifier,
        }
        credentials = f"{self.provider.client_id}:{self.provider.client_secret}"
        answer = self._http.request(
            "POST",
            self._own_address("token_endpoint"),
            content=urlencode(form).encode(),
            headers={
                "Content-Type": "application/x-www-form-urlencoded",
                "Accept": "application/json",
                "Authorization": "Basic " + base64.b64encode(credentials.encode()).decode(),
            },
        )
        if answer.status_code >= 500:
            raise Unavailable("The provider of the sign-in does not answer. Try again in a moment.")
        if answer.status_code != 200:
            raise SignInRefused("The provider did not accept the sign-in. Start again.", code="sign-in-code")
        return _object(answer.content)

    def _read_id_token(self, token: object, nonce: str) -> dict[str, Any]:
        keys = KeySet.import_key_set(self._get_json(self._own_address("jwks_uri")))  # type: ignore[arg-type]
        rules = jwt.JWTClaimsRegistry(
            leeway=_LEEWAY_S,
            iss={"essential": True, "value": self.provider.issuer},
            aud={"essential": True, "value": self.provider.client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            read = jwt.decode(str(token), keys, algorithms=_ALGORITHMS)
            rules.validate(read.claims)
        except (JoseError, ValueError) as error:
            raise SignInRefused(
                "The provider's word could not be checked. Start again.", code="sign-in-token"
            ) from error
        claims = dict(read.claims)
        azp = claims.get("azp")
        if azp is not None and azp != self.provider.client_id:
            raise SignInRefused("The provider's word is for another service.", code="sign-in-token")
        return claims

    def _user_info(self, access_token: str, subject: str) -> dict[str, Any]:
        answer = self._http.request(
            "GET", self._own_address("userinfo_endpoint"), headers={"Authorization": f"Bearer {access_token}"}
        )
        found = _object(answer.content) if answer.status_code == 200 else {}
        # OpenID Connect Core 5.3.2: an answer about somebody else must not be used.
        return found if found.get("sub") == subject else {}

    def _own_address(self, name: str) -> str:
        """Return an address of the provider; it may name none in another place over plain http."""
        address = str(self._discovery().get(name, ""))
        scheme = urlsplit(address).scheme
        if scheme != "https" and scheme != urlsplit(self.provider.issuer).scheme:
            raise Unavailable("The provider names an address that is not safe. Tell the operator.")
        return address

    def _get_json(self, path: str) -> dict[str, Any]:
        answer = self._http.request("GET", path, headers={"Accept": "application/json"})
        if answer.status_code != 200:
            raise Unavailable("The provider of the sign-in does not answer. Try again in a moment.")
        return _object(answer.content)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()


def _claims_of(claims: dict[str, Any]) -> Claims:
    email, name = claims.get("email"), claims.get("name")
    if not isinstance(email, str) or "@" not in email or claims.get("email_verified") is False:
        raise SignInRefused(
            "The provider did not give an e-mail address that it has checked. Ask your institution's helpdesk.",
            code="sign-in-no-email",
        )
    if not isinstance(name, str) or not name.strip():
        parts = (claims.get("given_name"), claims.get("family_name"))
        name = " ".join(part for part in parts if isinstance(part, str)) or email.partition("@")[0]
    return Claims(str(claims["sub"])[:255], email.strip().lower()[:320], name.strip()[:200])


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = parse_json(body, max_bytes=200_000, max_depth=16)
    except MalformedInput as error:
        raise Unavailable("The provider of the sign-in does not answer as it should. Try again later.") from error
    if not isinstance(value, dict):
        raise Unavailable("The provider of the sign-in does not answer as it should. Try again later.")
    return dict(value)
