"""A batch as it is shown in a terminal: bars for the verdicts, what was found most, and the first that are not good.

Names of files are text of others and are cleaned before they are shown.
"""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from verifier.batch import VERDICTS, Summary
from verifier.batch_inputs import OutsideFolder
from verifier.batch_worker import UNANSWERED, UNREADABLE, WORKER_STOPPED
from verifier.codes import Code
from verifier.report import Verdict
from verifier.terminal import clean
from verifier.texts import finding, unreadable, verdict_title

BAR_WIDTH = 40
MAX_FINDINGS = 8

_LOOK = {
    Verdict.OK.value: ("✓", "green"),
    Verdict.ATTENTION.value: ("!", "yellow"),
    Verdict.BAD.value: ("✗", "red"),
    Verdict.UNKNOWN.value: ("?", "bright_black"),
    UNREADABLE: ("∅", "magenta"),
}
_WORDS = {
    "en": {
        "badges": "badges",
        "in": "in {seconds} s, {rate} a second",
        "stopped": "Stopped before the end. This is what was checked so far.",
        "findings": "What was found most",
        "first": "The first that are not good",
        "more": "and {count} more; --show or --json gives them all",
        UNREADABLE: "Not readable",
        WORKER_STOPPED: "The process that held this badge was ended. Check it again.",
        UNANSWERED: "A question about this badge was not answered.",
        OutsideFolder.code: "This link leads out of the folder, so it was not followed.",
    },
    "nl": {
        "badges": "badges",
        "in": "in {seconds} s, {rate} per seconde",
        "stopped": "Voor het einde gestopt. Dit is wat er tot nu toe gecontroleerd is.",
        "findings": "Wat het meest gevonden is",
        "first": "De eerste die niet goed zijn",
        "more": "en nog {count}; met --show of --json ziet u ze allemaal",
        UNREADABLE: "Niet leesbaar",
        WORKER_STOPPED: "Het proces dat deze badge had, is beëindigd. Controleer de badge nog een keer.",
        UNANSWERED: "Een vraag over deze badge is niet beantwoord.",
        OutsideFolder.code: "Deze koppeling leidt de map uit en is dus niet gevolgd.",
    },
}


def render_summary(summary: Summary, lang: str, *, seconds: float) -> RenderableType:
    """Return the picture of a whole batch."""
    words = _WORDS[lang]
    rate = number(round(summary.badges / seconds) if seconds > 0 else summary.badges, lang)
    head = Text()
    head.append(f"{number(summary.badges, lang)} {words['badges']}", style="bold")
    head.append(" " + words["in"].format(seconds=decimals(seconds, lang), rate=rate), style="dim")
    parts: list[RenderableType] = [head]
    if not summary.complete:
        parts.append(Text(words["stopped"], style="bold yellow"))
    parts += [Text(), _bars(summary, lang)]
    if summary.findings:
        parts += [Text(), Text(words["findings"], style="bold"), _findings(summary, lang)]
    if summary.remarks:
        parts += [Text(), Text(words["first"], style="bold"), _remarks(summary, lang)]
    return Padding(Group(*parts), (1, 1))


def sentence_of(code: str, lang: str) -> str:
    """Return the sentence for any code a batch gives: of a check, of something unreadable, or of the batch itself."""
    if code in _WORDS[lang]:
        return _WORDS[lang][code]
    return finding(Code(code), lang) if code in Code else unreadable(code, lang)


def number(value: int, lang: str) -> str:
    """Return a whole number with its thousands apart."""
    return f"{value:,}" if lang == "en" else f"{value:,}".replace(",", ".")


def decimals(value: float, lang: str) -> str:
    """Return a number with one decimal."""
    return f"{value:.1f}" if lang == "en" else f"{value:.1f}".replace(".", ",")


def share(part: int, whole: int, lang: str) -> str:
    """Return a share in percents; one badge among thousands never rounds to nothing or to all."""
    percent = 100 * part / whole
    if 0 < percent < 0.1:
        return f"< {decimals(0.1, lang)} %"
    if 99.9 < percent < 100:
        return f"> {decimals(99.9, lang)} %"
    return f"{decimals(percent, lang)} %"


def _bars(summary: Summary, lang: str) -> Table:
    table = _table()
    most = max(summary.verdicts.values(), default=0)
    for verdict in reversed(VERDICTS):
        count = summary.verdicts[verdict]
        if not count:
            continue
        sign, colour = _LOOK[verdict]
        # Whoever is one in a million is still seen.
        width = max(1, round(BAR_WIDTH * count / most))
        table.add_row(
            Text(sign, style=f"bold {colour}"),
            Text(_title(verdict, lang)),
            Text("█" * width, style=colour),
            Text(number(count, lang), justify="right"),
            Text(share(count, summary.badges, lang), style="dim", justify="right"),
        )
    return table


def _title(verdict: str, lang: str) -> str:
    return _WORDS[lang][UNREADABLE] if verdict == UNREADABLE else verdict_title(Verdict(verdict), lang)


def _findings(summary: Summary, lang: str) -> Table:
    table = _table()
    for code, count in summary.findings.most_common(MAX_FINDINGS):
        table.add_row(
            Text(number(count, lang), justify="right"), Text(sentence_of(code, lang)), Text(code, style="dim")
        )
    return table


def _remarks(summary: Summary, lang: str) -> RenderableType:
    table = _table()
    for remark in summary.remarks:
        sign, colour = _LOOK[remark.verdict]
        sentence = Text(sentence_of(remark.code, lang))
        table.add_row(Text(sign, style=f"bold {colour}"), Text(clean(remark.name)), sentence)
    rest = summary.badges - summary.verdicts[Verdict.OK.value] - len(summary.remarks)
    if rest <= 0:
        return table
    return Group(table, Text(_WORDS[lang]["more"].format(count=number(rest, lang)), style="dim"))


def _table() -> Table:
    return Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
