"""Try the internals of ACA-Py that our plugin leans on, and print as JSON what each of them did.

Runs with the agent's own interpreter; `test_acapy_internals.py` says what it should have been.
"""

from __future__ import annotations

import asyncio
import json
from importlib.metadata import version

import configargparse
from acapy_agent.config import argparse as acapy_arguments
from acapy_agent.config.injection_context import InjectionContext
from acapy_agent.vc.data_integrity import manager
from acapy_agent.vc.data_integrity.models.options import DataIntegrityProofOptions
from acapy_agent.vc.ld_proofs.document_loader import DocumentLoader
from acapy_agent.wallet.did_method import DIDMethods
from acapy_agent.wallet.key_type import KeyTypes
from acapy_agent.wallet.keys.manager import ALG_MAPPINGS, multikey_to_verkey
from acapy_agent.wallet.util import b58_to_bytes

from issuer_agent.acapy_plugin import setup
from issuer_agent.acapy_plugin.keys import ALGORITHMS
from vc_core.keys import PrivateKey


class _Profile:
    """What the document loader asks of a profile when it is made."""

    def inject(self, _: object) -> object:
        return object()

    inject_or = inject


def known_variables() -> list[str]:
    """Return every environment variable that `aca-py start` reads."""
    parser = configargparse.ArgumentParser()
    for group in acapy_arguments.group.get_registered(acapy_arguments.CAT_START):
        group().add_arguments(parser)
    return sorted(action.env_var for action in parser._actions if getattr(action, "env_var", None))


async def look() -> dict[str, object]:
    """Load the plugin as ACA-Py does, and look at what it changed."""
    context = InjectionContext()
    context.injector.bind_instance(DIDMethods, DIDMethods())
    before = [kind.key_type for kind in context.inject(DIDMethods).from_method("web").supported_key_types]
    stock_suites = sorted(manager.CRYPTOSUITES)
    await setup(context)
    loader = DocumentLoader(_Profile())
    options = DataIntegrityProofOptions(
        type="DataIntegrityProof",
        cryptosuite="eddsa-rdfc-2022",
        proof_purpose="assertionMethod",
        verification_method="did:web:example.org#key",
    )
    public = PrivateKey.generate("P-256").public
    return {
        "versions": {name: version(name) for name in ("acapy-agent", "aries-askar")},
        "variables": known_variables(),
        "did_web_keys_before": before,
        "did_web_keys": [kind.key_type for kind in context.inject(DIDMethods).from_method("web").supported_key_types],
        "suites_before": stock_suites,
        "suite": type(manager.DataIntegrityManager(session=None).select_suite(options)).__module__,
        "loader": type(loader.requests_loader.__self__).__module__,
        "key_kinds": sorted(ALG_MAPPINGS),
        "our_key_kinds": {name: KeyTypes().from_key_type(name) is not None for name in ALGORITHMS},
        "verkey_is_the_public_key": b58_to_bytes(multikey_to_verkey(public.to_multikey())) == public.raw,
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(look())))
