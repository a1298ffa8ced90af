"""The libraries of others, each in a process of its own that is asked by JSON lines and has no network.

Node.js runs Digital Bazaar's and DCC's, an environment of its own runs openvc-core. What they may know (contexts, a
schema, status lists) is handed over; nothing is fetched.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any

from vc_core.contexts import context_document, known_contexts

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[1]
NODE_MODULES = FOLDER / "js" / "node_modules"
OPENVC_PYTHON = FOLDER / ".venv" / "bin" / "python"
BADGE_SCHEMA = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"
_PATIENCE_SECONDS = 20


class MissingPeer(Exception):
    """The library, or what runs it, is not installed."""


class PeerFailed(Exception):
    """The library could not do what it was asked, or its process ended."""


class Peer:
    """Asks the child one question at a time."""

    def __init__(self, name: str, child: subprocess.Popen[str]) -> None:
        self.name = name
        self._child = child

    @property
    def process_id(self) -> int:
        return self._child.pid

    def ask(self, **request: Any) -> dict[str, Any]:
        """Return the answer.

        Raises:
            PeerFailed: there is none.
        """
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        # ASCII, because a line separator in a text is no end of line.
        self._child.stdin.write(json.dumps(request) + "\n")
        self._child.stdin.flush()
        line = self._child.stdout.readline()
        if not line:
            raise PeerFailed(f"{self.name} ended with status {self._child.wait(_PATIENCE_SECONDS)}.")
        answer: dict[str, Any] = json.loads(line)
        if "failed" in answer:
            raise PeerFailed(f"{self.name}: {answer['failed']}")
        return answer


def bundled_documents() -> dict[str, Any]:
    """Return every context we bundle and the schema of a badge, by address."""
    schema = resources.files("vc_core.model").joinpath("schemas", "json-ld", "achievementcredential.json")
    documents: dict[str, Any] = {url: context_document(url) for url in known_contexts()}
    return {**documents, BADGE_SCHEMA: json.loads(schema.read_bytes())}


def node_command(script: Path) -> list[str]:
    """Return how Node.js runs a script that uses the libraries.

    Raises:
        MissingPeer: Node.js or the libraries are not here.
    """
    # The wheel puts Node.js beside the Python that runs us: the one of the lock.
    node = shutil.which("node", path=str(Path(sys.executable).parent)) or shutil.which("node")
    if node is None:
        raise MissingPeer("Node.js was not found")
    if not (NODE_MODULES / "@digitalbazaar" / "vc").is_dir():
        raise MissingPeer("the Node.js libraries are not installed: run `make interop`")
    return [node, str(script)]


def openvc_command(script: Path) -> list[str]:
    """Return how the Python that has openvc-core runs a script.

    Raises:
        MissingPeer: the environment is not here.
    """
    if not OPENVC_PYTHON.exists():
        raise MissingPeer("openvc-core is not installed: run `make interop`")
    return [str(OPENVC_PYTHON), str(script)]


@contextmanager
def running(name: str, command: Sequence[str], documents: Mapping[str, Any]) -> Iterator[Peer]:
    """Start the child with the documents it may know, and end it.

    Raises:
        PeerFailed: it did not start.
    """
    # Without the variables of this run: a warning of theirs is not an error of ours.
    environment = {"PATH": os.environ["PATH"], "PYTHONIOENCODING": "utf-8"}
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8", env=environment
    ) as child:
        peer = Peer(name, child)
        try:
            peer.ask(documents=documents)
            yield peer
        finally:
            assert child.stdin is not None
            child.stdin.close()
            try:
                child.wait(_PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
