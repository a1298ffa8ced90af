"""Choose parts of a document by JSON Pointers and find the statements they make (vc-di-ecdsa, 3.4).

The Recommendation gives every part without a name a made-up one for a while (skolemisation), so that it can be found
again in a selection. Here a selection remembers which part of the whole each of its parts was cut from, which comes to
the same and cannot meet a name that somebody else made up. Signing and proof values are in `ecdsa_sd_2023`.
"""

from __future__ import annotations

import hmac
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, cast

from vc_core.canonical.expand import MAX_DEPTH, to_quads
from vc_core.canonical.rdfc import canonical_labels
from vc_core.canonical.statements import Node, Quad
from vc_core.errors import LimitExceeded, MalformedInput, ProofError
from vc_core.json_text import JsonObject, JsonValue
from vc_core.multiformats import base64url_encode

MAX_POINTERS = 1_000
MAX_POINTER_LENGTH = 2_000
MAX_STATEMENTS = 4_096  # a badge has about a hundred; each may cost a signature

_INDEX = re.compile(r"0|[1-9][0-9]{0,5}")
_ALWAYS: Final = frozenset({"@context", "id", "type"})
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_FIRST, _REST = f"<{_RDF}first>", f"<{_RDF}rest>"
_BLANK, _CANONICAL = "_:", "_:c14n"

type _Triple = tuple[Node, str, Node]


def parse_pointer(pointer: str) -> tuple[str, ...]:
    """Return the steps of a JSON Pointer (RFC 6901, 3 and 4; vc-di-ecdsa, 3.4.10).

    Raises:
        LimitExceeded: longer than any pointer into a credential.
        MalformedInput: not a JSON Pointer.
    """
    if len(pointer) > MAX_POINTER_LENGTH:
        raise LimitExceeded("A pointer is too long.", limit=MAX_POINTER_LENGTH)
    if pointer and not pointer.startswith("/"):
        raise MalformedInput("A pointer does not begin with a slash.", pointer=pointer)
    if re.search(r"~(?![01])", pointer):
        raise MalformedInput("A pointer holds a tilde that stands for nothing.", pointer=pointer)
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:])


def hmac_label(key: bytes, canonical_label: str) -> str:
    """Return the label that takes the place of `_:c14n0` (vc-di-ecdsa, 3.4.4): it tells nothing about its number."""
    digest = hmac.digest(key, canonical_label.removeprefix(_BLANK).encode(), "sha256")
    return label_of_digest(digest)


def label_of_digest(digest: bytes) -> str:
    """Return the label of a blank node from its 32 bytes (vc-di-ecdsa, 3.5.6)."""
    return f"{_BLANK}u{base64url_encode(digest)}"


def number_of_label(canonical_label: str) -> int:
    """Return the number in `_:c14n0`."""
    return int(canonical_label.removeprefix(_CANONICAL))


@dataclass(frozen=True, slots=True)
class Selection:
    """A part of a document."""

    document: JsonObject
    places: frozenset[int]
    """Which of the statements of the whole it makes."""
    labels: dict[int, str]
    """What the canonical numbers of its own blank nodes are called in the whole."""


class DisclosableDocument:
    """A whole document, its statements in the order in which they are signed, and what its parts say."""

    __slots__ = ("_document", "_labels", "_nodes", "_places", "_unnamed", "statements")

    def __init__(self, document: Mapping[str, JsonValue], *, hmac_key: bytes) -> None:
        """Read the statements.

        Raises:
            ProofError: the document holds something a proof would not cover, or that has no place in a selection.
            MalformedInput: a value has no canonical form.
            LimitExceeded: more statements than are signed one by one.
        """
        self._document = {name: _own_copy(value, 1) for name, value in document.items()}
        self._nodes: dict[int, int] = {}
        quads = _quads(self._document, self._nodes)
        self._unnamed = _Unnamed(quads, self._nodes.values())
        canonical = _canonical_labels(quads)
        self._labels = {number: hmac_label(hmac_key, label) for number, label in canonical.items()}
        by_line = {_line(quad, self._labels): quad for quad in quads}
        self.statements = sorted(by_line)
        """As canonical N-Quads, blank nodes called by their HMAC (vc-di-ecdsa, 3.4.16)."""
        self._places = {by_line[line]: place for place, line in enumerate(self.statements)}
        _check_text(self.statements)

    def places(self, pointers: Sequence[str]) -> frozenset[int]:
        """Return which statements the parts make that these pointers lead to; no pointers, no statements.

        Raises:
            as `select`.
        """
        return self.select(pointers).places if pointers else frozenset()

    def select(self, pointers: Sequence[str]) -> Selection:
        """Return the parts these pointers lead to, with the names and types on the way (vc-di-ecdsa, 3.4.13).

        Raises:
            MalformedInput: a pointer leads to nothing, or into a value that cannot be shown in part.
            LimitExceeded: too many pointers.
        """
        part, origins = select_parts(self._document, pointers)
        nodes: dict[int, int] = {}
        try:
            quads = _quads(part, nodes)
        except (ProofError, MalformedInput) as error:  # the whole had a meaning, so it was the cut
            raise _indivisible() from error
        numbers: dict[int, int] = {}
        for key, number in nodes.items():
            whole = self._nodes.get(origins.get(key, key))
            if whole is None:
                raise _indivisible()
            numbers[number] = whole
        self._unnamed.match(_Unnamed(quads, numbers), numbers)
        places = [self._places.get(_moved(quad, numbers)) for quad in quads]
        found = frozenset(place for place in places if place is not None)
        canonical = _canonical_labels(quads)
        if len(found) != len(places) or not canonical.keys() <= numbers.keys():
            raise _indivisible()
        labels = {number_of_label(label): self._labels[numbers[node]] for node, label in canonical.items()}
        return Selection(part, found, labels)


def relabelled_statements(document: Mapping[str, JsonValue], digests: Mapping[int, bytes]) -> list[str]:
    """Return the statements of a document in order, its blank nodes called as the whole called them.

    `digests` are what the canonical numbers stand for; they must fit the document one to one.

    Raises:
        ProofError: they do not, or the document holds something a proof would not cover.
        MalformedInput: a value has no canonical form.
        LimitExceeded: more statements than are signed one by one, or built to take too much work.
    """
    quads = _quads(document, None)
    canonical = _canonical_labels(quads)
    if digests.keys() != set(range(len(canonical))) or len(set(digests.values())) != len(digests):
        raise ProofError("The proof was made for another number of parts without a name.")
    labels = {node: label_of_digest(digests[number_of_label(label)]) for node, label in canonical.items()}
    statements = sorted(_line(quad, labels) for quad in quads)
    _check_text(statements)
    return statements


@dataclass(slots=True)
class _Branch:
    """Where pointers lead: to all of a value, or to some of its members."""

    whole: bool = False
    parts: dict[str | int, _Branch] = field(default_factory=dict)


def select_parts(document: JsonObject, pointers: Sequence[str]) -> tuple[JsonObject, dict[int, int]]:
    """Return the parts of a document, and for every object that was cut the `id()` of the one it was cut from.

    What is selected as a whole is the same object as in `document`, not a copy.

    Raises:
        MalformedInput: a pointer leads to nothing, or there is none.
        LimitExceeded: too many pointers, or one is too long.
    """
    if not pointers:
        raise MalformedInput("Nothing is selected.")
    if len(pointers) > MAX_POINTERS:
        raise LimitExceeded("There are too many pointers.", limit=MAX_POINTERS)
    root = _Branch()
    for pointer in pointers:
        branch = root
        value: JsonValue = document
        for step in parse_pointer(pointer):
            key: str | int
            if isinstance(value, dict) and step in value:
                key, value = step, value[step]
            elif isinstance(value, list) and _INDEX.fullmatch(step) and int(step) < len(value):
                key = int(step)
                value = value[key]
            else:
                raise MalformedInput("A pointer leads to nothing in the document.", pointer=pointer)
            branch = branch.parts.setdefault(key, _Branch())
        branch.whole = True
    origins: dict[int, int] = {}
    return (document if root.whole else _cut_object(document, root, origins)), origins


def _cut_object(source: JsonObject, branch: _Branch, origins: dict[int, int]) -> JsonObject:
    """Return the selected members, and those that say what the object is (vc-di-ecdsa, 3.4.11).

    The Recommendation expects `@context` at the top only; a credential inside another may have its own, and words
    keep their meaning only with it.
    """
    part = {
        name: value if name in _ALWAYS else _cut(value, branch.parts[name], origins)
        for name, value in source.items()
        if name in _ALWAYS or name in branch.parts
    }
    origins[id(part)] = id(source)
    return part


def _cut(source: JsonValue, branch: _Branch, origins: dict[int, int]) -> JsonValue:
    if branch.whole or not isinstance(source, dict | list):
        return source
    if isinstance(source, dict):
        return _cut_object(source, branch, origins)
    return [_cut(item, branch.parts[at], origins) for at, item in enumerate(source) if at in branch.parts]


class _Unnamed:
    """Blank nodes that no object stands for: the cells of lists and the names of graphs."""

    __slots__ = ("_graphs", "_lists", "_next", "_says")

    def __init__(self, quads: Sequence[Quad], objects: Iterable[int]) -> None:
        """Find them.

        Raises:
            ProofError: there are others: labels that somebody wrote himself.
        """
        known = set(objects)
        cells = {quad[0] for quad in quads if quad[1] == _FIRST} - known
        graphs = {quad[3] for quad in quads if type(quad[3]) is int}
        others = known | cells | graphs
        self._next: dict[Node, Node] = {}
        self._lists: dict[tuple[Node, str], set[Node]] = defaultdict(set)
        self._says: dict[Node, set[_Triple]] = defaultdict(set)
        self._graphs: dict[_Triple, set[Node]] = defaultdict(set)
        for subject, predicate, value, graph in quads:
            if any(type(node) is int and node not in others for node in (subject, value)):
                raise ProofError("The document names a part that has no name, so it cannot be shown in part.")
            if predicate == _REST and subject in cells:
                self._next[subject] = value
            elif value in cells:
                self._lists[subject, predicate].add(value)
            if graph in graphs:
                self._says[graph].add((subject, predicate, value))
                self._graphs[subject, predicate, value].add(graph)

    def match(self, part: _Unnamed, numbers: dict[int, int]) -> None:
        """Add to `numbers` which of these each one of a selection is; those of objects are in it already.

        Raises:
            MalformedInput: it cannot be said.
        """
        for (subject, predicate), heads in part._lists.items():
            found = self._lists.get((_number(subject, numbers), predicate), set())
            if len(heads) != 1 or len(found) != 1:
                raise _indivisible()
            mine: Node | None = next(iter(heads))
            whole: Node | None = next(iter(found))
            while type(mine) is int and type(whole) is int:
                numbers[mine] = whole
                mine, whole = part._next.get(mine), self._next.get(whole)
        names: dict[Node, int] = {}
        for graph, triples in part._says.items():
            # A graph may hold the name of another graph; what it says besides that tells which one it is.
            says = [_moved_triple(triple, numbers) for triple in triples if _is_known(triple, numbers)]
            fitting = set.intersection(*(self._graphs.get(triple, set()) for triple in says)) if says else set()
            if len(fitting) != 1:
                raise _indivisible()
            names[graph] = cast(int, fitting.pop())
        numbers.update(cast(dict[int, int], names))


def _number(node: Node, numbers: Mapping[int, int]) -> Node:
    return numbers[node] if type(node) is int and node in numbers else node


def _is_known(triple: _Triple, numbers: Mapping[int, int]) -> bool:
    return all(type(node) is str or node in numbers for node in triple)


def _moved_triple(triple: _Triple, numbers: Mapping[int, int]) -> _Triple:
    subject, predicate, value = triple
    return _number(subject, numbers), predicate, _number(value, numbers)


def _moved(quad: Quad, numbers: Mapping[int, int]) -> Quad:
    return (*_moved_triple(quad[:3], numbers), _number(quad[3], numbers))


def _indivisible() -> MalformedInput:
    return MalformedInput("A pointer leads into a value that can only be shown whole.")


def _own_copy(value: JsonValue, depth: int) -> JsonValue:
    """Return a copy in which no object stands in two places, so that `id()` tells them apart."""
    if depth > MAX_DEPTH:
        raise LimitExceeded("The document is deeper than any credential.", limit=MAX_DEPTH)
    if isinstance(value, dict):
        return {name: _own_copy(item, depth + 1) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_own_copy(item, depth + 1) for item in value]
    return value


def _quads(document: Mapping[str, JsonValue], nodes: dict[int, int] | None) -> list[Quad]:
    """Return the statements, each once."""
    quads = list(dict.fromkeys(to_quads(document, trace=nodes)))
    if len(quads) > MAX_STATEMENTS:
        raise LimitExceeded("The document makes more statements than are signed one by one.", limit=MAX_STATEMENTS)
    return quads


def _canonical_labels(quads: Iterable[Quad]) -> dict[int, str]:
    try:
        return canonical_labels(quads)
    except UnicodeEncodeError as error:
        raise MalformedInput("A text holds half a character.") from error


def _check_text(statements: Iterable[str]) -> None:
    try:
        "".join(statements).encode()
    except UnicodeEncodeError as error:
        raise MalformedInput("A text holds half a character.") from error


def _line(quad: Quad, labels: Mapping[int, str]) -> str:
    subject, predicate, value, graph = (labels[term] if type(term) is int else term for term in quad)
    return f"{subject} {predicate} {value} .\n" if graph == "" else f"{subject} {predicate} {value} {graph} .\n"
