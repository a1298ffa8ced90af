"""Finding a badge among others, by words of its name, issuer or outcomes, accents aside."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Town
from tests.browser.looking import look_at
from tests.browser.student import student

pytestmark = pytest.mark.browser


def test_a_badge_is_found_by_its_words(chromium: Browser, town: Town) -> None:
    with student(chromium, town.wallet_url, language="nl") as sam:
        sam.visit()
        sam.make_wallet()
        for number, name in enumerate(("Café runnen", "Waterbouw", "Zorgdata", "Waterkwaliteit")):
            sam.accept(town.party.offer(name=name))
            sam.page.locator(".checks").wait_for()
            sam.go("#/")
            cards = sam.page.locator(".badge-grid > li, .badge-grid > *")
            expect(cards).to_have_count(number + 1)
            expect(sam.page.locator("#search")).to_have_count(1 if number == 3 else 0)
        search = sam.page.locator("#search")
        for words, names in {
            "water": ["Waterkwaliteit", "Waterbouw"],
            "CAFE": ["Café runnen"],
            "waterb": ["Waterbouw"],
            "niets hiervan": [],
        }.items():
            search.fill(words)
            expect(sam.page.get_by_role("status").filter(has_text="gevonden")).to_have_text(f"{len(names)} gevonden")
            for name in names:
                expect(sam.page.get_by_role("link", name=name)).to_be_visible()
            expect(sam.page.locator(".badge-grid > *")).to_have_count(len(names))
        search.fill("")
        expect(sam.page.locator(".badge-grid > *")).to_have_count(4)
        look_at(sam.page, "home with search")
