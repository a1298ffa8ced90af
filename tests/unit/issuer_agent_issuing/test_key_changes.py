"""Keys that are replaced in order, and keys that others have: what is published, what signs, what badges are worth."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from issuer_agent.audit_trail import Actor
from issuer_agent.key_changes import KeyChanges
from issuer_agent.receipts import receipts_of
from issuer_agent.registry_client import RegistryUnavailable
from issuer_agent.signer import AgentUnavailable
from service_kit.fetch import Fetcher
from service_kit.problems import InvalidValues, NotFound, RuleRefused
from tests.support.issuing_world import World
from tests.support.test_wallet import Wallet
from vc_core.proof import document_proofs
from verifier import Report, Verdict, gather, parse_submission, verify
from verifier.evidence_store import EvidenceStore
from verifier.online_source import OnlineSource

ADMIN = Actor("person:fleur")
WAIT = timedelta(minutes=2)
"""The registry has its own clock, and takes a proof of control that is five minutes off at most."""


@pytest.fixture
def slug(world: World) -> str:
    return world.add_institution()


@pytest.fixture
def changes(world: World) -> KeyChanges:
    return world.key_changes(WAIT)


def step(world: World, changes: KeyChanges, slug: str, *, after: timedelta = timedelta()) -> str:
    world.offset += after
    return changes.go_on(slug, actor=ADMIN, now=world.now()).state


def badge_of(world: World, slug: str) -> Any:
    return world.issuance.issue_file(world.add_award(slug=slug, delivery="file").id)


def method_of(document: Any) -> str:
    return str(document_proofs(document)[0]["verificationMethod"])


def listed(world: World, slug: str) -> dict[str, bool]:
    """Return the keys in the published document, each with whether it may make statements."""
    document: Any = world.did_document(slug)
    return {method["id"]: method["id"] in document["assertionMethod"] for method in document["verificationMethod"]}


def judged(world: World, badge: Any, tmp_path: Any) -> Report:
    """Verify with the registry at hand, at the moment of the test."""
    fetcher = Fetcher(development=True)
    source = OnlineSource(
        fetcher, registry_url=world.registry_url, store=EvidenceStore(tmp_path), http_hosts=frozenset({"localhost"})
    )
    submission = parse_submission(json.dumps(badge).encode())
    report = verify(submission, gather(submission, source), now=max(world.now(), datetime.now(UTC)))
    fetcher.close()
    return report


def codes(report: Report) -> set[str]:
    return {str(result.code) for result in report.results}


def test_a_rotation_from_beginning_to_end(world: World, changes: KeyChanges, slug: str, tmp_path: Any) -> None:
    first = badge_of(world, slug)
    old = method_of(first)
    begun = changes.rotate(slug, actor=ADMIN, now=world.now())
    assert begun.state == "published"
    new = str(begun.new_ed25519)
    assert listed(world, slug)[old] is listed(world, slug)[new] is True
    assert method_of(badge_of(world, slug)) == old

    with pytest.raises(RuleRefused) as early:
        step(world, changes, slug, after=WAIT - timedelta(seconds=10))
    assert early.value.code == "copies-still-used"
    assert changes.ready_at(begun) == (begun.published_at or world.now()) + WAIT
    assert step(world, changes, slug, after=timedelta(seconds=11)) == "switched"
    second = badge_of(world, slug)
    assert method_of(second) == new
    assert {method_of(world.status_list(badge)) for badge in (first, second)} == {new}
    assert listed(world, slug)[old] is True

    with pytest.raises(RuleRefused):
        step(world, changes, slug)
    assert step(world, changes, slug, after=WAIT) == "done"
    assert old not in listed(world, slug)
    assert listed(world, slug)[new] is True
    with pytest.raises(NotFound):
        step(world, changes, slug)


def test_an_old_badge_stays_valid_when_its_key_is_retired(world: World, slug: str, tmp_path: Any) -> None:
    changes = world.key_changes(timedelta())
    badge = badge_of(world, slug)
    changes.rotate(slug, actor=ADMIN, now=world.now())
    world.offset += timedelta(seconds=3)
    step(world, changes, slug)
    step(world, changes, slug)
    time.sleep(2.1)  # three versions in one second get a second each in the history, and none may lie in the future
    report = judged(world, badge, tmp_path)
    assert "key-retired-later" in codes(report)
    assert "status-clear" in codes(report)
    assert report.verdict is Verdict.OK


def test_two_rotations_at_once_are_one(world: World, changes: KeyChanges, slug: str) -> None:
    changes.rotate(slug, actor=ADMIN, now=world.now())
    with pytest.raises(RuleRefused) as busy:
        changes.rotate(slug, actor=ADMIN, now=world.now())
    assert busy.value.code == "key-change-under-way"
    assert len(changes.of(slug)) == 1


def test_a_rotation_goes_on_where_the_agent_was_away(world: World, changes: KeyChanges, slug: str) -> None:
    world.signer.down = True
    with pytest.raises(AgentUnavailable):
        changes.rotate(slug, actor=ADMIN, now=world.now())
    assert [change.state for change in changes.of(slug)] == ["begun"]
    world.signer.down = False
    keys = len(world.signer._keys)
    assert step(world, changes, slug) == "published"
    assert len(world.signer._keys) == keys + 2


def test_a_thief_gets_nothing_and_older_badges_keep_a_remark(world: World, slug: str, tmp_path: Any) -> None:
    changes = world.key_changes()
    before = badge_of(world, slug)
    world.offset += timedelta(seconds=2)
    stolen_at = world.now()
    world.offset += timedelta(seconds=2)
    after = badge_of(world, slug)
    old = method_of(before)

    done = changes.report_compromise(slug, since=stolen_at, actor=ADMIN, now=world.now())
    assert done.state == "done"
    assert listed(world, slug)[old] is False
    world.offset += timedelta(seconds=3)
    fresh = badge_of(world, slug)
    assert method_of(fresh) == done.new_ed25519

    assert "key-compromised-later" in codes(judged(world, before, tmp_path / "a"))
    assert judged(world, after, tmp_path / "b").verdict is Verdict.BAD
    assert judged(world, fresh, tmp_path / "c").verdict is Verdict.OK
    receipt = receipts_of([before], world.issuance.registry)[0]
    assert receipt is not None
    [touched] = changes.touched(slug)
    assert (touched.before, touched.after_count) == (1, 1)
    assert touched.after == [world.last_award[1 - 3]]


def test_a_theft_during_a_rotation_makes_it_go_at_once(world: World, changes: KeyChanges, slug: str) -> None:
    begun = changes.rotate(slug, actor=ADMIN, now=world.now())
    world.offset += timedelta(seconds=2)
    done = changes.report_compromise(slug, since=world.now(), actor=ADMIN, now=world.now())
    assert (done.id, done.state, done.new_ed25519) == (begun.id, "done", begun.new_ed25519)
    assert listed(world, slug)[begun.old_ed25519] is False


def test_a_theft_after_the_new_keys_sign_is_of_those(world: World, slug: str) -> None:
    changes = world.key_changes(timedelta())
    rotation = changes.rotate(slug, actor=ADMIN, now=world.now())
    world.offset += timedelta(seconds=3)
    step(world, changes, slug)
    world.offset += timedelta(seconds=3)
    done = changes.report_compromise(slug, since=world.now(), actor=ADMIN, now=world.now())
    assert done.old_ed25519 == rotation.new_ed25519
    found = listed(world, slug)
    assert found[done.old_ed25519] is False
    assert found[str(done.new_ed25519)] is True
    assert rotation.old_ed25519 not in found


def test_what_is_distrusted_stays_so_after_the_next_rotation(world: World, slug: str) -> None:
    changes = world.key_changes(timedelta())
    stolen = changes.report_compromise(slug, since=world.now(), actor=ADMIN, now=world.now())
    for _ in range(2):
        world.offset += timedelta(seconds=3)
        changes.rotate(slug, actor=ADMIN, now=world.now())
        step(world, changes, slug, after=timedelta(seconds=3))
        step(world, changes, slug, after=timedelta(seconds=3))
    document: Any = world.did_document(slug)
    marked = [method["id"] for method in document["verificationMethod"] if "revoked" in method]
    assert stolen.old_ed25519 in marked
    assert len(marked) == 4


def test_a_moment_that_has_not_come_is_refused(world: World, changes: KeyChanges, slug: str) -> None:
    with pytest.raises(InvalidValues):
        changes.report_compromise(slug, since=world.now() + timedelta(hours=1), actor=ADMIN, now=world.now())
    assert changes.of(slug) == []


def test_a_publication_whose_answer_was_lost_is_made_again(
    world: World, changes: KeyChanges, slug: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The registry has the new document, we do not know; the old key may not sign any more."""
    registry = world.issuance.registry
    publish = type(registry).publish_did_document
    lost = [True]

    def lose_one_answer(self: Any, *arguments: Any) -> None:
        publish(self, *arguments)
        if lost.pop() if lost else False:
            raise RegistryUnavailable("The answer did not arrive.")

    monkeypatch.setattr(type(registry), "publish_did_document", lose_one_answer)
    with pytest.raises(RegistryUnavailable):
        changes.report_compromise(slug, since=world.now(), actor=ADMIN, now=world.now())
    assert [change.state for change in changes.of(slug)] == ["made"]
    assert step(world, changes, slug) == "done"


def test_what_waited_for_its_signature_is_no_older_than_the_key(world: World, slug: str, tmp_path: Any) -> None:
    changes = world.key_changes()
    award = world.add_award(slug=slug, delivery="file")
    badge_of(world, slug)
    world.signer.down = True
    with pytest.raises(AgentUnavailable):
        world.issuance.issue_file(award.id)
    world.signer.down = False
    world.offset += timedelta(seconds=5)
    done = changes.report_compromise(slug, since=world.now(), actor=ADMIN, now=world.now())
    world.offset += timedelta(seconds=5)
    late = world.issuance.issue_file(award.id)
    assert method_of(late) == done.new_ed25519
    assert datetime.fromisoformat(str(document_proofs(late)[0]["created"])) >= (done.published_at or world.now())
    assert judged(world, late, tmp_path).verdict is Verdict.OK


def test_a_wallet_that_asks_again_gets_a_badge_of_the_new_key(world: World, slug: str, wallet: Wallet) -> None:
    award = world.add_award(slug=slug)
    first = world.issuance.issue(award.id, holder_did=wallet.did)
    changes = world.key_changes()
    world.offset += timedelta(seconds=5)
    done = changes.report_compromise(slug, since=world.now(), actor=ADMIN, now=world.now())
    world.offset += timedelta(seconds=5)
    again = world.issuance.issue(award.id, holder_did=wallet.did)
    assert method_of(again) == done.new_ed25519
    assert again["id"] == first["id"]
    assert again["credentialStatus"] == first["credentialStatus"]


def test_every_step_is_in_the_audit_trail(world: World, slug: str) -> None:
    changes = world.key_changes(timedelta())
    changes.rotate(slug, actor=ADMIN, now=world.now())
    step(world, changes, slug, after=timedelta(seconds=3))
    step(world, changes, slug, after=timedelta(seconds=3))
    rows = sorted(world.dump()["audit"], key=lambda row: int(row["number"]))
    acts = [row["act"] for row in rows if row["target"] == slug]
    assert acts == ["keys_rotation_begun", "key_made", "key_made", "keys_published", "keys_switched", "keys_retired"]
