"""The use cases of the wallet service: make, open, save and delete a container nobody here can read.

A browser proves itself with an authenticator: 256 bits derived from a passkey, a recovery code or a device key, on
another branch than the one that opens the container. Only its SHA-256 is kept: the database opens nothing, no session.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from service_kit.database import begin
from service_kit.problems import RuleRefused, TooManyAttempts, Unauthenticated
from service_kit.sessions import new_token
from wallet import store
from wallet.envelope import Container, Save
from wallet.settings import WalletSettings
from wallet.store import Authenticator, StoredContainer


class StaleRevision(RuleRefused):
    """Another device saved first."""

    title = "Another device saved in the meantime"
    code = "stale-revision"


class WalletExists(RuleRefused):
    """The id or the authenticator is taken."""

    title = "This wallet is there already"
    code = "wallet-exists"


class UnknownAuthenticator(Unauthenticated):
    """No wallet belongs to what was shown."""

    title = "No wallet opens with this"
    code = "unknown-authenticator"


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """A session that just began."""

    token: str
    expires_at: datetime
    stored: StoredContainer


@dataclass(frozen=True)
class Containers:
    """The use cases, on one engine and one clock."""

    engine: sa.Engine
    settings: WalletSettings
    clock: Callable[[], datetime]

    def make(self, save: Save, *, client: str) -> OpenedSession:
        """Store a new wallet and begin its first session.

        Raises:
            WalletExists: the id or an authenticator is known already.
            RuleRefused: not a first revision, or an unlocker without authenticator.
            TooManyAttempts: too many wallets from one address in this hour.
        """
        if save.container.rev != 1:
            raise RuleRefused("A new wallet starts at revision 1.", code="not-a-first-revision")
        _every_unlocker_can_open(save.container, {item.unlocker_id for item in save.authenticators})
        now = self.clock()
        if not self.settings.development:
            self.limit("new", client, self.settings.new_wallets_per_hour, now)
        found = _authenticators(save)
        with begin(self.engine) as connection:
            added = store.add_wallet(connection, _document(save), now=now)
            if not added or not store.add_authenticators(connection, save.container.wid, found):
                raise WalletExists("Start again: the app makes a new wallet id each time.")
            stored = StoredContainer(save.container.wid, 1, _document(save))
            return self._begin_session(connection, found[0].hash, stored, now=now)

    def open(self, authenticator: str, *, client: str) -> OpenedSession:
        """Give the container to whoever shows an authenticator of it, and begin a session.

        Raises:
            UnknownAuthenticator: no wallet belongs to it.
            TooManyAttempts: too many unknown ones from one network address in this hour.
        """
        now, digest = self.clock(), _sha256_of_base64url(authenticator)
        with begin(self.engine) as connection:
            bucket = self._bucket("open", client)
            if store.attempts_in_this_hour(connection, bucket, now=now) >= self.settings.failed_openings_per_hour:
                raise TooManyAttempts("Wait an hour, then try again.")
            stored = store.find_by_authenticator(connection, digest)
            if stored is not None:
                return self._begin_session(connection, digest, stored, now=now)
            store.count_attempt(connection, bucket, now=now)
        raise UnknownAuthenticator("Check the code or use another passkey.")

    def get(self, token: str) -> StoredContainer:
        """Return the container this session opened.

        Raises:
            Unauthenticated: the session is over or never was.
        """
        with begin(self.engine) as connection:
            return self.of_session(connection, token)

    def save(self, token: str, save: Save, *, expected_revision: int) -> StoredContainer:
        """Keep the next revision; unlockers that are no longer in it lose their access at once.

        Raises:
            StaleRevision: `expected_revision` is not the newest any more.
            RuleRefused: another wallet's container, a skipped revision, or an unlocker without authenticator.
            TooManyAttempts: saved too often in this hour.
            Unauthenticated: the session is over or never was.
        """
        now, container = self.clock(), save.container
        with begin(self.engine) as connection:
            current = self.of_session(connection, token)
            if container.wid != current.wallet_id:
                raise RuleRefused("The container belongs to another wallet.", code="another-wallet")
            if container.rev != expected_revision + 1:
                raise RuleRefused("A revision follows the one it was made from.", code="revision-skipped")
            ids = [unlocker.id for unlocker in container.unlockers]
            known = store.unlockers_of(connection, current.wallet_id) | {
                item.unlocker_id for item in save.authenticators
            }
            _every_unlocker_can_open(container, known)
            if not store.replace_container(
                connection, current.wallet_id, _document(save), expected_revision=expected_revision, now=now
            ):
                raise StaleRevision("Fetch the newest revision, merge, and save again.", revision=current.revision)
            store.keep_authenticators(connection, current.wallet_id, ids)
            if not store.add_authenticators(connection, current.wallet_id, _authenticators(save)):
                raise WalletExists("An authenticator is known already. Make a new unlocker.")
        self.limit("save", current.wallet_id, self.settings.saves_per_hour, now)
        return StoredContainer(current.wallet_id, container.rev, _document(save))

    def close(self, token: str) -> None:
        """End the session; saying it twice is fine."""
        with begin(self.engine) as connection:
            store.end_session(connection, _token_digest(token))

    def delete(self, token: str) -> None:
        """Remove the wallet with everything that belongs to it, in one transaction.

        Raises:
            Unauthenticated: the session is over or never was.
        """
        with begin(self.engine) as connection:
            store.delete_wallet(connection, self.of_session(connection, token).wallet_id)

    def of_session(self, connection: sa.Connection, token: str) -> StoredContainer:
        """Return the container of a session. Raises Unauthenticated."""
        stored = store.find_by_session(connection, _token_digest(token), now=self.clock())
        if stored is None:
            raise Unauthenticated("Open the wallet again.")
        return stored

    def _begin_session(
        self, connection: sa.Connection, authenticator: bytes, stored: StoredContainer, *, now: datetime
    ) -> OpenedSession:
        token = new_token()
        expires_at = now + timedelta(minutes=self.settings.session_minutes)
        store.add_session(
            connection,
            _token_digest(token),
            authenticator=authenticator,
            wallet_id=stored.wallet_id,
            expires_at=expires_at,
            now=now,
        )
        return OpenedSession(token, expires_at, stored)

    def limit(self, purpose: str, who: str, limit: int, now: datetime) -> None:
        """Count one act and return while there were no more than `limit` in this hour. Raises TooManyAttempts."""
        with begin(self.engine) as connection:
            count = store.count_attempt(connection, self._bucket(purpose, who), now=now)
        if count > limit:
            raise TooManyAttempts("Wait an hour, then try again.")

    def _bucket(self, purpose: str, who: str) -> bytes:
        """Hide an address or id behind a keyed hash: the table of attempts names nobody."""
        key = self.settings.secret_key.get_secret_value().encode()
        return hmac.digest(key, f"{purpose}\0{_network(who)}".encode(), "sha256")


def _every_unlocker_can_open(container: Container, known: set[str]) -> None:
    if not {unlocker.id for unlocker in container.unlockers} <= known:
        raise RuleRefused("Every unlocker needs an authenticator.", code="authenticator-missing")


def _authenticators(save: Save) -> list[Authenticator]:
    return [Authenticator(item.unlocker_id, _decode(item.hash)) for item in save.authenticators]


def _document(save: Save) -> dict[str, object]:
    return save.container.model_dump()


def _network(client: str) -> str:
    """Shorten an address to its network (/24 or /56); anything else stays as it is."""
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return client
    prefix = 24 if address.version == 4 else 56
    return str(ipaddress.ip_network((address, prefix), strict=False))


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _sha256_of_base64url(text: str) -> bytes:
    return hashlib.sha256(_decode(text)).digest()


def _token_digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
