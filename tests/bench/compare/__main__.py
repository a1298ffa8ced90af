"""`python -m tests.bench.compare [--write] [--full]`: ours beside the libraries of others, in one run."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys

from rich.console import Console

from tests.bench.compare.chart import as_svg
from tests.bench.compare.page import as_markdown, put_into
from tests.bench.compare.rounds import Faulty, Plan, run
from tests.bench.compare.screen import show
from tests.bench.compare.volume import Volume
from tests.interop.peers import ROOT, PeerFailed

PAGE = ROOT / "docs" / "performance.md"
CHART = ROOT / "docs" / "performance.svg"
_TROUBLE = 2


def main() -> int:
    """Measure, show, and write when asked to."""
    arguments = _arguments()
    console = Console()
    plan = Plan(arguments.rounds, arguments.seconds, arguments.warm_up, arguments.badges, arguments.starts)
    try:
        outcome = run(plan, lambda text: console.print(f"[dim]{text}[/]"))
        volumes = _volumes(arguments.volume, console) if arguments.full else []
    except (Faulty, PeerFailed) as error:
        console.print(f"[red]{error}[/]")
        return _TROUBLE
    show(console, outcome, volumes)
    if arguments.write:
        put_into(PAGE, as_markdown(outcome, volumes))
        CHART.write_text(as_svg(outcome), encoding="utf-8")
        console.print(f"Written to {PAGE.relative_to(ROOT)} and {CHART.relative_to(ROOT)}")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.compare", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0, help="for each contender and row, in each round")
    parser.add_argument("--warm-up", type=float, default=1.5, help="seconds before the first round, not counted")
    parser.add_argument("--badges", type=int, default=10_000, help="how many distinct ones of each sort")
    parser.add_argument("--starts", type=int, default=5, help="fresh processes for the first verification")
    parser.add_argument("--full", action="store_true", help="and a file of many badges on two cores")
    parser.add_argument("--volume", type=int, default=100_000, help="how many badges are in that file")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md and docs/performance.svg")
    return parser.parse_args()


def _volumes(badges: int, console: Console) -> list[Volume]:
    found = []
    for options in ([], ["--many-classes"]):
        console.print(f"[dim]Verifying a file of {badges} badges on two cores {' '.join(options)}…[/]")
        command = [sys.executable, "-m", "tests.bench.compare.volume", "--badges", str(badges), *options]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            raise PeerFailed(done.stderr[-2000:])
        found.append(Volume(**json.loads(done.stdout)))
    return found


if __name__ == "__main__":
    sys.exit(main())
