"""Does the wallet hold the key it asks a credential for? The proof types `jwt` and `di_vp` (OpenID4VCI, appendix F).

Pure: the nonce inside is returned, not judged; whether it is ours and still unused is `nonce`'s question.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from issuer_agent.oid4vci.refusals import ProtocolRefused
from vc_core.contexts import CREDENTIALS_V1, CREDENTIALS_V2
from vc_core.did.did_key import public_key_from_did_key
from vc_core.errors import EdubadgesError, MalformedInput
from vc_core.json_text import JsonObject, JsonValue, parse_json
from vc_core.keys import PublicKey, public_key_from_jwk
from vc_core.multiformats import base64url_decode
from vc_core.proof import document_proofs, verify_proof

PROOF_TYP = "openid4vci-proof+jwt"
SIGNING_ALGORITHMS = {"EdDSA": "Ed25519", "ES256": "P-256"}
CRYPTOSUITES = ("eddsa-jcs-2022", "eddsa-rdfc-2022")
CLOCK_WINDOW_S = 300
_MAX_JWT = 16_000


@dataclass(frozen=True, slots=True)
class HolderProof:
    """A key whose possession was shown, and the nonce inside the proof."""

    key: PublicKey
    nonce: str = field(repr=False)

    @property
    def holder_did(self) -> str:
        """The did:key of the key; it becomes the subject of the credential."""
        return self.key.did_key()


def verify_holder_proof(proof_type: str, proof: JsonValue, *, expected_audience: str, now: datetime) -> HolderProof:
    """Return the holder's key when the proof was made by it, for us, just now.

    Does not check the nonce.

    Raises:
        ProtocolRefused: `invalid_proof`, with a code that says why.
    """
    check = _PROOF_TYPES.get(proof_type)
    if check is None:
        raise _refused("This type of proof is not accepted; use jwt or di_vp.", "proof-type-unknown")
    return check(proof, expected_audience, now)


def _verify_jwt(proof: JsonValue, audience: str, now: datetime) -> HolderProof:
    if not isinstance(proof, str) or len(proof) > _MAX_JWT:
        raise _refused("The proof is not a compact JWT.", "proof-malformed")
    try:
        head, body, signature = proof.split(".")
        header, claims = (parse_json(base64url_decode(part), max_bytes=_MAX_JWT, max_depth=8) for part in (head, body))
        raw_signature = base64url_decode(signature)
    except (ValueError, MalformedInput) as error:
        raise _refused("The proof is not a compact JWT.", "proof-malformed") from error
    if not isinstance(header, dict) or not isinstance(claims, dict):
        raise _refused("The proof is not a compact JWT.", "proof-malformed")
    key = _key_of_header(header)
    if not key.verify(f"{head}.{body}".encode(), raw_signature):
        raise _refused("The signature of the proof does not hold.", "proof-signature")
    return HolderProof(key, _check_claims(claims, audience, now))


def _key_of_header(header: JsonObject) -> PublicKey:
    if header.get("typ") != PROOF_TYP:
        raise _refused(f"The typ of the proof must be {PROOF_TYP}.", "proof-typ")
    if "crit" in header:
        raise _refused("The proof asks for an extension that is not known here.", "proof-crit")
    expected = SIGNING_ALGORITHMS.get(str(header.get("alg")))
    if expected is None:
        raise _refused("The proof is signed in a way that is not accepted; use EdDSA or ES256.", "proof-alg")
    named = [member for member in ("jwk", "kid", "x5c") if member in header]
    if len(named) != 1 or named == ["x5c"]:
        raise _refused("The proof names its key by exactly one of jwk and kid.", "proof-key")
    try:
        key = public_key_from_jwk(header["jwk"]) if named == ["jwk"] else key_of_did_url(header["kid"])
    except EdubadgesError as error:
        raise _refused(f"The key of the proof cannot be used. {error.detail}", "proof-key") from error
    if key.algorithm != expected:
        raise _refused("The key of the proof does not fit its alg.", "proof-alg")
    return key


def _check_claims(claims: JsonObject, audience: str, now: datetime) -> str:
    stated = claims.get("aud")
    if audience not in (stated if isinstance(stated, list) else [stated]):
        raise _refused("The proof was made for another issuer.", "proof-audience")
    issued_at = claims.get("iat")
    if isinstance(issued_at, bool) or not isinstance(issued_at, int | float):
        raise _refused("The proof does not say when it was made.", "proof-iat")
    if abs(now.timestamp() - issued_at) > CLOCK_WINDOW_S:
        raise _refused("The proof is too old or from the future. Check the clock of the wallet.", "proof-iat")
    expires = claims.get("exp")
    if isinstance(expires, int | float) and expires + CLOCK_WINDOW_S < now.timestamp():
        raise _refused("The proof has expired.", "proof-iat")
    return _nonce(claims.get("nonce"))


def _verify_presentation(proof: JsonValue, audience: str, now: datetime) -> HolderProof:
    """Check a Data Integrity presentation (appendix F.2); the nonce limits its age, `now` is not needed."""
    if not isinstance(proof, dict):
        raise _refused("The proof is not a presentation.", "proof-malformed")
    types, contexts = proof.get("type"), proof.get("@context")
    if "VerifiablePresentation" not in (types if isinstance(types, list) else [types]):
        raise _refused("The proof is not a presentation.", "proof-malformed")
    first = contexts[0] if isinstance(contexts, list) and contexts else contexts
    if first not in (CREDENTIALS_V1, CREDENTIALS_V2):
        raise _refused("The presentation does not start with the vocabulary of the W3C.", "proof-malformed")
    try:
        found = document_proofs(proof)
        if len(found) != 1 or found[0].get("cryptosuite") not in CRYPTOSUITES:
            raise _refused(
                "The presentation carries one proof, eddsa-jcs-2022 or eddsa-rdfc-2022.", "proof-cryptosuite"
            )
        key = key_of_did_url(found[0].get("verificationMethod"))
        nonce = _nonce(found[0].get("challenge"))
        _check_holder(proof.get("holder"), str(found[0]["verificationMethod"]))
        if audience not in _listed(found[0].get("domain")):
            raise _refused("The proof was made for another issuer.", "proof-audience")
        verify_proof(proof, found[0], public_key=key, expected_purpose="authentication", expected_challenge=nonce)
    except ProtocolRefused:
        raise
    except EdubadgesError as error:
        raise _refused(f"The proof in the presentation does not hold. {error.detail}", "proof-signature") from error
    return HolderProof(key, nonce)


def _check_holder(holder: JsonValue, method: str) -> None:
    stated = holder.get("id") if isinstance(holder, dict) else holder
    if stated is not None and stated != method.partition("#")[0]:
        raise _refused("The holder of the presentation is not the owner of the key.", "proof-holder")


def key_of_did_url(reference: object) -> PublicKey:
    """Return the key of a did:key or did:jwk, with or without its fragment.

    Raises:
        MalformedInput: another kind of reference.
        DidError: not a valid did:key.
    """
    if not isinstance(reference, str) or len(reference) > 4_000:
        raise MalformedInput("The key is not named by a DID.")
    did, _, fragment = reference.partition("#")
    if did.startswith("did:key:"):
        if fragment not in ("", did.removeprefix("did:key:")):
            raise MalformedInput("The did:key has no such key.")
        return public_key_from_did_key(did)
    if did.startswith("did:jwk:"):
        if fragment not in ("", "0"):
            raise MalformedInput("The did:jwk has no such key.")
        text = did.removeprefix("did:jwk:")
        return public_key_from_jwk(parse_json(base64url_decode(text), max_bytes=4_000, max_depth=4))
    raise MalformedInput("Use a did:key or a did:jwk.")


def _nonce(value: JsonValue) -> str:
    if not isinstance(value, str) or not value:
        raise _refused("The proof holds no nonce. Ask the nonce endpoint for one.", "proof-nonce-missing")
    return value


def _listed(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else [value]


def _refused(detail: str, code: str) -> ProtocolRefused:
    return ProtocolRefused("invalid_proof", detail, code=code)


_PROOF_TYPES: dict[str, Callable[[JsonValue, str, datetime], HolderProof]] = {
    "jwt": _verify_jwt,
    "di_vp": _verify_presentation,
}
