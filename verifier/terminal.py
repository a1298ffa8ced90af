"""A report as it is shown in a terminal. Text from badges is cleaned of control characters first."""

from __future__ import annotations

import unicodedata
from datetime import datetime

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from verifier.codes import NOTHING_TO_TELL, Outcome
from verifier.policy import severity
from verifier.report import BadgeSummary, CheckResult, CredentialReport, Report, Verdict
from verifier.second_engine import Opinion, SecondOpinion
from verifier.texts import Audience, advice, age_in_words, check_name, finding, verdict_sentence, verdict_title

_LOOK = {
    Verdict.OK: ("✓", "green"),
    Verdict.ATTENTION: ("!", "yellow"),
    Verdict.BAD: ("✗", "red"),
    Verdict.UNKNOWN: ("?", "bright_black"),
}
_WORDS = {
    "en": {
        "issuer": "Issuer",
        "badge": "Badge",
        "from": "Valid from",
        "until": "until",
        "age": "Oldest evidence",
        "offline": "Checked without a network.",
        "own": "says it is",
    },
    "nl": {
        "issuer": "Uitgever",
        "badge": "Badge",
        "from": "Geldig vanaf",
        "until": "tot",
        "age": "Oudste gegevens",
        "offline": "Gecontroleerd zonder netwerk.",
        "own": "noemt zich",
    },
}

_OPINIONS = {
    "en": {
        Opinion.HOLDS: "A second engine ({engine}) finds that the signature holds. It does not decide.",
        Opinion.DOES_NOT_HOLD: "A second engine ({engine}) finds that the signature does not hold.",
        Opinion.NONE: "A second engine gives no opinion ({detail}).",
    },
    "nl": {
        Opinion.HOLDS: "Een tweede engine ({engine}) vindt dat de handtekening klopt. Die beslist niet.",
        Opinion.DOES_NOT_HOLD: "Een tweede engine ({engine}) vindt dat de handtekening niet klopt.",
        Opinion.NONE: "Een tweede engine geeft geen oordeel ({detail}).",
    },
}
_DISAGREE = {
    "en": "The two engines disagree. Do not decide on this badge yet; report it to those who keep this program.",
    "nl": "De twee engines zijn het oneens. Beslis nog niet op deze badge; meld het aan wie dit programma onderhoudt.",
}


def clean(text: str, limit: int = 200) -> str:
    """Return text that cannot steer a terminal or turn its direction: controls and bidi marks become visible blanks."""
    kept = "".join(
        "\N{REPLACEMENT CHARACTER}" if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co", "Cn"} else c for c in text
    )
    return kept if len(kept) <= limit else kept[: limit - 1] + "…"


def render_report(report: Report, lang: str, audience: Audience, *, offline: bool) -> RenderableType:
    """Return the whole report: the verdict, and every check with its sentence and the age of its evidence."""
    sign, colour = _LOOK[report.verdict]
    title = Text(f"{sign}  {verdict_title(report.verdict, lang)}", style=f"bold {colour}")
    lines: list[RenderableType] = [title, Text(verdict_sentence(report.verdict, lang))]
    oldest = report.oldest_evidence_at
    words = _WORDS[lang]
    if oldest is not None:
        age = f"{words['age']}: {oldest:%Y-%m-%d %H:%M} UTC, {age_in_words(report.checked_at - oldest, lang)}."
        lines.append(Text(f"{words['offline']} {age}" if offline else age, style="dim"))
    parts: list[RenderableType] = [Panel(Group(*lines), border_style=colour, expand=False, padding=(1, 3))]
    parts.extend(_render_credential(credential, report, lang, audience) for credential in report.credentials)
    return Group(*parts)


def render_opinion(opinion: SecondOpinion, lang: str, *, contradicts: bool) -> RenderableType:
    """Return what a second engine says, in a line, and a warning when it contradicts ours."""
    words = _OPINIONS[lang][opinion.opinion].format(engine=opinion.engine, detail=clean(opinion.detail))
    text = Text(words, style="dim")
    if contradicts:
        text.append(f"\n{_DISAGREE[lang]}", style="bold red not dim")
    return Padding(text, (0, 1, 1, 1))


def _render_credential(credential: CredentialReport, report: Report, lang: str, audience: Audience) -> RenderableType:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(width=1)
    table.add_column(no_wrap=True)
    table.add_column(ratio=1)
    for result in credential.checks:
        if result.code not in NOTHING_TO_TELL:
            table.add_row(*_row(result, report.checked_at, lang, audience))
    return Padding(Group(_head(credential.badge, lang), Text(), table), (0, 1, 1, 1))


def _head(badge: BadgeSummary, lang: str) -> Text:
    words = _WORDS[lang]
    text = Text()
    text.append(f"{words['badge']}: ", style="dim")
    text.append(clean(badge.name) or "–", style="bold")
    registered = clean(badge.registered_name.get(lang) or next(iter(badge.registered_name.values()), ""))
    own = clean(badge.issuer_name)
    text.append(f"\n{words['issuer']}: ", style="dim")
    text.append(registered or (f"{words['own']} “{own}”" if own else "–"))
    text.append(f"  {clean(badge.issuer_id)}", style="dim")
    if badge.valid_from:
        text.append(f"\n{words['from']} ", style="dim")
        text.append(clean(badge.valid_from[:10]))
        if badge.valid_until:
            text.append(f" {words['until']} {clean(badge.valid_until[:10])}")
    return text


def _row(result: CheckResult, checked_at: datetime, lang: str, audience: Audience) -> tuple[RenderableType, ...]:
    weight = severity(result)
    sign, colour = _LOOK[weight]
    if result.outcome is Outcome.NOT_APPLICABLE:
        sign, colour = "·", "bright_black"
    elif result.outcome is Outcome.NOT_RUN:
        sign = "?"
    sentence = Text(finding(result.code, lang))
    more = advice(result.code, lang, audience)
    if more:
        sentence.append(f" {more}", style="italic")
    if result.evidence_at is not None:
        sentence.append(f"  {age_in_words(checked_at - result.evidence_at, lang)}", style="dim")
    if audience is Audience.ADMINISTRATOR and result.detail:
        sentence.append(f"  [{clean(result.detail)}]", style="dim")
    return Text(sign, style=f"bold {colour}"), Text(check_name(result.check, lang)), sentence
