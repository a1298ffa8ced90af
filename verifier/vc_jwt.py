"""VC-JWT as Open Badges 3.0 defines it (8.2), under the names the verifier uses.

The work is done in `vc_core.jose`; whose key it is, is asked in `checks.key`.
"""

from __future__ import annotations

from vc_core.jose.compact import (
    MAX_JWT_BYTES,
    CompactJwt,
    algorithm_of,
    looks_like_jwt,
    parse_compact_jwt,
    signature_holds,
)
from vc_core.jose.vc_jwt import HEADER_MEMBERS, differing_claims, read_credential_of_jwt

__all__ = [
    "HEADER_MEMBERS",
    "MAX_JWT_BYTES",
    "CompactJwt",
    "algorithm_of",
    "differing_claims",
    "looks_like_jwt",
    "parse_compact_jwt",
    "read_credential_of_jwt",
    "signature_holds",
]
