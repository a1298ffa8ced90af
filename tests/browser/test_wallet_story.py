"""A student makes a wallet, receives a badge, shares it, loses the device and gets everything back."""

from __future__ import annotations

import json
import re
import zipfile

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Town
from tests.browser.student import student
from tests.support.counterparty import RECEIPT

pytestmark = pytest.mark.browser


def test_from_nothing_to_a_shared_badge_and_back_in_a_second_browser(chromium: Browser, town: Town) -> None:
    with student(chromium, town.wallet_url) as sam:
        sam.visit()
        code = sam.make_wallet()
        sam.heading("My badges")
        sam.accept(town.party.offer())
        sam.heading("Sustainable building")
        expect(sam.page.get_by_text("Unchanged since issue")).to_be_visible()
        expect(sam.page.get_by_text("Issuer is in the registry")).to_be_visible()
        expect(sam.page.get_by_text(re.compile("Not revoked"))).to_be_visible()
        assert town.party.notifications == [{"notification_id": "n-1", "event": "credential_accepted"}]
        sam.page.evaluate("location.hash = '#/more'")
        with sam.page.expect_download() as saving:
            sam.page.get_by_role("button", name="Export badges").click()
        files = zipfile.ZipFile(saving.value.path())
        assert files.testzip() is None
        names = files.namelist()
        original, proven = "badges/001-sustainable-building.json", "badges/001-sustainable-building-with-receipt.json"
        assert [name for name in names if name.endswith(".json")] == [original, proven]
        assert "edubadges verify" in files.read("README.txt").decode()
        taken = json.loads(files.read(original))
        assert json.loads(files.read(proven)) == {**taken, "proof": [taken["proof"], RECEIPT]}
        sam.share(town.party.ask())
        assert taken == town.party.presented_badge()
        assert town.party.presented_badge()["credentialSubject"]["achievement"]["name"] == "Duurzaam bouwen"

    with student(chromium, town.wallet_url) as again:
        again.visit()
        again.button("have_code").click()
        again.page.get_by_label("Recovery code").fill(code)
        again.button("get_back").click()
        again.keep_recovery_code()
        expect(again.page.get_by_role("link", name="Sustainable building")).to_be_visible()
