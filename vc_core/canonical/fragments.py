"""Remember what parts that come back in every badge of a class say: the issuer and the achievement.

The statements of a part depend on nothing but its exact text and the vocabulary it stands in, so what is remembered is
what would be computed again. Bounded in number and size, because texts come from strangers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import orjson

from vc_core.canonical.statements import BlankNode, Node, Quad, Statements

if TYPE_CHECKING:
    from vc_core.canonical.expand import Entry

MAX_FRAGMENTS = 256
MAX_FRAGMENT_BYTES = 8_192
MAX_SEEN = 4_096

REMEMBERED: Final = frozenset(
    {
        "<https://www.w3.org/2018/credentials#issuer>",
        "<https://purl.imsglobal.org/spec/vc/ob/vocab.html#achievement>",
    }
)
"""The properties whose values are worth remembering."""

# Values that only look like JSON when they are written have no key, so they can never be taken for their look-alike.
_JSON_ONLY = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_SUBCLASS


@dataclass(frozen=True, slots=True)
class Fragment:
    """What one part says; its blank nodes are counted from one."""

    node: Node
    lines: tuple[str, ...]
    blank_nodes: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
    quads: tuple[Quad, ...]

    def write_to(self, statements: Statements) -> Node:
        """Say it again in another document, and return the term of its node there."""
        offset = len(statements.blank_nodes)
        statements.lines.extend(self.lines)
        for tails, heads in self.blank_nodes:
            statements.blank_nodes.append(BlankNode(list(tails), list(heads)))
        statements.quads.extend(_moved(self.quads, offset))
        return self.node + offset if type(self.node) is int else self.node


class Mark:
    """How far a document had come before a part was written."""

    __slots__ = ("_blank_nodes", "_lines", "_quads")

    def __init__(self, statements: Statements) -> None:
        self._lines = len(statements.lines)
        self._blank_nodes = len(statements.blank_nodes)
        self._quads = len(statements.quads)

    def fragment(self, statements: Statements, node: Node) -> Fragment:
        """Return what was written since."""
        offset = self._blank_nodes
        return Fragment(
            node - offset if type(node) is int else node,
            tuple(statements.lines[self._lines :]),
            tuple((tuple(inner.tails), tuple(inner.heads)) for inner in statements.blank_nodes[offset:]),
            tuple(_moved(statements.quads[self._quads :], -offset)),
        )


def _moved(quads: Iterable[Quad], by: int) -> list[Quad]:
    return [
        (
            subject + by if type(subject) is int else subject,
            predicate,
            value + by if type(value) is int else value,
            graph,
        )
        for subject, predicate, value, graph in quads
    ]


_fragments: dict[tuple[Entry, bytes], Fragment] = {}
_seen_once: set[int] = set()  # hashes only: a part that never comes back is not worth its memory


def key_of(entry: Entry, value: dict[str, object]) -> tuple[Entry, bytes] | None:
    """Return the key of a part, or None when it is too large or not plain JSON."""
    try:
        raw = orjson.dumps(value, option=_JSON_ONLY)
    except (TypeError, ValueError):
        return None
    return (entry, raw) if len(raw) <= MAX_FRAGMENT_BYTES else None


def find_fragment(key: tuple[Entry, bytes]) -> Fragment | None:
    """Return what was remembered of a part."""
    return _fragments.get(key)


def is_back(key: tuple[Entry, bytes]) -> bool:
    """Say whether a part was seen before, and so is worth remembering; from now on it was."""
    digest = hash(key)
    if digest in _seen_once:
        return True
    if len(_seen_once) >= MAX_SEEN:
        _seen_once.clear()
    _seen_once.add(digest)
    return False


def keep_fragment(key: tuple[Entry, bytes], fragment: Fragment) -> None:
    """Remember a part; when there are too many, all are forgotten."""
    if len(_fragments) >= MAX_FRAGMENTS:
        _fragments.clear()
    _fragments[key] = fragment


def forget_fragments() -> None:
    """Forget everything, for measurements and tests."""
    _fragments.clear()
    _seen_once.clear()
