"""Evidence on disk, the two sources, and the command line with everything else switched off."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from service_kit.fetch import Fetcher
from tests.support.presenting import Issuer, stamp
from tests.support.registry_simulator import RegistrySimulator
from tests.unit.verifier.test_hostile_input import png
from vc_core.baking import bake_png
from verifier import EvidenceItem, EvidenceKind, Needs, gather, parse_submission
from verifier.cli import evidence_app, verify_command
from verifier.evidence import Absence
from verifier.evidence_store import EvidenceStore, UnsafeStore
from verifier.offline_source import OfflineSource
from verifier.online_source import OnlineSource, sync

app = typer.Typer()
app.command("verify")(verify_command)
app.add_typer(evidence_app, name="evidence")
LOOPBACK = frozenset({"localhost"})


@pytest.fixture(autouse=True)
def _development(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDUBADGES_ENV", "development")
    monkeypatch.setenv("COLUMNS", "140")


def run(*arguments: str, stdin: bytes = b"") -> Any:
    return CliRunner().invoke(app, list(arguments), input=stdin)


def saved(path: Path, document: dict[str, Any]) -> str:
    path.write_text(json.dumps(document))
    return str(path)


def test_with_everything_switched_off_every_badge_gets_its_verdict(registry: RegistrySimulator, tmp_path: Path) -> None:
    issuer = registry.add("zzu")
    issuer.revoked.add(9)
    store = str(tmp_path / "store")
    assert run("evidence", "sync", registry.url, "--store", store).exit_code == 0
    registry.down = True
    tampered = issuer.badge()
    tampered["credentialSubject"]["achievement"]["name"] = "Doctor"
    stranger = Issuer(did="did:web:localhost%3A1:x", key=issuer.key, now=issuer.now)
    badges = {
        0: issuer.badge(),
        1: tampered,
        2: issuer.badge(validUntil=stamp(issuer.now - timedelta(days=1))),
        3: stranger.badge(),
    }
    for code, badge in badges.items():
        result = run("verify", saved(tmp_path / f"{code}.json", badge), "--offline", "--store", store)
        assert result.exit_code == code, result.output
    assert (
        run("verify", saved(tmp_path / "r.json", issuer.badge(index=9)), "--offline", "--store", store).exit_code == 1
    )
    wrong = issuer.sign({**issuer.unsigned_badge(), "issuer": {"id": "did:web:localhost%3A1:x", "type": ["Profile"]}})
    assert run("verify", saved(tmp_path / "w.json", wrong), "--offline", "--store", store).exit_code == 1


def test_the_terminal_shows_every_check_and_the_age_of_its_evidence(
    registry: RegistrySimulator, tmp_path: Path
) -> None:
    issuer = registry.add("zzu")
    store = EvidenceStore(tmp_path / "store")
    with_age = datetime.now(UTC) - timedelta(hours=3)
    fetcher = Fetcher(development=True)
    sync(store, fetcher, registry.url, now=with_age)
    fetcher.close()
    registry.down = True
    picture = tmp_path / "badge.png"
    picture.write_bytes(bake_png(png(), json.dumps(issuer.badge())))

    english = run("verify", str(picture), "--offline", "--store", str(store.folder))
    dutch = run("verify", "-", "--offline", "--store", str(store.folder), "--lang", "nl", stdin=picture.read_bytes())
    as_json = run("verify", str(picture), "--offline", "--store", str(store.folder), "--json")

    assert english.exit_code == dutch.exit_code == as_json.exit_code == 0
    assert "Genuine and valid" in english.output
    assert "3 hours old" in english.output
    assert "Echt en geldig" in dutch.output
    assert "3 uur oud" in dutch.output
    assert json.loads(as_json.output)["verdict"] == "ok"


def test_a_badge_cannot_steer_the_terminal(registry: RegistrySimulator, tmp_path: Path) -> None:
    issuer = registry.add("zzu", listed=False)
    badge = issuer.unsigned_badge()
    badge["credentialSubject"]["achievement"]["name"] = "\u202eevil [bold]x[/bold]"
    badge["issuer"]["name"] = "a\tb"
    badge["credentialSubject"]["achievement"]["creator"]["name"] = "a\tb"

    result = run(
        "verify",
        saved(tmp_path / "b.json", issuer.sign(badge)),
        "--registry",
        registry.url,
        "--store",
        str(tmp_path / "s"),
    )

    assert "\u202e" not in result.output
    assert "[bold]x[/bold]" in result.output
    assert "\x1b" not in result.output


@pytest.mark.parametrize(
    ("arguments", "stdin", "code"),
    [
        (("-",), b"", 4),
        (("-",), b"hello", 4),
        (("/nowhere/badge.json",), b"", 4),
        (("/",), b"", 4),
        (("https://x.example/b.json", "--offline"), b"", 4),
        (("http://169.254.169.254/",), b"", 4),
        (("-", "--lang", "fr"), b"", 2),
    ],
)
def test_what_cannot_be_read_exits_four(arguments: tuple[str, ...], stdin: bytes, code: int, tmp_path: Path) -> None:
    result = run("verify", *arguments, "--store", str(tmp_path / "s"), stdin=stdin)

    assert result.exit_code == code
    assert "Traceback" not in result.output


def test_a_store_that_others_can_change_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    folder.mkdir()
    folder.chmod(folder.stat().st_mode | stat.S_IWOTH)

    with pytest.raises(UnsafeStore):
        EvidenceStore(folder).prepare()
    assert run("verify", "-", "--offline", "--store", str(folder), stdin=b"{}").exit_code == 4


def test_the_store_gives_back_what_it_was_given_and_survives_damage(tmp_path: Path) -> None:
    store = EvidenceStore(tmp_path / "store")
    store.prepare()
    item = EvidenceItem(EvidenceKind.STATUS_LIST, "https://x.example/1", "here", datetime.now(UTC), {"a": [1]})
    store.put(item)

    assert store.find(item.kind, item.name) == item
    assert store.find(item.kind, "https://x.example/2") is None
    [path] = (tmp_path / "store" / "status-list").iterdir()
    for damage in (b"", b"{", b"[]", b'{"kind": "status-list"}', b"\xff"):
        path.write_bytes(damage)
        assert store.find(item.kind, item.name) is None
        assert len(store.everything()) == 0


def test_both_sources_answer_every_need_with_an_item_or_a_reason(registry: RegistrySimulator, tmp_path: Path) -> None:
    issuer = registry.add("zzu")
    store = EvidenceStore(tmp_path / "store")
    store.prepare()
    fetcher = Fetcher(development=True)
    online = OnlineSource(fetcher, store, registry_url=registry.url, http_hosts=LOOPBACK)
    needs = Needs(
        (issuer.did, "did:web:localhost%3A1:nobody", "did:example:x", "did:web:10.0.0.1"),
        (issuer.status_url, "https://10.0.0.1/list", "not an address"),
        (issuer.did, "did:web:stranger.example"),
    )

    for source in (OfflineSource(store, now=datetime.now(UTC)), online, OfflineSource(store, now=datetime.now(UTC))):
        evidence = source.gather(needs)
        assert len(evidence) == len(needs)
    fetcher.close()

    found = evidence.find(EvidenceKind.KEY_DOCUMENT, issuer.did)
    unknown = evidence.find(EvidenceKind.PARTICIPANT, "did:web:stranger.example")
    assert found is not None
    assert found.absence is None
    assert unknown is not None
    assert unknown.content == {"participant": None}


def test_when_the_other_side_is_away_the_stored_copy_comes_with_its_own_age(
    registry: RegistrySimulator, tmp_path: Path
) -> None:
    issuer = registry.add("zzu")
    store = EvidenceStore(tmp_path / "store")
    store.prepare()
    clock = [datetime.now(UTC)]
    fetcher = Fetcher(development=True)
    source = OnlineSource(fetcher, store, registry_url=registry.url, http_hosts=LOOPBACK, clock=lambda: clock[0])
    submission = parse_submission(json.dumps(issuer.badge()).encode())
    first = gather(submission, source)
    asked = len(registry.asked)
    assert gather(submission, source) == first
    assert len(registry.asked) == asked

    registry.down = True
    clock[0] += timedelta(hours=2)
    later = gather(submission, source)
    fetcher.close()

    item = later.find(EvidenceKind.STATUS_LIST, issuer.status_url)
    assert item == first.find(EvidenceKind.STATUS_LIST, issuer.status_url)
    participant = later.find(EvidenceKind.PARTICIPANT, issuer.did)
    assert participant is not None
    assert participant.absence is None


def test_a_refused_address_is_an_absence_and_not_an_error(tmp_path: Path) -> None:
    fetcher = Fetcher(development=False)
    source = OnlineSource(fetcher, None, registry_url=None)
    evidence = source.gather(Needs(status_lists=("http://127.0.0.1/list",), participants=("did:web:x.example",)))
    fetcher.close()

    assert {item.absence for item in evidence} == {Absence.REFUSED, Absence.NOT_SUPPORTED}


def test_an_unhappy_verdict_gets_a_second_look_at_what_was_remembered(
    registry: RegistrySimulator, tmp_path: Path
) -> None:
    from vc_core.keys import PrivateKey
    from verifier import Verdict, verify
    from verifier.web.second_look import verify_with_second_look

    issuer = registry.add("zzu", listed=False)
    clock = [datetime.now(UTC)]
    fetcher = Fetcher(development=True)
    source = OnlineSource(fetcher, None, registry_url=registry.url, http_hosts=LOOPBACK, clock=lambda: clock[0])

    def look() -> Verdict:
        submission = parse_submission(json.dumps(issuer.badge()).encode())
        return verify_with_second_look(submission, source, lambda e: verify(submission, e, now=clock[0])).verdict

    assert look() is Verdict.ATTENTION
    issuer.key = PrivateKey.generate("Ed25519")
    registry.participants["zzu"] = issuer.participant(slug="zzu")
    assert look() is Verdict.BAD
    asked = len(registry.asked)
    assert look() is Verdict.BAD
    assert len(registry.asked) == asked

    clock[0] += timedelta(seconds=6)
    assert look() is Verdict.OK
    fetcher.close()


def test_an_institution_admitted_after_the_list_was_fetched_is_found_at_once(
    registry: RegistrySimulator, tmp_path: Path
) -> None:
    from verifier import Verdict, verify
    from verifier.web.second_look import verify_with_second_look

    clock = [datetime.now(UTC)]
    fetcher = Fetcher(development=True)
    source = OnlineSource(fetcher, None, registry_url=registry.url, http_hosts=LOOPBACK, clock=lambda: clock[0])
    assert source.participants() == []
    submission = parse_submission(json.dumps(registry.add("zzu").badge()).encode())

    clock[0] += timedelta(seconds=6)
    report = verify_with_second_look(submission, source, lambda e: verify(submission, e, now=clock[0]))
    fetcher.close()

    assert report.verdict is Verdict.OK
