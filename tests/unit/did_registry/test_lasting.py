"""What the registry keeps for years: histories, the log of signatures, and the trust repository, over its own HTTP."""

from __future__ import annotations

import json
import re
import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from did_registry import store_trust
from did_registry.app import create_app
from did_registry.history import History
from did_registry.trust_publisher import RENEW_AFTER
from edubadges.cli import app as cli
from service_kit.database import begin
from service_kit.fetch import Fetcher
from tests.support.presenting import Issuer
from tests.unit.did_registry.conftest import LOG, OPERATOR, Place, settings
from tests.unit.did_registry.test_publishing import DID, LIST, an_issuer, publication, publication_of
from vc_core.keys import PrivateKey, public_key_from_multikey
from vc_core.multiformats import base64url_encode
from vc_core.trust.checkpoint import open_checkpoint
from vc_core.trust.did_log import read_did_log
from vc_core.trust.merkle import check_consistency, consistency_proof, places_for
from vc_core.trust.receipt import check_receipt, leaf_of_proof, read_receipt
from verifier import Code, EvidenceKind, Verdict, gather, parse_submission, verify
from verifier.evidence_store import EvidenceStore
from verifier.offline_source import OfflineSource
from verifier.online_source import OnlineSource
from verifier.trust_pack.network import GuardedFetcher
from verifier.trust_pack.store import TrustStore
from verifier.trust_pack.updating import update


@pytest.fixture
def issuer(place: Place, application: dict[str, Any]) -> Issuer:
    new = an_issuer()
    place.http.post("/api/participants", json=application, headers=OPERATOR)
    assert place.http.put("/api/did-documents/zzu", json=publication(new), headers=OPERATOR).status_code == 201
    assert place.http.put(LIST, json=new.status_list()).status_code == 200
    return new


def rotate(place: Place, old: Issuer) -> Issuer:
    new = an_issuer()
    assert place.http.put("/api/did-documents/zzu", json=publication(new, by=old)).status_code == 201
    assert place.http.put(LIST, json=new.status_list()).status_code == 200
    return new


# --- histories ------------------------------------------------------------------------------------------------------


def test_every_version_stands_in_the_history(place: Place, issuer: Issuer) -> None:
    second = rotate(place, issuer)
    answer = place.http.get("/institutions/zzu/did.jsonl")
    assert answer.headers["access-control-allow-origin"] == "*"
    log = read_did_log(answer.content, now=datetime.now(UTC))
    assert [entry.number for entry in log.entries] == [1, 2]
    assert log.did.endswith(":localhost%3A7104:institutions:zzu")
    for entry, made in zip(log.entries, (issuer, second), strict=True):
        assert entry.document["alsoKnownAs"] == [DID]
        assert entry.document["assertionMethod"] == [made.method.replace(DID, log.did)]


def test_the_page_of_an_institution_shows_a_stolen_key(place: Place, issuer: Issuer) -> None:
    page = place.http.get("/institutions/zzu").text
    assert "did.jsonl" in page
    assert "Not to be trusted" not in page
    stolen = publication(issuer)
    document = stolen["did_document"]
    thief = PrivateKey.generate().public.to_multikey()
    method = {"id": f"{DID}#{thief}", "type": "Multikey", "controller": DID, "publicKeyMultibase": thief}
    for extra in ({}, {"revoked": "2026-01-01T00:00:00Z"}):
        changed = {**document, "verificationMethod": [*document["verificationMethod"], {**method, **extra}]}
        allowed = [*document["assertionMethod"], *([method["id"]] if not extra else [])]
        body = publication_of({**changed, "assertionMethod": allowed}, issuer)
        answer = place.http.put("/api/did-documents/zzu", json=body)
        assert answer.status_code == 201, answer.text
    page = place.http.get("/institutions/zzu", headers={"Accept-Language": "nl"}).text
    assert "Niet te vertrouwen sinds" in page


def test_two_versions_in_one_second_are_still_in_order(place: Place, issuer: Issuer) -> None:
    last = issuer
    for _ in range(5):
        last = rotate(place, last)
    log = read_did_log(place.http.get("/institutions/zzu/did.jsonl").content, now=datetime.now(UTC))
    assert len(log.entries) == 6


def test_what_was_published_before_there_was_a_history_is_taken_up(
    place: Place, issuer: Issuer, postgres_url: str, tmp_path: Path
) -> None:
    rotate(place, issuer)
    before = place.http.get("/institutions/zzu/did.jsonl").text
    with begin(place.publisher.engine) as connection:
        connection.execute(sa.text("delete from did_log_lines"))
    assert place.http.get("/institutions/zzu/did.jsonl").status_code == 404
    create_app(settings(postgres_url, tmp_path / "trust"))
    assert place.http.get("/institutions/zzu/did.jsonl").text == before
    history = place.publisher.registry.history
    assert isinstance(history, History)
    assert history.catch_up() == 0


def test_a_publication_that_is_refused_leaves_no_line(place: Place, issuer: Issuer) -> None:
    refused = place.http.put("/api/did-documents/zzu", json=publication(an_issuer()))
    assert refused.status_code == 403
    assert place.http.get("/institutions/zzu/did.jsonl").text.count("\n") == 1
    assert place.http.get("/institutions/unknown/did.jsonl").status_code == 404


# --- the log of signatures ------------------------------------------------------------------------------------------


def head(place: Place) -> Any:
    about = place.http.get(LOG).json()
    keys = {name: public_key_from_multikey(text) for name, text in about["keys"].items()}
    return open_checkpoint(about["checkpoint"], origin=about["origin"], keys=keys), about, keys


def test_every_hash_gets_a_receipt_that_holds(place: Place) -> None:
    leaves = [secrets.token_bytes(32) for _ in range(37)]
    answer = place.post(*leaves)
    assert answer.status_code == 200
    found, about, keys = head(place)
    assert (found.size, about["origin"]) == (37, "localhost:7104/signing-log")
    for leaf, entry in zip(leaves, answer.json()["receipts"], strict=True):
        check_receipt(read_receipt(entry), leaf, origin=about["origin"], keys=keys)


def test_the_same_hash_again_has_the_place_it_has(place: Place) -> None:
    one, other = secrets.token_bytes(32), secrets.token_bytes(32)
    first = place.post(one, other).json()["receipts"]
    place.post(secrets.token_bytes(32))
    assert place.http.get(f"{LOG}/receipts/{base64url_encode(other)}").json() == first[1]
    assert place.http.get(f"{LOG}/receipts/{base64url_encode(bytes(32))}").status_code == 404
    assert place.http.get(f"{LOG}/receipts/nothing").status_code == 404
    assert place.post(other, other, one).json()["receipts"] == [first[1], first[1], first[0]]
    assert head(place)[0].size == 3


def test_the_log_only_grows(place: Place) -> None:
    place.post(*(secrets.token_bytes(32) for _ in range(5)))
    before = head(place)[0]
    place.post(*(secrets.token_bytes(32) for _ in range(900)))
    after = head(place)[0]
    with begin(place.publisher.engine) as connection:
        needed = places_for(lambda nodes: consistency_proof(before.size, after.size, nodes))
        nodes = store_trust.find_nodes(connection, needed)
    proof = consistency_proof(before.size, after.size, nodes.__getitem__)
    check_consistency(before.size, before.root, after.size, after.root, proof)


def test_many_at_once_lose_nothing(place: Place) -> None:
    batches = [[secrets.token_bytes(32) for _ in range(20)] for _ in range(12)]
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda batch: place.post(*batch).json()["receipts"], batches))
    found, about, keys = head(place)
    indexes = [read_receipt(entry).index for answer in answers for entry in answer]
    assert sorted(indexes) == list(range(240))
    assert found.size == 240
    for batch, answer in zip(batches, answers, strict=True):
        for leaf, entry in zip(batch, answer, strict=True):
            check_receipt(read_receipt(entry), leaf, origin=about["origin"], keys=keys)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"leaves": []}, 422),
        ({"leaves": "x"}, 422),
        ({"leaves": [5]}, 422),
        ({"leaves": ["AAAA"]}, 422),
        ({"leaves": ["?"]}, 422),
        ({"leaves": [base64url_encode(bytes(32))] * 1_001}, 422),
        ([], 400),
    ],
)
def test_what_is_no_hash_is_refused(place: Place, body: Any, status: int) -> None:
    answer = place.post(json=body)
    assert answer.status_code in {status, 400, 422}
    assert head(place)[0].size == 0


def test_strangers_do_not_add_to_the_log(place: Place) -> None:
    assert place.post(bytes(32), headers={}).status_code == 401
    assert place.post(bytes(32), headers={"Authorization": "Bearer wrong"}).status_code == 401


# --- the trust repository -------------------------------------------------------------------------------------------


def synced(place: Place, folder: Path) -> EvidenceStore:
    with closing(Fetcher(development=True)) as fetcher:
        address = f"{place.url}/trust/"
        update(TrustStore(folder / "trust"), GuardedFetcher(fetcher), address, now=datetime.now(UTC))
    return EvidenceStore(folder)


def judged(store: EvidenceStore, badge: Any) -> tuple[Verdict, set[Code]]:
    submission = parse_submission(json.dumps(badge).encode())
    now = datetime.now(UTC)
    report = verify(submission, gather(submission, OfflineSource(store, now=now)), now=now)
    return report.verdict, {result.code for result in report.results}


def test_a_badge_of_a_replaced_key_is_genuine_offline(place: Place, issuer: Issuer, tmp_path: Path) -> None:
    moment = (datetime.now(UTC) + timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    badge = issuer.sign(issuer.unsigned_badge(validFrom=moment), created=moment)
    time.sleep(2.1)  # the history counts seconds, and the badge must lie in the first key's time
    rotate(place, issuer)
    place.publisher.publish(now=datetime.now(UTC))
    verdict, codes = judged(synced(place, tmp_path / "store"), badge)
    assert Code.KEY_RETIRED_LATER in codes
    assert Code.ISSUER_IN_REGISTRY in codes
    assert verdict is Verdict.OK


def test_a_receipt_from_the_log_is_understood_offline(place: Place, issuer: Issuer, tmp_path: Path) -> None:
    badge = issuer.badge()
    [receipt] = place.post(leaf_of_proof(badge["proof"])).json()["receipts"]
    place.publisher.publish(now=datetime.now(UTC))
    store = synced(place, tmp_path / "store")
    item = store.find(EvidenceKind.SIGNING_LOG, "localhost:7104/signing-log")
    assert item is not None
    keys = {name: public_key_from_multikey(text) for name, text in item.content["keys"].items()}  # type: ignore[index,call-overload,union-attr]
    check_receipt(read_receipt(receipt), leaf_of_proof(badge["proof"]), origin=item.name, keys=keys)
    assert judged(store, {**badge, "proof": [badge["proof"], receipt]})[0] is Verdict.OK


def test_the_command_adds_a_receipt_to_a_badge(place: Place, issuer: Issuer, tmp_path: Path) -> None:
    badge, out = tmp_path / "badge.json", tmp_path / "with-receipt.json"
    document = issuer.badge()
    badge.write_text(json.dumps(document))
    command = ["trust", "receipt", str(badge), str(out), "--registry", place.url]
    assert CliRunner().invoke(cli, command).exit_code == 1  # the log does not know it
    [receipt] = place.post(leaf_of_proof(document["proof"])).json()["receipts"]
    for source in (badge, out):  # again over its own result changes nothing
        command[2] = str(source)
        assert CliRunner().invoke(cli, command).exit_code == 0
        assert json.loads(out.read_text()) == {**document, "proof": [document["proof"], receipt]}


def test_publishing_follows_what_changed_and_renews(place: Place, issuer: Issuer) -> None:
    now = datetime.now(UTC)
    first = place.publisher.publish_when_due(now=now)
    assert first is None or first.items >= 1  # it may have been published beside the requests already
    assert place.publisher.publish_when_due(now=now) is None
    rotate(place, issuer)
    changed = place.publisher.publish_when_due(now=now)
    assert changed is not None
    assert changed.changed == 3  # the document, its history, the list
    renewed = place.publisher.publish_when_due(now=now + RENEW_AFTER)
    assert renewed is not None
    assert renewed.changed == 0


@pytest.mark.parametrize(
    "part",
    [
        "metadata/../../keys/history.pem",
        "..%2Fkeys%2Fhistory.pem",
        "metadata/timestamp.json/",
        "replaced.json",
        "metadata/1.root.json.pem",
        "keys/history.pem",
        "targets/items/x/../../../root/root-1.pem",
    ],
)
def test_nothing_else_is_served(place: Place, issuer: Issuer, part: str) -> None:
    place.publisher.publish(now=datetime.now(UTC))
    assert place.http.get(f"/trust/{part}").status_code == 404
    assert place.http.get("/trust/metadata/timestamp.json").status_code == 200


def test_every_part_that_is_published_is_served(place: Place, issuer: Issuer, tmp_path: Path) -> None:
    place.publisher.publish(now=datetime.now(UTC))
    synced(place, tmp_path / "store")
    root = place.http.get("/trust/metadata/1.root.json")
    assert "immutable" in root.headers["cache-control"]
    assert re.search("max-age=10", place.http.get("/trust/metadata/timestamp.json").headers["cache-control"])


def test_a_verifier_with_a_network_asks_for_the_history_itself(place: Place, issuer: Issuer) -> None:
    old = an_issuer(key=PrivateKey.generate(), did=f"did:web:localhost%3A{place.http.base_url.port}:institutions:zzu")
    submission = parse_submission(json.dumps(old.badge()).encode())
    with closing(Fetcher(development=True)) as fetcher:
        source = OnlineSource(fetcher, registry_url=place.url, http_hosts=frozenset({"localhost"}))
        evidence = gather(submission, source)
    history = evidence.find(EvidenceKind.KEY_HISTORY, old.did)
    assert history is not None
    assert "versionId" in str(history.content)
