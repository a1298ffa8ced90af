"""Compile the bundled JSON-LD contexts (JSON-LD 1.1 API, 4.1 and 4.2).

Only what bundled contexts use is implemented; a bundled context with anything else fails loudly when it is compiled.
Contexts written inside a document are refused, so no document can reach code here with definitions of its own.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from vc_core.contexts import context_document
from vc_core.errors import DataLossDetected, LimitExceeded, UnknownContext
from vc_core.json_text import JsonValue

if TYPE_CHECKING:
    from vc_core.canonical.expand import Entry, Typed

MAX_CONTEXTS = 16
_MAX_CACHED = 1_024

IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\\x7f]*")
KEYWORDS: Final = frozenset(
    {
        "@base",
        "@container",
        "@context",
        "@direction",
        "@graph",
        "@id",
        "@import",
        "@included",
        "@index",
        "@json",
        "@language",
        "@list",
        "@nest",
        "@none",
        "@prefix",
        "@propagate",
        "@protected",
        "@reverse",
        "@set",
        "@type",
        "@value",
        "@version",
        "@vocab",
    }
)
_CONTEXT_KEYS = frozenset({"@version", "@protected", "@vocab"})
_TERM_KEYS = frozenset({"@id", "@type", "@container", "@context", "@language", "@protected", "@prefix"})
_NOT_GIVEN: Final = object()


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """What a term means: IRI, coercion, container, scoped context."""

    iri: str | None
    coercion: str | None = None
    container: str | None = None
    language: str | None = None
    scoped: object = _NOT_GIVEN
    prefix: bool = False
    protected: bool = False

    @property
    def has_scoped_context(self) -> bool:
        """Whether a context of its own goes with this term."""
        return self.scoped is not _NOT_GIVEN

    def same_meaning(self, other: Term) -> bool:
        """Say whether two definitions agree on everything but protection."""
        return (self.iri, self.coercion, self.container, self.language, self.scoped, self.prefix) == (
            other.iri,
            other.coercion,
            other.container,
            other.language,
            other.scoped,
            other.prefix,
        )


class ActiveContext:
    """A compiled context; never changed after it was made, apart from its caches."""

    __slots__ = ("_derived", "entries", "previous", "terms", "typed", "vocab")

    def __init__(self, terms: dict[str, Term], vocab: str | None = None, previous: ActiveContext | None = None) -> None:
        self.terms = terms
        self.vocab = vocab
        self.previous = previous
        self.entries: dict[str, Entry] = {}
        """Compiled members, filled by `expand`; keys are terms of bundled contexts only, so it stays small."""
        self.typed: dict[tuple[str, ...], Typed] = {}
        """Types of a node to the context inside it, filled by `expand`; emptied when it grows."""
        self._derived: dict[tuple[object, ...], ActiveContext] = {}

    def expand_vocabulary(self, value: str) -> str | None:
        """Return the IRI of a term, compact IRI or absolute IRI, or None when it has no meaning here."""
        term = self.terms.get(value)
        if term is not None:
            return term.iri
        expanded = self.expand_iri(value)
        if expanded is None and self.vocab is not None and ":" not in value:
            return self.vocab + value
        return expanded

    def expand_iri(self, value: str) -> str | None:
        """Return the IRI of a compact or absolute IRI, or None when it is relative."""
        prefix, colon, suffix = value.partition(":")
        if not colon or not prefix:
            return None
        if not suffix.startswith("//"):
            term = self.terms.get(prefix)
            if term is not None and term.prefix and term.iri is not None:
                value = term.iri + suffix
        return value if IRI.fullmatch(value) else None

    def with_contexts(self, contexts: tuple[str, ...]) -> ActiveContext:
        """Return this context after the bundled ones with these addresses, in order (a member `@context`)."""
        return self._derive(("@context", *contexts), list(contexts), override=False, propagate=True)

    def inside_type(self, name: str, term: Term) -> ActiveContext:
        """Return this context inside a node of a type that has a scoped context."""
        return self._derive(("@type", name), term.scoped, override=False, propagate=False, owner=term)

    def inside_property(self, name: str, term: Term) -> ActiveContext:
        """Return this context inside a value of a property that has a scoped context."""
        return self._derive(("@property", name), term.scoped, override=True, propagate=True, owner=term)

    def _derive(
        self, key: tuple[object, ...], local: object, *, override: bool, propagate: bool, owner: Term | None = None
    ) -> ActiveContext:
        key = (*key, owner)
        found = self._derived.get(key)
        if found is None:
            with _COMPILING:
                found = _process(self, local, override=override, propagate=propagate)
                if len(self._derived) >= _MAX_CACHED:
                    self._derived.clear()
                self._derived[key] = found
        return found


_COMPILING = threading.RLock()
_EMPTY = ActiveContext({})


def compile_contexts(value: object) -> ActiveContext:
    """Return the active context for the `@context` of a document.

    Raises:
        UnknownContext: a context written inside the document, or an address that is not bundled.
        DataLossDetected: a context redefines a protected term.
        LimitExceeded: more contexts than any credential needs.
    """
    return _EMPTY.with_contexts(context_addresses(value))


def context_addresses(value: object) -> tuple[str, ...]:
    """Return the addresses in a member `@context` of a document.

    Raises:
        UnknownContext: a context written inside the document, or null.
        LimitExceeded: more contexts than any credential needs.
    """
    if isinstance(value, str):
        return (value,)
    if type(value) is not list and not isinstance(value, Sequence):
        raise UnknownContext("A vocabulary written inside the document is not accepted.")
    if len(value) > MAX_CONTEXTS:
        raise LimitExceeded(f"The document names more than {MAX_CONTEXTS} vocabularies.", limit=MAX_CONTEXTS)
    addresses = tuple([item for item in value if isinstance(item, str)])
    if len(addresses) != len(value):
        raise UnknownContext("A vocabulary written inside the document is not accepted.")
    return addresses


def _process(active: ActiveContext, local: object, *, override: bool, propagate: bool) -> ActiveContext:
    """Context processing (4.1.2), for bundled contexts."""
    previous = active.previous
    if not propagate and previous is None:
        previous = active
    result = ActiveContext(dict(active.terms), active.vocab, previous)
    for item in local if isinstance(local, list) else [local]:
        if item is None:
            if not override and any(term.protected for term in result.terms.values()):
                raise DataLossDetected("A vocabulary would remove terms that are protected.")
            result = ActiveContext({}, None, previous)
        elif isinstance(item, str):
            document = context_document(item)
            inner = _process(result, document["@context"], override=override, propagate=True)
            result = ActiveContext(inner.terms, inner.vocab, previous)
        elif isinstance(item, Mapping):
            _define_all(result, item, override=override)
        else:
            raise TypeError("a bundled context is malformed")
    return result


def _define_all(result: ActiveContext, local: Mapping[str, JsonValue], *, override: bool) -> None:
    definition = _Definition(result, local, override=override)
    vocab = local.get("@vocab", result.vocab)
    if vocab is not None and not isinstance(vocab, str):
        raise TypeError("a bundled context is malformed")
    result.vocab = vocab
    for name in local:
        if name.startswith("@"):
            if name not in _CONTEXT_KEYS:
                raise NotImplementedError(f"bundled contexts do not use {name}")
        else:
            definition.create(name)


class _Definition:
    """Create term definitions (4.2.2) of one local context."""

    def __init__(self, result: ActiveContext, local: Mapping[str, JsonValue], *, override: bool) -> None:
        self._result = result
        self._local = local
        self._override = override
        self._protected = bool(local.get("@protected", False))
        self._done: dict[str, bool] = {}

    def create(self, name: str) -> None:
        """Define `name`, and first what it is written in terms of."""
        if name in self._done:
            if not self._done[name]:
                raise ValueError(f"the bundled definition of {name} is cyclic")
            return
        self._done[name] = False
        earlier = self._result.terms.pop(name, None)
        term = self._read(name, self._local[name])
        if earlier is not None and earlier.protected and not self._override:
            if not earlier.same_meaning(term):
                raise DataLossDetected("Two vocabularies of the document give one word different meanings.", term=name)
            term = earlier
        self._result.terms[name] = term
        self._done[name] = True

    def _read(self, name: str, value: JsonValue) -> Term:
        if value is None:
            return Term(None, protected=self._protected)
        if isinstance(value, str):
            iri = self._iri(value)
            prefix = iri is not None and iri[-1:] in ":/?#[]@" and not iri.startswith("@")
            return Term(iri, prefix=prefix, protected=self._protected)
        if not isinstance(value, dict) or not value.keys() <= _TERM_KEYS:
            raise NotImplementedError(f"the bundled definition of {name} uses what we do not")
        return self._read_expanded(name, value)

    def _read_expanded(self, name: str, value: dict[str, JsonValue]) -> Term:
        identifier = value.get("@id", name)
        coercion = value.get("@type")
        container = value.get("@container")
        if container not in {None, "@set", "@list", "@graph", "@language"}:
            raise NotImplementedError(f"the bundled container of {name} is not one we use")
        language = value.get("@language")
        if identifier is None:
            return Term(None, protected=self._protected)
        if not isinstance(identifier, str):
            raise TypeError("a bundled context is malformed")
        iri = self._iri(identifier, own_name=name)
        if iri is None:
            raise ValueError(f"the bundled definition of {name} has no IRI")
        return Term(
            iri,
            coercion=self._coercion(coercion),
            container=str(container) if container else None,
            language=str(language).lower() if language else None,
            scoped=value.get("@context", _NOT_GIVEN),
            prefix=bool(value.get("@prefix", False)),
            protected=bool(value.get("@protected", self._protected)),
        )

    def _coercion(self, value: JsonValue) -> str | None:
        if value is None:
            return None
        if not isinstance(value, str):
            raise TypeError("a bundled context is malformed")
        return value if value in {"@id", "@vocab", "@json", "@none"} else self._iri(value)

    def _iri(self, value: str, *, own_name: str | None = None) -> str | None:
        if value in KEYWORDS:
            return value
        if value != own_name and value in self._local and not value.startswith("@"):
            self.create(value)
            return self._result.terms[value].iri
        prefix, colon, suffix = value.partition(":")
        if colon and not suffix.startswith("//") and prefix in self._local and prefix != own_name:
            self.create(prefix)
        return self._result.expand_vocabulary(value)
