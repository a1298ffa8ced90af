"""Accreditations at the registry: stated by the operator, sent by bodies that may, asked about by machines."""

from __future__ import annotations

import copy
import json
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from did_registry.accrediting import Accrediting, Book
from did_registry.records import AccreditationVersion
from service_kit.fetch import Fetcher
from tests.support.accrediting import Accreditor
from tests.support.presenting import Issuer
from tests.unit.did_registry.conftest import OPERATOR, URL, Place
from tests.unit.did_registry.test_publishing import an_issuer, publication
from vc_core.json_text import dump_json
from vc_core.keys import PrivateKey
from vc_core.model.accreditation import Scope, read_accreditation
from verifier import Code, Verdict, gather, parse_submission, verify
from verifier.evidence_store import EvidenceStore
from verifier.offline_source import OfflineSource
from verifier.trust_pack.network import GuardedFetcher
from verifier.trust_pack.updating import update

ROOT = "did:web:localhost%3A7104"
MICRO = {"type": "AccreditationScope", "achievementType": ["MicroCredential"]}
SECTOR = "did:web:localhost%3A7104:institutions:sector"
NAME = "sectorsays000001"


@pytest.fixture
def issuer(place: Place, application: dict[str, Any]) -> Issuer:
    made = an_issuer()
    admit(place, made, application)
    return made


@pytest.fixture
def sector(place: Place, application: dict[str, Any]) -> Accreditor:
    body = Accreditor(SECTOR)
    admit(place, Issuer(did=SECTOR, key=body.key), {**application, "slug": "sector", "kind": "other"})
    return body


def admit(place: Place, issuer: Issuer, application: dict[str, Any]) -> None:
    slug = application["slug"]
    assert place.http.post("/api/participants", json=application, headers=OPERATOR).status_code == 201
    answer = place.http.put(f"/api/did-documents/{slug}", json=publication(issuer), headers=OPERATOR)
    assert answer.status_code == 201, answer.text


def state(place: Place, slug: str = "zzu", **members: Any) -> Any:
    body = {"institution": slug, **({"may_issue": [MICRO]} | members)}
    return place.http.post("/api/accreditations", json=body, headers=OPERATOR)


def says(sector: Accreditor, subject: str, *, name: str = NAME, at: datetime | None = None, **members: Any) -> Any:
    document = sector.states(subject, Scope(frozenset({"MicroCredential"})), **members)
    document = {key: value for key, value in document.items() if key != "proof"}
    return sector.sign({**document, "id": f"{URL}/accreditations/{name}"}, at=at or datetime.now(UTC))


def put(place: Place, credential: Any, name: str = NAME) -> Any:
    return place.http.put(f"/accreditations/{name}", json=credential)


def in_force(place: Place, slug: str = "zzu") -> Any:
    return place.http.get(f"/api/participants/{slug}").json().get("accreditation")


def test_as_long_as_nothing_is_stated_nobody_is_limited(place: Place, issuer: Issuer) -> None:
    assert in_force(place) is None
    assert "accreditation" not in place.http.get("/api/evidence").json()["participants"][0]


def test_the_operator_states_and_everybody_can_check(place: Place, issuer: Issuer) -> None:
    answer = state(place)
    assert answer.status_code == 201
    credential = answer.json()
    served = place.http.get(credential["id"].removeprefix(URL))
    assert served.json() == credential
    assert served.headers["access-control-allow-origin"] == "*"
    assert in_force(place) == {"root": ROOT, "credentials": [credential]}
    assert read_accreditation(credential).subject == issuer.did


def test_stating_it_again_changes_nothing_and_an_end_replaces_it(place: Place, issuer: Issuer) -> None:
    first = state(place)
    again = state(place)
    assert (again.status_code, again.json()) == (200, first.json())
    end = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    ended = state(place, until=end)
    assert ended.status_code == 201
    assert ended.json()["id"] == first.json()["id"]
    assert ended.json()["validFrom"] == first.json()["validFrom"]
    assert in_force(place)["credentials"] == [ended.json()]


def test_one_about_whom_nothing_is_stated_is_told_apart(place: Place, issuer: Issuer, sector: Accreditor) -> None:
    state(place)
    assert in_force(place, "sector") == {"root": ROOT, "credentials": []}


@pytest.mark.parametrize(
    ("members", "status"),
    [
        ({"may_issue": [{"type": "AccreditationScope", "achievementType": ["Kourse"]}]}, 422),
        ({"may_issue": [{**MICRO, "price": 3}]}, 422),
        ({"may_issue": []}, 422),
        ({"further_links": 9}, 422),
        ({"until": "2001-01-01T00:00:00Z"}, 409),
        ({"institution": "nobody"}, 404),
        ({"extra": 1}, 422),
    ],
)
def test_what_is_not_usable_is_refused(place: Place, issuer: Issuer, members: dict[str, Any], status: int) -> None:
    answer = state(place, **members)
    assert answer.status_code in ({400, 422} if status == 422 else {status}), answer.text
    assert answer.json()["code"]
    assert in_force(place) is None


def test_only_the_operator_states_as_the_root(place: Place, issuer: Issuer) -> None:
    body = {"institution": "zzu", "may_issue": [MICRO]}
    assert place.http.post("/api/accreditations", json=body).status_code == 401
    wrong = {"Authorization": "Bearer no"}
    assert place.http.post("/api/accreditations", json=body, headers=wrong).status_code == 401


def test_a_body_that_may_passes_it_on(place: Place, issuer: Issuer, sector: Accreditor) -> None:
    refused = put(place, says(sector, issuer.did))
    assert (refused.status_code, refused.json()["code"]) == (409, "accreditation-without-mandate")
    state(place, "sector", may_issue=[], may_accredit=[MICRO])
    sent = says(sector, issuer.did)
    assert put(place, sent).status_code == 201
    assert put(place, sent).status_code == 200
    chain = in_force(place)["credentials"]
    assert [item["issuer"] for item in chain] == [SECTOR, ROOT]


def test_on_behalf_needs_an_accreditation_of_its_own(place: Place, issuer: Issuer, sector: Accreditor) -> None:
    lets = sector.states(issuer.did, Scope(on_behalf_of=SECTOR))
    lets = sector.sign({**{k: v for k, v in lets.items() if k != "proof"}, "id": f"{URL}/accreditations/{NAME}"})
    state(place, "zzu")
    assert put(place, lets).json()["code"] == "accreditation-without-mandate"
    state(place, "sector")
    assert put(place, lets).status_code == 201


def test_an_older_statement_is_not_put_back(place: Place, issuer: Issuer, sector: Accreditor) -> None:
    state(place, "sector", may_issue=[], may_accredit=[MICRO])
    now = datetime.now(UTC)
    wide, ended = says(sector, issuer.did, at=now), says(sector, issuer.did, at=now + timedelta(seconds=1), until=now)
    assert put(place, wide).status_code == 201
    assert put(place, ended).status_code == 201
    back = put(place, wide)
    assert (back.status_code, back.json()["code"]) == (409, "accreditation-older")
    assert in_force(place)["credentials"][0] == ended


def test_nobody_takes_the_place_of_another(place: Place, issuer: Issuer, sector: Accreditor) -> None:
    state(place, "sector", may_issue=[MICRO], may_accredit=[MICRO])
    state(place, "zzu", may_accredit=[MICRO])
    assert put(place, says(sector, issuer.did)).status_code == 201
    thief = says(Accreditor(issuer.did, issuer.key), issuer.did, at=datetime.now(UTC) + timedelta(seconds=5))
    answer = put(place, thief)
    assert (answer.status_code, answer.json()["code"]) == (409, "accreditation-of-other")


def test_what_is_not_signed_by_its_issuer_is_refused(place: Place, issuer: Issuer, sector: Accreditor) -> None:
    state(place, "sector", may_issue=[], may_accredit=[MICRO])
    good = says(sector, issuer.did)
    changed = copy.deepcopy(good)
    changed["credentialSubject"]["mayIssue"][0]["achievementType"] = ["Diploma"]
    stranger = says(Accreditor("did:web:elsewhere.example"), issuer.did)
    other_key = says(Accreditor(SECTOR), issuer.did)
    unsigned = {key: value for key, value in good.items() if key != "proof"}
    for bad in (changed, stranger, other_key, unsigned, {**good, "id": f"{URL}/accreditations/elsewhere00000001"}, {}):
        answer = put(place, bad)
        assert 400 <= answer.status_code < 500, answer.text
        assert answer.json()["code"]
    assert put(place, good, "../secret").status_code == 404
    assert put(place, good, "short").status_code == 409
    assert in_force(place)["credentials"] == []


def test_there_is_nothing_at_other_addresses(place: Place) -> None:
    assert place.http.get("/accreditations/none0000000000000").status_code == 404
    assert place.http.get("/accreditations/NOPE").status_code == 404


def ask(place: Place, path: str = "/authorization", **members: Any) -> Any:
    action = "issue" if path == "/authorization" else "accredit"
    question = {"authority_id": ROOT, "action": action, "resource": "MicroCredential", **members}
    return place.http.post(path, json=question)


def test_machines_may_ask(place: Place, issuer: Issuer, sector: Accreditor) -> None:
    state(place)
    state(place, "sector", may_issue=[], may_accredit=[{**MICRO, "eqfLevel": [6]}])
    answer = ask(place, entity_id=issuer.did).json()
    assert answer.pop("time_evaluated")
    assert answer == {
        "entity_id": issuer.did,
        "authority_id": ROOT,
        "action": "issue",
        "resource": "MicroCredential",
        "authorized": True,
        "message": "listed",
    }
    assert ask(place, entity_id=issuer.did, resource="Diploma").json()["message"] == "not-for-this"
    before = ask(place, entity_id=issuer.did, context={"time": "2020-01-01T00:00:00Z"}).json()
    assert (before["authorized"], before["time_requested"]) == (False, "2020-01-01T00:00:00+00:00")
    assert ask(place, entity_id=SECTOR).json()["message"] == "not-listed"
    assert ask(place, "/recognition", entity_id=SECTOR).json()["message"] == "cannot-tell"
    level = {"eqfLevel": 6}
    assert ask(place, "/recognition", entity_id=SECTOR, context=level).json()["recognized"] is True
    assert ask(place, "/recognition", entity_id=issuer.did).json()["recognized"] is False
    assert ask(place, "/recognition", entity_id=ROOT).json()["recognized"] is True


def test_questions_for_others_are_not_answered(place: Place, issuer: Issuer) -> None:
    assert ask(place, entity_id=issuer.did, authority_id="did:web:elsewhere.example").status_code == 404
    assert ask(place, entity_id=issuer.did, action="steal").status_code in {400, 422}
    assert ask(place, entity_id=issuer.did, context={"price": 3}).status_code in {400, 422}
    assert ask(place, entity_id=issuer.did).json()["authorized"] is False


def test_the_page_shows_what_an_institution_may_award(place: Place, issuer: Issuer, sector: Accreditor) -> None:
    state(place, may_issue=[{**MICRO, "eqfLevel": [5, 6], "learningSetting": ["nonFormal"], "fieldOfStudy": ["07"]}])
    state(place, "sector", may_issue=[], may_accredit=[MICRO])
    page = place.http.get("/institutions/zzu", headers={"Accept-Language": "en"}).text
    for part in ("What it may award", "MicroCredential", "5, 6", "Non-formal", "07", "this registry"):
        assert part in page
    assert "Mag anderen accrediteren" in place.http.get("/institutions/sector?lang=nl").text


def test_a_verifier_without_a_network_knows_it(place: Place, issuer: Issuer, tmp_path: Any) -> None:
    state(place)
    now = datetime.now(UTC)
    place.publisher.publish(now=now)
    store = EvidenceStore(tmp_path / "store")
    with closing(Fetcher(development=True)) as fetcher:
        update(store.trust, GuardedFetcher(fetcher), f"{place.url}/trust/", now=now)
    badge = issuer.badge(credentialStatus=None)
    submission = parse_submission(json.dumps(badge).encode())
    report = verify(submission, gather(submission, OfflineSource(store, now=now)), now=now)
    # It was signed before the accreditation began.
    assert Code.AUTHORITY_LACKING in {result.code for result in report.results}
    assert report.verdict is Verdict.ATTENTION


def test_a_root_with_a_new_key_signs_what_it_stated_again(place: Place, issuer: Issuer) -> None:
    first = state(place).json()
    newer = Accrediting(place.publisher.engine, URL, PrivateKey.generate("Ed25519"))
    now = datetime.now(UTC) + timedelta(seconds=2)
    assert newer.sign_again(now=now) == 1
    assert newer.sign_again(now=now) == 0
    found = in_force(place)["credentials"][0]
    assert found["proof"]["verificationMethod"].startswith(ROOT + "#" + newer.key.public.to_multikey())
    assert dump_json(found["credentialSubject"]) == dump_json(first["credentialSubject"])


def test_nobody_crowds_out_what_the_root_states() -> None:
    now = datetime.now(UTC)

    def version(name: str, issuer: str, subject: str) -> AccreditationVersion:
        return AccreditationVersion(name, 1, issuer, subject, {"id": name}, "", now)

    many = [version(f"a{number}", SECTOR, "did:web:x") for number in range(500)]
    stated = [*many, version("own", ROOT, "did:web:x")]
    book = Book(ROOT, {"did:web:x": stated, SECTOR: [version("mandate", ROOT, SECTOR)]})
    listed: Any = book.about("did:web:x")["credentials"]
    assert len(listed) == 200
    assert {"own", "mandate"} <= {item["id"] for item in listed}
