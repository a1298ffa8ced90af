"""JSON-LD documents to RDF quads over compiled contexts: expansion and toRDF of JSON-LD 1.1 in one walk.

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
from vc_core.canonical.literals import (
    ESCAPED,
    ESCAPES,
    XSD_STRING,
    escape_literal,
    json_literal,
    language_map,
    typed_number,
    value_object,
)
from vc_core.errors import DataLossDetected, LimitExceeded, MalformedInput

type Node = str | int
"""A term as N-Quads writes it, or the number of a blank node."""
type Quad = tuple[Node, str, Node, Node]
"""Subject, predicate, object, graph (empty text: the default graph)."""

MAX_DEPTH = 100
MAX_QUADS = 100_000

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
        "coercion",
        "container",
        "is_literal",
        "keyword",
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
        self.suffix = ""
        if term.coercion is not None and term.coercion[0] != "@" and term.coercion != XSD_STRING:
            self.suffix = f"^^<{term.coercion}>"
        elif term.coercion is None and term.language:
            self.suffix = f"@{term.language}"

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
    """The context inside a node of certain types, and those types as IRIs."""

    context: ActiveContext
    types: tuple[str, ...]


def to_quads(document: Mapping[str, object], *, trace: dict[int, int] | None = None) -> list[Quad]:
    """Return the quads of a document that names its contexts by address; nodes may occur twice.

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
    return walk.quads


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
    typed = Typed(inside, tuple(iris))
    context.typed[names] = typed
    return typed


class _Walk:
    """One document: the quads so far and the blank nodes given out."""

    __slots__ = ("_blank_nodes", "_labels", "_trace", "quads")

    def __init__(self, trace: dict[int, int] | None) -> None:
        self.quads: list[Quad] = []
        self._trace = trace
        self._blank_nodes = 0
        self._labels: dict[str, int] = {}

    def node(
        self, value: Mapping[str, object], context: ActiveContext, graph: Node, depth: int, *, root: bool = False
    ) -> Node:
        """Write the quads of a node object and return its term."""
        context, typed, subject = self._head(value, context, depth, root=root)
        quads = self.quads
        for iri in typed:
            quads.append((subject, RDF_TYPE, iri, graph))
        entries = context.entries
        for name, member in value.items():
            entry = entries.get(name) or _entry(context, name)
            if entry.is_literal:
                if type(member) is str:
                    text = member.translate(ESCAPES) if ESCAPED.search(member) else member
                    quads.append((subject, entry.predicate, f'"{text}"{entry.suffix}', graph))
                else:
                    self._property(subject, entry, member, graph, depth)
            elif entry.keyword is not None:
                if (name != "id" and name != "type") or member is None or entry.keyword in value:  # hot
                    _check_keyword(value, name, entry.keyword)
            else:
                self._property(subject, entry, member, graph, depth)
        return subject

    def _head(
        self, value: Mapping[str, object], context: ActiveContext, depth: int, *, root: bool
    ) -> tuple[ActiveContext, tuple[str, ...], Node]:
        """Return the context inside a node, its types and its term."""
        if depth > MAX_DEPTH or len(self.quads) > MAX_QUADS:
            raise LimitExceeded("The document is larger or deeper than any credential.")
        if "@context" in value and not root:
            context = context.with_contexts(context_addresses(value["@context"]))
        typed: tuple[str, ...] = ()
        raw_types = value["type"] if "type" in value else value.get("@type")
        if raw_types is not None:
            context, typed = _typed(context, raw_types)
        identifier = value["id"] if "id" in value else value.get("@id")
        if identifier is None:
            blank_node = self._new_blank_node()
            if self._trace is not None:
                self._trace[id(value)] = blank_node
            return context, typed, blank_node
        return context, typed, self._identifier(identifier, context)

    def _property(self, subject: Node, entry: Entry, member: object, graph: Node, depth: int) -> None:
        container = entry.container
        if type(member) is str and container is None and entry.coercion != "@json":
            self.quads.append((subject, entry.predicate, self._text(member, entry), graph))
        elif container is None and type(member) is dict and entry.coercion != "@json":
            self.quads.append((subject, entry.predicate, self._object(member, entry, graph, depth), graph))
        elif entry.coercion == "@json":
            self.quads.append((subject, entry.predicate, json_literal(member), graph))
        elif container == "@list":
            head = self._list(member if isinstance(member, list | tuple) else [member], entry, graph, depth)
            self.quads.append((subject, entry.predicate, head, graph))
        elif container == "@language" and isinstance(member, dict):
            for literal in language_map(member):
                self.quads.append((subject, entry.predicate, literal, graph))
        elif isinstance(member, list | tuple):
            quads, predicate = self.quads, entry.predicate
            for item in member:
                quads.append((subject, predicate, self._value(item, entry, graph, depth), graph))
        else:
            self.quads.append((subject, entry.predicate, self._value(member, entry, graph, depth), graph))

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
            if IRI.fullmatch(value) and value.partition(":")[0] not in entry.value_context.terms:
                return f"<{value}>"
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
            before = len(self.quads)
            self.node(value, entry.node_context, name, depth + 1)
            if len(self.quads) == before:
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
        return self.node(value, entry.node_context, graph, depth + 1)

    def _list(self, items: list[object] | tuple[object, ...], entry: Entry, graph: Node, depth: int) -> Node:
        rest: Node = _NIL
        for item in reversed(items):
            if isinstance(item, dict) and "@list" in item:
                raise DataLossDetected("A list inside a list is not accepted.")
            cell = self._new_blank_node()
            self.quads.append((cell, _FIRST, self._value(item, entry, graph, depth), graph))
            self.quads.append((cell, _REST, rest, graph))
            rest = cell
        return rest

    def _identifier(self, value: object, context: ActiveContext) -> Node:
        if not isinstance(value, str):
            raise MalformedInput("An identifier must be text.")
        if value.startswith("_:"):
            return self._labels.setdefault(value, 0) or self._label(value)
        iri = context.expand_iri(value)
        if iri is None or not IRI.fullmatch(iri):
            raise DataLossDetected("An identifier is not an absolute address.", identifier=value[:200])
        return f"<{iri}>"

    def _label(self, value: str) -> int:
        number = self._new_blank_node()
        self._labels[value] = number
        return number

    def _new_blank_node(self) -> int:
        self._blank_nodes += 1
        return self._blank_nodes


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
