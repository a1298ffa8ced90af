"""Ed25519Signature2020 (vc-di-eddsa, appendix): read for older badges, never made."""

from vc_core.proof.suite import Cryptosuite, rdfc_digest

SUITE = Cryptosuite(
    name="Ed25519Signature2020",
    proof_type="Ed25519Signature2020",
    algorithms=frozenset({"Ed25519"}),
    digest=rdfc_digest,
    proof_keeps_context=False,
    verify_only=True,
    own_context="https://w3id.org/security/suites/ed25519-2020/v1",
)
