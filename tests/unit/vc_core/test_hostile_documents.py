"""Hostile documents are refused with a stable code, quickly."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Callable

import pytest

from tests.support.effort import effort_of
from tests.unit.vc_core.samples import unsigned_badge
from vc_core.canonical import canonicalize
from vc_core.errors import DataLossDetected, EdubadgesError, LimitExceeded, MalformedInput, UnknownContext

CALLS = 250_000  # some 50 ms
BYTES = 64_000_000


def _with(change: Callable[[dict], object]) -> dict:
    badge = copy.deepcopy(unsigned_badge())
    change(badge)
    return badge


CASES = {
    "undefined member": (DataLossDetected, lambda b: b.update(undefinedThing=1)),
    "undefined type": (DataLossDetected, lambda b: b["type"].append("NoSuchType")),
    "undefined nested member": (DataLossDetected, lambda b: b["credentialSubject"].update(foo="bar")),
    "relative id": (DataLossDetected, lambda b: b.update(id="badge/1")),
    "empty id": (DataLossDetected, lambda b: b["credentialSubject"].update(id="")),
    "line break in id": (DataLossDetected, lambda b: b.update(id="urn:x:\n<urn:evil>")),
    "space in id": (DataLossDetected, lambda b: b.update(id="urn:x:a b")),
    "angle bracket in id": (DataLossDetected, lambda b: b.update(id="urn:x:>")),
    "id is a number": (MalformedInput, lambda b: b.update(id=5)),
    "id is null": (EdubadgesError, lambda b: b.update(id=None)),
    "null member": (DataLossDetected, lambda b: b.update(validUntil=None)),
    "address as member name": (DataLossDetected, lambda b: b.update({"https://schema.org/name": "x"})),
    "keyword-like name": (DataLossDetected, lambda b: b.update({"@foo": "x"})),
    "index": (DataLossDetected, lambda b: b.update({"@index": "x"})),
    "reverse": (DataLossDetected, lambda b: b.update({"@reverse": {}})),
    "included": (DataLossDetected, lambda b: b.update({"@included": []})),
    "graph at the top": (DataLossDetected, lambda b: b.update({"@graph": []})),
    "id written twice": (MalformedInput, lambda b: b.update({"@id": "urn:x:other"})),
    "inline vocabulary": (UnknownContext, lambda b: b["@context"].append({"x": "urn:x:y"})),
    "unknown vocabulary": (UnknownContext, lambda b: b["@context"].append("https://evil.example/v1")),
    "null vocabulary": (UnknownContext, lambda b: b["@context"].append(None)),
    "no vocabulary": (DataLossDetected, lambda b: b.pop("@context")),
    "nested inline vocabulary": (
        UnknownContext,
        lambda b: b["credentialSubject"].update({"@context": {"@vocab": "urn:"}}),
    ),
    "many vocabularies": (LimitExceeded, lambda b: b["@context"].extend(b["@context"] * 10)),
    "list in list": (MalformedInput, lambda b: b["credentialSubject"].update(result=[[{}]])),
    "direction": (DataLossDetected, lambda b: b.update(name={"@value": "x", "@direction": "rtl"})),
    "bad language": (MalformedInput, lambda b: b.update(name={"@value": "x", "@language": "n l"})),
    "huge number": (MalformedInput, lambda b: b["credentialSubject"].update(creditsEarned=2**60)),
    "infinite number": (MalformedInput, lambda b: b["credentialSubject"].update(creditsEarned=float("inf"))),
    "half a character": (MalformedInput, lambda b: b.update(name="\ud800")),
    "type is an object": (MalformedInput, lambda b: b.update(type=[{}])),
    "unknown value of a list": (
        DataLossDetected,
        lambda b: b["credentialSubject"]["achievement"].update(participation=["elsewhere"]),
    ),
}


@pytest.mark.parametrize(("error", "change"), CASES.values(), ids=CASES.keys())
def test_what_a_proof_would_not_cover_is_refused(error: type[EdubadgesError], change: Callable[[dict], object]) -> None:
    with pytest.raises(error) as caught:
        canonicalize(_with(change))

    assert caught.value.code
    assert caught.value.detail


def _poison(width: int) -> dict:
    def node(depth: int) -> dict:
        children = [] if depth == 0 else [node(depth - 1) for _ in range(width)]
        return {"type": ["Profile"], **({"parentOrg": children} if children else {})}

    return _with(
        lambda b: b.update(issuer={"id": "urn:x:issuer", "type": ["Profile"], "parentOrg": [node(2), node(2)]})
    )


def _two_by(count: int) -> dict:
    children = [{"type": ["Evidence"], "name": "a"} for _ in range(count)]
    return _with(
        lambda b: b["credentialSubject"].update(
            source=[{"type": ["Profile"], "endorsement": copy.deepcopy(children)} for _ in range(2)]
        )
    )


def _deep(depth: int) -> dict:
    profile: dict = {"type": ["Profile"]}
    for _ in range(depth):
        profile = {"type": ["Profile"], "parentOrg": profile}
    return _with(lambda b: b.update(issuer=profile))


@pytest.mark.parametrize(
    "document",
    [_poison(4), _poison(8), _two_by(8), _two_by(9), _two_by(30), _deep(90), _deep(400)],
    ids=["tree4", "tree8", "2x8", "2x9", "2x30", "deep90", "deep400"],
)
def test_documents_built_for_work_end_soon(document: dict) -> None:
    _assert_little_work(document)


def test_a_thousand_equal_parts_end_soon() -> None:
    document = _with(lambda b: b.update(evidence=[{"type": ["Evidence"], "narrative": "x"} for _ in range(1_000)]))
    _assert_little_work(document)


def _assert_little_work(document: dict) -> None:
    def work() -> None:
        with contextlib.suppress(LimitExceeded, DataLossDetected):
            canonicalize(document)

    effort = effort_of(work)

    assert effort.calls < CALLS
    assert effort.peak_bytes < BYTES
