"""PyLD with its known defects put right, and pyoxigraph as a judge of the labels and the order.

PyLD 3 writes control characters other than tab and line ends raw, keeps a statement twice that is made twice (an empty
list of a node that is written twice), counts a statement twice in which a blank node is both subject and object, and
does not try every order of a list in which a node is repeated (as in named graphs). All are put right while it works.
It knows no safe mode, so it is asked only about documents that are not refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyoxigraph
from pyld import canon, jsonld, nquads
from pyld.canon import URDNA2015

from vc_core.contexts import context_document

_OPTIONS = {"format": "application/n-quads"}
# RDFC-1.0, 5: canonical form of N-Quads
_ESCAPES = {number: f"\\u{number:04X}" for number in (*range(0x20), 0x7F)} | {
    ord(character): "\\" + letter for character, letter in zip('\b\t\n\f\r"\\', 'btnfr"\\', strict=True)
}


def _loader(url: str, options: object = None) -> dict[str, Any]:
    del options
    return {"contextUrl": None, "documentUrl": url, "document": context_document(url), "tag": "static"}


class _EachQuadOnce(URDNA2015):
    """RDFC-1.0, 4.4.3: the dataset is a set, and so are the mentions of a blank node."""

    def main(self, dataset: dict[str, list[Any]], options: dict[str, Any]) -> str:
        """Return the canonical form of a dataset."""
        return super().main({graph: _each_once(triples) for graph, triples in dataset.items()}, options)

    def hash_first_degree_quads(self, id_: str) -> str:
        """Hash the mentions of a blank node."""
        mentions = self.blank_node_info[id_]
        mentions["quads"] = _each_once(mentions["quads"])
        return super().hash_first_degree_quads(id_)


def _each_once(statements: list[Any]) -> list[Any]:
    return list({repr(statement): statement for statement in statements}.values())


def _every_order(nodes: list[str]) -> Iterator[list[str]]:
    """Give every distinct order, as RDFC-1.0, 4.8.3, 5.4 asks."""
    if not nodes:
        yield []
    for node in sorted(set(nodes)):
        rest = list(nodes)
        rest.remove(node)
        for order in _every_order(rest):
            yield [node, *order]


@contextmanager
def _as_the_standards() -> Iterator[None]:
    before = nquads.escape, jsonld.URDNA2015, canon.permutations
    nquads.escape = lambda value: value.translate(_ESCAPES)
    jsonld.URDNA2015 = _EachQuadOnce
    canon.permutations = _every_order
    try:
        yield
    finally:
        nquads.escape, jsonld.URDNA2015, canon.permutations = before


def canonical_by_pyld(document: dict[str, Any]) -> str:
    """Return PyLD's canonical form."""
    with _as_the_standards():
        return jsonld.normalize(document, {**_OPTIONS, "algorithm": "URDNA2015", "documentLoader": _loader})


def canonical_by_oxigraph(document: dict[str, Any]) -> str:
    """Return pyoxigraph's RDFC-1.0 of the quads that PyLD reads in the document."""
    with _as_the_standards():
        quads = jsonld.to_rdf(document, {**_OPTIONS, "documentLoader": _loader})
    dataset = pyoxigraph.Dataset(pyoxigraph.parse(quads.encode(), format=pyoxigraph.RdfFormat.N_QUADS))
    dataset.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
    lines = pyoxigraph.serialize(dataset, format=pyoxigraph.RdfFormat.N_QUADS).decode()
    return "".join(sorted(line + "\n" for line in lines.split("\n") if line))
