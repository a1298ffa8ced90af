"""The registry's pages, in both languages."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.unit.did_registry.conftest import OPERATOR


@pytest.mark.parametrize(("language", "heading"), [("nl", "Wie geeft edubadges uit?"), ("en", "Who issues edubadges?")])
def test_the_front_page_speaks_both_languages(
    client: httpx.Client, application: dict[str, Any], language: str, heading: str
) -> None:
    client.post("/api/participants", json=application, headers=OPERATOR)

    page = client.get("/", params={"lang": language})

    assert heading in page.text
    assert application["name"][language] in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


def test_searching_finds_by_either_name(client: httpx.Client, application: dict[str, Any]) -> None:
    client.post("/api/participants", json=application, headers=OPERATOR)

    assert "badge-card" in client.get("/?q=university").text
    assert "badge-card" not in client.get("/?q=nowhere").text


def test_foreign_text_is_escaped(client: httpx.Client, application: dict[str, Any]) -> None:
    application["name"] = {"nl": "<script>x</script>", "en": "<b>y</b>"}
    client.post("/api/participants", json=application, headers=OPERATOR)

    pages = client.get("/?lang=nl").text + client.get("/institutions/zzu?lang=en").text

    assert "<script>x" not in pages
    assert "<b>y" not in pages


def test_an_unknown_institution_is_a_page_for_a_browser(client: httpx.Client) -> None:
    page = client.get("/institutions/nobody?lang=nl", headers={"Accept": "text/html"})

    assert page.status_code == 404
    assert page.headers["content-type"].startswith("text/html")
