"""Every screen, both languages, both themes, at 320 and 1280 pixels: nothing for axe to find, nothing overflows."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import Town
from tests.browser.looking import look_at
from tests.browser.student import Student, student

pytestmark = pytest.mark.browser


def walk(person: Student, town: Town, see: Callable[[str], None]) -> None:
    """Visit every screen once."""
    page = person.page
    person.visit()
    see("welcome")
    person.button("have_code").click()
    see("recover")
    page.reload()
    person.button("make").click()
    see("passkey")
    person.button("passkey").click()
    page.get_by_test_id("recovery-code").wait_for()
    see("recovery code")
    person.visit()
    person.button("open").click()
    see("home without badges and without code")
    person.go("#/recovery-code")
    person.keep_recovery_code()
    person.go(f"#/offer?{town.party.offer(tx_code='123456')}")
    see("offer, not fetched")
    person.button("view").click()
    page.locator("#tx-code").fill("123456")
    see("offer")
    person.button("add").click()
    page.locator(".checks").wait_for()
    see("badge")
    page.locator('a[href^="#/show/"]').click()
    page.locator(".show fieldset").wait_for()
    see("show")
    page.locator(".show .actions button").click()
    page.locator("svg.qr").wait_for()
    see("show, with a link")
    person.go("#/")
    page.locator(".wallet-card").wait_for()
    see("home")
    person.look_at(town.party.ask())
    page.get_by_role("radio").first.wait_for()
    see("consent")
    person.button("share").click()
    person.heading(re.compile("Shared with|Gedeeld met"))
    see("shared")
    for name in ("activity", "more", "add"):
        person.go(f"#/{name}")
        see(name)
    person.button("lock").click()
    page.locator(".unlock").wait_for()
    see("locked")


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_every_screen_is_accessible(chromium: Browser, town: Town, language: str, theme: Any, width: int) -> None:
    viewport = {"width": width, "height": 720}
    with student(chromium, town.wallet_url, language=language, viewport=viewport, color_scheme=theme) as person:
        walk(person, town, lambda screen: look_at(person.page, f"{screen} ({language}, {theme}, {width})"))
