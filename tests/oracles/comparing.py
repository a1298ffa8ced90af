"""Compare our answer on one document with those of the others, and name the cause of a difference."""

from __future__ import annotations

import re
from itertools import combinations

from tests.oracles.answers import ours
from tests.oracles.digital_bazaar import REPAIRS, DigitalBazaar
from tests.oracles.pyld_oracle import canonical_by_oxigraph, canonical_by_pyld
from tests.support.random_badges import RandomBadge
from vc_core.canonical import canonicalize
from vc_core.errors import LimitExceeded

EQUAL = "equal to both"
REFUSED = "refused by ours and by the standard (jsonld's safe mode)"
TOO_MUCH = (
    "refused by our work budget (one badge twice in a presentation); with a larger one equal to the repaired jsonld"
)
OTHER_TIE = "pyoxigraph labels tied nodes of a named graph otherwise; ours, PyLD and the repaired jsonld agree"
_LARGE_BUDGET = 1_000_000
_LABEL = re.compile(r"_:c14n\d+")
_COMBINATIONS = [found for size in range(1, len(REPAIRS) + 1) for found in combinations(REPAIRS, size)]


class Finding(Exception):
    """Ours and the others disagree, and no known cause explains it."""


def compare(badge: RandomBadge, others: DigitalBazaar) -> tuple[str, ...]:
    """Return what came of it: one of the texts above, or the known differences by their names in `REPAIRS`.

    Raises:
        Finding: an unexplained difference.
    """
    mine = ours(badge.document)
    theirs = others.canonicalize(badge.document)
    if mine.nquads is None:
        if mine.refusal.startswith(LimitExceeded.code):
            return _compare_at_length(badge, others)
        if theirs.nquads is not None:
            raise Finding(f"ours refuses it ({mine.refusal}), jsonld does not")
        if "faulty" not in badge.traits:
            raise Finding(f"both refuse a badge that was meant to be valid: {mine.refusal}; {theirs.refusal}")
        return (REFUSED,)
    if "faulty" in badge.traits:
        raise Finding("ours accepts a badge that has no meaning")
    compare_with_pyld(badge)
    if theirs.nquads == mine.nquads:
        return (EQUAL,)
    for repairs in _COMBINATIONS:
        if others.canonicalize(badge.document, repairs=repairs).nquads == mine.nquads:
            return repairs + _judged(badge, mine.nquads)
    raise Finding(f"jsonld differs: {theirs.refusal or 'another canonical form'}")


def _judged(badge: RandomBadge, expected: str) -> tuple[str, ...]:
    """Ask the third oracle; it may differ in the labels of tied nodes in named graphs, and in nothing else."""
    found = canonical_by_oxigraph(badge.document)
    if found == expected:
        return ()
    if badge.traits.isdisjoint({"named graphs", "presentations"}) or _unlabelled(found) != _unlabelled(expected):
        raise Finding("the third oracle does not agree with ours")
    return (OTHER_TIE,)


def _unlabelled(nquads: str) -> list[str]:
    return sorted(_LABEL.sub("_:c14n", nquads).splitlines())


def _compare_at_length(badge: RandomBadge, others: DigitalBazaar) -> tuple[str, ...]:
    expected = canonicalize(badge.document, budget=_LARGE_BUDGET)
    if others.canonicalize(badge.document, repairs=tuple(REPAIRS)).nquads != expected:
        raise Finding("ours refuses it for the work it takes, and with more work still differs from jsonld")
    return (TOO_MUCH,)


def compare_with_pyld(badge: RandomBadge) -> None:
    """Return when PyLD and a second look by ours, from memory, give the same canonical form.

    Raises:
        Finding: they do not.
    """
    mine = ours(badge.document)
    if mine.nquads is None:
        raise Finding(f"ours refuses it: {mine.refusal}")
    if ours(badge.document).nquads != mine.nquads:
        raise Finding("ours gives another form the second time")
    if canonical_by_pyld(badge.document) != mine.nquads:
        raise Finding("PyLD gives another canonical form")
