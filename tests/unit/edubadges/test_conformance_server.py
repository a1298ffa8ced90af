"""The doors of the VC API over real HTTP, with the requests the W3C suites send and the answers they look for."""

from __future__ import annotations

import copy
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from edubadges.conformance.app import create_app
from tests.support.serving import serving
from vc_core.keys import PrivateKey
from vc_core.proof import add_proof
from vc_core.status.bitstring import expand_list, get_bit
from verifier.moments import format_moment

V2 = "https://www.w3.org/ns/credentials/v2"
V1 = "https://www.w3.org/2018/credentials/v1"
HOLDER = PrivateKey.from_bytes("Ed25519", bytes(range(1, 33)))
ISSUER = PrivateKey.from_bytes("Ed25519", bytes(range(3, 35)))
STRANGER = PrivateKey.from_bytes("Ed25519", bytes(range(2, 34)))
KINDS = [
    ("eddsa-rdfc-2022", "Ed25519", "z6Mk"),
    ("eddsa-jcs-2022", "Ed25519", "z6Mk"),
    ("ecdsa-rdfc-2019", "P-256", "zDna"),
    ("ecdsa-rdfc-2019", "P-384", "z82L"),
]
MALFORMED = "https://www.w3.org/TR/vc-data-model#MALFORMED_VALUE_ERROR"
PROOF_ERROR = "https://w3id.org/security#PROOF_VERIFICATION_ERROR"
STATUS_ERRORS = "https://www.w3.org/ns/credentials/status-list#"

type Doc = dict[str, Any]
type Change = Callable[[Doc], object]


class Doors:
    """The service as a suite sees it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.client = httpx.Client(base_url=url, timeout=30)

    def post(self, path: str, body: object) -> httpx.Response:
        return self.client.post(path, json=body)

    def issue(self, credential: Doc, **options: object) -> Doc:
        answer = self.post("/credentials/issue", {"credential": credential, "options": options})
        assert answer.status_code == 201, answer.text
        issued: Doc = answer.json()["verifiableCredential"]
        return issued

    def refuses_to_issue(self, credential: object, **options: object) -> Doc:
        answer = self.post("/credentials/issue", {"credential": credential, "options": options})
        assert answer.status_code in {400, 422}, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        problem: Doc = answer.json()
        return problem

    def verify(self, credential: object, **options: object) -> tuple[int, Doc]:
        answer = self.post("/credentials/verify", {"verifiableCredential": credential, "options": options})
        return answer.status_code, answer.json()

    def verify_proof(self, credential: object, **options: object) -> tuple[int, Doc]:
        return self.verify(credential, checks=["proof"], **options)

    def verify_presentation(self, presentation: object, **options: object) -> tuple[int, Doc]:
        answer = self.post("/presentations/verify", {"verifiablePresentation": presentation, "options": options})
        return answer.status_code, answer.json()


@pytest.fixture(scope="module")
def doors() -> Iterator[Doors]:
    with serving(lambda port: create_app(f"http://localhost:{port}")) as port:
        found = Doors(f"http://localhost:{port}")
        yield found
        found.client.close()


def unsigned(**members: object) -> Doc:
    return {
        "@context": [V2],
        "id": "urn:uuid:86294362-4254-4f36-854f-3952fe42555d",
        "type": ["VerifiableCredential"],
        "issuer": "did:example:issuer",
        "credentialSubject": {"id": HOLDER.public.did_key(), "name": "ExampleClaim"},
        **members,
    }


def signed(document: Doc, key: PrivateKey = ISSUER, *, created: str | None = "now", **options: Any) -> Doc:
    """Sign as a suite does with a key of its own; nothing of the service is used."""
    if created == "now":
        created = format_moment(datetime.now(UTC).replace(microsecond=0))
    name = f"{key.public.did_key()}#{key.public.to_multikey()}"
    return add_proof(
        document,
        sign=key.sign,
        verification_method=name,
        created=created,
        **{"cryptosuite": "eddsa-rdfc-2022", **options},
    )


def presentation(**members: object) -> Doc:
    return {"@context": [V2], "type": ["VerifiablePresentation"], **members}


def signed_presentation(document: Doc, key: PrivateKey = HOLDER, **options: Any) -> Doc:
    options = {"challenge": "c-1", "domain": "verifier.example", **options}
    return signed(document, key, proof_purpose="authentication", **options)


def types_of(answer: Doc) -> list[str]:
    return [problem["type"] for problem in answer["errors"]]


def codes_of(answer: Doc) -> list[str]:
    return [problem["code"] for problem in answer["errors"]]


@pytest.mark.parametrize(("cryptosuite", "key_type", "header"), KINDS)
def test_every_kind_of_proof_is_issued_and_verified(doors: Doors, cryptosuite: str, key_type: str, header: str) -> None:
    issued = doors.issue(unsigned(), cryptosuite=cryptosuite, keyType=key_type)

    proof = issued["proof"]
    assert (proof["type"], proof["cryptosuite"]) == ("DataIntegrityProof", cryptosuite)
    assert proof["verificationMethod"].split("#")[1].startswith(header)
    assert issued["issuer"] == proof["verificationMethod"].split("#")[0]
    assert issued["credentialSubject"] == unsigned()["credentialSubject"]
    assert doors.verify_proof(issued)[0] == 200
    status, answer = doors.verify(issued)
    assert (status, answer["verified"], answer["errors"]) == (200, True, [])
    assert [warning["code"] for warning in answer["warnings"]] == []


def test_the_issuer_that_is_named_signs_when_it_is_ours(doors: Doors) -> None:
    ours = doors.client.get("/").json()["issuers"]

    for entry in ours:
        assert doors.issue(unsigned(issuer=entry["id"]))["issuer"] == entry["id"]


def test_nobody_is_signed_for_who_is_not_ours(doors: Doors) -> None:
    issued = doors.issue(unsigned(issuer={"id": "https://university.example", "name": "Example"}))

    assert issued["issuer"]["name"] == "Example"
    assert issued["issuer"]["id"] == issued["proof"]["verificationMethod"].split("#")[0]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        (lambda c: c.pop("@context"), "#/@context"),
        (lambda c: c.update({"@context": [V1]}), "#/@context"),
        (lambda c: c.update({"@context": [V2, 123192875]}), "#/@context/1"),
        (lambda c: c.update(type=["Example"]), "#/type"),
        (lambda c: c.update(id=["did:example:a"]), "#/id"),
        (lambda c: c.update(issuer=None), "#/issuer"),
        (lambda c: c.update(credentialSubject=[{"id": "did:example:a"}, {}]), "#/credentialSubject/1"),
        (lambda c: c.update(validFrom="2027-01-01T00:00:00Z", validUntil="2026-01-01T00:00:00Z"), "#/validUntil"),
        (lambda c: c.update(termsOfUse={"id": "did:example:terms"}), "#/termsOfUse/type"),
    ],
)
def test_what_breaks_the_data_model_is_not_issued(doors: Doors, change: Change, pointer: str) -> None:
    credential = unsigned()
    change(credential)

    problem = doors.refuses_to_issue(credential)

    assert problem["type"] == MALFORMED
    assert [error["pointer"] for error in problem["errors"]] == [pointer]


@pytest.mark.parametrize("cryptosuite", ["eddsa-rdfc-2022", "eddsa-jcs-2022"])
@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"statusEntry": {"type": "BitstringStatusListEntry"}}, "data-loss-detected"),
        ({"type": ["VerifiableCredential", "Unmapped"]}, "data-loss-detected"),
        ({"@context": [V2, "https://example.com/unknown"]}, "unknown-context"),
    ],
)
def test_what_has_no_meaning_is_not_issued(doors: Doors, cryptosuite: str, members: Doc, code: str) -> None:
    assert doors.refuses_to_issue(unsigned(**members), cryptosuite=cryptosuite)["code"] == code


@pytest.mark.parametrize(
    ("local", "kind", "accepted"),
    [
        ({"Example": "https://example.org/#Example"}, "Example", True),
        ({"Example": {"@id": "https://example.org/#Example"}}, "Example", True),
        ({"@vocab": "https://example.org/#"}, "Example", True),
        ({"Other": "https://example.org/#Other"}, "Example", False),
        ({"Example": "https ://not-a-url#Example"}, "Example", False),
        ({"Example": {"@id": None}}, "Example", False),
        ({"Example": 4}, "Example", False),
        ({"VerifiableCredential": "https://example.org/#Other"}, "VerifiableCredential", False),
        ({"@import": "https://example.org/context"}, "VerifiableCredential", False),
    ],
)
def test_vocabularies_inside_a_document_are_for_jcs_only(doors: Doors, local: Doc, kind: str, accepted: bool) -> None:
    credential = unsigned(type=["VerifiableCredential", kind][-2:], **{"@context": [V2, local]})
    credential["type"] = list(dict.fromkeys(credential["type"]))

    doors.refuses_to_issue(credential, cryptosuite="eddsa-rdfc-2022")
    if accepted:
        issued = doors.issue(credential, cryptosuite="eddsa-jcs-2022")
        assert doors.verify_proof(issued)[0] == 200
    else:
        doors.refuses_to_issue(credential, cryptosuite="eddsa-jcs-2022")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"credential": None},
        {"credential": "text"},
        {"credential": [unsigned()]},
        {"credential": unsigned(), "options": []},
        {"credential": unsigned(), "options": {"cryptosuite": "rot13"}},
        {"credential": unsigned(), "options": {"cryptosuite": 4}},
        {"credential": unsigned(), "options": {"keyType": "P-384", "cryptosuite": "eddsa-rdfc-2022"}},
        {"credential": unsigned(), "options": {"mandatoryPointers": "/issuer"}},
        {"credential": unsigned(), "options": {"mandatoryPointers": [4]}},
        {"credential": unsigned(), "options": {"mandatoryPointers": ["/a"] * 501}},
        {"credential": unsigned(), "options": {"credentialStatus": {"statusPurpose": "message"}}},
        {"credential": unsigned(), "options": {"credentialStatus": {"statusPurpose": []}}},
        {"credential": unsigned(), "options": {"credentialStatus": [{"type": "Other"}]}},
        {"credential": unsigned(), "options": {"credentialStatus": [{}, {}]}},
        {"credential": unsigned(), "options": {"credentialStatus": True}},
    ],
)
def test_a_request_of_another_shape_is_answered_422(doors: Doors, body: object) -> None:
    answer = doors.post("/credentials/issue", body)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"].startswith("#/")


@pytest.mark.parametrize(
    ("path", "member"),
    [
        ("/credentials/issue", "credential"),
        ("/credentials/derive", "verifiableCredential"),
        ("/credentials/verify", "verifiableCredential"),
        ("/presentations/verify", "verifiablePresentation"),
    ],
)
def test_no_door_takes_what_is_not_an_object(doors: Doors, path: str, member: str) -> None:
    for body in ({}, {member: 4}, {member: [{}]}, {member: None}):
        assert doors.post(path, body).status_code == 422
    for text in (b"", b"{", b"[]", b'{"a":1,"a":2}', b"\xff"):
        assert doors.client.post(path, content=text).status_code == 400
    assert doors.client.post(path, content=b'{"a":' * 60 + b"1" + b"}" * 60).status_code == 413
    assert doors.client.post(path, content=b" " * 1_000_001).status_code == 413


WRONG_PROOFS: list[tuple[Change, list[str]]] = [
    (lambda c: c.pop("proof"), [PROOF_ERROR]),
    (lambda c: c.update(proof=None), [MALFORMED]),
    (lambda c: c.update(proof=[]), [MALFORMED]),
    (lambda c: c["proof"].pop("type"), [MALFORMED]),
    (lambda c: c["proof"].update(type="UnknownProofType"), ["https://w3id.org/edubadges/problems/unsupported-cryptosuite"]),
    (lambda c: c["proof"].update(cryptosuite="Unknown"), ["https://w3id.org/edubadges/problems/unsupported-cryptosuite"]),
    (lambda c: c["proof"].pop("verificationMethod"), [MALFORMED]),
    (lambda c: c["proof"].update(verificationMethod="did:key:invalidVm"), ["https://www.w3.org/ns/did#INVALID_DID_DOCUMENT"]),
    (lambda c: c["proof"].pop("proofPurpose"), [MALFORMED]),
    (lambda c: c["proof"].update(proofPurpose="authentication"), [PROOF_ERROR]),
    (lambda c: c["proof"].pop("proofValue"), [MALFORMED]),
    (lambda c: c["proof"].update(proofValue=None), [MALFORMED]),
    (lambda c: c["proof"].update(proofValue=c["proof"]["proofValue"][1:]), [MALFORMED]),
    (lambda c: c["proof"].update(proofValue="z5nmMBw2u9TGKd9NxxHJtyZKgjN2Eh"), [PROOF_ERROR]),
    (lambda c: c["proof"].update(created="invalidDate"), [MALFORMED]),
    (lambda c: c["proof"].update(created="2099-01-01T00:00:00Z"), [PROOF_ERROR]),
    (lambda c: c["proof"].update(expires="2026-01-01T00:00:00"), [PROOF_ERROR]),
    (lambda c: c["proof"].update(previousProof="urn:uuid:none"), [PROOF_ERROR]),
    (lambda c: c["proof"].update(previousProof={"id": "urn:uuid:none"}), [MALFORMED]),
    (lambda c: c["credentialSubject"].update(name="Somebody else"), [PROOF_ERROR]),
    (lambda c: c.update(unmapped="x"), ["https://w3id.org/security#DATA_LOSS_DETECTION_ERROR"]),
]  # fmt: skip


@pytest.mark.parametrize(("change", "expected"), WRONG_PROOFS)
def test_a_proof_that_is_wrong_in_one_thing_is_refused(doors: Doors, change: Change, expected: list[str]) -> None:
    credential = signed(unsigned(issuer=ISSUER.public.did_key()))
    assert doors.verify_proof(credential)[0] == 200
    change(credential)

    status, answer = doors.verify_proof(credential)

    assert (status, answer["verified"]) == (400, False)
    assert sorted(set(types_of(answer))) == expected
    assert doors.verify(credential)[0] == 400


def test_every_proof_in_a_set_must_hold_when_proofs_are_asked(doors: Doors) -> None:
    """Also for the whole verdict: one false proof fails the set."""
    credential = signed(signed(unsigned(issuer=ISSUER.public.did_key())), STRANGER)
    assert doors.verify_proof(credential)[0] == 200

    for position in (0, 1):
        broken = copy.deepcopy(credential)
        broken["proof"][position]["proofValue"] = "z3sJ"
        assert types_of(doors.verify_proof(broken)[1]) == [PROOF_ERROR]
        assert doors.verify(broken)[0] == 400


def test_a_proof_without_a_date_or_without_a_zone_holds(doors: Doors) -> None:
    document = unsigned(issuer=ISSUER.public.did_key())

    assert doors.verify_proof(signed(document, created=None))[0] == 200
    assert doors.verify_proof(signed(document, created="2026-01-01T00:00:00"))[0] == 200


def test_the_purpose_that_is_expected_decides(doors: Doors) -> None:
    document = unsigned(issuer=ISSUER.public.did_key())
    shown = signed(document, proof_purpose="authentication", challenge="c-1", domain="verifier.example")

    assert doors.verify_proof(signed(document), expectedProofPurpose="authentication")[0] == 400
    assert doors.verify_proof(shown, expectedProofPurpose="authentication")[0] == 200


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({"domain": "other.example"}, "INVALID_DOMAIN_ERROR"),
        ({"domain": "verifier.example", "challenge": "c-2"}, "INVALID_CHALLENGE_ERROR"),
    ],
)
def test_another_domain_or_challenge_is_refused(doors: Doors, options: Doc, kind: str) -> None:
    credential = signed(unsigned(issuer=ISSUER.public.did_key()), challenge="c-1", domain="verifier.example")

    status, answer = doors.verify_proof(credential, **options)

    assert (status, types_of(answer)) == (400, ["https://w3id.org/security#" + kind])


def test_the_proof_alone_says_nothing_about_dates_and_issuer(doors: Doors) -> None:
    """The two questions differ: a stranger's proof is a good proof, and a bad credential."""
    expired = signed(unsigned(issuer=ISSUER.public.did_key(), validUntil="2026-01-01T00:00:00Z"))
    strange = signed(unsigned(issuer=ISSUER.public.did_key()), STRANGER)

    assert doors.verify_proof(expired)[0] == 200
    assert doors.verify_proof(strange)[0] == 200
    status, answer = doors.verify(expired)
    assert (status, types_of(answer)) == (400, ["https://www.w3.org/TR/vc-data-model#RANGE_ERROR"])
    status, answer = doors.verify(strange)
    assert (status, codes_of(answer)) == (400, ["key-other-owner"])


def test_a_credential_of_version_1_is_verified_and_a_presentation_of_it_is_not(doors: Doors) -> None:
    old = {
        "@context": [V1, "https://w3id.org/security/data-integrity/v2"],
        "id": "urn:uuid:1",
        "type": ["VerifiableCredential"],
        "issuer": ISSUER.public.did_key(),
        "issuanceDate": "2026-01-01T00:00:00Z",
        "credentialSubject": {"id": "did:example:alice"},
    }
    shown = signed_presentation({"@context": old["@context"], "type": "VerifiablePresentation"})

    assert doors.verify(signed(old))[0] == 200
    assert doors.verify_proof(signed(old))[0] == 200
    assert doors.verify_presentation(shown)[0] == 400
    assert doors.verify_presentation(shown, checks=["proof"])[0] == 400


def test_a_document_that_was_reshaped_is_refused(doors: Doors) -> None:
    """The statements are the same, so the proof holds; a reader of the JSON would miss the end."""
    document = unsigned(issuer=ISSUER.public.did_key(), validUntil="2026-01-01T00:00:00Z")
    credential = signed(document)
    moved = {key: value for key, value in credential.items() if key != "validUntil"}
    moved["termsOfUse"] = {"id": credential["id"], "type": "VerifiableCredential", "validUntil": document["validUntil"]}

    for options in ({"checks": ["proof"]}, {}):
        assert doors.verify(moved, **options)[0] == 400


def test_a_status_is_issued_flipped_and_read(doors: Doors) -> None:
    purposes = [{"statusPurpose": "revocation"}, {"statusPurpose": "suspension"}]
    issued = doors.issue(unsigned(id="urn:uuid:with-status"), credentialStatus=purposes)
    revocation, suspension = issued["credentialStatus"]
    assert doors.verify(issued)[0] == 200

    def flip(purpose: str, status: bool) -> int:
        entry = {"type": "BitstringStatusListEntry", "statusPurpose": purpose}
        body = {"credentialId": issued["id"], "credentialStatus": entry, "status": status}
        return doors.post("/credentials/status", body).status_code

    assert flip("suspension", True) == 200
    assert types_of(doors.verify(issued)[1]) == ["https://w3id.org/edubadges/problems/status-suspended"]
    assert doors.verify_proof(issued)[0] == 200
    assert flip("suspension", False) == 200
    assert doors.verify(issued)[0] == 200
    assert flip("revocation", True) == 200
    assert types_of(doors.verify(issued)[1]) == ["https://w3id.org/edubadges/problems/status-revoked"]
    assert flip("refresh", True) == 404
    assert revocation["statusListCredential"] != suspension["statusListCredential"]


def test_a_status_list_is_a_credential_of_the_issuer(doors: Doors) -> None:
    for cryptosuite, key_type, _ in KINDS:
        issued = doors.issue(
            unsigned(id=f"urn:uuid:{cryptosuite}-{key_type}"),
            cryptosuite=cryptosuite,
            keyType=key_type,
            credentialStatus={"type": "BitstringStatusListEntry", "statusPurpose": "revocation"},
        )
        entry = issued["credentialStatus"]
        url = entry["statusListCredential"]
        assert entry["id"] not in {None, url}
        assert doors.verify(issued)[0] == 200

        published = httpx.get(url)

        listed = published.json()
        assert published.headers["content-type"] == "application/vc"
        assert listed["id"] == url
        assert listed["issuer"] == issued["issuer"]
        assert "BitstringStatusListCredential" in listed["type"]
        bits = expand_list(listed["credentialSubject"]["encodedList"])
        assert len(bits) == 16 * 1024
        assert get_bit(bits, int(entry["statusListIndex"])) == 0
        assert doors.verify(listed)[0] == 200


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (lambda e: e.update(statusListCredential="https://a.example/1"), STATUS_ERRORS + "STATUS_RETRIEVAL_ERROR"),
        (lambda e: e.update(statusListIndex="999999999"), STATUS_ERRORS + "RANGE_ERROR"),
        (lambda e: e.update(statusPurpose="message"), STATUS_ERRORS + "STATUS_VERIFICATION_ERROR"),
        (lambda e: e.update(statusListIndex=4), MALFORMED),
    ],
)
def test_a_status_that_cannot_be_asked_is_not_verified(doors: Doors, change: Change, kind: str) -> None:
    entry = doors.issue(unsigned(), credentialStatus={})["credentialStatus"]
    issuer = doors.issue(unsigned())["issuer"]
    change(entry)
    if kind == MALFORMED:
        assert doors.refuses_to_issue(unsigned(credentialStatus=entry))["type"] == MALFORMED
        return

    status, answer = doors.verify(doors.issue(unsigned(issuer=issuer, credentialStatus=entry)))

    assert (status, types_of(answer)) == (400, [kind])


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"credentialId": "urn:uuid:1"}, 422),
        ({"credentialId": 4, "credentialStatus": {"statusPurpose": "revocation"}}, 422),
        ({"credentialId": "urn:uuid:1", "credentialStatus": {}}, 422),
        ({"credentialId": "urn:uuid:1", "credentialStatus": {"statusPurpose": "revocation"}, "status": "yes"}, 422),
        ({"credentialId": "urn:uuid:unknown", "credentialStatus": {"statusPurpose": "revocation"}}, 404),
    ],
)
def test_a_status_request_that_names_nothing_changes_nothing(doors: Doors, body: Doc, status: int) -> None:
    assert doors.post("/credentials/status", body).status_code == status


@pytest.mark.parametrize("number", ["999", "-1", "x", "99999999999999999999"])
def test_a_list_that_is_not_there_is_not_found(doors: Doors, number: str) -> None:
    assert doors.client.get(f"/status/{number}").status_code in {404, 422}


def test_only_a_base_proof_can_be_derived_from(doors: Doors) -> None:
    issued = doors.issue(unsigned())

    for options in ({}, {"selectivePointers": ["/credentialSubject/name"]}, {"selectivePointers": 4}):
        answer = doors.post("/credentials/derive", {"verifiableCredential": issued, "options": options})
        assert answer.status_code in {400, 422}


def test_a_derived_credential_shows_what_was_selected_and_no_more(doors: Doors) -> None:
    subject = {"id": HOLDER.public.did_key(), "name": "shown", "description": "kept"}
    base = doors.issue(unsigned(credentialSubject=subject), cryptosuite="ecdsa-sd-2023", mandatoryPointers=["/issuer"])
    assert base["proof"]["proofValue"][0] == "u"
    assert doors.verify_proof(base)[0] == 400

    options = {"selectivePointers": ["/credentialSubject/name"]}
    answer = doors.post("/credentials/derive", {"verifiableCredential": base, "options": options})

    assert answer.status_code == 201
    derived = answer.json()["verifiableCredential"]
    assert derived["issuer"] == base["issuer"]
    assert "description" not in derived["credentialSubject"]
    assert doors.verify_proof(derived)[0] == 200
    derived["credentialSubject"]["name"] = "changed"
    assert doors.verify_proof(derived)[0] == 400


def test_a_presentation_is_verified_with_everything_in_it(doors: Doors) -> None:
    badge = doors.issue(unsigned())
    shown = signed_presentation(presentation(holder=HOLDER.public.did_key(), verifiableCredential=[badge]))

    assert doors.verify_presentation(shown, challenge="c-1", domain="verifier.example")[0] == 200
    assert doors.verify_presentation(shown, checks=[])[0] == 200
    assert doors.verify_presentation(shown, checks=["proof"])[0] == 200
    assert types_of(doors.verify_presentation(shown, challenge="c-2")[1]) == [
        "https://w3id.org/security#INVALID_CHALLENGE_ERROR"
    ]
    assert types_of(doors.verify_presentation(shown, domain="other.example")[1]) == [
        "https://w3id.org/security#INVALID_DOMAIN_ERROR"
    ]


def test_a_presentation_without_credentials_is_verified(doors: Doors) -> None:
    for members in ({}, {"verifiableCredential": []}, {"id": "urn:uuid:1", "holder": {"id": HOLDER.public.did_key()}}):
        for options in ({}, {"checks": ["proof"]}):
            assert doors.verify_presentation(signed_presentation(presentation(**members)), **options)[0] == 200


BAD_PRESENTATIONS: list[tuple[Change, str]] = [
    (lambda p: p.pop("@context"), MALFORMED),
    (lambda p: p.update({"@context": ["https://www.w3.org/ns/credentials/examples/v2", V2]}), MALFORMED),
    (lambda p: p.pop("type"), MALFORMED),
    (lambda p: p.update(holder={"name": "nobody"}), MALFORMED),
    (lambda p: p.update(holder=STRANGER.public.did_key()), "https://w3id.org/security#"),
    (lambda p: p.update(verifiableCredential=["text"]), MALFORMED),
    (lambda p: p.pop("proof"), PROOF_ERROR),
    (lambda p: p["proof"].update(proofValue="z5nmMBw2u9TGKd9NxxHJtyZKgjN2Eh"), PROOF_ERROR),
    (lambda p: p["verifiableCredential"][0]["credentialSubject"].update(name="x"), PROOF_ERROR),
    (lambda p: p["verifiableCredential"][0].pop("proof"), MALFORMED),
]


@pytest.mark.parametrize("checks", [None, ["proof"]])
@pytest.mark.parametrize(("change", "kind"), BAD_PRESENTATIONS)
def test_a_presentation_that_is_wrong_in_one_thing_is_refused(
    doors: Doors, change: Change, kind: str, checks: list[str] | None
) -> None:
    badge = doors.issue(unsigned())
    shown = signed_presentation(presentation(holder=HOLDER.public.did_key(), verifiableCredential=[badge]))
    change(shown)

    status, answer = doors.verify_presentation(shown, **({"checks": checks} if checks else {}))

    assert status == 400
    assert any(found.startswith(kind) for found in types_of(answer))


def test_a_bad_credential_in_a_good_presentation_is_refused(doors: Doors) -> None:
    badge = doors.issue(unsigned())
    badge["credentialSubject"]["name"] = "x"
    shown = signed_presentation(presentation(holder=HOLDER.public.did_key(), verifiableCredential=[badge]))

    for options in ({}, {"checks": ["proof"]}):
        assert types_of(doors.verify_presentation(shown, **options)[1]) == [PROOF_ERROR]


def test_what_a_holder_says_of_himself_is_verified_with_his_proof(doors: Doors) -> None:
    me = HOLDER.public.did_key()
    own = unsigned(issuer=me)

    for options in ({}, {"checks": ["proof"]}):
        for holder, accepted in ((me, True), (None, False), ("did:example:acme", False)):
            document = presentation(verifiableCredential=[own], **({"holder": holder} if holder else {}))
            status, _ = doors.verify_presentation(signed_presentation(document), **options)
            assert (status == 200) is accepted
        other = presentation(verifiableCredential=[unsigned(issuer="did:example:acme")], holder=me)
        assert doors.verify_presentation(signed_presentation(other), **options)[0] == 400


def test_somebody_elses_badge_is_told_and_left_to_the_application(doors: Doors) -> None:
    badge = doors.issue(unsigned(credentialSubject={"id": "did:example:another", "name": "x"}))

    status, answer = doors.verify_presentation(signed_presentation(presentation(verifiableCredential=[badge])))

    assert status == 200
    assert "holder-other-person" in [warning["code"] for warning in answer["warnings"]]


def test_an_unsigned_presentation_is_as_good_as_its_credentials(doors: Doors) -> None:
    badge = doors.issue(unsigned())
    broken = copy.deepcopy(badge)
    broken["credentialSubject"]["name"] = "x"

    def verify(*credentials: Doc) -> int:
        body = {"presentation": presentation(verifiableCredential=list(credentials))}
        return doors.post("/presentations/verify", body).status_code

    assert verify(badge) == 200
    assert verify(badge, broken) == 400
    assert verify(unsigned()) == 400


@pytest.mark.parametrize(
    "address",
    [
        "data:application/vc+jwt,eyJhbGciOiJFUzI1NiJ9.e30.AA",
        "data:application/vc+jwt,VerifiableCredential",
        "data:application/vc+sd-jwt,eyJhbGciOiJFUzI1NiJ9.e30.AA~",
        "https://issuer.example/1",
    ],
)
def test_an_envelope_without_a_good_credential_is_refused(doors: Doors, address: str) -> None:
    envelope = {"@context": V2, "id": address, "type": "EnvelopedVerifiableCredential"}

    assert doors.verify(envelope)[0] == 400
    assert doors.verify_proof(envelope)[0] == 400
    shown = signed_presentation(presentation(verifiableCredential=[envelope]))
    assert doors.verify_presentation(shown)[0] == 400


def test_identifiers_are_resolved_without_a_network(doors: Doors) -> None:
    did = HOLDER.public.did_key()
    own = doors.client.get("/.well-known/did.json").json()

    document = doors.client.get(f"/identifiers/{did}").json()
    result = doors.client.get(f"/identifiers/{did}", headers={"Accept": "application/did-resolution"}).json()

    assert document["id"] == did
    assert result["didDocument"] == document
    assert doors.client.get(f"/identifiers/{own['id']}").json() == own
    for unknown, status in [
        ("did:web:other.example", 404),
        ("did:example:123", 501),
        ("did:key:zzz", 400),
        ("nothing", 400),
    ]:
        answer = doors.client.get(f"/identifiers/{unknown}")
        assert answer.status_code == status
        assert answer.json()["didDocument"] is None


def test_a_key_of_our_own_did_web_is_found(doors: Doors) -> None:
    """The document is brought as evidence; a key that is not in it is refused."""
    own = doors.client.get("/.well-known/did.json").json()
    credential = signed(unsigned(issuer=own["id"]))
    credential["proof"]["verificationMethod"] = f"{own['id']}#{ISSUER.public.to_multikey()}"

    status, answer = doors.verify_proof(credential)

    assert (status, codes_of(answer)) == (400, ["key-not-in-document"])
    credential["proof"]["verificationMethod"] = "did:web:other.example#key-1"
    assert codes_of(doors.verify_proof(credential)[1]) == ["key-document-missing"]


def test_the_description_names_doors_that_are_there(doors: Doors) -> None:
    described = doors.client.get("/").json()

    for entry in described["issuers"]:
        path = entry["endpoint"].removeprefix(doors.url)
        answer = doors.post(path, {"credential": unsigned(issuer=entry["id"]), "options": entry["options"]})
        assert answer.status_code == 201
        assert answer.json()["verifiableCredential"]["issuer"] == entry["id"]
        assert ("credentialStatus" in answer.json()["verifiableCredential"]) is ("BitstringStatusList" in entry["tags"])
    for entry in [*described["verifiers"], *described["vpVerifiers"], *described["vcHolders"]]:
        assert doors.post(entry["endpoint"].removeprefix(doors.url), {}).status_code == 422


def test_the_command_serves_tls_with_a_certificate_for_localhost() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "edubadges", "conformance-server", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        pem = _certificate_of(port, process)
        trusted = ssl.create_default_context(cadata=pem)
        with httpx.Client(base_url=f"https://localhost:{port}", verify=trusted) as client:
            issuers = client.get("/").json()["issuers"]
            answer = client.post("/credentials/issue", json={"credential": unsigned(issuer=issuers[0]["id"])})
        assert answer.status_code == 201
        assert issuers[0]["endpoint"] == f"https://localhost:{port}/credentials/issue"
    finally:
        process.terminate()
        process.communicate(timeout=20)


def _certificate_of(port: int, process: subprocess.Popen[bytes]) -> str:
    deadline = datetime.now(UTC) + timedelta(seconds=40)
    while datetime.now(UTC) < deadline and process.poll() is None:
        try:
            return ssl.get_server_certificate(("127.0.0.1", port), timeout=5)
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server did not start")
