"""Every code has its sentences, in both languages and for everybody; none is missing and none is left over."""

from __future__ import annotations

import importlib
import pkgutil
from datetime import timedelta

import pytest

import verifier
from verifier import texts_en, texts_nl
from verifier.codes import Check, Code, Outcome
from verifier.policy import severity
from verifier.report import CheckResult, Verdict
from verifier.texts import (
    LANGUAGES,
    Audience,
    advice,
    age_in_words,
    check_meaning,
    check_name,
    finding,
    sentence,
    unreadable,
    verdict_sentence,
    verdict_title,
)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", list(Code))
def test_every_code_has_a_sentence_for_everybody(code: Code, language: str) -> None:
    check = Check(code.split("-")[0])
    for audience in Audience:
        text = sentence(CheckResult(check, Outcome.FAILED, code), language, audience)
        assert text.endswith("."), text
        assert 12 < len(text) < 400


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_not_plainly_good_says_what_to_do(language: str) -> None:
    good = {
        "ok",
        "of-issuer",
        "in-registry",
        "in-period",
        "clear",
        "stated-clear",
        "proved",
        "matched",
        "valid",
        "none",
        "covers",
        "covered-then",
        "on-behalf",
        "followed",
    }
    for code in Code:
        rest = code.split("-", 1)[1]
        fine = (
            rest in good
            or rest in {"old-model", "not-limited", "no-registration", "file-only", "learner-record"}
            or "stale" in rest
        )
        if not fine and rest not in {
            "valid-other-form",
            "retired-later",
            "proven-earlier",
            "proved-old-style",
            "clear-unsigned-list",
            "genuine",
            "as-named",
            "other-valid",
            "valid-in-part",
        }:
            assert all(advice(code, language, audience) for audience in Audience), code


def test_no_sentence_is_left_over_and_both_languages_say_the_same_things() -> None:
    assert set(texts_nl.SENTENCES) == set(texts_en.SENTENCES) == set(Code)
    for name in ("VERDICTS", "CHECKS", "MEANINGS", "UNREADABLE"):
        assert getattr(texts_nl, name).keys() == getattr(texts_en, name).keys()
    for code in Code:
        dutch, english = texts_nl.SENTENCES[code], texts_en.SENTENCES[code]
        assert [bool(part) for part in dutch] == [bool(part) for part in english], code
        assert finding(code, "nl") != finding(code, "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_checks_verdicts_and_unreadable_files_have_words(language: str) -> None:
    for check in Check:
        assert check_name(check, language)
        assert check_meaning(check, language).endswith(".")
    for verdict in Verdict:
        assert verdict_title(verdict, language)
        assert verdict_sentence(verdict, language).endswith(".")
    assert unreadable("never heard of", language) == unreadable("malformed-input", language)


def test_a_check_that_did_not_run_is_never_green() -> None:
    for code in Code:
        assert severity(CheckResult(Check.STATUS, Outcome.NOT_RUN, code)) in {Verdict.UNKNOWN, Verdict.ATTENTION}
        assert severity(CheckResult(Check.STATUS, Outcome.FAILED, code)) is not Verdict.OK


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (timedelta(seconds=-5), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1), "1 minute old"),
        (timedelta(hours=3, minutes=59), "3 hours old"),
        (timedelta(days=1), "1 day old"),
        (timedelta(days=400), "400 days old"),
    ],
)
def test_age_is_told_in_words(age: timedelta, expected: str) -> None:
    assert age_in_words(age, "en") == expected


def test_the_public_names_are_promised_and_need_no_web_framework() -> None:
    import subprocess
    import sys

    assert sorted(verifier.__all__) == sorted(set(verifier.__all__))
    for name in verifier.__all__:
        assert hasattr(verifier, name)
    program = "import sys, verifier; print([m for m in ('fastapi', 'sqlalchemy', 'httpx', 'rich') if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_no_check_imports_another() -> None:
    import verifier.checks as package

    names = [module.name for module in pkgutil.iter_modules(package.__path__)]
    for name in names:
        source = importlib.import_module(f"verifier.checks.{name}").__file__
        assert source is not None
        with open(source, encoding="utf-8") as file:
            assert "from verifier.checks" not in file.read()
