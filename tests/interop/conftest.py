from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.interop.libraries import Library, NodeLibrary, Openvc, Ours
from tests.interop.peers import MissingPeer, Peer, bundled_documents, node_command, openvc_command, running

FOLDER = Path(__file__).parent


def _started(name: str, command: Callable[[Path], list[str]], script: str) -> Iterator[Peer]:
    with ExitStack() as stack:
        try:
            peer = stack.enter_context(running(name, command(FOLDER / script), bundled_documents()))
        except MissingPeer as error:
            pytest.skip(str(error))
        yield peer


@pytest.fixture(scope="session")
def node_verifier() -> Iterator[Peer]:
    yield from _started("Node.js", node_command, "js/verify.mjs")


@pytest.fixture(scope="session")
def node_signer() -> Iterator[Peer]:
    yield from _started("Node.js", node_command, "js/sign.mjs")


@pytest.fixture(scope="session")
def openvc_peer() -> Iterator[Peer]:
    yield from _started("openvc-core", openvc_command, "openvc_peer.py")


@pytest.fixture
def library(request: pytest.FixtureRequest) -> Callable[[str], Library]:
    """Give a library by its name; the test is skipped when it is not installed."""

    def get(name: str) -> Library:
        if name == "ours":
            return Ours()
        if name == "openvc-core":
            return Openvc(request.getfixturevalue("openvc_peer"))
        signer, verifier = (request.getfixturevalue(which) for which in ("node_signer", "node_verifier"))
        return NodeLibrary(name, signer, verifier)

    return get
