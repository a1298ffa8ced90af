"""JSON-LD contexts from the bundle, never from the network, and did:web identities with a P-256 key."""

from __future__ import annotations

from typing import Any

from acapy_agent.config.injection_context import InjectionContext
from acapy_agent.vc.ld_proofs import document_loader
from acapy_agent.vc.ld_proofs.document_downloader import StaticCacheJsonLdDownloader
from acapy_agent.vc.ld_proofs.error import LinkedDataProofException
from acapy_agent.wallet.did_method import DIDMethod, DIDMethods, HolderDefinedDid
from acapy_agent.wallet.key_type import BLS12381G2, ED25519, P256

from vc_core.contexts import context_document, known_contexts
from vc_core.errors import EdubadgesError


class BundledContexts(StaticCacheJsonLdDownloader):
    """Serves the pinned contexts, and refuses every other address."""

    def __init__(self, *_: object, **__: object) -> None:
        self._known = frozenset(known_contexts())

    def load(self, url: str, options: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the context at `url` in pyld's form.

        Raises:
            LinkedDataProofException: it is not bundled.
        """
        if url not in self._known:
            raise LinkedDataProofException(f"The context {url} is not bundled, and nothing is fetched.")
        try:
            document = context_document(url)
        except EdubadgesError as error:
            raise LinkedDataProofException(error.detail) from error
        # "static" lets pyld keep the compiled context between calls.
        return {
            "contentType": "application/ld+json",
            "contextUrl": None,
            "documentUrl": url,
            "document": document,
            "tag": "static",
        }


def install_bundled_contexts() -> None:
    """Replace the class that ACA-Py's loader is built from; binding a loader here would be overwritten at start."""
    document_loader.StaticCacheJsonLdDownloader = BundledContexts


def install_p256_for_did_web(context: InjectionContext) -> None:
    """Let a did:web identity have a P-256 key; ACA-Py knows Ed25519 and BLS only."""
    methods = context.inject(DIDMethods)
    methods.register(
        DIDMethod(
            name="web",
            key_types=[ED25519, P256, BLS12381G2],
            rotation=True,
            holder_defined_did=HolderDefinedDid.REQUIRED,
        )
    )
