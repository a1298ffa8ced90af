"""Endorsements meet the standard, are found wherever they hide, and never go in circles."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from tests.support.effort import effort_of
from tests.unit.vc_core.samples import ACHIEVEMENT, CREATED, HOLDER, ISSUER, KEY, signed_badge, unsigned_badge
from vc_core.canonical import canonicalize
from vc_core.errors import LimitExceeded, MalformedInput, ProofError
from vc_core.jose.vc_jwt import build_vc_jwt
from vc_core.json_text import JsonObject
from vc_core.keys import PrivateKey
from vc_core.model import endorsement as module
from vc_core.model.endorsement import (
    CircularEndorsement,
    EndorsementData,
    build_endorsement_credential,
    build_endorsement_members,
    find_endorsements,
)
from vc_core.model.envelope import EnvelopeData
from vc_core.model.facts import ProfileData, StatusReference
from vc_core.model.refresh import refresh_service
from vc_core.model.schema import check_schema
from vc_core.proof import add_proof, verify_proof

ENDORSER_KEY = PrivateKey.from_bytes("Ed25519", bytes(range(5, 37)))
ENDORSER = ProfileData(
    id=ENDORSER_KEY.public.did_key(),
    name={"nl": "Keurmerk (voorbeeld)", "en": "Quality Mark (sample)"},
    description={"nl": "Bewaakt de kwaliteit."},
    url="https://keurmerk.example/",
    email="info@keurmerk.example",
    image_url="https://keurmerk.example/logo.png",
    country_code="NL",
    institution_code="99KM",
    parent=ISSUER,
)
ENVELOPE = EnvelopeData(
    id="urn:uuid:1d6f3a0e-3a2b-4c43-8a53-0f7f7f0c0001",
    name="Voldoet aan het kwaliteitskader",
    description="Beoordeeld in 2026.",
    valid_from=CREATED,
    valid_until="2030-01-01T00:00:00Z",
    awarded_date=CREATED,
    statuses=(StatusReference(list_url="https://keurmerk.example/status/1", index=7),),
    refresh_url="https://keurmerk.example/endorsements/1",
)
SCHEMAS = Path("/work/shared/reference/schemas/ob3")
SAMPLES = Path("/work/shared/vectors")


def unsigned_endorsement(subject_id: str = ACHIEVEMENT.id, *, number: int = 1) -> JsonObject:
    envelope = dataclasses.replace(ENVELOPE, id=f"urn:uuid:1d6f3a0e-3a2b-4c43-8a53-0f7f7f0c{number:04}")
    data = EndorsementData(envelope=envelope, subject_id=subject_id, comment="De opbouw is **goed**.")
    return build_endorsement_credential(data, ENDORSER, language="nl")


def signed_endorsement(subject_id: str = ACHIEVEMENT.id, *, number: int = 1, **members: object) -> JsonObject:
    return add_proof(
        unsigned_endorsement(subject_id, number=number) | members,
        sign=ENDORSER_KEY.sign,
        cryptosuite="eddsa-rdfc-2022",
        verification_method=f"{ENDORSER.id}#{ENDORSER_KEY.public.to_multikey()}",
        created=CREATED,
    )


def jwt_of(document: JsonObject) -> str:
    return build_vc_jwt(document, sign=ENDORSER_KEY.sign, algorithm="EdDSA", kid=f"{ENDORSER.id}#key")


@pytest.mark.parametrize("family", ["json-ld", "plain"])
def test_an_endorsement_meets_the_bundled_schemas(family: str) -> None:
    signed = signed_endorsement()

    assert check_schema(unsigned_endorsement(), family=family) == []
    assert check_schema(signed | {"proof": [signed["proof"]]}, family=family) == []


@pytest.mark.parametrize("folder", ["json-ld", "derived-plain"])
def test_an_endorsement_meets_the_reference_schemas(folder: str) -> None:
    import jsonschema_rs

    path = SCHEMAS / folder / "ob_v3p0_endorsementcredential_schema.json"
    if not path.exists():
        pytest.skip("the reference schemas are not on this machine")
    schema = json.loads(path.read_text())
    schema["$schema"] = schema["$schema"].rstrip("#")
    validator = jsonschema_rs.validator_for(schema, validate_formats=True)

    assert [error.message for error in validator.iter_errors(unsigned_endorsement())] == []
    assert not validator.is_valid(unsigned_endorsement() | {"type": ["VerifiableCredential"]})


def test_an_endorsement_is_signed_and_verified() -> None:
    signed = signed_endorsement()

    verify_proof(signed, signed["proof"], public_key=ENDORSER_KEY.public, expected_purpose="assertionMethod")
    assert "endorsementComment" in canonicalize(unsigned_endorsement())
    changed = signed | {"credentialSubject": signed["credentialSubject"] | {"endorsementComment": "Slecht"}}
    with pytest.raises(ProofError):
        verify_proof(changed, changed["proof"], public_key=ENDORSER_KEY.public)


def test_everything_that_is_given_is_written() -> None:
    document = unsigned_endorsement()

    assert document["name"] == ENVELOPE.name
    assert document["description"] == ENVELOPE.description
    assert document["issuer"]["name"] == "Keurmerk (voorbeeld)"
    assert document["issuer"]["parentOrg"]["id"] == ISSUER.id
    assert document["credentialStatus"]["statusListIndex"] == "7"
    assert refresh_service(document).url == ENVELOPE.refresh_url
    assert document["credentialSubject"] == {
        "id": ACHIEVEMENT.id,
        "type": ["EndorsementSubject"],
        "endorsementComment": "De opbouw is **goed**.",
    }


def test_what_is_not_given_is_left_out() -> None:
    data = EndorsementData(envelope=EnvelopeData(id="urn:x:1", name="Goed", valid_from=CREATED), subject_id="urn:x:2")
    document = build_endorsement_credential(data, ProfileData(id="urn:x:3", name={"nl": "Raad"}), language="en")

    assert document["issuer"] == {"id": "urn:x:3", "type": ["Profile"], "name": "Raad"}
    assert document["credentialSubject"] == {"id": "urn:x:2", "type": ["EndorsementSubject"]}
    assert not document.keys() & {"validUntil", "awardedDate", "description", "credentialStatus", "refreshService"}


def test_two_statuses_are_a_list() -> None:
    twice = (*ENVELOPE.statuses, StatusReference(list_url="https://x.example/2", index=0, purpose="suspension"))
    data = EndorsementData(envelope=dataclasses.replace(ENVELOPE, statuses=twice), subject_id="urn:x:2")

    statuses = build_endorsement_credential(data, ENDORSER, language="nl")["credentialStatus"]

    assert [item["statusPurpose"] for item in statuses] == ["revocation", "suspension"]


@pytest.mark.parametrize(
    "change",
    [
        {"id": "not a url"},
        {"name": "  "},
        {"valid_from": "2026-11-23"},
        {"valid_from": "2026-11-23T10:00:00"},
        {"valid_until": "2026-02-30T10:00:00Z"},
        {"valid_until": "2020-01-01T00:00:00Z"},
        {"awarded_date": "yesterday"},
        {"refresh_url": "http://keurmerk.example/1"},
        {"statuses": (StatusReference(list_url="here", index=1),)},
        {"statuses": (StatusReference(list_url="https://x.example/1", index=-1),)},
    ],
)
def test_an_envelope_that_cannot_be_written_is_refused(change: dict[str, object]) -> None:
    data = EndorsementData(envelope=dataclasses.replace(ENVELOPE, **change), subject_id="urn:x:2")

    with pytest.raises(MalformedInput):
        build_endorsement_credential(data, ENDORSER, language="nl")


def test_an_endorser_needs_a_name_and_an_identifier() -> None:
    data = EndorsementData(envelope=ENVELOPE, subject_id="urn:x:2")
    ancestors = ENDORSER
    for _ in range(10):
        ancestors = dataclasses.replace(ENDORSER, parent=ancestors)

    for wrong in (dataclasses.replace(ENDORSER, name={}), dataclasses.replace(ENDORSER, id="x"), ancestors):
        with pytest.raises(MalformedInput):
            build_endorsement_credential(data, wrong, language="nl")


@pytest.mark.parametrize("subject", ["nothing", ENDORSER.id, ENVELOPE.id])
def test_what_cannot_be_endorsed_is_refused(subject: str) -> None:
    with pytest.raises(MalformedInput):
        build_endorsement_credential(EndorsementData(envelope=ENVELOPE, subject_id=subject), ENDORSER, language="nl")


def test_a_badge_with_endorsements_holds_and_meets_both_schemas() -> None:
    badge = unsigned_badge()
    members = build_endorsement_members([signed_endorsement()], [jwt_of(unsigned_endorsement(number=2))])
    badge["credentialSubject"]["achievement"] |= members
    badge["issuer"] |= build_endorsement_members([signed_endorsement(ISSUER.id, number=3)])
    signed = signed_badge(badge)

    verify_proof(signed, signed["proof"], public_key=KEY.public)
    assert check_schema(badge, family="json-ld") == check_schema(badge, family="plain") == []
    found = {item.id[-1]: item for item in find_endorsements(signed)}
    assert found["1"].pointer == "/credentialSubject/achievement/endorsement/0"
    assert found["2"].pointer == "/credentialSubject/achievement/endorsementJwt/0"
    assert found["3"].pointer == "/issuer/endorsement/0"
    assert [found[number].security for number in "123"] == ["embedded", "jwt", "embedded"]
    assert all(item.subject_is_here and item.level == 1 for item in found.values())
    assert found["2"].jwt is not None
    assert found["1"].jwt is None
    embedded = found["3"].document
    verify_proof(embedded, embedded["proof"][0], public_key=ENDORSER_KEY.public)


def test_only_secured_endorsements_are_carried() -> None:
    assert build_endorsement_members([]) == {}
    with pytest.raises(MalformedInput):
        build_endorsement_members([unsigned_endorsement()])
    with pytest.raises(MalformedInput):
        build_endorsement_members([signed_badge()])
    with pytest.raises(MalformedInput):
        build_endorsement_members([], ["not.a.jwt"])
    with pytest.raises(LimitExceeded):
        build_endorsement_members([signed_endorsement(number=number) for number in range(65)])


def test_a_credential_without_endorsements_has_none() -> None:
    assert find_endorsements(signed_badge()) == []
    assert find_endorsements({}) == []


def test_every_place_is_looked_at() -> None:
    places = {
        "": "/endorsement",
        "evidence": "/evidence/1/endorsement",
        "a~b/c": "/a~0b~1c/endorsement",
    }
    document: JsonObject = {"endorsement": unsigned_endorsement(number=1)}
    document["evidence"] = [[], {"endorsement": unsigned_endorsement(number=2)}]
    document["a~b/c"] = {"endorsement": unsigned_endorsement(number=3)}

    assert {item.pointer for item in find_endorsements(document)} == set(places.values())


def test_endorsements_of_endorsements_are_found() -> None:
    inner = unsigned_endorsement(ENDORSER.id + "#x", number=2)
    inner["issuer"]["id"] = "did:web:other.example"
    outer = unsigned_endorsement(number=1)
    outer["issuer"]["endorsement"] = [inner]
    in_jwt = unsigned_endorsement(number=3)
    in_jwt["issuer"]["endorsementJwt"] = [jwt_of(unsigned_endorsement(number=4))]
    document: JsonObject = {"endorsement": [outer], "endorsementJwt": [jwt_of(in_jwt)]}

    found = [(item.id[-1], item.level, item.pointer) for item in find_endorsements(document)]

    assert found == [
        ("1", 1, "/endorsement/0"),
        ("2", 2, "/endorsement/0/issuer/endorsement/0"),
        ("3", 1, "/endorsementJwt/0"),
        ("4", 2, "/endorsementJwt/0#/issuer/endorsementJwt/0"),
    ]


def test_an_endorsement_of_something_else_says_so() -> None:
    badge = unsigned_badge() | {"endorsement": [unsigned_endorsement("https://elsewhere.example/1")]}

    [found] = find_endorsements(badge)

    assert not found.subject_is_here
    assert not found.is_self_praise


def test_self_praise_is_told() -> None:
    praise = unsigned_endorsement("urn:x:9")
    praise["issuer"] = "urn:x:9"

    [found] = find_endorsements({"endorsement": [praise]})

    assert found.is_self_praise
    assert found.unverified_issuer == "urn:x:9"


def _inside(outer: JsonObject, inner: JsonObject) -> JsonObject:
    return outer | {"issuer": outer["issuer"] | {"endorsement": [inner]}}


def test_circles_are_refused() -> None:
    one, two = unsigned_endorsement(number=1), unsigned_endorsement(number=2)
    self_endorsed = one | {"credentialSubject": {"id": one["id"], "type": ["EndorsementSubject"]}}
    about_two = one | {"credentialSubject": {"id": two["id"], "type": ["EndorsementSubject"]}}
    about_one = two | {"credentialSubject": {"id": one["id"], "type": ["EndorsementSubject"]}}

    for circle in ([self_endorsed], [_inside(one, _inside(two, one))], [about_two, about_one]):
        with pytest.raises(CircularEndorsement):
            find_endorsements({"endorsement": circle})
    assert len(find_endorsements({"endorsement": [about_two, two]})) == 2


def test_an_object_that_holds_itself_is_refused() -> None:
    endless: JsonObject = {}
    endless["evidence"] = [endless]

    with pytest.raises(LimitExceeded):
        find_endorsements(endless)


def test_too_many_levels_are_refused() -> None:
    document = unsigned_endorsement(number=9)
    for number in range(module.MAX_NESTED):
        document = _inside(unsigned_endorsement(number=number), document)

    with pytest.raises(LimitExceeded):
        find_endorsements({"endorsement": [document]})


def test_too_many_endorsements_are_refused() -> None:
    many = [unsigned_endorsement(number=number) for number in range(module.MAX_ENDORSEMENTS + 1)]

    assert len(find_endorsements({"endorsement": many[1:]})) == module.MAX_ENDORSEMENTS
    with pytest.raises(LimitExceeded):
        find_endorsements({"endorsement": many})


def test_the_work_for_a_large_document_is_bounded() -> None:
    hostile: JsonObject = {"x": [{"id": "urn:x:1"} for _ in range(200_000)]}

    def refused() -> None:
        with pytest.raises(LimitExceeded):
            find_endorsements(hostile)

    assert effort_of(refused).calls < 1_000


@pytest.mark.parametrize(
    "members",
    [
        {"endorsement": None},
        {"endorsement": "urn:x:1"},
        {"endorsement": [7]},
        {"endorsement": [[]]},
        {"endorsement": [{}]},
        {"endorsement": [{"type": ["VerifiableCredential"]}]},
        {"endorsement": [unsigned_badge()]},
        {"endorsement": [unsigned_endorsement() | {"id": None}]},
        {"endorsement": [unsigned_endorsement() | {"id": ""}]},
        {"endorsement": [unsigned_endorsement() | {"issuer": {}}]},
        {"endorsement": [unsigned_endorsement() | {"credentialSubject": {"type": ["EndorsementSubject"]}}]},
        {"endorsement": [unsigned_endorsement() | {"credentialSubject": [{"id": "urn:x:1"}]}]},
        {"endorsementJwt": None},
        {"endorsementJwt": [7]},
        {"endorsementJwt": ["a.b"]},
        {"endorsementJwt": ["a.b.c"]},
        {"endorsementJwt": [unsigned_endorsement()]},
    ],
)
def test_what_is_no_endorsement_is_refused_not_skipped(members: JsonObject) -> None:
    for document in (members, {"credentialSubject": {"id": HOLDER, "achievement": members}}):
        with pytest.raises(MalformedInput):
            find_endorsements(document)


@pytest.mark.parametrize(
    ("path", "expected"),
    [("1edtech-ob3-impl-guide/examples/fullOpenBadge.json", 1), ("1edtech-public-validator/ob30/complete.json", 1)],
)
def test_the_endorsements_in_samples_of_1edtech_are_found(path: str, expected: int) -> None:
    if not (SAMPLES / path).exists():
        pytest.skip("the samples are not on this machine")

    found = find_endorsements(json.loads((SAMPLES / path).read_text()))

    assert len(found) >= expected
    assert {item.security for item in found} <= {"embedded", "jwt"}
