"""Look at a page as axe and as a person on a narrow screen do."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from tests.browser.student import AXE

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def look_at(page: Page, screen: str) -> None:
    """Run axe and our own checks on the screen as it is now."""
    page.wait_for_timeout(220)  # colours change over 180 ms
    if not page.evaluate("() => typeof window.axe === 'object'"):
        page.evaluate(AXE.read_text("utf-8"))
    assert page.evaluate("async () => (await axe.run()).passes.length") > 10, "axe looked at nothing"
    found: list[dict[str, Any]] = page.evaluate(
        """async (tags) => (await axe.run({ runOnly: tags })).violations
          .map(({ id, nodes }) => ({ id, at: nodes.map(n => n.target.join(' ')) }))""",
        RULES,
    )
    assert found == [], f"{screen}: {found}"
    wide = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{screen} is {wide} pixels too wide"
    headings = page.get_by_role("heading", level=1).count()
    assert headings == 1, f"{screen} has {headings} main headings"
