"""A slice of `python -m tests.oracles`: random badges against PyLD alone, without Node.js."""

from __future__ import annotations

import random
from typing import Any

import pytest

from tests.oracles.answers import ours
from tests.oracles.comparing import compare_with_pyld
from tests.support.random_badges import random_badge, random_badges
from vc_core.canonical import canonicalize
from vc_core.canonical.fragments import forget_fragments
from vc_core.errors import ProofError

SEED = 20261123
BADGES = list(random_badges(SEED, 300))
SOUND = [badge for badge in BADGES if "faulty" not in badge.traits]


def _shuffled(value: Any, chance: random.Random) -> Any:
    """Return the same JSON with the members of every object in another order."""
    if isinstance(value, list):
        return [_shuffled(item, chance) for item in value]
    if not isinstance(value, dict):
        return value
    names = chance.sample(list(value), len(value))
    return {name: _shuffled(value[name], chance) for name in names}


def test_random_badges_have_the_canonical_form_of_pyld() -> None:
    for badge in SOUND:
        compare_with_pyld(badge)


def test_the_slice_holds_every_kind_of_badge() -> None:
    found = frozenset[str]().union(*(badge.traits for badge in BADGES))

    assert found >= {
        "JSON literals",
        "U+E000 to U+FFFF",
        "beyond U+FFFF",
        "control characters",
        "equal parts",
        "faulty",
        "language maps",
        "named blank nodes",
        "named graphs",
        "numbers",
        "ordered lists",
        "presentations",
        "several subjects",
        "shared identifiers",
        "value objects",
    }
    assert len(SOUND) > 270


def test_a_badge_without_meaning_is_refused() -> None:
    faulty = [badge for badge in BADGES if "faulty" in badge.traits]

    assert len(faulty) >= 5
    for badge in faulty:
        with pytest.raises(ProofError):
            canonicalize(badge.document)


def test_the_order_of_members_does_not_matter() -> None:
    chance = random.Random(SEED)
    for badge in SOUND[:100]:
        assert canonicalize(_shuffled(badge.document, chance)) == canonicalize(badge.document), badge.number


def test_what_is_remembered_changes_nothing() -> None:
    for badge in SOUND[:100]:
        forget_fragments()
        first = canonicalize(badge.document)

        assert canonicalize(badge.document) == first, badge.number
        assert canonicalize({**badge.document, "type": [*badge.document["type"]]}) == first, badge.number


def test_the_same_seed_gives_the_same_badge() -> None:
    again = random_badge(SEED, 17)

    assert again == BADGES[17]
    assert again != random_badge(SEED + 1, 17)
    assert ours(again.document) == ours(BADGES[17].document)
