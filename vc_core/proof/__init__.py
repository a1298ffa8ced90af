"""Make and check Data Integrity proofs; the cryptosuite comes from an allow-list."""

from vc_core.proof.data_integrity import (
    SUPPORTED,
    add_proof,
    add_proofs,
    document_proofs,
    proof_hash_data,
    verify_proof,
)

__all__ = ["SUPPORTED", "add_proof", "add_proofs", "document_proofs", "proof_hash_data", "verify_proof"]
