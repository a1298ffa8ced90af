"""What a person sees in the terminal while the platform starts, runs and stops."""

from __future__ import annotations

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from edubadges.platform.layout import DataDir, Ports
from edubadges.platform.supervisor import Part, Phase

WHAT_IT_IS = {
    "agent": ("ACA-Py", "keeps the institutions' keys and signs with them"),
    "postgres": ("PostgreSQL", "remembers everything else"),
    "registry": ("Registry", "who takes part, and their public keys"),
    "issuer": ("Portal", "institutions and students: create, request, award"),
    "wallet": ("Wallet", "the student's own place for badges"),
    "verifier": ("Verifier", "employers: ask for a badge, or check a file"),
    "landing": ("Start page", "what runs, and where to begin"),
}
_WORDS = {
    Phase.WAITING: ("waits", "dim"),
    Phase.STARTING: ("starting", "yellow"),
    Phase.READY: ("ready", "green"),
    Phase.RESTARTING: ("restarting", "yellow"),
    Phase.STOPPED: ("stopped", "dim"),
    Phase.FAILED: ("failed", "bold red"),
}
_PAGES = ("landing", "issuer", "wallet", "verifier", "registry")


def title(name: str) -> str:
    """Return the name of a part as people read it."""
    return WHAT_IT_IS[name][0]


class Display:
    """Shows the parts as they come up; on a terminal as a live table, elsewhere as one line per event."""

    def __init__(self, console: Console, data: DataDir, ports: Ports) -> None:
        """Prepare; nothing is shown yet."""
        self._console = console
        self._data = data
        self._ports = ports
        self._live: Live | None = None
        self._parts: Sequence[Part] = ()
        self._shown: dict[str, Phase] = {}

    def starting(self, parts: Sequence[Part]) -> None:
        """Begin to show the parts."""
        self._parts = parts
        self._console.print(f"[bold]edubadges[/] starts here, with its data in {self._data.folder}")
        if self._console.is_terminal:
            self._live = Live(self._table(), console=self._console, refresh_per_second=8, transient=True)
            self._live.start()

    def refresh(self) -> None:
        """Show how things are now."""
        if self._live is not None:
            self._live.update(self._table())

    def changed(self, part: Part) -> None:
        """Tell what happened to one part, when it is worth a line."""
        name = title(part.name)
        if part.phase is Phase.RESTARTING:
            self._say(
                f"[yellow]![/] {name} stopped by itself (code {part.last_exit}). It is started again; "
                f"its log says why: {self._data.log(part.name)}"
            )
        elif part.phase is Phase.READY and part.restarts and self._shown.get(part.name) is not Phase.READY:
            self._say(f"[green]✓[/] {name} is back.")
        elif part.phase is Phase.READY and self._live is None and not part.restarts:
            self._say(f"[green]✓[/] {name} is ready after {part.seconds_to_ready:.1f} s")
        self._shown[part.name] = part.phase
        self.refresh()

    def _say(self, text: str) -> None:
        self._console.print(text, soft_wrap=True)

    def ready(self, seconds: float, seeded: str) -> None:
        """Show where to go, now that everything runs."""
        self._end_live()
        where = Table(box=None, show_header=False, pad_edge=False, padding=(0, 3, 0, 0))
        for name in _PAGES:
            shown, why = WHAT_IT_IS[name]
            where.add_row(f"[bold]{shown}[/]", f"[cyan underline]{self._ports.url(name)}[/]", f"[dim]{why}[/]")
        parts: list[RenderableType] = [where, Text()]
        if seeded:
            parts += [Text(seeded), Text()]
        parts.append(Text(f"Logs: {self._data.logs}    Stop everything: Ctrl-C", style="dim"))
        self._console.print(
            Panel(Group(*parts), title=f"[bold green]ready in {seconds:.1f} s[/]", border_style="green", padding=(1, 2))
        )

    def stopping(self) -> None:
        """Say that the parts are being stopped."""
        self._end_live()
        self._console.print("Stopping … [dim](Ctrl-C again ends everything at once)[/]")

    def stopped(self) -> None:
        """Say that nothing runs any more."""
        self._console.print("[green]✓[/] Everything is stopped. The data is kept; `edubadges up` goes on with it.")

    def killed(self) -> None:
        """Say that the parts were ended without being asked."""
        self._console.print("[yellow]![/] Everything was ended at once. PostgreSQL repairs itself at the next start.")

    def seeding(self) -> None:
        """Say that the sample content is being made."""
        if self._live is None:
            self._console.print("Making the sample institutions …")

    def close(self) -> None:
        """Give the terminal back."""
        self._end_live()

    def _end_live(self) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _table(self) -> Table:
        table = Table(box=SIMPLE_HEAD, pad_edge=False)
        table.add_column("part")
        table.add_column("", min_width=12)
        table.add_column("", style="dim")
        for part in self._parts:
            word, style = _WORDS[part.phase]
            state: RenderableType = Text(word, style=style)
            if part.phase is Phase.STARTING:
                state = Spinner("dots", text=Text(word, style=style))
            elif part.phase is Phase.READY:
                state = Text(f"✓ {word}" + (f" {part.seconds_to_ready:.1f} s" if part.seconds_to_ready else ""), style)
            shown, why = WHAT_IT_IS[part.name]
            table.add_row(Text(shown, style="bold"), state, why)
        return table
