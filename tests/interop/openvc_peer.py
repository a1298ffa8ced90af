"""openvc-core, asked by JSON lines; runs in an environment that has openvc-core and nothing of ours.

The first line holds the documents it may know. Then `{op: key, kind}`, `{op: sign, form, document}` with the last key,
`{op: derive, credential, selectivePointers}` or `{op: verify, form, credential}` a line; `form` is a cryptosuite or
`vc-jwt`. Keys of a did:key are resolved by openvc-core itself.
"""

from __future__ import annotations

import json
import socket
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from openvc.did.did_key import DidKeyResolver
from openvc.errors import OpenvcError
from openvc.keys import Ed25519SigningKey, P256SigningKey, P384SigningKey
from openvc.multibase import encode_multibase
from openvc.proof.data_integrity import DataIntegrityProofSuite
from openvc.proof.di_ecdsa_rdfc import EcdsaRdfcProofSuite
from openvc.proof.di_jcs import EddsaJcsProofSuite
from openvc.proof.ecdsa_sd import EcdsaSdProofSuite
from openvc.proof.vc_jwt import VcJwtProofSuite

# https://github.com/multiformats/multicodec, as varints
_KINDS: dict[str, tuple[Any, bytes]] = {
    "Ed25519": (Ed25519SigningKey, b"\xed\x01"),
    "P-256": (P256SigningKey, b"\x80\x24"),
    "P-384": (P384SigningKey, b"\x81\x24"),
}
_SUITES: dict[str, Any] = {
    "eddsa-rdfc-2022": DataIntegrityProofSuite(),
    "ecdsa-rdfc-2019": EcdsaRdfcProofSuite(),
    "eddsa-jcs-2022": EddsaJcsProofSuite(),
    "ecdsa-sd-2023": EcdsaSdProofSuite(),
}
_WITHOUT_CONTEXTS = {"eddsa-jcs-2022"}


class OpenvcPeer:
    """Holds the documents and the key of this process."""

    def __init__(self, documents: dict[str, Any]) -> None:
        self.contexts = {url: document for url, document in documents.items() if "@context" in document}
        self.key: Any = None
        self.method = ""
        self.operations: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "key": self.make_key,
            "sign": self.sign,
            "derive": self.derive,
            "verify": self.verify,
        }

    def options(self, form: str) -> dict[str, Any]:
        """Return what the suite of this form needs to know its contexts by."""
        return {} if form in _WITHOUT_CONTEXTS else {"extra_contexts": self.contexts}

    def make_key(self, request: dict[str, Any]) -> dict[str, Any]:
        kind, codec = _KINDS[request["kind"]]
        raw = kind.generate(kid="unnamed")
        multikey = encode_multibase(codec + raw.public_key_raw())
        did = f"did:key:{multikey}"
        self.method = f"{did}#{multikey}"
        self.key = raw
        raw._kid = self.method  # the name holds the key itself, which exists only now
        return {"did": did, "method": self.method, "multikey": multikey}

    def sign(self, request: dict[str, Any]) -> dict[str, Any]:
        form, document = request["form"], request["document"]
        if form == "vc-jwt":
            return {"jwt": self.sign_jwt(document)}
        options = {"signing_key": self.key, "verification_method": self.method, **self.options(form)}
        if form == "ecdsa-sd-2023":
            signed = _SUITES[form].add_base_proof(document, mandatory_pointers=request["mandatoryPointers"], **options)
        else:
            signed = _SUITES[form].add_proof(document, **options)
        return {"document": signed}

    def sign_jwt(self, document: dict[str, Any]) -> str:
        # It writes the present second as `nbf`, whatever the credential says; so the credential must say the same.
        while True:
            now = int(time.time())
            issued = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            jwt = VcJwtProofSuite().sign({**document, "issuanceDate": issued}, signing_key=self.key)
            if int(time.time()) == now:
                return jwt

    def derive(self, request: dict[str, Any]) -> dict[str, Any]:
        suite, pointers = _SUITES["ecdsa-sd-2023"], request["selectivePointers"]
        derived = suite.derive_proof(
            request["credential"], selective_pointers=pointers, **self.options("ecdsa-sd-2023")
        )
        return {"document": derived}

    def verify(self, request: dict[str, Any]) -> dict[str, Any]:
        form, credential = request["form"], request["credential"]
        try:
            if form == "vc-jwt":
                _, kid = VcJwtProofSuite().peek_issuer(credential)
                [method] = DidKeyResolver().resolve(str(kid).split("#")[0]).verification_methods
                VcJwtProofSuite().verify(credential, public_key_jwk=method.public_key_jwk)
            else:
                _SUITES[form].verify(credential, **self.options(form))
        except OpenvcError as error:
            return {"verified": False, "error": f"{type(error).__name__}: {error}"[:500]}
        return {"verified": True}


def main() -> None:
    """Answer until there are no more questions."""

    def refuse(*_: object) -> None:
        raise OSError("there is no network here")

    socket.socket.connect = refuse  # type: ignore[assignment,method-assign]
    peer = OpenvcPeer(json.loads(sys.stdin.readline())["documents"])
    _answer({"ready": True})
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = peer.operations[request["op"]](request)
        except OpenvcError as error:
            answer = {"failed": f"{type(error).__name__}: {error}"[:500]}
        _answer(answer)


def _answer(value: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
