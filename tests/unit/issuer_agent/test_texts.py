"""Every text a person can see is there in both languages."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest

import issuer_agent
from issuer_agent.pages import awarding, batches, revoking, session, views
from service_kit.pages import Catalogue

ROOT = Path(str(resources.files(issuer_agent)))
CATALOGUE = Catalogue("service_kit", "issuer_agent")
# What only programs and operators read: protocol answers and the insides of the agent.
NOT_FOR_PEOPLE = {"acapy_client", "acapy_process", "institution_keys", "registry_client", "signer_local", "settings"}
ERRORS = {
    "FileNotReadable",
    "SignInRefused",
    "SignInAgain",
    "RuleRefused",
    "MalformedInput",
    "InvalidValues",
    "NotFound",
    "AccessDenied",
    "Unauthenticated",
    "IssuingRefused",
    "OfferGone",
}
IN_TEMPLATE = re.compile(r"""\b_\(\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')""")


def texts_of_templates() -> set[str]:
    found = set()
    for file in (ROOT / "templates").rglob("*.html"):
        found |= {first or second for first, second in IN_TEMPLATE.findall(file.read_text())}
    return found


def texts_of_views() -> set[str]:
    pills = [*views.STATE_PILL.values(), *views.REQUEST_PILL.values(), *views.AWARD_PILL.values()]
    pills += [*batches.VERDICT_PILL.values(), *batches.BATCH_PILL.values(), *revoking.REVOCATIONS_PILL.values()]
    named = (
        awarding.STATES,
        views.SECTOR_TEXT,
        batches.PROBLEM_TEXT,
        views.TYPE_TEXT,
        views.PARTICIPATION_TEXT,
        views.ASSESSMENT_TEXT,
        session.ROLE_TEXT,
    )
    facts = re.findall(r'"(\{value\}[^"]*|NLQF[^"]*)"', (ROOT / "pages" / "views.py").read_text())
    return {text for _, text in pills} | {text for texts in named for text in texts.values()} | set(facts)


def texts_of_errors() -> set[str]:
    found: set[str] = set()
    for file in ROOT.rglob("*.py"):
        inside = file.relative_to(ROOT).parts
        if inside[0] in ("oid4vci", "acapy_plugin", "migrations", "api") or file.stem in NOT_FOR_PEOPLE:
            continue
        found |= set(_error_texts(ast.parse(file.read_text())))
    return found


def _error_texts(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            at = {"Finding": 1, **dict.fromkeys(ERRORS, 0)}.get(node.func.id)
            if at is not None and len(node.args) > at and isinstance(node.args[at], ast.Constant):
                yield str(node.args[at].value)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            if node.targets[0].id in ("_TOO_LONG", "_NOT_AN_ADDRESS", "title") and isinstance(node.value, ast.Constant):
                yield str(node.value.value)
            elif node.targets[0].id == "_MISSING":
                yield from ast.literal_eval(node.value).values()
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "detail" and isinstance(value, ast.Constant):
                    yield str(value.value)


@pytest.mark.parametrize("collect", [texts_of_templates, texts_of_views, texts_of_errors])
def test_every_text_has_a_dutch_one(collect) -> None:
    missing = sorted(text for text in collect() if not CATALOGUE.has(text))

    assert missing == []


def test_placeholders_are_the_same_in_both_languages() -> None:
    for text in texts_of_templates() | texts_of_views():
        assert _names(text) == _names(CATALOGUE.gettext(text, "nl")), text


def test_the_texts_of_the_collectors_are_really_found() -> None:
    assert len(texts_of_templates()) > 100
    assert len(texts_of_errors()) > 40
    assert len(texts_of_views()) > 25


def _names(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
