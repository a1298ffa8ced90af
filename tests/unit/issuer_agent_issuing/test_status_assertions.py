"""What an issuer states of one badge, over its HTTP interface; and the badge with it before a verifier."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from edubadges.cli import app as cli
from issuer_agent.audit_trail import Actor
from issuer_agent.suspensions import Suspensions
from tests.support.issuing_world import CONTENT, World
from vc_core.did import find_verification_method
from vc_core.multiformats import base64url_encode
from vc_core.proof import document_proofs
from vc_core.status.assertion import StatusAssertion, check_assertion, read_assertion
from vc_core.status.token_status_list import TokenStatusValue
from vc_core.trust.receipt import leaf_of_proof

STAFF = Actor("person:daan")


@pytest.fixture
def slug(world: World) -> str:
    return world.add_institution()


def ask(world: World, slug: str, badge: Any, **changes: Any) -> Any:
    body = {"credential_id": badge["id"], "signature": base64url_encode(leaf_of_proof(badge["proof"])), **changes}
    return world.http.post(f"{world.issuance.credential_issuer(slug)}/status-assertion", json=body)


def stated(world: World, slug: str, badge: Any) -> StatusAssertion:
    answer = ask(world, slug, badge)
    assert answer.status_code == 200, answer.text
    entry = answer.json()["proof"]
    token = read_assertion(entry)
    document = world.did_document(slug)
    _, key = find_verification_method(document, entry["verificationMethod"], relationship="assertionMethod")
    leaf = leaf_of_proof(document_proofs(badge)[0])
    return check_assertion(token, leaf, issuer=str(document["id"]), public_key=key)


def test_it_says_what_the_lists_say(world: World, slug: str) -> None:
    award = world.add_award(slug=slug, delivery="file", content=replace(CONTENT, suspendable=True))
    badge = world.issuance.issue_file(award.id)
    first = stated(world, slug, badge)
    assert first.value is TokenStatusValue.VALID
    assert first.expires_at - first.issued_at == timedelta(days=7)
    suspensions = Suspensions(world.engine, world.issuance)
    suspensions.suspend(award.id, reason="x", actor=STAFF, now=world.now())
    assert stated(world, slug, badge).value is TokenStatusValue.SUSPENDED
    world.revoke(award)
    assert stated(world, slug, badge).value is TokenStatusValue.INVALID


def test_within_an_hour_the_agent_signs_once(world: World, slug: str) -> None:
    badge = world.issuance.issue_file(world.add_award(slug=slug, delivery="file").id)
    first = ask(world, slug, badge).json()
    assert ask(world, slug, badge).json() == first
    world.offset += timedelta(hours=1)
    assert ask(world, slug, badge).json()["proof"]["created"] > first["proof"]["created"]


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"credential_id": "urn:uuid:nobody"}, 404),
        ({"credential_id": None}, 422),
        ({"credential_id": "x" * 201}, 422),
        ({"signature": "short"}, 422),
        ({"signature": "%"}, 422),
        ({"signature": 5}, 422),
    ],
)
def test_what_is_not_a_badge_of_this_institution(world: World, slug: str, changes: dict[str, Any], status: int) -> None:
    badge = world.issuance.issue_file(world.add_award(slug=slug, delivery="file").id)
    answer = ask(world, slug, badge, **changes)
    assert answer.status_code in ({400, 422} if status == 422 else {status}), answer.text
    assert answer.json()["code"]
    assert ask(world, "hnn", badge).status_code == 404


def test_from_the_command_line(world: World, slug: str, tmp_path: Path) -> None:
    badge = world.issuance.issue_file(world.add_award(slug=slug, delivery="file").id)
    file, out = tmp_path / "badge.json", tmp_path / "out.json"
    file.write_text(json.dumps(badge))
    issuer = world.issuance.credential_issuer(slug)
    for source in (file, out):
        done = CliRunner().invoke(cli, ["trust", "staple", str(source), str(out), "--issuer", issuer])
        assert done.exit_code == 0, done.output
        assert [proof["cryptosuite"] for proof in json.loads(out.read_text())["proof"]] == [
            "eddsa-rdfc-2022",
            "edubadges-status-assertion-2026",
        ]
    elsewhere = world.issuance.credential_issuer("hnn")
    assert CliRunner().invoke(cli, ["trust", "staple", str(file), str(out), "--issuer", elsewhere]).exit_code == 3
