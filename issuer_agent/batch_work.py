"""The job that awards a batch: chunk after chunk, each in one transaction, by as many workers as there are.

A chunk's awards, places in status lists, offers, lines in the audit chain and the state of its rows are written
together or not at all. So there is nothing to repair after a crash, of this process or of the database: the rows that
were not written are still to be done (docs/decisions/0011).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from issuer_agent import batch_checks, reservations, store, store_batches, store_issuing, store_offers, store_stacks
from issuer_agent.announcements import Announce, to_nobody
from issuer_agent.audit_trail import Actor, note, note_many
from issuer_agent.award_rules import Recipient, make_award
from issuer_agent.batch_records import Batch, BatchRow, RowState
from issuer_agent.batches import Batches
from issuer_agent.credentials import AwardFacts
from issuer_agent.issuance import SIGN
from issuer_agent.records import Award, BadgeClass, BadgeClassVersion
from service_kit.database import begin

log = logging.getLogger(__name__)

CHUNK = 500
_KEEP_DRAFTS = timedelta(days=30)
_KEEP_DONE = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class BatchWork:
    """Awards what was started."""

    engine: sa.Engine
    batches: Batches
    announce: Announce = to_nobody
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def round(self) -> int:
        """Award one chunk, of the batch that was started first and has rows that nobody works on; return its rows."""
        now = self.clock()
        with begin(self.engine) as connection:
            due = store_batches.due_batches(connection, now=now)
        for batch_id in due:
            done = self._chunk(batch_id, now)
            if done:
                return done
        if due:
            self._finish(now)
        return 0

    def forget(self) -> int:
        """Forget the rows of lists that are long over; return 0, so that a worker pauses."""
        now = self.clock()
        with begin(self.engine) as connection:
            store_batches.forget_rows(connection, drafts_before=now - _KEEP_DRAFTS, done_before=now - _KEEP_DONE)
        return 0

    def _chunk(self, batch_id: str, now: datetime) -> int:
        with begin(self.engine) as connection:
            batch = store_batches.hold_running(connection, batch_id)
            if batch is None:
                return 0
            badge_class = store.find_badge_class(connection, batch.badge_class_id)
            version = store.find_version(connection, batch.badge_class_id, batch.version)
            assert badge_class is not None
            assert version is not None
            if badge_class.state == "active":
                rows = store_batches.take_rows(connection, batch.id, limit=CHUNK)
                if rows:
                    self._award(connection, batch, badge_class, version, rows, now)
                return len(rows)
        with begin(self.engine) as connection:
            store_batches.pause_batch(connection, batch_id, problem="badge-class-not-active")
        return 0

    def _award(
        self,
        connection: sa.Connection,
        batch: Batch,
        badge_class: BadgeClass,
        version: BadgeClassVersion,
        rows: Sequence[BatchRow],
        now: datetime,
    ) -> None:
        """Award these rows, and write everything that follows from it."""
        emails = [row.email for row in rows]
        store_batches.lock_recipients(connection, badge_class.id, emails)
        holders = store_batches.find_holders(connection, badge_class.id, emails, now=now)
        stack = version.content.stack
        held = store_stacks.held_parts(connection, stack, now=now, emails=emails) if stack else {}
        judged = batch_checks.mark_missing_parts(rows, stack, held)
        incomplete = {row.number for row in judged if row.state == "incomplete"}
        actor = Actor(batch.started_by or batch.created_by)
        made = {
            row.number: replace(
                make_award(
                    badge_class,
                    version,
                    Recipient(row.email, row.name),
                    batch_checks.grounds_of(row),
                    earned_at=now,
                    actor=actor,
                    now=now,
                ),
                batch=batch.award_batch,
                delivery=batch.delivery,
            )
            for row in rows
            if row.email not in holders and row.number not in incomplete
        }
        new = set(store_batches.add_awards(connection, list(made.values()))) if made else set()
        added = [award for award in made.values() if award.id in new]
        if added:
            self._follow(connection, batch, badge_class, version, added, actor, now)
        outcome: list[tuple[int, RowState, str | None]] = []
        for row in rows:
            award = made.get(row.number)
            if award is not None and award.id in new:
                outcome.append((row.number, "awarded", award.id))
            elif row.number in incomplete and row.email not in holders:
                outcome.append((row.number, "incomplete", None))
            else:
                outcome.append((row.number, "already_awarded", holders.get(row.email)))
        store_batches.settle_rows(connection, batch.id, outcome)
        log.info("batch_chunk", extra={"batch": batch.id, "rows": len(rows), "awarded": len(added)})

    def _follow(
        self,
        connection: sa.Connection,
        batch: Batch,
        badge_class: BadgeClass,
        version: BadgeClassVersion,
        added: Sequence[Award],
        actor: Actor,
        now: datetime,
    ) -> None:
        """Write what follows from new awards: requests that are answered, places, offers or files, the audit chain."""
        asked = store_batches.open_requests(connection, badge_class.id, [award.recipient_email for award in added])
        for award in added:
            if award.recipient_email in asked:
                store_batches.close_request(connection, asked[award.recipient_email], award)
        institution = store.find_institution(connection, batch.institution)
        assert institution is not None
        facts = [AwardFacts(award, version, institution) for award in added]
        reservations.give_places(connection, facts, now=now)
        ids = [award.id for award in added]
        if batch.delivery == "file":
            store_issuing.enqueue(connection, SIGN, ids, now=now)
        else:
            store_offers.add_offers(connection, self.batches.new_claims(batch, ids, now=now))
            self.announce(connection, "award", ids, now)
        details = {"badge_class": badge_class.id, "version": version.version, "batch": batch.id}
        note_many(connection, actor, "badge_awarded", [(award_id, details) for award_id in ids], now=now)

    def _finish(self, now: datetime) -> None:
        with begin(self.engine) as connection:
            for batch_id in store_batches.finish_batches(connection, now=now):
                counts = store_batches.count_rows(connection, [batch_id])[batch_id]
                note(connection, Actor("job:batch"), "batch_finished", batch_id, now=now, rows=dict(counts))
                self.announce(connection, "list_done", [batch_id], now)
                log.info("batch_finished", extra={"batch": batch_id, "awarded": counts.get("awarded", 0)})
