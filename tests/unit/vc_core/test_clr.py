"""Learner records hold signed credentials of one learner, and say nothing that is hidden."""

from __future__ import annotations

import copy
import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.effort import effort_of
from tests.unit.vc_core.samples import (
    ACHIEVEMENT,
    AWARD,
    CREATED,
    HOLDER,
    ISSUER,
    KEY,
    METHOD,
    signed_badge,
)
from tests.unit.vc_core.test_endorsements import signed_endorsement
from vc_core.canonical import canonicalize
from vc_core.contexts import context_bytes, context_document, known_contexts
from vc_core.errors import LimitExceeded, MalformedInput, ProofError
from vc_core.json_text import JsonObject
from vc_core.model import clr as module
from vc_core.model.clr import CLR_CONTEXT, Association, ClrData, build_clr_credential, read_clr
from vc_core.model.envelope import EnvelopeData
from vc_core.model.facts import IdentityData, StatusReference
from vc_core.model.open_badge import build_achievement_credential
from vc_core.proof import add_proof, document_proofs, verify_proof

SECOND = dataclasses.replace(ACHIEVEMENT, id="https://zzu.example/badges/fair/versions/2", kind="regular")
STACK: JsonObject = {
    "id": "https://zzu.example/stacks/1",
    "type": ["Achievement"],
    "name": "Bouwsteen",
    "description": "Twee bij elkaar.",
    "criteria": {"narrative": "Haal beide."},
}
ENVELOPE = EnvelopeData(
    id="urn:uuid:77aa3a0e-3a2b-4c43-8a53-0f7f7f0c0001",
    name="Overzicht",
    valid_from=CREATED,
    valid_until="2030-01-01T00:00:00Z",
    statuses=(StatusReference(list_url="https://zzu.example/status/2", index=11),),
    refresh_url="https://zzu.example/records/1",
)
ASSOCIATIONS = (
    Association("isPartOf", ACHIEVEMENT.id, str(STACK["id"])),
    Association("precedes", ACHIEVEMENT.id, SECOND.id),
)
EVIDENCE_SCHEMA = Path("/work/shared/reference/schemas/evidence/clr_v2p0_clrcredential_schema_draft4.json")
CONTEXT_INDEX = Path("/work/shared/reference/contexts-index.json")
VECTORS = Path("/work/shared/vectors")


def badges() -> list[JsonObject]:
    second = build_achievement_credential(
        SECOND, dataclasses.replace(AWARD, id="urn:uuid:0b2d3c52-6b3e-4b0e-9a3a-2f2d4f6b1a12"), ISSUER, holder_id=HOLDER
    )
    return [signed_badge(), signed_badge(second)]


def unsigned_record() -> JsonObject:
    data = ClrData(envelope=ENVELOPE, partial=True, associations=ASSOCIATIONS, achievements=(STACK,))
    return build_clr_credential(data, ISSUER, badges(), holder_id=HOLDER, language="nl")


def signed_record(document: JsonObject | None = None) -> JsonObject:
    return add_proof(
        document or unsigned_record(),
        sign=KEY.sign,
        cryptosuite="eddsa-rdfc-2022",
        verification_method=METHOD,
        created=CREATED,
    )


def _of_the_second_data_model(schema: Any) -> Any:
    """Return the schema with the dates of VCDM 2.0: the only published one is of the generation before."""
    if isinstance(schema, dict):
        renamed = {"issuanceDate": "validFrom", "expirationDate": "validUntil"}
        return {renamed.get(name, name): _of_the_second_data_model(item) for name, item in schema.items()}
    if isinstance(schema, list):
        return [_of_the_second_data_model(item) for item in schema]
    return {"issuanceDate": "validFrom", "expirationDate": "validUntil"}.get(schema, schema)


def test_a_record_meets_the_published_schema() -> None:
    import jsonschema_rs

    if not EVIDENCE_SCHEMA.exists():
        pytest.skip("the reference schemas are not on this machine")
    schema = _of_the_second_data_model(json.loads(EVIDENCE_SCHEMA.read_text()))
    schema["$schema"] = "http://json-schema.org/draft-04/schema"
    # written before status lists of the W3C; the final schemas of Open Badges 3.0 have this switched on
    schema["$defs"]["CredentialStatus"]["additionalProperties"] = True
    validator = jsonschema_rs.validator_for(schema)
    record = unsigned_record()

    assert [(error.instance_path, error.message) for error in validator.iter_errors(record)] == []
    assert not validator.is_valid(record | {"credentialSubject": {"type": ["ClrSubject"]}})


def test_the_context_is_the_published_one() -> None:
    assert CLR_CONTEXT in known_contexts()
    assert b"ClrSubject" in context_bytes(CLR_CONTEXT)
    if not CONTEXT_INDEX.exists():
        pytest.skip("the reference contexts are not on this machine")
    index = {item["url"]: item["sha256"] for item in json.loads(CONTEXT_INDEX.read_text())["contexts"]}

    assert known_contexts()[CLR_CONTEXT] == index[CLR_CONTEXT]


def test_a_record_is_signed_and_every_credential_in_it_verified() -> None:
    signed = signed_record()

    verify_proof(signed, signed["proof"], public_key=KEY.public, expected_purpose="assertionMethod")
    contents = read_clr(signed)
    assert len(contents.credentials) == 2
    for item in contents.credentials:
        assert item.has_proof
        assert item.unverified_issuer == ISSUER.id
        verify_proof(item.document, document_proofs(item.document)[0], public_key=KEY.public)
    statements = canonicalize(unsigned_record())
    for term in ("#ClrSubject", "#AssociationType", "#partial", "#verifiableCredential"):
        assert term in statements


@pytest.mark.parametrize("document", [unsigned_record(), signed_endorsement()], ids=["record", "endorsement"])
def test_the_canonical_form_is_that_of_another_library(document: JsonObject) -> None:
    from pyld import jsonld

    def load(url: str, options: object = None) -> dict[str, object]:
        return {"contextUrl": None, "documentUrl": url, "document": context_document(url), "tag": "static"}

    unsecured = {name: value for name, value in document.items() if name != "proof"}
    options = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": load}

    assert canonicalize(unsecured) == jsonld.normalize(unsecured, options)


def test_a_changed_record_does_not_hold() -> None:
    signed = signed_record()
    del signed["credentialSubject"]["verifiableCredential"][1]

    with pytest.raises(ProofError):
        verify_proof(signed, signed["proof"], public_key=KEY.public)


def test_what_was_put_in_is_read_back() -> None:
    contents = read_clr(unsigned_record())

    assert [item.id for item in contents.credentials] == [badge["id"] for badge in badges()]
    assert [item.pointer for item in contents.credentials] == [
        "/credentialSubject/verifiableCredential/0",
        "/credentialSubject/verifiableCredential/1",
    ]
    assert contents.associations == ASSOCIATIONS
    assert contents.achievements == (STACK,)
    assert contents.partial is True


def test_a_small_record_leaves_out_what_is_not_given() -> None:
    envelope = EnvelopeData(id="urn:x:record", name="Overzicht", valid_from=CREATED)
    identity = IdentityData(identity_type="emailAddress", value="a@example.com", salt="Kosher")
    record = build_clr_credential(
        ClrData(envelope=envelope, identities=(identity,)), ISSUER, badges(), holder_id=None, language="nl"
    )

    assert "id" not in record["credentialSubject"]
    assert record["credentialSubject"]["identifier"][0]["identityHash"].startswith("sha256$b5809d8a")
    assert "partial" not in record
    assert not record["credentialSubject"].keys() & {"association", "achievement"}
    assert read_clr(record).partial is False


def _build(
    credentials: list[JsonObject] | None = None, holder_id: str | None = HOLDER, **members: object
) -> JsonObject:
    data = ClrData(envelope=ENVELOPE, **members)
    found = badges() if credentials is None else credentials
    return build_clr_credential(data, ISSUER, found, holder_id=holder_id, language="nl")


def test_a_record_that_cannot_be_made_is_refused() -> None:
    first, second = badges()
    unsigned = {name: value for name, value in first.items() if name != "proof"}

    for arguments in (
        {"credentials": []},
        {"credentials": [unsigned]},
        {"credentials": [first, first]},
        {"credentials": [first, second | {"id": ENVELOPE.id}]},
        {"credentials": [signed_record(unsigned_record() | {"id": "urn:x:another-record"})]},
        {"holder_id": None},
        {"holder_id": "nobody"},
        {"holder_id": "did:web:somebody.example"},
        {"associations": (Association("isCousinOf", ACHIEVEMENT.id, SECOND.id),)},
        {"associations": (Association("isPartOf", ACHIEVEMENT.id, "urn:x:elsewhere"),)},
        {"associations": (Association("isPartOf", ACHIEVEMENT.id, ACHIEVEMENT.id),)},
        {"associations": (Association("isPartOf", "", ACHIEVEMENT.id),)},
    ):
        with pytest.raises(MalformedInput):
            _build(**arguments)


def _subject(record: JsonObject) -> JsonObject:
    return record["credentialSubject"]


@pytest.mark.parametrize(
    "change",
    [
        lambda r: r.update(type=["VerifiableCredential"]),
        lambda r: r.update(type=["ClrCredential"]),
        lambda r: r.update({"@context": ["https://x.example/"]}),
        lambda r: r.update(partial="yes"),
        lambda r: r.update(credentialSubject=[]),
        lambda r: r.update(credentialSubject=[_subject(r), _subject(r)]),
        lambda r: _subject(r).update(type=["AchievementSubject"]),
        lambda r: _subject(r).update(id=""),
        lambda r: _subject(r).pop("verifiableCredential"),
        lambda r: _subject(r).update(verifiableCredential=[]),
        lambda r: _subject(r).update(verifiableCredential=None),
        lambda r: _subject(r).update(verifiableCredential=["eyJ.e30.x"]),
        lambda r: _subject(r)["verifiableCredential"][0].pop("id"),
        lambda r: _subject(r)["verifiableCredential"][0].pop("@context"),
        lambda r: _subject(r)["verifiableCredential"][0].pop("issuer"),
        lambda r: _subject(r)["verifiableCredential"][0].update(type=["OpenBadgeCredential"]),
        lambda r: _subject(r)["verifiableCredential"][0].update(id=_subject(r)["verifiableCredential"][1]["id"]),
        lambda r: _subject(r)["verifiableCredential"][0].update(id=r["id"]),
        lambda r: _subject(r)["verifiableCredential"][0].update(proof="yes"),
        lambda r: _subject(r).update(association=[7]),
        lambda r: _subject(r)["association"][0].update(type="Other"),
        lambda r: _subject(r)["association"][0].update(associationType=["isPartOf"]),
        lambda r: _subject(r)["association"][0].pop("sourceId"),
        lambda r: _subject(r)["association"][0].update(targetId=7),
        lambda r: _subject(r).update(achievement="urn:x:1"),
    ],
)
def test_a_record_in_another_shape_is_refused(change: Any) -> None:
    record = copy.deepcopy(unsigned_record())
    change(record)

    with pytest.raises(MalformedInput):
        read_clr(record)


def test_one_credential_may_stand_alone() -> None:
    record = unsigned_record()
    subject = _subject(record)
    del subject["association"]
    subject["verifiableCredential"] = subject["verifiableCredential"][0]

    [found] = read_clr(record).credentials

    assert found.pointer == "/credentialSubject/verifiableCredential"


def test_a_status_that_was_moved_inside_is_refused() -> None:
    """The proof of a record cannot tell where in the JSON a member of it stands."""
    endorsement = signed_endorsement(ENVELOPE.id)
    first, second = badges()
    second["endorsement"] = [endorsement]
    record = _build([first, second])
    signed = signed_record(record)
    moved = copy.deepcopy(signed)
    mention = _subject(moved)["verifiableCredential"][1]["endorsement"][0]["credentialSubject"]
    mention["validUntil"] = moved.pop("validUntil")
    mention["type"] = ["VerifiableCredential", "EndorsementSubject"]  # the record has that type already
    unsecured = [{name: value for name, value in item.items() if name != "proof"} for item in (signed, moved)]

    assert canonicalize(unsecured[0]) == canonicalize(unsecured[1])
    assert read_clr(signed).credentials
    with pytest.raises(MalformedInput):
        read_clr(moved)


def test_records_have_limits() -> None:
    record = unsigned_record()
    subject = _subject(record)

    for name, limit in (
        ("verifiableCredential", module.MAX_CREDENTIALS),
        ("association", module.MAX_ASSOCIATIONS),
        ("achievement", module.MAX_ACHIEVEMENTS),
    ):
        with pytest.raises(LimitExceeded):
            read_clr(record | {"credentialSubject": subject | {name: subject[name] * (limit + 1)}})


def test_the_work_for_a_large_record_is_bounded() -> None:
    record = unsigned_record() | {"x": [{} for _ in range(300_000)]}
    endless: JsonObject = {}
    endless["y"] = endless

    def refused() -> None:
        with pytest.raises(LimitExceeded):
            read_clr(record)

    assert effort_of(refused).calls < 20_000
    with pytest.raises(LimitExceeded):
        read_clr(unsigned_record() | {"x": endless})


@pytest.mark.parametrize(
    ("path", "credentials", "associations"),
    [
        ("1edtech-ob3-impl-guide/clr2/signed.json", 1, None),
        ("1edtech-public-validator/clr20/complex.json", None, 5),
        ("1edtech-public-validator/clr20/simple_v1.json", 6, 5),
    ],
)
def test_records_of_1edtech_are_read(path: str, credentials: int | None, associations: int | None) -> None:
    if not (VECTORS / path).exists():
        pytest.skip("the vectors are not on this machine")

    contents = read_clr(json.loads((VECTORS / path).read_text()))

    assert all(item.unverified_issuer for item in contents.credentials)
    assert credentials in {None, len(contents.credentials)}
    assert associations in {None, len(contents.associations)}
