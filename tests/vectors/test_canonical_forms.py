"""RFC 8785 and RDFC-1.0 against the vectors of their authors, complete."""

from __future__ import annotations

import json
from pathlib import Path

import pyoxigraph
import pytest

from tests.vectors.conftest import cases, folder
from vc_core.canonical.jcs import canonicalize_jcs
from vc_core.canonical.literals import escape_literal
from vc_core.canonical.rdfc import canonical_nquads
from vc_core.errors import LimitExceeded

RDF_CANON = "w3c-rdf-canon"


def _manifest() -> list[dict]:
    files = cases(RDF_CANON, "manifest.jsonld")
    return json.loads(files[0].read_text())["entries"] if files else []


def _eval_tests() -> list[dict]:
    return [entry for entry in _manifest() if entry["type"] == "rdfc:RDFC10EvalTest"]


def numbered_quads(path: Path) -> tuple[list[tuple], dict[str, int]]:
    """Return the statements of a file, and the number that stands in them for each blank node."""
    numbers: dict[str, int] = {}

    def term(value: object) -> str | int:
        match value:
            case pyoxigraph.BlankNode():
                return numbers.setdefault(value.value, len(numbers) + 1)
            case pyoxigraph.NamedNode():
                return f"<{value.value}>"
            case pyoxigraph.Literal():
                text = f'"{escape_literal(value.value)}"'
                if value.language:
                    return f"{text}@{value.language}"
                plain = value.datatype.value == "http://www.w3.org/2001/XMLSchema#string"
                return text if plain else f"{text}^^<{value.datatype.value}>"
            case _:
                return ""

    parsed = pyoxigraph.parse(path.read_bytes(), format=pyoxigraph.RdfFormat.N_QUADS)
    return [(term(q.subject), term(q.predicate), term(q.object), term(q.graph_name)) for q in parsed], numbers


def test_the_vectors_are_here() -> None:
    assert folder(RDF_CANON)
    assert len(_eval_tests()) > 60


@pytest.mark.parametrize("entry", _eval_tests(), ids=lambda entry: entry["id"])
def test_rdf_canon_gives_the_expected_lines(entry: dict) -> None:
    root = folder(RDF_CANON)
    name = entry.get("hashAlgorithm", "SHA256").lower().replace("-", "")

    result = canonical_nquads(numbered_quads(root / entry["action"])[0], hash_name=name, budget=50_000)

    assert result == (root / entry["result"]).read_text()


@pytest.mark.parametrize(
    "entry", [entry for entry in _manifest() if "Negative" in entry["type"]], ids=lambda entry: entry["id"]
)
def test_poison_is_refused(entry: dict) -> None:
    with pytest.raises(LimitExceeded):
        canonical_nquads(numbered_quads(folder(RDF_CANON) / entry["action"])[0])


@pytest.mark.parametrize("path", cases("rfc8785-jcs", "input/*.json"), ids=lambda path: path.stem)
def test_jcs_gives_the_expected_bytes(path: Path) -> None:
    expected = (path.parent.parent / "output" / path.name).read_bytes().rstrip(b"\n")

    assert canonicalize_jcs(json.loads(path.read_bytes())) == expected
