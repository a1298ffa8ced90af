"""A student asks for a badge; staff answers. All conditions are checked here, whatever the screen showed.

Approving makes an award and is in `awards`.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

import sqlalchemy as sa

from issuer_agent import store, store_people, store_stacks
from issuer_agent.announcements import Announce, to_nobody
from issuer_agent.audit_trail import Actor, note
from issuer_agent.records import BadgeClass, BadgeClassVersion, BadgeRequest, Person
from issuer_agent.stacks import require_parts
from issuer_agent.web_address import is_web_address
from service_kit.database import begin
from service_kit.problems import InvalidValues, NotFound, RuleRefused

MAX_MOTIVATION = 4000
MAX_REASON = 1000


@dataclass(frozen=True, slots=True)
class Requests:
    """The use cases of requests."""

    engine: sa.Engine
    announce: Announce = to_nobody

    def ask(
        self,
        badge_class: BadgeClass,
        version: BadgeClassVersion,
        person: Person,
        *,
        motivation: str = "",
        evidence_url: str = "",
        now: datetime,
    ) -> BadgeRequest:
        """Ask for a badge.

        Raises:
            RuleRefused: the class takes no requests (of this person), there is an open request, or the badge is held.
            InvalidValues: motivation or evidence is missing or not right.
        """
        request = BadgeRequest(
            id=str(uuid.uuid4()),
            badge_class_id=badge_class.id,
            version=version.version,
            person_id=person.id,
            state="open",
            motivation=motivation.strip() or None,
            evidence_url=evidence_url.strip() or None,
            created_at=now,
        )
        with begin(self.engine) as connection:
            _check_conditions(connection, badge_class, version, person, now=now)
            _check_texts(version, motivation=motivation, evidence_url=evidence_url)
            if not store.add_request(connection, request):
                raise _asked_before()
            note(connection, Actor(f"person:{person.id}"), "badge_requested", request.id, now=now)
        return request

    def hindrance(
        self, badge_class: BadgeClass, version: BadgeClassVersion, person: Person, *, now: datetime
    ) -> RuleRefused | None:
        """Return why this person cannot ask for this badge now, or None; for what a page shows."""
        with begin(self.engine) as connection:
            try:
                _check_conditions(connection, badge_class, version, person, now=now)
            except RuleRefused as refused:
                return refused
        return None

    def deny(self, request_id: str, *, reason: str, actor: Actor, now: datetime) -> BadgeRequest:
        """Deny an open request, with a reason the student sees.

        Raises:
            NotFound: no such request.
            InvalidValues: no reason.
            RuleRefused: it is not open any more.
        """
        if not 1 <= len(reason.strip()) <= MAX_REASON:
            raise InvalidValues(
                "Say why, so that the student knows what to do.",
                errors=[{"pointer": "/reason", "detail": "A reason is needed, of 1000 characters at most."}],
            )
        return self._close(request_id, "denied", actor=actor, reason=reason.strip(), now=now)

    def withdraw(self, request_id: str, *, person: Person, now: datetime) -> BadgeRequest:
        """Take back one's own open request. Raises NotFound, RuleRefused."""
        if self.get(request_id).person_id != person.id:
            raise NotFound("This request does not exist.")
        return self._close(request_id, "withdrawn", actor=Actor(f"person:{person.id}"), reason=None, now=now)

    def get(self, request_id: str) -> BadgeRequest:
        """Return the request. Raises NotFound."""
        with begin(self.engine) as connection:
            found = store.find_request(connection, request_id)
        if found is None:
            raise NotFound("This request does not exist.")
        return found

    def open_of(self, institution: str) -> list[tuple[BadgeRequest, Person]]:
        """Return the open requests of an institution with who asked, oldest first."""
        with begin(self.engine) as connection:
            return store.list_requests(connection, institution=institution, state="open")

    def of_person(self, person: Person) -> list[BadgeRequest]:
        """Return all requests of a person, newest first."""
        with begin(self.engine) as connection:
            return [request for request, _ in reversed(store.list_requests(connection, person_id=person.id))]

    def _close(
        self,
        request_id: str,
        state: Literal["denied", "withdrawn"],
        *,
        actor: Actor,
        reason: str | None,
        now: datetime,
    ) -> BadgeRequest:
        closed = replace(self.get(request_id), state=state, reason=reason, decided_at=now, decided_by=actor.id)
        with begin(self.engine) as connection:
            if not store.decide_request(connection, closed):
                raise RuleRefused("This request was already answered.", code="request-closed")
            note(connection, actor, f"request_{state}", request_id, now=now)
            if state == "denied":
                self.announce(connection, "request_denied", [request_id], now)
        return closed


def _check_conditions(
    connection: sa.Connection, badge_class: BadgeClass, version: BadgeClassVersion, person: Person, *, now: datetime
) -> None:
    """Return when this person may ask for this badge now. Raises RuleRefused."""
    content = version.content
    if badge_class.state != "active":
        raise RuleRefused("This badge class does not take requests any more.", code="badge-class-not-active")
    if content.enrol == "direct_award":
        raise RuleRefused("This badge is only awarded directly. Ask your teacher.", code="no-requests")
    # Formal education is for an institution's own students; only other badges can be opened to students elsewhere.
    welcome = {badge_class.institution} if content.formal else {badge_class.institution, *content.open_to}
    held = store_people.memberships_of(connection, person.id)
    if not any(item.role == "student" and item.institution in welcome for item in held):
        raise RuleRefused("This badge is for students of another institution.", code="not-your-institution")
    if store.find_held_award(connection, badge_class.id, person.email, now=now) is not None:
        raise RuleRefused("You already have this badge.", code="already-held")
    if store.has_open_request(connection, badge_class.id, person.id):
        raise _asked_before()
    if content.stack is not None:
        parts = store_stacks.held_parts(connection, content.stack, now=now, emails=[person.email])
        require_parts(content.stack, parts.get(person.email, []))


def _asked_before() -> RuleRefused:
    return RuleRefused("You already asked for this badge. The answer is on its way.", code="already-requested")


def _check_texts(version: BadgeClassVersion, *, motivation: str, evidence_url: str) -> None:
    errors = []
    if version.content.student_motivation_required and not motivation.strip():
        errors.append({"pointer": "/motivation", "detail": "Tell why you should get this badge."})
    if len(motivation) > MAX_MOTIVATION:
        errors.append({"pointer": "/motivation", "detail": "This text is too long."})
    if version.content.student_evidence_required and not evidence_url.strip():
        errors.append({"pointer": "/evidence_url", "detail": "Give a link to what you made."})
    if evidence_url.strip() and not is_web_address(evidence_url):
        errors.append({"pointer": "/evidence_url", "detail": "This is not a web address that starts with https."})
    if errors:
        raise InvalidValues("The request is not complete yet.", errors=errors)
