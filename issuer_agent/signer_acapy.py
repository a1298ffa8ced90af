"""The signer that production uses: ACA-Py holds the keys and signs, our plugin canonicalises inside its process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from issuer_agent.acapy_client import AcapyClient
from issuer_agent.signer import SigningIdentity
from issuer_agent.together import Together
from vc_core.json_text import JsonObject

CHUNK = 500


class AcapySigner:
    """Signs through the agent's plugin; what many wallets ask at the same moment is one call."""

    def __init__(self, client: AcapyClient) -> None:
        self._client = client
        self._together: Together[tuple[SigningIdentity, str], JsonObject, JsonObject] = Together(
            self._proofs, most=CHUNK
        )

    def secure(self, documents: Sequence[JsonObject], *, identity: SigningIdentity, created: str) -> list[JsonObject]:
        """See `Signer.secure`."""
        secured: list[JsonObject] = []
        for chunk in _chunks(documents):
            proofs = self._together.do((identity, created), chunk)
            secured += [{**document, "proof": proof} for document, proof in zip(chunk, proofs, strict=True)]
        return secured

    def _proofs(self, asked: tuple[SigningIdentity, str], documents: list[JsonObject]) -> list[JsonObject]:
        identity, created = asked
        return self._client.sign(documents, identity=identity, cryptosuite="eddsa-rdfc-2022", created=created)

    def sign_jws(self, claims: JsonObject, *, identity: SigningIdentity, kind: str = "JWT") -> str:
        """See `Signer.sign_jws`."""
        return self._client.sign_jwt(claims, identity=identity, kind=kind)


def _chunks(documents: Sequence[JsonObject]) -> Iterator[list[JsonObject]]:
    rest = iter(documents)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk
