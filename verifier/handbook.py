"""The handbook of verifying, made from the code: every check, every code with its sentence, what it does to a verdict.

`python -m verifier.handbook` writes docs/verification.md and docs/verification.svg. The sentences are in `texts`, the
effect of a code is asked of `policy`, how a check ended is read from the checks by `handbook_outcomes`, and the picture
is drawn by `handbook_picture`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from verifier import handbook_picture, texts_en, texts_nl
from verifier.codes import Check, Code, Outcome
from verifier.handbook_outcomes import outcomes_by_code
from verifier.handbook_picture import EVIDENCE, by_gravity, in_words, question_of
from verifier.policy import severity
from verifier.report import CheckResult, Verdict
from verifier.texts import Audience, advice, check_meaning, check_name, finding, verdict_sentence, verdict_title

DOCS = Path(__file__).resolve().parent.parent / "docs"
# Shape and colour both differ, and the words always stand beside them.
GLYPHS = {Verdict.OK: "✅", Verdict.ATTENTION: "⚠️", Verdict.BAD: "⛔", Verdict.UNKNOWN: "❔"}

_WORDS = {
    "en": {
        "verdicts": "The four verdicts",
        "columns": "| asks for | what was found, and what each can do | code | the check |\n|---|---|---|---|",
        Audience.EMPLOYER: "Employer",
        Audience.STUDENT: "Student",
        Audience.ADMINISTRATOR: "Administrator",
        Outcome.PASSED: "passed",
        Outcome.FAILED: "failed",
        Outcome.NOT_RUN: "not run",
        Outcome.NOT_APPLICABLE: "not applicable",
        "unreadable": "When there is nothing to check",
        "unreadable_intro": "Some files never become a submission. Then there is no verdict, but there is a reason.",
        "unreadable_columns": "| what is said | code |\n|---|---|",
    },
    "nl": {
        "verdicts": "De vier oordelen",
        "columns": "| vraagt om | wat er is gevonden, en wat ieder kan doen | code | de controle |\n|---|---|---|---|",
        Audience.EMPLOYER: "Werkgever",
        Audience.STUDENT: "Student",
        Audience.ADMINISTRATOR: "Beheerder",
        Outcome.PASSED: "in orde",
        Outcome.FAILED: "niet in orde",
        Outcome.NOT_RUN: "niet gedaan",
        Outcome.NOT_APPLICABLE: "niet van toepassing",
        "unreadable": "Als er niets te controleren valt",
        "unreadable_intro": "Van sommige bestanden is niets te maken. Dan is er geen oordeel, maar wel een reden.",
        "unreadable_columns": "| wat er wordt gezegd | code |\n|---|---|",
    },
}

_INTRO = """<!-- Made by `python -m verifier.handbook`; change the code or its texts, not this file. -->
# How a badge is verified

*[In het Nederlands](#hoe-een-badge-wordt-gecontroleerd)*

![Five steps: submission, evidence with source and time, checks, policy, one of four verdicts](verification.svg)

What was handed over says which evidence it needs: the keys of the issuer, the list of withdrawn badges, the registry.
Only the second step may use a network; a store on disk will do as well.
All the rest is pure: the same badge, evidence, policy and moment give the same report, also years later.

Each check asks one question and knows no verdicts.
Its answer is a code that machines can rely on, with a sentence for people.
The policy alone decides what a code does to the verdict, and the gravest wins.
A check that was not made never counts as passed.
"""

_INTRO_NL = """# Hoe een badge wordt gecontroleerd

*[In English](#how-a-badge-is-verified)*

Wat iemand laat zien, noemt wat nodig is: de sleutels van de uitgever, de lijst met ingetrokken badges, het register.
Alleen daarvoor mag een netwerk worden gebruikt; een opslag op schijf kan ook.
Elke controle stelt één vraag en antwoordt met een code, met een zin erbij voor mensen.
Wat een code met het oordeel doet, staat alleen in het beleid; het zwaarste telt.
Een controle die niet is gedaan, telt nooit als goed.
"""


def effects() -> dict[Code, tuple[tuple[Outcome, Verdict], ...]]:
    """Return for each code how the check ended, and the verdict that the policy then asks for."""
    return {
        code: tuple((outcome, severity(CheckResult(check_of(code), outcome, code))) for outcome in outcomes)
        for code, outcomes in outcomes_by_code().items()
    }


def check_of(code: Code) -> Check:
    """Return the check that a code belongs to: its first word."""
    return Check(code.partition("-")[0])


def write_markdown() -> str:
    """Return the page, in English and then in Dutch."""
    found = effects()
    parts = [_INTRO, *_half("en", found), "---\n", _INTRO_NL, *_half("nl", found)]
    return "\n".join(parts).rstrip() + "\n"


def write_picture() -> str:
    """Return the picture."""
    counted = Counter(verdict for pairs in effects().values() for _, verdict in pairs)
    return handbook_picture.draw(counted)


def _half(language: str, found: Mapping[Code, tuple[tuple[Outcome, Verdict], ...]]) -> Iterator[str]:
    words = _WORDS[language]
    yield f"## {words['verdicts']}\n"
    yield _verdicts(language)
    if language == "en":
        yield _freshness()
    for check in Check:
        yield f"## {check_name(check, language)}\n"
        question = f"**{question_of(check)}**\n\n" if language == "en" else ""
        yield f"{question}{check_meaning(check, language).replace('. ', '.\n')}\n"
        rows = (_row(code, language, found[code]) for code in Code if check_of(code) is check)
        yield "\n".join([words["columns"], *rows]) + "\n"
    yield f"## {words['unreadable']}\n"
    yield words["unreadable_intro"].replace(". ", ".\n") + "\n"
    unreadable = (texts_en if language == "en" else texts_nl).UNREADABLE
    yield (
        "\n".join([words["unreadable_columns"], *(f"| {text} | `{code}` |" for code, text in unreadable.items())])
        + "\n"
    )


def _verdicts(language: str) -> str:
    rows = [
        f"| {GLYPHS[verdict]} | **{verdict_title(verdict, language)}** | {verdict_sentence(verdict, language)} |"
        for verdict in by_gravity()
    ]
    return "\n".join(["| | | |\n|---|---|---|", *rows]) + "\n"


def _freshness() -> str:
    rows = [
        f"| {name} | {use} | {in_words(age.fresh_for)} | {in_words(age.usable_for)} |"
        for name, use, age in EVIDENCE.values()
    ]
    head = "| evidence | says | fresh for | usable for |\n|---|---|---|---|"
    note = "What is no longer fresh gives a remark; what is too old to use is not leaned on at all.\n"
    return "\n".join(["## How old evidence may be\n", head, *rows]) + f"\n\n{note}These are the defaults of `Policy`.\n"


def _row(code: Code, language: str, pairs: tuple[tuple[Outcome, Verdict], ...]) -> str:
    words = _WORDS[language]
    told = [f"**{_cell(finding(code, language))}**"]
    told += [f"{words[audience]}: {_cell(text)}" for audience in Audience if (text := advice(code, language, audience))]
    asked = dict.fromkeys(verdict for _, verdict in pairs)
    signs = "<br>".join(f"{GLYPHS[verdict]} {verdict_title(verdict, language)}" for verdict in asked)
    ended = "<br>".join(words[outcome] for outcome, _ in pairs)
    return f"| {signs} | {'<br>'.join(told)} | `{code}` | {ended} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main() -> None:
    """Write both files."""
    (DOCS / "verification.md").write_text(write_markdown(), "utf-8")
    (DOCS / "verification.svg").write_text(write_picture(), "utf-8")


if __name__ == "__main__":
    main()
