"""An SD-JWT VC is judged like any badge: seal, issuer, dates, its own kind of status list, and its own holder proof."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.support.presenting import NOW, Issuer
from vc_core.errors import MalformedInput
from vc_core.jose.compact import build_compact_jwt
from vc_core.jose.disclosures import digest_of
from vc_core.jose.sd_jwt_vc import issue_sd_jwt_vc, present_sd_jwt_vc
from vc_core.keys import PrivateKey
from vc_core.status.token_status_list import (
    TokenStatusValue,
    build_status_list_token,
    new_statuses,
    set_status,
)
from verifier import (
    Absence,
    Check,
    Code,
    Evidence,
    EvidenceItem,
    EvidenceKind,
    Report,
    Verdict,
    parse_submission,
    verify,
)
from verifier.gathering import needs_of
from verifier.policy import DEFAULT_POLICY

ISSUER = Issuer()
KEY = PrivateKey.generate("P-256")
HOLDER = PrivateKey.generate("P-256")
KID = f"{ISSUER.did}#jose"
URI = "https://registry.example/token-status/1"
CHALLENGE, DOMAIN = "n-0S6_WzA2Mj", "https://verifier.example"


def claims(**changes: Any) -> dict[str, Any]:
    badge = ISSUER.unsigned_badge(credentialStatus=None)
    badge["credentialSubject"]["narrative"] = "Defended in May."
    found = {
        "iss": ISSUER.did,
        "vct": "https://w3id.org/edubadges/open-badge/v1",
        "iat": int((NOW - timedelta(days=1)).timestamp()),
        "ld": badge,
        "status": {"status_list": {"idx": 5, "uri": URI}},
        **changes,
    }
    return {name: value for name, value in found.items() if value is not None}


def issued(*, key: PrivateKey = KEY, kid: str = KID, holder: PrivateKey | None = HOLDER, **changes: Any) -> str:
    return issue_sd_jwt_vc(
        claims(**changes),
        disclosable=[("ld", "credentialSubject", "narrative")] if "ld" in claims(**changes) else [],
        sign=key.sign,
        algorithm="ES256",
        kid=kid,
        holder_jwk=holder.public.to_jwk() if holder is not None else None,
    )


def shown(text: str | None = None, *, by: PrivateKey = HOLDER, at: datetime = NOW, **binding: str) -> str:
    return present_sd_jwt_vc(
        text or issued(),
        disclose=[],
        audience=binding.get("aud", DOMAIN),
        nonce=binding.get("nonce", CHALLENGE),
        now=at,
        sign=by.sign,
        algorithm="ES256",
    )


def token(value: int = 0, **changes: Any) -> str:
    statuses = new_statuses(64, size=2)
    set_status(statuses, 5, value, size=2)
    options: dict[str, Any] = {
        "uri": URI,
        "size": 2,
        "issued_at": NOW - timedelta(hours=1),
        "expires_at": NOW + timedelta(hours=1),
        "ttl_s": None,
        "sign": KEY.sign,
        "algorithm": "ES256",
        "kid": KID,
    }
    return build_status_list_token(statuses, **{**options, **changes})


def evidence(status: str | Absence | None = None, *, at: datetime = NOW) -> Evidence:
    document = ISSUER.document()
    document["verificationMethod"].append(
        {"id": KID, "type": "JsonWebKey", "controller": ISSUER.did, "publicKeyJwk": KEY.public.to_jwk()}
    )
    document["assertionMethod"].append(KID)
    found = ISSUER.evidence(document=document, status_list=None)
    if isinstance(status, Absence):
        item = EvidenceItem(EvidenceKind.STATUS_LIST, URI, URI, at, absence=status)
    else:
        item = EvidenceItem(EvidenceKind.STATUS_LIST, URI, URI, at, status or token())
    return found.merged(Evidence.of([item]))


def report_on(text: str, found: Evidence | None = None, **options: Any) -> Report:
    return verify(parse_submission(text.encode()), found or evidence(), now=NOW, **options)


def answered(text: str, **changes: Any) -> Report:
    return report_on(text, **{"expected_challenge": CHALLENGE, "expected_domain": DOMAIN, **changes})


def code(report: Report, check: Check) -> Code:
    [found] = [result.code for result in report.results if result.check is check]
    return found


def test_a_badge_in_an_sd_jwt_is_genuine_and_valid() -> None:
    report = report_on(issued())
    assert report.verdict is Verdict.OK
    assert code(report, Check.SIGNATURE) is Code.SIGNATURE_VALID
    assert code(report, Check.STATUS) is Code.STATUS_CLEAR
    assert code(report, Check.HOLDER) is Code.HOLDER_FILE_ONLY
    assert report.credentials[0].badge.name == "Urban water management"


def test_a_shown_badge_proves_its_holder_and_hides_the_rest() -> None:
    text = shown()
    report = answered(text)
    assert report.verdict is Verdict.OK
    assert code(report, Check.HOLDER) is Code.HOLDER_PROVED
    assert "Defended in May." not in str(parse_submission(text.encode()).credentials[0].document)
    assert "Defended in May." in str(parse_submission(issued().encode()).credentials[0].document)


@pytest.mark.parametrize(
    ("text", "options", "expected"),
    [
        (shown(nonce="another"), {}, Code.HOLDER_CHALLENGE_WRONG),
        (shown(aud="https://evil.example"), {}, Code.HOLDER_DOMAIN_WRONG),
        (shown(at=NOW - timedelta(days=1)), {}, Code.HOLDER_PROOF_OUT_OF_TIME),
        (shown(at=NOW + timedelta(days=1)), {}, Code.HOLDER_PROOF_OUT_OF_TIME),
        (issued(), {}, Code.HOLDER_PROOF_MISSING),
        (issued(holder=None), {}, Code.HOLDER_NOT_NAMED),
        (shown(), {"expected_challenge": None, "expected_domain": None}, Code.HOLDER_PROVED_NOT_FRESH),
        (issued() + shown().rsplit("~", 1)[1], {}, Code.HOLDER_PROOF_INVALID),  # signed over another presentation
        (shown()[:-8] + "AAAAAAAA", {}, Code.HOLDER_PROOF_INVALID),
    ],
)
def test_a_holder_proof_with_one_fault_is_found(text: str, options: dict[str, Any], expected: Code) -> None:
    report = answered(text, **options)
    assert code(report, Check.HOLDER) is expected
    assert report.verdict is not Verdict.OK


LIFETIME, SKEW = DEFAULT_POLICY.proof_lifetime, DEFAULT_POLICY.clock_skew
TICK = timedelta(seconds=1)


def bound(**changes: Any) -> str:
    """Return a presentation whose key binding says what is asked, also what no wallet would say."""
    text = issued()
    body = {"iat": int(NOW.timestamp()), "aud": DOMAIN, "nonce": CHALLENGE, "sd_hash": digest_of(text), **changes}
    body = {name: value for name, value in body.items() if value is not None}
    return text + build_compact_jwt({"typ": "kb+jwt"}, body, sign=HOLDER.sign, algorithm="ES256")


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (NOW - LIFETIME, Code.HOLDER_PROVED),
        (NOW - LIFETIME - TICK, Code.HOLDER_PROOF_OUT_OF_TIME),
        (NOW + SKEW, Code.HOLDER_PROVED),
        (NOW + SKEW + TICK, Code.HOLDER_PROOF_OUT_OF_TIME),
    ],
)
def test_a_key_binding_counts_for_as_long_as_the_policy_says(made: datetime, expected: Code) -> None:
    assert code(answered(bound(iat=int(made.timestamp()))), Check.HOLDER) is expected


def test_a_key_binding_says_when_it_was_made() -> None:
    assert code(answered(bound(iat=None)), Check.HOLDER) is Code.HOLDER_PROOF_OUT_OF_TIME
    assert code(answered(bound(iat="now")), Check.HOLDER) is Code.HOLDER_PROOF_MALFORMED
    assert code(report_on(bound(iat=None)), Check.HOLDER) is Code.HOLDER_PROOF_OUT_OF_TIME


@pytest.mark.parametrize("options", [{}, {"expected_challenge": CHALLENGE}, {"expected_domain": DOMAIN}])
def test_what_nobody_asked_for_in_full_is_not_fresh(options: dict[str, str]) -> None:
    old = int((NOW - LIFETIME - TICK).timestamp())
    recent = report_on(bound(), **options)
    assert code(recent, Check.HOLDER) is Code.HOLDER_PROVED_NOT_FRESH
    if "expected_challenge" not in options:
        assert code(report_on(bound(iat=old), **options), Check.HOLDER) is Code.HOLDER_PROVED_NOT_FRESH


@pytest.mark.parametrize(
    ("status", "expected", "verdict"),
    [
        (token(TokenStatusValue.INVALID), Code.STATUS_REVOKED, Verdict.BAD),
        (token(TokenStatusValue.SUSPENDED), Code.STATUS_SUSPENDED, Verdict.ATTENTION),
        (token(3), Code.STATUS_MESSAGE, Verdict.ATTENTION),
        (Absence.UNREACHABLE, Code.STATUS_LIST_MISSING, Verdict.UNKNOWN),
        (token(expires_at=NOW - timedelta(seconds=1)), Code.STATUS_LIST_EXPIRED, Verdict.UNKNOWN),
        (token(issued_at=NOW + timedelta(days=1)), Code.STATUS_LIST_NOT_YET_VALID, Verdict.UNKNOWN),
        (token(uri="https://registry.example/token-status/2"), Code.STATUS_LIST_INVALID, Verdict.UNKNOWN),
        (token(sign=HOLDER.sign), Code.STATUS_LIST_FORGED, Verdict.UNKNOWN),
        (token(kid="did:web:evil.example#k"), Code.STATUS_LIST_OTHER_ISSUER, Verdict.UNKNOWN),
        (token(kid=f"{ISSUER.did}#unknown"), Code.STATUS_LIST_FORGED, Verdict.UNKNOWN),
        ("not a token", Code.STATUS_LIST_INVALID, Verdict.UNKNOWN),
    ],
)
def test_every_state_of_its_status_list(status: Any, expected: Code, verdict: Verdict) -> None:
    report = report_on(issued(), evidence(status))
    assert code(report, Check.STATUS) is expected
    assert report.verdict is verdict


def test_a_list_that_is_too_old_or_too_short_says_nothing() -> None:
    assert code(report_on(issued(), evidence(at=NOW - timedelta(days=60))), Check.STATUS) is Code.STATUS_LIST_TOO_OLD
    far = {"status_list": {"idx": 64, "uri": URI}}
    assert code(report_on(issued(status=far)), Check.STATUS) is Code.STATUS_INDEX_OUT_OF_RANGE
    stale = report_on(issued(), evidence(at=NOW - timedelta(days=3)))
    assert code(stale, Check.STATUS) is Code.STATUS_CLEAR_STALE


def test_a_status_of_another_kind_is_not_no_status() -> None:
    report = report_on(issued(status={"another_list": {"idx": 1}}))
    assert code(report, Check.STATUS) is Code.STATUS_METHOD_UNKNOWN
    assert report.verdict is Verdict.UNKNOWN
    assert code(report_on(issued(status=None)), Check.STATUS) is Code.STATUS_NONE


def test_dates_of_the_token_count_beside_those_of_the_badge() -> None:
    before, after = NOW - timedelta(days=2), NOW + timedelta(days=2)
    ended = report_on(issued(exp=int(before.timestamp())))
    assert code(ended, Check.VALIDITY) is Code.VALIDITY_EXPIRED
    assert code(report_on(issued(nbf=int(after.timestamp()))), Check.VALIDITY) is Code.VALIDITY_NOT_YET
    assert code(report_on(issued(iat=int(after.timestamp()))), Check.VALIDITY) is Code.VALIDITY_SIGNED_IN_FUTURE


def test_a_name_of_a_key_may_be_short() -> None:
    assert report_on(issued(kid="jose")).verdict is Verdict.OK
    assert report_on(issued(kid="#jose")).verdict is Verdict.OK
    assert code(report_on(issued(kid="other")), Check.KEY) is Code.KEY_NOT_IN_DOCUMENT


def forged(header: dict[str, Any] | None = None, **changes: Any) -> str:
    """Return an SD-JWT that its issuer signed although it should not have."""
    head = {"typ": "dc+sd-jwt", "kid": KID, **(header or {})}
    return build_compact_jwt(head, claims(**changes), sign=KEY.sign, algorithm="ES256") + "~"


@pytest.mark.parametrize("inside", [{}, {"ld": None}])
@pytest.mark.parametrize(
    ("fault", "code_of_fault", "detail"),
    [
        ({"header": {"typ": "at+jwt"}}, Code.FORMAT_MEMBER_WRONG, "JWT header"),
        ({"header": {"crit": ["b64"]}}, Code.FORMAT_MEMBER_WRONG, "JWT header"),
        ({"vct": None}, Code.FORMAT_MEMBER_WRONG, "vct"),
        ({"vct": 5}, Code.FORMAT_MEMBER_WRONG, "vct"),
        ({"iss": None}, Code.FORMAT_CLAIMS_DIFFER, "iss"),
        ({"iss": 5}, Code.FORMAT_CLAIMS_DIFFER, "iss"),
    ],
)
def test_its_header_and_claims_have_one_form(
    fault: dict[str, Any], code_of_fault: Code, detail: str, inside: dict[str, Any]
) -> None:
    report = report_on(forged(**{**fault, **inside}))
    found = next(result for result in report.credentials[0].checks if result.check is Check.FORMAT)
    assert (found.code, found.detail) == (code_of_fault, detail)
    assert report.verdict is Verdict.BAD


def test_a_claim_of_another_kind_is_malformed() -> None:
    report = report_on(forged(exp="tomorrow"))
    assert code(report, Check.SIGNATURE) is Code.SIGNATURE_MALFORMED
    assert report.verdict is Verdict.BAD


@pytest.mark.parametrize("status", [5, {}, {"status_list": {"idx": "5", "uri": URI}}, {"status_list": {"idx": -1}}])
def test_a_status_that_cannot_be_read_is_not_no_status(status: Any) -> None:
    assert code(report_on(forged(status=status)), Check.STATUS) is Code.STATUS_ENTRY_MALFORMED


def test_a_changed_or_foreign_sd_jwt_is_not_genuine() -> None:
    assert code(report_on(issued(key=HOLDER)), Check.SIGNATURE) is Code.SIGNATURE_INVALID
    stranger = report_on(issued(kid="did:web:evil.example#k"))
    assert code(stranger, Check.KEY) is Code.KEY_OTHER_OWNER
    assert stranger.verdict is Verdict.BAD


def test_the_badge_inside_must_be_of_the_same_issuer() -> None:
    other = ISSUER.unsigned_badge(credentialStatus=None)
    other["issuer"]["id"] = "did:web:evil.example"
    other["credentialSubject"]["narrative"] = "Defended in May."
    assert code(report_on(issued(ld=other)), Check.FORMAT) is Code.FORMAT_CLAIMS_DIFFER


def test_another_kind_of_statement_is_said_to_be_no_badge() -> None:
    report = report_on(issued(ld=None, given_name="Sam"))
    assert code(report, Check.FORMAT) is Code.FORMAT_OTHER_CREDENTIAL
    assert report.verdict is Verdict.ATTENTION


@pytest.mark.parametrize(
    "text", [issued() + "x~", issued() + "WyJhIiwiYiIsImMiXQ~", "eyJ.eyJ.a~", "eyJhIjoxfQ.e30.a~~"]
)
def test_a_damaged_sd_jwt_cannot_be_read(text: str) -> None:
    with pytest.raises(MalformedInput):
        parse_submission(text.encode())


def test_what_it_needs_is_asked_for() -> None:
    needs = needs_of(parse_submission(shown().encode()))
    assert needs.key_documents == (ISSUER.did,)
    assert needs.status_lists == (URI,)
    assert needs.participants == (ISSUER.did,)
