"""The second engine gives an opinion on badges of the older model, and decides nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from verifier import cli, second_engine
from verifier.second_engine import Opinion, SecondOpinion, ask_second_engine, engine_name

pytestmark = pytest.mark.skipif(not engine_name(), reason="DIDKit has no wheel for this system")

SUITES = ("Ed25519Signature2018", "Ed25519Signature2020", "JsonWebSignature2020")
_SIGN = """
import asyncio, json, os, sys, didkit
async def main():
    key = didkit.generate_ed25519_key()
    did, method = didkit.key_to_did("key", key), await didkit.key_to_verification_method("key", key)
    badge = {"@context": ["https://www.w3.org/2018/credentials/v1"], "id": "urn:uuid:1",
             "type": ["VerifiableCredential"], "issuer": did, "issuanceDate": "2024-01-01T00:00:00Z",
             "credentialSubject": {"id": did}}
    for suite in sys.argv[1:]:
        options = {"type": suite, "proofPurpose": "assertionMethod", "verificationMethod": method}
        print(await didkit.issue_credential(json.dumps(badge), json.dumps(options), key), flush=True)
asyncio.run(main())
os._exit(0)
"""
app = typer.Typer()
app.command("verify")(cli.verify_command)


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "140")


@pytest.fixture(scope="module")
def signed() -> dict[str, Any]:
    """Credentials of the older model, signed by DIDKit itself."""
    done = subprocess.run([sys.executable, "-c", _SIGN, *SUITES], capture_output=True, check=True, timeout=60)
    return dict(zip(SUITES, map(json.loads, done.stdout.splitlines()), strict=True))


def verify(document: dict[str, Any], folder: Path, *options: str) -> Any:
    file = folder / "badge.json"
    file.write_text(json.dumps(document))
    return CliRunner().invoke(
        app, [str(file), "--offline", "--store", str(folder / "store"), "--second-engine", *options]
    )


@pytest.mark.parametrize("suite", SUITES)
def test_it_says_of_the_older_proofs_whether_they_hold(suite: str, signed: dict[str, Any]) -> None:
    assert ask_second_engine(signed[suite]) == SecondOpinion(Opinion.HOLDS, "", engine_name())
    changed = ask_second_engine({**signed[suite], "issuanceDate": "2024-01-02T00:00:00Z"})
    assert changed.opinion is Opinion.DOES_NOT_HOLD
    assert "signature error" in changed.detail


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"issuer": "did:web:school.example"}, "would-need-a-network"),
        ({"@context": ["https://www.w3.org/ns/credentials/v2"]}, "not-of-the-older-model"),
        ({"@context": "https://www.w3.org/2018/credentials/v1"}, "not-of-the-older-model"),
        ({"proof": "none"}, "no-readable-proof"),
        ({"proof": []}, "no-readable-proof"),
    ],
)
def test_it_is_not_asked_where_it_would_have_to_fetch_or_guess(
    change: dict[str, Any], reason: str, signed: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(second_engine.sys, "executable", "/nowhere")  # a process that is started would fail
    opinion = ask_second_engine({**signed["Ed25519Signature2020"], **change})
    assert (opinion.opinion, opinion.detail) == (Opinion.NONE, reason)


def test_what_it_cannot_read_is_no_opinion(signed: dict[str, Any]) -> None:
    badge = signed["Ed25519Signature2020"]
    opinion = ask_second_engine({**badge, "@context": [*badge["@context"], "https://example.org/unknown"]})
    assert opinion.opinion is Opinion.NONE
    assert "Unknown context" in opinion.detail


@pytest.mark.parametrize(
    "program", ["import time; time.sleep(60)", "print('not JSON')", "print('{}')", "raise SystemExit(3)"]
)
def test_an_engine_that_hangs_or_babbles_gives_no_opinion(
    program: str, signed: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = subprocess.run
    monkeypatch.setattr(second_engine, "_SECONDS", 2)
    monkeypatch.setattr(second_engine.subprocess, "run", lambda _, **more: run([sys.executable, "-c", program], **more))
    opinion = ask_second_engine(signed["Ed25519Signature2020"])
    assert (opinion.opinion, opinion.detail in {"took-too-long", "gave-no-answer"}) == (Opinion.NONE, True)


def test_without_it_there_is_no_opinion(signed: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second_engine, "find_spec", lambda _: None)
    assert ask_second_engine(signed["Ed25519Signature2020"]).detail == "not-installed"


def test_it_agrees_with_ours_and_decides_nothing(signed: dict[str, Any], tmp_path: Path) -> None:
    alone = verify(signed["Ed25519Signature2020"], tmp_path, "--json")
    found = json.loads(alone.stdout)
    signature = next(check for check in found["credentials"][0]["checks"] if check["check"] == "signature")
    assert signature["outcome"] == "passed"
    assert found["second_engine"] == [{"engine": engine_name(), "opinion": "holds", "detail": "", "contradicts": False}]
    # Ours cannot verify the oldest kind; that another engine can does not make it genuine.
    oldest = verify(signed["Ed25519Signature2018"], tmp_path)
    assert (
        oldest.exit_code,
        "key-of-unknown-seal" in verify(signed["Ed25519Signature2018"], tmp_path, "--json").stdout,
    ) == (3, True)
    assert "does not decide" in oldest.stdout


def test_when_the_two_disagree_nobody_decides(
    signed: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "ask_second_engine", lambda _: SecondOpinion(Opinion.HOLDS, "", "another"))
    changed = {**signed["Ed25519Signature2020"], "issuanceDate": "2024-01-02T00:00:00Z"}
    found = verify(changed, tmp_path, "--lang", "nl")
    assert found.exit_code == 3
    assert "oneens" in found.stdout
    monkeypatch.setattr(cli, "ask_second_engine", lambda _: SecondOpinion(Opinion.DOES_NOT_HOLD, "no", "another"))
    assert json.loads(verify(signed["Ed25519Signature2020"], tmp_path, "--json").stdout)["second_engine"][0][
        "contradicts"
    ]
    assert verify(changed, tmp_path).exit_code == 1


def test_many_badges_are_not_shown_to_it(tmp_path: Path) -> None:
    assert (
        CliRunner().invoke(app, [str(tmp_path), "--second-engine", "--store", str(tmp_path / "store")]).exit_code == 2
    )
