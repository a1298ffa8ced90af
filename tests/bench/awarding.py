"""The institution's volume: `python -m tests.bench.awarding [--write]`.

On a platform of its own, with ACA-Py: a list of 10,000 people is checked and awarded, 2,000 badges are signed as files,
50 wallets collect badges at once, and the portal's pages are opened with a million awards in the database. `--write`
puts the table into docs/performance.md.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psutil
import psycopg

from edubadges.demo.world import World, start_world
from edubadges.platform.layout import find_free_base
from edubadges.platform.state import read_state
from tests.bench.trust import PAGE, Row
from tests.crash.__main__ import Operator, badge_class_of, people
from tests.support.test_wallet import Wallet

BEGIN, END = "<!-- awarding: begin -->", "<!-- awarding: end -->"
LIST, FILES, WALLETS, EACH, MANY = 10_000, 2_000, 50, 8, 1_000_000
PAGES = {
    "the overview": "/staff/zzu",
    "the awards": "/staff/zzu/awards",
    "awards found by name": "/staff/zzu/awards?q=volume+77",
    "the lists": "/staff/zzu/batches",
    "the requests": "/staff/zzu/requests",
    "the badge classes": "/staff/zzu/badges",
    "the catalogue": "/badges",
}
FILL = """
    insert into awards (id, institution, badge_class_id, version, recipient_email, recipient_name, delivery,
        earned_at, awarded_at, awarded_by, batch)
    select 'v' || n, 'zzu', %s, 1, 'v' || n || '@volume.example', 'Volume ' || n, 'wallet', at, at, 'person:daan', ''
    from (select n, now() - (n * interval '30 seconds') as at from generate_series(1, %s) n) x
"""


def main() -> None:
    """Measure, print, and write when asked."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.awarding", description=__doc__)
    parser.add_argument("--write", action="store_true")
    write = parser.parse_args().write
    with tempfile.TemporaryDirectory(prefix="edu-volume-", ignore_cleanup_errors=True) as folder:
        world = start_world(Path(folder) / "var", find_free_base())
        try:
            rows = list(_measure(world))
        finally:
            world.close()
    table = ["| What | Measured | Goal | Reached |", "|---|---|---|---|"]
    table += [f"| {row.what} | {row.measured} | {row.goal} | {'yes' if row.reached else 'no'} |" for row in rows]
    print("\n".join(table))
    if write:
        write_page(table)


def _measure(world: World) -> list[Row]:
    operator = Operator(world, "bench")
    before = _memory(world)
    found = [*_list(world, operator), _files(world, operator)]
    grown = (_memory(world) - before) / 1e6
    found += _storm(world)
    found.append(Row("Memory of the issuer after both lists", f"{grown:+.0f} MB", "under +300 MB", grown < 300))
    return [*found, *_pages(world)]


def _memory(world: World) -> int:
    state = read_state(world.plan.data.state_file)
    assert state is not None
    return int(psutil.Process(state.part("issuer").pid).memory_info().rss)


def _list(world: World, operator: Operator) -> list[Row]:
    began = time.perf_counter()
    batch = operator.bring(badge_class_of(world), people(LIST, "s"))
    checked = time.perf_counter() - began
    began = time.perf_counter()
    operator.start(batch, "wallet")
    while (now := operator.look(batch)) is None or now["state"] != "done":
        time.sleep(0.05)
    rate = LIST / (time.perf_counter() - began)
    assert now["rows"] == {"awarded": LIST}
    return [
        Row(f"Checking a list of {LIST:,} rows", f"{checked:.1f} s", "under 10 s", checked < 10),
        Row(
            "Awards with place and offer, from start to done",
            f"{rate:,.0f} a second",
            "at least 1,000",
            rate >= 1_000,
        ),
    ]


def _files(world: World, operator: Operator) -> Row:
    batch = operator.bring(badge_class_of(world), people(FILES, "f"))
    began = time.perf_counter()
    operator.start(batch, "file")
    while (now := operator.look(batch)) is None or now["claimed"] < FILES:
        time.sleep(0.05)
    rate = FILES / (time.perf_counter() - began)
    return Row("Badges as files, awarded, signed and kept", f"{rate:,.0f} a second", "at least 500", rate >= 500)


def _storm(world: World) -> list[Row]:
    """Let wallets collect at once; offers are made beforehand."""
    badge_class = badge_class_of(world)
    offers = []
    for number in range(WALLETS * EACH):
        recipient = {"email": f"w{number}@storm.example", "name": "Storm"}
        made = world.api.request("POST", "/api/v1/awards", json={"badge_class": badge_class, "recipient": recipient})
        offer = world.api.request("POST", f"/api/v1/awards/{made.json()['id']}/offers", json={})
        offers.append(offer.json()["offer_url"])

    half = len(offers) // 2
    with httpx.Client(timeout=60, limits=httpx.Limits(max_connections=WALLETS)) as http:
        whole = _rate([lambda offer=offer: Wallet(http).receive_offer(offer) for offer in offers[:half]])[0]
        ready = []
        for offer in offers[half:]:
            wallet = Wallet(http)
            session = wallet.accept(offer)
            proof = wallet.prove(session.issuer, wallet.nonce(session.metadata))
            body = {"credential_configuration_id": session.configuration_id, "proofs": {"jwt": [proof]}}
            ready.append(lambda wallet=wallet, session=session, body=body: wallet.request_credential(session, body))
        rate, times = _rate(ready)
    slowest = statistics.quantiles(times, n=20)[-1] * 1000
    alone = f"{WALLETS} wallets at once, from offer to badge, with the wallets on the same two cores"
    return [
        Row(alone, f"{whole:.0f} badges a second", "at least 100", whole >= 100),
        Row(f"{WALLETS} credential requests at once", f"{rate:.0f} badges a second", "at least 100", rate >= 100),
        Row("Such a request, 95 of 100", f"{slowest:.0f} ms", "under 800 ms", slowest < 800),
    ]


def _rate(acts: Sequence[Callable[[], object]]) -> tuple[float, list[float]]:
    """Do all of it, as many at once as there are wallets; return how many a second, and the seconds of each."""

    def timed(act: Callable[[], object]) -> float:
        began = time.perf_counter()
        act()
        return time.perf_counter() - began

    began = time.perf_counter()
    with ThreadPoolExecutor(WALLETS) as pool:
        times = list(pool.map(timed, acts))
    return len(acts) / (time.perf_counter() - began), times


def _pages(world: World) -> list[Row]:
    with psycopg.connect(world.plan.database("issuer"), autocommit=True) as connection:
        connection.execute(FILL, (badge_class_of(world), MANY))
        connection.execute("vacuum analyze awards")
    rows = []
    with httpx.Client(base_url=world.url("issuer"), headers={"accept": "text/html"}, timeout=60) as browser:
        browser.post("/signin", data={"person": "iris"})
        for name, path in PAGES.items():
            times = []
            for _ in range(15):
                began = time.perf_counter()
                assert browser.get(path).status_code == 200
                times.append((time.perf_counter() - began) * 1000)
            median = statistics.median(times)
            what = f"Opening {name}, with {MANY:,} awards (median)"
            rows.append(Row(what, f"{median:.0f} ms", "under 100 ms", median < 100))
    return rows


def write_page(table: list[str]) -> None:
    """Put the table into the page, in place of the one before."""
    page = PAGE.read_text()
    body = "\n".join([BEGIN, "", "## Awarding in volume", "", *table, "", END])
    if BEGIN in page:
        before, _, rest = page.partition(BEGIN)
        page = before + body + rest.partition(END)[2]
    else:
        page = page.rstrip("\n") + "\n\n" + body + "\n"
    PAGE.write_text(page)


if __name__ == "__main__":
    main()
