"""Many badges at once: order, outcomes, limits, processes that end, and what the command line says of it."""

from __future__ import annotations

import hashlib
import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, cast

import pytest
import typer
from typer.testing import CliRunner

from tests.support.effort import effort_of
from tests.support.presenting import NOW, Issuer, Wallet, stamp
from tests.support.registry_simulator import RegistrySimulator
from tests.unit.verifier.batch_processes import MARK, Plain, Waiting
from tests.unit.verifier.test_hostile_input import png
from vc_core.baking import bake_png
from verifier import Evidence, EvidenceKind, Needs, parse_submission, verify
from verifier.batch import MAX_NAMES_ONLINE, Summary, verify_stream
from verifier.batch_inputs import BLOCK_BYTES, LineBlock, Refused, measure, read_lines, read_work
from verifier.batch_picture import render_summary, sentence_of, share
from verifier.batch_pool import MAX_DEATHS_IN_A_ROW, PIECES_PER_WORKER, WorkerPool, WorkersStop
from verifier.batch_worker import Kind, RememberingSource, Tally, VerifySetup
from verifier.cli import verify_command
from verifier.evidence_store import EvidenceStore
from verifier.offline_source import OfflineSource
from verifier.online_source import sync

app = typer.Typer()
app.command("verify")(verify_command)


@pytest.fixture(autouse=True)
def _development(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDUBADGES_ENV", "development")
    monkeypatch.setenv("COLUMNS", "140")


def text(document: dict[str, Any]) -> bytes:
    return json.dumps(document).encode()


def kept(issuer: Issuer, folder: Path) -> str:
    """Keep everything about an issuer in a store, and return where."""
    store = EvidenceStore(folder)
    store.prepare()
    for item in issuer.evidence():
        if item.kind is not EvidenceKind.PARTICIPANT:
            store.put(item)
    store.put_registry("https://registry.example", [issuer.participant()], issuer.now - timedelta(minutes=4))
    return str(folder)


@pytest.fixture
def issuer() -> Issuer:
    return Issuer(revoked={9})


@pytest.fixture
def setup(issuer: Issuer, tmp_path: Path) -> VerifySetup:
    return VerifySetup(kept(issuer, tmp_path / "store"), NOW, as_json=True, max_remarks=10)


def tampered(issuer: Issuer) -> dict[str, Any]:
    badge = issuer.badge()
    badge["credentialSubject"]["achievement"]["name"] = "Doctor"
    return badge


def lines_of(work: Any, setup: Any, **options: Any) -> tuple[list[dict[str, Any]], Summary]:
    summary = Summary(NOW, setup.max_remarks)
    written = b""
    for step in verify_stream(work, setup, workers=2, **options):
        written += step.tally.lines
        summary.add(step.tally)
    return [json.loads(line) for line in written.splitlines()], summary


# --- what comes of a badge ------------------------------------------------------------------------------------------


def test_every_line_gets_the_outcome_it_has_on_its_own(issuer: Issuer, setup: VerifySetup, tmp_path: Path) -> None:
    documents = [
        issuer.badge(),
        tampered(issuer),
        issuer.badge(index=9),
        issuer.badge(validUntil=stamp(NOW - timedelta(days=1))),
        Issuer(did="did:web:elsewhere.example").badge(),
        Wallet().present(issuer.badge(), tampered(issuer), challenge="1"),
    ]
    path = tmp_path / "many.jsonl"
    path.write_bytes(b"\n".join(map(text, documents)))

    found, _ = lines_of(read_work([str(path)], lines=False), setup)

    source = OfflineSource(EvidenceStore(Path(setup.store_folder)), now=NOW)
    for number, (line, document) in enumerate(zip(found, documents, strict=True), 1):
        submission = parse_submission(text(document))
        report = verify(submission, RememberingSource(source).evidence_for(submission), now=NOW)
        codes: dict[str, list[str]] = {}
        for result in report.results:
            codes.setdefault(result.check, []).append(result.code)
        assert line == {
            "name": f"{path}:{number}",
            "sha256": hashlib.sha256(text(document)).hexdigest(),
            "verdict": report.verdict,
            "checks": codes,
        }


def test_the_order_of_the_input_is_kept_over_many_blocks(issuer: Issuer, setup: VerifySetup) -> None:
    good, bad = text(issuer.badge()), text(tampered(issuer))
    pattern = [good, b"", b"hello", bad, b"  " + good + b"\r", b"{}"] * 40
    blocks = list(read_lines(io.BytesIO(b"\n".join(pattern)), "f", block_bytes=9_000))
    assert len(blocks) > 20

    found, summary = lines_of(blocks, setup)

    assert [line["name"] for line in found] == [f"f:{n}" for n, line in enumerate(pattern, 1) if line]
    assert [line["verdict"] for line in found] == ["ok", "unreadable", "bad", "ok", "unreadable"] * 40
    assert [line.get("code") for line in found[:5]] == [None, "malformed-input", None, None, "no-badge-inside"]
    assert dict(summary.verdicts) == {"ok": 80, "bad": 40, "unreadable": 80}
    assert summary.findings["signature-invalid"] == 40
    assert [remark.name for remark in summary.remarks[:3]] == ["f:3", "f:4", "f:6"]
    assert len(summary.remarks) == 10


@pytest.mark.parametrize("block_bytes", [7, 64, 1_000, BLOCK_BYTES])
def test_a_line_that_is_too_long_is_an_error_of_that_line_only(block_bytes: int) -> None:
    content = [b"one", b"x" * 300, b"", b"four", b"y" * 101, b"z" * 100, b"w" * 5_000]

    found = list(read_lines(io.BytesIO(b"\n".join(content)), "f", block_bytes=block_bytes, max_line_bytes=101))

    taken = {name: data for block in found if isinstance(block, LineBlock) for name, data in block.badges()}
    refused = {item.name: (item.code, item.sha256) for item in found if isinstance(item, Refused)}
    assert taken.keys() | refused.keys() == {"f:1", "f:2", "f:4", "f:5", "f:6", "f:7"}
    assert taken["f:4"] == b"four"
    assert taken["f:6"] == content[5]
    assert refused["f:2"] == ("limit-exceeded", hashlib.sha256(content[1]).hexdigest())
    assert refused["f:7"] == ("limit-exceeded", hashlib.sha256(content[6]).hexdigest())
    assert sum(item.size for item in found) == len(b"\n".join(content))


class Endless(io.RawIOBase):
    """A file that goes on for so many bytes, made while it is read."""

    def __init__(self, size: int, part: bytes) -> None:
        self.left = size
        self.part = part

    def read(self, size: int = -1) -> bytes:
        part = self.part[: min(size, self.left)]
        self.left -= len(part)
        return part


@pytest.mark.parametrize("part", [b"x" * 100_000, (b"y" * 999 + b"\n") * 100], ids=["one line", "many lines"])
def test_a_file_of_any_size_is_read_in_the_same_memory(part: bytes) -> None:
    def read() -> None:
        total = sum(item.size for item in read_lines(cast(Any, Endless(40_000_000, part)), "f"))
        assert total == 40_000_000

    assert effort_of(read).peak_bytes < 4_000_000


# --- folders --------------------------------------------------------------------------------------------------------


def test_a_folder_is_walked_but_never_left(issuer: Issuer, setup: VerifySetup, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.json").write_bytes(text(issuer.badge()))
    folder = tmp_path / "folder"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.json").write_bytes(text(issuer.badge()))
    (folder / "b.PNG").write_bytes(bake_png(png(), json.dumps(issuer.badge())))
    (folder / "c.json").symlink_to(outside / "secret.json")
    (folder / "d").symlink_to(outside)
    (folder / "e.json").symlink_to(folder / "a.json")
    (folder / "f").symlink_to(folder)
    (folder / "g.jsonl").write_bytes(text(issuer.badge()) + b"\nno\n")
    (folder / "readme.txt").write_text("not a badge")
    (folder / "sub" / "h.json").write_bytes(b"")
    os.mkfifo(folder / "sub" / "i.json")

    found, summary = lines_of(read_work([str(folder)], lines=False), setup)

    names = [(line["name"].removeprefix(f"{folder}/"), line["verdict"], line.get("code")) for line in found]
    assert names == [
        ("a.json", "ok", None),
        ("b.PNG", "ok", None),
        ("c.json", "unreadable", "outside-folder"),
        ("d", "unreadable", "outside-folder"),
        ("e.json", "ok", None),
        ("g.jsonl:1", "ok", None),
        ("g.jsonl:2", "unreadable", "malformed-input"),
        ("sub/h.json", "unreadable", "no-badge-inside"),
    ]
    assert summary.exit_code == 4
    assert measure([str(folder)], lines=False) is not None


def test_what_was_a_plain_file_may_become_a_link_before_it_is_read(setup: VerifySetup, tmp_path: Path) -> None:
    folder, outside = tmp_path / "folder", tmp_path / "outside.json"
    folder.mkdir()
    outside.write_text("{}")
    (folder / "a.json").write_text("{}")
    work = list(read_work([str(folder)], lines=False))
    (folder / "a.json").unlink()
    (folder / "a.json").symlink_to(outside)

    found, _ = lines_of(work, setup)

    assert [line["code"] for line in found] == ["outside-folder"]


# --- processes ------------------------------------------------------------------------------------------------------


def test_a_process_that_is_killed_costs_its_block_and_nothing_else(
    issuer: Issuer, setup: VerifySetup, tmp_path: Path
) -> None:
    good = text(issuer.badge())
    work = [LineBlock("f", 10 * n, good + b"\n" + (MARK if n == 3 else good)) for n in range(8)]
    waiting = Waiting(setup, str(tmp_path / "pid"))

    def kill() -> None:
        while not Path(waiting.pid_file).exists():
            time.sleep(0.01)
        os.kill(int(Path(waiting.pid_file).read_text()), signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    found, summary = lines_of(work, cast(Any, waiting))
    killer.join()

    assert [line["name"] for line in found] == [f"f:{10 * n + m}" for n in range(8) for m in (0, 1)]
    lost = [line for line in found if line["verdict"] == "unknown"]
    assert [(line["name"], line["code"]) for line in lost] == [("f:30", "worker-stopped"), ("f:31", "worker-stopped")]
    assert lost[0]["sha256"] == hashlib.sha256(good).hexdigest()
    assert dict(summary.verdicts) == {"ok": 14, "unknown": 2}
    assert summary.exit_code == 3


def test_when_every_process_ends_the_run_ends() -> None:
    with WorkerPool[Any, Any](Plain(), workers=2) as pool, pytest.raises(WorkersStop):
        for _ in pool.map([b"die"] * 50):
            pass
    assert MAX_DEATHS_IN_A_ROW < 50


def test_an_idle_process_that_was_killed_is_replaced() -> None:
    with WorkerPool[Any, Any](Plain(), workers=1) as pool:
        answers = pool.map(iter([1, 2, b"die", 3]))
        assert [next(answers), next(answers)] == [(1, 2), (2, 4)]
        assert next(answers) == (b"die", None)
        assert list(answers) == [(3, 6)]


def test_the_number_of_pieces_in_flight_does_not_grow_with_the_work() -> None:
    taken = 0

    def endless() -> Iterator[int]:
        nonlocal taken
        for number in count():
            taken += 1
            yield number

    with WorkerPool[Any, Any](Plain(), workers=2) as pool:
        for place, (piece, answer) in enumerate(pool.map(endless())):
            assert (piece, answer) == (place, 2 * place)
            assert taken <= place + 1 + 2 * PIECES_PER_WORKER
            if place == 300:
                break
        assert pool.most_in_flight <= 2 * PIECES_PER_WORKER
        assert len(pool.process_ids) <= 2


def test_answers_come_before_more_is_waited_for() -> None:
    """Who feeds us line by line may wait for an answer to each."""
    given: list[int] = []
    with WorkerPool[Any, Any](Plain(), workers=2, is_ready=lambda: False) as pool:
        for piece, _ in pool.map(given.append(n) or n for n in range(5)):  # type: ignore[func-returns-value]
            assert given == list(range(piece + 1))


def test_a_process_may_ask_the_one_that_gives_out_the_work() -> None:
    with WorkerPool[Any, Any](Plain(), workers=2, reply=lambda question: f"{question}!") as pool:
        assert list(pool.map(["a", 1, "b", b"die", "c"])) == [
            ("a", "a!"),
            (1, 2),
            ("b", "b!"),
            (b"die", None),
            ("c", "c!"),
        ]


# --- evidence -------------------------------------------------------------------------------------------------------


class CountingSource:
    """Counts what it is asked, and has what it was given."""

    def __init__(self, evidence: Evidence, now: datetime) -> None:
        self.evidence = evidence
        self.empty = OfflineSource(EvidenceStore(Path("/nowhere")), now=now)
        self.asked: list[Needs] = []

    def gather(self, needs: Needs) -> Evidence:
        self.asked.append(needs)
        return self.empty.gather(needs).merged(self.evidence)


def test_online_every_document_is_fetched_once_for_the_whole_run(issuer: Issuer, tmp_path: Path) -> None:
    setup = VerifySetup(str(tmp_path), NOW, as_json=True, max_remarks=10, online=True)
    block = b"\n".join([text(issuer.badge())] * 10)
    source = CountingSource(issuer.evidence(), NOW)

    found, summary = lines_of([LineBlock("f", 1 + 10 * n, block) for n in range(6)], setup, online=source)

    assert [line["verdict"] for line in found] == ["ok"] * 60
    assert summary.exit_code == 0
    assert [len(needs) for needs in source.asked] == [3]


def test_online_a_batch_cannot_send_us_round_the_web(tmp_path: Path) -> None:
    setup = VerifySetup(str(tmp_path), NOW, as_json=True, max_remarks=0, online=True)
    source = CountingSource(Evidence(), NOW)
    strangers = [text(Issuer(did=f"did:web:x{n}.example").unsigned_badge()) for n in range(MAX_NAMES_ONLINE)]

    lines_of([LineBlock("f", 1, b"\n".join(strangers))], setup, online=source)

    assert sum(map(len, source.asked)) <= MAX_NAMES_ONLINE


def test_remembered_evidence_is_bounded(issuer: Issuer) -> None:
    source = CountingSource(Evidence(), NOW)
    remembering = RememberingSource(source)
    name = "https://x.example/" + "y" * 2_000_000
    for number in range(40):
        remembering.gather(Needs(status_lists=(f"{name}{number}",)))

    assert sum(len(key[1]) for key in remembering._items) < 33_000_000
    before = len(source.asked)
    remembering.gather(Needs(status_lists=(f"{name}39",)))
    assert len(source.asked) == before


# --- the summary and its picture ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verdicts", "code"),
    [
        ({"ok"}, 0),
        ({"ok", "attention"}, 2),
        ({"ok", "attention", "unreadable"}, 4),
        ({"unreadable", "unknown"}, 3),
        ({"ok", "attention", "unreadable", "unknown", "bad"}, 1),
        (set(), 4),
    ],
)
def test_the_gravest_gives_the_exit_code(verdicts: set[str], code: int) -> None:
    summary = Summary(NOW, 5)
    tally = Tally()
    for verdict in verdicts:
        tally.kinds[Kind(verdict)] += 3
    summary.add(tally)

    assert summary.exit_code == code


def shown(summary: Summary, lang: str) -> str:
    from rich.console import Console

    console = Console(width=140, file=io.StringIO())
    console.print(render_summary(summary, lang, seconds=2.0))
    return cast(io.StringIO, console.file).getvalue()


def test_the_picture_is_in_the_language_that_was_asked_for(issuer: Issuer, setup: VerifySetup) -> None:
    lines = [text(issuer.badge())] * 12 + [text(issuer.badge(index=9))] * 2 + [b"x"] * 20
    _, summary = lines_of([LineBlock("a\x1b[2J\u202eb", 1, b"\n".join(lines))], setup)

    english, dutch = shown(summary, "en"), shown(summary, "nl")

    for word in ("34 badges", "Genuine and valid", "Do not trust", "Not readable", "Withdrawn by the issuer", "35.3 %"):
        assert word in english
    for word in ("Echt en geldig", "Niet vertrouwen", "Niet leesbaar", "Ingetrokken door de uitgever", "35,3 %"):
        assert word in dutch
    assert "Stopped before the end" in english
    assert "and 12 more" in english
    assert "\x1b" not in english
    assert "\u202e" not in english
    summary.complete = True
    assert "Stopped" not in shown(summary, "en")


def test_one_among_thousands_is_neither_nothing_nor_all() -> None:
    assert share(1, 10_000, "en") == "< 0.1 %"
    assert share(9_999, 10_000, "nl") == "> 99,9 %"
    assert share(10_000, 10_000, "en") == "100.0 %"
    assert share(1, 3, "nl") == "33,3 %"


@pytest.mark.parametrize("code", ["worker-stopped", "outside-folder", "unanswered", "limit-exceeded", "status-revoked"])
def test_every_code_of_a_batch_has_a_sentence(code: str) -> None:
    assert len({sentence_of(code, "en"), sentence_of(code, "nl")}) == 2


# --- the command line -----------------------------------------------------------------------------------------------


@pytest.fixture
def synced(registry: RegistrySimulator, tmp_path: Path) -> tuple[Issuer, str]:
    from service_kit.fetch import Fetcher

    issuer = registry.add("zzu")
    store = EvidenceStore(tmp_path / "store")
    fetcher = Fetcher(development=True)
    sync(store, fetcher, registry.url, now=datetime.now(UTC))
    fetcher.close()
    return issuer, str(store.folder)


def run(*arguments: str, stdin: bytes = b"") -> Any:
    return CliRunner().invoke(app, list(arguments), input=stdin)


def test_the_command_line_gives_one_line_for_each_badge_and_then_the_summary(
    synced: tuple[Issuer, str], tmp_path: Path
) -> None:
    issuer, store = synced
    path = tmp_path / "many.jsonl"
    path.write_bytes(b"\n".join([text(issuer.badge()), text(tampered(issuer)), b"no", b""]))
    single = tmp_path / "one.json"
    single.write_bytes(text(issuer.badge()))

    result = run(str(path), str(single), "--offline", "--store", store, "--json")

    *lines, summary = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 1, result.output
    assert [(line["name"], line["verdict"]) for line in lines] == [
        (f"{path}:1", "ok"),
        (f"{path}:2", "bad"),
        (f"{path}:3", "unreadable"),
        (str(single), "ok"),
    ]
    assert summary["format"] == "edubadges-batch/1"
    assert summary["complete"] is True
    assert summary["badges"] == 4
    assert summary["verdicts"] == {"bad": 1, "unknown": 0, "unreadable": 1, "attention": 0, "ok": 2}
    assert summary["codes"]["signature"] == {"signature-valid": 2, "signature-invalid": 1}
    assert [remark["name"] for remark in summary["first_not_good"]] == [f"{path}:2", f"{path}:3"]


def test_a_folder_and_standard_input_have_their_picture(synced: tuple[Issuer, str], tmp_path: Path) -> None:
    issuer, store = synced
    folder = tmp_path / "badges"
    folder.mkdir()
    (folder / "a.json").write_bytes(text(issuer.badge()))

    english = run(str(folder), "--offline", "--store", store)
    dutch = run("-", "--lines", "--offline", "--store", store, "--lang", "nl", stdin=text(issuer.badge()) + b"\n?\n")

    assert english.exit_code == 0, english.output
    assert "Genuine and valid" in english.output
    assert "100.0 %" in english.output
    assert dutch.exit_code == 4, dutch.output
    assert "Niet leesbaar" in dutch.output
    assert "-:2" in dutch.output


def test_online_is_the_network_of_one_process(registry: RegistrySimulator, tmp_path: Path) -> None:
    issuer = registry.add("zzu")
    path = tmp_path / "many.jsonl"
    path.write_bytes(b"\n".join([text(issuer.badge())] * 20))

    result = run(str(path), "--registry", registry.url, "--store", str(tmp_path / "s"))

    assert result.exit_code == 0, result.output
    assert sorted(registry.asked) == sorted(
        ["/api/participants", "/institutions/zzu/did.json", "/institutions/zzu/status/1"]
    )


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("/",), 4),
        (("{tmp}/empty",), 4),
        (("{tmp}/nothing.jsonl",), 4),
        (("{tmp}/empty", "https://x.example/b.json"), 2),
        (("{tmp}/empty", "--workers", "0"), 2),
        (("-", "--lines"), 4),
    ],
)
def test_nothing_to_check_is_said(arguments: tuple[str, ...], code: int, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    result = run(*(a.format(tmp=tmp_path) for a in arguments), "--offline", "--store", str(tmp_path / "s"), "--json")

    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output


def started(store: str, *arguments: str, stderr: int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "edubadges", "verify", *arguments, "--offline", "--store", store, "--json"]
    pipe = subprocess.PIPE
    return subprocess.Popen(
        command, stdin=pipe, stdout=pipe, stderr=stderr, start_new_session=True, preexec_fn=listen_to_ctrl_c
    )


def listen_to_ctrl_c() -> None:
    """Undo what a shell does to what it runs in the background: who is born with SIGINT ignored, ignores it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_ctrl_c_says_what_was_done_so_far(synced: tuple[Issuer, str]) -> None:
    issuer, store = synced
    with started(store, "-", "--lines") as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(text(issuer.badge()) + b"\n")
        process.stdin.flush()
        first = json.loads(process.stdout.readline())
        os.killpg(process.pid, signal.SIGINT)
        rest = process.stdout.read()
        code = process.wait(30)

    assert first["verdict"] == "ok"
    summary = json.loads(rest)
    assert (code, summary["complete"], summary["badges"]) == (130, False, 1)


def test_when_nobody_reads_any_more_the_other_stream_says_it(synced: tuple[Issuer, str]) -> None:
    issuer, store = synced
    with started(store, "-", "--lines", stderr=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(text(issuer.badge()) + b"\n")
        process.stdin.flush()
        process.stdout.readline()
        process.stdout.close()
        process.stdin.write(text(issuer.badge()) + b"\n")
        process.stdin.flush()
        said = process.stderr.read()
        code = process.wait(30)

    summary = json.loads(said)
    assert (code, summary["complete"], summary["badges"]) == (130, False, 1)


def test_a_script_without_a_guard_is_not_run_again_by_every_process(
    issuer: Issuer, setup: VerifySetup, tmp_path: Path
) -> None:
    script = f"""
import datetime
from verifier.batch import verify_stream
from verifier.batch_inputs import LineBlock
from verifier.batch_worker import VerifySetup
print("begun")
setup = VerifySetup({setup.store_folder!r}, datetime.datetime.fromisoformat({NOW.isoformat()!r}), True, 0)
for step in verify_stream([LineBlock("f", 1, {text(issuer.badge())!r})], setup, workers=1):
    print(*step.tally.kinds.values())
"""
    path = tmp_path / "script.py"
    path.write_text(script)

    done = subprocess.run(
        [sys.executable, path],
        capture_output=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONPATH": os.getcwd()},
    )

    assert done.stdout.split() == [b"begun", b"1"], done.stderr


def test_on_a_terminal_there_is_a_bar_and_the_lines_of_json_stay_whole(
    synced: tuple[Issuer, str], tmp_path: Path
) -> None:
    issuer, store = synced
    path = tmp_path / "many.jsonl"
    path.write_bytes(b"\n".join([text(issuer.badge())] * 3))
    terminal, other_end = os.openpty()
    with started(store, str(path), "--lang", "nl", stderr=other_end) as process:
        os.close(other_end)
        assert process.stdout is not None
        lines = [json.loads(line) for line in process.stdout.read().splitlines()]
        shown = os.read(terminal, 100_000).decode()
    os.close(terminal)

    assert [line["verdict"] for line in lines[:-1]] == ["ok"] * 3
    assert "Controleren" in shown
    assert "per seconde" in shown
