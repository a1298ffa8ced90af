"""One issuer, one wallet, and the whole pipeline in one call: what the tests of single findings share."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from tests.support.presenting import NOW, REGISTRY, Issuer, Wallet
from vc_core.contexts import OPEN_BADGES_EXTENSIONS
from vc_core.keys import PrivateKey
from verifier import Check, Evidence, EvidenceItem, EvidenceKind, Report, parse_submission, verify
from verifier.policy import DEFAULT_POLICY

ISSUER = Issuer(key=PrivateKey.from_bytes("Ed25519", bytes(range(32))))
WALLET = Wallet(PrivateKey.from_bytes("Ed25519", bytes([9] * 32)))
P256 = PrivateKey.from_bytes("P-256", bytes([5] * 32))
TICK = timedelta(microseconds=1)
LIST_URL = "https://issuer.example/revoked.json"


def _unsigned_listed() -> dict[str, Any]:
    badge = ISSUER.unsigned_badge(credentialStatus={"id": LIST_URL, "type": "1EdTechRevocationList"})
    badge["@context"].append(OPEN_BADGES_EXTENSIONS)
    return ISSUER.sign(badge)


UNSIGNED_LISTED = _unsigned_listed()
"""A badge whose status is in a list that nobody signed."""


def unsigned_list(entries: Any, **changes: Any) -> Evidence:
    content = {"id": LIST_URL, "issuer": ISSUER.did, "revokedCredential": entries, **changes}
    content = {name: value for name, value in content.items() if value is not None}
    item = EvidenceItem(EvidenceKind.STATUS_LIST, LIST_URL, REGISTRY, NOW, content)
    return ISSUER.evidence().merged(Evidence.of([item]))


def report_on(document: Any, **options: Any) -> Report:
    data = document.encode() if isinstance(document, str) else json.dumps(document).encode()
    evidence = options.pop("evidence", None) or ISSUER.evidence()
    return verify(parse_submission(data), evidence, options.pop("policy", DEFAULT_POLICY), now=NOW, **options)


def code_of(report: Report, check: Check) -> str:
    [result] = [result for result in report.results if result.check is check]
    return str(result.code)
