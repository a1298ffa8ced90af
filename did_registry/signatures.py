"""Is a credential that is offered for publication signed by a key in force of its issuer?"""

from __future__ import annotations

from vc_core.did import find_verification_method
from vc_core.errors import ProofError
from vc_core.json_text import JsonObject
from vc_core.proof import document_proofs, verify_proof


def check_signed(credential: JsonObject, document: JsonObject, *, what: str) -> None:
    """Check every proof against the issuer's document in force.

    Args:
        credential: what is offered.
        document: the DID document of who must have signed it.
        what: how a person calls it, with a capital.

    Raises:
        ProofError: there is no proof, or one does not hold.
        KeyReferenceError: a proof names a key that is not in force.
    """
    proofs = document_proofs(credential)
    if not proofs:
        raise ProofError(f"{what} is not signed.")
    for proof in proofs:
        _, key = find_verification_method(
            document, str(proof.get("verificationMethod")), relationship="assertionMethod"
        )
        verify_proof(credential, proof, public_key=key)
