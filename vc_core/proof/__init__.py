"""Make and check Data Integrity proofs; the cryptosuite comes from an allow-list."""

from vc_core.proof.data_integrity import (
    SUPPORTED,
    VERIFIABLE,
    add_proof,
    add_proofs,
    proof_hash_data,
    verify_proof,
)
from vc_core.proof.options import document_proofs

__all__ = ["SUPPORTED", "VERIFIABLE", "add_proof", "add_proofs", "document_proofs", "proof_hash_data", "verify_proof"]
