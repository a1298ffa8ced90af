"""What the wallet's server knows of a student: nothing. It is searched, and the search is tried on planted leaks."""

from __future__ import annotations

import base64
import json
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser

from tests.browser.conftest import Town, running_town
from tests.browser.student import Student, student
from tests.support.eavesdropping import Ear, dump_database, keeping_logs, search, shapes_of

pytestmark = pytest.mark.browser

TITLE, TX_CODE, PURPOSE = "Waterbouw in de delta", "482913", "Een reden die alleen de student leest"
# Keep what leaves the browser's own vault: the private keys on their way into the container.
KEEP_KEYS = """
  window.__kept = [];
  const exportKey = crypto.subtle.exportKey.bind(crypto.subtle);
  crypto.subtle.exportKey = async (format, key) => {
    const made = await exportKey(format, key);
    if (format === 'jwk' && made.d) window.__kept.push(made.d);
    return made;
  };
"""


@dataclass
class Overheard:
    """A town whose wallet service has an ear on it, and what a student did there."""

    town: Town
    ear: Ear
    logs: list[bytes]
    secrets: set[str] = field(default_factory=set)

    def places(self) -> tuple[list[bytes], list[bytes], list[bytes]]:
        return self.ear.heard, self.logs, [dump_database(self.town.engine)]


@pytest.fixture
def overheard(postgres_url: str) -> Iterator[Overheard]:
    ear = Ear()
    with keeping_logs() as logs, running_town(postgres_url, ear.around) as town:
        yield Overheard(town, ear, logs)


def live(overheard: Overheard, sam: Student) -> None:
    """Do all that a student does, and collect every secret of it."""
    party, page = overheard.town.party, sam.page
    page.add_init_script(KEEP_KEYS)
    sam.visit()
    code = sam.make_wallet()
    offered = party.offer(name=TITLE, tx_code=TX_CODE)
    offer = next(iter(party.offers))
    sam.accept(offered, tx_code=TX_CODE)
    page.locator(".checks").wait_for()
    page.locator('a[href^="#/show/"]').click()
    page.get_by_role("button", name="Make QR code and link").click()
    link_key = str(page.locator("#share-url").input_value()).rpartition(".")[2]
    sam.share(party.ask(purpose=PURPOSE))
    keys = page.evaluate("window.__kept")
    assert keys, "no private key was seen, so none could be searched for"
    sam.go("#/more")
    with page.expect_download():
        page.get_by_role("button", name="Export badges").click()
    # Once more from the start: opening it, and getting it back on another device with the code, are lines too.
    sam.visit()
    sam.button("open").click()
    page.locator(".wallet-card").wait_for()
    badge = party.presented_badge()
    overheard.secrets |= {TITLE, TX_CODE, PURPOSE, code, code.replace("-", ""), offer, *party.tokens, *keys, link_key}
    overheard.secrets |= {party.last_request["nonce"], party.last_request["state"]}
    overheard.secrets |= set(texts_of(badge))


def texts_of(value: Any) -> Iterator[str]:
    """Return every text inside a badge that is its own, not a word of the vocabulary."""
    common = re.compile(r"https://(www\.w3\.org|purl\.imsglobal\.org|schema)|DataIntegrityProof|eddsa-|assertionMethod")
    if isinstance(value, dict):
        for name, member in value.items():
            if name not in ("type", "@context", "statusPurpose", "proofPurpose", "cryptosuite"):
                yield from texts_of(member)
    elif isinstance(value, list):
        for item in value:
            yield from texts_of(item)
    elif isinstance(value, str) and len(value) >= 10 and not common.search(value):
        yield value[:200]


def test_the_server_learns_nothing_of_a_student(chromium: Browser, overheard: Overheard) -> None:
    with student(chromium, overheard.town.wallet_url) as sam:
        live(overheard, sam)
        # The offer's address is on the party's line, and in the fragment of ours, which stays in the browser.
        assert len(overheard.ear.heard) > 30
        assert len(overheard.secrets) > 15
        everything = overheard.places()
        assert "ciphertext" in json.dumps([str(piece) for piece in everything[2]]) or b"wallets" in everything[2][0]
        assert search(overheard.secrets, *everything) == []


@pytest.mark.parametrize("leak", ["address", "body", "base64", "hex", "log", "database"])
def test_a_leak_is_found_wherever_it_is_planted(chromium: Browser, overheard: Overheard, leak: str) -> None:
    """The same search, after somebody changed the app or the server so that it gives the badge away."""
    with student(chromium, overheard.town.wallet_url) as sam:
        sam.expected_problems = ["404", "405", "Failed to load resource"]
        sam.visit()
        sam.make_wallet()
        sam.accept(overheard.town.party.offer(name=TITLE))
        sam.page.locator(".checks").wait_for()
        assert search([TITLE], *overheard.places()) == []

        plant(leak, sam, overheard)

        assert search([TITLE], *overheard.places()) == [TITLE]


def plant(leak: str, sam: Student, overheard: Overheard) -> None:
    say = {
        "address": "title => fetch('/health?seen=' + encodeURIComponent(title))",
        "body": "title => fetch('/api/v1/sessions', { method: 'POST', body: JSON.stringify({ title }) })",
        "base64": "title => fetch('/health', { headers: { 'x-trace': btoa('a badge: ' + title + '!') } })",
        "hex": "title => fetch('/health?' + [...title].map(c => c.charCodeAt(0).toString(16)).join(''))",
    }
    if leak in say:
        sam.page.evaluate(f"async title => {{ await ({say[leak]})(title) }}", TITLE)
    elif leak == "log":
        logging.getLogger("wallet.api").debug("saved", extra={"badge": TITLE})
    else:
        with overheard.town.engine.begin() as connection:
            statement = sa.text(
                "update wallets set container = jsonb_set(container, '{hint}', to_jsonb(cast(:t as text)))"
            )
            connection.execute(statement, {"t": TITLE})


@pytest.mark.parametrize("before", ["", "a", "ab", "abc"])
@pytest.mark.parametrize("after", ["", "x", "xy"])
def test_a_secret_is_recognised_in_the_middle_of_base64(before: str, after: str) -> None:
    line = base64.b64encode(f"{before}{TITLE}{after}".encode())

    assert any(shape in line for shape in shapes_of(TITLE))
