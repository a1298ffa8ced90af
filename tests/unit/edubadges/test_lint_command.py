"""`edubadges lint`: findings with their places, in two languages and for machines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from edubadges.cli_lint import lint_command
from tests.unit.vc_core.samples import unsigned_badge

app = typer.Typer()
app.command("lint")(lint_command)


def run(*arguments: str, stdin: Any = None) -> Any:
    data = stdin if isinstance(stdin, bytes) else json.dumps(stdin).encode()
    return CliRunner().invoke(app, [*arguments], input=data)


def _without_criteria() -> dict[str, Any]:
    badge: Any = unsigned_badge()
    badge["credentialSubject"]["achievement"]["criteria"] = {}
    badge["validUntil"] = "tomorrow"
    return dict(badge)


@pytest.mark.parametrize(("lang", "said"), [("en", "other systems will read this"), ("nl", "kunnen dit lezen")])
def test_a_good_badge_has_no_findings(tmp_path: Path, lang: str, said: str) -> None:
    file = tmp_path / "badge.json"
    file.write_text(json.dumps(unsigned_badge()))
    answer = run(str(file), "--lang", lang)
    assert answer.exit_code == 0
    assert said in answer.output


@pytest.mark.parametrize(("lang", "said"), [("en", "not a date and time"), ("nl", "geen datum met tijd")])
def test_a_mistake_is_explained_where_it_is(lang: str, said: str) -> None:
    answer = run("-", "--lang", lang, stdin=_without_criteria())
    assert answer.exit_code == 1
    assert "/validUntil" in answer.output
    assert said in " ".join(answer.output.split())


def test_machines_get_the_codes() -> None:
    answer = run("-", "--json", stdin=_without_criteria())
    found = {(item["pointer"], item["code"]) for item in json.loads(answer.output)}
    assert ("/validUntil", "date-malformed") in found
    assert answer.exit_code == 1
    assert json.loads(run("-", "--json", stdin=unsigned_badge()).output) == []


@pytest.mark.parametrize("stdin", [b"", b"[]", b'{"a":', b"\xff\xfe", b"x" * 1_100_000])
def test_what_is_no_badge_text_is_told(stdin: bytes) -> None:
    answer = run("-", stdin=stdin)
    assert answer.exit_code == 4


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    answer = run(str(tmp_path / "no.json"))
    assert answer.exit_code == 4


def test_another_language_is_refused() -> None:
    assert run("-", "--lang", "fr", stdin={}).exit_code == 2
