"""A badge that a student shares by a link: sealed in the browser, with a key that stands in the link after `#`.

The service keeps the sealed bytes until they end or are withdrawn, and counts how often they were fetched, not by whom.
It does not keep which wallet a share is of: whoever made it shows a secret of which only the hash is here.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from service_kit.database import begin
from service_kit.problems import InvalidValues, NotFound
from service_kit.sessions import new_token
from vc_core.errors import LimitExceeded
from wallet.containers import Containers
from wallet.settings import WalletSettings
from wallet.tables import shares

LONGEST = timedelta(days=366)


class ShareGone(NotFound):
    """It was withdrawn, has ended, or never was; nobody is told which."""

    title = "This link does not work any more"
    code = "share-gone"


@dataclass(frozen=True, slots=True)
class Share:
    """A sealed badge."""

    id: str
    sealed: bytes
    expires_at: datetime
    openings: int


@dataclass(frozen=True)
class Shares:
    """The use cases of links."""

    engine: sa.Engine
    settings: WalletSettings
    containers: Containers

    def make(self, token: str, *, sealed: bytes, owner_hash: bytes, expires_at: datetime) -> Share:
        """Keep a sealed badge for whoever has its link.

        Args:
            token: of an open wallet's session; only for the limit, it is not kept.
            sealed: what the browser sealed.
            owner_hash: SHA-256 of the secret by which its maker looks at it and withdraws it.
            expires_at: when it ends, within a year.

        Raises:
            Unauthenticated: no wallet is open.
            TooManyAttempts: too many links in this hour.
            LimitExceeded: it is too large.
            InvalidValues: it would end in the past, or after more than a year.
        """
        now = self.containers.clock()
        with begin(self.engine) as connection:
            wallet_id = self.containers.of_session(connection, token).wallet_id
        self.containers.limit("share", wallet_id, self.settings.shares_per_hour, now)
        if len(sealed) > self.settings.max_share_bytes:
            raise LimitExceeded("This badge is too large to share by a link.", limit=self.settings.max_share_bytes)
        if not now < expires_at <= now + LONGEST:
            errors = [{"pointer": "/expires_at", "detail": "Choose a moment within a year."}]
            raise InvalidValues("The link cannot last that long.", errors=errors)
        made = Share(new_token(), sealed, expires_at, 0)
        with begin(self.engine) as connection:
            connection.execute(sa.delete(shares).where(shares.c.expires_at <= now))
            values = {
                "id": made.id,
                "owner_hash": owner_hash,
                "sealed": sealed,
                "expires_at": expires_at,
                "openings": 0,
            }
            connection.execute(sa.insert(shares).values(values))
        return made

    def open(self, share_id: str) -> Share:
        """Return a sealed badge to whoever asks, and count it. Raises ShareGone."""
        here = (shares.c.id == share_id, shares.c.expires_at > self.containers.clock())
        statement = sa.update(shares).where(*here).values(openings=shares.c.openings + 1)
        with begin(self.engine) as connection:
            found = connection.execute(statement.returning(shares)).mappings().first()
        if found is None:
            raise ShareGone("Its owner withdrew it, or it has ended. Ask the person for a new link.")
        return Share(found["id"], bytes(found["sealed"]), found["expires_at"], found["openings"])

    def look(self, share_id: str, secret: str) -> Share:
        """Return a share to who made it, without counting. Raises ShareGone."""
        with begin(self.engine) as connection:
            return self._owned(connection, share_id, secret)

    def withdraw(self, share_id: str, secret: str) -> None:
        """End a share at once; its bytes are gone. Raises ShareGone."""
        with begin(self.engine) as connection:
            self._owned(connection, share_id, secret)
            connection.execute(sa.delete(shares).where(shares.c.id == share_id))

    def _owned(self, connection: sa.Connection, share_id: str, secret: str) -> Share:
        here = (shares.c.id == share_id, shares.c.expires_at > self.containers.clock())
        found = connection.execute(sa.select(shares).where(*here)).mappings().first()
        shown = hashlib.sha256(secret.encode()).digest()
        if found is None or not hmac.compare_digest(shown, bytes(found["owner_hash"])):
            raise ShareGone("Its owner withdrew it, or it has ended.")
        return Share(found["id"], b"", found["expires_at"], found["openings"])
