"""Institutions: add one, and give it its identity."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from issuer_agent import institution_keys, store
from issuer_agent.acapy_client import AcapyClient
from issuer_agent.audit_trail import Actor, note
from issuer_agent.csv_rows import MAX_ROWS
from issuer_agent.institution_keys import TokenVault
from issuer_agent.records import Institution
from issuer_agent.registry_client import RegistryClient
from issuer_agent.signer import Signer, SigningIdentity
from service_kit.database import alone, begin
from service_kit.problems import InvalidValues, NotFound


@dataclass(frozen=True, slots=True)
class Institutions:
    """The use cases of institutions."""

    engine: sa.Engine
    agent: AcapyClient
    signer: Signer
    registry: RegistryClient
    vault: TokenVault

    def add(self, institution: Institution, *, actor: Actor, now: datetime) -> Institution:
        """Add an institution and provision its identity; calling again goes on where it was.

        Raises:
            Unavailable: the agent or the registry is away; what was reached is kept.
        """
        with begin(self.engine) as connection:
            if store.add_institution(connection, institution):
                note(connection, actor, "institution_added", institution.slug, now=now)
        return self.provision(institution.slug, actor=actor, now=now)

    def provision(self, slug: str, *, actor: Actor, now: datetime) -> Institution:
        """Do what is missing of the institution's identity, one process at a time. Raises NotFound, Unavailable."""
        known = self.get(slug)
        if known.ready:
            return known
        with alone(self.engine, f"provision/{slug}"):
            known = self.get(slug)
            if known.ready:
                return known
            made = institution_keys.provision(
                known,
                agent=self.agent,
                signer=self.signer,
                registry=self.registry,
                vault=self.vault,
                keep=self._keep,
                now=now,
            )
        with begin(self.engine) as connection:
            note(connection, actor, "institution_identity_published", slug, now=now, did=str(made.did))
        return made

    def get(self, slug: str) -> Institution:
        """Return the institution. Raises NotFound."""
        with begin(self.engine) as connection:
            found = store.find_institution(connection, slug)
        if found is None:
            raise NotFound("This institution is not known here.")
        return found

    def all(self) -> list[Institution]:
        """Return every institution."""
        with begin(self.engine) as connection:
            return store.list_institutions(connection)

    def set_second_person(self, slug: str, number: int | None, *, actor: Actor, now: datetime) -> None:
        """Say from how many awards at once a second person decides; None for never.

        Raises:
            NotFound: no such institution.
            InvalidValues: the number is not between 1 and 10,000.
        """
        if number is not None and not 1 <= number <= MAX_ROWS:
            errors = [{"pointer": "/second_person_from", "detail": "A number between 1 and 10,000."}]
            raise InvalidValues("This number is not right.", errors=errors)
        before = self.get(slug).second_person_from
        with begin(self.engine) as connection:
            store.set_second_person(connection, slug, number)
            note(connection, actor, "second_person_set", slug, now=now, before=before, after=number)

    def counts(self, slug: str) -> dict[str, int]:
        """Return the numbers of the dashboard."""
        with begin(self.engine) as connection:
            return store.count_institution(connection, slug)

    def identity(self, slug: str) -> SigningIdentity:
        """Return what the signer needs for this institution. Raises NotFound, NotProvisioned."""
        return institution_keys.signing_identity(self.get(slug), self.vault)

    def _keep(self, institution: Institution) -> None:
        with begin(self.engine) as connection:
            store.save_institution(connection, institution)
