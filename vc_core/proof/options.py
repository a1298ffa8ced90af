"""What every proof has besides its value: its options, its place in the document (VC Data Integrity 1.0, 2.1 and 4).

Which key the options name, and whether it may be used, are other checks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from vc_core.errors import MalformedInput, ProofError
from vc_core.json_text import JsonObject, JsonValue

MAX_PROOFS = 16

_DATE_TIME = re.compile(r"-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)?")


def check_options(options: Mapping[str, JsonValue]) -> None:
    """Return when the options are those of a proof.

    Raises:
        ProofError: one is missing or has another shape.
    """
    for member in ("verificationMethod", "proofPurpose"):
        if not isinstance(options.get(member), str) or not options[member]:
            raise ProofError(f"The proof has no usable {member}.")
    for member in ("created", "expires"):
        value = options.get(member)
        if member in options and not (isinstance(value, str) and _DATE_TIME.fullmatch(value)):
            raise ProofError(f"The {member} of the proof is not a time.")


def document_proofs(document: Mapping[str, JsonValue]) -> list[JsonObject]:
    """Return the proofs of a document, in order; none gives an empty list.

    Raises:
        MalformedInput: `proof` is not an object or a short list of objects.
    """
    value = document.get("proof")
    proofs = value if isinstance(value, list) else [] if value is None else [value]
    found = [proof for proof in proofs if isinstance(proof, dict)]
    if len(found) != len(proofs) or len(found) > MAX_PROOFS:
        raise MalformedInput("The proofs of the document cannot be read.")
    return found


def with_context(
    options: Mapping[str, JsonValue], document: Mapping[str, JsonValue], *, own: str | None = None
) -> JsonObject:
    """Return the options in the vocabularies of the document: the proof configuration of the RDFC suites.

    `own` is the vocabulary of an older suite, which some write in the proof when the document does not name it.
    """
    config = dict(options)
    contexts = document.get("@context")
    if own is not None and config.get("@context") in (own, [own]):
        config["@context"] = [*(contexts if isinstance(contexts, list) else [contexts]), own]
    elif "@context" in document:
        config["@context"] = contexts
    return config


def appended(existing: JsonValue, proof: JsonObject) -> JsonValue:
    """Return the member `proof` with one more proof."""
    if existing is None:
        return proof
    return [*(existing if isinstance(existing, list) else [existing]), proof]
