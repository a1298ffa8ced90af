"""did:webvh 1.0: every version of the logs of others, and each log that must be refused is refused for its one fault.

That the last version of every log comes out right is among the cases of `sets_badges`.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.vectors.conftest import SHARED
from vc_core.did import did_web_url
from vc_core.errors import DidError
from vc_core.trust.did_log import DidLog, did_webvh_url, read_did_log
from vc_core.trust.did_log_rules import DidLogError

ROOT = SHARED / "didwebvh"
NOW = datetime(2026, 7, 1, tzinfo=UTC)
RESULTS = sorted(ROOT.glob("*/*/resolutionResult.[0-9]*.json"))

FAULTS = {
    "cross-did-witness-replay": "Too few witnesses",
    "did-key-body-fragment-mismatch": "not signed by a key that may",
    "duplicate-witness-ids": "named twice",
    "portable-scid-swap": "of another identifier",
    "pre-rotation-omit-updatekeys": "updateKeys is not",
    "scid-mismatch-genesis": "does not follow from the first entry",
    "unknown-method-version": "no known method",
    "versiontime-future": "lie in the future",
    "versiontime-non-monotonic": "not in the order of time",
    "wrong-cryptosuite": "not signed by a key that may",
    "zero-witness-threshold": "number of witnesses",
}
"""What is wrong in a log."""
CROOKED = {
    "fragment-leaks-into-domain",
    "lowercase-pct-port-ip",
    "path-traversal-did",
    "pct-encoded-ip-host",
    "pct-encoded-traversal",
}
"""Folders whose fault is the identifier; their logs are empty."""

pytestmark = pytest.mark.skipif(not ROOT.is_dir(), reason=f"the did:webvh vectors are not in {ROOT}")


def read(folder: Path, *, now: datetime = NOW) -> DidLog:
    witnesses = folder / "did-witness.json"
    return read_did_log(
        (folder / "did.jsonl").read_bytes(), now=now, witnesses=witnesses.read_bytes() if witnesses.is_file() else None
    )


def of_fault(name: str) -> Path:
    return ROOT / f"negative-{name}" / "ts"


def without_services(document: dict[str, Any]) -> dict[str, Any]:
    """Resolvers add the services that every did:webvh has."""
    return {member: value for member, value in document.items() if member != "service"}


@pytest.mark.parametrize("result", RESULTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_an_earlier_version_is_the_one_its_makers_give(result: Path) -> None:
    expected = json.loads(result.read_bytes())
    about = expected["didDocumentMetadata"]
    log = read(result.parent)
    number = int(about["versionId"].partition("-")[0])
    entry = log.entries[number - 1]

    # Those of the Python library give its last version under every name.
    assert number == (len(log.entries) if result.parent.name == "python" else int(result.stem.rpartition(".")[2]))
    assert without_services(expected["didDocument"]) == without_services(entry.document)
    assert about["versionId"] == entry.version_id
    assert log.at(entry.at) == entry
    assert log.at(entry.at - timedelta(microseconds=1)) == (log.entries[number - 2] if number > 1 else None)


def test_the_vectors_have_results_of_earlier_versions() -> None:
    assert len(RESULTS) == 10


def test_every_folder_that_must_be_refused_has_its_fault_here() -> None:
    folders = {path.name.removeprefix("negative-") for path in ROOT.glob("negative-*")}

    assert folders == FAULTS.keys() | CROOKED
    assert not any((of_fault(name) / "did.jsonl").read_bytes() for name in CROOKED)


@pytest.mark.parametrize("name", FAULTS)
def test_a_log_is_refused_for_its_one_fault(name: str) -> None:
    with pytest.raises(DidLogError, match=FAULTS[name]) as refusal:
        read(of_fault(name))

    assert refusal.value.code == "did-log-invalid"


def test_a_version_of_the_future_is_one_when_its_day_has_come() -> None:
    first, second, _ = (of_fault("versiontime-future") / "did.jsonl").read_bytes().splitlines(keepends=True)
    moment = datetime.fromisoformat(json.loads(second)["versionTime"])

    assert read_did_log(first + second, now=moment).current.at == moment
    with pytest.raises(DidLogError, match="lie in the future"):
        read_did_log(first + second, now=moment - timedelta(minutes=5, seconds=1))


@pytest.mark.parametrize("name", ["portable-scid-swap", "pre-rotation-omit-updatekeys", "versiontime-non-monotonic"])
def test_what_stands_before_the_fault_is_a_log(name: str) -> None:
    first, second = (of_fault(name) / "did.jsonl").read_bytes().splitlines()

    assert read_did_log(first, now=NOW).current.version_id == json.loads(first)["versionId"]
    with pytest.raises(DidLogError, match=FAULTS[name]):
        read_did_log(first + b"\n" + second, now=NOW)


def test_proofs_of_another_log_are_not_proofs_of_this_one() -> None:
    """The witnesses of the replay signed something: only the version that they name is another one."""
    folder = of_fault("cross-did-witness-replay")
    said = json.loads((folder / "did-witness.json").read_bytes())
    versions = {json.loads(line)["versionId"] for line in (folder / "did.jsonl").read_bytes().splitlines()}

    assert any(item["proof"] for item in said)
    assert not versions <= {item["versionId"] for item in said if item["proof"]}


@pytest.mark.parametrize("name", sorted(CROOKED))
def test_a_crooked_identifier_gives_no_address(name: str) -> None:
    script = (ROOT / f"negative-{name}" / "script.yaml").read_text("utf-8")
    dids = re.findall(r'did: "(did:webvh:[^"]*)"', script)

    assert dids
    for did in dids:
        with pytest.raises(DidError) as refusal:
            did_webvh_url(did)
        assert refusal.value.code == "invalid-did"
        with pytest.raises(DidError):
            did_web_url("did:web:" + did.removeprefix("did:webvh:").partition(":")[2])
