"""Tell the story in the terminal, and remember what was promised and what came true."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table

from vc_core.errors import EdubadgesError


class PromiseBroken(EdubadgesError):
    """A step of the demo did not do what it says."""

    title = "A step of the demo did not do what it says"
    code = "demo-step-failed"


@dataclass(slots=True)
class Chapter:
    """One part of the story, and what came true in it."""

    number: int
    title: str
    who: str
    began: float
    facts: list[str] = field(default_factory=list)
    seconds: float = 0.0
    done: bool = False


class Story:
    """Writes to one console."""

    def __init__(self, console: Console) -> None:
        """Begin an empty story."""
        self.console = console
        self.chapters: list[Chapter] = []
        self._began = time.monotonic()

    def open(self) -> None:
        """Say what is going to happen, for somebody who has never heard of any of this."""
        self.console.print(Rule("[bold]edubadges, from beginning to end[/]"))
        self._paragraph(
            "A badge says what somebody has learned, and which school says so. It is a small file with a seal: "
            "change one letter and the seal breaks. The student keeps it, shows it to whom they choose, "
            "and whoever gets it can check it without asking the school. "
            "Everything below really happens: real services, a real browser as the student's phone."
        )

    @contextmanager
    def chapter(self, title: str, who: str, text: str) -> Iterator[Chapter]:
        """Tell one part; it counts as done when nothing goes wrong inside."""
        chapter = Chapter(len(self.chapters) + 1, title, who, time.monotonic())
        self.chapters.append(chapter)
        self.console.print()
        self.console.print(f"[bold cyan]{chapter.number}. {escape(title)}[/]  [dim]{escape(who)}[/]")
        self._paragraph(text)
        yield chapter
        chapter.done = True
        chapter.seconds = time.monotonic() - chapter.began

    def promise(self, held: bool, fact: str, *, otherwise: str = "") -> None:
        """Tell that something came true; stop the story when it did not.

        Raises:
            PromiseBroken: it did not.
        """
        if not held:
            self.console.print(f"   [bold red]✗[/] {escape(fact)}", soft_wrap=True)
            raise PromiseBroken(f"This should have been so: {fact}" + (f" ({otherwise})" if otherwise else ""))
        self.chapters[-1].facts.append(fact)
        self.console.print(f"   [green]✓[/] {escape(fact)}", soft_wrap=True)

    def summary(self) -> bool:
        """Print one page that says what was shown; return whether everything came true."""
        table = Table("", "What", "Who", "What we saw", "Time", box=SIMPLE_HEAD, pad_edge=False)
        for chapter in self.chapters:
            mark = "[green]✓[/]" if chapter.done else "[bold red]✗[/]"
            seen = escape(chapter.facts[-1]) if chapter.facts else "–"
            table.add_row(mark, escape(chapter.title), escape(chapter.who), seen, f"{chapter.seconds:.1f} s")
        self.console.print()
        self.console.print(Rule("[bold]On one page[/]"))
        self.console.print(table)
        whole = bool(self.chapters) and all(chapter.done for chapter in self.chapters)
        count = sum(len(chapter.facts) for chapter in self.chapters)
        took = time.monotonic() - self._began
        word = "[bold green]Every step did what it says[/]" if whole else "[bold red]The story stopped too early[/]"
        self.console.print(f"{word}: {count} things seen in {took:.0f} s.")
        return whole

    def _paragraph(self, text: str) -> None:
        self.console.print(Padding(escape(text), (0, 3), expand=False), width=min(self.console.width, 100))
