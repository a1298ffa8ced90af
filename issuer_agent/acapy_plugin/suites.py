"""`eddsa-rdfc-2022` for ACA-Py's own `/vc/di/add-proof` and `/vc/di/verify` routes.

Its `eddsa-jcs-2022` is left as it is: not RFC 8785, and not used by us.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from acapy_agent.core.profile import ProfileSession
from acapy_agent.vc.data_integrity import manager
from acapy_agent.vc.data_integrity.models.options import DataIntegrityProofOptions
from acapy_agent.vc.data_integrity.models.proof import DataIntegrityProof
from acapy_agent.vc.data_integrity.models.verification_response import DataIntegrityVerificationResult, ProblemDetails
from acapy_agent.wallet.keys.manager import MultikeyManager, MultikeyManagerError

from issuer_agent.acapy_plugin.keys import signing_key
from issuer_agent.acapy_plugin.signing import sign_documents
from vc_core.errors import EdubadgesError, KeyReferenceError, MalformedInput
from vc_core.keys import public_key_from_multikey
from vc_core.proof import verify_proof

_OPTIONS = frozenset({"type", "cryptosuite", "created", "verificationMethod", "proofPurpose"})


class EddsaRdfc2022:
    """The suite in the shape that ACA-Py's data integrity manager calls."""

    def __init__(self, *, session: ProfileSession) -> None:
        self._session = session

    async def create_proof(self, unsecured_data_document: dict[str, Any], options: DataIntegrityProofOptions) -> Any:
        """Return the proof, under the same rules as our own route."""
        wanted = options.serialize()
        created = wanted.get("created") or datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        try:
            if set(wanted) - _OPTIONS or wanted["proofPurpose"] != "assertionMethod":
                raise MalformedInput("Only an assertionMethod proof is made here, without challenge, domain or end.")
            handle, public_key, did = await signing_key(self._session, wanted["verificationMethod"])
            [proof] = sign_documents(
                [unsecured_data_document],
                sign=handle.sign_message,
                public_key=public_key,
                did=did,
                verification_method=wanted["verificationMethod"],
                cryptosuite="eddsa-rdfc-2022",
                created=created,
            )
        except EdubadgesError as error:
            raise manager.DataIntegrityManagerError(error.detail) from error
        return DataIntegrityProof.deserialize(proof)

    async def verify_proof(self, secured_document: dict[str, Any]) -> DataIntegrityVerificationResult:
        """Say whether the proof holds; as in ACA-Py itself, whose key it is is not looked at."""
        document = dict(secured_document)
        proof = document.pop("proof")
        try:
            multikey = await MultikeyManager(self._session).resolve_multikey_from_verification_method_id(
                proof["verificationMethod"]
            )
            verify_proof(document, proof, public_key=public_key_from_multikey(multikey))
        except (EdubadgesError, MultikeyManagerError) as error:
            known = error if isinstance(error, EdubadgesError) else KeyReferenceError("The key cannot be read.")
            problem = ProblemDetails(type=known.type, title=known.title, detail=known.detail)
            return DataIntegrityVerificationResult(
                verified=False, proof=DataIntegrityProof.deserialize(proof), problem_details=[problem]
            )
        return DataIntegrityVerificationResult(
            verified=True, proof=DataIntegrityProof.deserialize(proof), problem_details=[]
        )


def install_cryptosuites() -> None:
    """Add the suite to the manager's table."""
    manager.CRYPTOSUITES["eddsa-rdfc-2022"] = EddsaRdfc2022
