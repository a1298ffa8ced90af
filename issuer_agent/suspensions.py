"""Put an awarded badge on hold, and give it back: for an investigation, a fee, a licence that must be renewed.

Only badges of a class that says so beforehand can be suspended: they name a second status list, and a learner should
know it when they get the badge.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import sqlalchemy as sa

from issuer_agent import store_changes, store_issuing, store_offers
from issuer_agent.audit_trail import Actor, note
from issuer_agent.issuance import Issuance
from issuer_agent.records import Award, StatusChange
from issuer_agent.reservations import PUBLISH, subjects_of
from issuer_agent.store_facts import read_facts
from service_kit.database import begin
from service_kit.problems import InvalidValues, RuleRefused

MAX_REASON = 255


@dataclass(frozen=True, slots=True)
class Suspensions:
    """The use cases."""

    engine: sa.Engine
    issuance: Issuance

    def suspend(self, award_id: str, *, reason: str, actor: Actor, now: datetime) -> tuple[Award, bool]:
        """Put an award on hold; offers that are open end.

        Args:
            award_id: of the award.
            reason: for the student, who sees it with the date; 255 characters at most.
            actor: who decides.
            now: the present moment.

        Returns:
            The award, and whether the registry already serves the new list.

        Raises:
            NotFound: no such award.
            InvalidValues: no reason.
            RuleRefused: it was on hold already, is revoked, or its class does not allow it.
        """
        return self._change(award_id, "suspended", reason, actor, now)

    def reinstate(self, award_id: str, *, reason: str, actor: Actor, now: datetime) -> tuple[Award, bool]:
        """Give an award back that was on hold. The arguments and errors are those of `suspend`."""
        return self._change(award_id, "reinstated", reason, actor, now)

    def _change(
        self, award_id: str, act: Literal["suspended", "reinstated"], reason: str, actor: Actor, now: datetime
    ) -> tuple[Award, bool]:
        if not reason.strip() or len(reason) > MAX_REASON:
            errors = [{"pointer": "/reason", "detail": "A reason is needed."}]
            raise InvalidValues("Say why; the student sees it.", errors=errors)
        since = now if act == "suspended" else None
        with begin(self.engine) as connection:
            [facts] = read_facts(connection, [award_id], lock=True)
            record = store_issuing.find_credential(connection, award_id)
            if not facts.version.content.suspendable or (record is not None and record.suspension_number is None):
                raise RuleRefused(
                    "Badges of this class cannot be suspended. Revoke the badge if it must not count any more.",
                    code="not-suspendable",
                )
            if not store_changes.set_suspended(connection, award_id, since):
                raise _refused(facts.award, act)
            store_changes.add_change(connection, StatusChange(award_id, now, act, reason.strip(), actor.id))
            note(connection, actor, f"award_{act}", award_id, now=now)
            store_offers.withdraw_offers(connection, award_id, at=now)
            store_offers.drop_tokens(connection, award_id)
            if record is not None:
                store_issuing.set_suspension(connection, record, at=since)
                store_issuing.enqueue(connection, PUBLISH, subjects_of(record), now=now)
            [facts] = read_facts(connection, [award_id])
        return facts.award, self.issuance.publish_lists_of(award_id)


def _refused(award: Award, act: str) -> RuleRefused:
    if award.revoked_at is not None:
        return RuleRefused("This badge was already revoked.", code="already-revoked")
    if act == "suspended":
        return RuleRefused("This badge is on hold already.", code="already-suspended")
    return RuleRefused("This badge is not on hold.", code="not-suspended")
