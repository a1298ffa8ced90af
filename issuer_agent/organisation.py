"""Who is what at an institution: roles that may end by themselves, invitations, and an administrator who stays."""

from __future__ import annotations

import hashlib
import hmac
import uuid
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import get_args

import sqlalchemy as sa

from issuer_agent import store_organisation as store
from issuer_agent.announcements import Announce, to_nobody
from issuer_agent.audit_trail import Actor, note
from issuer_agent.award_rules import Recipient, recipient_errors
from issuer_agent.records import Invitation, Membership, Person, Role
from service_kit.database import begin
from service_kit.problems import InvalidValues, NotFound, RuleRefused

INVITED_FOR = timedelta(days=14)
STAFF: tuple[Role, ...] = tuple(role for role in get_args(Role.__value__) if role != "student")


@dataclass(frozen=True, slots=True)
class Organisation:
    """The use cases of roles."""

    engine: sa.Engine
    key: bytes = field(repr=False)
    """The server's secret that the links of invitations follow from."""
    announce: Announce = to_nobody

    def members(self, institution: str) -> list[tuple[Person, Membership]]:
        """Return who has a role at the institution, students not."""
        with begin(self.engine) as connection:
            return store.members(connection, institution)

    def invitations(self, institution: str, *, now: datetime) -> list[Invitation]:
        """Return the invitations that can still be accepted."""
        with begin(self.engine) as connection:
            return store.open_invitations(connection, institution, now=now)

    def invite(
        self,
        institution: str,
        *,
        email: str,
        role: str,
        until: datetime | None,
        actor: Actor,
        now: datetime,
    ) -> Invitation:
        """Invite somebody to a role; they accept within two weeks.

        Args:
            institution: where.
            email: where the invitation goes to.
            role: of staff.
            until: when the role ends by itself, or None.
            actor: who invites.
            now: the present moment.

        Raises:
            InvalidValues: address, role or end are not right.
        """
        errors = [{**error, "pointer": "/email"} for error in recipient_errors(Recipient(email, "-"))] + _role_errors(
            role, until, now
        )
        if errors:
            raise InvalidValues("The invitation is not right yet.", errors=errors)
        made = Invitation(
            id=str(uuid.uuid4()),
            institution=institution,
            email=email.strip().lower(),
            role=role,  # type: ignore[arg-type]  # checked above
            role_until=until,
            created_at=now,
            created_by=actor.id,
            expires_at=now + INVITED_FOR,
        )
        with begin(self.engine) as connection:
            store.add_invitation(connection, made)
            note(connection, actor, "invited", institution, now=now, invitation=made.id, role=role)
            self.announce(connection, "invitation", [made.id], now)
        return made

    def token_of(self, invitation_id: str) -> str:
        """Return what stands in the link of an invitation; it is stored nowhere."""
        mark = hmac.new(self.key, b"invitation\0" + invitation_id.encode(), hashlib.sha256).hexdigest()
        return f"{invitation_id}.{mark}"

    def open_invitation(self, token: str, *, now: datetime) -> Invitation:
        """Return the invitation of a link. Raises NotFound when it cannot be accepted (any more)."""
        with begin(self.engine) as connection:
            return self._open(connection, token, now=now)

    def accept(self, token: str, person: Person, *, now: datetime) -> Invitation:
        """Give this person the role of an invitation; it works once.

        Raises:
            NotFound: it cannot be accepted (any more).
            RuleRefused: they would lose a role that nobody else has.
        """
        with begin(self.engine) as connection:
            found = self._open(connection, token, now=now)
            store.lock_roles(connection, found.institution)
            before = store.find_membership(connection, found.institution, person.id)
            store.save_membership(connection, Membership(person.id, found.institution, found.role, found.role_until))
            if before is not None:
                _require_administrator(connection, before)
            accepted = replace(found, accepted_at=now, accepted_by=person.id)
            store.save_invitation(connection, accepted)
            note(
                connection,
                Actor(f"person:{person.id}"),
                "invitation_accepted",
                found.institution,
                now=now,
                invitation=found.id,
                role=found.role,
                before=before.role if before else None,
            )
        return accepted

    def withdraw(self, institution: str, invitation_id: str, *, actor: Actor, now: datetime) -> None:
        """End an invitation that nobody accepted. Raises NotFound."""
        with begin(self.engine) as connection:
            found = store.find_invitation(connection, invitation_id, lock=True)
            if found is None or found.institution != institution or found.accepted_at is not None:
                raise NotFound("This invitation does not exist.")
            store.save_invitation(connection, replace(found, withdrawn_at=now))
            note(connection, actor, "invitation_withdrawn", institution, now=now, invitation=invitation_id)

    def change_role(
        self, institution: str, person_id: str, *, role: str, until: datetime | None, actor: Actor, now: datetime
    ) -> None:
        """Give somebody another role, or another end to it.

        Raises:
            NotFound: they have no role here.
            InvalidValues: role or end are not right.
            RuleRefused: nobody would be administrator for good.
        """
        errors = _role_errors(role, until, now)
        if errors:
            raise InvalidValues("This role is not right.", errors=errors)
        with begin(self.engine) as connection:
            before = self._member(connection, institution, person_id)
            store.save_membership(connection, Membership(person_id, institution, role, until))  # type: ignore[arg-type]
            _require_administrator(connection, before)
            after = {"role": role, "until": until.isoformat() if until else None}
            note(
                connection,
                actor,
                "role_changed",
                person_id,
                now=now,
                at=institution,
                before=_plain(before),
                after=after,
            )

    def remove(self, institution: str, person_id: str, *, actor: Actor, now: datetime) -> None:
        """Take somebody's role away.

        Raises:
            NotFound: they have no role here.
            RuleRefused: nobody would be administrator for good.
        """
        with begin(self.engine) as connection:
            before = self._member(connection, institution, person_id)
            store.drop_membership(connection, institution, person_id)
            _require_administrator(connection, before)
            note(connection, actor, "role_removed", person_id, now=now, at=institution, before=_plain(before))

    def _member(self, connection: sa.Connection, institution: str, person_id: str) -> Membership:
        store.lock_roles(connection, institution)
        found = store.find_membership(connection, institution, person_id)
        if found is None or found.role not in STAFF:
            raise NotFound("This person has no role here.")
        return found

    def _open(self, connection: sa.Connection, token: str, *, now: datetime) -> Invitation:
        invitation_id = token.partition(".")[0]
        known = hmac.compare_digest(self.token_of(invitation_id).encode(), token.encode())
        found = store.find_invitation(connection, invitation_id, lock=True) if known else None
        closed = found is not None and (found.accepted_at or found.withdrawn_at or found.expires_at <= now)
        if found is None or closed:
            raise NotFound("This invitation does not work any more. Ask who invited you for a new one.")
        return found


def _role_errors(role: str, until: datetime | None, now: datetime) -> list[dict[str, str]]:
    errors = []
    if role not in STAFF:
        errors.append({"pointer": "/role", "detail": "Choose a role."})
    if until is not None and until <= now:
        errors.append({"pointer": "/until", "detail": "Give a moment that is still to come."})
    return errors


def _require_administrator(connection: sa.Connection, before: Membership) -> None:
    """Return when somebody is still administrator for good, or nobody was before. Raises RuleRefused."""
    if before.role != "administrator" or before.expires_at is not None:
        return
    if not store.count_lasting_administrators(connection, before.institution):
        raise RuleRefused(
            "This is the last administrator. Make somebody else administrator first.", code="last-administrator"
        )


def _plain(membership: Membership) -> dict[str, str | None]:
    until = membership.expires_at.isoformat() if membership.expires_at else None
    return {"role": membership.role, "until": until}
