"""Is a document that others lean on, such as a status list, signed by its own issuer? With what is in the evidence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from vc_core.errors import MalformedInput, ProofError
from vc_core.json_text import JsonObject
from vc_core.keys import PublicKey
from vc_core.proof import verify_proof
from verifier.evidence import EvidenceItem
from verifier.key_history import key_held_at
from verifier.key_lookup import KEY_ABSENT, find_key, owner_of
from verifier.moments import read_moment
from verifier.proofs import deciding_proof, method_of, read_proofs
from verifier.question import Question, read_issuer_id


class Doubt(StrEnum):
    """Why a document is not taken as its issuer's."""

    MALFORMED = "malformed"
    FORGED = "forged"
    KEY_MISSING = "key-missing"
    """Its key could not be looked at, so nothing is known."""


@dataclass(frozen=True, slots=True)
class ProofDoubt:
    """A doubt, with what brought it."""

    doubt: Doubt
    detail: str = ""


def doubt_about_proof(item: EvidenceItem, document: JsonObject, question: Question) -> ProofDoubt | None:
    """Return why a document is not known to be its issuer's; None when it is.

    Args:
        item: the evidence that the document is part of; it remembers what was worked out.
        document: a credential with its proof.
        question: whose evidence and policy are used.
    """
    issuer = read_issuer_id(document)
    try:
        proof = deciding_proof(read_proofs(document), issuer)
    except MalformedInput as error:
        return ProofDoubt(Doubt.MALFORMED, error.detail)
    if proof is None:
        return ProofDoubt(Doubt.MALFORMED, "no proof of a known kind")
    reference = method_of(proof)
    if owner_of(reference) != issuer or proof.get("proofPurpose") != "assertionMethod":
        return ProofDoubt(Doubt.FORGED, "not signed by its issuer")
    found = find_key(
        reference,
        question.evidence,
        relationship="assertionMethod",
        freshness=question.policy.key_freshness,
        now=question.now,
    )
    key = found.key if found.problem is None else _key_of_then(reference, proof, question)
    if key is None:
        return ProofDoubt(Doubt.KEY_MISSING if found.problem in KEY_ABSENT else Doubt.FORGED, found.detail)
    # The item keeps its content, so no other document can come to have this identity.
    return item.remember(("proof", id(document), reference, key), lambda: _verify(document, proof, key))


def _key_of_then(reference: str, proof: JsonObject, question: Question) -> PublicKey | None:
    """Return the key when it was the issuer's at the moment of signing: of an institution that is gone, for example."""
    try:
        moment = read_moment(proof.get("created"))
    except ValueError:
        return None
    freshness = question.policy.key_freshness
    return key_held_at(reference, moment, question.evidence, freshness=freshness, now=question.now)


def _verify(document: JsonObject, proof: JsonObject, key: PublicKey) -> ProofDoubt | None:
    try:
        verify_proof(document, proof, public_key=key)
    except (ProofError, MalformedInput) as error:
        return ProofDoubt(Doubt.FORGED, error.detail)
    return None
