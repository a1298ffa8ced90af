"""Measure a platform of our own, and put what was found beside what was promised."""

from __future__ import annotations

import json
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from edubadges.demo import badges
from edubadges.demo.world import World, require, start_world
from edubadges.platform.layout import find_free_base
from service_kit.fetch import InternalClient
from vc_core.json_text import JsonObject, dump_json

_AWARDS = 60
_VERIFICATIONS = 200
_BATCH = 1000
_WARM_UP = 5


@dataclass(frozen=True, slots=True)
class Measure:
    """One number, and what it has to be."""

    name: str
    value: float
    unit: str
    goal: float
    more_is_better: bool = False
    remark: str = ""

    @property
    def reached(self) -> bool:
        """Say whether the goal is reached."""
        return self.value >= self.goal if self.more_is_better else self.value < self.goal

    @property
    def shown(self) -> str:
        """Return the number as people read it."""
        return f"{self.value:.1f} {self.unit}"

    @property
    def goal_shown(self) -> str:
        """Return the goal as people read it."""
        return f"{'at least' if self.more_is_better else 'under'} {self.goal:g} {self.unit}"


def measure_all(say: Callable[[str], None]) -> list[Measure]:
    """Measure everything in one run, on a temporary platform.

    Raises:
        EdubadgesError: a part did not work.
    """
    with tempfile.TemporaryDirectory(prefix="edubadges-bench-", ignore_cleanup_errors=True) as folder:
        data_dir, base = Path(folder) / "var", find_free_base()
        say("Starting on an empty data directory …")
        cold, world = _timed_start(data_dir, base)
        world.close()
        say("Starting again on the same data …")
        warm, world = _timed_start(data_dir, base)
        try:
            found = [
                Measure("Platform ready, empty data", cold, "s", 30, remark="with samples"),
                Measure("Platform ready, existing data", warm, "s", 12),
            ]
            say(f"Awarding {_AWARDS} badges, one by one …")
            award, badge = _awards(world)
            found.append(award)
            say(f"Signing {_BATCH} badges: in one go, and one by one as stock ACA-Py does …")
            found.append(_signing(world, badge))
            say(f"Verifying a badge {_VERIFICATIONS} times …")
            found.append(_verifying(world, badge))
            return found
        finally:
            world.close()


def _timed_start(data_dir: Path, base: int) -> tuple[float, World]:
    began = time.monotonic()
    world = start_world(data_dir, base)
    return time.monotonic() - began, world


def _awards(world: World) -> tuple[Measure, JsonObject]:
    badge_class = badges.make_badge_class(world)
    times: list[float] = []
    badge: JsonObject = {}
    for number in range(_AWARDS + _WARM_UP):
        began = time.perf_counter()
        _, badge = badges.award_as_file(
            world, badge_class, name=f"Student {number}", email=f"student{number}@student.zzu.example"
        )
        times.append((time.perf_counter() - began) * 1000)
    kept = sorted(times[_WARM_UP:])
    remark = f"median of {_AWARDS}; 95% under {kept[int(0.95 * len(kept))]:.0f} ms"
    return Measure(
        "One award, signed through ACA-Py, at the API", statistics.median(kept), "ms", 60, remark=remark
    ), badge


def _signing(world: World, badge: JsonObject) -> Measure:
    bare = dump_json({name: value for name, value in badge.items() if name != "proof"})
    arguments = [str(_BATCH), badges.INSTITUTION]
    times = json.loads(world.issuer_command("edubadges.bench.signing", arguments, given=bare))
    rates = {name: _BATCH / seconds for name, seconds in times.items()}
    ours, single, four = rates["plugin"], rates["stock_one_at_a_time"], rates["stock_four_at_a_time"]
    remark = (
        f"{ours:.0f} against {single:.0f} per second; with four stock calls at once {four:.0f}, so {ours / four:.1f} ×"
    )
    return Measure(f"{_BATCH} badges in one call, against stock add-proof", ours / single, "×", 10, True, remark)


def _verifying(world: World, badge: JsonObject) -> Measure:
    body, times = dump_json(badge), []
    verifier = InternalClient(world.url("verifier"))
    for _ in range(_VERIFICATIONS + _WARM_UP):
        began = time.perf_counter()
        answer = verifier.request("POST", "/api/v1/verify", content=body, headers={"Content-Type": "application/json"})
        times.append((time.perf_counter() - began) * 1000)
        require(answer.status_code, 200, "Verifying", answer.text)
        if answer.json()["verdict"] != "ok":
            require(0, 200, "Verifying", answer.text)
    verifier.close()
    kept = sorted(times[_WARM_UP:])
    remark = f"median of {_VERIFICATIONS}; 95% under {kept[int(0.95 * len(kept))]:.1f} ms; the first {times[0]:.0f} ms"
    return Measure("One badge, verified at the verifier's API", statistics.median(kept), "ms", 10, remark=remark)


def machine() -> str:
    """Return a line about where this was measured."""
    return (
        f"{os.cpu_count()} processors ({platform.machine()}), Python {platform.python_version()}, {platform.system()}"
    )
