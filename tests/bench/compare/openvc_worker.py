"""openvc-core, measured; runs in the environment of tests/interop, which has nothing of ours."""

from __future__ import annotations

import json
import platform
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from measuring import Task, serve


class OpenvcContender:
    """The contender; its key is made new, and a did:key is resolved by openvc-core itself."""

    def __init__(self, documents: dict[str, Any]) -> None:
        from openvc.keys import Ed25519SigningKey
        from openvc.multibase import encode_multibase
        from openvc.proof.data_integrity import DataIntegrityProofSuite
        from openvc.proof.errors import ProofError

        self._refusal = ProofError
        self._suite = DataIntegrityProofSuite()
        self._contexts = {url: document for url, document in documents.items() if "@context" in document}
        key = Ed25519SigningKey.generate(kid="measured")
        multikey = encode_multibase(b"\xed\x01" + key.public_key_raw())
        self._signing = {"signing_key": key, "verification_method": f"did:key:{multikey}#{multikey}"}
        verify, sign = Task(ready=bytes, one=self.verify), Task(ready=json.loads, one=self.sign)
        self.tasks = {
            "verify-one-class": verify,
            "verify-many-classes": verify,
            "sign-one": sign,
            "sign-cohort": sign,
        }

    def versions(self) -> dict[str, str]:
        return {"openvc-core": version("openvc-core"), "PyLD": version("pyld"), "Python": platform.python_version()}

    def accepts(self, text: bytes) -> bool:
        try:
            self.verify(text)
        except self._refusal:
            return False
        return True

    def signs(self, text: bytes) -> dict[str, Any]:
        return self.sign(json.loads(text))

    def verify(self, text: bytes) -> None:
        self._suite.verify(json.loads(text), extra_contexts=self._contexts)

    def sign(self, badge: dict[str, Any]) -> dict[str, Any]:
        return self._suite.add_proof(badge, extra_contexts=self._contexts, **self._signing)


if __name__ == "__main__":
    serve(OpenvcContender)
