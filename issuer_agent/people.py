"""Sessions and API keys: from what a request carries to a visitor."""

from __future__ import annotations

import hmac
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from issuer_agent import store_organisation
from issuer_agent import store_people as store
from issuer_agent.access import Visitor
from issuer_agent.audit_trail import Actor, note
from issuer_agent.records import Membership, Person
from service_kit.database import begin
from service_kit.problems import NotFound, Unauthenticated
from service_kit.sessions import new_token, token_hash

SESSION_HOURS = 10


@dataclass(frozen=True, slots=True)
class People:
    """The use cases of signing in."""

    engine: sa.Engine
    operator_api_key: str | None = None

    def sign_in(self, person_id: str, *, now: datetime) -> str:
        """Start a session and return its token. Raises NotFound."""
        token = new_token()
        with begin(self.engine) as connection:
            if store.find_person(connection, person_id) is None:
                raise NotFound("This person is not known here.")
            expires_at = now + timedelta(hours=SESSION_HOURS)
            store.add_session(connection, token_hash(token), person_id, now=now, expires_at=expires_at)
        return token

    def known_as(self, issuer: str, subject: str, *, email: str, name: str, now: datetime) -> Person:
        """Return who somebody is that a provider of sign-ins vouches for; new to us when nobody has the address.

        Args:
            issuer: the provider.
            subject: who they are there; this decides from the second time on, also when the address changes.
            email: as the provider has checked it.
            name: as the provider has it.
            now: the present moment.
        """
        with begin(self.engine) as connection:
            known = store_organisation.find_login(connection, issuer, subject)
            if known is not None:
                return known
            person = store_organisation.find_person_by_email(connection, email)
            if person is None:
                person = Person(str(uuid.uuid4()), name, email)
                store.add_person(connection, person, [])
                note(connection, Actor(f"person:{person.id}"), "person_added", person.id, now=now)
            store_organisation.add_login(connection, issuer, subject, person.id, now=now)
            note(connection, Actor(f"person:{person.id}"), "login_added", person.id, now=now, provider=issuer)
        return person

    def sign_out(self, token: str) -> None:
        """End a session."""
        with begin(self.engine) as connection:
            store.end_session(connection, token_hash(token))

    def visitor_of_session(self, token: str | None, *, now: datetime) -> Visitor | None:
        """Return who this session belongs to, or None."""
        if not token:
            return None
        with begin(self.engine) as connection:
            found = store.find_session_person(connection, token_hash(token), now=now)
            if found is None:
                return None
            person, signed_in_at = found
            held = store.memberships_of(connection, person.id)
        return Visitor(Actor(f"person:{person.id}"), person=person, memberships=held, signed_in_at=signed_in_at)

    def visitor_of_key(self, authorization: str | None) -> Visitor:
        """Return who an API request comes from.

        Raises:
            Unauthenticated: no key, or one that is not valid.
        """
        scheme, _, key = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not key.strip():
            raise Unauthenticated(
                "Send an API key: `Authorization: Bearer …`. An administrator of the institution can give one."
            )
        if self.operator_api_key and hmac.compare_digest(key.strip().encode(), self.operator_api_key.encode()):
            return Visitor(Actor("key:operator"), operator=True)
        with begin(self.engine) as connection:
            found = store.find_api_key(connection, token_hash(key.strip()))
        if found is None or found[0] is None:
            raise Unauthenticated("This API key is not valid. Ask an administrator of the institution for a new one.")
        return Visitor(Actor(f"key:{found[1]}"), key_for=found[0])

    def new_api_key(self, institution: str, *, name: str, actor: Actor, now: datetime) -> str:
        """Make an API key that acts for this institution and return it; only its hash is kept."""
        key = f"edu_{new_token()}"
        with begin(self.engine) as connection:
            store.add_api_key(connection, token_hash(key), institution=institution, name=name, now=now)
            note(connection, actor, "api_key_made", institution, now=now, name=name)
        return key

    def everybody(self) -> list[tuple[Person, list[Membership]]]:
        """Return all people with their roles."""
        with begin(self.engine) as connection:
            return store.list_people(connection)

    def person(self, person_id: str) -> Person:
        """Return a person. Raises NotFound."""
        with begin(self.engine) as connection:
            found = store.find_person(connection, person_id)
        if found is None:
            raise NotFound("This person is not known here.")
        return found
