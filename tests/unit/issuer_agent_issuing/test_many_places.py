"""A hundred thousand places in status lists, taken by eight processes: none twice, and in no order."""

from __future__ import annotations

import math
import multiprocessing
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from statistics import correlation

from issuer_agent import status_lists
from issuer_agent.status_lists import Place
from service_kit.database import begin, create_engine
from tests.support.issuing_world import World
from vc_core.status.bitstring import MINIMUM_LENGTH

PROCESSES, CALLS, PLACES_A_CALL = 8, 25, 500
BUCKETS = 64
NOW = datetime(2026, 9, 1, tzinfo=UTC)


def take(database_url: str) -> list[Place]:
    """Take places in the order in which awards would get them."""
    engine = create_engine(database_url)
    places: list[Place] = []
    for _ in range(CALLS):
        with begin(engine) as connection:
            places += status_lists.allocate(connection, "hnn", PLACES_A_CALL, now=NOW).places
    engine.dispose()
    return places


def test_no_place_is_given_twice_and_the_order_of_awards_cannot_be_read_from_them(world: World) -> None:
    url = world.engine.url.render_as_string(hide_password=False)
    with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
        taken = pool.map(take, [url] * PROCESSES, chunksize=1)

    everything = [place for places in taken for place in places]
    assert len(everything) == PROCESSES * CALLS * PLACES_A_CALL == 100_000
    assert len(set(everything)) == len(everything)
    for places in taken:
        in_order = [place.index for place in places]
        assert_unrelated(range(len(in_order)), in_order)
        assert_unrelated(in_order[:-1], in_order[1:])
    by_list = defaultdict(list)
    for place in everything:
        by_list[place.number].append(place.index)
    # A list is half filled at most, give or take what is under way in the other processes.
    assert max(map(len, by_list.values())) <= MINIMUM_LENGTH // 2 + PROCESSES * PLACES_A_CALL
    for indexes in by_list.values():
        assert_evenly_spread(indexes)


def assert_unrelated(one: Sequence[int], other: Sequence[int]) -> None:
    """The correlation of unrelated rows is normal around 0; six deviations are passed once in five hundred million."""
    assert abs(correlation(one, other)) < 6 / math.sqrt(len(one))


def assert_evenly_spread(indexes: list[int]) -> None:
    """Chi-square over buckets: 63 on average, with a deviation of 11; at most 63 + 8 deviations."""
    found = Counter(index * BUCKETS // MINIMUM_LENGTH for index in indexes)
    expected = len(indexes) / BUCKETS
    spread = sum((found[bucket] - expected) ** 2 / expected for bucket in range(BUCKETS))
    assert spread < BUCKETS - 1 + 8 * math.sqrt(2 * (BUCKETS - 1))
