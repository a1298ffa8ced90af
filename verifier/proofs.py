"""Read the Data Integrity proofs of a document and choose the one that decides.

Nothing is verified here; that is `checks.signature` for a badge, `checks.holder` for a presentation.
"""

from __future__ import annotations

from collections.abc import Mapping

from vc_core.errors import MalformedInput
from vc_core.json_text import JsonObject, JsonValue
from vc_core.proof import VERIFIABLE

MAX_PROOFS = 8


def read_proofs(document: Mapping[str, JsonValue]) -> list[JsonObject]:
    """Return the proofs, one object or a list of objects; an empty list when there is none.

    Raises:
        MalformedInput: `proof` has another shape.
    """
    value = document.get("proof")
    entries = value if isinstance(value, list) else [] if value is None else [value]
    if len(entries) > MAX_PROOFS:
        raise MalformedInput(f"There are more than {MAX_PROOFS} proofs.")
    proofs = [entry for entry in entries if isinstance(entry, dict) and isinstance(entry.get("type"), str)]
    if len(proofs) != len(entries):
        raise MalformedInput("A proof is not an object with a type.")
    return proofs


def suite_of(proof: Mapping[str, JsonValue]) -> str:
    """Return the name of the proof's suite: its cryptosuite, or its type for the older kinds."""
    kind = proof.get("type")
    name = proof.get("cryptosuite") if kind == "DataIntegrityProof" else kind
    return name if isinstance(name, str) else ""


def is_supported(proof: Mapping[str, JsonValue]) -> bool:
    """Say whether the engine can verify this kind of proof."""
    return suite_of(proof) in VERIFIABLE


def method_of(proof: Mapping[str, JsonValue]) -> str:
    """Return the name of the key the proof points to, or an empty text."""
    method = proof.get("verificationMethod")
    return method if isinstance(method, str) else ""


def deciding_proof(proofs: list[JsonObject], owner: str) -> JsonObject | None:
    """Return the proof that decides: the owner's own first, of the kinds we know; None when we know none of them."""
    known = [proof for proof in proofs if is_supported(proof)]
    own = [proof for proof in known if method_of(proof).split("#")[0] == owner]
    return next(iter(own or known), None)
