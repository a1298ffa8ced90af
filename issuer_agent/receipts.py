"""Receipts for what was signed: the registry's log knows the signature now, so that this can be proven later.

A receipt goes beside a badge and not into it: it is a second entry of the proof set, and not every verifier reads sets.
Its holder adds it when it is needed. A badge is worth having without one: when the log is away, issuing goes on.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from issuer_agent.registry_client import RegistryClient, RegistryRefused, RegistryUnavailable
from service_kit.logs import log_event
from vc_core.json_text import JsonObject
from vc_core.proof import document_proofs
from vc_core.trust.receipt import leaf_of_proof

log = logging.getLogger(__name__)


def receipts_of(documents: Sequence[JsonObject], registry: RegistryClient) -> list[JsonObject | None]:
    """Have the signatures of these documents in the log, and return the receipt of each; None when there is no log.

    The same signature always gets the same receipt.
    """
    leaves = [leaf_of_proof(document_proofs(document)[0]) for document in documents]
    try:
        receipts = registry.receipts(leaves) if leaves else []
    except (RegistryUnavailable, RegistryRefused) as error:
        log_event(log, "signed_without_receipt", count=len(documents), reason=error.code)
        receipts = []
    return [*receipts] if len(receipts) == len(documents) else [None] * len(documents)
