"""Who takes part: how each is started, and what it does; who is not installed says so and is left out."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.interop.peers import Peer, node_command, openvc_command, running

FOLDER = Path(__file__).parent
PROOF_ROWS = ("verify-one-class", "verify-many-classes", "sign-one", "sign-cohort")
WHOLE = "whole"


@dataclass(frozen=True)
class Contender:
    """One of them."""

    key: str
    name: str
    command: Callable[[], list[str]]
    """Raises `MissingPeer` when it is not installed."""
    does: str
    """What is inside the time that is measured."""
    rows: tuple[str, ...] = PROOF_ROWS
    """What it takes part in."""

    def start(self, documents: dict[str, Any]) -> AbstractContextManager[Peer]:
        """Return its process, to be entered.

        Raises:
            MissingPeer: it is not installed.
        """
        return running(self.name, self.command(), documents)


def _python(which: str) -> Callable[[], list[str]]:
    return lambda: [sys.executable, "-m", "tests.bench.compare.python_worker", which]


def _node(which: str) -> Callable[[], list[str]]:
    return lambda: [*node_command(FOLDER / "node_worker.mjs"), which]


FLOOR = Contender(
    "floor",
    "the floor",
    _python("floor"),
    "what no implementation can leave out: orjson reads the text, SHA-256 of the canonical text and of the options, and"
    " libsodium checks or makes the signature; the canonical text is given",
)
OURS = Contender(
    "ours",
    "ours",
    _python("ours"),
    "`parse_json_object`, the key from the did:key, `verify_proof`; `add_proof`; `add_proofs` a thousand at a time;"
    " the whole pipeline is `verify` of the package `verifier` with the evidence in memory",
    (*PROOF_ROWS, WHOLE),
)
CONTENDERS = (
    FLOOR,
    OURS,
    Contender(
        "digital-bazaar",
        "Digital Bazaar",
        _node("digital_bazaar"),
        "`verifyCredential` and `issue` of `@digitalbazaar/vc`; the status is not asked",
    ),
    Contender(
        "dcc",
        "DCC",
        _node("dcc"),
        "`verifyCredential` and `issue` of `@digitalcredentials/vc`; the status is not asked",
    ),
    Contender(
        "dcc-core",
        "DCC verifier-core",
        _node("dcc_verifier_core"),
        "`verifyCredential`: proof, dates, status bit and schema; it fetches and verifies the status list for every"
        " badge, and what it fetches is served from memory",
        (WHOLE,),
    ),
    Contender(
        "pyld",
        "PyLD",
        _python("pyld"),
        "the usual way: `json.loads`, `jsonld.normalize` of the document and of the options, hashlib, libsodium",
    ),
    Contender(
        "openvc-core",
        "openvc-core",
        lambda: openvc_command(FOLDER / "openvc_worker.py"),
        "`DataIntegrityProofSuite.verify` and `.add_proof` with the contexts as `extra_contexts`, which it prepares"
        " anew for every badge",
    ),
)
