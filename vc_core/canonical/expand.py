"""JSON-LD documents to RDF statements over compiled contexts: expansion and toRDF of JSON-LD 1.1 in one walk.

A statement is written down at once as the line of N-Quads it will be, up to the blank nodes in it; those wait for the
labels that `rdfc` gives.

Safe mode throughout: what has no meaning in the named contexts is refused, never dropped. Members `null`, `@index`,
`@reverse`,
`@included`, `@nest`, `@direction` and graphs at the top level are refused too; presentations (`@graph` containers),
lists, language maps and
`@json` are supported. Canonical labels are the work of `rdfc`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from vc_core.canonical.active_context import IRI, KEYWORDS, ActiveContext, Term, compile_contexts, context_addresses
from vc_core.canonical.fragments import REMEMBERED, Mark, find_fragment, is_back, keep_fragment, key_of
from vc_core.canonical.literals import (
    ESCAPES,
    XSD_STRING,
    escape_literal,
    json_literal,
    language_map,
    typed_number,
    value_object,
)
from vc_core.canonical.statements import BlankNode, Node, Quad, Statements, all_quads
from vc_core.errors import DataLossDetected, LimitExceeded, MalformedInput

MAX_DEPTH = 100
MAX_QUADS = 50_000

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDF_TYPE: Final = f"<{_RDF}type>"
_FIRST, _REST, _NIL = f"<{_RDF}first>", f"<{_RDF}rest>", f"<{_RDF}nil>"
_MAX_CACHED_TYPES = 1_024


class Entry:
    """One member name in one active context, ready for use."""

    __slots__ = (
        "_name",
        "_node_context",
        "_owner",
        "_value_context",
        "closing",
        "coercion",
        "container",
        "is_literal",
        "is_node",
        "is_remembered",
        "keyword",
        "opening",
        "predicate",
        "suffix",
        "term",
    )

    def __init__(self, name: str, owner: ActiveContext, term: Term, iri: str) -> None:
        self._name = name
        self._owner = owner
        self._node_context: ActiveContext | None = None
        self._value_context: ActiveContext | None = None
        self.term = term
        self.keyword = iri if iri[0] == "@" else None
        self.predicate = f"<{iri}>"
        self.coercion = term.coercion
        self.container = term.container
        self.is_literal = (
            self.keyword is None
            and (term.coercion is None or term.coercion[0] != "@")
            and term.container in {None, "@set", "@language"}
        )
        self.is_node = self.keyword is None and term.coercion != "@json" and term.container in {None, "@set"}
        self.is_remembered = self.is_node and self.predicate in REMEMBERED
        self.suffix = ""
        if term.coercion is not None and term.coercion[0] != "@" and term.coercion != XSD_STRING:
            self.suffix = f"^^<{term.coercion}>"
        elif term.coercion is None and term.language:
            self.suffix = f"@{term.language}"
        self.opening = f' {self.predicate} "'
        self.closing = f'"{self.suffix} .\n'

    @property
    def value_context(self) -> ActiveContext:
        """The context for a scalar here, or for an object that only names a node."""
        if self._value_context is None:
            owner, term = self._owner, self.term
            self._value_context = owner.inside_property(self._name, term) if term.has_scoped_context else owner
        return self._value_context

    @property
    def node_context(self) -> ActiveContext:
        """The context for a node here: type-scoped contexts end, a property-scoped one begins."""
        if self._node_context is None:
            base = self._owner.previous or self._owner
            term = self.term
            self._node_context = base.inside_property(self._name, term) if term.has_scoped_context else base
        return self._node_context


class Typed(NamedTuple):
    """The context inside a node of certain types, those types as IRIs, and as ends of lines."""

    context: ActiveContext
    types: tuple[str, ...]
    endings: tuple[str, ...]


def to_statements(document: Mapping[str, object], *, trace: dict[int, int] | None = None) -> Statements:
    """Return the statements of a document that names its contexts by address.

    `trace`, when given, is filled with the blank node number of every object without identifier, by `id(object)`.

    Raises:
        UnknownContext: a context that is not bundled.
        DataLossDetected: something in the document has no meaning in its contexts.
        MalformedInput: a value that JSON-LD does not allow there.
        LimitExceeded: deeper or larger than any credential.
    """
    if "@context" not in document:
        raise DataLossDetected("The document names no vocabulary.")
    context = compile_contexts(document["@context"])
    walk = _Walk(trace)
    walk.node(document, context, "", 0, root=True)
    return walk.statements


def to_quads(document: Mapping[str, object], *, trace: dict[int, int] | None = None) -> list[Quad]:
    """Return all statements as quads, for those who choose among them; otherwise as `to_statements`."""
    return list(all_quads(to_statements(document, trace=trace)))


def _entry(context: ActiveContext, name: object) -> Entry:
    """Return the compiled member, or refuse a name without meaning."""
    if not isinstance(name, str):
        raise MalformedInput("A member name is not a text.")
    term = context.terms.get(name)
    if term is None:
        if name[:1] == "@":
            return Entry(name, context, Term(name), name) if name in KEYWORDS else _refuse_name(name)
        # An address as a member name would mean the same as its term, and so hide a member from those who read JSON.
        iri = context.vocab + name if context.vocab is not None and ":" not in name else None
        if iri is None or not IRI.fullmatch(iri):
            return _refuse_name(name)
        return Entry(name, context, Term(iri), iri)
    if term.iri is None:
        return _refuse_name(name)
    entry = Entry(name, context, term, term.iri)
    context.entries[name] = entry
    return entry


def _refuse_name(name: str) -> Entry:
    raise DataLossDetected("A member of the document has no meaning in its vocabularies.", term=name[:200])


def _typed(context: ActiveContext, value: object) -> Typed:
    """Return the context inside a node of these types, and the types as IRIs."""
    names = tuple(value) if isinstance(value, list) else (value,)
    try:
        found = context.typed.get(names)
    except TypeError as error:
        raise MalformedInput("The type of a node must be text.") from error
    if found is not None:
        return found
    if not all(isinstance(name, str) for name in names):
        raise MalformedInput("The type of a node must be text.")
    iris = []
    for name in names:
        iri = context.expand_vocabulary(name)
        if iri is None or not IRI.fullmatch(iri):
            raise DataLossDetected("A type has no meaning in the vocabularies of the document.", term=name[:200])
        iris.append(f"<{iri}>")
    inside = context
    for name in sorted(set(names)):
        term = context.terms.get(name)
        if term is not None and term.has_scoped_context:
            inside = inside.inside_type(name, term)
    if len(context.typed) >= _MAX_CACHED_TYPES:
        context.typed.clear()
    typed = Typed(inside, tuple(iris), tuple(f" {RDF_TYPE} {iri} .\n" for iri in iris))
    context.typed[names] = typed
    return typed


_UNTYPED = Typed(ActiveContext({}), (), ())


class _Walk:
    """One document: the statements so far and the blank nodes given out."""

    __slots__ = ("_blank_nodes", "_labels", "_lines", "_quads", "_trace", "_values", "statements")

    def __init__(self, trace: dict[int, int] | None) -> None:
        self.statements = Statements()
        self._lines = self.statements.lines
        self._blank_nodes = self.statements.blank_nodes
        self._quads = self.statements.quads
        self._trace = trace
        self._labels: dict[str, int] = {}
        self._values = 0

    def node(
        self, value: Mapping[str, object], context: ActiveContext, graph: Node, depth: int, *, root: bool = False
    ) -> Node:
        """Write the statements of a node object and return its term."""
        if depth > MAX_DEPTH or len(self._lines) + len(self._blank_nodes) + len(self._quads) > MAX_QUADS:
            raise LimitExceeded("The document is larger or deeper than any credential.")
        if "@context" in value and not root:
            context = context.with_contexts(context_addresses(value["@context"]))
        typed = _UNTYPED
        raw_types = value["type"] if "type" in value else value.get("@type")
        if raw_types is not None:
            typed = _typed(context, raw_types)
            context = typed.context
        identifier = value["id"] if "id" in value else value.get("@id")
        if identifier is None:
            subject: Node = self._new_blank_node()
            if self._trace is not None:
                self._trace[id(value)] = len(self._blank_nodes)
        else:
            subject = self._identifier(identifier, context)
        if graph != "":
            self._in_graph(value, context, typed, subject, graph, depth)
        elif type(subject) is str:
            self._in_default_graph(value, context, typed, subject, subject, self._lines, depth)
        else:
            tails = self._blank_nodes[subject - 1].tails  # type: ignore[operator]  # not text, so a number
            self._in_default_graph(value, context, typed, subject, "", tails, depth)
        return subject

    def _in_default_graph(
        self,
        value: Mapping[str, object],
        context: ActiveContext,
        typed: Typed,
        subject: Node,
        start: str,
        lines: list[str],
        depth: int,
    ) -> None:
        """Write the members of a node: nearly all of any badge, so the loop is kept lean."""
        for ending in typed.endings:
            lines.append(start + ending)
        entries = context.entries
        for name, member in value.items():
            entry = entries.get(name) or _entry(context, name)
            if entry.is_literal and type(member) is str:
                if '"' in member or "\\" in member or not member.isprintable():
                    member = member.translate(ESCAPES)
                lines.append(f"{start}{entry.opening}{member}{entry.closing}")
            elif entry.is_node and (type(member) is dict or type(member) is list):
                if type(member) is list:
                    self._spend(len(member))
                for item in member if type(member) is list else (member,):
                    inner = self._value(item, entry, "", depth)
                    if type(inner) is str:
                        lines.append(f"{start} {entry.predicate} {inner} .\n")
                    else:
                        self._add(subject, entry.predicate, inner, "")
            elif entry.keyword is None:
                self._property(subject, entry, member, "", depth)
            elif (name != "id" and name != "type") or member is None or entry.keyword in value:
                _check_keyword(value, name, entry.keyword)

    def _in_graph(
        self,
        value: Mapping[str, object],
        context: ActiveContext,
        typed: Typed,
        subject: Node,
        graph: Node,
        depth: int,
    ) -> None:
        """Write the members of a node in a named graph: a credential in a presentation."""
        for iri in typed.types:
            self._quads.append((subject, RDF_TYPE, iri, graph))
        for name, member in value.items():
            entry = context.entries.get(name) or _entry(context, name)
            if entry.keyword is None:
                self._property(subject, entry, member, graph, depth)
            elif (name != "id" and name != "type") or member is None or entry.keyword in value:
                _check_keyword(value, name, entry.keyword)

    def _spend(self, values: int) -> None:
        """Count the values of lists, which need not be nodes."""
        self._values += values
        if self._values > MAX_QUADS:
            raise LimitExceeded("The document is larger or deeper than any credential.")

    def _add(self, subject: Node, predicate: str, value: Node, graph: Node) -> None:
        if graph != "" or (type(subject) is int and type(value) is int):
            self._quads.append((subject, predicate, value, graph))
        elif type(subject) is int:
            self._blank_nodes[subject - 1].tails.append(f" {predicate} {value} .\n")
        elif type(value) is int:
            self._blank_nodes[value - 1].heads.append(f"{subject} {predicate} ")
        else:
            self._lines.append(f"{subject} {predicate} {value} .\n")

    def _property(self, subject: Node, entry: Entry, member: object, graph: Node, depth: int) -> None:
        container = entry.container
        if entry.coercion == "@json":
            self._add(subject, entry.predicate, json_literal(member), graph)
        elif container == "@list":
            head = self._list(member if isinstance(member, list | tuple) else [member], entry, graph, depth)
            self._add(subject, entry.predicate, head, graph)
        elif container == "@language" and isinstance(member, dict):
            for literal in language_map(member):
                self._add(subject, entry.predicate, literal, graph)
        elif isinstance(member, list | tuple):
            self._spend(len(member))
            predicate = entry.predicate
            for item in member:
                self._add(subject, predicate, self._value(item, entry, graph, depth), graph)
        else:
            self._add(subject, entry.predicate, self._value(member, entry, graph, depth), graph)

    def _value(self, value: object, entry: Entry, graph: Node, depth: int) -> Node:
        if isinstance(value, str):
            return self._text(value, entry)
        if isinstance(value, dict):
            return self._object(value, entry, graph, depth)
        if isinstance(value, bool | int | float):
            return _number(value, entry)
        if value is None:
            raise DataLossDetected("A member is null, which a proof does not cover.")
        raise MalformedInput("A list inside a list is not accepted here.")

    def _text(self, value: str, entry: Entry) -> Node:
        coercion = entry.coercion
        if entry.container == "@graph":
            raise DataLossDetected("A graph is only named here; a proof would not cover it.")
        if coercion == "@id":
            return self._identifier(value, entry.value_context)
        if coercion == "@vocab":
            iri = entry.value_context.expand_vocabulary(value)
            if iri is None or not IRI.fullmatch(iri):
                raise DataLossDetected("A value has no meaning in the vocabularies of the document.", term=value[:200])
            return f"<{iri}>"
        return f'"{escape_literal(value)}"{entry.suffix}'

    def _object(self, value: dict[str, object], entry: Entry, graph: Node, depth: int) -> Node:
        if entry.container == "@graph":
            if "@graph" in value or "@value" in value or "@list" in value or "@set" in value:
                raise DataLossDetected("A graph inside a graph is not accepted.")
            name = self._new_blank_node()
            before = len(self._quads)
            self.node(value, entry.node_context, name, depth + 1)
            if len(self._quads) == before:
                raise DataLossDetected("A graph is only named here; a proof would not cover it.")
            return name
        if "@value" in value:
            return value_object(value, entry.value_context)
        if "@list" in value:
            if len(value) != 1:
                raise DataLossDetected("A list with other members is not accepted.")
            items = value["@list"]
            return self._list(items if isinstance(items, list | tuple) else [items], entry, graph, depth)
        if len(value) == 1 and ("id" in value or "@id" in value):
            return self._identifier(value.get("id", value.get("@id")), entry.value_context)
        if entry.is_remembered and graph == "" and self._trace is None:
            return self._remembered(value, entry, depth)
        return self.node(value, entry.node_context, graph, depth + 1)

    def _remembered(self, value: dict[str, object], entry: Entry, depth: int) -> Node:
        """Write a node that is likely to come back as it did before, or remember it for the next time."""
        key = key_of(entry, value)
        if key is None:
            return self.node(value, entry.node_context, "", depth + 1)
        found = find_fragment(key)
        if found is not None:
            return found.write_to(self.statements)
        if not is_back(key):
            return self.node(value, entry.node_context, "", depth + 1)
        before = Mark(self.statements)
        node = self.node(value, entry.node_context, "", depth + 1)
        if not self._labels:  # a label is shared with the rest of the document
            keep_fragment(key, before.fragment(self.statements, node))
        return node

    def _list(self, items: list[object] | tuple[object, ...], entry: Entry, graph: Node, depth: int) -> Node:
        rest: Node = _NIL
        for item in reversed(items):
            if isinstance(item, dict) and "@list" in item:
                raise DataLossDetected("A list inside a list is not accepted.")
            cell = self._new_blank_node()
            self._add(cell, _FIRST, self._value(item, entry, graph, depth), graph)
            self._add(cell, _REST, rest, graph)
            rest = cell
        return rest

    def _identifier(self, value: object, context: ActiveContext) -> Node:
        if not isinstance(value, str):
            raise MalformedInput("An identifier must be text.")
        if value[:8] == "https://" and IRI.fullmatch(value):
            return f"<{value}>"
        if value[:2] == "_:":
            return self._labels.setdefault(value, 0) or self._label(value)
        iri = context.expand_iri(value)
        if iri is None:
            raise DataLossDetected("An identifier is not an absolute address.", identifier=value[:200])
        return f"<{iri}>"

    def _label(self, value: str) -> int:
        number = self._new_blank_node()
        self._labels[value] = number
        return number

    def _new_blank_node(self) -> int:
        self._blank_nodes.append(BlankNode())
        return len(self._blank_nodes)


def _check_keyword(value: Mapping[str, object], name: str, keyword: str) -> None:
    """Accept `@id`, `@type` (already read) and `@context`; each written once."""
    if keyword == "@context":
        return
    if keyword not in {"@id", "@type"}:
        raise DataLossDetected("A keyword is used where a credential has none.", term=keyword)
    if name != keyword and keyword in value:
        raise MalformedInput("The same member is written twice, once as a keyword.", term=keyword)
    if name not in {"id", "type", "@id", "@type"} or value[name] is None:
        raise MalformedInput("An identifier or a type is not usable.", term=name[:200])


def _number(value: bool | int | float, entry: Entry) -> str:
    coercion = entry.coercion
    if coercion in {"@id", "@vocab"}:
        raise DataLossDetected("A number stands where an identifier is expected.")
    if coercion == "@none":
        coercion = None
    return typed_number(value, coercion)
