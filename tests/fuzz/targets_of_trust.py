"""Parsers of what lasts: histories, receipts, tree heads, accreditations, statements, saved reports, trust packs."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from tests.fuzz.mutators import change_bytes, change_json
from tests.fuzz.target import Target
from tests.support.accrediting import Accreditor, accredited
from tests.support.lasting import LOG, LOG_KEY, LastingIssuer, year
from tests.support.publishing import TrustPublisher
from vc_core.json_text import dump_json, parse_json_object
from vc_core.keys import PrivateKey
from vc_core.model.accreditation import Scope, read_accreditation
from vc_core.status.token_status_list import TokenStatusValue
from vc_core.trust.checkpoint import open_checkpoint
from vc_core.trust.did_log import read_did_log
from vc_core.trust.key_history import key_periods, versions_of
from vc_core.trust.receipt import read_receipt
from verifier import Evidence, EvidenceItem, EvidenceKind, Verdict, parse_submission, replay, save_report, verify
from verifier.evidence_store import EvidenceStore
from verifier.trust_pack.pack_file import BASE, PackFetcher
from verifier.trust_pack.updating import update

_DAY: Final = timedelta(days=1)
_NOW: Final = year(2)


def _institution() -> LastingIssuer:
    made = LastingIssuer(key=PrivateKey.from_bytes("Ed25519", bytes([31]) * 32))
    made.rotate(year(1))
    return made


_ISSUER: Final = _institution()
_OLD: Final = _ISSUER.issue(year(0.5), key=_ISSUER.former[0])
_BADGE: Final = _ISSUER.issue(year(1.5))
_WITH_RECEIPT: Final = _ISSUER.with_receipt(_OLD, year(0.6))
_STATED: Final = _ISSUER.with_status(_BADGE, TokenStatusValue.VALID, at=_NOW - _DAY / 24)
_ROOT: Final = Accreditor(key=PrivateKey.from_bytes("Ed25519", bytes([32]) * 32))
_STATEMENT: Final = _ROOT.states(
    _ISSUER.did,
    Scope(frozenset({"MicroCredential"}), frozenset({"formal"}), frozenset({6}), frozenset({"07"}), frozenset({"NL"})),
)
_EVIDENCE: Final = _ISSUER.evidence(at=_NOW).merged(_ROOT.evidence(_NOW))


def _history(data: bytes) -> None:
    log = read_did_log(data, now=_NOW)
    assert log.entries
    assert key_periods(versions_of(log)) is not None


def _checkpoint(data: bytes) -> None:
    head = open_checkpoint(data.decode("utf-8", "replace"), origin=LOG, keys={LOG: LOG_KEY.public})
    assert head.size >= 0


def _statement(data: bytes) -> None:
    read_accreditation(parse_json_object(data))


def _judged(data: bytes) -> None:
    """Judge a badge with whatever stands in its proof set; what is changed there never makes it better."""
    report = verify(parse_submission(data), _EVIDENCE, now=_NOW)
    assert report.verdict in Verdict


def _with(kind: EvidenceKind, name: str, badge: Any) -> Callable[[bytes], None]:
    submission = parse_submission(dump_json(badge))

    def run(data: bytes) -> None:
        item = EvidenceItem(kind, name, "fuzz", _NOW, parse_json_object(data))
        report = verify(submission, _EVIDENCE.merged(Evidence.of([item])), now=_NOW)
        assert dump_json(report.to_json())

    return run


def _replayed(data: bytes) -> None:
    outcome = replay(data)
    assert dump_json(outcome.report.to_json())


def _taken(data: bytes) -> None:
    """Take a pack into an empty store: all of it or nothing."""
    with tempfile.TemporaryDirectory(prefix="edubadges-fuzz-") as folder:
        pack = Path(folder) / "x.pack"
        pack.write_bytes(data)
        store = EvidenceStore(Path(folder) / "store")
        try:
            update(store.trust, PackFetcher(pack), BASE, now=_NOW, from_file=True)
        finally:
            found = store.trust.current()
            assert found is None or found.is_whole()


def _pack() -> bytes:
    with tempfile.TemporaryDirectory(prefix="edubadges-fuzz-") as folder:
        publisher = TrustPublisher(Path(folder), now=_NOW)
        publisher.publish(_EVIDENCE, now=_NOW)
        return publisher.pack().read_bytes()


def _saved() -> bytes:
    data = dump_json(_BADGE)
    return save_report(data, verify(parse_submission(data), _EVIDENCE, now=_NOW), _EVIDENCE)


def _change_lines(data: bytes, chance: random.Random, corpus: Sequence[bytes]) -> bytes:
    """Change one line of a log as JSON, or the order or number of the lines."""
    lines = data.splitlines(keepends=True)
    if not lines:
        return change_bytes(data, chance, corpus)
    place = chance.randrange(len(lines))
    match chance.randrange(4):
        case 0:
            lines[place] = change_json(lines[place].rstrip(b"\n"), chance, corpus) + b"\n"
        case 1:
            lines.insert(chance.randrange(len(lines) + 1), lines[place])
        case 2:
            del lines[place]
        case _:
            lines[place] = change_bytes(lines[place], chance, corpus)
    return b"".join(lines)


_JSON_WAYS: Final = (change_json, change_json, change_bytes)
_TOLD: Final = accredited(_ISSUER, _ROOT.did, _STATEMENT)

TARGETS_OF_TRUST: Final = (
    Target("did_log", _history, (_ISSUER.history,), (_change_lines, change_bytes), max_calls=400_000),
    Target("checkpoint", _checkpoint, (read_receipt(_WITH_RECEIPT["proof"][1]).checkpoint.encode(),), (change_bytes,)),
    Target("statement", _statement, (dump_json(_STATEMENT),), _JSON_WAYS),
    Target("receipt", _judged, (dump_json(_WITH_RECEIPT),), _JSON_WAYS, max_calls=400_000),
    Target("status_assertion", _judged, (dump_json(_STATED),), _JSON_WAYS, max_calls=400_000),
    Target(
        "key_history",
        _with(EvidenceKind.KEY_HISTORY, _ISSUER.did, _OLD),
        (dump_json({"log": _ISSUER.history.decode()}),),
        _JSON_WAYS,
        max_calls=400_000,
    ),
    Target(
        "accreditations",
        _with(EvidenceKind.PARTICIPANT, _ISSUER.did, _BADGE),
        (dump_json(_TOLD),),
        _JSON_WAYS,
        max_calls=400_000,
    ),
    Target(
        "signing_log",
        _with(EvidenceKind.SIGNING_LOG, LOG, _WITH_RECEIPT),
        (dump_json({"origin": LOG, "keys": {LOG: LOG_KEY.public.to_multikey()}, "threshold": 1}),),
        _JSON_WAYS,
        max_calls=400_000,
    ),
    Target("saved_report", _replayed, (_saved(),), _JSON_WAYS, max_calls=600_000),
    Target("trust_pack", _taken, (_pack(),), (change_bytes,), max_calls=900_000, max_bytes=160_000_000),
)
