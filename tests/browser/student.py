"""Drive the wallet as a student would, in real Chromium with a virtual authenticator. Console errors fail a test."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
WORDS = {
    "en": {
        "make": "Make a wallet",
        "passkey": "Make a passkey",
        "kept": "I have kept it",
        "confirm": "Confirm",
        "have_code": "I have a recovery code",
        "get_back": "Get my wallet back",
        "view": "View",
        "add": "Add",
        "share": "Share",
        "dont": "Don't share",
        "home": "My badges",
        "open": "Open wallet",
        "lock": "Lock wallet",
    },
    "nl": {
        "make": "Wallet maken",
        "passkey": "Passkey maken",
        "kept": "Ik heb hem bewaard",
        "confirm": "Bevestigen",
        "have_code": "Ik heb een herstelcode",
        "get_back": "Wallet terughalen",
        "view": "Bekijken",
        "add": "Toevoegen",
        "share": "Delen",
        "dont": "Niet delen",
        "home": "Mijn badges",
        "open": "Wallet openen",
        "lock": "Wallet op slot",
    },
}


def launch(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)


class Student:
    """One student with one browser."""

    def __init__(self, context: BrowserContext, url: str, *, language: str = "en", prf: bool = True) -> None:
        self.context, self.url, self.language = context, url, language
        self.words = WORDS[language]
        self.problems: list[str] = []
        self.expected_problems: list[str] = []
        self.page: Page = context.new_page()
        self.page.set_default_timeout(15_000)
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.problems.append(f"pageerror: {error}"))
        self.page.add_init_script(
            "addEventListener('securitypolicyviolation', e => console.error('CSP', e.violatedDirective, e.blockedURI))"
        )
        self.cdp = context.new_cdp_session(self.page)
        self.cdp.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "ctap2Version": "ctap2_1",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "hasPrf": prf,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        self.authenticator = self.cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]

    def _console(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.problems.append(f"{message.type}: {message.text}")

    def button(self, word: str) -> Any:
        return self.page.get_by_role("button", name=self.words[word], exact=True)

    def heading(self, text: str | re.Pattern[str]) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_have_text(text)

    def visit(self, fragment: str = "") -> None:
        self.page.goto(f"{self.url}/?lang={self.language}{fragment}")

    def go(self, fragment: str) -> None:
        """Follow a link inside the open wallet: the page is not loaded again, so the wallet stays open."""
        self.page.evaluate("(hash) => { location.hash = hash }", fragment)

    def make_wallet(self) -> str:
        """Go through onboarding and return the recovery code."""
        self.button("make").click()
        self.button("passkey").click()
        return self.keep_recovery_code()

    def keep_recovery_code(self) -> str:
        groups = self.page.get_by_test_id("recovery-code").get_by_role("listitem")
        expect(groups).to_have_count(9)
        code = "-".join(groups.all_inner_texts())
        self.button("kept").click()
        for field in self.page.locator("input[data-group]").all():
            field.fill(code.split("-")[int(field.get_attribute("data-group") or 0)])
        self.button("confirm").click()
        expect(self.button("confirm")).to_have_count(0)
        return code

    def accept(self, query: str, *, tx_code: str | None = None) -> None:
        """Open an offer in the open wallet and add the badge."""
        self.go(f"#/offer?{query}")
        self.button("view").click()
        if tx_code is not None:
            self.page.locator("#tx-code").fill(tx_code)
        self.button("add").click()

    def look_at(self, query: str) -> None:
        self.go(f"#/present?{query}")
        self.button("view").click()

    def share(self, query: str) -> None:
        """Open a request in the open wallet and share what it proposes."""
        self.look_at(query)
        self.button("share").click()
        self.heading(re.compile("Shared with|Gedeeld met"))

    def without_problems(self) -> None:
        found = [item for item in self.problems if not any(word in item for word in self.expected_problems)]
        assert not found, found


@contextmanager
def student(browser: Browser, url: str, *, language: str = "en", prf: bool = True, **context: Any) -> Iterator[Student]:
    """Open a fresh browser profile; at the end nothing may have been reported on its console."""
    profile = browser.new_context(**context)
    try:
        person = Student(profile, url, language=language, prf=prf)
        yield person
        person.without_problems()
    finally:
        profile.close()
