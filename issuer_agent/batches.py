"""Batches: a list of people is checked, repaired, started, by a second person where the institution wants that.

The awarding itself is the job in `batch_work`; here a person decides. The rows stand in the database from the first
moment, so a list can be left and taken up again, on another machine and by somebody else.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

import sqlalchemy as sa

from issuer_agent import batch_checks, offers, store, store_batches, store_offers, store_stacks
from issuer_agent.audit_trail import Actor, note
from issuer_agent.award_rules import require_active
from issuer_agent.batch_records import NOT_AWARDED, Batch, BatchRow, RowState
from issuer_agent.csv_rows import read_sheet
from issuer_agent.records import Award, BadgeClass, BadgeClassVersion, Stack
from issuer_agent.stacks import HeldPart
from service_kit.database import begin
from service_kit.problems import InvalidValues, NotFound, RuleRefused

MAX_CLAIM_DAYS = 365
CLAIM_DAYS = 82
_PAGE = 1_000
REPAIRABLE = ("email", "name", "grade", "narrative", "evidence_url", "evidence_narrative")


@dataclass(frozen=True, slots=True)
class Claim:
    """How a student gets a badge of a batch."""

    award: Award
    offer_id: str = field(repr=False)
    tx_code: str | None = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a batch is, in rows."""

    counts: Mapping[RowState, int]
    claimed: int

    @property
    def good(self) -> int:
        """Return the rows that are still to be awarded."""
        return self.counts.get("good", 0)

    @property
    def awarded(self) -> int:
        """Return the rows that were awarded."""
        return self.counts.get("awarded", 0)

    @property
    def left_out(self) -> int:
        """Return the rows that a person must look at."""
        return sum(self.counts.get(state, 0) for state in NOT_AWARDED)


@dataclass(frozen=True, slots=True)
class Batches:
    """The use cases of batches."""

    engine: sa.Engine
    key: bytes = field(repr=False)
    """The server's secret that offers follow from."""

    def check(
        self,
        badge_class: BadgeClass,
        version: BadgeClassVersion,
        data: bytes,
        *,
        name: str,
        actor: Actor,
        now: datetime,
    ) -> Batch:
        """Read a CSV file and keep it with a verdict on each row; nothing is awarded yet.

        Args:
            badge_class: must be active, and take direct awards.
            version: what the rows are checked against, and what the awards will pin.
            data: the file.
            name: of the file.
            actor: who brings it.
            now: the present moment.

        Raises:
            FileNotReadable: it gives no rows.
            RuleRefused: the class is not active, or only awarded on request.
        """
        require_active(badge_class)
        if version.content.enrol == "self_request":
            raise RuleRefused("This badge is only awarded on request.", code="no-direct-awards")
        sheet = read_sheet(data)
        batch = Batch(
            id=str(uuid.uuid4()),
            institution=badge_class.institution,
            badge_class_id=badge_class.id,
            version=version.version,
            name=name.strip()[:200] or "list.csv",
            state="draft",
            created_at=now,
            created_by=actor.id,
            ignored=tuple(sheet.ignored),
        )
        rows = [batch_checks.row_of(batch.id, row, version) for row in sheet.rows]
        with begin(self.engine) as connection:
            emails = [row.email for row in rows if row.state == "good"]
            holders = store_batches.find_holders(connection, badge_class.id, emails, now=now)
            marked = batch_checks.mark_repeated(rows, holders)
            marked = batch_checks.mark_missing_parts(marked, *self._parts(connection, version, emails, now))
            store_batches.add_batch(connection, batch, marked)
            note(connection, actor, "batch_checked", batch.id, now=now, badge_class=badge_class.id, rows=len(rows))
        return batch

    def repair(self, batch_id: str, number: int, values: Mapping[str, str], *, actor: Actor, now: datetime) -> BatchRow:
        """Change a row that cannot be awarded as it is, and judge it anew.

        Args:
            batch_id: of a batch that is not running.
            number: of the row.
            values: the new texts, by their names (`REPAIRABLE`); what is not given stays.
            actor: who repairs.
            now: the present moment.

        Raises:
            NotFound: no such batch or row.
            RuleRefused: the row is awarded, or the batch is on its way.
        """
        with begin(self.engine) as connection:
            batch = self._held(connection, batch_id)
            if batch.state not in ("draft", "done"):
                raise RuleRefused("Rows can be changed before the start and after the end.", code="batch-under-way")
            row = store_batches.find_row(connection, batch_id, number)
            if row is None:
                raise NotFound("This row does not exist.")
            if row.state == "awarded":
                raise RuleRefused("This row was awarded; an award is a fact.", code="row-awarded")
            texts = {key: value.strip() for key, value in values.items() if key in REPAIRABLE}
            changed = replace(row, **texts, award_id=None)  # type: ignore[arg-type]
            changed = replace(changed, email=changed.email.lower())
            version = store.find_version(connection, batch.badge_class_id, batch.version)
            assert version is not None
            changed = batch_checks.judged(changed, version)
            holders = store_batches.find_holders(connection, batch.badge_class_id, [changed.email], now=now)
            parts = self._parts(connection, version, [changed.email], now)
            [changed] = batch_checks.mark_missing_parts(batch_checks.mark_repeated([changed], holders), *parts)
            if changed.state == "good" and store_batches.other_row_with(
                connection, batch_id, changed.email, number=number
            ):
                changed = replace(changed, state="duplicate")
            store_batches.save_row(connection, changed)
            note(connection, actor, "batch_row_repaired", batch_id, now=now, row=number)
        return changed

    def start(
        self,
        batch_id: str,
        *,
        delivery: Literal["wallet", "file"] = "wallet",
        with_tx_code: bool = False,
        claim_days: int = CLAIM_DAYS,
        start_at: datetime | None = None,
        actor: Actor,
        now: datetime,
    ) -> Batch:
        """Let the good rows be awarded, now or from `start_at` on; by a second person's word where that is the rule.

        Raises:
            NotFound: no such batch.
            InvalidValues: the days or the moment are not right.
            RuleRefused: it was started already, has no good rows, or its class is not active any more.
        """
        errors = []
        if not 1 <= claim_days <= MAX_CLAIM_DAYS:
            errors.append({"pointer": "/claim_days", "detail": "Between 1 and 365 days."})
        if start_at is not None and not now - timedelta(days=1) <= start_at <= now + timedelta(days=366):
            errors.append({"pointer": "/start_at", "detail": "Give a moment within a year."})
        if errors:
            raise InvalidValues("The list cannot start like this.", errors=errors)
        with begin(self.engine) as connection:
            batch = self._held(connection, batch_id)
            if batch.state not in ("draft", "done"):
                raise RuleRefused("This list was started already.", code="batch-under-way")
            good = store_batches.count_rows(connection, [batch_id])[batch_id].get("good", 0)
            if not good:
                raise RuleRefused(
                    "There are no rows that can be awarded. Repair some first.", code="batch-no-good-rows"
                )
            badge_class = store.find_badge_class(connection, batch.badge_class_id)
            institution = store.find_institution(connection, batch.institution)
            assert badge_class is not None
            assert institution is not None
            require_active(badge_class)
            limit = institution.second_person_from
            started = replace(
                batch,
                state="waiting" if limit is not None and good >= limit else "running",
                delivery=delivery,
                with_tx_code=with_tx_code and delivery == "wallet",
                claim_days=claim_days,
                start_at=start_at,
                started_at=now,
                started_by=actor.id,
                approved_by=None,
                finished_at=None,
                problem=None,
            )
            store_batches.save_batch(connection, started)
            note(connection, actor, "batch_started", batch_id, now=now, rows=good, state=started.state)
        return started

    def approve(self, batch_id: str, *, actor: Actor, now: datetime) -> Batch:
        """Give the second person's word, so that a list that waits for it is awarded.

        Raises:
            NotFound: no such batch.
            RuleRefused: it does not wait, or this is the person who started it.
        """
        with begin(self.engine) as connection:
            batch = self._held(connection, batch_id)
            if batch.state != "waiting":
                raise RuleRefused("This list does not wait for a second person.", code="batch-not-waiting")
            if actor.id == batch.started_by:
                raise RuleRefused("Somebody else must look at this list.", code="second-person-needed")
            approved = replace(batch, state="running", approved_by=actor.id, started_at=now)
            store_batches.save_batch(connection, approved)
            note(connection, actor, "batch_approved", batch_id, now=now)
        return approved

    def send_back(self, batch_id: str, *, actor: Actor, now: datetime) -> Batch:
        """Take a list that waits for a second person back to where it can be changed. Raises NotFound, RuleRefused."""
        return self._move(batch_id, ("waiting",), "draft", "batch_sent_back", actor=actor, now=now)

    def pause(self, batch_id: str, *, actor: Actor, now: datetime) -> Batch:
        """Stop awarding after the rows that are under way. Raises NotFound, RuleRefused."""
        return self._move(batch_id, ("running",), "paused", "batch_paused", actor=actor, now=now)

    def resume(self, batch_id: str, *, actor: Actor, now: datetime) -> Batch:
        """Go on awarding. Raises NotFound, RuleRefused."""
        return self._move(batch_id, ("paused",), "running", "batch_resumed", actor=actor, now=now)

    def cancel(self, batch_id: str, *, actor: Actor, now: datetime) -> Batch:
        """End a list; what was awarded stays, the rows that were not are forgotten. Raises NotFound, RuleRefused."""
        states = ("draft", "waiting", "paused")
        return self._move(batch_id, states, "cancelled", "batch_cancelled", actor=actor, now=now)

    def get(self, batch_id: str) -> Batch:
        """Return a batch. Raises NotFound."""
        with begin(self.engine) as connection:
            found = store_batches.find_batch(connection, batch_id)
        if found is None:
            raise NotFound("This list does not exist.")
        return found

    def of_institution(self, slug: str) -> list[tuple[Batch, Progress]]:
        """Return the newest batches of an institution, with how far they are."""
        with begin(self.engine) as connection:
            found = store_batches.list_batches(connection, slug)
            counts = store_batches.count_rows(connection, [item.id for item in found])
        return [(item, Progress(counts[item.id], 0)) for item in found]

    def progress(self, batch: Batch) -> Progress:
        """Return how far a batch is."""
        with begin(self.engine) as connection:
            counts = store_batches.count_rows(connection, [batch.id])[batch.id]
            return Progress(counts, store_batches.count_claimed(connection, batch))

    def rows(self, batch_id: str, states: Sequence[RowState], *, after: int = 0, limit: int = 50) -> list[BatchRow]:
        """Return rows in these states, in the order of the file, after this row."""
        with begin(self.engine) as connection:
            return store_batches.list_rows(connection, batch_id, states, after=after, limit=limit)

    def all_rows(self, batch_id: str, states: Sequence[RowState]) -> Iterator[BatchRow]:
        """Return every row in these states, read in pages."""
        after = 0
        while page := self.rows(batch_id, states, after=after, limit=_PAGE):
            yield from page
            after = page[-1].number

    def claims(self, batch: Batch) -> Iterator[Claim]:
        """Return how the students of a batch who have not fetched their badge get it, by open offers of the batch."""
        after = ""
        while page := self._unclaimed(batch, after):
            for award, record in page:
                made = offers.claim_of(record, self.key) if record is not None else None
                if record is not None and made is not None and record.used_at is None and record.withdrawn_at is None:
                    yield Claim(award, made[0], made[1], record.expires_at)
            after = page[-1][0].id

    def renew_claims(self, batch_id: str, *, actor: Actor, now: datetime) -> int:
        """Make new offers of the badges of a batch that nobody has fetched; the old ones end. Return how many.

        Raises:
            NotFound: no such batch.
            RuleRefused: its badges are files.
        """
        made, after = 0, ""
        batch = self.get(batch_id)
        if batch.delivery != "wallet":
            raise RuleRefused("These badges are files; there is nothing to collect.", code="delivered-as-file")
        while True:
            with begin(self.engine) as connection:
                page = store_batches.unclaimed_awards(connection, batch, after=after, limit=_PAGE)
                if not page:
                    break
                ids = [award.id for award in page]
                store_offers.withdraw_offers_of(connection, ids, at=now)
                store_offers.add_offers(connection, self.new_claims(batch, ids, now=now))
            made, after = made + len(page), page[-1].id
        with begin(self.engine) as connection:
            note(connection, actor, "batch_offered_again", batch_id, now=now, awards=made)
        return made

    def new_claims(self, batch: Batch, award_ids: Sequence[str], *, now: datetime) -> list[store_offers.OfferRecord]:
        """Return new offers of these awards, as the batch wants them; their clock starts now."""
        return offers.claims_of(
            award_ids,
            institution=batch.institution,
            key=self.key,
            with_tx_code=batch.with_tx_code,
            expires_at=now + timedelta(days=batch.claim_days),
            now=now,
        )

    def _unclaimed(self, batch: Batch, after: str) -> list[tuple[Award, store_offers.OfferRecord | None]]:
        with begin(self.engine) as connection:
            page = store_batches.unclaimed_awards(connection, batch, after=after, limit=_PAGE)
            records = store_offers.newest_offers(connection, [award.id for award in page])
        return [(award, records.get(award.id)) for award in page]

    def _parts(
        self, connection: sa.Connection, version: BadgeClassVersion, emails: Sequence[str], now: datetime
    ) -> tuple[Stack | None, dict[str, list[HeldPart]]]:
        stack = version.content.stack
        return stack, store_stacks.held_parts(connection, stack, now=now, emails=emails) if stack else {}

    def _held(self, connection: sa.Connection, batch_id: str) -> Batch:
        batch = store_batches.find_batch(connection, batch_id, lock=True)
        if batch is None:
            raise NotFound("This list does not exist.")
        return batch

    def _move(
        self,
        batch_id: str,
        states: Sequence[str],
        state: Literal["draft", "running", "paused", "cancelled"],
        act: str,
        *,
        actor: Actor,
        now: datetime,
    ) -> Batch:
        with begin(self.engine) as connection:
            batch = self._held(connection, batch_id)
            if batch.state not in states:
                raise RuleRefused("Somebody was first: this list is in another state now.", code="batch-other-state")
            moved = replace(batch, state=state, problem=None)
            if state == "cancelled":
                moved = replace(moved, finished_at=now)
                store_batches.drop_open_rows(connection, batch_id)
            store_batches.save_batch(connection, moved)
            note(connection, actor, act, batch_id, now=now)
        return moved
