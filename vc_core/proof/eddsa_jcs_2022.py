"""eddsa-jcs-2022 (vc-di-eddsa, 3.3) over true RFC 8785; the meaning of terms is not checked by this suite."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from vc_core.canonical.jcs import canonicalize_jcs
from vc_core.proof.suite import Cryptosuite


def _digest(document: Mapping[str, object], algorithm: str) -> bytes:
    del algorithm  # one kind of key, one hash
    return hashlib.sha256(canonicalize_jcs(document)).digest()


SUITE = Cryptosuite(
    name="eddsa-jcs-2022",
    proof_type="DataIntegrityProof",
    algorithms=frozenset({"Ed25519"}),
    digest=_digest,
    proof_keeps_context=True,
)
