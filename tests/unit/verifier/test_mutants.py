"""What mutation testing found untested in the policy, the issuer and the form of a badge (see docs/mutation.md)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.fuzz.signed import sign_jwt
from tests.support.judging import ISSUER, P256, TICK, WALLET, code_of, report_on
from tests.support.presenting import NOW, REGISTRY
from vc_core.contexts import known_contexts
from verifier import (
    Absence,
    Check,
    Code,
    Evidence,
    EvidenceItem,
    EvidenceKind,
    Outcome,
    Policy,
    Verdict,
)
from verifier.inputs import MAX_PARTS
from verifier.policy import DEFAULT_POLICY, Age, Freshness, decide, gravest, severity
from verifier.report import CheckResult

# --- The policy ---

GENUINE_WITH_REMARK = {
    "authority-chain-broken",
    "authority-lacking",
    "authority-not-accredited",
    "endorsements-circular",
    "endorsements-malformed",
    "endorsements-not-genuine",
    "endorsements-of-other",
    "endorsements-self-praise",
    "holder-not-named",
    "holder-proof-missing",
    "issuer-left",
    "issuer-not-in-registry",
    "issuer-suspended",
    "request-other-badge",
    "schema-not-followed",
    "status-message",
    "status-suspended",
    "validity-expired",
    "validity-not-yet",
}
UNCHECKED_WITH_REMARK = {"endorsements-not-checked", "signature-other-unchecked"}
PASSED_WITH_REMARK = {
    "authority-cannot-tell",
    "authority-covered-by-date",
    "endorsements-with-remarks",
    "format-other-credential",
    "holder-proved-not-fresh",
    "issuer-in-registry-stale",
    "key-compromised-later",
    "key-of-issuer-stale",
    "status-clear-stale",
    "status-clear-unsigned-list",
    "status-stated-clear-stale",
    "validity-ends-soon",
}


def _result(code: Code, outcome: Outcome) -> CheckResult:
    return CheckResult(Check(code.value.split("-")[0]), outcome, code)


@pytest.mark.parametrize("code", Code)
def test_every_code_does_to_the_verdict_what_is_written_here(code: Code) -> None:
    """The lists above are a second hand: whoever changes a verdict changes it in two places."""
    failed = Verdict.ATTENTION if code in GENUINE_WITH_REMARK else Verdict.BAD
    unchecked = Verdict.ATTENTION if code in UNCHECKED_WITH_REMARK else Verdict.UNKNOWN
    good = Verdict.ATTENTION if code in PASSED_WITH_REMARK else Verdict.OK

    assert severity(_result(code, Outcome.FAILED)) is failed
    assert severity(_result(code, Outcome.PASSED)) is good
    assert severity(_result(code, Outcome.NOT_RUN)) is unchecked
    assert severity(_result(code, Outcome.NOT_APPLICABLE)) is Verdict.OK


def test_an_optional_check_that_was_not_made_gives_a_remark_and_no_other_does() -> None:
    policy = Policy(optional_checks=frozenset({Check.AUTHORITY}))

    assert severity(_result(Code.AUTHORITY_NOT_CHECKED, Outcome.NOT_RUN), policy) is Verdict.ATTENTION
    assert severity(_result(Code.STATUS_LIST_MISSING, Outcome.NOT_RUN), policy) is Verdict.UNKNOWN


def test_the_default_policy_is_the_one_that_is_documented() -> None:
    week_and_years = (7, 3 * 365)
    for freshness in (DEFAULT_POLICY.key_freshness, DEFAULT_POLICY.registry_freshness):
        assert (freshness.fresh_for.days, freshness.usable_for.days) == week_and_years
    assert DEFAULT_POLICY.status_freshness.fresh_for.total_seconds() == 86_400
    assert DEFAULT_POLICY.status_freshness.usable_for.days == 31
    assert DEFAULT_POLICY.clock_skew.total_seconds() == 300
    assert DEFAULT_POLICY.ends_soon.days == 14
    assert DEFAULT_POLICY.proof_lifetime.total_seconds() == 3_600
    assert DEFAULT_POLICY.max_encoded_list_bytes == 4_000_000
    assert DEFAULT_POLICY.max_list_bytes == 2_097_152
    assert DEFAULT_POLICY.optional_checks == frozenset()


def test_evidence_is_fresh_and_usable_until_the_last_moment() -> None:
    freshness = Freshness(timedelta(days=1), timedelta(days=2))

    assert freshness.age_of(NOW - timedelta(days=1), NOW) is Age.FRESH
    assert freshness.age_of(NOW - timedelta(days=1) - TICK, NOW) is Age.STALE
    assert freshness.age_of(NOW - timedelta(days=2), NOW) is Age.STALE
    assert freshness.age_of(NOW - timedelta(days=2) - TICK, NOW) is Age.TOO_OLD


def test_exactly_the_questions_that_are_always_asked_are_enough() -> None:
    good = [
        _result(code, Outcome.PASSED)
        for code in (
            Code.FORMAT_OK,
            Code.SIGNATURE_VALID,
            Code.KEY_OF_ISSUER,
            Code.ISSUER_IN_REGISTRY,
            Code.VALIDITY_IN_PERIOD,
            Code.STATUS_CLEAR,
            Code.HOLDER_PROVED,
        )
    ]

    assert decide(good, DEFAULT_POLICY) is Verdict.OK
    assert decide([*good, _result(Code.REQUEST_MATCHED, Outcome.PASSED)], DEFAULT_POLICY) is Verdict.OK
    assert decide([*good, _result(Code.REQUEST_OTHER_BADGE, Outcome.FAILED)], DEFAULT_POLICY) is Verdict.ATTENTION


def test_the_gravest_verdict_stands() -> None:
    order = [Verdict.BAD, Verdict.UNKNOWN, Verdict.ATTENTION, Verdict.OK]
    for at, verdict in enumerate(order):
        assert gravest(reversed(order[at:])) is verdict
    assert gravest([]) is Verdict.UNKNOWN


# --- Issuer ---


@pytest.mark.parametrize("content", [None, [], "x", 5])
def test_registry_evidence_that_is_no_object_decides_nothing(content: Any) -> None:
    item = EvidenceItem(EvidenceKind.PARTICIPANT, ISSUER.did, REGISTRY, NOW, content)
    report = report_on(ISSUER.badge(), evidence=ISSUER.evidence().merged(Evidence.of([item])))

    assert code_of(report, Check.AUTHORITY) == "authority-not-checked"
    assert code_of(report, Check.ISSUER) == "issuer-registry-missing"
    assert next(r.detail for r in report.results if r.check is Check.ISSUER) == "unreadable"


def test_the_registry_must_speak_of_this_issuer() -> None:
    other = ISSUER.participant(did="did:web:other.example")

    assert _issuer_code(participant={"participant": other}) == "issuer-not-in-registry"
    assert _issuer_code(participant={"participant": "x"}) == "issuer-not-in-registry"
    for status, code in {"left": "left", "suspended": "suspended", "gone": "suspended", None: "suspended"}.items():
        assert _issuer_code(participant={"participant": ISSUER.participant(status=status)}) == f"issuer-{code}"
    assert _issuer_code(participant={"participant": ISSUER.participant(status=["active"])}) == "issuer-suspended"


def _issuer_code(**parts: Any) -> str:
    return code_of(report_on(ISSUER.badge(), evidence=ISSUER.evidence(**parts)), Check.ISSUER)


def test_what_the_registry_said_grows_old() -> None:
    for age, code in {6: "issuer-in-registry", 8: "issuer-in-registry-stale", 1096: "issuer-registry-too-old"}.items():
        assert _issuer_code(at=NOW - timedelta(days=age)) == code
    for age, code in {6: "key-of-issuer", 8: "key-of-issuer-stale", 1096: "key-document-too-old"}.items():
        report = report_on(ISSUER.badge(), evidence=ISSUER.evidence(at=NOW - timedelta(days=age)))
        assert code_of(report, Check.KEY) == code


# --- Format ---


def _format(document: Any, **options: Any) -> tuple[str, str]:
    report = report_on(document, **options)
    [result] = [result for result in report.results if result.check is Check.FORMAT]
    return str(result.code), result.detail


def _changed(**changes: Any) -> dict[str, Any]:
    """Return an unsigned badge with other members; None takes one away."""
    return ISSUER.unsigned_badge(**changes)


def _subject(**changes: Any) -> dict[str, Any]:
    badge = ISSUER.unsigned_badge(holder=WALLET.did)
    subject = badge["credentialSubject"] | changes
    return {**badge, "credentialSubject": {n: v for n, v in subject.items() if v is not None}}


def _achievement(**changes: Any) -> dict[str, Any]:
    achievement = ISSUER.unsigned_badge()["credentialSubject"]["achievement"] | changes
    return _subject(achievement={n: v for n, v in achievement.items() if v is not None})


V1 = "https://www.w3.org/2018/credentials/v1"
V2 = "https://www.w3.org/ns/credentials/v2"
OB = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
OLD = {"@context": [V1, OB], "validFrom": None, "issuanceDate": "2026-01-01T00:00:00Z"}
ODD: list[Any] = [5, None, ["x"], {"id": "x"}, True]

WRONG: dict[str, dict[str, Any]] = {
    "@context": _changed(**{"@context": V2}),
    "@context ": _changed(**{"@context": []}),
    "@context  ": _changed(**{"@context": [V2, 5]}),
    "@context   ": _changed(**{"@context": [OB, V2]}),
    "issuer": _changed(issuer="zzu"),
    "issuer ": _changed(issuer={"id": "zzu"}),
    "issuer  ": _changed(issuer={"id": ["did:web:x"]}),
    "issuer   ": _changed(issuer=["did:web:x"]),
    "id": _changed(id=None),
    "validFrom": _changed(validFrom=None),
    "issuanceDate": _changed(**(OLD | {"issuanceDate": None})),
    "credentialSubject": _changed(credentialSubject=[]),
    "credentialSubject ": _changed(credentialSubject=None),
    "credentialSubject.id": _subject(id=["x"]),
    "credentialSubject.identifier": _subject(id=None, identifier=[]),
    "credentialSubject.identifier ": _subject(id=None),
    "credentialSubject.achievement": _subject(achievement=None),
    "credentialSubject.achievement ": _subject(achievement="urn:x"),
    "credentialSubject.achievement.id": _achievement(id=None),
    "credentialSubject.achievement.name": _achievement(name=None),
    "credentialSubject.achievement.name ": _achievement(name=["x"]),
    "credentialSubject.achievement.name  ": _achievement(name={"nl": 5, "en": "x"}),
    "credentialSubject.achievement.id ": _achievement(id={"nl": "urn:x"}),
    "credentialSubject.achievement.description": _achievement(description=None),
    "credentialSubject.achievement.criteria": _achievement(criteria="x"),
}


@pytest.mark.parametrize("member", WRONG)
def test_the_member_that_is_wrong_is_named(member: str) -> None:
    assert _format(WRONG[member]) == ("format-member-wrong", member.strip())


@pytest.mark.parametrize(
    "member", ["id", "validFrom", "validUntil", "issuanceDate", "expirationDate", "awardedDate", "name"]
)
@pytest.mark.parametrize("value", [["x"], 5, {"id": 5}])
def test_a_member_that_decides_is_a_text(member: str, value: Any) -> None:
    assert _format({**_changed(), member: value}) == ("format-member-wrong", member)


def test_badges_of_every_accepted_form() -> None:
    achievement_credential = _changed(type=["VerifiableCredential", "AchievementCredential"])
    localized = _achievement(name={"nl": "Water", "en": "Water"}, description={"nl": "x"})

    assert _format(_changed())[0] == "format-ok"
    assert _format(achievement_credential)[0] == "format-ok"
    assert _format(localized)[0] == "format-ok"
    assert _format({**localized, "name": {"nl": "x"}})[0] == "format-ok"
    assert _format(_changed(issuer="did:web:other.example"))[0] == "format-ok"
    assert _format(_changed(**OLD))[0] == "format-old-model"
    assert _format(_changed(type="VerifiableCredential"))[0] == "format-other-credential"
    assert _format(_changed(type=["VerifiableCredential"], credentialSubject=[{"id": "urn:x"}]))[0].endswith(
        "other-credential"
    )
    for subject in (None, [], {}, "x"):
        other = _changed(type=["VerifiableCredential"], credentialSubject=subject, id=None, validFrom=None)
        assert _format(other) == ("format-member-wrong", "credentialSubject")


def test_the_kind_of_a_badge_must_be_a_badge() -> None:
    """A lone credential in a presentation may carry any type; `checks.format` must look."""
    shown = {
        "@context": [V2],
        "type": ["VerifiablePresentation"],
        "verifiableCredential": [_changed(type=["OpenBadgeCredential"])],
    }

    assert _format(shown)[0] == "format-not-a-credential"


def test_an_unknown_vocabulary_is_not_judged() -> None:
    assert _format(_changed(**{"@context": [V2, OB, "https://unknown.example/v1"]}))[0] == "format-context-unknown"


def test_an_issuer_may_be_a_text_that_says_name() -> None:
    assert _format(_changed(issuer="did:web:name.example"))[0] == "format-ok"


def test_one_name_is_described_once() -> None:
    creator = {"id": ISSUER.did, "type": ["Profile"], "name": "Somebody else"}
    assert _format(_achievement(creator=creator))[0] == "format-ambiguous"
    assert _format(_subject(source=[creator]))[0] == "format-ambiguous"
    assert _format({**_achievement(creator=creator), "issuer": ISSUER.did})[0] == "format-ambiguous"
    same = ISSUER.unsigned_badge()["issuer"]
    assert _format(_achievement(creator=same))[0] == "format-ok"
    for world in ("endorsement", "verifiableCredential", "proof", "@context"):
        inside = {**_changed(), world: [creator] if world != "@context" else _changed()["@context"]}
        assert _format(inside)[0] == "format-ok", world


def test_a_document_may_have_so_many_parts_and_not_one_more() -> None:
    parts = MAX_PARTS - _nodes(_changed()) - 1
    assert _format(_changed(evidence=[{} for _ in range(parts)]))[0] == "format-ok"
    assert _format(_changed(evidence=[{} for _ in range(parts + 1)]))[0] == "format-too-complex"


def _nodes(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value
    kept = [v for v in inner if isinstance(v, dict | list)]
    if isinstance(value, dict):
        kept = [v for v in value.values() if isinstance(v, dict | list)]
    return 1 + sum(_nodes(item) for item in kept)


def test_a_jwt_header_says_nothing_but_what_is_known() -> None:
    badge = ISSUER.unsigned_badge(holder=WALLET.did)

    assert _format(sign_jwt(badge, P256, "did:web:x#y"))[0] == "format-ok"
    for header in ({"x5u": "https://x.example"}, {"jwk": {"kty": "OKP", "d": "x"}}, {"crit": ["b64"]}):
        assert _format(sign_jwt(badge, P256, None, **header)) == ("format-member-wrong", "JWT header")
    assert _format(sign_jwt(badge, P256, None, jwk="d")) == ("format-member-wrong", "JWT header")


@pytest.mark.parametrize("kind", ["NoVerifiableCredentialAtAll", None, 5, ["NoVerifiableCredential"], {}])
def test_a_type_is_the_whole_word(kind: Any) -> None:
    shown = {"type": ["VerifiablePresentation"], "verifiableCredential": [{**ISSUER.unsigned_badge(), "type": kind}]}

    assert _format(shown)[0] == "format-not-a-credential"


def test_every_known_vocabulary_may_be_named() -> None:
    others = sorted(set(known_contexts()) - {V2})

    assert _format(_changed(**{"@context": [V2, *others]}))[0] == "format-ok"


def test_the_first_vocabulary_alone_says_which_data_model_it_is() -> None:
    assert _format(_changed(**{"@context": [V2, V1, OB]}))[0] == "format-ok"


def test_evidence_that_is_absent_says_nothing_even_with_a_content() -> None:
    content = {"participant": ISSUER.participant()}
    item = EvidenceItem(EvidenceKind.PARTICIPANT, ISSUER.did, REGISTRY, NOW, content, Absence.UNREACHABLE)
    report = report_on(ISSUER.badge(), evidence=ISSUER.evidence().merged(Evidence.of([item])))

    [result] = [result for result in report.results if result.check is Check.ISSUER]
    assert (result.code, result.detail) == ("issuer-registry-missing", "unreachable")


def test_evidence_that_is_too_old_leaves_the_question_open() -> None:
    report = report_on(ISSUER.badge(), evidence=ISSUER.evidence(at=NOW - timedelta(days=1_096)))

    open_ones = {result.check for result in report.results if result.outcome is Outcome.NOT_RUN}
    assert open_ones == {Check.KEY, Check.ISSUER, Check.STATUS}
    assert report.verdict is Verdict.UNKNOWN
