"""Awards: the decision that a learner gets an achievement. A fact once made; only revocation follows it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

import sqlalchemy as sa

from issuer_agent import store, store_changes, store_stacks
from issuer_agent.announcements import Announce, to_nobody
from issuer_agent.audit_trail import Actor, note
from issuer_agent.award_rules import Grounds, Recipient, make_award, require_active
from issuer_agent.records import Award, BadgeClass, BadgeClassVersion, BadgeRequest, Person, StatusChange
from issuer_agent.stacks import require_parts
from service_kit.database import begin
from service_kit.problems import InvalidValues, NotFound, RuleRefused

MAX_BATCH = 100


@dataclass(frozen=True, slots=True)
class Awards:
    """The use cases of awards."""

    engine: sa.Engine
    announce: Announce = to_nobody

    def award(
        self,
        badge_class: BadgeClass,
        version: BadgeClassVersion,
        recipient: Recipient,
        grounds: Grounds,
        *,
        delivery: Literal["wallet", "file"] = "wallet",
        batch: str = "",
        idempotency_key: str | None = None,
        actor: Actor,
        now: datetime,
        also: Callable[[sa.Connection, str], None] | None = None,
    ) -> tuple[Award, bool]:
        """Award a badge directly; the same call again, with the same key, gives back the award that is there.

        Args:
            badge_class: must be active.
            version: the version to pin.
            recipient: who gets it.
            grounds: grade, narrative and evidence, as the badge class asks.
            delivery: `wallet`: the holder's key is known when the offer is accepted; `file`: signed without one.
            batch: the caller's name for a list; one award per recipient in it, whatever happened before. Without one, a
                person who has the badge does not get it again, and a person whose badge ended does.
            idempotency_key: the caller's own name for this award.
            actor: who decides.
            now: the present moment; also the day it was earned.
            also: records in the same transaction what follows from a new award.

        Returns:
            The award, and whether it is new.

        Raises:
            RuleRefused: the class is not active or takes no direct awards, the recipient has this badge already, or the
                idempotency key was used for another award.
            InvalidValues: recipient or grounds are not right.
        """
        if len(batch) > MAX_BATCH or ":" in batch:
            errors = [{"pointer": "/batch", "detail": "The name of a batch has no colon and 100 characters at most."}]
            raise InvalidValues("The award is not complete yet.", errors=errors)
        made = make_award(badge_class, version, recipient, grounds, earned_at=now, actor=actor, now=now)
        made = replace(made, delivery=delivery, batch=batch, idempotency_key=idempotency_key)
        with begin(self.engine) as connection:
            # Two calls with one key wait for each other here, so that the second sees what the first made.
            store.lock_recipient(connection, made.badge_class_id, made.recipient_email)
            earlier = _repeated(connection, made)
            if earlier is not None:
                return earlier, False
            if version.content.enrol == "self_request":
                raise RuleRefused("This badge is only awarded on request.", code="no-direct-awards")
            require_active(badge_class)
            if not batch:
                _require_not_held(connection, made, now=now)
            _require_parts(connection, version, made, now=now)
            added, new = _add(connection, made, now=now)
            if new:
                answered = store.answer_open_request(connection, added)
                _note_award(connection, added, actor=actor, now=now, request=answered)
                self.announce(connection, "award", [added.id], now)
                if also is not None:
                    also(connection, added.id)
        return added, new

    def approve(
        self,
        request: BadgeRequest,
        badge_class: BadgeClass,
        version: BadgeClassVersion,
        person: Person,
        grounds: Grounds,
        *,
        actor: Actor,
        now: datetime,
    ) -> Award:
        """Award what a student asked for, in the version they asked for; earned on the day of the request.

        Raises:
            RuleRefused: the request is not open any more, or the person has this badge already.
            InvalidValues: the grounds are not what the badge class asks for.
        """
        recipient = Recipient(person.email, person.name)
        if grounds.evidence_url is None and request.evidence_url is not None:
            grounds = replace(grounds, evidence_url=request.evidence_url)
        require_active(badge_class)
        made = make_award(badge_class, version, recipient, grounds, earned_at=request.created_at, actor=actor, now=now)
        made = replace(made, batch=f"request:{request.id}")
        closed = replace(request, state="awarded", decided_at=now, decided_by=actor.id, award_id=made.id)
        with begin(self.engine) as connection:
            store.lock_recipient(connection, made.badge_class_id, made.recipient_email)
            if not store.decide_request(connection, closed):
                raise RuleRefused("This request was already answered.", code="request-closed")
            _require_not_held(connection, made, now=now)
            _require_parts(connection, version, made, now=now)
            award, _ = _add(connection, made, now=now)
            _note_award(connection, award, actor=actor, now=now, request=request.id)
            self.announce(connection, "award", [award.id], now)
        return award

    def revoke(
        self,
        award_id: str,
        *,
        reason: str,
        actor: Actor,
        now: datetime,
        also: Callable[[sa.Connection, str], None] | None = None,
    ) -> Award:
        """Write down that an award is revoked; `also` records in the same transaction what follows from it.

        Raises:
            NotFound: no such award.
            InvalidValues: no reason.
            RuleRefused: it was revoked already.
        """
        if not reason.strip() or len(reason) > 255:
            raise InvalidValues(
                "Say why; the student sees it.", errors=[{"pointer": "/reason", "detail": "A reason is needed."}]
            )
        award = self.get(award_id)
        with begin(self.engine) as connection:
            if not store.revoke_award(connection, award_id, reason=reason.strip(), now=now):
                raise RuleRefused("This badge was already revoked.", code="already-revoked")
            note(connection, actor, "award_revoked", award_id, now=now)
            store_changes.add_change(connection, StatusChange(award_id, now, "revoked", reason.strip(), actor.id))
            self.announce(connection, "award_revoked", [award_id], now)
            if also is not None:
                also(connection, award_id)
        return replace(award, revoked_at=now, revocation_reason=reason.strip())

    def get(self, award_id: str) -> Award:
        """Return the award. Raises NotFound."""
        with begin(self.engine) as connection:
            found = store.find_award(connection, award_id)
        if found is None:
            raise NotFound("This award does not exist.")
        return found

    def many(self, award_ids: Sequence[str]) -> list[Award]:
        """Return these awards in their order; those that are not there are left out."""
        with begin(self.engine) as connection:
            found = store.find_awards(connection, award_ids)
        return [found[award_id] for award_id in award_ids if award_id in found]

    def changes(self, award_ids: Iterable[str]) -> dict[str, list[StatusChange]]:
        """Return what became of these awards after they were made, by award."""
        with begin(self.engine) as connection:
            return store_changes.changes_of(connection, award_ids)

    def of_institution(self, slug: str) -> list[Award]:
        """Return the newest awards of an institution."""
        with begin(self.engine) as connection:
            return store.list_awards(connection, institution=slug)

    def of_person(self, person: Person) -> list[Award]:
        """Return the awards of a person, newest first."""
        with begin(self.engine) as connection:
            return store.list_awards(connection, email=person.email)


def _add(connection: sa.Connection, made: Award, *, now: datetime) -> tuple[Award, bool]:
    """Add the award and say that it is new, or return the one it repeats; the database decides between two at once."""
    candidate = made
    while not store.add_award(connection, candidate):
        earlier = _repeated(connection, made)
        if earlier is not None:
            return earlier, False
        same = store.find_award_in_batch(connection, candidate)
        if same is None or made.batch or not _ended(same, now):
            raise _already_awarded(same.id if same else None)
        # The badge was revoked or expired: this is a new award, and again only one can follow that one.
        candidate = replace(candidate, batch=f"after:{same.id}")
    return candidate, True


def _repeated(connection: sa.Connection, made: Award) -> Award | None:
    """Return the award this is a repetition of, by the caller's key, or None. Raises RuleRefused."""
    if made.idempotency_key is None:
        return None
    earlier = store.find_award_by_key(connection, made.institution, made.idempotency_key)
    if earlier is not None and _substance(earlier) != _substance(made):
        raise RuleRefused("This idempotency key was used for another award.", code="idempotency-key-reused")
    return earlier


def _substance(award: Award) -> tuple[str | None, ...]:
    """Return what must be the same for two calls to mean the same award; not the moment, not the version."""
    return (
        award.badge_class_id,
        award.recipient_email,
        award.recipient_name,
        award.delivery,
        award.grade,
        award.narrative,
        award.evidence_url,
        award.evidence_narrative,
    )


def _ended(award: Award, now: datetime) -> bool:
    return award.revoked_at is not None or (award.expires_at is not None and award.expires_at <= now)


def _require_not_held(connection: sa.Connection, made: Award, *, now: datetime) -> None:
    held = store.find_held_award(connection, made.badge_class_id, made.recipient_email, now=now)
    if held is not None:
        raise _already_awarded(held)


def _require_parts(connection: sa.Connection, version: BadgeClassVersion, made: Award, *, now: datetime) -> None:
    stack = version.content.stack
    if stack is not None:
        held = store_stacks.held_parts(connection, stack, now=now, emails=[made.recipient_email])
        require_parts(stack, held.get(made.recipient_email, []))


def _already_awarded(award_id: str | None) -> RuleRefused:
    return RuleRefused("This person already has this badge.", code="already-awarded", award_id=award_id)


def _note_award(connection: sa.Connection, award: Award, *, actor: Actor, now: datetime, request: str | None) -> None:
    details = {"badge_class": award.badge_class_id, "version": award.version}
    if request is not None:
        details["request"] = request
    note(connection, actor, "badge_awarded", award.id, now=now, **details)
