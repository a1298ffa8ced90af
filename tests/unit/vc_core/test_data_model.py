"""The Verifiable Credentials Data Model 2.0, by rows: each row breaks or stretches one thing in a good document."""

from __future__ import annotations

import copy

import pytest

from tests.unit.vc_core.samples import signed_badge
from vc_core.json_text import JsonObject, JsonValue
from vc_core.model.data_model import MAX_FINDINGS, check_data_model

V2 = "https://www.w3.org/ns/credentials/v2"
ABSENT = object()
PROOF: JsonObject = {
    "type": "DataIntegrityProof",
    "cryptosuite": "eddsa-rdfc-2022",
    "created": "2026-11-23T10:00:00Z",
    "verificationMethod": "did:example:issuer#key-1",
    "proofPurpose": "assertionMethod",
    "proofValue": "z3sJ",
}
CREDENTIAL: JsonObject = {
    "@context": [V2],
    "id": "urn:uuid:9b2d3c52-6b3e-4b0e-9a3a-2f2d4f6b1a11",
    "type": ["VerifiableCredential"],
    "issuer": "did:example:issuer",
    "credentialSubject": {"id": "did:example:subject"},
}
ENTRY: JsonObject = {
    "type": "BitstringStatusListEntry",
    "statusPurpose": "revocation",
    "statusListIndex": "7",
    "statusListCredential": "https://issuer.example/status/1",
}
RESOURCE: JsonObject = {"id": "https://issuer.example/a.json", "digestMultibase": "uEiCjBQ"}
ENVELOPED: JsonObject = {
    "@context": V2,
    "id": "data:application/vc+jwt,eyJhbGciOiJFUzI1NiJ9.e30.AA",
    "type": "EnvelopedVerifiableCredential",
}
PRESENTATION: JsonObject = {
    "@context": [V2],
    "type": ["VerifiablePresentation"],
    "holder": "did:example:holder",
    "verifiableCredential": [{**CREDENTIAL, "proof": PROOF}],
}

TYPED = ["credentialStatus", "refreshService", "termsOfUse", "evidence", "confidenceMethod", "renderMethod"]

# member, value that is fine
GOOD: list[tuple[str, object]] = [
    ("id", ABSENT),
    ("id", "https://issuer.example/credentials/1"),
    ("@context", [V2, "https://www.w3.org/ns/credentials/examples/v2"]),
    ("@context", [V2, {"Example": "https://example.org/#Example"}]),
    ("type", "VerifiableCredential"),
    ("type", ["Example", "https://example.org/#Other", "VerifiableCredential"]),
    ("issuer", {"id": "https://issuer.example", "name": {"@value": "Voorbeeld", "@language": "nl"}}),
    ("name", "Dog"),
    ("name", {"@value": "Dog", "@language": "en", "@direction": "ltr"}),
    ("description", [{"@value": "Dog", "@language": "en"}, {"@value": "Chien", "@language": "fr-CA"}]),
    ("credentialSubject", [{"id": "did:example:a"}, {"name": "b"}]),
    ("validFrom", "2026-11-23T10:00:00.123Z"),
    ("validFrom", "2026-11-23T10:00:00-05:00"),
    ("validUntil", "2026-11-22T24:00:00Z"),
    ("credentialStatus", {"type": "https://example.org/#Status"}),
    ("credentialStatus", ENTRY),
    ("credentialStatus", [ENTRY, {**ENTRY, "statusPurpose": "suspension"}]),
    ("credentialSchema", {"id": "did:example:schemas/1", "type": "JsonSchema"}),
    ("refreshService", [{"type": "A", "id": "did:example:refresh/2"}, {"type": "A"}]),
    ("termsOfUse", {"type": "IssuerPolicy", "id": "https://issuer.example/terms"}),
    ("evidence", [{"type": ["Evidence"]}]),
    ("relatedResource", RESOURCE),
    ("relatedResource", [{"id": "https://a.example/b", "digestSRI": "sha256-" + "a" * 43 + "=", "mediaType": "a/b"}]),
    ("proof", PROOF),
    ("proof", [PROOF, {**PROOF, "id": "urn:uuid:1", "previousProof": "urn:uuid:2", "proofValue": "u2V0A"}]),
    ("proof", {**PROOF, "created": "2026-11-23T10:00:00", "domain": ["a.example"], "challenge": "c"}),
    ("somethingElse", {"whatever": None}),
]

# member, value that breaks a rule, where it is found, code
BAD: list[tuple[str, object, str, str]] = [
    ("@context", ABSENT, "/@context", "member-missing"),
    ("@context", V2, "/@context", "context-order"),
    ("@context", [], "/@context", "context-order"),
    ("@context", None, "/@context", "context-order"),
    ("@context", ["https://www.w3.org/ns/credentials/examples/v2", V2], "/@context", "context-order"),
    ("@context", [V2, V2], "/@context/1", "context-order"),
    ("@context", [V2, 123192875], "/@context/1", "context-item"),
    ("@context", [V2, "https ://not-a-url/contexts/example/v1"], "/@context/1", "context-item"),
    ("@context", [V2, *[f"https://example.org/{i}" for i in range(100)]], "/@context", "list-size"),
    ("id", None, "/id", "url-expected"),
    ("id", 4, "/id", "url-expected"),
    ("id", "not-a-url", "/id", "url-expected"),
    ("id", "//not-a-url/1", "/id", "url-expected"),
    ("id", ["did:example:a", "did:example:b"], "/id", "url-expected"),
    ("id", "https://example.org/" + "a" * 2_048, "/id", "url-expected"),
    ("type", ABSENT, "/type", "member-missing"),
    ("type", [], "/type", "type-missing"),
    ("type", ["Example"], "/type", "type-missing"),
    ("type", ["VerifiableCredential", "https ://not-a-url#Example"], "/type", "type-expected"),
    ("type", ["VerifiableCredential", 2], "/type", "type-expected"),
    ("type", ["VerifiableCredential", ""], "/type", "type-expected"),
    ("issuer", ABSENT, "/issuer", "member-missing"),
    ("issuer", None, "/issuer", "url-expected"),
    ("issuer", "some issuer", "/issuer", "url-expected"),
    ("issuer", ["did:example:issuer"], "/issuer", "url-expected"),
    ("issuer", {}, "/issuer", "object-empty"),
    ("issuer", {"name": "Example"}, "/issuer/id", "member-missing"),
    ("issuer", {"id": None}, "/issuer/id", "url-expected"),
    ("issuer", {"id": "did:example:a", "name": {"@value": "a", "url": "did:a:b"}}, "/issuer/name", "language-value"),
    ("name", {"@value": "Dog", "@language": "en", "url": "did:example:dog"}, "/name", "language-value"),
    ("name", {"en": "Dog"}, "/name", "language-value"),
    ("name", {"@value": 4}, "/name", "language-value"),
    ("name", 4, "/name", "language-value"),
    ("name", [], "/name", "list-size"),
    ("description", {"@value": "Dog", "@language": "no language"}, "/description", "language-value"),
    ("description", {"@value": "Dog", "@direction": "up"}, "/description", "language-value"),
    ("description", ["a", {"@value": "b", "@language": None}], "/description/1", "language-value"),
    ("credentialSubject", ABSENT, "/credentialSubject", "member-missing"),
    ("credentialSubject", None, "/credentialSubject", "object-expected"),
    ("credentialSubject", "did:example:subject", "/credentialSubject", "object-expected"),
    ("credentialSubject", {}, "/credentialSubject", "object-empty"),
    ("credentialSubject", [], "/credentialSubject", "list-size"),
    ("credentialSubject", [{"id": "did:example:a"}, {}], "/credentialSubject/1", "object-empty"),
    ("credentialSubject", {"id": ["did:example:a", "did:example:b"]}, "/credentialSubject/id", "url-expected"),
    ("validFrom", "2026-11-23", "/validFrom", "date-time-stamp-expected"),
    ("validFrom", "2026-11-23T10:00:00", "/validFrom", "date-time-stamp-expected"),
    ("validFrom", "2026-02-30T10:00:00Z", "/validFrom", "date-time-stamp-expected"),
    ("validFrom", "2026-11-23t10:00:00z", "/validFrom", "date-time-stamp-expected"),
    ("validFrom", 1_795_000_000, "/validFrom", "date-time-stamp-expected"),
    ("validUntil", "2026-11-23T25:00:00Z", "/validUntil", "date-time-stamp-expected"),
    ("validUntil", "9999-12-31T24:00:00Z", "/validUntil", "date-time-stamp-expected"),
    ("validUntil", None, "/validUntil", "date-time-stamp-expected"),
    ("credentialStatus", {"id": "did:example:status"}, "/credentialStatus/type", "member-missing"),
    ("credentialStatus", {"id": "did:example:status", "type": 2}, "/credentialStatus/type", "type-expected"),
    ("credentialStatus", {"id": ["did:a:b"], "type": "A"}, "/credentialStatus/id", "url-expected"),
    ("credentialStatus", {**ENTRY, "statusListIndex": True}, "/credentialStatus", "status-entry"),
    ("credentialStatus", {**ENTRY, "statusListIndex": "-1"}, "/credentialStatus", "status-entry"),
    ("credentialStatus", {**ENTRY, "statusSize": 2}, "/credentialStatus", "status-entry"),
    ("credentialStatus", {**ENTRY, "statusSize": 0}, "/credentialStatus", "status-entry"),
    ("credentialStatus", {**ENTRY, "id": ENTRY["statusListCredential"]}, "/credentialStatus", "status-entry"),
    ("credentialStatus", [ENTRY, {"type": "BitstringStatusListEntry"}], "/credentialStatus/1", "status-entry"),
    ("credentialSchema", {"type": "JsonSchema"}, "/credentialSchema/id", "member-missing"),
    ("credentialSchema", {"id": "did:example:schema"}, "/credentialSchema/type", "member-missing"),
    ("credentialSchema", {"id": 4, "type": "JsonSchema"}, "/credentialSchema/id", "url-expected"),
    ("relatedResource", ["https://a.example/b"], "/relatedResource/0", "object-expected"),
    ("relatedResource", {"digestMultibase": "uEiCjBQ"}, "/relatedResource/id", "member-missing"),
    ("relatedResource", {"id": "https://a.example/b"}, "/relatedResource", "digest-missing"),
    ("relatedResource", {**RESOURCE, "digestSRI": "md5-abc"}, "/relatedResource/digestSRI", "digest-expected"),
    (
        "relatedResource",
        {**RESOURCE, "digestMultibase": "Q="},
        "/relatedResource/digestMultibase",
        "multibase-expected",
    ),
    ("relatedResource", [RESOURCE, RESOURCE], "/relatedResource/1/id", "resource-twice"),
    *[(name, {"id": "did:example:a"}, f"/{name}/type", "member-missing") for name in TYPED],
    *[(name, [{"type": "A"}, "A"], f"/{name}/1", "object-expected") for name in TYPED],
    *[(name, {"type": "A", "id": "no url"}, f"/{name}/id", "url-expected") for name in TYPED],
    ("evidence", [{"type": "A"}] * 101, "/evidence", "list-size"),
    ("proof", None, "/proof", "object-expected"),
    ("proof", "z3sJ", "/proof", "object-expected"),
    ("proof", [], "/proof", "list-size"),
    ("proof", {**PROOF, "proofPurpose": None}, "/proof/proofPurpose", "text-expected"),
    ("proof", {**PROOF, "verificationMethod": "key 1"}, "/proof/verificationMethod", "url-expected"),
    ("proof", {**PROOF, "created": "yesterday"}, "/proof/created", "date-time-stamp-expected"),
    ("proof", {**PROOF, "expires": 5}, "/proof/expires", "date-time-stamp-expected"),
    ("proof", {**PROOF, "proofValue": "3sJ"}, "/proof/proofValue", "multibase-expected"),
    ("proof", {**PROOF, "proofValue": "z0OIl"}, "/proof/proofValue", "multibase-expected"),
    ("proof", {**PROOF, "proofValue": None}, "/proof/proofValue", "multibase-expected"),
    ("proof", {**PROOF, "cryptosuite": 4}, "/proof/cryptosuite", "text-expected"),
    ("proof", {**PROOF, "previousProof": {"id": "urn:uuid:1"}}, "/proof/previousProof", "text-expected"),
    *[
        ("proof", {k: v for k, v in PROOF.items() if k != name}, f"/proof/{name}", "member-missing")
        for name in PROOF
        if name != "created"
        if name != "type"
    ],
    ("proof", {k: v for k, v in PROOF.items() if k != "type"}, "/proof/type", "member-missing"),
]

GOOD_PRESENTATIONS: list[tuple[str, object]] = [
    ("holder", ABSENT),
    ("holder", {"id": "did:example:holder"}),
    ("id", "urn:uuid:1"),
    ("type", ["Example", "VerifiablePresentation"]),
    ("verifiableCredential", ABSENT),
    ("verifiableCredential", []),
    ("verifiableCredential", {**CREDENTIAL, "proof": PROOF}),
    ("verifiableCredential", [ENVELOPED]),
    ("verifiableCredential", [{**CREDENTIAL, "issuer": {"id": "did:example:holder"}}]),
    ("proof", {**PROOF, "proofPurpose": "authentication", "challenge": "c", "domain": "verifier.example"}),
]
BAD_PRESENTATIONS: list[tuple[str, object, str, str]] = [
    ("@context", ["https://www.w3.org/ns/credentials/examples/v2", V2], "/@context", "context-order"),
    ("type", ABSENT, "/type", "member-missing"),
    ("type", ["VerifiableCredential"], "/type", "type-missing"),
    ("id", "no url", "/id", "url-expected"),
    ("holder", {"name": "Example"}, "/holder/id", "member-missing"),
    ("holder", 4, "/holder", "url-expected"),
    ("verifiableCredential", ["eyJhbGciOiJFUzI1NiJ9.e30.AA"], "/verifiableCredential/0", "object-expected"),
    ("verifiableCredential", 7, "/verifiableCredential", "object-expected"),
    (
        "verifiableCredential",
        [{**CREDENTIAL, "type": ["A"], "proof": PROOF}],
        "/verifiableCredential/0/type",
        "type-missing",
    ),
    ("verifiableCredential", [{**CREDENTIAL, "id": 4, "proof": PROOF}], "/verifiableCredential/0/id", "url-expected"),
    ("verifiableCredential", [CREDENTIAL], "/verifiableCredential/0", "self-asserted"),
    ("verifiableCredential", CREDENTIAL, "/verifiableCredential", "self-asserted"),
    (
        "verifiableCredential",
        [{**ENVELOPED, "id": "https://a.example"}],
        "/verifiableCredential/0/id",
        "data-url-expected",
    ),
    (
        "verifiableCredential",
        [{**ENVELOPED, "@context": "did:a:b"}],
        "/verifiableCredential/0/@context",
        "context-order",
    ),
    ("termsOfUse", {"id": "did:example:terms"}, "/termsOfUse/type", "member-missing"),
    ("proof", {**PROOF, "challenge": 4}, "/proof/challenge", "text-expected"),
]


def with_member(document: JsonObject, name: str, value: object) -> JsonObject:
    changed: JsonObject = copy.deepcopy(document)
    if value is ABSENT:
        changed.pop(name)
    else:
        changed[name] = value  # type: ignore[assignment]  # rows hold JSON values
    return changed


def test_good_documents_have_no_findings() -> None:
    assert check_data_model(CREDENTIAL) == []
    assert check_data_model(PRESENTATION, kind="VerifiablePresentation") == []
    assert check_data_model(ENVELOPED) == []


@pytest.mark.parametrize(("name", "value"), GOOD)
def test_what_the_data_model_allows_is_not_found(name: str, value: object) -> None:
    assert check_data_model(with_member(CREDENTIAL, name, value)) == []


@pytest.mark.parametrize(("name", "value", "pointer", "code"), BAD)
def test_what_the_data_model_forbids_is_found_in_its_place(name: str, value: object, pointer: str, code: str) -> None:
    found = check_data_model(with_member(CREDENTIAL, name, value))

    assert (pointer, code) in [(finding.pointer, finding.code) for finding in found]
    assert {finding.pointer for finding in found} == {pointer}


@pytest.mark.parametrize(("name", "value"), GOOD_PRESENTATIONS)
def test_what_a_presentation_may_hold_is_not_found(name: str, value: object) -> None:
    assert check_data_model(with_member(PRESENTATION, name, value), kind="VerifiablePresentation") == []


@pytest.mark.parametrize(("name", "value", "pointer", "code"), BAD_PRESENTATIONS)
def test_what_a_presentation_may_not_hold_is_found(name: str, value: object, pointer: str, code: str) -> None:
    found = check_data_model(with_member(PRESENTATION, name, value), kind="VerifiablePresentation")

    assert [(finding.pointer, finding.code) for finding in found] == [(pointer, code)]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-11-23T10:00:00Z", "2026-11-23T10:00:00Z", []),
        ("2026-11-23T10:00:00Z", "2026-11-23T11:00:00+01:00", []),
        ("2026-11-23T10:00:00Z", "2026-11-23T10:59:59+01:00", ["period-reversed"]),
        ("2026-11-23T24:00:00Z", "2026-11-23T23:59:59Z", ["period-reversed"]),
    ],
)
def test_the_end_does_not_lie_before_the_beginning(start: str, end: str, expected: list[str]) -> None:
    found = check_data_model({**CREDENTIAL, "validFrom": start, "validUntil": end})

    assert [finding.code for finding in found] == expected


def test_findings_stop_at_the_limit() -> None:
    """A document that is wrong in a thousand places costs no thousand sentences."""
    wrong: list[JsonValue] = [{"type": "A", "id": 4}] * 100

    found = check_data_model({**CREDENTIAL, "evidence": wrong, "termsOfUse": wrong})

    assert len(found) == MAX_FINDINGS


def test_our_own_badges_conform() -> None:
    """Except for names in several languages, which Open Badges 3.0 writes as a language map."""
    found = check_data_model(signed_badge())

    assert [(finding.pointer, finding.code) for finding in found if finding.code != "language-value"] == []
