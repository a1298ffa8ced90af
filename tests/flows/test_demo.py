"""The demo does what it says, on a platform that runs and stays."""

from __future__ import annotations

import io
from pathlib import Path

import httpx
import pytest
from rich.console import Console

from edubadges.demo.performance import play_demo
from edubadges.demo.world import World

pytestmark = [pytest.mark.agent, pytest.mark.browser]


def test_the_demo_plays_to_the_end_on_a_running_platform(world: World, tmp_path: Path) -> None:
    said = io.StringIO()
    assert play_demo(Console(file=said, width=100), world.plan.data.folder, tmp_path / "pictures"), said.getvalue()
    text = said.getvalue()
    assert "Every step did what it says" in text
    assert text.count("✗") == 0
    assert len(list((tmp_path / "pictures").glob("*.png"))) >= 9
    assert httpx.get(f"{world.url('landing')}/health").status_code == 200
