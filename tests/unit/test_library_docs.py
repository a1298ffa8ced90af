"""Every script in docs/library.md runs, in order, without the services' packages, and prints what stands there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "library.md"
_FENCE = re.compile(r"^## (?P<title>[^\n]+)$|^```(?P<kind>[a-z]+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
OUT_OF_REACH = (
    "fastapi",
    "starlette",
    "sqlalchemy",
    "httpx",
    "httpcore",
    "pydantic",
    "jinja2",
    "rich",
    "typer",
    "service_kit",
)

# Runs before the script, in its process and in every process that it starts.
_GUARD = f"""
import sys
class OutOfReach:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {OUT_OF_REACH!r}:
            raise ImportError(name + " is out of reach")
sys.meta_path.insert(0, OutOfReach())
"""


def _scripts() -> list[tuple[str, str, str]]:
    """Return title, script and expected output of each."""
    found: list[tuple[str, str, str]] = []
    title, script = "", None
    for match in _FENCE.finditer(PAGE.read_text("utf-8")):
        if match["title"]:
            title = match["title"]
        elif match["kind"] == "python":
            assert script is None, f"no output stands under the script before {title}"
            script = match["text"]
        elif match["kind"] == "text":
            assert script is not None, f"output without a script: {title}"
            found.append((title, script, match["text"]))
            script = None
    assert script is None
    return found


def _run(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    guard = folder / "guard"
    guard.mkdir(exist_ok=True)
    (guard / "sitecustomize.py").write_text(_GUARD)
    (folder / "script.py").write_text(script)
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{guard}{os.pathsep}{ROOT}", "PYTHONWARNINGS": "error"}
    return subprocess.run(
        [sys.executable, "script.py"], cwd=folder, env=environment, capture_output=True, text=True, timeout=120
    )


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, subprocess.CompletedProcess[str]]:
    """All of them in the order of the page, for they lean on the files of those before them."""
    folder = tmp_path_factory.mktemp("library")
    return {title: _run(script, folder) for title, script, _ in _scripts()}


@pytest.mark.parametrize(("title", "expected"), [(title, expected) for title, _, expected in _scripts()])
def test_the_script_prints_what_stands_under_it(
    runs: dict[str, subprocess.CompletedProcess[str]], title: str, expected: str
) -> None:
    done = runs[title]

    assert done.returncode == 0, done.stderr
    assert done.stdout == expected


@pytest.mark.parametrize("name", OUT_OF_REACH)
def test_the_guard_keeps_the_packages_out_of_reach(tmp_path: Path, name: str) -> None:
    done = _run(f"import {name}", tmp_path)

    assert done.returncode != 0
    assert f"{name} is out of reach" in done.stderr


def test_the_page_shows_every_thing_the_library_is_for() -> None:
    scripts = "\n".join(script for _, script, _ in _scripts())

    assert len(_scripts()) >= 8
    for word in ("verify_bytes(", "EvidenceStore(", "def gather(", "add_proof(", "verify_proof(", "derive_credential("):
        assert word in scripts
    for word in ("bake_svg(", "unbake_svg(", "read_status(", "Report.from_json(", "verify_stream("):
        assert word in scripts
    assert "# type: ignore" not in scripts
