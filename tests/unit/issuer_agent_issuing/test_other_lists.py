"""The same decisions in every form: our bits, the entries of others, and 1EdTech's identifiers never contradict."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from issuer_agent.audit_trail import Actor
from issuer_agent.registry_client import RegistryRefused
from issuer_agent.status_lists import REVOCATION
from issuer_agent.suspensions import Suspensions
from tests.support.issuing_world import CONTENT, World
from vc_core.did import find_verification_method
from vc_core.jose.compact import build_compact_jwt, parse_compact_jwt
from vc_core.keys import PrivateKey
from vc_core.model.credential import status_entries
from vc_core.status.bitstring import list_of_credential, read_status
from vc_core.status.token_status_list import HEADER_TYPE, TokenStatusList, verify_status_list_token

STAFF = Actor("person:daan")


@pytest.fixture
def slug(world: World) -> str:
    return world.add_institution()


def token_list(world: World, slug: str, number: int = 1) -> TokenStatusList:
    url = world.issuance.registry.token_list_url(slug, number)
    answer = world.http.get(url)
    assert answer.headers["content-type"].startswith("application/statuslist+jwt")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert world.http.get(url, headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
    token = parse_compact_jwt(answer.text)
    document = world.did_document(slug)
    _, key = find_verification_method(document, str(token.header["kid"]), relationship="assertionMethod")
    return verify_status_list_token(token, public_key=key, expected_uri=url)


def revoked_ids(world: World, slug: str) -> list[str]:
    listed = world.http.get(world.issuance.registry.revocations_url(slug)).json()
    assert listed["issuer"] == world.institutions[slug].did
    assert all(entry["revoked"] is True for entry in listed["revokedCredential"])
    return [entry["id"] for entry in listed["revokedCredential"]]


def test_every_form_says_the_same(world: World, slug: str) -> None:
    content = replace(CONTENT, suspendable=True)
    awards = [world.add_award(slug=slug, delivery="file", content=content) for _ in range(4)]
    badges: list[Any] = world.issuance.issue_files([award.id for award in awards])
    suspensions = Suspensions(world.engine, world.issuance)
    world.revoke(awards[1])
    suspensions.suspend(awards[2].id, reason="x", actor=STAFF, now=world.now())
    suspensions.suspend(awards[3].id, reason="x", actor=STAFF, now=world.now())
    world.revoke(awards[3])

    places = [status_entries(badge)[0] for badge in badges]
    assert {place.purpose for place in places} == {REVOCATION}
    tokens = token_list(world, slug)
    assert [tokens.status_at(place.index) for place in places] == [0, 1, 2, 1]
    bits = list_of_credential(world.http.get(places[0].list_url).json(), expected_purpose=REVOCATION)
    assert [read_status(bits, place.index) for place in places] == [0, 1, 0, 1]
    assert revoked_ids(world, slug) == sorted([badges[1]["id"], badges[3]["id"]])
    assert sum(tokens.status_at(index) != 0 for index in range(len(tokens.statuses) * 4)) == 3

    world.offset += timedelta(seconds=2)
    suspensions.reinstate(awards[2].id, reason="x", actor=STAFF, now=world.now())
    assert token_list(world, slug).status_at(places[2].index) == 0


def test_what_was_revoked_before_anybody_had_it_is_not_named(world: World, slug: str) -> None:
    world.issuance.issue_file(world.add_award(slug=slug, delivery="file").id)
    world.revoke(world.add_award(slug=slug, delivery="file"))
    assert revoked_ids(world, slug) == []


def test_nothing_else_of_anybody_is_in_the_lists(world: World, slug: str) -> None:
    award = world.add_award(slug=slug, delivery="file")
    world.issuance.issue_file(award.id)
    world.revoke(award)
    for url in (world.issuance.registry.token_list_url(slug, 1), world.issuance.registry.revocations_url(slug)):
        text = world.http.get(url).text
        assert award.recipient_email not in text
        assert "a test" not in text


def refused(world: World, slug: str, token: str, number: int = 1) -> str:
    with pytest.raises(RegistryRefused) as error:
        world.issuance.registry.publish_token_list(slug, number, token)
    return str(error.value.extensions["registry_code"])


def test_the_registry_takes_no_older_list_and_no_list_of_another(world: World, slug: str) -> None:
    award = world.add_award(slug=slug, delivery="file")
    world.issuance.issue_file(award.id)
    registry = world.issuance.registry
    before = world.http.get(registry.token_list_url(slug, 1)).text
    world.revoke(award)
    assert refused(world, slug, before) == "status-list-older"
    other = world.add_institution()
    world.issuance.issue_file(world.add_award(slug=other, delivery="file").id)
    theirs = world.http.get(registry.token_list_url(other, 1)).text
    for strange in (theirs, "a.b.c", "", before[:-4] + "AAAA"):
        assert refused(world, slug, strange)
    thief = PrivateKey.generate("Ed25519")
    claims = {**parse_compact_jwt(before).payload, "iat": int(datetime.now(UTC).timestamp()) + 60}
    kid = str(parse_compact_jwt(before).header["kid"])
    forged = build_compact_jwt({"typ": HEADER_TYPE, "kid": kid}, claims, sign=thief.sign, algorithm="EdDSA")
    assert refused(world, slug, forged)
    assert refused(world, slug, before, number=10_001) == "status-list-number"
    assert len(revoked_ids(world, slug)) == 1


def test_the_registry_takes_only_what_the_institution_signed(world: World, slug: str) -> None:
    award = world.add_award(slug=slug, delivery="file")
    world.issuance.issue_file(award.id)
    world.revoke(award)
    url = world.issuance.registry.revocations_url(slug)
    listed = world.http.get(url).json()
    for body in (
        {"list": {**listed, "revokedCredential": []}, "proof": "a.b.c"},
        {"list": listed, "proof": ""},
        {"list": [], "proof": "x"},
        {},
    ):
        answer = world.http.put(url, json=body)
        assert 400 <= answer.status_code < 500, answer.text
        assert answer.json()["code"]
    assert world.http.get(url).json() == listed


def test_an_address_without_a_list_says_so(world: World, slug: str) -> None:
    assert world.http.get(world.issuance.registry.token_list_url(slug, 9)).status_code == 404
    assert world.http.get(world.issuance.registry.revocations_url(slug)).status_code == 404
