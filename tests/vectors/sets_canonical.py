"""RDF Dataset Canonicalization and the JSON Canonicalization Scheme, complete."""

from __future__ import annotations

import json
from typing import Any

from tests.vectors.cases import Case, VectorSet, load, path_of, text_of
from tests.vectors.test_canonical_forms import RDF_CANON, numbered_quads
from vc_core.canonical.jcs import canonicalize_jcs
from vc_core.canonical.rdfc import canonical_labels, canonical_nquads
from vc_core.errors import LimitExceeded

JCS = "rfc8785-jcs"
_ROOM = 50_000  # the hardest graphs that must have an answer take more steps than a badge ever gets


def rdf_canon() -> VectorSet:
    entries = load(RDF_CANON, "manifest.jsonld")["entries"]
    return VectorSet(
        RDF_CANON,
        "RDF Dataset Canonicalization (RDFC-1.0)",
        "an entry of the manifest: the lines, the map of labels, or the refusal of a poison graph; two with SHA-384",
        tuple(_entry(entry) for entry in entries),
        beside=("manifest.jsonld", "manifest.csv"),
    )


def _entry(entry: dict[str, Any]) -> Case:
    name = entry.get("hashAlgorithm", "SHA256").lower()
    files = (entry["action"], *([entry["result"]] if "result" in entry else []))

    def check() -> None:
        quads, numbers = numbered_quads(path_of(RDF_CANON, entry["action"]))
        match entry["type"].removeprefix("rdfc:RDFC10"):
            case "EvalTest":
                expected = text_of(RDF_CANON, entry["result"])
                assert canonical_nquads(quads, hash_name=name, budget=_ROOM) == expected
            case "MapTest":
                labels = canonical_labels(quads, hash_name=name, budget=_ROOM)
                ours = {node: labels[number].removeprefix("_:") for node, number in numbers.items()}
                assert ours == load(RDF_CANON, entry["result"])
            case "NegativeEvalTest":
                _refuses(quads)
            case kind:
                raise AssertionError(f"a new kind of test: {kind}")

    return Case(entry["id"].removeprefix("#"), files, check)


def _refuses(quads: list[tuple]) -> None:
    try:
        canonical_nquads(quads)
    except LimitExceeded:
        return
    raise AssertionError("a poison graph was computed")


def jcs() -> VectorSet:
    names = sorted(path.stem for path in path_of(JCS, "input").glob("*.json"))
    return VectorSet(
        JCS,
        "JSON Canonicalization Scheme (RFC 8785)",
        "a file: the exact bytes, also as they are given in hexadecimal",
        tuple(_file(name) for name in names),
    )


def _file(name: str) -> Case:
    def check() -> None:
        ours = canonicalize_jcs(json.loads(path_of(JCS, "input", f"{name}.json").read_bytes()))
        assert ours == path_of(JCS, "output", f"{name}.json").read_bytes().rstrip(b"\n")
        assert ours == bytes.fromhex("".join(text_of(JCS, "outhex", f"{name}.txt").split()))

    return Case(name, (f"input/{name}.json", f"output/{name}.json", f"outhex/{name}.txt"), check)
