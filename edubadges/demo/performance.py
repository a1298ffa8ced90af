"""One performance of the demo: find or start a platform, open the browser, play, and sum up."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Error as BrowserError
from rich.console import Console
from rich.markup import escape

from edubadges.demo.browsers import open_chromium
from edubadges.demo.play import perform
from edubadges.demo.story import Story
from edubadges.demo.world import open_world
from vc_core.errors import EdubadgesError


def play_demo(console: Console, data_dir: Path, screenshots: Path | None) -> bool:
    """Play everything; return whether every step did what it says."""
    story = Story(console)
    story.open()
    console.print("   [dim]Looking for a running platform, else starting one …[/]")
    try:
        with open_world(data_dir) as world, open_chromium() as browser:
            where = "a temporary platform" if world.ours else "the platform that runs here"
            console.print(f"   [dim]This plays on {where}; its start page is {world.url('landing')}[/]", soft_wrap=True)
            perform(world, story, browser, screenshots=screenshots)
    except EdubadgesError as error:
        _say(console, error.detail or error.title)
    except (BrowserError, AssertionError) as error:
        _say(console, f"A page did not show what it should: {str(error)[:1500]}")
    return story.summary()


def _say(console: Console, text: str) -> None:
    console.print(f"   [bold red]✗[/] {escape(text)}", soft_wrap=True)
