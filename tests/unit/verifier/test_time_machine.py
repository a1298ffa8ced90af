"""The table of docs/trust.md, played: each row from a pack, without a network, at its own moment."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.accrediting import Accreditor, accredited
from tests.support.lasting import DAY, LastingIssuer, year
from tests.support.presenting import stamp
from tests.support.publishing import TrustPublisher
from vc_core.model.accreditation import Scope
from vc_core.status.token_status_list import TokenStatusValue
from verifier import Evidence, Report, Verdict, gather, parse_submission, verify
from verifier.evidence_store import EvidenceStore
from verifier.offline_source import OfflineSource
from verifier.trust_pack.pack_file import BASE, PackFetcher
from verifier.trust_pack.updating import update

PAGE = Path(__file__).parents[3] / "docs" / "trust.md"
ROOT = Accreditor()
SECTOR = Accreditor("did:web:registry.example:institutions:sector")
MICRO = Scope(frozenset({"MicroCredential"}))
VERDICTS = {
    "genuine and valid": Verdict.OK,
    "genuine, with remarks": Verdict.ATTENTION,
    "do not trust": Verdict.BAD,
    "cannot check now": Verdict.UNKNOWN,
}
ROW = re.compile(r"\| ([^|`]+) \| ([^|`]+) \| `([a-z-]+)` \|")


def promised() -> dict[str, tuple[Verdict, str]]:
    """Return the rows of the page: what happened, the verdict, the code."""
    found = ROW.findall(PAGE.read_text())
    return {what: (VERDICTS[verdict], code) for what, verdict, code in found}


@dataclass
class Machine:
    """An institution, a registry that publishes packs, and a verifier without a network."""

    folder: Path

    def __post_init__(self) -> None:
        self.issuer = LastingIssuer()
        self.first = self.issuer.key
        self.publisher = TrustPublisher(self.folder / "registry", now=year(0))

    def pack(self, at: datetime, *, also: Evidence | None = None, **replaced: Any) -> Path:
        """Publish what the registry knows at a moment, and return the pack of it."""
        self.issuer.now = max(self.issuer.now, at)
        self.publisher.publish(self.issuer.evidence(at=at, **replaced), also or Evidence(), now=at)
        return self.publisher.pack(f"{at:%Y%m%d%H%M}.pack")

    def judge(self, badge: Any, pack: Path | None, *, at: datetime) -> Report:
        store = EvidenceStore(self.folder / "store")
        if pack is not None:
            update(store.trust, PackFetcher(pack), BASE, now=at, from_file=True)
        submission = parse_submission(json.dumps(badge).encode())
        return verify(submission, gather(submission, OfflineSource(store, now=at)), now=at)

    def stolen(self) -> None:
        """Replace the key, and find out that the old one was stolen half a year before."""
        self.issuer.rotate(year(1.9))
        self.issuer.find_out_that(self.first, since=year(1.5), at=year(2))

    def lists(self, *, until: datetime) -> dict[str, Any]:
        """Return a status list that holds for long, signed by the key of now."""
        return self.issuer.status_list(validUntil=stamp(until))


def today(m: Machine) -> Report:
    return m.judge(m.issuer.issue(year(1)), m.pack(year(1) + DAY), at=year(1) + DAY)


def replaced_twice(m: Machine) -> Report:
    badge = m.issuer.issue(year(0.5))
    m.issuer.rotate(year(1))
    m.issuer.rotate(year(2))
    return m.judge(badge, m.pack(year(3)), at=year(3))


def after_its_time(m: Machine) -> Report:
    m.issuer.rotate(year(1))
    return m.judge(m.issuer.issue(year(1.5), key=m.first), m.pack(year(2)), at=year(2))


def before_its_time(m: Machine) -> Report:
    m.issuer.rotate(year(1))
    second = m.issuer.key
    m.issuer.rotate(year(2))
    return m.judge(m.issuer.issue(year(0.5), key=second), m.pack(year(3)), at=year(3))


def of_a_thief(m: Machine) -> Report:
    m.stolen()
    return m.judge(m.issuer.issue(year(1.7), key=m.first), m.pack(year(2.5)), at=year(2.5))


def of_before_the_theft(m: Machine, *, receipt: float | None = None) -> Report:
    badge = m.issuer.issue(year(1))
    m.stolen()
    if receipt is not None:
        badge = m.issuer.with_receipt(badge, year(receipt))
    return m.judge(badge, m.pack(year(2.5)), at=year(2.5))


def withdrawn(m: Machine) -> Report:
    badge = m.issuer.issue(year(1))
    m.issuer.revoked.add(7)
    return m.judge(badge, m.pack(year(2)), at=year(2))


def suspended(m: Machine, *, given_back: bool = False) -> Report:
    entry = {**m.issuer.unsigned_badge()["credentialStatus"], "statusPurpose": "suspension"}
    badge = m.issuer.issue(year(1), credentialStatus=entry)
    m.issuer.revoked.add(7)
    m.issuer.now = year(2)
    on_hold = m.judge(badge, m.pack(year(2), status_list=m.issuer.status_list(purpose="suspension")), at=year(2))
    if not given_back:
        return on_hold
    m.issuer.revoked.clear()
    m.issuer.now = year(2.1)
    return m.judge(badge, m.pack(year(2.1), status_list=m.issuer.status_list(purpose="suspension")), at=year(2.1))


def closed(m: Machine, *, signed: float = 1) -> Report:
    badge = m.issuer.issue(year(signed))
    m.issuer.now = year(2)
    last = m.lists(until=year(30))
    m.issuer.close(year(2.1))
    gone = {"participant": m.issuer.participant(status="left")}
    return m.judge(badge, m.pack(year(3), participant=gone, status_list=last), at=year(3))


def of_old_pack(m: Machine, age: timedelta) -> Report:
    badge, seen = m.issuer.issue(year(1)), year(1) + DAY
    m.issuer.now = seen
    pack = m.pack(seen, status_list=m.lists(until=year(30)))
    return m.judge(badge, pack, at=seen + age)


def stated(m: Machine, age: timedelta, value: TokenStatusValue = TokenStatusValue.VALID) -> Report:
    """Judge a badge that carries a statement of its issuer, with a pack that is forty days old."""
    badge, seen = m.issuer.issue(year(1)), year(1) + DAY
    now = seen + 40 * DAY
    m.issuer.now = seen
    pack = m.pack(seen, status_list=m.lists(until=year(30)))
    return m.judge(m.issuer.with_status(badge, value, at=now - age), pack, at=now)


def ten_years_later(m: Machine) -> Report:
    badge = m.issuer.issue(year(0.5))
    for number in range(1, 10):
        m.issuer.rotate(year(number))
    return m.judge(badge, m.pack(year(10)), at=year(10))


def nothing_here(m: Machine) -> Report:
    return m.judge(m.issuer.issue(year(1)), None, at=year(1))


def accredited_by(
    m: Machine,
    *statements: Any,
    also: Evidence | None = None,
    receipt: float | None = None,
    **changes: Any,
) -> Report:
    """Judge a badge of the first year, in the second, by what was stated of its institution."""
    known = ROOT.evidence(year(2)).merged(SECTOR.evidence(year(2))) if also is None else also
    said = accredited(m.issuer, ROOT.did, *statements)
    badge = m.issuer.issue(year(1), **changes)
    if receipt is not None:
        badge = m.issuer.with_receipt(badge, year(receipt))
    return m.judge(badge, m.pack(year(2), also=known, participant=said), at=year(2))


def by_a_sector_body(m: Machine, *, until: datetime | None = None) -> Report:
    stated = SECTOR.states(m.issuer.did, MICRO, since=year(0))
    return accredited_by(m, stated, ROOT.states(SECTOR.did, may_accredit=(MICRO,), since=year(0), until=until))


def on_behalf(m: Machine) -> Report:
    badge = m.issuer.unsigned_badge()
    subject = badge["credentialSubject"]
    subject["achievement"]["creator"] = {"id": SECTOR.did, "type": ["Profile"]}
    lets = SECTOR.states(m.issuer.did, Scope(on_behalf_of=SECTOR.did), since=year(0))
    return accredited_by(m, lets, ROOT.states(SECTOR.did, MICRO, since=year(0)), credentialSubject=subject)


def unknown_issuer(m: Machine) -> Report:
    return m.judge(m.issuer.issue(year(1)), m.pack(year(1), participant=None), at=year(1))


PLAYED: dict[str, Callable[[Machine], Report]] = {
    "signed with the key of today": today,
    "its key was replaced, and that one too": replaced_twice,
    "signed with a key after it was replaced": after_its_time,
    "signed with a key before it was published": before_its_time,
    "signed after its key was stolen": of_a_thief,
    "says to be older than the theft of its key": of_before_the_theft,
    "has a receipt from before the theft of its key": lambda m: of_before_the_theft(m, receipt=1.1),
    "has a receipt from after the theft, and an older date": lambda m: of_before_the_theft(m, receipt=1.6),
    "withdrawn": withdrawn,
    "suspended": suspended,
    "given back after it was suspended": lambda m: suspended(m, given_back=True),
    "its institution closed": closed,
    "somebody signs with a key of the closed institution": lambda m: closed(m, signed=2.5),
    "awarded within an accreditation that ended since": lambda m: accredited_by(
        m, ROOT.states(m.issuer.did, MICRO, since=year(0), until=year(1.5))
    ),
    "the same, with a receipt from within it": lambda m: accredited_by(
        m, ROOT.states(m.issuer.did, MICRO, since=year(0), until=year(1.5)), receipt=1.1
    ),
    "the same, with a receipt from after it": lambda m: accredited_by(
        m, ROOT.states(m.issuer.did, MICRO, since=year(0), until=year(1.5)), receipt=1.6
    ),
    "awarded after its accreditation ended": lambda m: accredited_by(
        m, ROOT.states(m.issuer.did, MICRO, since=year(0), until=year(0.5))
    ),
    "of a kind that its institution is not accredited for": lambda m: accredited_by(
        m, ROOT.states(m.issuer.did, Scope(frozenset({"Diploma"})), since=year(0))
    ),
    "nobody accredited its institution": accredited_by,
    "accredited by a sector body that itself is": by_a_sector_body,
    "accredited by a body that may not do that any more": lambda m: by_a_sector_body(m, until=year(0.5)),
    "awarded on behalf of an accredited institution": on_behalf,
    "the key of who accredited is not known": lambda m: accredited_by(
        m, ROOT.states(m.issuer.did, MICRO, since=year(0)), also=Evidence()
    ),
    "the pack is forty days old, and the issuer stated an hour ago that it counts": lambda m: stated(m, DAY / 24),
    "the same, two days ago": lambda m: stated(m, 2 * DAY),
    "the same, and the issuer stated that it is withdrawn": lambda m: stated(m, DAY, TokenStatusValue.INVALID),
    "the pack is two days old": lambda m: of_old_pack(m, 2 * DAY),
    "the pack is forty days old": lambda m: of_old_pack(m, 40 * DAY),
    "ten years later, with a pack of then": ten_years_later,
    "ten years later, with the pack of the day it was issued": lambda m: of_old_pack(m, 3_650 * DAY),
    "there is no pack and no network": nothing_here,
    "the issuer is in no registry": unknown_issuer,
}


def test_every_row_of_the_page_is_played() -> None:
    assert promised().keys() == PLAYED.keys()


@pytest.mark.parametrize("what", PLAYED)
def test_the_verdict_is_the_promised_one(what: str, tmp_path: Path) -> None:
    report = PLAYED[what](Machine(tmp_path))
    verdict, code = promised()[what]
    assert code in {str(result.code) for result in report.results}
    assert report.verdict is verdict
