"""What a document says: statements as N-Quads writes them, up to the labels of their blank nodes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

type Node = str | int
"""A term as N-Quads writes it, or the number of a blank node, counted from one."""
type Quad = tuple[Node, str, Node, Node]
"""Subject, predicate, object, graph (empty text: the default graph)."""

_END = " .\n"


@dataclass(slots=True)
class BlankNode:
    """The statements about one blank node that name no other, in the default graph."""

    tails: list[str] = field(default_factory=list)
    """Lines without their beginning, which is the label."""
    heads: list[str] = field(default_factory=list)
    """Lines without their ending, which is the label and a full stop."""


@dataclass(slots=True)
class Statements:
    """All statements of a document; one may occur twice."""

    lines: list[str] = field(default_factory=list)
    """Those without blank nodes, ready."""
    blank_nodes: list[BlankNode] = field(default_factory=list)
    """Those with one blank node; number one is the first."""
    quads: list[Quad] = field(default_factory=list)
    """Those with two blank nodes, or in a named graph."""


def all_quads(statements: Statements) -> Iterator[Quad]:
    """Yield every statement as a quad."""
    yield from statements.quads
    for line in statements.lines:
        subject, predicate, value = line.split(" ", 2)
        yield subject, predicate, value.removesuffix(_END), ""
    for number, node in enumerate(statements.blank_nodes, start=1):
        for tail in node.tails:
            _, predicate, value = tail.split(" ", 2)
            yield number, predicate, value.removesuffix(_END), ""
        for head in node.heads:
            subject, predicate, _ = head.split(" ")
            yield subject, predicate, number, ""
