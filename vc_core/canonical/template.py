"""Canonical forms of a cohort: badges of one class version that differ in a few texts only.

A template is made from two documents. Texts in which they differ become holes; all else is expanded, hashed and sorted
once. Another document fits when it is equal outside the holes; it then costs its texts, the hashes of the blank nodes a
hole touches, and one sort of blocks. Whatever could make the result differ from the long way (an identifier that meets
another, blank nodes that become alike, a value of another kind) makes the template decline, and the caller goes there.
Implements no rule of its own: what is computed here equals `canonicalize` (RDFC-1.0).
"""

from __future__ import annotations

import copy
import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

import orjson

from vc_core.canonical.active_context import IRI
from vc_core.canonical.expand import to_statements
from vc_core.canonical.literals import escape_literal
from vc_core.canonical.statements import Statements, all_quads
from vc_core.errors import EdubadgesError

type Path = tuple[str | int, ...]

MAX_HOLES = 64
MAX_DEPTH = 32
MAX_RENDERED = 64

# Schemes that no bundled vocabulary uses as a prefix, so that such an identifier always stands for itself.
_PLAIN_SCHEME = ("https://", "http://", "urn:uuid:", "did:")
_TOKEN = re.compile(r"urn:uuid:hole-(\d+)-")
_MARK = "urn:uuid:hole-{}-"


class CohortTemplate:
    """What two documents have in common; `canonicalize` gives None for a document that does not fit."""

    __slots__ = ("_blank_nodes", "_blocks", "_constants", "_document", "_holes", "_matcher", "_paths", "_subjects")

    def __init__(self, document: Mapping[str, object], paths: list[Path], statements: Statements) -> None:
        self._document = document  # a copy of our own: the caller may write the next badge over the first
        self._paths = paths
        self._matcher = _matcher(document, {path: number for number, path in enumerate(paths)})
        self._holes = _roles(statements, len(paths))
        compiled = _Compiler(statements, len(paths))
        self._blank_nodes = compiled.blank_nodes()
        self._blocks, self._constants, self._subjects = compiled.blocks()

    @property
    def holes(self) -> int:
        """The number of texts that may differ."""
        return len(self._paths)

    def canonicalize(self, document: Mapping[str, object]) -> str | None:
        """Return the canonical N-Quads of a document, or None when it must go the long way."""
        texts: list[str] = [""] * len(self._paths)
        if not self._matcher(document, texts):
            return None
        values: list[str] = []
        for text, role in zip(texts, self._holes, strict=True):
            if role is not None and not text.startswith(_PLAIN_SCHEME):
                return None
            if role is None:
                values.append(escape_literal(text))
            elif IRI.fullmatch(text):
                values.append(f"<{text}>")
            else:
                return None
        if not self._subjects.distinct(values) or not self._label(values):
            return None
        blocks = [block.render(values) for block in self._blocks]
        blocks.extend(self._constants)
        blocks.sort()
        result = "".join(blocks)
        if not result.isascii():
            try:
                result.encode()
            except UnicodeEncodeError:
                return None
        return result

    def widened(self, document: Mapping[str, object]) -> CohortTemplate | None:
        """Return a template that also fits this document, or None when there is none."""
        different = _differences(self._document, document)
        return None if different is None else _build(self._document, sorted({*self._paths, *different}, key=repr))

    def _label(self, values: list[str]) -> bool:
        """Add the labels of the blank nodes to the values; say whether no two are alike."""
        digests = sorted([(node.digest(values), node.number) for node in self._blank_nodes])
        labels = [""] * len(digests)
        before = ""
        for place, (digest, number) in enumerate(digests):
            if digest == before:
                return False
            before = digest
            labels[number] = f"_:c14n{place}"
        values.extend(labels)
        return True


def build_template(first: Mapping[str, object], second: Mapping[str, object]) -> CohortTemplate | None:
    """Return the template of two documents, or None when they differ in more than texts."""
    paths = _differences(first, second)
    return None if paths is None else _build(copy.deepcopy(first), paths)


def _build(document: Mapping[str, object], paths: list[Path]) -> CohortTemplate | None:
    if len(paths) > MAX_HOLES:
        return None
    marked: dict[str, object] = copy.deepcopy(dict(document))
    for number, path in enumerate(paths):
        _put(marked, path, _MARK.format(number))
    try:
        statements = to_statements(marked)
        if any(quad[3] != "" for quad in statements.quads):
            return None
        return CohortTemplate(document, paths, statements)
    except (EdubadgesError, _Unsafe):
        return None


class _Unsafe(Exception):
    """A hole stands where its text means more than itself."""


def _differences(first: object, second: object) -> list[Path] | None:
    found: list[Path] = []
    return found if _compare(first, second, (), found) else None


def _compare(first: object, second: object, path: Path, found: list[Path]) -> bool:
    if len(path) > MAX_DEPTH or type(first) is not type(second):
        return False
    if isinstance(first, dict) and isinstance(second, dict):
        return first.keys() == second.keys() and all(
            _compare(first[name], second[name], (*path, name), found) for name in first
        )
    if isinstance(first, list) and isinstance(second, list):
        return len(first) == len(second) and all(
            _compare(one, other, (*path, place), found)
            for place, (one, other) in enumerate(zip(first, second, strict=True))
        )
    if first == second:
        return True
    found.append(path)
    names = [step for step in path if isinstance(step, str)]
    return isinstance(first, str) and "type" not in names and not any(name[:1] == "@" for name in names)


def _put(document: object, path: Path, value: str) -> None:
    for step in path[:-1]:
        document = document[step]  # type: ignore[index]  # the path was walked before
    document[path[-1]] = value  # type: ignore[index]


# --- does a document fit? -------------------------------------------------------------------------------------------


def _matcher(value: object, holes: dict[Path, int]) -> Callable[[object, list[str]], bool]:
    """Return a function that compares a document outside the holes, and takes the texts inside them."""
    return _match_part(value, (), holes)


def _match_part(value: object, path: Path, holes: dict[Path, int]) -> Callable[[object, list[str]], bool]:
    if path in holes:
        return _match_hole(holes[path])
    if not any(hole[: len(path)] == path for hole in holes):
        return _match_constant(value)
    steps: list[str] | list[int] = list(value) if isinstance(value, dict) else list(range(len(value)))  # type: ignore[arg-type]
    parts = [(step, _match_part(value[step], (*path, step), holes)) for step in steps]  # type: ignore[index]
    kind, size = type(value), len(parts)

    def match(other: object, texts: list[str]) -> bool:
        if type(other) is not kind or len(other) != size:  # type: ignore[arg-type]
            return False
        try:
            return all([part(other[step], texts) for step, part in parts])  # type: ignore[index]
        except KeyError:
            return False

    return match


def _match_hole(number: int) -> Callable[[object, list[str]], bool]:
    def match(other: object, texts: list[str]) -> bool:
        if type(other) is not str:
            return False
        texts[number] = other
        return True

    return match


def _match_constant(value: object) -> Callable[[object, list[str]], bool]:
    if _only_texts(value):
        return lambda other, texts: other == value
    # In Python 1 == True == 1.0, in a credential they are three things; their text tells them apart.
    try:
        raw = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except (TypeError, ValueError) as error:
        raise _Unsafe from error

    def match(other: object, texts: list[str]) -> bool:
        try:
            return other == value and orjson.dumps(other, option=orjson.OPT_SORT_KEYS) == raw
        except (TypeError, ValueError):
            return False

    return match


def _only_texts(value: object) -> bool:
    if isinstance(value, dict):
        return all(_only_texts(item) for item in value.values())
    if isinstance(value, list):
        return all(_only_texts(item) for item in value)
    return type(value) is str


# --- what is known beforehand ---------------------------------------------------------------------------------------


def _roles(statements: Statements, count: int) -> list[str | None]:
    """Return for each hole whether it names a node (its token) or is a literal (None).

    Raises:
        _Unsafe: a hole is part of a longer text, or both.
    """
    roles: dict[int, str | None] = {}
    for subject, _, value, _ in all_quads(statements):
        for term in (subject, value):
            if not isinstance(term, str):
                continue
            for match in _TOKEN.finditer(term):
                number, token = int(match.group(1)), match.group()
                role = token if term == f"<{token}>" else None
                plain = role is not None or re.fullmatch(rf'"{re.escape(token)}"(?:@[a-z0-9-]+|\^\^<[^>]*>)?', term)
                if not plain or roles.setdefault(number, role) != role:
                    raise _Unsafe
    if len(roles) != count:
        raise _Unsafe
    return [roles[number] for number in range(count)]


@dataclass(frozen=True, slots=True)
class _Text:
    """Lines with places for values; `sorts` when the values decide the order of the lines."""

    pattern: str
    values: Callable[[list[str]], tuple[str, ...]] | None
    sorts: bool
    rendered: dict[tuple[str, ...], str] | None = None
    """What it was with these labels, when labels are all it needs: there are few orders of a few nodes."""

    def render(self, values: list[str]) -> str:
        if self.values is None:
            return self.pattern
        mine = self.values(values)
        if self.rendered is not None:
            found = self.rendered.get(mine)
            if found is not None:
                return found
        text = self.pattern % mine
        if self.sorts:
            text = "\n".join(sorted(set(text[:-1].split("\n")))) + "\n"
        if self.rendered is not None:
            if len(self.rendered) >= MAX_RENDERED:
                self.rendered.clear()
            self.rendered[mine] = text
        return text


@dataclass(frozen=True, slots=True)
class _BlankNode:
    number: int
    text: _Text
    known: str | None

    def digest(self, values: list[str]) -> str:
        """Return its hash as Hash First Degree Quads gives it (RDFC-1.0, 4.6.3)."""
        return self.known or hashlib.sha256(self.text.render(values).encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class _Subjects:
    """The named nodes that have statements of their own: two with one name would be one node."""

    constant: frozenset[str]
    holes: tuple[int, ...]

    def distinct(self, values: list[str]) -> bool:
        found = {values[hole] for hole in self.holes}
        return len(found) == len(self.holes) and found.isdisjoint(self.constant)


class _Compiler:
    """Turns statements with tokens into blocks of lines, one for each subject."""

    def __init__(self, statements: Statements, holes: int) -> None:
        self._quads = list(dict.fromkeys(all_quads(statements)))
        numbers = sorted({term for quad in self._quads for term in (quad[0], quad[2]) if isinstance(term, int)})
        self._number = {node: place for place, node in enumerate(numbers)}
        self._holes = holes

    def blank_nodes(self) -> list[_BlankNode]:
        found = []
        for node, number in self._number.items():
            lines = [
                tuple("_:a" if term == node else "_:z" if isinstance(term, int) else term for term in quad[:3])
                for quad in self._quads
                if node in {quad[0], quad[2]}
            ]
            text = self._text(lines)
            known = hashlib.sha256(text.pattern.encode()).hexdigest() if text.values is None else None
            found.append(_BlankNode(number, text, known))
        return found

    def blocks(self) -> tuple[list[_Text], list[str], _Subjects]:
        by_subject: dict[str | int, list[tuple[str | int, ...]]] = defaultdict(list)
        for subject, predicate, value, _ in self._quads:
            by_subject[subject].append((subject, predicate, value))
        texts = [self._text(lines) for lines in by_subject.values()]
        named = [subject for subject in by_subject if isinstance(subject, str)]
        holes = tuple(int(match.group(1)) for name in named if (match := _TOKEN.match(name, 1)))
        subjects = _Subjects(frozenset(name for name in named if not _TOKEN.match(name, 1)), holes)
        return (
            [text for text in texts if text.values is not None],
            [text.pattern for text in texts if text.values is None],
            subjects,
        )

    def _text(self, lines: Sequence[tuple[str | int, ...]]) -> _Text:
        """Return lines of statements in order, with their places for values."""
        written: list[tuple[str, str, str, list[int]]] = []
        for subject, predicate, value in lines:
            places: list[int] = []
            pattern = " ".join(self._pattern(term, places) for term in (subject, predicate, value))
            shown = " ".join(str(term) for term in (subject, predicate, value))
            written.append((shown + " .", f"{subject} {predicate} ", pattern + " .\n", places))
        written.sort(key=lambda item: item[0])
        starts = [start for _, start, _, places in written if places]
        all_starts = [start for _, start, _, _ in written]
        subjects = {start.split(" ", 1)[0] for start in all_starts}
        # Lines of one subject are in order of predicate, whatever the values; only values of one predicate may change
        # places. Lines of several subjects (around a blank node) are in order of those.
        sorts = any(all_starts.count(start) > 1 for start in starts) or (len(subjects) > 1 and bool(starts))
        indexes = [place for _, _, _, places in written for place in places]
        if not indexes:
            return _Text("".join(item[0] + "\n" for item in written), None, sorts=False)
        pattern = "".join(item[2] for item in written)
        return _Text(pattern, _getter(indexes), sorts, {} if min(indexes) >= self._holes else None)

    def _pattern(self, term: str | int, places: list[int]) -> str:
        if isinstance(term, int):
            places.append(self._holes + self._number[term])
            return "%s"
        match = _TOKEN.search(term)
        if match is None:
            return term.replace("%", "%%")
        places.append(int(match.group(1)))
        before, after = term[: match.start()], term[match.end() :]
        if before == "<":
            return "%s"
        return f"{before}%s{after}".replace("%", "%%").replace("%%s", "%s", 1)


def _getter(indexes: list[int]) -> Callable[[list[str]], tuple[str, ...]]:
    if len(indexes) == 1:
        index = indexes[0]
        return lambda values: (values[index],)
    return itemgetter(*indexes)
