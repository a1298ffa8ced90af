"""A glance at a document never says that nothing can hide where the walk finds something."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bench.badges import unsigned_badge
from tests.support.random_badges import random_badges
from vc_core.errors import EdubadgesError
from vc_core.json_text import JsonObject
from vc_core.model.shape import check_shape, survey


def _described(value: object, found: list[str]) -> list[str]:
    """Every identifier of an object, as often as it is written."""
    if isinstance(value, dict):
        if isinstance(value.get("id"), str):
            found.append(value["id"])
        for item in value.values():
            _described(item, found)
    elif isinstance(value, list):
        for item in value:
            _described(item, found)
    return found


def _is_plain(document: JsonObject) -> bool:
    issuer = document.get("issuer")
    found = _described(document, [issuer] if isinstance(issuer, str) else [])
    return len(set(found)) == len(found)


def test_an_ordinary_badge_is_plain() -> None:
    badge = unsigned_badge()
    parts = json.dumps(badge).count("{") + json.dumps(badge).count("[")
    assert survey(badge) == (True, False, parts, json.dumps(badge, separators=(",", ":")).count(","))


_NAMES = st.sampled_from(["id", "type", "name", 'i"d', '"id":"a"', "\\", "é", "issuer", "endorsement"])
_TEXTS = st.sampled_from(["a", "b", 'a"', '","id":"a', "\\", '\\"id\\":\\"a', "é", "\U0001f393", "\n", "_x", "a\\"])
_VALUES = st.recursive(
    _TEXTS | st.integers(-3, 3) | st.none() | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=4),
    max_leaves=14,
)


@given(st.dictionaries(_NAMES, _VALUES, max_size=6))
def test_the_text_tells_what_a_walk_tells(document: dict[str, Any]) -> None:
    assert _is_plain(document) or not survey(document).is_plain
    assert survey(document).may_carry_endorsements or '"endorsement":' not in str(document).replace("'", '"')


@given(st.dictionaries(_NAMES | st.sampled_from(["@id", "@type", "@value"]), _VALUES, max_size=6))
def test_what_is_plain_has_nothing_that_the_walk_refuses(document: dict[str, Any]) -> None:
    if survey(document).is_plain:
        check_shape(document)


def test_random_badges_that_are_plain_pass_the_walk() -> None:
    plain = 0
    for badge in random_badges(11, 300):
        if survey(badge.document).is_plain:
            check_shape(badge.document)
            plain += 1
    assert plain > 20


def test_a_part_that_is_moved_is_always_seen() -> None:
    choose = random.Random(7)
    members = [name for name in unsigned_badge() if name not in {"@context", "id", "type", "evidence"}]
    for _ in range(60):
        document: dict[str, Any] = copy.deepcopy(unsigned_badge(choose.randrange(9)))
        moved = choose.choice(members)
        document["evidence"][0]["creator"] = {"id": document["id"], moved: document.pop(moved)}
        assert not survey(document).is_plain


@pytest.mark.parametrize(
    "members",
    [
        {"@id": "a"},
        {"name": {"@type": "x", "@value": "y"}},
        {"evidence": [{"id": "_:b"}]},
        {"issuer": "https://a.example", "evidence": [{"id": "https://a.example"}]},
        {"evidence": [[{"id": "a"}], {"x": {"id": "a"}}]},
        {"name": {1, 2}},
        {"name": "\ud800"},
    ],
)
def test_what_cannot_be_told_at_a_glance_is_left_to_the_walk(members: dict[str, Any]) -> None:
    assert not survey(members).is_plain


@pytest.mark.parametrize("name", ["endorsement", "endorsementJwt"])
def test_others_who_speak_are_seen_wherever_they_are(name: str) -> None:
    document: dict[str, Any] = unsigned_badge()
    document["credentialSubject"]["achievement"]["creator"] = {"id": "https://a.example/x", name: []}
    assert survey(document).may_carry_endorsements


def test_a_document_that_is_no_json_is_refused_by_the_walk_and_not_by_the_glance() -> None:
    with pytest.raises(EdubadgesError):
        check_shape({"id": "x", "@id": object()})
    assert survey({"id": "x", "other": object()}) == (False, True, 0, 0)
