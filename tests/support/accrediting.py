"""Bodies that accredit, for tests: real keys and statements, and the evidence there is of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.support.presenting import NOW, REGISTRY, Issuer, stamp
from vc_core.did import build_did_document
from vc_core.json_text import JsonObject
from vc_core.keys import PrivateKey
from vc_core.model.accreditation import Accreditation, Scope, build_accreditation
from vc_core.proof import add_proof
from verifier import Evidence, EvidenceItem, EvidenceKind

LONG_AGO = datetime.fromisoformat("2020-01-01T00:00:00Z")


@dataclass
class Accreditor:
    """A root, a sector body, or an institution that lets another award in its name."""

    did: str = "did:web:registry.example"
    key: PrivateKey = field(default_factory=lambda: PrivateKey.generate("Ed25519"))

    def states(self, subject: str, *may_issue: Scope, name: str = "", **members: Any) -> JsonObject:
        """Return a signed statement about a DID; by default it holds since long ago and has no end."""
        statement = Accreditation(
            f"{REGISTRY}/accreditations/{name or f'{self.did[-6:]}-{subject[-6:]}'}",
            self.did,
            subject,
            members.pop("since", LONG_AGO),
            may_issue=may_issue,
            **members,
        )
        return self.sign(build_accreditation(statement))

    def sign(self, document: JsonObject, *, at: datetime = NOW, **options: Any) -> JsonObject:
        key = options.pop("key", self.key)
        return add_proof(
            document,
            sign=key.sign,
            cryptosuite="eddsa-rdfc-2022",
            verification_method=f"{self.did}#{key.public.to_multikey()}",
            created=stamp(at),
            **options,
        )

    def evidence(self, at: datetime = NOW) -> Evidence:
        """Return its key document, as somebody has it who looked at a moment."""
        document = build_did_document(self.did, [(None, self.key.public, ("Multikey",))])
        return Evidence.of([EvidenceItem(EvidenceKind.KEY_DOCUMENT, self.did, REGISTRY, at, document)])


def accredited(issuer: Issuer, root: str, *credentials: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """Return what the registry says of an issuer about which there are these statements."""
    stated = {"root": root, "credentials": [*credentials]}
    return {"participant": issuer.participant(accreditation=stated, **changes)}
