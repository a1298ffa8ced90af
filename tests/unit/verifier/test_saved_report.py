"""A report that is kept with all it rests on, and asked again: the same answer, or a place where it differs."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import typer
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from tests.support.accrediting import Accreditor, accredited
from tests.support.judging import ISSUER
from tests.support.lasting import LastingIssuer, year
from tests.support.presenting import NOW
from tests.support.registry_simulator import RegistrySimulator
from vc_core.errors import MalformedInput
from vc_core.json_text import dump_json
from vc_core.model.accreditation import Scope
from verifier import Check, Evidence, Policy, Report, Verdict, parse_submission, replay, save_report, verify
from verifier.cli import verify_command
from verifier.cli_replay import replay_command
from verifier.evidence import content_digest
from verifier.saved_report import policy_from_json, policy_to_json

app = typer.Typer()
app.command("verify")(verify_command)
app.command("replay")(replay_command)


def kept(badge: Any, evidence: Evidence, *, now: Any = NOW, policy: Policy | None = None) -> tuple[bytes, Report]:
    data, used = dump_json(badge), policy or Policy()
    report = verify(parse_submission(data), evidence, used, now=now)
    return save_report(data, report, evidence, used), report


ROOT = Accreditor()
SAVED, REPORT = kept(
    ISSUER.badge(),
    ISSUER.evidence(
        participant=accredited(ISSUER, ROOT.did, ROOT.states(ISSUER.did, Scope(frozenset({"MicroCredential"}))))
    ).merged(ROOT.evidence()),
)


def test_the_same_evidence_gives_the_same_report() -> None:
    again = replay(SAVED)
    assert again.same
    assert again.report == REPORT
    assert again.report.verdict is Verdict.OK


def test_it_holds_also_for_what_was_not_there_and_for_old_keys() -> None:
    issuer = LastingIssuer()
    badge = issuer.issue(year(0.5))
    issuer.rotate(year(1))
    for evidence in (issuer.evidence(), issuer.evidence(status_list=None), Evidence()):
        saved, report = kept(badge, evidence, now=year(1.01))
        assert replay(saved).report == report


def test_the_policy_of_then_is_used() -> None:
    strict = Policy(optional_checks=frozenset({Check.STATUS}), clock_skew=timedelta(seconds=7))
    saved, report = kept(ISSUER.badge(), ISSUER.evidence(status_list=None), policy=strict)
    assert report.verdict is Verdict.ATTENTION
    assert replay(saved).same
    assert policy_from_json(policy_to_json(strict)) == strict


def changed(**members: Any) -> bytes:
    return dump_json({**json.loads(SAVED), **members})


def test_another_answer_says_where() -> None:
    report: Any = json.loads(SAVED)["report"]
    report["verdict"] = "bad"
    report["credentials"][0]["checks"][2]["code"] = "signature-invalid"
    again = replay(changed(report=report))
    assert not again.same
    assert [(item.place, item.saved, item.now) for item in again.differences] == [
        ("verdict", "bad", "ok"),
        ("1/signature", "passed signature-invalid", "passed signature-valid"),
    ]
    report = json.loads(SAVED)["report"]
    report["credentials"][0]["badge"]["name"] = "Another"
    assert [item.place for item in replay(changed(report=report)).differences] == ["report"]


def test_evidence_that_was_damaged_is_named() -> None:
    evidence = json.loads(SAVED)["evidence"]
    evidence[0]["content"]["id"] = "did:web:elsewhere.example"
    with pytest.raises(MalformedInput) as refused:
        replay(changed(evidence=evidence))
    assert refused.value.code == "saved-report-unusable"
    assert "key-document" in refused.value.detail


def test_forged_evidence_does_not_make_a_forged_badge_good() -> None:
    """Who writes a digest anew is caught by the proofs inside."""
    value = json.loads(SAVED)
    for item in value["evidence"]:
        if item["kind"] == "status-list":
            item["content"]["validFrom"] = "2026-11-22T12:00:01Z"
            item["sha256"] = content_digest(item["content"])
    again = replay(dump_json(value))
    assert "1/status" in {item.place for item in again.differences}
    assert again.report.verdict is not Verdict.OK


@pytest.mark.parametrize(
    "change",
    [
        {"format": "edubadges-saved-report/2"},
        {"more": 1},
        {"badge": "%%%"},
        {"badge": 5},
        {"badge": ""},
        {"report": []},
        {"report": {"checked_at": "soon"}},
        {"policy": {}},
        {"policy": None},
        {"evidence": {}},
        {"evidence": [5]},
        {"evidence": [{"kind": "rumour"}]},
        {"evidence": [{}] * 401},
    ],
    ids=str,
)
def test_what_is_no_saved_report_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(MalformedInput):
        replay(changed(**change))


@pytest.mark.parametrize(
    "value", [None, True, -1, 1.5, "1", [], [1], ["x"], ["status", 5], [["status"]], 10**11, [1, 2, 3]]
)
def test_a_policy_of_another_kind_is_refused(value: Any) -> None:
    for name, good in policy_to_json(Policy()).items():
        if value == [] and good == []:
            continue
        with pytest.raises(MalformedInput):
            policy_from_json({**policy_to_json(Policy()), name: value})


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(SAVED) - 1), st.integers(0, 255), st.integers(0, 3))
def test_any_change_of_a_byte_is_refused_or_seen_or_harmless(place: int, byte: int, cut: int) -> None:
    data = bytearray(SAVED)
    data[place] = byte
    try:
        again = replay(bytes(data[: len(data) - cut * 7]))
    except MalformedInput:
        return
    assert again.same == (json.loads(bytes(data))["report"] == json.loads(SAVED)["report"] and again.report == REPORT)


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, list(arguments))


def test_from_the_command_line(registry: RegistrySimulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDUBADGES_ENV", "development")
    issuer = registry.add("zzu")
    badge, file = tmp_path / "badge.json", tmp_path / "saved.json"
    badge.write_text(json.dumps(issuer.badge()))
    options = ["--registry", registry.url, "--store", str(tmp_path / "store"), "--save", str(file)]
    assert run("verify", str(badge), *options).exit_code == 0
    registry.down = True
    again = run("replay", str(file))
    assert again.exit_code == 0, again.output
    assert "The same answer" in again.output
    value = json.loads(file.read_text())
    value["report"]["verdict"] = "bad"
    file.write_text(json.dumps(value))
    other = run("replay", str(file), "--json")
    assert other.exit_code == 1
    assert json.loads(other.output)["differences"] == [{"place": "verdict", "saved": "bad", "now": "ok"}]
    assert "Een ander antwoord" in run("replay", str(file), "--lang", "nl").output
    file.write_text("{")
    assert run("replay", str(file)).exit_code == 4
    assert run("replay", str(tmp_path / "none")).exit_code == 4
    assert run("verify", str(badge), *options[:-1], str(tmp_path / "no" / "file")).exit_code == 4
    assert run("verify", str(badge), str(badge), *options).exit_code == 2
