"""Carry trust to where there is no network: pack, sync, show, and verify with it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from edubadges.cli import app
from tests.support.lasting import LastingIssuer
from tests.support.publishing import TrustPublisher
from verifier import EvidenceItem, EvidenceKind
from verifier.evidence_store import EvidenceStore
from verifier.trust_pack.errors import PackUnreadable, TrustNotSigned, TrustRootUnknown

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setenv("EDUBADGES_ENV", "development")


@pytest.fixture
def issuer() -> LastingIssuer:
    """An institution that replaced its key a year ago."""
    made = LastingIssuer(now=NOW - 800 * DAY)
    made.rotate(NOW - 365 * DAY)
    made.now = NOW
    return made


@pytest.fixture
def publisher(tmp_path: Path, issuer: LastingIssuer) -> TrustPublisher:
    made = TrustPublisher(tmp_path / "registry", now=NOW - DAY)
    made.publish(issuer.evidence(), now=NOW - timedelta(hours=2))
    return made


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, list(arguments))


def saved(folder: Path, badge: Any) -> str:
    path = folder / "badge.json"
    path.write_text(json.dumps(badge))
    return str(path)


def verdict(*arguments: str) -> tuple[int, set[str]]:
    done = run("verify", *arguments, "--json")
    report = json.loads(done.stdout)
    return done.exit_code, {check["code"] for check in report["credentials"][0]["checks"]}


def test_a_pack_is_all_that_is_needed_to_check_a_badge(
    publisher: TrustPublisher, issuer: LastingIssuer, tmp_path: Path
) -> None:
    old = saved(tmp_path, issuer.issue(NOW - 500 * DAY, key=issuer.former[0]))
    empty = ("--offline", "--store", str(tmp_path / "empty"))
    assert verdict(old, *empty)[0] == 3
    code, found = verdict(old, "--pack", str(publisher.pack()), "--store", str(tmp_path / "empty"))
    assert code == 0
    assert {"key-retired-later", "status-clear", "issuer-in-registry"} <= found
    assert not (tmp_path / "empty").exists()


def test_a_store_that_was_synced_is_leaned_on(publisher: TrustPublisher, issuer: LastingIssuer, tmp_path: Path) -> None:
    store = str(tmp_path / "store")
    done = run("trust", "sync", str(publisher.pack()), "--store", store)
    assert done.exit_code == 0
    assert "5 items are new" in done.stdout
    assert "Compare this fingerprint" in done.stdout
    assert verdict(saved(tmp_path, issuer.badge()), "--offline", "--store", store)[0] == 0
    issuer.revoked.add(7)
    publisher.publish(issuer.evidence(), now=NOW - timedelta(hours=1))
    again = run("trust", "sync", str(publisher.pack()), "--store", store)
    assert "1 items are new" in again.stdout
    assert "fingerprint" not in again.stdout
    assert verdict(saved(tmp_path, issuer.badge()), "--offline", "--store", store)[0] == 1


def test_what_is_here_is_shown_with_its_times(publisher: TrustPublisher, tmp_path: Path) -> None:
    store = str(tmp_path / "store")
    assert "Nothing is here yet" in run("trust", "show", "--store", store).stdout
    run("trust", "sync", str(publisher.pack()), "--store", store)
    shown = run("trust", "show", "--store", store).stdout
    for words in ("pack.edubadges-trust", "institutions", "key histories", "signing logs", "status lists", "fresh"):
        assert words in shown
    assert f"{NOW - timedelta(hours=2) + DAY:%Y-%m-%d %H:%M}" in shown  # until when the status lists are fresh


def test_packing_from_the_registrys_folder(publisher: TrustPublisher, tmp_path: Path) -> None:
    out = tmp_path / "out.edubadges-trust"
    done = run("trust", "pack", str(out), "--repository", str(publisher.repository.folder))
    assert done.exit_code == 0
    assert out.read_bytes() == publisher.pack().read_bytes()
    assert run("trust", "pack", str(out), "--repository", str(tmp_path / "nothing")).exit_code == 2


def test_the_operator_signs_the_root_by_hand(tmp_path: Path) -> None:
    folder, keys = tmp_path / "trust", tmp_path / "stick"
    first = run("trust", "begin", str(folder), "--root-keys", str(keys))
    assert "Root 1 is in force" in first.stdout
    assert len(list(keys.glob("root-*.pem"))) == 3
    again = run("trust", "begin", str(folder), "--root-keys", str(keys))
    assert "Root 1 is in force" in again.stdout
    assert again.stdout.split()[-1] == first.stdout.split()[-1]


def test_a_refusal_leaves_what_was_here(publisher: TrustPublisher, tmp_path: Path) -> None:
    store = str(tmp_path / "store")
    run("trust", "sync", str(publisher.pack()), "--store", store)
    other = TrustPublisher(tmp_path / "other", now=NOW)
    other.publish(now=NOW)
    assert isinstance(run("trust", "sync", str(other.pack()), "--store", store).exception, TrustNotSigned)
    root = next((other.repository.folder / "metadata").glob("1.root.json"))
    refused = run("trust", "sync", str(publisher.pack()), "--root", str(root), "--store", store)
    assert isinstance(refused.exception, TrustRootUnknown)
    broken = tmp_path / "half"
    broken.write_bytes(publisher.pack().read_bytes()[:-20])
    assert isinstance(run("trust", "sync", str(broken), "--store", store).exception, PackUnreadable)
    assert "institutions" in run("trust", "show", "--store", store).stdout


def test_a_pack_of_another_registry_is_not_used_by_who_trusts_one(
    publisher: TrustPublisher, issuer: LastingIssuer, tmp_path: Path
) -> None:
    store = str(tmp_path / "store")
    run("trust", "sync", str(publisher.pack()), "--store", store)
    other = TrustPublisher(tmp_path / "other", now=NOW)
    other.publish(issuer.evidence(), now=NOW)
    done = run("verify", saved(tmp_path, issuer.badge()), "--pack", str(other.pack()), "--store", store, "--json")
    assert done.exit_code == 4
    assert json.loads(done.stdout)["unreadable"] == "trust-not-signed"


def test_of_two_copies_the_younger_is_given(publisher: TrustPublisher, issuer: LastingIssuer, tmp_path: Path) -> None:
    folder = tmp_path / "store"
    run("trust", "sync", str(publisher.pack()), "--store", str(folder))
    store = EvidenceStore(folder)
    kind = EvidenceKind.KEY_DOCUMENT
    published = store.find(kind, issuer.did)
    assert published is not None
    assert published.source == "pack.edubadges-trust"
    for moment, mine in ((NOW - 3 * DAY, False), (NOW, True)):
        store.put(EvidenceItem(kind, issuer.did, "fetched", moment, {"id": issuer.did}))
        found = store.find(kind, issuer.did)
        assert found is not None
        assert (found.source == "fetched") is mine


def _can_go_without_a_network() -> bool:
    tool = shutil.which("unshare")
    return tool is not None and subprocess.run([tool, "-n", "true"], capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not _can_go_without_a_network(), reason="this machine gives no network namespaces")
def test_on_a_machine_without_any_route_the_report_is_the_same(
    publisher: TrustPublisher, issuer: LastingIssuer, tmp_path: Path
) -> None:
    badge = saved(tmp_path, issuer.issue(NOW - 500 * DAY, key=issuer.former[0]))
    command = [badge, "--pack", str(publisher.pack()), "--store", str(tmp_path / "none"), "--json"]
    here = run("verify", *command)
    there = subprocess.run(
        ["unshare", "-n", sys.executable, "-m", "edubadges", "verify", *command], capture_output=True, check=False
    )
    assert there.returncode == here.exit_code == 0
    reports = [json.loads(text) for text in (here.stdout, there.stdout)]
    for report in reports:
        del report["checked_at"]
    assert reports[0] == reports[1]
