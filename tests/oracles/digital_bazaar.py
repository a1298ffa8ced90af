"""Digital Bazaar's libraries in a child process of Node.js that lives as long as the run."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.oracles.answers import Answer
from vc_core.contexts import context_document, known_contexts

FOLDER = Path(__file__).parent / "js"
REPAIRS = {
    "order": "rdf-canonize sorts by UTF-16 code unit, RDFC-1.0 by code point",
    "doubles": "jsonld takes a fraction written without a point (1e-7) for a whole number",
    "once": "jsonld keeps a statement twice that is made twice (an empty list of a node written twice)",
    "permutations": "rdf-canonize does not try every order of a list in which a node is repeated (named graphs)",
    "ties": "jsonld rounds a tie of the 17th digit up, printf's %1.15E to even",
}
"""What these libraries are known to do differently, by the name of the repair that puts it right."""


class MissingLibraries(Exception):
    """Node.js or the libraries are not here."""


class DigitalBazaar:
    """Asks the child one document at a time."""

    def __init__(self, child: subprocess.Popen[str]) -> None:
        self._child = child

    def canonicalize(self, document: dict[str, Any], *, repairs: Sequence[str] = ()) -> Answer:
        """Return its canonical form in safe mode, or its refusal."""
        answer = self._ask({"document": document, "repairs": list(repairs)})
        return Answer(answer.get("nquads"), answer.get("error", ""))

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        self.send(request)
        assert self._child.stdout is not None
        line = self._child.stdout.readline()
        if not line:
            raise MissingLibraries(f"Node.js ended with status {self._child.wait()}.")
        return json.loads(line)

    def send(self, value: object) -> None:
        """Write one line; ASCII, because a line separator in a text is no end of line."""
        assert self._child.stdin is not None
        self._child.stdin.write(json.dumps(value) + "\n")
        self._child.stdin.flush()


@contextmanager
def digital_bazaar() -> Iterator[DigitalBazaar]:
    """Start the child with the bundled contexts, and end it."""
    node = shutil.which("node")
    if node is None:
        raise MissingLibraries("Node.js was not found.")
    if not (FOLDER / "node_modules" / "jsonld").is_dir():
        raise MissingLibraries(f"The libraries were not found: run `npm ci` in {FOLDER}.")
    command = [node, str(FOLDER / "canonize.js")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8") as child:
        asker = DigitalBazaar(child)
        asker.send({url: context_document(url) for url in known_contexts()})
        try:
            yield asker
        finally:
            assert child.stdin is not None
            child.stdin.close()
            child.wait(timeout=10)
