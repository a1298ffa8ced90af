"""Refuse documents that were reshaped without breaking their signature.

RDF is a set of statements, so a holder may split a node over two objects, or move a member to another object with the
same `id`, and an
RDFC proof still holds. Who then reads the JSON misses a revocation or an end date. So nodes that carry such members
are written once.
"""

from __future__ import annotations

from collections.abc import Mapping

from vc_core.errors import LimitExceeded, ProofError

MAX_NODES = 20_000

# Members whose place decides the outcome of a check.
_DECISIVE = frozenset(
    {
        "credentialSchema",
        "credentialStatus",
        "credentialSubject",
        "encodedList",
        "expirationDate",
        "issuanceDate",
        "issuer",
        "refreshService",
        "statusListCredential",
        "statusListIndex",
        "statusMessage",
        "statusPurpose",
        "statusReference",
        "statusSize",
        "ttl",
        "validFrom",
        "validUntil",
    }
)
_NAME_ONLY = frozenset({"id", "type"})  # says nothing that a check reads elsewhere
_OWN_GRAPH = frozenset(
    {"proof", "verifiableCredential"}
)  # @graph containers: statements in them do not mix with the others


class ReshapedDocument(ProofError):
    """The signature holds, but the document is written so that a check could be led past something."""

    title = "The document was rewritten after it was signed"
    code = "reshaped-document"


def check_shape(document: Mapping[str, object]) -> None:
    """Return when every node with a decisive member is written once, in one object.

    Raises:
        ReshapedDocument: it is not.
        LimitExceeded: more nodes than any credential has.
    """
    graphs: list[object] = [document if type(document) is dict else dict(document)]
    budget = MAX_NODES
    while graphs:
        nodes: dict[str, list[dict[str, object]]] = {}
        pending = [graphs.pop()]
        for item in pending:  # grows while it is read
            if type(item) is list:
                pending.extend([inner for inner in item if type(inner) is dict or type(inner) is list])
            elif type(item) is dict:
                _visit(item, nodes, pending, graphs)
        budget -= len(pending)
        if budget < 0:
            raise LimitExceeded("The document has more parts than any credential.")
        for found in nodes.values():
            if len(found) > 1:
                _check_node(found)


def _visit(
    item: dict[str, object], nodes: dict[str, list[dict[str, object]]], pending: list[object], graphs: list[object]
) -> None:
    if "@id" in item or ("@type" in item and "@value" not in item):
        raise ReshapedDocument("The document uses a keyword where credentials use 'id' and 'type'.")
    identifier = item.get("id")
    if type(identifier) is str:
        if identifier[:2] == "_:":
            raise ReshapedDocument("The document names a part that has no name.")
        if not item.keys() <= _NAME_ONLY:
            nodes.setdefault(identifier, []).append(item)
    for name, value in item.items():
        if type(value) is dict or (type(value) is list and name != "@context"):
            if name not in _OWN_GRAPH:
                pending.append(value)
            elif type(value) is list:
                graphs.extend(value)
            else:
                graphs.append(value)


def _check_node(found: list[dict[str, object]]) -> None:
    decisive = any(not _DECISIVE.isdisjoint(item) for item in found)
    if decisive and any(item != found[0] for item in found[1:]):
        raise ReshapedDocument("One part of the document is spread over several places.")
