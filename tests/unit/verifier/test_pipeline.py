"""Badges with more in them: sets and chains of proofs, endorsements, learner records, envelopes, pinned files."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from tests.support.presenting import NOW, OPEN_BADGES, VCDM2, Issuer, Wallet, stamp
from vc_core.contexts import context_bytes
from vc_core.jose.compact import build_compact_jwt
from vc_core.keys import PrivateKey
from vc_core.model.clr import CLR_CONTEXT
from vc_core.model.related_resources import build_related_resource
from vc_core.multiformats import base58btc_encode
from vc_core.proof import add_proof, proof_hash_data
from verifier import Check, Code, Evidence, EvidenceItem, Needs, Report, Verdict, gather, parse_submission, verify
from verifier.inputs import MAX_PARTS

ISSUER = Issuer()
SECTOR = Issuer(did="did:web:registry.example:institutions:sector", name="Sector body (sample)")
OTHER = Issuer(did="did:web:registry.example:institutions:other", name="Other school (sample)")
HOLDER = Wallet()


def evidence_of(*issuers: Issuer) -> Evidence:
    found = Evidence()
    for issuer in issuers:
        found = found.merged(issuer.evidence())
    return found


EVERYTHING = evidence_of(SECTOR, OTHER, ISSUER)
"""All three publish their list under one address in these samples, and the last one's counts."""


def report_on(document: Any, evidence: Evidence = EVERYTHING) -> Report:
    data = document.encode() if isinstance(document, str) else json.dumps(document).encode()
    return verify(parse_submission(data), evidence, now=NOW)


def codes(report: Report, check: Check) -> list[Code]:
    return [result.code for result in report.results if result.check is check]


def counter_signed(document: dict[str, Any], by: Issuer, **changes: Any) -> dict[str, Any]:
    return add_proof(
        document,
        sign=changes.pop("key", by.key).sign,
        cryptosuite="eddsa-rdfc-2022",
        verification_method=by.method,
        created=stamp(NOW),
        **changes,
    )


# --- Sets and chains ---


def test_a_second_seal_that_holds_is_reported() -> None:
    report = report_on(counter_signed(ISSUER.badge(), SECTOR))
    assert codes(report, Check.SIGNATURE) == [Code.SIGNATURE_VALID, Code.SIGNATURE_OTHER_VALID]
    assert report.verdict is Verdict.OK


def test_a_second_seal_that_is_false_spoils_the_badge() -> None:
    report = report_on(counter_signed(ISSUER.badge(), SECTOR, key=PrivateKey.generate("Ed25519")))
    assert codes(report, Check.SIGNATURE) == [Code.SIGNATURE_VALID, Code.SIGNATURE_OTHER_INVALID]
    assert report.verdict is Verdict.BAD


def test_a_second_seal_of_which_the_key_is_not_known_is_a_remark() -> None:
    report = report_on(counter_signed(ISSUER.badge(), SECTOR), ISSUER.evidence())
    assert codes(report, Check.SIGNATURE) == [Code.SIGNATURE_VALID, Code.SIGNATURE_OTHER_UNCHECKED]
    assert report.verdict is Verdict.ATTENTION


def test_a_second_seal_with_a_key_that_ended_spoils_the_badge() -> None:
    document = SECTOR.document()
    document["verificationMethod"][0]["revoked"] = stamp(NOW)
    evidence = EVERYTHING.merged(SECTOR.evidence(document=document, status_list=None, participant=None))
    report = report_on(counter_signed(ISSUER.badge(), SECTOR), evidence)
    assert codes(report, Check.SIGNATURE)[1] is Code.SIGNATURE_OTHER_INVALID
    assert report.verdict is Verdict.BAD


@pytest.mark.parametrize(
    "proof",
    [
        {"type": "DataIntegrityProof", "cryptosuite": "bbs-2023", "proofPurpose": "assertionMethod"},
        {"type": "JsonWebSignature2020", "proofPurpose": "assertionMethod"},
        {"type": "DataIntegrityProof", "cryptosuite": "eddsa-rdfc-2022", "proofPurpose": "authentication"},
    ],
)
def test_a_second_seal_of_another_kind_takes_nothing_away(proof: dict[str, Any]) -> None:
    badge = ISSUER.badge()
    report = report_on({**badge, "proof": [badge["proof"], proof]})
    assert codes(report, Check.SIGNATURE) == [Code.SIGNATURE_VALID, Code.SIGNATURE_OTHER_KIND]
    assert report.verdict is Verdict.OK


def signed_with(document: dict[str, Any], by: Issuer, **options: Any) -> dict[str, Any]:
    """Return the document with one proof more, its options as given."""
    options = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": stamp(NOW),
        "verificationMethod": by.method,
        "proofPurpose": "assertionMethod",
        **options,
    }
    signature = by.key.sign(proof_hash_data(document, options))
    proof = {**options, "proofValue": "z" + base58btc_encode(signature)}
    before = [document["proof"]] if "proof" in document else []
    return {**document, "proof": [*before, proof] if before else proof}


FIRST = "urn:uuid:26329423-bec9-4b2e-88cb-a7c7d9dc4544"


def chain() -> dict[str, Any]:
    """A badge whose issuer signed it together with the proof of the sector body."""
    return signed_with(signed_with(ISSUER.unsigned_badge(), SECTOR, id=FIRST), ISSUER, previousProof=FIRST)


def resigned(badge: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    badge = copy.deepcopy(badge)
    badge["proof"][0].update(change)
    return badge


def test_a_chain_of_two_seals_holds() -> None:
    report = report_on(chain())
    assert codes(report, Check.SIGNATURE) == [Code.SIGNATURE_VALID, Code.SIGNATURE_OTHER_VALID]
    assert report.verdict is Verdict.OK


def test_a_chain_needs_the_key_of_its_first_seal() -> None:
    report = report_on(chain(), ISSUER.evidence())
    assert codes(report, Check.SIGNATURE) == [Code.SIGNATURE_VALID, Code.SIGNATURE_CHAIN_UNCHECKED]
    assert report.verdict is Verdict.UNKNOWN


def test_a_chain_whose_first_seal_is_changed_is_broken() -> None:
    report = report_on(resigned(chain(), {"created": stamp(NOW), "domain": "elsewhere.example"}))
    assert codes(report, Check.SIGNATURE)[0] is Code.SIGNATURE_INVALID
    assert report.verdict is Verdict.BAD


def test_a_chain_on_a_seal_we_cannot_check_gives_no_verdict() -> None:
    first = signed_with(ISSUER.unsigned_badge(), SECTOR, id=FIRST)
    first["proof"]["cryptosuite"] = "bbs-2023"
    report = report_on(signed_with(first, ISSUER, previousProof=FIRST))
    assert codes(report, Check.SIGNATURE) == [Code.SIGNATURE_VALID, Code.SIGNATURE_CHAIN_UNCHECKED]
    assert report.verdict is Verdict.UNKNOWN


def test_a_chain_whose_first_seal_is_gone_is_broken() -> None:
    badge = chain()
    report = report_on({**badge, "proof": badge["proof"][1]})
    assert codes(report, Check.SIGNATURE) == [Code.SIGNATURE_INVALID]


def test_a_chain_may_name_its_first_seal_in_a_list_and_another_seal_may_stand_beside_it() -> None:
    first = signed_with(ISSUER.unsigned_badge(), SECTOR, id=FIRST)
    badge = signed_with(first, ISSUER, previousProof=[FIRST])
    assert codes(report_on(badge, ISSUER.evidence()), Check.SIGNATURE)[1] is Code.SIGNATURE_CHAIN_UNCHECKED
    badge["proof"].append({"id": "urn:uuid:2", "type": "JsonWebSignature2020", "proofPurpose": "assertionMethod"})
    report = report_on(badge)
    assert codes(report, Check.SIGNATURE) == [
        Code.SIGNATURE_VALID,
        Code.SIGNATURE_OTHER_VALID,
        Code.SIGNATURE_OTHER_KIND,
    ]


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        (f"{SECTOR.did}#nobody", Code.SIGNATURE_OTHER_INVALID),
        ("did:web:elsewhere.example#key", Code.SIGNATURE_OTHER_UNCHECKED),
        ("nothing", Code.SIGNATURE_OTHER_UNCHECKED),
    ],
)
def test_a_second_seal_whose_key_is_not_found(method: str, expected: Code) -> None:
    badge = counter_signed(ISSUER.badge(), SECTOR)
    badge["proof"][1]["verificationMethod"] = method
    assert codes(report_on(badge), Check.SIGNATURE) == [Code.SIGNATURE_VALID, expected]


# --- Endorsements ---


def endorsement(by: Issuer = SECTOR, *, of: str = ISSUER.did, index: int = 3, **changes: Any) -> dict[str, Any]:
    return {
        "@context": [VCDM2, OPEN_BADGES],
        "id": f"urn:uuid:endorsement-{by.did}-{index}",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "issuer": {"id": by.did, "type": ["Profile"], "name": by.name},
        "validFrom": stamp(NOW),
        "name": "Endorsement",
        "credentialSubject": {"id": of, "type": ["EndorsementSubject"], "endorsementComment": "A good school."},
        **changes,
    }


def endorsed(*endorsements: Any) -> dict[str, Any]:
    return ISSUER.badge(endorsement=list(endorsements))


def as_list(document: dict[str, Any]) -> dict[str, Any]:
    return {**document, "proof": [document["proof"]]}


def test_a_genuine_endorsement_is_reported_and_changes_nothing() -> None:
    report = report_on(endorsed(as_list(SECTOR.sign(endorsement()))))
    assert codes(report, Check.ENDORSEMENTS) == [Code.ENDORSEMENTS_GENUINE]
    assert report.verdict is Verdict.OK


def test_a_badge_without_endorsements_or_pinned_files_has_none() -> None:
    plain = report_on(ISSUER.badge())
    assert codes(plain, Check.ENDORSEMENTS) == [Code.ENDORSEMENTS_NONE]
    assert codes(plain, Check.RESOURCES) == [Code.RESOURCES_NONE]
    assert codes(report_on(endorsed()), Check.ENDORSEMENTS) == [Code.ENDORSEMENTS_NONE]


def test_endorsements_of_what_is_too_large_are_not_looked_at() -> None:
    badge = {**ISSUER.badge(), "evidence": [{}] * (MAX_PARTS + 1), "endorsement": [5]}
    assert codes(report_on(badge), Check.ENDORSEMENTS) == [Code.ENDORSEMENTS_NOT_CHECKED]


def test_an_endorsement_of_the_badge_itself_is_no_rewrite() -> None:
    badge_id = ISSUER.unsigned_badge()["id"]
    report = report_on(endorsed(as_list(SECTOR.sign(endorsement(of=badge_id)))))
    assert codes(report, Check.ENDORSEMENTS) == [Code.ENDORSEMENTS_GENUINE]
    assert report.verdict is Verdict.OK


def test_a_false_endorsement_is_a_remark_on_a_genuine_badge() -> None:
    false = as_list(SECTOR.sign(endorsement()))
    false["credentialSubject"] = {**false["credentialSubject"], "endorsementComment": "The best school."}
    report = report_on(endorsed(false))
    assert codes(report, Check.ENDORSEMENTS) == [Code.ENDORSEMENTS_NOT_GENUINE]
    assert report.verdict is Verdict.ATTENTION
    [result] = [result for result in report.results if result.check is Check.ENDORSEMENTS]
    assert result.detail == "signature-invalid"
    unknown = report_on(endorsed(false), EVERYTHING.merged(SECTOR.evidence(participant={"participant": None})))
    [result] = [result for result in unknown.results if result.check is Check.ENDORSEMENTS]
    assert result.detail == "signature-invalid"  # that it is not in the registry as well is the lesser thing


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (lambda: SECTOR.sign(endorsement(validUntil=stamp(NOW))), Code.ENDORSEMENTS_GENUINE),
        (lambda: SECTOR.sign(endorsement(validUntil="2026-01-01T00:00:00Z")), Code.ENDORSEMENTS_WITH_REMARKS),
        (lambda: OTHER.sign(endorsement()), Code.ENDORSEMENTS_NOT_GENUINE),
        (lambda: SECTOR.sign(endorsement(of="https://school.example/something")), Code.ENDORSEMENTS_OF_OTHER),
        (lambda: SECTOR.sign(endorsement(of=SECTOR.did)), Code.ENDORSEMENTS_SELF_PRAISE),
        (lambda: SECTOR.sign(endorsement(of=f"urn:uuid:endorsement-{SECTOR.did}-3")), Code.ENDORSEMENTS_CIRCULAR),
        (lambda: SECTOR.sign(endorsement(type=["VerifiableCredential"])), Code.ENDORSEMENTS_MALFORMED),
    ],
)
def test_what_an_endorsement_is_worth(made: Any, expected: Code) -> None:
    report = report_on(endorsed(as_list(made())))
    found = codes(report, Check.ENDORSEMENTS)
    assert found == [expected] or (expected is Code.ENDORSEMENTS_GENUINE and found == [Code.ENDORSEMENTS_WITH_REMARKS])
    assert report.verdict in {Verdict.OK, Verdict.ATTENTION}


def test_an_endorsement_without_evidence_is_not_checked() -> None:
    report = report_on(endorsed(as_list(SECTOR.sign(endorsement()))), ISSUER.evidence())
    assert codes(report, Check.ENDORSEMENTS) == [Code.ENDORSEMENTS_NOT_CHECKED]
    assert report.verdict is Verdict.ATTENTION


def test_a_revoked_endorsement_is_not_genuine() -> None:
    lists = Issuer(did=SECTOR.did, key=SECTOR.key, status_url="https://registry.example/sector/status/1", revoked={3})
    status = lists.unsigned_badge(index=3)["credentialStatus"]
    evidence = EVERYTHING.merged(lists.evidence())
    report = report_on(endorsed(as_list(SECTOR.sign(endorsement(credentialStatus=status)))), evidence)
    assert codes(report, Check.ENDORSEMENTS) == [Code.ENDORSEMENTS_NOT_GENUINE]


class _Asked:
    """A source that has nothing and remembers what it was asked."""

    def __init__(self) -> None:
        self.needs: list[Needs] = []

    def gather(self, needs: Needs) -> Evidence:
        self.needs.append(needs)
        return Evidence()


def test_what_endorsements_and_records_need_is_gathered() -> None:
    source = _Asked()
    badge = endorsed(as_list(SECTOR.sign(endorsement())))
    gather(parse_submission(json.dumps(badge).encode()), source)
    assert {ISSUER.did, SECTOR.did} <= set(source.needs[0].key_documents)
    assert {ISSUER.did, SECTOR.did} <= set(source.needs[0].participants)


# --- Learner records ---


def record(*badges: dict[str, Any], **subject: Any) -> dict[str, Any]:
    return SECTOR.sign(
        {
            "@context": [VCDM2, CLR_CONTEXT, OPEN_BADGES],
            "id": "urn:uuid:0f3d5e0c-7e58-4a3e-9a7e-0c4a7b9d0001",
            "type": ["VerifiableCredential", "ClrCredential"],
            "issuer": {"id": SECTOR.did, "type": ["Profile"], "name": SECTOR.name},
            "validFrom": stamp(NOW),
            "name": "Record",
            "credentialSubject": {
                "id": HOLDER.did,
                "type": ["ClrSubject"],
                "verifiableCredential": list(badges),
                **subject,
            },
        }
    )


def inside(number: int, by: Issuer = ISSUER) -> dict[str, Any]:
    return as_list(by.badge(holder=HOLDER.did, id=f"urn:uuid:5d0b9d0c-1f0f-4a6e-9a53-1de2ab7a2a{number:02}"))


def test_every_badge_in_a_learner_record_stands_by_itself() -> None:
    report = report_on(record(inside(1), inside(2)))
    assert codes(report, Check.FORMAT) == [Code.FORMAT_LEARNER_RECORD, Code.FORMAT_OK, Code.FORMAT_OK]
    assert [one.verdict for one in report.credentials] == [Verdict.OK] * 3
    assert report.verdict is Verdict.OK


def test_a_false_badge_in_a_genuine_record_is_found() -> None:
    false = inside(2)
    false["proof"] = [{**false["proof"][0], "proofValue": inside(1)["proof"][0]["proofValue"]}]
    report = report_on(record(inside(1), false))
    assert [one.verdict for one in report.credentials] == [Verdict.OK, Verdict.OK, Verdict.BAD]
    assert report.verdict is Verdict.BAD


def test_a_record_that_cannot_be_read_is_not_half_read() -> None:
    report = report_on(record(inside(1), inside(1)))
    assert codes(report, Check.FORMAT) == [Code.FORMAT_MEMBER_WRONG]
    assert report.verdict is Verdict.BAD


def test_a_record_in_a_presentation_is_bound_to_its_holder() -> None:
    shown = HOLDER.present(record(inside(1)), challenge="c", domain="https://verifier.example")
    submission = parse_submission(json.dumps(shown).encode())
    report = verify(submission, EVERYTHING, now=NOW, expected_challenge="c", expected_domain="https://verifier.example")
    assert codes(report, Check.HOLDER) == [Code.HOLDER_PROVED] * 2
    assert report.verdict is Verdict.OK


# --- Envelopes ---

P256 = PrivateKey.generate("P-256")
KID = f"{ISSUER.did}#jose"


def jose_evidence() -> Evidence:
    document = ISSUER.document()
    document["verificationMethod"].append(
        {"id": KID, "type": "JsonWebKey", "controller": ISSUER.did, "publicKeyJwk": P256.public.to_jwk()}
    )
    document["assertionMethod"].append(KID)
    return ISSUER.evidence(document=document)


def vc_jose(header: dict[str, Any] | None = None, **changes: Any) -> str:
    credential = {**ISSUER.unsigned_badge(), **changes}
    return build_compact_jwt(
        {"typ": "vc+jwt", "kid": KID} | (header or {}), credential, sign=P256.sign, algorithm="ES256"
    )


def envelope(text: str, **changes: Any) -> dict[str, Any]:
    return {
        "@context": [VCDM2],
        "id": f"data:application/vc+jwt,{text}",
        "type": "EnvelopedVerifiableCredential",
        **changes,
    }


@pytest.mark.parametrize("made", [vc_jose, lambda: envelope(vc_jose())])
def test_an_enveloped_badge_is_judged_like_any_other(made: Any) -> None:
    report = report_on(made(), jose_evidence())
    assert codes(report, Check.SIGNATURE) == [Code.SIGNATURE_VALID]
    assert codes(report, Check.FORMAT) == [Code.FORMAT_OK]
    assert report.verdict is Verdict.OK


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (lambda: vc_jose({"typ": "JWT"}), Code.FORMAT_CLAIMS_DIFFER),  # then it is a VC-JWT, which needs its claims
        (lambda: vc_jose(iss="did:web:evil.example"), Code.FORMAT_CLAIMS_DIFFER),
        (lambda: vc_jose(sub="did:web:evil.example"), Code.FORMAT_CLAIMS_DIFFER),
        (lambda: vc_jose({"x5u": "https://evil.example"}), Code.FORMAT_MEMBER_WRONG),
    ],
)
def test_an_envelope_that_says_two_things_is_refused(made: Any, expected: Code) -> None:
    report = report_on(made(), jose_evidence())
    assert codes(report, Check.FORMAT) == [expected]
    assert report.verdict is Verdict.BAD


def test_a_changed_envelope_is_not_genuine() -> None:
    head, _, signature = vc_jose().split(".")
    body = vc_jose(name="Another name").split(".")[1]
    report = report_on(envelope(f"{head}.{body}.{signature}"), jose_evidence())
    assert codes(report, Check.SIGNATURE) == [Code.SIGNATURE_INVALID]


def test_an_envelope_in_a_presentation_is_opened() -> None:
    shown = HOLDER.present(envelope(vc_jose()))
    report = report_on(shown, jose_evidence())
    assert codes(report, Check.SIGNATURE) == [Code.SIGNATURE_VALID]


# --- Schema and pinned files ---


def test_a_badge_that_differs_from_the_schema_is_genuine_with_a_remark() -> None:
    badge = ISSUER.unsigned_badge()
    badge["credentialSubject"]["achievement"]["achievementType"] = "Applause"
    report = report_on(ISSUER.sign(badge))
    assert codes(report, Check.SCHEMA) == [Code.SCHEMA_NOT_FOLLOWED]
    assert report.verdict is Verdict.ATTENTION


@pytest.mark.parametrize(
    ("resource", "expected", "verdict"),
    [
        (build_related_resource(OPEN_BADGES, context_bytes(OPEN_BADGES)), Code.RESOURCES_AS_NAMED, Verdict.OK),
        (build_related_resource(OPEN_BADGES, b"another version"), Code.RESOURCES_CHANGED, Verdict.BAD),
        (build_related_resource("https://school.example/a.png", b"a"), Code.RESOURCES_NOT_USED, Verdict.OK),
        ({"id": "https://school.example/a.png"}, Code.RESOURCES_MALFORMED, Verdict.BAD),
    ],
)
def test_a_pinned_vocabulary_is_compared_with_ours(resource: Any, expected: Code, verdict: Verdict) -> None:
    report = report_on(ISSUER.badge(relatedResource=[resource]))
    assert codes(report, Check.RESOURCES) == [expected]
    assert report.verdict is verdict


def test_an_item_that_is_replaced_forgets_what_was_worked_out() -> None:
    badge = ISSUER.badge()
    item = EVERYTHING.items[next(iter(EVERYTHING.items))]
    assert isinstance(item, EvidenceItem)
    assert report_on(badge).verdict is Verdict.OK
    assert report_on(badge, EVERYTHING.merged(Issuer(did=ISSUER.did).evidence())).verdict is Verdict.BAD


def _detail(badge: dict[str, Any]) -> str:
    [detail] = [result.detail for result in report_on(badge).results if result.check is Check.SCHEMA]
    return detail


def test_the_first_five_places_that_differ_are_named() -> None:
    badge = ISSUER.badge()
    achievement = badge["credentialSubject"]["achievement"]
    achievement |= {name: 5 for name in ("name", "description", "humanCode", "fieldOfStudy", "version", "inLanguage")}
    assert _detail(badge).count("/credentialSubject/achievement/") == 5
    assert _detail({**ISSUER.badge(), "evidence": [5] * 500}) == "/ (too many values to say where)"


def test_a_holder_does_not_show_with_a_proof_that_is_for_badges() -> None:
    shown = HOLDER.present(ISSUER.badge(holder=HOLDER.did))
    shown["proof"]["cryptosuite"] = "ecdsa-sd-2023"
    assert codes(report_on(shown), Check.HOLDER) == [Code.HOLDER_PROOF_UNSUPPORTED]
