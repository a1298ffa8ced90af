"""A badge that carries what its issuer stated of it: when that counts, and when it is as if it were not there."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.support.judging import ISSUER, code_of, report_on
from tests.support.presenting import NOW, Issuer
from vc_core.keys import PrivateKey
from vc_core.status.token_status_list import TokenStatusValue
from verifier import Check, Verdict

HOUR = timedelta(hours=1)
VALID, INVALID, SUSPENDED = TokenStatusValue.VALID, TokenStatusValue.INVALID, TokenStatusValue.SUSPENDED


def judged(badge: Any, **evidence: Any) -> tuple[str, Verdict]:
    """Return the code and the verdict, by default without any status list."""
    report = report_on(badge, evidence=ISSUER.evidence(**({"status_list": None} | evidence)))
    return code_of(report, Check.STATUS), report.verdict


def carrying(value: TokenStatusValue = VALID, *, age: timedelta = HOUR, **changes: Any) -> Any:
    return ISSUER.with_status(ISSUER.badge(), value, at=NOW - age, **changes)


@pytest.mark.parametrize(
    ("value", "age", "code", "verdict"),
    [
        (VALID, HOUR, "status-stated-clear", Verdict.OK),
        (VALID, 23 * HOUR, "status-stated-clear", Verdict.OK),
        (VALID, 25 * HOUR, "status-stated-clear-stale", Verdict.ATTENTION),
        (VALID, 8 * 24 * HOUR, "status-list-missing", Verdict.UNKNOWN),
        (VALID, -6 * HOUR, "status-list-missing", Verdict.UNKNOWN),
        (INVALID, HOUR, "status-revoked", Verdict.BAD),
        (SUSPENDED, HOUR, "status-suspended", Verdict.ATTENTION),
    ],
)
def test_without_a_list_it_is_what_is_known(
    value: TokenStatusValue, age: timedelta, code: str, verdict: Verdict
) -> None:
    assert judged(carrying(value, age=age)) == (code, verdict)


def test_a_list_that_is_newer_wins() -> None:
    assert judged(carrying(INVALID), status_list=ISSUER.status_list())[0] == "status-clear"
    stale = ISSUER.evidence(at=NOW - 3 * 24 * HOUR)
    report = report_on(carrying(VALID, age=4 * 24 * HOUR), evidence=stale)
    assert code_of(report, Check.STATUS) == "status-clear-stale"


def test_it_wins_from_a_list_that_is_older() -> None:
    stale = ISSUER.evidence(at=NOW - 3 * 24 * HOUR)
    assert code_of(report_on(carrying(INVALID), evidence=stale), Check.STATUS) == "status-revoked"
    assert code_of(report_on(carrying(VALID), evidence=stale), Check.STATUS) == "status-stated-clear"


def test_what_is_revoked_by_a_list_stays_so() -> None:
    other = Issuer(did=ISSUER.did, key=ISSUER.key, revoked={7})
    report = report_on(carrying(VALID), evidence=other.evidence(at=NOW - 3 * 24 * HOUR))
    assert code_of(report, Check.STATUS) == "status-revoked"


THIEF = PrivateKey.from_bytes("Ed25519", bytes([66]) * 32)


@pytest.mark.parametrize(
    "changes",
    [
        {"key": THIEF},
        {"key": THIEF, "kid": f"{ISSUER.did}#{THIEF.public.to_multikey()}"},
        {"key": THIEF, "kid": f"{THIEF.public.did_key()}#{THIEF.public.to_multikey()}"},
        {"leaf": bytes(32)},
        {"typ": "JWT"},
        {"iss": "did:web:elsewhere.example"},
        {"credential_status_type": 3},
        {"credential_status_type": False},
        {"credential_hash_alg": "sha-512"},
        {"exp": "tomorrow"},
        {"iat": 0},
        {"more": 1},
        {"life": timedelta(days=32)},
        {"life": timedelta(0)},
    ],
    ids=str,
)
def test_what_is_forged_or_strange_is_as_if_it_were_not_there(changes: dict[str, Any]) -> None:
    assert judged(carrying(**changes)) == ("status-list-missing", Verdict.UNKNOWN)


@pytest.mark.parametrize("value", [None, 5, "", "x", "a.b.c", "eyJ.eyJ.", "e" * 5_000])
def test_what_is_no_token_is_as_if_it_were_not_there(value: Any) -> None:
    badge = carrying()
    badge["proof"][1]["proofValue"] = value
    assert judged(badge)[0] == "status-list-missing"


def test_it_cannot_be_put_on_another_badge() -> None:
    other = ISSUER.badge(index=8)
    other["proof"] = [other["proof"], carrying()["proof"][1]]
    assert judged(other)[0] == "status-list-missing"


def test_it_takes_nothing_from_the_signature() -> None:
    report = report_on(carrying(), evidence=ISSUER.evidence())
    assert [code for code in (str(result.code) for result in report.results) if "signature" in code] == [
        "signature-valid"
    ]
    changed = json.loads(json.dumps(carrying()))
    changed["name"] = "Another"
    assert report_on(changed, evidence=ISSUER.evidence()).verdict is Verdict.BAD
