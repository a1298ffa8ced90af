"""What a long command shows while it is busy, and how it keeps its output whole when it is stopped."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from verifier.batch_picture import number

type Moved = Callable[[int, int], None]
"""Takes how many badges were done in all, and how many bytes of input came to that since the last time."""

_PER_SECOND = {"en": "a second", "nl": "per seconde"}


@contextmanager
def bar(verb: str, total: Callable[[], int | None], *, lang: str, visible: bool) -> Iterator[Moved]:
    """Show a bar with rate and remaining time on a terminal, on the stream for errors; elsewhere show nothing.

    Args:
        verb: what is being done.
        total: gives how many bytes of input there are, or None; asked only when the bar is shown.
        lang: nl or en.
        visible: whether the bar would not be in the way.
    """
    console = Console(stderr=True, highlight=False)
    if not visible or not console.is_terminal:
        yield lambda badges, size: None
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True, refresh_per_second=4) as progress:
        task = progress.add_task(verb, total=total(), rate="")
        started = time.perf_counter()

        def moved(badges: int, size: int) -> None:
            rate = round(badges / max(time.perf_counter() - started, 1e-3))
            text = f"{number(badges, lang)} · {number(rate, lang)} {_PER_SECOND[lang]}"
            progress.update(task, advance=size, rate=text)

        yield moved


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Put off Ctrl-C while a block is written and counted: no line is cut, and the summary says what is there."""
    signals = {signal.SIGINT} if hasattr(signal, "pthread_sigmask") else set()
    if signals:
        signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    try:
        yield
    finally:
        if signals:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, signals)
