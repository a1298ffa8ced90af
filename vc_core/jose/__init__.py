"""Credentials as JSON Web Tokens: VC-JWT of Open Badges 3.0, SD-JWT VC with key binding, and VC-JOSE-COSE."""

from vc_core.jose.compact import (
    CompactJwt,
    algorithm_of,
    build_compact_jwt,
    key_in_header,
    looks_like_jwt,
    parse_compact_jwt,
    signature_holds,
)
from vc_core.jose.disclosures import ClaimPath
from vc_core.jose.enveloped import (
    VerifiedVcJose,
    is_envelope,
    parse_vc_jose,
    read_data_url,
    read_envelope,
    verify_vc_jose,
)
from vc_core.jose.sd_jwt_vc import (
    SdJwtVc,
    TokenStatus,
    VerifiedSdJwt,
    issue_sd_jwt_vc,
    parse_sd_jwt_vc,
    present_sd_jwt_vc,
    select_disclosures,
    verify_key_binding,
    verify_sd_jwt_vc,
)
from vc_core.jose.vc_jwt import VerifiedVcJwt, build_vc_jwt, verify_vc_jwt

__all__ = [
    "ClaimPath",
    "CompactJwt",
    "SdJwtVc",
    "TokenStatus",
    "VerifiedSdJwt",
    "VerifiedVcJose",
    "VerifiedVcJwt",
    "algorithm_of",
    "build_compact_jwt",
    "build_vc_jwt",
    "is_envelope",
    "issue_sd_jwt_vc",
    "key_in_header",
    "looks_like_jwt",
    "parse_compact_jwt",
    "parse_sd_jwt_vc",
    "parse_vc_jose",
    "present_sd_jwt_vc",
    "read_data_url",
    "read_envelope",
    "select_disclosures",
    "signature_holds",
    "verify_key_binding",
    "verify_sd_jwt_vc",
    "verify_vc_jose",
    "verify_vc_jwt",
]
