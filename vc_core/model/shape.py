"""Refuse documents that were reshaped without breaking their signature.

RDF is a set of statements, so a holder may split a node over two objects, or move a member to another object with the
same `id`, and an
RDFC proof still holds. Who then reads the JSON misses a revocation or an end date. So nodes that carry such members
are written once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import orjson

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


class Survey(NamedTuple):
    """What the text of a document tells without reading it."""

    is_plain: bool
    """Every identifier has one object in the whole document, so no part can be anywhere else and `check_shape` finds
    nothing. When this is False, `check_shape` has to be asked."""
    may_carry_endorsements: bool
    """False: there is no member in which endorsements are carried."""
    parts: int
    """How many objects and lists there are; a few more when texts hold brackets."""
    values: int
    """How many commas there are: nearly as many as members and values, and more when texts hold commas."""


_NO_JSON = Survey(is_plain=False, may_carry_endorsements=True, parts=0, values=0)
# In compact JSON a quotation mark inside a text has a backslash before it, so these are member names and nothing else.
_IDENTIFIER = b'"id":"'
_KEYWORDS = (b'id":', b'type":')
_CARRIER = b'"endorsement'


def survey(document: Mapping[str, object]) -> Survey:
    """Return what can be said about a document at a glance, which is enough for nearly every badge."""
    try:
        raw = orjson.dumps(document)
        issuer = document.get("issuer")
        parts = raw.split(_IDENTIFIER)
        parts[0] = orjson.dumps(issuer)[1:] if isinstance(issuer, str) else b'"'
    except (TypeError, ValueError):
        return _NO_JSON
    # Up to the first quotation mark: two that only differ after an escaped one count as the same, which is on the safe
    # side.
    identifiers = [part.partition(b'"')[0] for part in parts]
    is_plain = (
        len(set(identifiers)) == len(identifiers)
        and not any([identifier[:2] == b"_:" for identifier in identifiers])
        and not any([after.startswith(_KEYWORDS) for after in raw.split(b"@")])
    )
    return Survey(is_plain, _CARRIER in raw, raw.count(b"{") + raw.count(b"["), raw.count(b","))


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
