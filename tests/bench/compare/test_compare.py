"""The comparison itself: nobody's time is taken who does not verify, and who is not installed is not shown a figure."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from rich.console import Console

from tests.bench.compare.chart import as_svg
from tests.bench.compare.contenders import FLOOR, OURS, PROOF_ROWS, Contender
from tests.bench.compare.figures import micro, rate, times
from tests.bench.compare.measuring import Lines, Task, measure
from tests.bench.compare.page import as_markdown, put_into
from tests.bench.compare.rounds import ROWS, Faulty, Outcome, Plan, run
from tests.bench.compare.screen import show
from tests.bench.compare.volume import Volume
from tests.bench.compare.volume import measure as measure_volume
from tests.bench.compare.world import REVOKED, revoked_among
from tests.interop.peers import MissingPeer

SHORT = Plan(rounds=2, seconds=0.02, warm_up=0.0, badges=20, starts=1)
BELIEVES_ALL = """
import json, sys
for line in sys.stdin:
    print(json.dumps({"accepted": True, "rows": ["verify-one-class"], "versions": {}}), flush=True)
"""


def _absent() -> list[str]:
    raise MissingPeer("not here")


ABSENT = Contender("dcc", "DCC", _absent, "nothing")


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    return run(SHORT, lambda _: None, (FLOOR, OURS, ABSENT))


def test_ours_and_the_floor_are_measured_in_every_round(outcome: Outcome) -> None:
    for row in ROWS:
        cell = outcome.cell(row, "ours")

        assert cell is not None
        assert len(cell.seconds) == SHORT.rounds
        assert min(cell.seconds) > 0
    floor = outcome.ratio("verify-one-class", "ours", "floor")
    assert floor is not None


def test_who_is_not_installed_has_no_figure(outcome: Outcome) -> None:
    assert outcome.missing == {"dcc": "not here"}
    assert outcome.ratio("verify-one-class", "dcc", "ours") is None
    page = as_markdown(outcome, [])

    assert page.count("| DCC | not installed |") == len(PROOF_ROWS)
    assert ">DCC<" not in as_svg(outcome)
    screen = io.StringIO()
    show(Console(file=screen, width=200), outcome, [Volume(1000, True, 0.5, 4_000_000, 100_000_000)])
    assert "DCC: not installed (not here)" in screen.getvalue()
    assert "2,000 a second" in screen.getvalue()


def test_who_accepts_what_was_changed_stops_the_run(tmp_path: Path) -> None:
    script = tmp_path / "believer.py"
    script.write_text(BELIEVES_ALL)
    believer = Contender("believer", "Believer", lambda: [sys.executable, str(script)], "nothing")

    with pytest.raises(Faulty, match="accepts a badge that was changed"):
        run(SHORT, lambda _: None, (believer,))


def test_the_picture_is_well_formed_and_says_its_figures_in_words(outcome: Outcome) -> None:
    root = ElementTree.fromstring(as_svg(outcome))
    space = "{http://www.w3.org/2000/svg}"
    cell = outcome.cell("verify-one-class", "ours")

    assert cell is not None
    assert f"ours {rate(cell.median)}" in (root.findtext(f"{space}desc") or "")
    assert len(root.findall(f"{space}rect")) == 4


def test_the_rest_of_the_page_is_left_alone(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    page.write_text("# Performance\n\nOurs.\n")
    put_into(page, "one\n")
    page.write_text(page.read_text() + "After.\n")
    put_into(page, "two\n")

    text = page.read_text()
    assert "one" not in text
    assert text.startswith("# Performance\n\nOurs.\n")
    assert text.endswith("After.\n")
    assert text.count("two") == 1


def test_lines_that_were_not_done_come_again(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    path.write_text("".join(f"{number}\n" for number in range(7)))
    lines, seen = Lines(str(path)), []
    found = measure(Task(ready=int, one=seen.append), lines, 1e-6)

    assert found["count"] == len(seen) == 1
    assert lines.ahead(2) == [b"1", b"2"]
    assert len(lines.ahead(20)) == 20


def test_a_file_of_badges_is_verified_to_the_last_one(tmp_path: Path) -> None:
    found = measure_volume(tmp_path, 60, one_class=True)

    assert found.badges == 60
    assert found.file_bytes == (tmp_path / "badges.jsonl").stat().st_size
    first = json.loads((tmp_path / "badges.jsonl").read_bytes().splitlines()[0])
    assert first["proof"]["cryptosuite"] == "eddsa-rdfc-2022"


def test_the_revoked_ones_of_a_large_file_are_counted() -> None:
    assert revoked_among(130_000) == 0
    assert revoked_among(130_001) == 1
    assert revoked_among(2 * 131_072) == 2 * len(REVOKED)


def test_figures_are_short() -> None:
    assert [micro(0.0000704), micro(0.0046)] == ["70.4", "4,600"]
    assert [rate(0.0000704), rate(0.05)] == ["14,200", "20"]
    assert [times(None), times(2.614), times(25.3)] == ["–", "2.61 ×", "25 ×"]
