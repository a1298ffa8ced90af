"""Kill the platform's parts at random while two operators award the same 10,000 people, and count what is there after.

`python -m tests.crash` starts a platform of its own with `edubadges up`, brings the same list twice (two keys) and a
list of 1,000 badges as files, starts all three at once, and kills issuer, ACA-Py or PostgreSQL with SIGKILL at random
moments. When the lists are done, each person must have one award, each award one place and one offer, each file one
signature, and the audit chain must be whole. It prints what it did and found, and fails when anything is not so.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import psycopg

from edubadges.demo.world import World, start_world
from edubadges.platform.layout import find_free_base
from edubadges.platform.state import read_state
from issuer_agent import store
from service_kit.audit import first_break
from service_kit.database import begin, create_engine

VICTIMS = ("issuer", "agent", "postgres")
QUIET_S = 900.0

DOUBLES = "select count(*) - count(distinct (badge_class_id, recipient_email)) from awards where batch like 'csv:%'"
PEOPLE = "select count(*) from awards where batch like 'csv:%' and delivery = %s"
PLACES = """
    select count(*), count(distinct (c.institution, c.status_number, c.status_index))
    from credentials c join awards a on a.id = c.award_id where a.batch like 'csv:%' and a.delivery = %s
"""
OFFERS = """
    select count(*), count(distinct o.award_id)
    from offers o join awards a on a.id = o.award_id where a.batch like 'csv:%'
"""
SIGNED = """
    select count(*) from credentials c join awards a on a.id = c.award_id
    where a.batch like 'csv:%' and a.delivery = 'file' and c.signed_at is not null and c.document is not null
"""


def people(count: int, mark: str) -> bytes:
    """Return a list of this many people."""
    rows = "".join(f"{mark}{number}@student.zzu.example;Student {number}\n" for number in range(count))
    return f"email;naam\n{rows}".encode()


class Operator:
    """Somebody with an API key of the institution."""

    def __init__(self, world: World, name: str) -> None:
        made = world.api.request("POST", "/api/v1/institutions/zzu/api-keys", json={"name": name})
        self._http = httpx.Client(
            base_url=f"{world.url('issuer')}/api/v1",
            headers={"Authorization": f"Bearer {made.json()['api_key']}"},
            timeout=30,
        )

    def bring(self, badge_class: str, data: bytes) -> str:
        """Check a list, and return its identifier."""
        answer = self._http.post(f"/badge-classes/{badge_class}/batches", content=data)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def start(self, batch: str, delivery: str) -> None:
        """Start a list."""
        answer = self._http.post(f"/batches/{batch}/start", json={"delivery": delivery})
        assert answer.status_code == 200, answer.text

    def look(self, batch: str) -> dict[str, Any] | None:
        """Return a list as it is now, or None while the issuer is away."""
        try:
            answer = self._http.get(f"/batches/{batch}")
        except httpx.TransportError:
            return None
        return dict(answer.json()) if answer.status_code == 200 else None


def badge_class_of(world: World) -> str:
    """Make a badge class that asks for nothing."""
    content = {
        "type": "regular",
        "title": {"nl": "Proef met uitval", "en": "Crash trial"},
        "description": {"nl": "Blijft bestaan.", "en": "Survives."},
        "criteria": {"nl": "Meegedaan.", "en": "Took part."},
        "learning_outcomes": {"nl": ["Houdt vol."], "en": ["Perseveres."]},
        "language": "nl",
        "ects": 1,
        "eqf": 6,
        "isced_f": "0011",
        "programme_codes": ["12345"],
    }
    body = {"institution": "zzu", "content": content, "publish": True}
    answer = world.api.request("POST", "/api/v1/badge-classes", json=body)
    assert answer.status_code == 201, answer.content
    return str(answer.json()["id"])


def part_pid(world: World, name: str) -> int | None:
    state = read_state(world.plan.data.state_file)
    if state is None or state.part(name).state != "ready":
        return None
    return state.part(name).pid


def kill_at_random(
    world: World, operator: Operator, batches: list[str], kills: int, dice: random.Random
) -> Counter[str]:
    """Kill one part after another; return how often each, and how often while rows were waiting."""
    done: Counter[str] = Counter()
    for number in range(kills):
        # Rows go down only while the issuer and the database are there: look then, and strike a moment later.
        found = None
        while found is None or not all(found):
            time.sleep(0.02)
            found = [operator.look(batch) for batch in batches]
        time.sleep(dice.uniform(0.05, 0.5))
        open_rows = sum(item["rows"].get("good", 0) for item in found if item)
        name = VICTIMS[number] if number < len(VICTIMS) else dice.choice(VICTIMS)
        while (victim := part_pid(world, name)) is None:
            name = dice.choice(VICTIMS)
        os.kill(victim, signal.SIGKILL)
        done[name] += 1
        done["with rows waiting"] += open_rows > 0
        print(f"  kill {number + 1:2}: {name:8} with {open_rows:6,} rows waiting", flush=True)
        end = time.monotonic() + 5
        while part_pid(world, name) == victim and time.monotonic() < end:
            time.sleep(0.02)
    return done


def wait_until_done(world: World, operator: Operator, batches: list[str], files: int) -> None:
    """Wait until every list is done and every file is signed."""
    end = time.monotonic() + QUIET_S
    while time.monotonic() < end:
        found = [operator.look(batch) for batch in batches]
        if all(item and item["state"] == "done" for item in found) and found[-1] and found[-1]["claimed"] == files:
            return
        time.sleep(0.5)
    raise SystemExit(f"not done within {QUIET_S:.0f} s: {found}")


def count(url: str, people_count: int, files: int) -> dict[str, bool]:
    """Return each fact, and whether it holds."""

    def one(connection: psycopg.Connection[Any], query: str, *values: object) -> tuple[Any, ...]:
        row = connection.execute(query.replace("csv:%", "csv:%%"), values).fetchone()
        assert row is not None
        return tuple(row)

    engine = create_engine(url)
    with psycopg.connect(url) as connection, begin(engine) as chain:
        return {
            f"{people_count:,} awards for wallets": one(connection, PEOPLE, "wallet") == (people_count,),
            f"{files:,} awards as files": one(connection, PEOPLE, "file") == (files,),
            "nobody has the badge twice": one(connection, DOUBLES) == (0,),
            "each wallet award has one place of its own": one(connection, PLACES, "wallet") == (people_count,) * 2,
            "each file has one place of its own": one(connection, PLACES, "file") == (files,) * 2,
            "each wallet award has one offer": one(connection, OFFERS) == (people_count,) * 2,
            "each file is signed": one(connection, SIGNED) == (files,),
            "the audit chain is whole": first_break(store.list_audit(chain)) is None,
        }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--files", type=int, default=1_000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    options = parser.parse_args()
    print(f"seed {options.seed}: {options.people:,} people twice, {options.files:,} files, {options.kills} kills")
    with tempfile.TemporaryDirectory(prefix="edu-crash-", ignore_cleanup_errors=True) as folder:
        world = start_world(Path(folder) / "var", find_free_base())
        try:
            first, second = Operator(world, "first"), Operator(world, "second")
            wallets, files = badge_class_of(world), badge_class_of(world)
            rows = people(options.people, "s")
            batches = [first.bring(wallets, rows), second.bring(wallets, rows)]
            batches.append(first.bring(files, people(options.files, "f")))
            began = time.monotonic()
            for operator, batch, delivery in zip(
                (first, second, first), batches, ("wallet", "wallet", "file"), strict=True
            ):
                operator.start(batch, delivery)
            kills = kill_at_random(world, first, batches, options.kills, random.Random(options.seed))
            wait_until_done(world, first, batches, options.files)
            print(f"done after {time.monotonic() - began:.0f} s; kills: {dict(kills)}")
            found = count(world.plan.database("issuer"), options.people, options.files)
            for fact, holds in found.items():
                print(f"  {'ok ' if holds else 'NOT'} {fact}")
            return 0 if all(found.values()) else 1
        finally:
            world.close()


if __name__ == "__main__":
    sys.exit(main())
