"""An institution that may let others award says so: a statement signed by its own agent, published at the registry.

For bodies that accredit a sector, and for institutions that let another award in their name. Whether they may is
decided by the chain of statements above theirs, which the registry and every verifier look at.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from issuer_agent.audit_trail import Actor, note
from issuer_agent.credentials import timestamp
from issuer_agent.institutions import Institutions
from issuer_agent.registry_client import RegistryClient
from issuer_agent.signer import Signer
from service_kit.database import begin
from vc_core.canonical.jcs import canonicalize_jcs
from vc_core.json_text import JsonObject
from vc_core.model.accreditation import Accreditation, build_accreditation


@dataclass(frozen=True, slots=True)
class Accrediting:
    """States what others may award."""

    engine: sa.Engine
    institutions: Institutions
    signer: Signer
    registry: RegistryClient

    def state(self, slug: str, statement: Accreditation, *, actor: Actor, now: datetime) -> JsonObject:
        """Sign and publish a statement; the same with another end replaces it.

        Args:
            slug: the institution that states it.
            statement: its identifier and issuer are filled in here.
            actor: who asked for it.
            now: the present moment.

        Raises:
            NotFound, NotProvisioned: the institution is not known, or has no keys yet.
            MalformedInput: a scope is not usable.
            RegistryRefused: nobody lets this institution accredit others.
            Unavailable: agent or registry is away; nothing was published.
        """
        identity = self.institutions.identity(slug)
        stated = replace(statement, id="urn:new", issuer=identity.did)
        kind = [identity.did, build_accreditation(stated)["credentialSubject"]]
        name = hashlib.sha256(canonicalize_jcs(kind)).hexdigest()[:32]
        document = build_accreditation(replace(stated, id=self.registry.accreditation_url(name)))
        [signed] = self.signer.secure([document], identity=identity, created=timestamp(now))
        self.registry.publish_accreditation(name, signed)
        with begin(self.engine) as connection:
            note(connection, actor, "accreditation_stated", slug, now=now, subject=statement.subject, name=name)
        return signed
