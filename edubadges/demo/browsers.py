"""Chromium as the phone of a student, and as the desks of a teacher and an employer."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from edubadges.platform.errors import PlatformError

_ARGUMENTS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_AUTHENTICATOR = {
    "protocol": "ctap2",
    "ctap2Version": "ctap2_1",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "hasPrf": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@contextmanager
def open_chromium() -> Iterator[Browser]:
    """Start headless Chromium.

    Raises:
        PlatformError: it is not installed.
    """
    program = next((found for name in _PROGRAMS if (found := shutil.which(name))), None)
    if program is None:
        raise PlatformError("Chromium was not found. Install it (Debian: apt-get install chromium) and try again.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=_ARGUMENTS, chromium_sandbox=False)
        try:
            yield browser
        finally:
            browser.close()


class Album:
    """Keeps pictures of the screens, when a folder was given."""

    def __init__(self, folder: Path | None) -> None:
        """Make the folder."""
        self._folder = folder
        self._count = 0
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)

    def take(self, page: Page, name: str) -> None:
        """Take a picture: of the whole page at a desk, of what one sees on a phone."""
        if self._folder is None:
            return
        self._count += 1
        page.wait_for_timeout(300)  # colours and cards move for a moment
        wide = (page.viewport_size or {"width": 0})["width"] > 600
        page.screenshot(path=self._folder / f"{self._count:02d}-{name}.png", full_page=wide)


class Desk:
    """Somebody at a desk: a teacher in the portal, an employer at the verifier."""

    def __init__(self, browser: Browser, url: str) -> None:
        """Open a browser of their own."""
        self.page = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 860}).new_page()
        self.page.set_default_timeout(20_000)
        self.url = url

    def go(self, path: str) -> None:
        """Open a page."""
        self.page.goto(self.url + path)

    def press(self, name: str | re.Pattern[str]) -> None:
        """Press a button."""
        self.page.get_by_role("button", name=name).first.click()

    def sign_in(self, name: str) -> None:
        """Choose a sample person."""
        self.go("/signin")
        self.press(f"Sign in as {name}")


class Phone:
    """The student's phone, with a fingerprint reader that says yes."""

    def __init__(self, browser: Browser, wallet_url: str) -> None:
        """Take a new phone out of its box."""
        context = browser.new_context(
            locale="en-GB",
            viewport={"width": 390, "height": 844},
            device_scale_factor=2,
            is_mobile=True,
            has_touch=True,
        )
        self.page = context.new_page()
        self.page.set_default_timeout(20_000)
        reader = context.new_cdp_session(self.page)
        reader.send("WebAuthn.enable")
        reader.send("WebAuthn.addVirtualAuthenticator", {"options": _AUTHENTICATOR})
        self._wallet_url = wallet_url

    def make_wallet(self) -> str:
        """Go through the first screens and return the recovery code."""
        page = self.page
        page.goto(f"{self._wallet_url}/?lang=en")
        self._press("Make a wallet")
        self._press("Make a passkey")
        groups = page.get_by_test_id("recovery-code").get_by_role("listitem")
        expect(groups).to_have_count(9)
        words = groups.all_inner_texts()
        self._press("I have kept it")
        for box in page.locator("input[data-group]").all():
            box.fill(words[int(box.get_attribute("data-group") or 0)])
        self._press("Confirm")
        expect(page.get_by_role("button", name="Confirm", exact=True)).to_have_count(0)
        return "-".join(words)

    def open_link(self, link: str) -> None:
        """Open a scanned code in the wallet that is open already."""
        self.page.evaluate("(hash) => { location.hash = hash }", link.partition("#")[2])
        self._press("View")

    def add(self, code: str) -> None:
        """Type the code of the teacher and add the badge."""
        self.page.locator("#tx-code").fill(code)
        self._press("Add")

    def share(self) -> None:
        """Say yes to the request on the screen."""
        self._press("Share")
        expect(self.page.get_by_role("heading", level=1)).to_have_text(re.compile("Shared with"))

    def title(self) -> str:
        """Return the heading of the screen."""
        return self.page.get_by_role("heading", level=1).inner_text()

    def _press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()
