"""ecdsa-rdfc-2019 (vc-di-ecdsa, 3.2) with P-256 and P-384; signatures are r and s, not DER."""

from vc_core.proof.suite import Cryptosuite, rdfc_digest

SUITE = Cryptosuite(
    name="ecdsa-rdfc-2019",
    proof_type="DataIntegrityProof",
    algorithms=frozenset({"P-256", "P-384"}),
    digest=rdfc_digest,
    proof_keeps_context=False,
)
