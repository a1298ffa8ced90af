"""What every check is given: one credential, the evidence, the policy and the moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from vc_core.errors import MalformedInput
from vc_core.json_text import JsonObject, JsonValue
from verifier.evidence import Evidence
from verifier.inputs import PresentedCredential
from verifier.policy import Policy
from verifier.proofs import deciding_proof, read_proofs


@dataclass(frozen=True)
class Question:
    """One credential to be judged; every check reads from this and from nothing else.

    What several checks ask of the document is worked out once, when the first of them asks.
    """

    credential: PresentedCredential
    evidence: Evidence
    policy: Policy
    now: datetime

    @property
    def document(self) -> JsonObject:
        """Return the signed original."""
        return self.credential.document

    @cached_property
    def unverified_issuer(self) -> str:
        """Return who the badge says issued it, or an empty text."""
        return read_issuer_id(self.document)

    @property
    def is_plainly_written(self) -> bool:
        """Say whether no identifier is described in two places, so that nothing can hide."""
        return self.credential.survey.is_plain

    @cached_property
    def proofs(self) -> list[JsonObject] | None:
        """Return the embedded proofs; None when they cannot be read."""
        try:
            return read_proofs(self.document)
        except MalformedInput:
            return None

    @cached_property
    def deciding_proof(self) -> JsonObject | None:
        """Return the embedded proof that decides; None when there is none of a kind we know."""
        return deciding_proof(self.proofs or [], self.unverified_issuer)


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
