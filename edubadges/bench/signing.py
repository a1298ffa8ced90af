"""`python -m edubadges.bench.signing`: sign the same badges in one call of the plugin, and one by one as stock ACA-Py.

Runs with the issuer's own settings; reads one unsigned badge on standard input and prints the times as JSON.
"""

from __future__ import annotations

import json
import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from issuer_agent.app import build_issuer
from issuer_agent.institution_keys import signing_identity
from issuer_agent.settings import IssuerSettings
from issuer_agent.signer import SigningIdentity
from issuer_agent.signer_acapy import AcapySigner
from service_kit.fetch import InternalClient
from service_kit.problems import Unavailable
from service_kit.server import load_settings
from vc_core.json_text import JsonObject

_STOCK_OPTIONS = {"type": "DataIntegrityProof", "cryptosuite": "eddsa-jcs-2022", "proofPurpose": "assertionMethod"}
_AT_ONCE = 4


def measure(settings: IssuerSettings, badge: JsonObject, count: int, institution: str) -> dict[str, float]:
    """Return how many seconds `count` badges take in each way."""
    issuer = build_issuer(settings)
    identity = signing_identity(issuer.institutions.get(institution), issuer.issuance.vault)
    documents = [{**badge, "id": f"urn:uuid:{uuid.uuid4()}"} for _ in range(count)]
    stock = InternalClient(settings.agent_url, headers={"Authorization": f"Bearer {identity.tenant_token}"})
    one_by_one(stock, documents[:20], identity, at_once=1)
    batch(issuer.issuance.signer, documents[:20], identity)
    found = {
        "stock_one_at_a_time": one_by_one(stock, documents, identity, at_once=1),
        "stock_four_at_a_time": one_by_one(stock, documents, identity, at_once=_AT_ONCE),
        "plugin": min(batch(issuer.issuance.signer, documents, identity) for _ in range(2)),
    }
    stock.close()
    return found


def batch(signer: Any, documents: list[JsonObject], identity: SigningIdentity) -> float:
    """Return the seconds that our call takes."""
    assert isinstance(signer, AcapySigner)
    created = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    began = time.perf_counter()
    signed = signer.secure(documents, identity=identity, created=created)
    took = time.perf_counter() - began
    assert all("proof" in document for document in signed)
    return took


def one_by_one(agent: InternalClient, documents: list[JsonObject], identity: SigningIdentity, *, at_once: int) -> float:
    """Return the seconds that ACA-Py's own call takes, once per badge."""
    options = {**_STOCK_OPTIONS, "verificationMethod": identity.ed25519_key_id}

    def sign(document: JsonObject) -> None:
        answer = agent.request("POST", "/vc/di/add-proof", json={"document": document, "options": options})
        if answer.status_code != 201:
            raise Unavailable(f"ACA-Py answered {answer.status_code}: {answer.text[:200]}")

    began = time.perf_counter()
    with ThreadPoolExecutor(at_once) as pool:
        list(pool.map(sign, documents))
    return time.perf_counter() - began


if __name__ == "__main__":
    given = json.loads(sys.stdin.buffer.read())
    print(json.dumps(measure(load_settings(IssuerSettings), given, int(sys.argv[1]), sys.argv[2])))
