"""Revoke many badges at once: one person says which and why, another decides, and a job does it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Literal

import sqlalchemy as sa

from issuer_agent import store, store_issuing
from issuer_agent.audit_trail import Actor, note
from issuer_agent.awards import Awards
from issuer_agent.issuance import Issuance
from issuer_agent.tables_batches import bulk_revocations
from service_kit.database import begin
from service_kit.problems import InvalidValues, NotFound, RuleRefused

REVOKE_MANY = "revoke_many"
MOST = 1_000


@dataclass(frozen=True, slots=True)
class BulkRevocation:
    """Many awards that somebody wants to revoke for one reason."""

    id: str
    institution: str
    award_ids: list[str]
    reason: str
    state: Literal["waiting", "approved", "done", "withdrawn"]
    created_at: datetime
    created_by: str
    decided_at: datetime | None = None
    decided_by: str | None = None
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class BulkRevocations:
    """The use cases of revoking many."""

    engine: sa.Engine
    awards: Awards
    issuance: Issuance
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def propose(
        self, institution: str, award_ids: Sequence[str], *, reason: str, actor: Actor, now: datetime
    ) -> BulkRevocation:
        """Say which badges are to be revoked, and why; nothing is revoked yet.

        Raises:
            NotFound: one of them is not an award of this institution.
            InvalidValues: no badges, too many, or no reason.
        """
        ids = list(dict.fromkeys(award_ids))
        errors = []
        if not 1 <= len(ids) <= MOST:
            errors.append({"pointer": "/awards", "detail": "Choose between 1 and 1,000 badges."})
        if not 1 <= len(reason.strip()) <= 255:
            errors.append({"pointer": "/reason", "detail": "A reason is needed."})
        if errors:
            raise InvalidValues("Say which badges, and why; the students see it.", errors=errors)
        made = BulkRevocation(str(uuid.uuid4()), institution, ids, reason.strip(), "waiting", now, actor.id)
        with begin(self.engine) as connection:
            found = store.find_awards(connection, ids)
            if len(found) < len(ids) or any(item.institution != institution for item in found.values()):
                raise NotFound("This award does not exist.")
            connection.execute(bulk_revocations.insert().values(asdict(made)))
            note(connection, actor, "revocations_proposed", made.id, now=now, awards=len(ids))
        return made

    def approve(self, revocation_id: str, *, actor: Actor, now: datetime) -> BulkRevocation:
        """Give the second person's word; the job begins with the commit.

        Raises:
            NotFound: no such proposal.
            RuleRefused: it was decided, or this is the person who made it.
        """
        with begin(self.engine) as connection:
            found = self._waiting(connection, revocation_id)
            if actor.id == found.created_by:
                raise RuleRefused("Somebody else must look at these badges.", code="second-person-needed")
            approved = self._save(connection, replace(found, state="approved", decided_at=now, decided_by=actor.id))
            store_issuing.enqueue(connection, REVOKE_MANY, [revocation_id], now=now)
            note(connection, actor, "revocations_approved", revocation_id, now=now)
        return approved

    def withdraw(self, revocation_id: str, *, actor: Actor, now: datetime) -> BulkRevocation:
        """End a proposal; nothing is revoked. Raises NotFound, RuleRefused."""
        with begin(self.engine) as connection:
            found = self._waiting(connection, revocation_id)
            ended = self._save(connection, replace(found, state="withdrawn", decided_at=now, decided_by=actor.id))
            note(connection, actor, "revocations_withdrawn", revocation_id, now=now)
        return ended

    def get(self, revocation_id: str) -> BulkRevocation:
        """Return a proposal. Raises NotFound."""
        with begin(self.engine) as connection:
            return self._find(connection, revocation_id)

    def of_institution(self, institution: str) -> list[BulkRevocation]:
        """Return the newest proposals of an institution."""
        query = sa.select(bulk_revocations).where(bulk_revocations.c.institution == institution)
        query = query.order_by(bulk_revocations.c.created_at.desc()).limit(50)
        with begin(self.engine) as connection:
            return [BulkRevocation(**row) for row in connection.execute(query).mappings()]

    def work(self, subjects: Sequence[str]) -> None:
        """Revoke what was approved; again does only what is left, and publishes each status list once."""
        for revocation_id in subjects:
            found = self.get(revocation_id)
            if found.state != "approved":
                continue
            for award_id in found.award_ids:
                with suppress(RuleRefused):  # somebody revoked it meanwhile
                    self.awards.revoke(
                        award_id,
                        reason=found.reason,
                        actor=Actor(found.decided_by or found.created_by),
                        now=self.clock(),
                        also=self.issuance.record_revocation,
                    )
            with begin(self.engine) as connection:
                self._save(connection, replace(found, state="done", finished_at=self.clock()))

    def _waiting(self, connection: sa.Connection, revocation_id: str) -> BulkRevocation:
        found = self._find(connection, revocation_id, lock=True)
        if found.state != "waiting":
            raise RuleRefused("This was decided already.", code="revocations-decided")
        return found

    def _find(self, connection: sa.Connection, revocation_id: str, *, lock: bool = False) -> BulkRevocation:
        query = sa.select(bulk_revocations).where(bulk_revocations.c.id == revocation_id)
        row = connection.execute(query.with_for_update() if lock else query).mappings().first()
        if row is None:
            raise NotFound("This does not exist, or is not yours to see.")
        return BulkRevocation(**row)

    def _save(self, connection: sa.Connection, item: BulkRevocation) -> BulkRevocation:
        connection.execute(bulk_revocations.update().where(bulk_revocations.c.id == item.id).values(asdict(item)))
        return item
