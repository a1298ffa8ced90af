"""eddsa-rdfc-2022 (vc-di-eddsa, 3.2): the one embedded proof that counts for Open Badges certification."""

from vc_core.proof.suite import Cryptosuite, rdfc_digest

SUITE = Cryptosuite(
    name="eddsa-rdfc-2022",
    proof_type="DataIntegrityProof",
    algorithms=frozenset({"Ed25519"}),
    digest=rdfc_digest,
    proof_keeps_context=False,
)
