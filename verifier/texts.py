"""From a code to a sentence a person can use, in Dutch and English, for a student, an employer or an administrator.

No sentence contains text from a badge: somebody will call an issuer "Genuine and valid".
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from types import ModuleType

from verifier import texts_en, texts_nl
from verifier.codes import Check, Code
from verifier.report import CheckResult, Verdict

_LANGUAGES: dict[str, ModuleType] = {"nl": texts_nl, "en": texts_en}
LANGUAGES = tuple(_LANGUAGES)


class Audience(StrEnum):
    """For whom a sentence is written."""

    EMPLOYER = "employer"
    STUDENT = "student"
    ADMINISTRATOR = "administrator"


_COLUMN = {Audience.EMPLOYER: 1, Audience.STUDENT: 2, Audience.ADMINISTRATOR: 3}


def finding(code: Code, language: str) -> str:
    """Return what was found, in one sentence that is the same for everybody."""
    return str(_LANGUAGES[language].SENTENCES[code][0])


def advice(code: Code, language: str, audience: Audience) -> str:
    """Return what this person can do about it; an empty text when there is nothing to do."""
    return str(_LANGUAGES[language].SENTENCES[code][_COLUMN[audience]])


def sentence(result: CheckResult, language: str, audience: Audience = Audience.EMPLOYER) -> str:
    """Return what was found and what to do about it."""
    return f"{finding(result.code, language)} {advice(result.code, language, audience)}".strip()


def check_name(check: Check, language: str) -> str:
    """Return the name of a check."""
    return str(_LANGUAGES[language].CHECKS[check])


def check_meaning(check: Check, language: str) -> str:
    """Return why this question is asked at all."""
    return str(_LANGUAGES[language].MEANINGS[check])


def verdict_title(verdict: Verdict, language: str) -> str:
    """Return the verdict in three or four words."""
    return str(_LANGUAGES[language].VERDICTS[verdict][0])


def verdict_sentence(verdict: Verdict, language: str) -> str:
    """Return what the verdict means."""
    return str(_LANGUAGES[language].VERDICTS[verdict][1])


def unreadable(code: str, language: str) -> str:
    """Return why nothing could be checked at all."""
    texts = _LANGUAGES[language].UNREADABLE
    return str(texts.get(code, texts["malformed-input"]))


_AGES = {
    "nl": (
        "zojuist",
        ("{} minuut oud", "{} minuten oud"),
        ("{} uur oud", "{} uur oud"),
        ("{} dag oud", "{} dagen oud"),
    ),
    "en": (
        "just now",
        ("{} minute old", "{} minutes old"),
        ("{} hour old", "{} hours old"),
        ("{} day old", "{} days old"),
    ),
}


def age_in_words(age: timedelta, language: str) -> str:
    """Return how old something is, in the largest unit that fits."""
    now, *units = _AGES[language]
    seconds = max(0, int(age.total_seconds()))
    for (one, many), size, limit in zip(units, (60, 3_600, 86_400), (3_600, 86_400, None), strict=True):
        if seconds < 60:
            return str(now)
        if limit is None or seconds < limit:
            count = seconds // size
            return str(one if count == 1 else many).format(count)
    return str(now)
