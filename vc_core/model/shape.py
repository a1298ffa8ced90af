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
MAX_PLAIN_NODES = 4_000

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


def is_plainly_written(document: Mapping[str, object]) -> bool:
    """Say whether every identifier has one object in the whole document: then no part can be anywhere else.

    One quick walk. True means that `check_shape` finds nothing; False means that it has to be asked.
    """
    issuer = document.get("issuer")
    seen = {issuer} if type(issuer) is str else set()
    pending: list[object] = [document if type(document) is dict else dict(document)]
    for item in pending:  # grows while it is read
        if type(item) is dict:
            identifier = item.get("id")
            if type(identifier) is str:
                if identifier in seen or identifier[:2] == "_:":
                    return False
                seen.add(identifier)
            if "@id" in item or "@type" in item:
                return False
            for name, value in item.items():
                if type(value) is dict or (type(value) is list and name != "@context"):
                    pending.append(value)
        elif type(item) is list:
            pending.extend([inner for inner in item if type(inner) is dict or type(inner) is list])
        if len(pending) > MAX_PLAIN_NODES:
            return False
    return True


def check_shape(document: Mapping[str, object]) -> None:
    """Return when every node with a decisive member is written once, in one object.

    Raises:
        ReshapedDocument: it is not.
        LimitExceeded: more nodes than any credential has.
    """
    graphs: list[object] = [document if type(document) is dict else dict(document)]
    budget = MAX_NODES
    while graphs:
        nodes: dict[str, dict[str, object]] = {}
        pending = [graphs.pop()]
        for item in pending:  # grows while it is read
            if type(item) is list:
                pending.extend([inner for inner in item if type(inner) is dict or type(inner) is list])
                continue
            if type(item) is not dict:
                continue
            identifier = item.get("id")
            if "@id" in item or ("@type" in item and "@value" not in item):
                raise ReshapedDocument("The document uses a keyword where credentials use 'id' and 'type'.")
            if type(identifier) is str and (len(item) > 2 or not item.keys() <= _NAME_ONLY):
                _check_node(nodes.setdefault(identifier, item), item)
            for name, value in item.items():
                kind = type(value)
                if kind is not dict and (kind is not list or name == "@context"):
                    continue
                into = graphs if name in _OWN_GRAPH else pending
                if kind is dict:
                    into.append(value)
                else:
                    into.extend([inner for inner in value if type(inner) is dict or type(inner) is list])
        budget -= len(pending)
        if budget < 0:
            raise LimitExceeded("The document has more parts than any credential.")


def _check_node(first: dict[str, object], item: dict[str, object]) -> None:
    if item is first:
        if str(item["id"])[:2] == "_:":
            raise ReshapedDocument("The document names a part that has no name.")
    elif item != first and not _DECISIVE.isdisjoint(item):
        raise ReshapedDocument("One part of the document is spread over several places.")
