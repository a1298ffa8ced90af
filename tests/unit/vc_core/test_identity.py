"""Identities are hidden behind a salted hash, compared exactly, and MD5 is only read."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from tests.unit.vc_core.samples import AWARD, unsigned_badge
from vc_core.errors import MalformedInput
from vc_core.json_text import JsonObject
from vc_core.model import open_badge
from vc_core.model.facts import IdentityData
from vc_core.model.identity import (
    MAX_IDENTITIES,
    MAX_IDENTITY,
    Algorithm,
    build_identity_object,
    build_plaintext_identity,
    find_identity,
    identity_hash,
    matches_identity,
    new_salt,
    read_identities,
    read_identity_object,
)

MAIL = "a@example.com"
SALTED = build_identity_object(IdentityData(identity_type="emailAddress", value=MAIL, salt="Kosher"))
PLAIN = build_plaintext_identity("emailAddress", MAIL)
OLD = SALTED | {"identityHash": "md5$" + hashlib.md5(b"a@example.comKosher").hexdigest()}
SAMPLE = Path("/work/shared/vectors/1edtech-public-validator/ob30/complete.json")


def test_the_example_of_the_standard() -> None:
    expected = "sha256$b5809d8a92f8858436d7e6b87c12ebc0ae1eac4baecc2c0b913aee2c922ef399"

    assert identity_hash(MAIL, "Kosher") == expected == SALTED["identityHash"]
    assert identity_hash(MAIL, "Kosher") == open_badge.identity_hash(MAIL, "Kosher")


def test_the_badge_we_build_is_read_back() -> None:
    [identity] = read_identities(unsigned_badge()["credentialSubject"])

    assert matches_identity(identity, AWARD.identities[0].value, identity_type="emailAddress")
    assert not identity.is_weak


def test_salts_are_long_and_never_the_same() -> None:
    salts = {new_salt() for _ in range(100)}

    assert len(salts) == 100
    assert {len(bytes.fromhex(salt)) for salt in salts} == {16}


def test_without_a_salt_nothing_is_hashed() -> None:
    with pytest.raises(MalformedInput):
        build_identity_object(IdentityData(identity_type="emailAddress", value=MAIL, salt=""))


@pytest.mark.parametrize("value", ["", "x" * (MAX_IDENTITY + 1), "\ud800"])
def test_values_that_cannot_be_hashed_are_refused(value: str) -> None:
    identity = read_identity_object(SALTED)

    for use in (
        lambda: identity_hash(value, "s"),
        lambda: build_plaintext_identity("emailAddress", value),
        lambda: matches_identity(identity, value, identity_type="emailAddress"),
        lambda: read_identity_object(PLAIN | {"identityHash": value}),
    ):
        with pytest.raises(MalformedInput):
            use()


def test_a_type_that_is_not_known_is_refused() -> None:
    with pytest.raises(MalformedInput):
        build_plaintext_identity("mail", MAIL)
    assert build_plaintext_identity("ext:eduID", MAIL)["identityType"] == "ext:eduID"


@pytest.mark.parametrize(
    ("written", "algorithm", "weak"),
    [
        (SALTED, Algorithm.SHA256, False),
        (SALTED | {"identityHash": SALTED["identityHash"].replace("b5809d8a", "B5809D8A")}, Algorithm.SHA256, False),
        (SALTED | {"type": ["IdentityObject"]}, Algorithm.SHA256, False),
        (OLD, Algorithm.MD5, True),
        (PLAIN, Algorithm.PLAINTEXT, False),
    ],
)
def test_every_form_is_read_and_matched(written: JsonObject, algorithm: Algorithm, weak: bool) -> None:
    identity = read_identity_object(written)

    assert identity.algorithm is algorithm
    assert identity.is_weak is weak
    assert matches_identity(identity, MAIL, identity_type="emailAddress")
    for other in (MAIL.upper(), MAIL + " ", " " + MAIL, "b@example.com"):
        assert not matches_identity(identity, other, identity_type="emailAddress")
    assert not matches_identity(identity, MAIL, identity_type="identifier")


def test_an_absent_salt_is_an_empty_one() -> None:
    digest = hashlib.sha256(MAIL.encode()).hexdigest()
    written: JsonObject = {
        "type": "IdentityObject",
        "hashed": True,
        "identityType": "emailAddress",
        "identityHash": "sha256$" + digest,
    }
    identity = read_identity_object(written)

    assert identity.salt == ""
    assert identity.is_weak
    assert matches_identity(identity, MAIL, identity_type="emailAddress")


def test_the_salt_of_a_plain_identity_changes_nothing() -> None:
    identity = read_identity_object(PLAIN | {"salt": "Kosher"})

    assert identity.salt == ""
    assert matches_identity(identity, MAIL, identity_type="emailAddress")


@pytest.mark.parametrize(
    "written",
    [
        None,
        "sha256$00",
        {},
        SALTED | {"type": "Identity"},
        SALTED | {"type": ["IdentityObject", "Profile"]},
        SALTED | {"identityType": "mail"},
        SALTED | {"identityType": None},
        SALTED | {"hashed": "true"},
        SALTED | {"hashed": 1},
        SALTED | {"identityHash": None},
        SALTED | {"identityHash": MAIL},
        SALTED | {"identityHash": SALTED["identityHash"][:-1]},
        SALTED | {"identityHash": SALTED["identityHash"] + "0"},
        SALTED | {"identityHash": SALTED["identityHash"] + "\n"},
        SALTED | {"identityHash": "sha1$" + "0" * 40},
        SALTED | {"identityHash": "SHA256$" + "0" * 64},
        SALTED | {"salt": None},
        SALTED | {"salt": ["Kosher"]},
        SALTED | {"salt": "x" * 1_001},
        SALTED | {"salt": "\udfff"},
        SALTED | {"hashed": False},
    ],
)
def test_other_shapes_are_refused(written: object) -> None:
    with pytest.raises(MalformedInput):
        read_identity_object(written)


def test_identities_of_a_subject() -> None:
    other = build_plaintext_identity("identifier", "9912")

    assert read_identities({}) == []
    assert len(read_identities({"identifier": [SALTED, other]})) == 2
    assert len(read_identities({"identifier": SALTED})) == 1
    for wrong in (None, [], [None], [SALTED] * (MAX_IDENTITIES + 1)):
        with pytest.raises(MalformedInput):
            read_identities({"identifier": wrong})


def test_the_strongest_match_is_found() -> None:
    subject = {"identifier": [OLD, SALTED]}

    found = find_identity(subject, MAIL, identity_type="emailAddress")

    assert found is not None
    assert found.algorithm is Algorithm.SHA256
    assert find_identity(subject, "b@example.com", identity_type="emailAddress") is None


def test_an_identity_in_a_sample_of_1edtech_is_read() -> None:
    if not SAMPLE.exists():
        pytest.skip("the samples are not on this machine")
    subject = json.loads(SAMPLE.read_text())["credentialSubject"]

    assert all(identity.identity_type for identity in read_identities(subject))
    assert len(read_identities(subject)) >= 1
