"""Calls that are made at the same time become one; each gets its own results, and its own errors."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from issuer_agent.together import Together
from service_kit.problems import RuleRefused, Unavailable


class Work:
    """Doubles numbers, slowly; refuses some of them."""

    def __init__(self) -> None:
        self.calls: list[list[int]] = []
        self.lock = threading.Lock()
        self.away = False

    def __call__(self, key: str, items: list[int]) -> list[int]:
        with self.lock:
            self.calls.append(items)
        time.sleep(0.05)
        if self.away:
            raise Unavailable("away")
        if any(item < 0 for item in items):
            raise RuleRefused("negative", code="negative")
        return [item * 2 for item in items]


def at_once(together: Together[str, int, int], asked: list[list[int]], key: str = "k") -> list[list[int] | Exception]:
    def ask(items: list[int]) -> list[int] | Exception:
        try:
            return together.do(key, items)
        except (RuleRefused, Unavailable) as error:
            return error

    with ThreadPoolExecutor(len(asked)) as pool:
        return list(pool.map(ask, asked))


def test_who_comes_alone_is_served_alone_at_once() -> None:
    work = Work()

    assert Together(work, most=10).do("k", [1, 2]) == [2, 4]
    assert work.calls == [[1, 2]]


def test_what_gathers_meanwhile_goes_in_one_call_and_everybody_gets_their_own() -> None:
    work = Work()
    together: Together[str, int, int] = Together(work, most=100)
    asked = [[number, number + 1000] for number in range(30)]

    assert at_once(together, asked) == [[2 * number, 2 * number + 2000] for number in range(30)]
    assert len(work.calls) < 6
    assert sorted(item for call in work.calls for item in call) == sorted(item for items in asked for item in items)


def test_a_call_is_not_larger_than_allowed() -> None:
    work = Work()
    together: Together[str, int, int] = Together(work, most=7)
    at_once(together, [[number] * 3 for number in range(20)])
    together.do("k", list(range(50)))

    assert sorted(len(call) for call in work.calls)[-2] <= 7
    assert max(len(call) for call in work.calls) == 50  # who asks for more by themselves gets it


def test_one_bad_request_does_not_spoil_the_others() -> None:
    work = Work()
    together: Together[str, int, int] = Together(work, most=100)
    answers = at_once(together, [[number] for number in range(12)] + [[-1]])

    assert answers[:12] == [[2 * number] for number in range(12)]
    assert isinstance(answers[12], RuleRefused)


def test_when_the_other_side_is_away_it_is_asked_once() -> None:
    work = Work()
    work.away = True
    together: Together[str, int, int] = Together(work, most=100)

    answers = at_once(together, [[number] for number in range(20)])

    assert all(isinstance(answer, Unavailable) for answer in answers)
    assert len(work.calls) < 6
    work.away = False
    assert together.do("k", [4]) == [8]


def test_different_keys_do_not_wait_for_one_another() -> None:
    work = Work()
    together: Together[str, int, int] = Together(work, most=100)
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda key: together.do(key, [1]), "abcdefgh")) == [[2]] * 8
    assert len(work.calls) == 8
    assert together._lines == {}


def test_nobody_is_left_waiting_when_the_work_breaks() -> None:
    def breaks(_key: str, _items: list[int]) -> list[int]:
        time.sleep(0.02)
        raise ZeroDivisionError

    together: Together[str, int, int] = Together(breaks, most=100)
    with ThreadPoolExecutor(6) as pool:
        for waiting in [pool.submit(together.do, "k", [number]) for number in range(6)]:
            with pytest.raises(ZeroDivisionError):
                waiting.result(timeout=5)
