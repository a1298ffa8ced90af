"""What mutation testing found untested in proofs, keys, status and dates (see docs/mutation.md)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.fuzz.signed import sign_jwt
from tests.support.judging import ISSUER, P256, UNSIGNED_LISTED, WALLET, code_of, report_on, unsigned_list
from tests.support.presenting import NOW, REGISTRY, Issuer, Wallet, compact_jwt, stamp
from vc_core.did import build_did_document
from vc_core.keys import PrivateKey
from vc_core.multiformats import base58btc_encode
from vc_core.proof import add_proof, proof_hash_data
from verifier import (
    Absence,
    Check,
    Code,
    Evidence,
    EvidenceItem,
    EvidenceKind,
    ExpectedBadge,
    Outcome,
    Verdict,
)
from verifier.checks.holder import HolderFinding, bind_to_credential, no_presentation
from verifier.report import passed

V2 = "https://www.w3.org/ns/credentials/v2"
V1 = "https://www.w3.org/2018/credentials/v1"
OB = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"


# --- Holder ---


def _holder(shown: dict[str, Any], **options: Any) -> tuple[str, str]:
    report = report_on(shown, **({"expected_challenge": "n", "expected_domain": "d"} | options))
    found = [result for result in report.results if result.check is Check.HOLDER]
    return str(found[0].code), found[0].detail


def _shown(*badges: dict[str, Any], **options: Any) -> dict[str, Any]:
    kept = badges or (ISSUER.badge(holder=WALLET.did),)
    return WALLET.present(*kept, **({"challenge": "n", "domain": "d"} | options))


def test_a_holder_proof_answers_this_question_and_no_other() -> None:
    assert _holder(_shown())[0] == "holder-proved"
    assert _holder(_shown(challenge="m"))[0] == "holder-challenge-wrong"
    assert _holder(_shown(challenge=None))[0] == "holder-challenge-wrong"
    assert _holder(_shown(domain="e"))[0] == "holder-domain-wrong"
    assert _holder(_shown(domain=None))[0] == "holder-domain-wrong"
    assert _holder(_shown(purpose="assertionMethod"))[0] == "holder-purpose-wrong"
    for name in ("expected_challenge", "expected_domain"):
        assert _holder(_shown(), **{name: None})[0] == "holder-proved-not-fresh"


def _with_proof(**changes: Any) -> dict[str, Any]:
    shown = _shown()
    proof = shown["proof"] | changes
    return {**shown, "proof": {n: v for n, v in proof.items() if v is not None}}


def test_a_holder_proof_of_another_shape_is_refused() -> None:
    shown = _shown()
    without = {name: value for name, value in shown.items() if name != "proof"}

    assert _holder(without)[0] == "holder-proof-missing"
    assert _holder({**shown, "proof": []})[0] == "holder-proof-missing"
    assert _holder({**shown, "proof": "x"})[0] == "holder-proof-malformed"
    assert _holder({**shown, "proof": [shown["proof"]] * 2}) == (
        "holder-proof-malformed",
        "More than one holder proof.",
    )
    assert _holder({**shown, "proof": [shown["proof"]]})[0] == "holder-proved"
    assert _holder(_with_proof(cryptosuite="bbs-2023"))[0] == "holder-proof-unsupported"
    assert _holder(_with_proof(cryptosuite="bbs-2023", proofPurpose="x"))[0] == "holder-proof-unsupported"
    assert _holder(_with_proof(proofValue="z1"))[0] == "holder-proof-invalid"
    assert _holder({**shown, "name": "x"})[0] == "holder-proof-invalid"
    for moment in ("created", "expires"):
        assert _holder(_with_proof(**{moment: 5}))[0] == "holder-proof-malformed"
    for method in ("x", "did:key:zabc", "https://key.example/1", 5):
        assert _holder(_with_proof(verificationMethod=method)) == (
            "holder-proof-malformed",
            "The proof names no key.",
        )


def test_a_holder_proof_has_its_time() -> None:
    minutes = {4: "holder-proved", 6: "holder-proof-out-of-time", -59: "holder-proved", -61: "holder-proof-out-of-time"}
    for offset, code in minutes.items():
        assert _holder(_shown(created=NOW + timedelta(minutes=offset)))[0] == code, offset
    edges = {timedelta(minutes=5): "holder-proved", -timedelta(hours=1): "holder-proved"}
    for edge, code in edges.items():
        assert _holder(_shown(created=NOW + edge))[0] == code
    long_ago = _shown(created=NOW - timedelta(days=9))
    assert _holder(long_ago, expected_challenge=None)[0] == "holder-proved-not-fresh"


def test_a_holder_proof_that_ended_is_out_of_time() -> None:
    for offset, code in {
        -4: "holder-proof-invalid",
        -5: "holder-proof-invalid",
        -6: "holder-proof-out-of-time",
    }.items():
        ends = stamp(NOW + timedelta(minutes=offset))  # an end that was not signed makes the signature invalid
        assert _holder(_with_proof(expires=ends))[0] == code
    assert _holder(_with_proof(created=None))[0] == "holder-proof-invalid"


def test_the_domain_may_be_a_list_of_one() -> None:
    assert _holder(_with_proof(domain=["d"]))[0] == "holder-proof-invalid"
    assert _holder(_with_proof(domain=["d", "e"]))[0] == "holder-domain-wrong"
    assert _holder(_with_proof(domain=["e"]))[0] == "holder-domain-wrong"


def test_the_named_holder_is_the_one_who_signed() -> None:
    other = Wallet(PrivateKey.from_bytes("Ed25519", bytes([8] * 32)))

    assert _holder(_shown(holder=other.did)) == (
        "holder-key-refused",
        "The proof is of somebody else than the holder that is named.",
    )
    assert _holder(_shown(holder={"id": other.did}))[0] == "holder-key-refused"
    assert _holder(_shown(holder={"id": WALLET.did}))[0] == "holder-proved"
    assert _holder(_shown(holder=None))[0] in {"holder-proved", "holder-proof-invalid"}


def test_a_holder_whose_key_is_not_known_is_not_judged() -> None:
    key = PrivateKey.from_bytes("Ed25519", bytes([8] * 32))
    did = "did:web:holder.example"
    method = f"{did}#{key.public.to_multikey()}"
    shown = {name: value for name, value in _shown(holder=did).items() if name != "proof"}
    signed = add_proof(
        shown,
        sign=key.sign,
        cryptosuite="eddsa-jcs-2022",
        verification_method=method,
        created=stamp(NOW),
        proof_purpose="authentication",
        challenge="n",
        domain="d",
    )

    def known(at: Any, **changes: Any) -> Evidence:
        document = build_did_document(did, [(None, key.public, ("Multikey",))]) | changes
        item = EvidenceItem(EvidenceKind.KEY_DOCUMENT, did, REGISTRY, at, document)
        return ISSUER.evidence().merged(Evidence.of([item]))

    assert _holder(signed)[0] == "holder-key-unavailable"
    assert _holder(signed, evidence=known(NOW))[0] == "holder-other-person"
    assert _holder(signed, evidence=known(NOW - timedelta(days=1_096)))[0] == "holder-key-unavailable"
    assert _holder(signed, evidence=known(NOW, authentication=[]))[0] == "holder-key-refused"


def test_the_badge_must_be_about_the_one_who_proved() -> None:
    anyone = HolderFinding(passed(Check.HOLDER, Code.HOLDER_PROVED), WALLET.did)
    about_other = {"credentialSubject": {"id": "did:key:zother"}}

    assert bind_to_credential(anyone, about_other).code == "holder-other-person"
    assert bind_to_credential(anyone, about_other, subject_required=False).code == "holder-proved"
    assert bind_to_credential(anyone, {"credentialSubject": {}}, subject_required=False).code == "holder-not-named"
    assert bind_to_credential(anyone, {"credentialSubject": [{"id": WALLET.did}]}).code == "holder-proved"
    assert bind_to_credential(no_presentation(), about_other).code == "holder-file-only"


def _shown_with(suite: str, key: PrivateKey, purpose: str = "authentication") -> dict[str, Any]:
    """Return a presentation signed with this suite, also with the old one that is only read."""
    did = key.public.did_key()
    badge = ISSUER.badge(holder=did)
    contexts = [V2, *(["https://w3id.org/security/suites/ed25519-2020/v1"] if suite == "Ed25519Signature2020" else [])]
    shown = {"@context": contexts, "type": ["VerifiablePresentation"], "holder": did, "verifiableCredential": [badge]}
    options: dict[str, Any] = {"type": "DataIntegrityProof", "cryptosuite": suite}
    if suite == "Ed25519Signature2020":
        options = {"type": suite}
    options |= {
        "created": stamp(NOW),
        "verificationMethod": f"{did}#{key.public.to_multikey()}",
        "proofPurpose": purpose,
        "challenge": "n",
        "domain": "d",
    }
    if suite == "eddsa-jcs-2022":
        options["@context"] = contexts
    signature = key.sign(proof_hash_data(shown, options))
    return {**shown, "proof": {**options, "proofValue": "z" + base58btc_encode(signature)}}


@pytest.mark.parametrize("suite", ["eddsa-rdfc-2022", "eddsa-jcs-2022", "ecdsa-rdfc-2019", "Ed25519Signature2020"])
def test_wallets_may_sign_with_every_suite_we_take(suite: str) -> None:
    key = P256 if suite == "ecdsa-rdfc-2019" else WALLET.key

    assert _holder(_shown_with(suite, key)) == ("holder-proved", suite)
    old_style = _holder(_shown_with(suite, key, "assertionMethod"))[0]
    assert old_style == ("holder-proved-old-style" if suite == "Ed25519Signature2020" else "holder-purpose-wrong")


def test_a_proof_that_only_looks_like_a_kind_we_know_proves_nothing() -> None:
    shown = _shown_with("Ed25519Signature2020", WALLET.key)
    shown["proof"] |= {"type": "DataIntegrityProof", "cryptosuite": "Ed25519Signature2020"}

    assert _holder(shown)[0] == "holder-proof-unsupported"


def test_a_presentation_that_cannot_be_read_proves_nothing() -> None:
    shown = _shown_with("eddsa-rdfc-2022", WALLET.key)

    assert _holder({**shown, "name": {"@value": "x", "@language": "n l"}})[0] == "holder-proof-malformed"
    assert _holder({**shown, "unknown": "x"})[0] == "holder-proof-invalid"


# --- Key ---


def test_a_key_at_an_address_must_be_on_the_host_of_the_issuer() -> None:
    address = "https://issuer.example/keys/1"

    def code(issuer: str, key: str = address) -> str:
        badge = ISSUER.unsigned_badge(holder=WALLET.did, issuer={"id": issuer, "type": ["Profile"]})
        item = EvidenceItem(EvidenceKind.KEY_DOCUMENT, key, REGISTRY, NOW, P256.public.to_jwk())
        evidence = ISSUER.evidence().merged(Evidence.of([item]))
        return code_of(report_on(sign_jwt(badge, P256, key), evidence=evidence), Check.KEY)

    assert code("https://issuer.example/") == "key-of-issuer"
    assert code("https://other.example/") == "key-other-owner"
    assert code("http://issuer.example/") == "key-other-owner"
    assert code("did:web:issuer.example") == "key-other-owner"
    assert code("https://", "https://") == "key-other-owner"


def test_a_badge_that_names_no_key_has_no_key_of_its_issuer() -> None:
    badge = ISSUER.badge()
    for method in ("x", ISSUER.did, 5):
        changed = {**badge, "proof": {**badge["proof"], "verificationMethod": method}}
        assert code_of(report_on(changed), Check.KEY) == "key-not-named", method
    for proof in (None, [], "x"):
        assert code_of(report_on({**badge, "proof": proof}), Check.KEY) == "key-not-named", proof
    unknown = report_on({**badge, "proof": {"type": "Unknown"}})
    assert code_of(unknown, Check.KEY) == "key-of-unknown-seal"
    assert unknown.verdict is Verdict.UNKNOWN
    unsigned = ISSUER.unsigned_badge(holder=WALLET.did)
    assert code_of(report_on(compact_jwt({"alg": "ES256", "kid": 5}, unsigned, P256)), Check.KEY) == "key-not-named"


# --- Request ---


def test_what_was_asked_for_is_compared_member_by_member() -> None:
    badge = ISSUER.badge(holder=WALLET.did)
    achievement = badge["credentialSubject"]["achievement"]

    def detail(document: dict[str, Any] = badge, **asked: Any) -> str | None:
        report = report_on(document, expected_badge=ExpectedBadge(**asked))
        [result] = [result for result in report.results if result.check is Check.REQUEST]
        return result.detail if result.outcome is Outcome.FAILED else None

    assert detail() is None
    assert detail(types=()) is None
    assert detail(types=("OpenBadgeCredential", "x")) is None
    assert detail(types=("Diploma",)) == "type"
    assert detail({**badge, "type": "VerifiableCredential"}) == "type"
    assert detail({**badge, "type": "VerifiableCredential"}, types=("VerifiableCredential",)) is None
    assert detail(issuers=(ISSUER.did,)) is None
    assert detail(issuers=("did:web:x",)) == "issuer"
    assert detail(achievements=(achievement["id"],), achievement_types=("MicroCredential",)) is None
    assert detail(achievements=("urn:x",)) == "achievement"
    assert detail(achievement_types=("Diploma",)) == "achievementType"
    for subject in ("x", {"id": "urn:x"}, {"achievement": "x"}):
        assert detail({**badge, "credentialSubject": subject}, achievements=("urn:x",)) == "achievement"
    assert detail(types=("AchievementCredential",)) == "type"
    other = ISSUER.badge(type=["VerifiableCredential", "AchievementCredential"])
    assert detail(other) is None


# --- Signature ---


def _signature(document: Any, **options: Any) -> tuple[str, str]:
    report = report_on(document, **options)
    [result] = [result for result in report.results if result.check is Check.SIGNATURE]
    return str(result.code), result.detail


def test_each_way_a_signature_fails_has_a_code() -> None:
    badge = ISSUER.badge()
    proof = badge["proof"]

    assert _signature(badge) == ("signature-valid", "eddsa-rdfc-2022")
    assert _signature({**badge, "proof": "x"})[0] == "signature-malformed"
    assert _signature({**badge, "proof": []})[0] == "signature-missing"
    assert _signature({**badge, "proof": {"type": "Unknown"}})[0] == "signature-kind-unsupported"
    assert _signature({**badge, "proof": {**proof, "type": "Ed25519Signature2020"}})[0] == "signature-kind-unsupported"
    assert _signature({**badge, "proof": {**proof, "proofPurpose": "x"}})[0] == "signature-purpose-wrong"
    assert _signature({**badge, "name": "x"})[0] == "signature-invalid"
    assert _signature({**badge, "unknown": "x"})[0] == "signature-meaning-uncovered"
    assert _signature({**badge, "description": {"@value": "x", "@language": "n l"}})[0] == "signature-malformed"
    assert (
        _signature({**badge, "@context": [*badge["@context"], "https://x.example"]})[0] == "signature-kind-unsupported"
    )
    assert _signature({**badge, "@id": badge["id"]})[0] == "signature-reshaped"
    elsewhere = {**badge, "proof": {**proof, "verificationMethod": "did:web:unknown.example#key-1"}}
    assert _signature(elsewhere)[0] == "signature-key-unavailable"


def test_forms_outside_the_profile_are_accepted_and_said() -> None:
    evidence = ISSUER.evidence(document=build_did_document(ISSUER.did, [("k", ISSUER.key.public, ("JsonWebKey",))]))
    badge = ISSUER.unsigned_badge(holder=WALLET.did)

    assert _signature(sign_jwt(badge, ISSUER.key, f"{ISSUER.did}#k"), evidence=evidence) == (
        "signature-valid-other-form",
        "EdDSA",
    )
    assert _signature(sign_jwt(badge, ISSUER.key, f"{ISSUER.did}#k", alg="ES256"), evidence=evidence) == (
        "signature-invalid",
        "The algorithm does not fit the key.",
    )


def test_the_old_suite_is_read_and_said() -> None:
    badge = ISSUER.unsigned_badge()
    badge["@context"].append("https://w3id.org/security/suites/ed25519-2020/v1")
    options = {
        "type": "Ed25519Signature2020",
        "created": stamp(NOW - timedelta(days=1)),
        "verificationMethod": ISSUER.method,
        "proofPurpose": "assertionMethod",
    }
    signature = ISSUER.key.sign(proof_hash_data(badge, options))
    badge["proof"] = {**options, "proofValue": "z" + base58btc_encode(signature)}

    assert _signature(badge) == ("signature-valid-other-form", "Ed25519Signature2020")


def test_a_jwt_may_carry_its_key_and_that_says_nothing_of_the_owner() -> None:
    badge = ISSUER.unsigned_badge(holder=WALLET.did)
    own = P256.public.to_jwk()

    assert _signature(sign_jwt(badge, P256, None, jwk=own))[0] == "signature-valid"
    assert _signature(sign_jwt(badge, P256, "did:web:unknown.example#k", jwk=own))[0] == "signature-valid"
    assert _signature(sign_jwt(badge, P256, None))[0] == "signature-key-unavailable"
    for jwk in ("x", {"kty": "EC"}, [own]):
        assert _signature(sign_jwt(badge, P256, None, jwk=jwk))[0] == "signature-key-unavailable"
    listed = ISSUER.evidence(document=build_did_document(ISSUER.did, [("k", WALLET.key.public, ("JsonWebKey",))]))
    text = sign_jwt(badge, P256, f"{ISSUER.did}#k", jwk=own)
    assert _signature(text, evidence=listed)[0] == "signature-invalid"  # the key that is named goes before the own one


# --- Status ---


def _status(document: dict[str, Any], evidence: Evidence | None = None) -> tuple[str, str]:
    report = report_on(document, evidence=evidence)
    found = [result for result in report.results if result.check is Check.STATUS]
    return str(found[0].code), found[0].detail


def test_an_unsigned_list_must_be_a_list_of_the_issuer() -> None:
    identifier = UNSIGNED_LISTED["id"]

    assert _status(UNSIGNED_LISTED, unsigned_list([]))[0] == "status-clear-unsigned-list"
    assert _status(UNSIGNED_LISTED, unsigned_list(["urn:x", {"id": "urn:y"}, 5]))[0] == "status-clear-unsigned-list"
    assert _status(UNSIGNED_LISTED, unsigned_list([identifier]))[0] == "status-revoked"
    assert _status(UNSIGNED_LISTED, unsigned_list(["urn:x", {"id": identifier}]))[0] == "status-revoked"
    for no in (False, "false"):
        assert _status(UNSIGNED_LISTED, unsigned_list([{"id": identifier, "revoked": no}]))[0].endswith("unsigned-list")
    for yes in (True, "true", "no", None, 0.5):
        assert _status(UNSIGNED_LISTED, unsigned_list([{"id": identifier, "revoked": yes}]))[0] == "status-revoked"
    older = unsigned_list(None, revokedCredentials=[identifier])
    assert _status(UNSIGNED_LISTED, older)[0] == "status-revoked"
    assert _status(UNSIGNED_LISTED, unsigned_list([], issuer={"id": ISSUER.did}))[0].endswith("unsigned-list")
    for wrong in (unsigned_list([], issuer="did:web:x"), unsigned_list("x"), unsigned_list({}), unsigned_list(None)):
        assert _status(UNSIGNED_LISTED, wrong)[0] == "status-list-invalid"


def test_a_status_that_cannot_be_read_is_not_clear() -> None:
    for status in ([], "x", None, [{"type": "BitstringStatusListEntry"}]):
        assert _status({**ISSUER.badge(), "credentialStatus": status})[0] == "status-entry-malformed"


def test_why_a_list_is_missing_is_said() -> None:
    absent = EvidenceItem(EvidenceKind.STATUS_LIST, ISSUER.status_url, REGISTRY, NOW, absence=Absence.NOT_FOUND)

    assert _status(ISSUER.badge(), ISSUER.evidence(status_list=None)) == ("status-list-missing", "not-gathered")
    missing = ISSUER.evidence().merged(Evidence.of([absent]))
    assert _status(ISSUER.badge(), missing) == ("status-list-missing", "not-found")


def test_the_size_and_position_of_an_entry_are_used() -> None:
    issuer = Issuer(key=ISSUER.key, revoked={7})
    entry = issuer.unsigned_badge()["credentialStatus"]

    def code(revoked: set[int] | None = None, **changes: Any) -> tuple[str, str]:
        badge = issuer.sign(issuer.unsigned_badge(credentialStatus=entry | changes))
        listing = Issuer(key=ISSUER.key, revoked=revoked if revoked is not None else {7})
        purpose = changes.get("statusPurpose", "revocation")
        return _status(badge, issuer.evidence(status_list=listing.status_list(purpose=purpose)))

    assert code() == ("status-revoked", "revocation, position 7")
    assert code(statusListIndex="6")[0] == "status-clear"
    assert code(statusListIndex="131072")[0] == "status-index-out-of-range"
    assert code(statusPurpose="refresh") == ("status-message", "refresh, position 7")
    assert code(statusPurpose="suspension")[0] == "status-suspended"


# --- Validity ---


def _validity(document: Any, **options: Any) -> str:
    return code_of(report_on(document, **options), Check.VALIDITY)


def test_a_badge_is_valid_from_its_first_to_its_last_moment() -> None:
    def code(**moments: Any) -> str:
        return _validity(ISSUER.badge(**{name: stamp(NOW + offset) for name, offset in moments.items()}))

    minute, second, day = timedelta(minutes=1), timedelta(seconds=1), timedelta(days=1)
    assert code(validFrom=5 * minute) == "validity-in-period"
    assert code(validFrom=5 * minute + second) == "validity-not-yet"
    assert code(validUntil=timedelta()) == "validity-ends-soon"
    assert code(validUntil=-second) == "validity-expired"
    assert code(validUntil=14 * day - second) == "validity-ends-soon"
    assert code(validUntil=14 * day) == "validity-in-period"


def test_dates_of_both_data_models_count() -> None:
    old = {"@context": [V1, OB], "validFrom": None, "issuanceDate": "2026-01-01T00:00:00Z"}
    assert _validity(ISSUER.unsigned_badge(**old, expirationDate=stamp(NOW - timedelta(days=1)))) == "validity-expired"
    assert (
        _validity(ISSUER.unsigned_badge(**(old | {"issuanceDate": stamp(NOW + timedelta(days=1))})))
        == "validity-not-yet"
    )
    assert _validity(ISSUER.unsigned_badge(validUntil="soon")) == "validity-malformed"


def test_the_dates_of_the_proof_count() -> None:
    badge = ISSUER.badge()

    def code(**changes: Any) -> str:
        return _validity({**badge, "proof": {**badge["proof"], **changes}})

    minute, second = timedelta(minutes=1), timedelta(seconds=1)
    assert code(created=stamp(NOW + 5 * minute)) == "validity-in-period"
    assert code(created=stamp(NOW + 5 * minute + second)) == "validity-signed-in-future"
    assert code(expires=stamp(NOW - 5 * minute)) == "validity-in-period"
    assert code(expires=stamp(NOW - 5 * minute - second)) == "validity-signature-expired"
    assert code(created="x") == "validity-malformed"
    assert code(expires="x") == "validity-malformed"
    assert _validity({**badge, "proof": "x"}) == "validity-in-period"
    expired = ISSUER.badge(validUntil=stamp(NOW - minute))
    assert _validity({**expired, "proof": "x"}) == "validity-expired"


def test_the_dates_of_a_jwt_count() -> None:
    badge = ISSUER.unsigned_badge(holder=WALLET.did)
    at = NOW.timestamp()

    def code(**claims: Any) -> str:
        head, payload = {"alg": "ES256"}, {**badge, "iss": ISSUER.did, "nbf": 0, **claims}
        return _validity(compact_jwt(head, payload, P256))

    assert code(nbf=at + 300) == "validity-in-period"
    assert code(nbf=at + 301) == "validity-not-yet"
    assert code(exp=at - 1) == "validity-expired"
    assert code(exp=at + 10) == "validity-ends-soon"
    assert code(exp=1e300) == "validity-malformed"
    for odd in (True, "1", None):
        assert code(exp=odd) == "validity-in-period"
        assert code(nbf=odd) == "validity-in-period"
