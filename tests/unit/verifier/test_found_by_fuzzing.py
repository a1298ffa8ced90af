"""What fuzzing, and a second look at its findings, found: each was a crash, or a wrong answer."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fuzz.signed import sign_jwt
from tests.support.judging import ISSUER, P256, UNSIGNED_LISTED, WALLET, code_of, report_on, unsigned_list
from tests.support.presenting import NOW, REGISTRY
from verifier import (
    Check,
    Evidence,
    EvidenceItem,
    EvidenceKind,
    Verdict,
)

# --- Found by fuzzing ---


@pytest.mark.parametrize("purpose", [["authentication"], {"id": "authentication"}, None, 5])
def test_a_purpose_that_is_no_text_is_a_wrong_purpose(purpose: Any) -> None:
    shown = WALLET.present(ISSUER.badge(holder=WALLET.did), challenge="n", domain="d")
    shown["proof"]["proofPurpose"] = purpose

    report = report_on(shown, expected_challenge="n", expected_domain="d")

    assert code_of(report, Check.HOLDER) == "holder-purpose-wrong"


NO_TEXT: list[Any] = [["x"], {"id": "x"}]


@pytest.mark.parametrize("value", NO_TEXT)
def test_a_key_document_with_a_strange_method_gives_a_report(value: Any) -> None:
    document = ISSUER.document()
    document["verificationMethod"].append({"id": value, "type": "Multikey"})
    assert code_of(report_on(ISSUER.badge(), evidence=ISSUER.evidence(document=document)), Check.KEY) == "key-of-issuer"

    document = ISSUER.document()
    document["verificationMethod"][0]["type"] = value
    report = report_on(ISSUER.badge(), evidence=ISSUER.evidence(document=document))
    assert code_of(report, Check.KEY) == "key-not-in-document"


@pytest.mark.parametrize("value", NO_TEXT)
def test_a_set_of_keys_with_a_strange_name_gives_a_report(value: Any) -> None:
    address = "https://issuer.example/keys"
    badge = ISSUER.unsigned_badge(holder=WALLET.did, issuer={"id": "https://issuer.example/", "type": ["Profile"]})
    text = sign_jwt(badge, P256, address)
    item = EvidenceItem(EvidenceKind.KEY_DOCUMENT, address, REGISTRY, NOW, {"keys": [{"kid": value}]})

    report = report_on(text, evidence=ISSUER.evidence().merged(Evidence.of([item])))

    assert code_of(report, Check.KEY) == "key-not-in-document"


@pytest.mark.parametrize("value", NO_TEXT)
def test_a_status_list_with_a_strange_name_is_not_used(value: Any) -> None:
    status_list = {**ISSUER.status_list(), "id": value}

    report = report_on(ISSUER.badge(), evidence=ISSUER.evidence(status_list=status_list))

    assert code_of(report, Check.STATUS) == "status-list-invalid"


@pytest.mark.parametrize("value", NO_TEXT)
def test_an_entry_that_does_not_say_no_is_a_revocation(value: Any) -> None:
    report = report_on(UNSIGNED_LISTED, evidence=unsigned_list([{"id": UNSIGNED_LISTED["id"], "revoked": value}]))

    assert code_of(report, Check.STATUS) == "status-revoked"


def test_the_order_of_members_does_not_change_what_is_shown() -> None:
    badge = ISSUER.unsigned_badge()
    badge["credentialSubject"]["achievement"]["name"] = {"@value": "Urban water management", "@language": "en"}
    signed = ISSUER.sign(badge)
    names = signed["credentialSubject"]["achievement"]
    assert report_on(signed).credentials[0].badge.name == "Urban water management"

    names["name"] = dict(reversed(names["name"].items()))

    report = report_on(signed)
    assert report.verdict is Verdict.ATTENTION  # the schema asks for a plain text
    assert report.credentials[0].badge.name == "Urban water management"


@pytest.mark.parametrize("member", ["revoked", "expires"])
def test_a_withdrawn_key_is_withdrawn_wherever_it_stands(member: str) -> None:
    """A method may stand in the relationship itself (Controlled Identifiers 1.0, 2.3)."""
    document = ISSUER.document()
    method = {**document["verificationMethod"][0], member: "2026-01-01T00:00:00Z"}
    embedded = {**document, "verificationMethod": [], "assertionMethod": [method]}
    del document["verificationMethod"]

    for found in (embedded, {**document, "assertionMethod": [method]}):
        assert (
            code_of(report_on(ISSUER.badge(), evidence=ISSUER.evidence(document=found)), Check.KEY) == "key-withdrawn"
        )


@pytest.mark.parametrize("member", ["revoked", "expires"])
def test_a_withdrawn_key_at_an_address_is_withdrawn(member: str) -> None:
    address = "https://issuer.example/keys/1"
    badge = ISSUER.unsigned_badge(holder=WALLET.did, issuer={"id": "https://issuer.example/", "type": ["Profile"]})
    method = {"id": address, "type": "Multikey", "publicKeyMultibase": P256.public.to_multikey()}

    def code(content: dict[str, Any]) -> str:
        item = EvidenceItem(EvidenceKind.KEY_DOCUMENT, address, REGISTRY, NOW, content)
        evidence = ISSUER.evidence().merged(Evidence.of([item]))
        return code_of(report_on(sign_jwt(badge, P256, address), evidence=evidence), Check.KEY)

    assert code(method) == "key-of-issuer"
    assert code({**method, member: "2099-01-01T00:00:00Z"}) == "key-of-issuer"
    assert code({**method, member: "2026-01-01T00:00:00Z"}) == "key-withdrawn"


@pytest.mark.parametrize("cryptosuite", ["eddsa-jcs-2022", "eddsa-rdfc-2022"])
@pytest.mark.parametrize("change", [{"type": {"@id": "DataIntegrityProof"}}, {"type": None}, {"type": ["x"]}])
def test_a_second_proof_that_is_none_is_not_passed_over(cryptosuite: str, change: dict[str, Any]) -> None:
    badge = ISSUER.sign(ISSUER.unsigned_badge(), cryptosuite=cryptosuite)
    badge["proof"] = [badge["proof"], {**badge["proof"], **change}]
    assert code_of(report_on(badge), Check.SIGNATURE) == "signature-malformed"


def test_a_keyword_in_a_second_proof_is_a_rewrite_also_when_the_text_is_what_was_signed() -> None:
    badge = ISSUER.sign(ISSUER.unsigned_badge(), cryptosuite="eddsa-jcs-2022")
    badge["proof"] = [badge["proof"], {**badge["proof"], "cryptosuite": {"@id": "eddsa-rdfc-2022"}}]
    assert code_of(report_on(badge), Check.STATUS) == "status-entry-malformed"


def test_the_name_of_the_issuer_cannot_be_hidden_by_writing_it_twice() -> None:
    badge = ISSUER.badge()
    name = badge["issuer"]["name"]
    badge["issuer"] = {**badge["issuer"], "name": [name, name]}  # the same statements, so the seal holds
    report = report_on(badge)
    assert code_of(report, Check.SIGNATURE) == "signature-valid"
    assert code_of(report, Check.FORMAT) == "format-member-wrong"
