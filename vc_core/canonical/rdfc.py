"""RDF Dataset Canonicalization (RDFC-1.0) with a work budget, so that poison graphs are refused instead of computed."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from vc_core.canonical.statements import BlankNode, Quad, Statements
from vc_core.errors import LimitExceeded, MalformedInput

DEFAULT_BUDGET = 2_500  # steps of the search; a badge needs none, a poison graph is refused within some 10 ms

_MAX_TIED = 64  # more orders than any budget

_POSITIONS = (("s", 0), ("o", 2), ("g", 3))


class _Issuer:
    """Gives out identifiers in order of first asking (RDFC-1.0, 4.6)."""

    __slots__ = ("issued", "prefix")

    def __init__(self, prefix: str, issued: dict[int, str] | None = None) -> None:
        self.prefix = prefix
        self.issued = issued if issued is not None else {}

    def issue(self, node: int) -> str:
        name = self.issued.get(node)
        if name is None:
            name = self.issued[node] = f"_:{self.prefix}{len(self.issued)}"
        return name

    def copy(self) -> _Issuer:
        return _Issuer(self.prefix, dict(self.issued))


def canonical_labels(
    quads: Iterable[Quad], *, hash_name: str = "sha256", budget: int = DEFAULT_BUDGET
) -> dict[int, str]:
    """Return the canonical label (`_:c14n0`) of every blank node of a dataset.

    Raises:
        LimitExceeded: the graph is made to take too much work.
    """
    return _Labelling({}, _mentions(quads), hash_name, budget).labels()


def canonical_nquads(quads: Iterable[Quad], *, hash_name: str = "sha256", budget: int = DEFAULT_BUDGET) -> str:
    """Return the canonical N-Quads of a dataset; blank nodes are numbers.

    Raises:
        LimitExceeded: the graph is made to take too much work.
        MalformedInput: `hash_name` is neither sha256 nor sha384.
    """
    return canonical_statements(Statements(quads=list(quads)), hash_name=hash_name, budget=budget)


def canonical_statements(statements: Statements, *, hash_name: str = "sha256", budget: int = DEFAULT_BUDGET) -> str:
    """Return the canonical N-Quads of what a document says.

    Raises:
        LimitExceeded: the graph is made to take too much work.
        MalformedInput: `hash_name` is neither sha256 nor sha384.
    """
    if hash_name not in {"sha256", "sha384"}:
        raise MalformedInput("RDFC-1.0 is used with SHA-256 or SHA-384.")
    quads = statements.quads
    alone = {number: node for number, node in enumerate(statements.blank_nodes, start=1) if node.tails or node.heads}
    written = set(statements.lines)
    if alone or quads:
        labels = _Labelling(alone, _mentions(quads) if quads else {}, hash_name, budget).labels()
        for number, node in alone.items():
            label = labels[number]
            for tail in node.tails:
                written.add(label + tail)
            for head in node.heads:
                written.add(f"{head}{label} .\n")
        written.update(_lines(quads, labels))
    return "".join(sorted(written))


def _mentions(quads: Iterable[Quad]) -> dict[int, list[Quad]]:
    """Return the quads of each blank node, each quad once."""
    mentions: dict[int, list[Quad]] = defaultdict(list)
    for quad in dict.fromkeys(quads):
        subject, _, value, graph = quad
        if type(subject) is int:
            mentions[subject].append(quad)
        if type(value) is int and value != subject:
            mentions[value].append(quad)
        if type(graph) is int and graph not in {subject, value}:
            mentions[graph].append(quad)
    return dict(mentions)


def _lines(quads: list[Quad], labels: dict[int, str]) -> Iterator[str]:
    for subject, predicate, value, graph in quads:
        if type(subject) is int:
            subject = labels[subject]
        if type(value) is int:
            value = labels[value]
        if graph == "":
            yield f"{subject} {predicate} {value} .\n"
        else:
            name = labels[graph] if type(graph) is int else graph
            yield f"{subject} {predicate} {value} {name} .\n"


def _orders(nodes: list[int]) -> Iterator[tuple[int, ...]]:
    """Give every distinct order of nodes that may repeat: in a named graph, one node is related by each of its
    quads.
    """
    if len(nodes) == 1:
        yield (nodes[0],)
        return
    counts = Counter(nodes)
    if len(counts) == 1:
        yield tuple(nodes)
        return
    if len(nodes) > _MAX_TIED:
        raise LimitExceeded("The document is built to take too much work; no real badge needs it.")
    order: list[int] = []

    def extend() -> Iterator[tuple[int, ...]]:
        if len(order) == len(nodes):
            yield tuple(order)
            return
        for node, left in counts.items():
            if left:
                counts[node] -= 1
                order.append(node)
                yield from extend()
                order.pop()
                counts[node] += 1

    yield from extend()


class _Labelling:
    """The state of one run (RDFC-1.0, 4.2)."""

    def __init__(
        self, alone: dict[int, BlankNode], mentions: dict[int, list[Quad]], hash_name: str, budget: int
    ) -> None:
        self._alone = alone
        self._mentions = mentions
        self._algorithm = hashlib.sha256 if hash_name == "sha256" else hashlib.sha384
        self._budget = budget
        self._canonical = _Issuer("c14n")
        self._first_degree: dict[int, str] = {}

    def labels(self) -> dict[int, str]:
        """Return the canonical label of every blank node (4.4.3)."""
        nodes = self._alone.keys() | self._mentions.keys() if self._mentions else self._alone.keys()
        if len(nodes) == 1:
            return {node: self._canonical.issue(node) for node in nodes}
        groups: dict[str, list[int]] = defaultdict(list)
        for node in nodes:
            digest = self._hash_first_degree(node)
            self._first_degree[node] = digest
            groups[digest].append(node)
        tied = []
        for digest in sorted(groups):
            if len(groups[digest]) == 1:
                self._canonical.issue(groups[digest][0])
            else:
                tied.append(groups[digest])
        for group in tied:
            self._label_tied(group)
        return self._canonical.issued

    def _label_tied(self, nodes: list[int]) -> None:
        results = []
        for node in nodes:
            if node not in self._canonical.issued:
                issuer = _Issuer("b")
                issuer.issue(node)
                results.append(self._hash_n_degree(node, issuer, 0))
        for _, issuer in sorted(results, key=lambda result: result[0]):
            for node in issuer.issued:
                self._canonical.issue(node)

    def _hash(self, text: str) -> str:
        return self._algorithm(text.encode()).hexdigest()

    def _hash_first_degree(self, node: int) -> str:
        """Hash First Degree Quads (4.6.3)."""
        lines: list[str] = []
        alone = self._alone.get(node)
        if alone is not None:
            lines.extend(["_:a" + tail for tail in dict.fromkeys(alone.tails)])
            lines.extend([f"{head}_:a .\n" for head in dict.fromkeys(alone.heads)])
        for subject, predicate, value, graph in self._mentions.get(node, ()):
            if type(subject) is int:
                subject = "_:a" if subject == node else "_:z"
            if type(value) is int:
                value = "_:a" if value == node else "_:z"
            if graph == "":
                lines.append(f"{subject} {predicate} {value} .\n")
                continue
            if type(graph) is int:
                graph = "_:a" if graph == node else "_:z"
            lines.append(f"{subject} {predicate} {value} {graph} .\n")
        lines.sort()
        return self._hash("".join(lines))

    def _spend(self, amount: int = 1) -> None:
        self._budget -= amount
        if self._budget < 0:
            raise LimitExceeded("The document is built to take too much work; no real badge needs it.")

    def _hash_related(self, related: int, quad: Quad, issuer: _Issuer, position: str) -> str:
        text = position
        if position != "g":
            text += quad[1]
        name = self._canonical.issued.get(related) or issuer.issued.get(related)
        return self._hash(text + (name or self._first_degree[related]))

    def _related(self, node: int, issuer: _Issuer) -> dict[str, list[int]]:
        related: dict[str, list[int]] = defaultdict(list)
        for quad in self._mentions.get(node, ()):
            for position, index in _POSITIONS:
                other = quad[index]
                if type(other) is int and other != node:
                    related[self._hash_related(other, quad, issuer, position)].append(other)
        return related

    def _hash_n_degree(self, node: int, issuer: _Issuer, depth: int) -> tuple[str, _Issuer]:
        """Hash N-Degree Quads (4.8.3)."""
        if depth > 200:
            raise LimitExceeded("The document is built to take too much work; no real badge needs it.")
        self._spend()
        related = self._related(node, issuer)
        data = []
        for digest in sorted(related):
            data.append(digest)
            path, issuer = self._shortest_path(related[digest], issuer, depth)
            data.append(path)
        return self._hash("".join(data)), issuer

    def _shortest_path(self, nodes: list[int], issuer: _Issuer, depth: int) -> tuple[str, _Issuer]:
        chosen_path = ""
        chosen_issuer = issuer
        for order in _orders(nodes):
            self._spend(1 + len(order) // 8)
            found = self._path(order, issuer.copy(), chosen_path, depth)
            if found is not None and (not chosen_path or found[0] < chosen_path):
                chosen_path, chosen_issuer = found
        return chosen_path, chosen_issuer

    def _path(self, order: tuple[int, ...], issuer: _Issuer, best: str, depth: int) -> tuple[str, _Issuer] | None:
        """Return the path of one order of nodes, or None as soon as it cannot win."""
        path = ""
        recursion = []
        for node in order:
            name = self._canonical.issued.get(node)
            if name is None:
                if node not in issuer.issued:
                    recursion.append(node)
                name = issuer.issue(node)
            path += name
            if best and len(path) >= len(best) and path > best:
                return None
        for node in recursion:
            digest, result = self._hash_n_degree(node, issuer, depth + 1)
            path += f"{issuer.issue(node)}<{digest}>"
            issuer = result
            if best and len(path) >= len(best) and path > best:
                return None
        return path, issuer
