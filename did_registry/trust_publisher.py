"""Publish what the registry knows for verifiers without a network: soon after a change, and again before it is old.

One process publishes at a time, whatever the number of servers; a publication is whole or is not there.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from did_registry import store, store_trust
from did_registry.other_lists import OtherLists
from did_registry.publishing import Registry
from did_registry.signing_log import SigningLog
from did_registry.trust_pack.repository import Published, TrustItem, TrustRepository
from service_kit.database import alone, begin
from service_kit.logs import log_event
from vc_core.errors import EdubadgesError

RENEW_AFTER = timedelta(hours=1)
_LOG = logging.getLogger("edubadges.registry")


@dataclass
class TrustPublisher:
    """Keeps the trust repository in step with the database."""

    engine: sa.Engine
    registry: Registry
    log: SigningLog
    repository: TrustRepository
    pause_s: float = 5.0
    _stop: threading.Event = field(default_factory=threading.Event)
    _seen: tuple[object, datetime] | None = None

    def publish(self, *, now: datetime) -> Published:
        """Bring the repository in step now."""
        with alone(self.engine, "trust-repository"):
            return self.repository.publish(self.items(), now=now)

    def publish_when_due(self, *, now: datetime) -> Published | None:
        """Publish when something changed, or when it is an hour ago; else do nothing."""
        with begin(self.engine) as connection:
            state = store_trust.fingerprint(connection)
        if self._seen is not None and self._seen[0] == state and now - self._seen[1] < RENEW_AFTER:
            return None
        published = self.publish(now=now)
        self._seen = (state, now)
        return published

    def items(self) -> Iterator[TrustItem]:
        """Yield everything a verifier needs."""
        with begin(self.engine) as connection:
            members = store.list_participants(connection)
            documents = store.newest_did_documents(connection)
            lists = store.list_status_lists(connection)
            histories = store_trust.all_log_lines(connection)
        did_of = {member.slug: member.did for member in members}
        for member, entry in zip(members, self.registry.feed(members), strict=True):
            yield TrustItem("participant", member.did, {"participant": entry})
        if self.registry.accrediting is not None:
            yield TrustItem("key-document", self.registry.accrediting.did, self.registry.accrediting.document())
        for document in documents:
            yield TrustItem("key-document", did_of[document.slug], document.document)
        for slug, lines in histories.items():
            yield TrustItem("key-history", did_of[slug], {"log": "".join(lines)})
        for item in lists:
            yield TrustItem("status-list", self.registry.status_list_url(item.slug, item.number), item.credential)
        for url, token in OtherLists(self.registry).tokens():
            yield TrustItem("status-list", url, token)
        yield TrustItem("signing-log", self.log.origin, self.log.about())

    def run(self) -> None:
        """Publish again and again until told to stop; what is in the way is logged, and it is tried again."""
        told = ""
        while not self._stop.wait(self.pause_s):
            try:
                self.publish_when_due(now=datetime.now(UTC))
                told = ""
            except EdubadgesError as error:  # no database now, or a root that the operator has yet to sign
                if error.code != told:
                    log_event(_LOG, "trust_repository_waits", reason=error.code, detail=error.detail)
                told = error.code

    def start(self) -> None:
        """Run beside the requests."""
        threading.Thread(target=self.run, name="trust-publisher", daemon=True).start()

    def stop(self) -> None:
        """Stop after what is under way."""
        self._stop.set()
