"""One real platform for all flow tests, and a way to start others."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from edubadges.demo.world import World, open_world
from edubadges.platform.layout import find_free_base
from edubadges.platform.state import PlatformState, read_state

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Running:
    """A platform that a test started as a person would: with the command."""

    process: subprocess.Popen[str]
    data_dir: Path
    base: int
    log: Path

    def state(self) -> PlatformState:
        found = read_state(self.data_dir / "state.json")
        assert found is not None
        return found

    def wait(self, holds: Callable[[PlatformState], bool], *, seconds: float = 40) -> PlatformState:
        """Wait until something holds of the state this process wrote."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = read_state(self.data_dir / "state.json")
            if found is not None and found.pid == self.process.pid and holds(found):
                return found
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.05)
        raise AssertionError(f"it took longer than {seconds} s:\n{self.log.read_text()}")

    def ready(self) -> PlatformState:
        return self.wait(lambda state: state.phase == "ready")

    def end(self, how: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(how)
        return self.process.wait(30)


def up(data_dir: Path, base: int | None, *options: str) -> Running:
    """Start `edubadges up`."""
    log = data_dir.parent / "up.log"
    ports = [] if base is None else ["--port-base", str(base)]
    with log.open("a") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "edubadges", "up", "--data-dir", str(data_dir), *ports, *options],
            cwd=ROOT,
            env={**os.environ, "NO_COLOR": "1", "COLUMNS": "200"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
    return Running(process, data_dir, base or 0, log)


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that the database's own user may pass through, as pytest's own folders may not be."""
    with tempfile.TemporaryDirectory(prefix="edu-flow-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


@pytest.fixture
def free_base() -> int:
    return find_free_base()


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    """A platform with the sample content, for every test that does not stop it."""
    with (
        tempfile.TemporaryDirectory(prefix="edu-flow-") as nothing,
        open_world(Path(nothing) / "var") as temporary,
    ):
        yield temporary
