"""What lasting trust costs: `python -m tests.bench.trust [--institutions 1000] [--write]`.

Builds a registry of so many institutions, each with a history, an accreditation and four status lists with one entry
in a hundred set, and measures the pack, taking it, one revocation, building a list anew, and verifying saved badges on
one core and on two. `--write` puts the table into docs/performance.md.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from did_registry.trust_pack.repository import TrustItem
from issuer_agent.status_lists import build_list
from issuer_agent.store_issuing import StatusListRecord
from tests.support.accrediting import Accreditor, accredited
from tests.support.lasting import LastingIssuer, year
from tests.support.presenting import stamp
from tests.support.publishing import TrustPublisher
from vc_core.did import build_did_document
from vc_core.model.accreditation import Scope
from vc_core.status.bitstring import MINIMUM_LENGTH, build_status_list_credential, new_bitstring, set_bit
from verifier import Verdict
from verifier.batch import Summary, verify_stream
from verifier.batch_inputs import read_work
from verifier.batch_worker import VerifySetup
from verifier.evidence_store import EvidenceStore
from verifier.trust_pack.pack_file import BASE, PackFetcher
from verifier.trust_pack.updating import update

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"
BEGIN, END = "<!-- trust: begin -->", "<!-- trust: end -->"
LISTS, SET_OF = 4, 100
BADGES = 10_000
ROOT = Accreditor()
LARGE = 1_048_576


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    what: str
    measured: str
    goal: str
    reached: bool


def main() -> None:
    """Measure, print, and write when asked."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.trust", description=__doc__)
    parser.add_argument("--institutions", type=int, default=1_000)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="edubadges-trust-bench-") as name:
        rows = [*measure(Path(name), arguments.institutions)]
    table = ["| What | Measured | Goal | Reached |", "|---|---|---|---|"]
    table += [f"| {row.what} | {row.measured} | {row.goal} | {'yes' if row.reached else '**no**'} |" for row in rows]
    print("\n".join(table))
    if arguments.write:
        write_page(table)


def measure(folder: Path, institutions: int) -> Iterator[Row]:
    """Yield every line of the table."""
    now = datetime.now(UTC)
    issuers = [_institution(number) for number in range(institutions)]
    rng = random.Random(1)
    items = {item.path(): item for number, issuer in enumerate(issuers) for item in _items(issuer, number, rng)}
    root = TrustItem("key-document", ROOT.did, build_did_document(ROOT.did, [(None, ROOT.key.public, ("Multikey",))]))
    items[root.path()] = root
    publisher = TrustPublisher(folder / "registry", now=now)
    publisher.repository.publish(items.values(), now=now)
    pack, packing = _timed(publisher.pack)
    size = pack.stat().st_size
    what = f"Pack of {institutions:,} institutions with {LISTS} lists each"
    yield Row(what, f"{size / 1e6:.1f} MB, packed in {packing:.1f} s", "at most 15 MB", size <= 15_000_000)
    store = EvidenceStore(folder / "store")
    store.prepare()
    done, taking = _timed(lambda: update(store.trust, PackFetcher(pack), BASE, now=now, from_file=True))
    yield Row("Taking it: unpacked, every signature and hash checked", f"{taking:.2f} s", "under 2 s", taking < 2)
    changed = _list_item(issuers[0], 0, 0, rng)
    publisher.repository.publish({**items, changed.path(): changed}.values(), now=now)
    fetcher = PackFetcher(publisher.pack())
    done = update(store.trust, fetcher, BASE, now=now, from_file=True)
    yield Row(
        "What one revocation makes a verifier fetch",
        f"{done.fetched_bytes / 1000:.1f} kB",
        "under 50 kB",
        done.changed == 1 and done.fetched_bytes < 50_000,
    )
    yield _large_list(rng)
    yield _batch(folder, store, issuers[0], now)


def _institution(number: int) -> LastingIssuer:
    issuer = LastingIssuer(did=f"did:web:registry.example:institutions:school-{number}", now=year(-2))
    issuer.rotate(year(-1))
    return issuer


def _items(issuer: LastingIssuer, number: int, rng: random.Random) -> Iterator[TrustItem]:
    yield TrustItem("key-document", issuer.did, issuer.document())
    yield TrustItem("key-history", issuer.did, {"log": issuer.history.decode()})
    may = ROOT.states(issuer.did, Scope(frozenset({"MicroCredential"})), name=f"school{number:012d}", since=year(-2))
    yield TrustItem("participant", issuer.did, accredited(issuer, ROOT.did, may))
    yield from (_list_item(issuer, number, place, rng) for place in range(LISTS))


def _list_item(issuer: LastingIssuer, number: int, place: int, rng: random.Random) -> TrustItem:
    bits = new_bitstring()
    for index in rng.sample(range(8, MINIMUM_LENGTH), MINIMUM_LENGTH // SET_OF):
        set_bit(bits, index)
    url = f"https://registry.example/institutions/school-{number}/status/{place}"
    document = build_status_list_credential(url=url, issuer=issuer.did, bits=bits, valid_from=stamp(year(-1)))
    signed = issuer.sign(document, created=stamp(year(-0.5)))
    return TrustItem("status-list", url, signed)


def _large_list(rng: random.Random) -> Row:
    record = StatusListRecord("x", 1, "revocation", LARGE, 1, 0, None, year(0))
    indexes = rng.sample(range(LARGE), LARGE // SET_OF)
    times = [
        _timed(lambda: build_list(record, indexes, url="https://x.example/1", issuer="did:web:x", now=year(0)))[1]
        for _ in range(5)
    ]
    best = min(times) * 1000
    return Row(f"Building a list of {LARGE:,} entries anew", f"{best:.0f} ms", "under 50 ms", best < 50)


def _batch(folder: Path, store: EvidenceStore, issuer: LastingIssuer, now: datetime) -> Row:
    """Verify saved badges offline with one process and with two."""
    path = folder / "badges.jsonl"
    issuer.status_url = "https://registry.example/institutions/school-0/status/1"
    with path.open("w") as file:
        for number in range(BADGES):
            unsigned = issuer.unsigned_badge(index=number % 8, validFrom=stamp(year(-0.5)), id=f"urn:uuid:{number}")
            file.write(json.dumps(issuer.sign(unsigned, created=stamp(year(-0.5)))) + "\n")
    rates = {workers: BADGES / min(_verified(path, store, now, workers) for _ in range(3)) for workers in (1, 2)}
    ratio = rates[2] / rates[1]
    measured = f"{rates[2]:,.0f} a second, {ratio:.2f} × one core"
    return Row(f"Verifying {BADGES:,} saved badges offline on two cores", measured, "at least 1.8 ×", ratio >= 1.8)


def _verified(path: Path, store: EvidenceStore, now: datetime, workers: int) -> float:
    setup = VerifySetup(str(store.folder), now, as_json=False, max_remarks=3)
    summary = Summary(now, setup.max_remarks)
    began = time.perf_counter()
    for step in verify_stream(read_work([str(path)], lines=True), setup, workers=workers):
        summary.add(step.tally)
    seconds = time.perf_counter() - began
    if summary.verdicts[Verdict.OK.value] != BADGES:
        raise AssertionError(summary.to_json())
    return seconds


def _timed[T](work: Callable[[], T]) -> tuple[T, float]:
    began = time.perf_counter()
    result = work()
    return result, time.perf_counter() - began


def write_page(table: list[str]) -> None:
    """Put the table into the page, in place of the one before."""
    page = PAGE.read_text()
    body = "\n".join([BEGIN, "", "## Trust that lasts", "", *table, "", END])
    if BEGIN in page:
        before, _, rest = page.partition(BEGIN)
        page = before + body + rest.partition(END)[2]
    else:
        page = page.rstrip("\n") + "\n\n" + body + "\n"
    PAGE.write_text(page)


if __name__ == "__main__":
    main()
