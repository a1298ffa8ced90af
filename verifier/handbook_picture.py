"""The picture of verifying as SVG: what is asked and what can come of it is read from the code, the layout is here.

The page around it is written by `handbook`.
"""

from __future__ import annotations

import importlib
import textwrap
from collections.abc import Iterator, Mapping
from datetime import timedelta
from html import escape

from verifier.codes import Check, Outcome
from verifier.evidence import EvidenceKind
from verifier.policy import DEFAULT_POLICY, gravest
from verifier.report import Verdict
from verifier.texts import check_name, verdict_title

WIDTH, MARGIN, GAP = 1000, 30, 12
CARD_HEIGHT, COLUMNS = 88, 3
_INNER = WIDTH - 2 * MARGIN

EVIDENCE = {
    # With their history, and the log that shows what was signed when: both are about keys, and as long usable.
    EvidenceKind.KEY_DOCUMENT: ("Key documents", "keys, then and now", DEFAULT_POLICY.key_freshness),
    EvidenceKind.STATUS_LIST: ("Status lists", "what was withdrawn", DEFAULT_POLICY.status_freshness),
    EvidenceKind.PARTICIPANT: ("Registry", "who takes part", DEFAULT_POLICY.registry_freshness),
}
# One shape for each verdict, so that it can be told without its colour.
_SHAPES = {
    Verdict.OK: ("M20 1a19 19 0 1 1 0 38a19 19 0 1 1 0-38z", "M11 21l6.5 6.5L30 14"),
    Verdict.ATTENTION: ("M20 2 39 37H1z", "M20 14V25M20 30.5V31"),
    Verdict.BAD: ("M12 1H28L39 12V28L28 39H12L1 28V12z", "M13 13 27 27M27 13 13 27"),
    Verdict.UNKNOWN: ("M20 0 40 20 20 40 0 20z", "M15 16.5a5 5 0 1 1 7 4.5q-2 1-2 3.5M20 29V29.5"),
}
_STYLE = """
.bg{fill:#faf9f6}.room{fill:#fff;stroke:#827d70;stroke-width:1.5}.core{fill:#ececfa;stroke:#3f3daf;stroke-width:2}
.card{fill:#fff;stroke:#c9c7e6}.t{fill:#1a1917;font-size:17px;font-weight:650}.s,.q{fill:#57534a;font-size:14px}.q{font-size:13px}
.f{fill:#57534a;font-size:13px;letter-spacing:.06em}.a{stroke:#3f3daf;stroke-width:2;fill:none;marker-end:url(#h)}
.hd{fill:#3f3daf}.mark{fill:none;stroke:#fff;stroke-width:3.5;stroke-linecap:round;stroke-linejoin:round}
.ok{--c:#12693f;--b:#e2f3ea}.attention{--c:#874a00;--b:#fcefd9}.bad{--c:#b0261c;--b:#fbe8e6}.unknown{--c:#57534a;--b:#eceae4}
.v{fill:var(--b);stroke:var(--c);stroke-width:1.5}.shape{fill:var(--c)}.vt{fill:var(--c);font-size:17px;font-weight:650}
@media (prefers-color-scheme:dark){.bg{fill:#131318}.room{fill:#1c1c24;stroke:#85859c}.core{fill:#23233f;stroke:#acadff}
.card{fill:#1c1c24;stroke:#4d4d80}.t{fill:#f4f3ef}.s,.q,.f{fill:#bebcc9}.a{stroke:#acadff}.hd{fill:#acadff}.mark{stroke:#131318}
.ok{--c:#72d5a3;--b:#10342a}.attention{--c:#f3b75f;--b:#3b290b}.bad{--c:#ff9d94;--b:#451a17}.unknown{--c:#bebcc9;--b:#2c2c38}}
"""


def question_of(check: Check) -> str:
    """Return the question of a check: the first sentence of its own file, without references."""
    text = " ".join((importlib.import_module(f"verifier.checks.{check}").__doc__ or "").split())
    question = text.partition("?")[0] + "?"
    return question.partition(" (")[0] + "?" if " (" in question else question


def in_words(period: timedelta) -> str:
    """Return a period in its largest whole unit."""
    for size, unit in ((timedelta(days=365), "year"), (timedelta(days=1), "day"), (timedelta(hours=1), "hour")):
        count, rest = divmod(period, size)
        if count > 1 and not rest:
            return f"{count} {unit}s"
    return f"{period.total_seconds() / 3600:g} hours"


def by_gravity() -> list[Verdict]:
    """Return the verdicts from the mildest to the gravest, as the policy weighs them."""
    rest, order = list(Verdict), []
    while rest:
        order.append(gravest(rest))
        rest.remove(order[-1])
    return order[::-1]


def draw(asking: Mapping[Verdict, int]) -> str:
    """Return the picture; `asking` says how many codes ask for each verdict."""
    rows = -(-len(Check) // COLUMNS)
    checks_at = 220
    policy_at = checks_at + rows * (CARD_HEIGHT + GAP) + 52
    verdicts_at = policy_at + 78 + 52
    height = verdicts_at + 84 + MARGIN
    body = [*_inputs(), *_checks(checks_at, rows), *_policy(policy_at), *_verdicts(verdicts_at, asking)]
    description = (
        "Five steps. What was handed over names the evidence it needs. Each piece of evidence has a source and a time. "
        f"{len(Check)} checks ask one question each: {', '.join(check_name(check, 'en') for check in Check)}. "
        "The policy turns their answers into one of four verdicts; the gravest wins: "
        f"{', '.join(verdict_title(verdict, 'en') for verdict in by_gravity())}."
    )
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
            'aria-labelledby="t d" font-family="system-ui, sans-serif">',
            '<title id="t">How a badge is verified</title>',
            f'<desc id="d">{escape(description)}</desc>',
            f"<style>{_STYLE}</style>",
            '<defs><marker id="h" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto">'
            '<path class="hd" d="M0 0 10 5 0 10z"/></marker></defs>',
            f'<rect class="bg" width="{WIDTH}" height="{height}"/>',
            *body,
            "</svg>\n",
        ]
    )


def _wrap(text: str, width: int) -> list[str]:
    """Return as few lines as fit, about equally long."""
    lines = textwrap.wrap(text, width)
    return next(even for most in range(1, width + 1) if len(even := textwrap.wrap(text, most)) == len(lines))


def _text(style: str, x: float, y: float, text: str) -> str:
    return f'<text class="{style}" x="{x:g}" y="{y:g}">{escape(text)}</text>'


def _box(style: str, x: float, y: float, width: float, height: float, radius: int = 14) -> str:
    return f'<rect class="{style}" x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{radius}"/>'


def _arrow(path: str) -> str:
    return f'<path class="a" d="{path}"/>'


def _inputs() -> Iterator[str]:
    yield _text("f", MARGIN, 34, "1 · SUBMISSION")
    yield _box("room", MARGIN, 46, 250, 112)
    yield _text("t", 48, 76, "What was handed over")
    for place, line in enumerate(
        ("a file, a picture, an address,", "or an answer from a wallet;", "nothing in it is trusted")
    ):
        yield _text("s", 48, 100 + 20 * place, line)
    yield _text("f", 340, 34, "2 · EVIDENCE, EACH PIECE WITH ITS SOURCE AND TIME")
    width = (WIDTH - MARGIN - 340 - GAP * (len(EVIDENCE) - 1)) / len(EVIDENCE)
    for place, (name, use, freshness) in enumerate(EVIDENCE.values()):
        x = 340 + place * (width + GAP)
        yield _box("room", x, 46, width, 112)
        yield _text("t", x + 16, 76, name)
        yield _text("s", x + 16, 100, use)
        yield _text("s", x + 16, 120, f"fresh for {in_words(freshness.fresh_for)},")
        yield _text("s", x + 16, 140, f"usable for {in_words(freshness.usable_for)}")
    yield _arrow(f"M{MARGIN + 250} 102H338")
    yield _arrow("M155 158V206")
    yield _arrow("M655 158V206")


def _checks(top: int, rows: int) -> Iterator[str]:
    yield _text("f", 175, top - 24, "3 · CHECKS, ONE QUESTION EACH")
    yield _box("core", MARGIN, top - GAP, _INNER, rows * (CARD_HEIGHT + GAP) + GAP, 18)
    width = (_INNER - GAP * (COLUMNS + 1)) / COLUMNS
    for place, check in enumerate(Check):
        x = MARGIN + GAP + place % COLUMNS * (width + GAP)
        y = top + place // COLUMNS * (CARD_HEIGHT + GAP)
        yield _box("card", x, y, width, CARD_HEIGHT, 10)
        yield _text("t", x + 14, y + 25, check_name(check, "en"))
        for line, words in enumerate(_wrap(question_of(check), 40)):
            yield _text("q", x + 14, y + 45 + 16 * line, words)


def _policy(top: int) -> Iterator[str]:
    yield _arrow(f"M155 {top - 52}V{top - 2}")
    yield _text("f", 175, top - 18, "4 · POLICY")
    yield _box("room", MARGIN, top, _INNER, 78)
    answers = [outcome.replace("_", " ") for outcome in Outcome]
    yield _text("t", 48, top + 32, "Every answer asks for a verdict, and the gravest wins")
    yield _text(
        "s", 48, top + 56, f"{', '.join(answers[:-1])} or {answers[-1]}: what was not made never counts as passed"
    )


def _verdicts(top: int, asking: Mapping[Verdict, int]) -> Iterator[str]:
    yield _text("f", 175, top - 18, "5 · VERDICT, ONE OF FOUR, GRAVER TO THE RIGHT")
    yield _arrow(f"M155 {top - 52}V{top - 2}")
    width = (_INNER - GAP * (len(Verdict) - 1)) / len(Verdict)
    for place, verdict in enumerate(by_gravity()):
        x = MARGIN + place * (width + GAP)
        outline, mark = _SHAPES[verdict]
        yield f'<g class="{verdict}">{_box("v", x, top, width, 84)}'
        yield f'<g transform="translate({x + 16:g} {top + 22})"><path class="shape" d="{outline}"/>'
        yield f'<path class="mark" d="{mark}"/></g>'
        lines = _wrap(verdict_title(verdict, "en"), 15)
        first = top + (38 if len(lines) == 1 else 29)
        for line, words in enumerate(lines):
            yield _text("vt", x + 70, first + 20 * line, words)
        yield _text("s", x + 70, first + 20 * len(lines) + 2, f"{asking[verdict]} codes")
        yield "</g>"
