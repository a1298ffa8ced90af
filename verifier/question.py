"""What every check is given: one credential, the evidence, the policy and the moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vc_core.json_text import JsonObject, JsonValue
from verifier.evidence import Evidence
from verifier.inputs import PresentedCredential
from verifier.policy import Policy


@dataclass(frozen=True, slots=True)
class Question:
    """One credential to be judged; every check reads from this and from nothing else."""

    credential: PresentedCredential
    evidence: Evidence
    policy: Policy
    now: datetime

    @property
    def document(self) -> JsonObject:
        """Return the signed original."""
        return self.credential.document

    @property
    def unverified_issuer(self) -> str:
        """Return who the badge says issued it, or an empty text."""
        return read_issuer_id(self.document)


def read_issuer_id(document: JsonObject) -> str:
    """Return the issuer's identifier, or an empty text when there is none of the one strict shape."""
    issuer = document.get("issuer")
    identifier: JsonValue = issuer.get("id") if isinstance(issuer, dict) else issuer
    return identifier if isinstance(identifier, str) else ""


def read_subject_id(document: JsonObject) -> str:
    """Return the identifier of the one the badge is about, or an empty text when it names nobody by identifier."""
    subject = document.get("credentialSubject")
    if isinstance(subject, list) and len(subject) == 1:
        subject = subject[0]
    identifier = subject.get("id") if isinstance(subject, dict) else None
    return identifier if isinstance(identifier, str) else ""
