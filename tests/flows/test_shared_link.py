"""A student shows a badge to an employer: a QR code, a link, the verdict of just that badge, and the end of it."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, expect, sync_playwright

from edubadges.demo.badges import make_badge_class
from edubadges.demo.world import World
from tests.browser.looking import look_at
from tests.browser.student import Student, launch, student

pytestmark = [pytest.mark.agent, pytest.mark.browser]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


def award(world: World, sam: Student) -> None:
    """Award a badge and put it in the open wallet."""
    recipient = {"email": f"{uuid.uuid4().hex[:8]}@student.zzu.example", "name": "Sam de Vries"}
    body = {
        "badge_class": make_badge_class(world, f"Shown {uuid.uuid4().hex[:5]}"),
        "recipient": recipient,
        "grade": "9",
    }
    made = world.api.request("POST", "/api/v1/awards", json=body)
    assert made.status_code == 201, made.text
    offer = world.api.request("POST", f"/api/v1/awards/{made.json()['id']}/offers", json={})
    sam.accept(offer.json()["wallet_url"].partition("?")[2])
    sam.page.locator(".checks").wait_for()


def make_link(sam: Student) -> str:
    sam.page.get_by_role("link", name="Show or send this badge").click()
    sam.page.get_by_role("button", name="Make QR code and link").click()
    return str(sam.page.locator("#share-url").input_value())


def read_qr(sam: Student, path: Any) -> str:
    sam.page.locator("svg.qr").screenshot(path=path)
    [found] = zxingcpp.read_barcodes(Image.open(path).convert("L"))
    return str(found.text)


def test_an_employer_opens_what_the_student_shows(chromium: Browser, world: World, tmp_path: Any) -> None:
    phone = {"viewport": {"width": 390, "height": 844}}
    with student(chromium, world.url("wallet"), **phone) as sam:
        sam.visit()
        sam.make_wallet()
        award(world, sam)
        link = make_link(sam)
        assert link.startswith(f"{world.url('verifier')}/shared#")
        assert read_qr(sam, tmp_path / "qr.png") == link
        look_at(sam.page, "show, with a link")
        heard: list[str] = []
        employer = chromium.new_context()
        page = employer.new_page()
        page.on("request", lambda request: heard.append(f"{request.url} {request.post_data or ''}"))
        page.goto(link.replace("/shared#", "/shared?lang=en#"))
        expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("genuine|valid", re.IGNORECASE))
        expect(page.get_by_role("heading", name="Waterdata lezen")).to_be_visible()
        # The key stays in the browser: neither service hears it.
        key = link.rpartition(".")[2]
        assert not [line for line in heard if key in line.replace(link, "")]
        sam.page.reload()
        sam.button("open").click()
        expect(sam.page.get_by_text("Opened 1 time")).to_be_visible()

        sam.page.get_by_role("button", name="End link").click()
        expect(sam.page.get_by_role("button", name="End link")).to_have_count(0)
        page.goto("about:blank")
        page.goto(link.replace("/shared#", "/shared?lang=en#"))
        expect(page.get_by_text("This link does not work any more.")).to_be_visible()
        look_at(page, "a link that ended")
        sam.go("#/activity")
        expect(sam.page.get_by_text(re.compile("Link of .* ended"))).to_be_visible()
        employer.close()


@pytest.mark.parametrize("change", ["no key", "another key", "another share", "nothing"])
def test_a_link_that_was_changed_opens_nothing(chromium: Browser, world: World, change: str) -> None:
    with student(chromium, world.url("wallet")) as sam:
        sam.visit()
        sam.make_wallet()
        award(world, sam)
        link = make_link(sam)
        start, _, key = link.rpartition(".")
        other = {
            "no key": start,
            "another key": f"{start}.{'A' * 43 if key[0] != 'A' else 'B' * 43}",
            "another share": f"{world.url('verifier')}/shared#{'x' * 43}.{key}",
            "nothing": f"{world.url('verifier')}/shared",
        }[change]
        context = chromium.new_context(locale="en")
        page = context.new_page()
        page.goto(other)
        said = "This link does not work any more." if change == "another share" else "This link is not complete."
        expect(page.get_by_text(said)).to_be_visible()
        assert page.url.startswith(f"{world.url('verifier')}/shared")
        context.close()


def test_the_shared_badge_is_the_whole_original(world: World, chromium: Browser) -> None:
    """What the link opens is what the issuer signed, with its receipt where it has one: nothing was left out."""
    with student(chromium, world.url("wallet")) as sam:
        sam.visit()
        sam.make_wallet()
        award(world, sam)
        sam.page.locator("details summary").last.click()
        original = json.loads(sam.page.locator("details pre").last.inner_text())
        link = make_link(sam)
        context = chromium.new_context(locale="en")
        page = context.new_page()
        sent: list[str] = []
        page.on("request", lambda request: sent.append(request.post_data or "") if request.method == "POST" else None)
        page.goto(link)
        page.wait_for_url(re.compile("/check"))
        assert original["id"] in sent[0]
        assert json.dumps(original["credentialSubject"]["achievement"]["name"]) in sent[0]
        context.close()
