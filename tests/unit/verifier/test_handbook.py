"""The pages about verifying on disk are those the code gives, and nothing is left out of them."""

from __future__ import annotations

import itertools
import json
import re
import xml.etree.ElementTree as ElementTree
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.presenting import NOW, Issuer, Wallet
from vc_core.keys import PrivateKey
from verifier import Evidence, handbook, handbook_outcomes, parse_submission, texts_en, texts_nl, verify
from verifier.codes import Check, Code, Outcome
from verifier.handbook_outcomes import UnclearOutcome, outcomes_by_code
from verifier.handbook_picture import by_gravity, in_words, question_of
from verifier.policy import DEFAULT_POLICY, gravest, severity
from verifier.report import CheckResult, Verdict
from verifier.texts import Audience, advice, check_meaning, check_name, finding, verdict_title

_ROW = re.compile(r"^\| (?P<sign>[^|]*) \| (?P<told>.*) \| `(?P<code>[a-z-]+)` \| (?P<ended>[^|]*) \|$", re.MULTILINE)
_RENEW = "run `python -m verifier.handbook` and look at what changed"
_SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def page() -> str:
    return handbook.write_markdown()


@pytest.fixture(scope="module")
def picture() -> str:
    return handbook.write_picture()


def test_the_page_on_disk_is_the_one_the_code_gives(page: str) -> None:
    assert (handbook.DOCS / "verification.md").read_text("utf-8") == page, _RENEW


def test_the_picture_on_disk_is_the_one_the_code_gives(picture: str) -> None:
    assert (handbook.DOCS / "verification.svg").read_text("utf-8") == picture, _RENEW


def test_writing_twice_gives_the_same_bytes(page: str, picture: str) -> None:
    assert (handbook.write_markdown(), handbook.write_picture()) == (page, picture)


def test_every_code_has_one_row_in_each_language(page: str) -> None:
    shown = Counter(match["code"] for match in _ROW.finditer(page))

    assert shown == dict.fromkeys(Code, 2)


@pytest.mark.parametrize(("language", "half"), [("en", 0), ("nl", 1)])
def test_every_row_says_all_that_people_are_told(page: str, language: str, half: int) -> None:
    rows = {match["code"]: match["told"] for match in _ROW.finditer(page.split("\n---\n")[half])}

    for code in Code:
        told = rows[code]
        assert finding(code, language) in told
        for audience in Audience:
            assert advice(code, language, audience) in told


def test_the_effect_that_is_shown_is_what_the_policy_says(page: str) -> None:
    outcomes = outcomes_by_code()
    assert len(set(handbook.GLYPHS.values())) == len(Verdict)

    for half, language in zip(page.split("\n---\n"), ("en", "nl"), strict=True):
        for match in _ROW.finditer(half):
            code = Code(match["code"])
            asked = {severity(CheckResult(handbook.check_of(code), outcome, code)) for outcome in outcomes[code]}
            shown = {f"{handbook.GLYPHS[verdict]} {verdict_title(verdict, language)}" for verdict in asked}
            assert set(match["sign"].split("<br>")) == shown, code


def test_the_outcome_that_is_shown_is_the_one_of_the_code(page: str) -> None:
    english = {match["code"]: match["ended"] for match in _ROW.finditer(page.split("\n---\n")[0])}

    for code, outcomes in outcomes_by_code().items():
        assert english[code].split("<br>") == [outcome.replace("_", " ") for outcome in outcomes]


@pytest.mark.parametrize("language", ["en", "nl"])
def test_every_check_and_verdict_and_reason_is_there(page: str, language: str) -> None:
    for check in Check:
        assert f"\n## {check_name(check, language)}\n" in page
        assert check_meaning(check, language).replace(". ", ".\n") in page
        assert question_of(check) in page
    for verdict in Verdict:
        assert f"| {handbook.GLYPHS[verdict]} | **{verdict_title(verdict, language)}** |" in page
    texts = texts_en if language == "en" else texts_nl
    for code, text in texts.UNREADABLE.items():
        assert f"| {text} | `{code}` |" in page


def test_every_table_row_has_as_many_cells_as_its_head(page: str) -> None:
    width = 0
    for line in page.splitlines():
        cells = len(re.findall(r"(?<!\\)\|", line)) if line.startswith("|") else 0
        assert cells in {0, width} or not width, line
        width = cells


def test_the_links_on_the_page_lead_somewhere(page: str) -> None:
    headings = {re.sub(r"[^\w -]", "", line.lstrip("# ").lower()).replace(" ", "-") for line in page.splitlines()}
    for target in re.findall(r"\]\(([^)]+)\)", page):
        found = target[1:] in headings if target.startswith("#") else (handbook.DOCS / target).is_file()
        assert found, target


def test_the_picture_names_every_check_and_verdict_as_text(picture: str) -> None:
    root = ElementTree.fromstring(picture)
    lines = [element.text or "" for element in root.iter(f"{_SVG}text")]
    words = " ".join(lines)

    for check in Check:
        assert check_name(check, "en") in lines
        assert question_of(check) in words
    for verdict in Verdict:
        assert verdict_title(verdict, "en") in words
    assert root.get("role") == "img"
    named = [root.find(f"{_SVG}title[@id='t']"), root.find(f"{_SVG}desc[@id='d']")]
    assert all(element is not None and element.text for element in named)
    assert root.get("aria-labelledby") == "t d"
    assert "@media (prefers-color-scheme:dark)" in picture


def test_nothing_in_the_picture_is_wider_than_its_box(picture: str) -> None:
    """Reckoned with a wide font, so that it also fits where the usual one is missing."""
    root = ElementTree.fromstring(picture)
    boxes = [
        [float(box.get(name, "0")) for name in ("x", "y", "width", "height")]
        for box in root.iter(f"{_SVG}rect")
        if box.get("class") in {"room", "card", "v"}
    ]
    wide = {"t": 10.1, "vt": 10.4, "s": 7.6, "q": 7.0}
    for text in root.iter(f"{_SVG}text"):
        if text.get("class") == "f":
            continue
        x, y = float(text.get("x", "0")), float(text.get("y", "0"))
        [box] = [box for box in boxes if box[0] <= x <= box[0] + box[2] and box[1] <= y <= box[1] + box[3]]
        assert x + wide[text.get("class", "")] * len(text.text or "") <= box[0] + box[2], text.text
        assert y + 4 <= box[1] + box[3], text.text


def test_the_verdicts_of_the_picture_are_ordered_as_the_policy_weighs_them() -> None:
    order = by_gravity()

    assert sorted(order) == sorted(Verdict)
    for milder, graver in itertools.pairwise(order):
        assert gravest([milder, graver]) is graver


def test_periods_are_told_in_whole_units() -> None:
    assert in_words(DEFAULT_POLICY.key_freshness.usable_for) == "3 years"
    assert in_words(DEFAULT_POLICY.status_freshness.fresh_for) == "24 hours"
    assert in_words(DEFAULT_POLICY.proof_lifetime * 1.5) == "1.5 hours"


# --- how a check ended, read from the source ---


def test_every_code_is_given_by_its_check_somewhere() -> None:
    assert [code for code, outcomes in outcomes_by_code().items() if not outcomes] == []


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (Code.SIGNATURE_VALID_IN_PART, Outcome.PASSED),  # from a table
        (Code.ISSUER_LEFT, Outcome.FAILED),  # from a table, by way of a name
        (Code.ISSUER_IN_REGISTRY_STALE, Outcome.PASSED),  # the same name, given anew
        (Code.STATUS_MESSAGE, Outcome.FAILED),  # what the table falls back on
        (Code.STATUS_LIST_FORGED, Outcome.NOT_RUN),  # found by another module
        (Code.KEY_DOCUMENT_MISSING, Outcome.NOT_RUN),  # found by another module, told apart by a set
        (Code.KEY_WITHDRAWN, Outcome.FAILED),
        (Code.HOLDER_PROVED_OLD_STYLE, Outcome.PASSED),  # returned by a function
        (Code.HOLDER_CHALLENGE_WRONG, Outcome.FAILED),  # returned by one function, given to another
        (Code.HOLDER_FILE_ONLY, Outcome.NOT_APPLICABLE),
    ],
)
def test_outcomes_are_found_however_the_code_travels(code: Code, outcome: Outcome) -> None:
    assert outcomes_by_code()[code] == (outcome,)


def test_what_the_checks_really_give_is_what_was_read() -> None:
    issuer = Issuer(key=PrivateKey.from_bytes("Ed25519", bytes(range(32))))
    badge = issuer.badge(holder=Wallet(PrivateKey.from_bytes("Ed25519", bytes([9] * 32))).did)
    read = outcomes_by_code()
    seen: set[Code] = set()

    for document in (badge, badge | {"name": "Another"}, badge | {"@context": ["urn:words"]}, badge | {"proof": []}):
        for evidence in (issuer.evidence(), Evidence()):
            for now in (NOW - timedelta(days=4_000), NOW, NOW + timedelta(days=20), NOW + timedelta(days=4_000)):
                report = verify(parse_submission(json.dumps(document).encode()), evidence, now=now)
                seen.update(result.code for result in report.results)
                assert all(result.outcome in read[result.code] for result in report.results)

    assert len(seen) > 20


def test_a_code_that_cannot_be_followed_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks" / "odd.py").write_text("def check(question):\n    return [failed(Check.KEY, guess())]\n")
    monkeypatch.setattr(handbook_outcomes, "_HERE", tmp_path)

    with pytest.raises(UnclearOutcome, match=r"checks/odd\.py:2"):
        outcomes_by_code()
