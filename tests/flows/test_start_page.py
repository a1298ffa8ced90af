"""The start page in a real browser: accessible, nothing too wide, and it notices when a part is away."""

from __future__ import annotations

import os
import signal
from typing import Any

import pytest
from playwright.sync_api import expect

from edubadges.demo.browsers import open_chromium
from edubadges.demo.world import World
from edubadges.platform.state import read_state
from tests.browser.student import AXE

pytestmark = [pytest.mark.agent, pytest.mark.browser]


def test_it_is_accessible_in_both_languages_and_themes_on_a_phone_and_a_desktop(world: World) -> None:
    script = AXE.read_text("utf-8")
    with open_chromium() as browser:
        for language, theme, width in (("nl", "light", 320), ("en", "dark", 390), ("nl", "dark", 1280)):
            scheme: Any = theme
            page = browser.new_context(
                viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True
            ).new_page()
            said: list[str] = []
            page.on("console", lambda message, said=said: said.append(message.text))  # type: ignore[misc]
            page.goto(f"{world.url('landing')}/?lang={language}")
            page.evaluate(script)
            found = page.evaluate("async () => (await axe.run()).violations.map(v => v.id)")
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert (found, said, wide) == ([], [], 0), (language, theme, width)
            page.context.close()


def test_it_tells_that_a_part_stopped_by_itself(world: World) -> None:
    state = read_state(world.plan.data.state_file)
    assert state is not None
    victim = state.part("verifier").pid
    assert victim is not None
    with open_chromium() as browser:
        page = browser.new_page(locale="en-GB")
        page.goto(f"{world.url('landing')}/?lang=en")
        expect(page.get_by_text("Everything runs")).to_be_visible()
        os.kill(victim, signal.SIGKILL)
        expect(page.get_by_text("Stopped by itself and started again")).to_be_visible(timeout=20_000)
        expect(page.get_by_text("Everything runs")).to_be_visible(timeout=20_000)
