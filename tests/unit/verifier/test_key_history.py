"""Was the key the issuer's at the moment of signing? Every answer, with and without a receipt."""

from __future__ import annotations

import copy
import json
from datetime import timedelta
from typing import Any

import pytest

from tests.support.lasting import DAY, LOG, LastingIssuer, year
from tests.support.presenting import compact_jwt, stamp
from vc_core.did import build_did_document
from vc_core.jose.vc_jwt import build_vc_jwt
from vc_core.keys import PrivateKey
from verifier import (
    Check,
    Code,
    Evidence,
    EvidenceItem,
    EvidenceKind,
    Needs,
    Report,
    Verdict,
    gather,
    parse_submission,
    verify,
)
from verifier.batch_worker import RememberingSource
from verifier.web.checking import Checker


def judged(issuer: LastingIssuer, badge: Any, **options: Any) -> Report:
    evidence = options.pop("evidence", None) or issuer.evidence(**options)
    return verify(parse_submission(json.dumps(badge).encode()), evidence, now=issuer.now)


def code(report: Report, check: Check = Check.KEY) -> Code:
    return next(result.code for result in report.results if result.check is check)


def rotated() -> tuple[LastingIssuer, dict[str, Any]]:
    issuer = LastingIssuer()
    badge = issuer.issue(year(0.5))
    issuer.rotate(year(1))
    issuer.rotate(year(2))
    return issuer, badge


def test_a_badge_outlives_the_key_that_signed_it() -> None:
    issuer, badge = rotated()
    report = judged(issuer, badge)
    assert (code(report), report.verdict) == (Code.KEY_RETIRED_LATER, Verdict.OK)
    assert code(report, Check.SIGNATURE) is Code.SIGNATURE_VALID
    assert code(judged(issuer, issuer.issue(year(2)))) is Code.KEY_OF_ISSUER


def test_without_the_history_such_a_badge_is_not_the_issuers() -> None:
    issuer, badge = rotated()
    report = judged(issuer, badge, **{"key-history": False})
    assert (code(report), report.verdict) == (Code.KEY_NOT_IN_DOCUMENT, Verdict.BAD)


@pytest.mark.parametrize(
    ("key", "at", "expected"),
    [
        (0, 0.0, Code.KEY_RETIRED_LATER),
        (0, 1.0, Code.KEY_NO_LONGER_IN_USE),
        (0, 1.5, Code.KEY_NO_LONGER_IN_USE),
        (1, 0.5, Code.KEY_NOT_YET_IN_USE),
        (1, 1.0, Code.KEY_RETIRED_LATER),
        (1, 2.0, Code.KEY_NO_LONGER_IN_USE),
    ],
)
def test_a_key_signs_in_its_time_only(key: int, at: float, expected: Code) -> None:
    issuer, _ = rotated()
    report = judged(issuer, issuer.issue(year(at), key=issuer.former[key]))
    assert code(report) is expected
    assert report.verdict is (Verdict.OK if expected is Code.KEY_RETIRED_LATER else Verdict.BAD)


def stolen(*, rotate: bool = True) -> tuple[LastingIssuer, PrivateKey]:
    """The key is stolen after a year and a half; that comes out half a year later."""
    issuer = LastingIssuer()
    thief = issuer.key
    if rotate:
        issuer.rotate(year(1.9))
    issuer.find_out_that(thief, since=year(1.5), at=year(2))
    return issuer, thief


def test_what_was_signed_after_the_theft_is_false() -> None:
    issuer, thief = stolen()
    for at in (1.5, 1.7):
        report = judged(issuer, issuer.issue(year(at), key=thief))
        assert (code(report), report.verdict) == (Code.KEY_COMPROMISED, Verdict.BAD)


def test_what_says_to_be_older_than_the_theft_is_a_remark_unless_the_log_knew_it_then() -> None:
    issuer, thief = stolen()
    badge = issuer.issue(year(1), key=thief)
    report = judged(issuer, badge)
    assert (code(report), report.verdict) == (Code.KEY_COMPROMISED_LATER, Verdict.ATTENTION)
    proven = judged(issuer, issuer.with_receipt(badge, year(1) + DAY))
    assert (code(proven), proven.verdict) == (Code.KEY_PROVEN_EARLIER, Verdict.OK)
    assert code(proven, Check.SIGNATURE) is Code.SIGNATURE_VALID


def test_a_thief_gains_nothing_with_a_receipt_of_his_own() -> None:
    issuer, thief = stolen()
    backdated = issuer.with_receipt(issuer.issue(year(1), key=thief), year(1.6))
    assert code(judged(issuer, backdated)) is Code.KEY_COMPROMISED_LATER
    honest = issuer.with_receipt(issuer.issue(year(1.6), key=thief), year(1.6))
    assert code(judged(issuer, honest)) is Code.KEY_COMPROMISED


def test_a_receipt_counts_only_when_the_log_is_known_and_it_is_of_this_signature() -> None:
    issuer, thief = stolen()
    badge = issuer.issue(year(1), key=thief)
    good = issuer.with_receipt(badge, year(1))
    assert code(judged(issuer, good, **{"signing-log": False})) is Code.KEY_COMPROMISED_LATER
    other = issuer.with_receipt(issuer.issue(year(1), key=thief, name="Another"), year(1))
    moved = {**good, "proof": [good["proof"][0], other["proof"][1]]}
    assert code(judged(issuer, moved)) is Code.KEY_COMPROMISED_LATER
    broken = copy.deepcopy(good)
    broken["proof"][1]["proofValue"] = "uAAAA"
    assert code(judged(issuer, broken)) is Code.KEY_COMPROMISED_LATER
    both = {**good, "proof": [*good["proof"], broken["proof"][1]]}
    assert code(judged(issuer, both)) is Code.KEY_PROVEN_EARLIER


@pytest.mark.parametrize(
    "content",
    [
        None,
        {},
        {"keys": 5},
        {"keys": {LOG: 5}},
        {"keys": {LOG: "z6Mk"}},
        {"keys": {LOG: PrivateKey.generate().public.to_multikey()}},
        {"keys": {LOG: PrivateKey.generate("P-256").public.to_multikey()}},
    ],
)
def test_a_log_whose_keys_cannot_be_used_proves_nothing(content: Any) -> None:
    issuer, thief = stolen()
    badge = issuer.with_receipt(issuer.issue(year(1), key=thief), year(1))
    item = EvidenceItem(EvidenceKind.SIGNING_LOG, LOG, "x", issuer.now, content)
    report = judged(issuer, badge, evidence=issuer.evidence().merged(Evidence.of([item])))
    assert code(report) is Code.KEY_COMPROMISED_LATER


def test_enough_of_the_keys_of_a_log_must_have_signed() -> None:
    issuer, thief = stolen()
    badge = issuer.with_receipt(issuer.issue(year(1), key=thief), year(1))
    known: Any = issuer.evidence().find(EvidenceKind.SIGNING_LOG, LOG)
    for threshold in (2, 0, "1", True, None):
        item = EvidenceItem(known.kind, LOG, "x", issuer.now, {**known.content, "threshold": threshold})
        report = judged(issuer, badge, evidence=issuer.evidence().merged(Evidence.of([item])))
        assert code(report) is Code.KEY_COMPROMISED_LATER, threshold


def test_a_closed_institution_leaves_its_badges_and_its_last_list() -> None:
    issuer, badge = rotated()
    late = issuer.issue(year(2.5))
    issuer.now = year(3)
    listed = issuer.status_list(validUntil=stamp(year(20)))
    issuer.close(year(3) + DAY)
    issuer.now = year(3) + 2 * DAY
    for one in (badge, late):
        report = judged(issuer, one, status_list=listed)
        assert (code(report), report.verdict) == (Code.KEY_RETIRED_LATER, Verdict.OK)
        assert code(report, Check.STATUS) is Code.STATUS_CLEAR
    after = judged(issuer, issuer.issue(issuer.now), status_list=listed)
    assert (code(after), after.verdict) == (Code.KEY_NO_LONGER_IN_USE, Verdict.BAD)


def test_a_list_that_a_stolen_key_signed_clears_nobody() -> None:
    issuer, thief = stolen()
    badge = issuer.issue(issuer.now)
    issuer.key, own = thief, issuer.key
    forged = issuer.status_list()
    issuer.key = own
    report = judged(issuer, badge, status_list=forged)
    assert code(report, Check.STATUS) is Code.STATUS_LIST_FORGED


@pytest.mark.parametrize(
    "content", [None, {}, {"log": 5}, {"log": ""}, {"log": "x"}, {"log": "\ud800"}, [], {"log": "{}", "witnesses": "["}]
)
def test_a_history_that_does_not_hold_adds_nothing(content: Any) -> None:
    issuer, badge = rotated()
    item = EvidenceItem(EvidenceKind.KEY_HISTORY, issuer.did, "x", issuer.now, content)
    report = judged(issuer, badge, evidence=issuer.evidence().merged(Evidence.of([item])))
    assert code(report) is Code.KEY_NOT_IN_DOCUMENT


def test_a_history_of_another_identifier_adds_nothing() -> None:
    issuer, badge = rotated()
    other = LastingIssuer(did="did:web:registry.example:institutions:other", key=issuer.former[0])
    content = {"log": other.history.decode()}
    item = EvidenceItem(EvidenceKind.KEY_HISTORY, issuer.did, "x", issuer.now, content)
    report = judged(issuer, badge, evidence=issuer.evidence().merged(Evidence.of([item])))
    assert code(report) is Code.KEY_NOT_IN_DOCUMENT


def test_old_evidence_says_so_and_too_old_evidence_says_nothing() -> None:
    issuer, badge = rotated()
    kept = issuer.evidence()
    issuer.now += timedelta(days=4 * 365)
    report = judged(issuer, badge, evidence=kept)
    assert (code(report), report.verdict) == (Code.KEY_DOCUMENT_TOO_OLD, Verdict.UNKNOWN)


def test_the_history_stands_in_for_a_document_that_cannot_be_had() -> None:
    issuer, _ = rotated()
    issuer.now += 60 * DAY
    report = judged(issuer, issuer.issue(issuer.now), document=None)
    assert (code(report), report.verdict) == (Code.KEY_OF_ISSUER, Verdict.OK)


def test_in_a_batch_badges_of_two_keys_get_the_evidence_of_their_own() -> None:
    issuer, old = rotated()
    new = issuer.issue(issuer.now)
    remembering = RememberingSource(Asked(issuer.evidence()))
    for badge, expected in ((new, Code.KEY_OF_ISSUER), (old, Code.KEY_RETIRED_LATER), (new, Code.KEY_OF_ISSUER)):
        submission = parse_submission(json.dumps(badge).encode())
        report = verify(submission, remembering.evidence_for(submission), now=issuer.now)
        assert code(report) is expected


class Asked:
    """A source that notes what it is asked for."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence, self.needs = evidence, list[Needs]()

    def gather(self, needs: Needs) -> Evidence:
        self.needs.append(needs)
        return Evidence.of(item for kind, name in needs.names() if (item := self.evidence.find(kind, name)))


class InMemory:
    """What a service remembers: all of it, or nothing."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence

    def remembered(self, needs: Needs) -> Evidence | None:
        items = [self.evidence.find(kind, name) for kind, name in needs.names()]
        return Evidence.of(item for item in items if item) if all(items) else None


def test_a_service_that_remembers_recalls_the_history_too() -> None:
    issuer, old = rotated()
    submission = parse_submission(json.dumps(old).encode())
    checker = Checker(InMemory(issuer.evidence()), None, lambda: issuer.now)  # type: ignore[arg-type]
    evidence = checker.recall(submission)
    assert evidence is not None
    assert code(checker.judge(submission, evidence)) is Code.KEY_RETIRED_LATER
    forgetful = Checker(InMemory(issuer.evidence(**{"key-history": False})), None, lambda: issuer.now)  # type: ignore[arg-type]
    assert forgetful.recall(submission) is None


def test_the_history_is_asked_for_only_when_a_key_is_not_simply_in_force() -> None:
    issuer, badge = rotated()
    now = Asked(issuer.evidence())
    gather(parse_submission(json.dumps(issuer.issue(issuer.now)).encode()), now)
    assert [needs.key_histories for needs in now.needs] == [()]
    then = Asked(issuer.evidence())
    gather(parse_submission(json.dumps(issuer.with_receipt(badge, year(0.5))).encode()), then)
    assert (then.needs[-1].key_histories, then.needs[-1].signing_logs) == ((issuer.did,), (LOG,))


class InBothForms(LastingIssuer):
    """Publishes a key as institutions do, as a Multikey and as a JsonWebKey; of a stolen one it marks the first."""

    def document(self) -> dict[str, Any]:
        made = super().document()
        both = build_did_document(self.did, [(None, self.key.public, ("Multikey", "JsonWebKey"))])
        marks = [method for method in made["verificationMethod"] if "revoked" in method]
        return {**both, "verificationMethod": [*both["verificationMethod"], *marks]}  # type: ignore[misc]

    def token(self, key: PrivateKey, *, names: PrivateKey, at: float, carries: PrivateKey | None = None) -> str:
        """Return a badge as a VC-JWT that names one key, and may be signed by another that it carries."""
        badge = self.unsigned_badge(index=7, validFrom=stamp(year(at)))
        kid = f"{self.did}#{names.public.to_multikey()}-jwk"
        jwk = carries.public.to_jwk() if carries else None
        return build_vc_jwt(badge, sign=key.sign, algorithm="EdDSA", kid=kid, jwk=jwk)


def judged_token(issuer: LastingIssuer, token: str, **options: Any) -> Report:
    return verify(parse_submission(token.encode()), issuer.evidence(**options), now=issuer.now)


def in_both_forms() -> tuple[InBothForms, PrivateKey]:
    issuer = InBothForms()
    old = issuer.key
    issuer.rotate(year(1))
    issuer.now = year(2)
    return issuer, old


def test_a_token_outlives_the_key_that_signed_it() -> None:
    issuer, old = in_both_forms()
    report = judged_token(issuer, issuer.token(old, names=old, at=0.2))
    assert (code(report), report.verdict) == (Code.KEY_RETIRED_LATER, Verdict.OK)


def test_a_stranger_who_names_a_retired_key_and_carries_his_own_is_no_issuer() -> None:
    issuer, old = in_both_forms()
    stranger = PrivateKey.generate()
    for carried in (stranger, None):
        report = judged_token(issuer, issuer.token(stranger, names=old, at=0.2, carries=carried))
        assert (code(report, Check.SIGNATURE), report.verdict) == (Code.SIGNATURE_INVALID, Verdict.BAD)


def test_nor_is_he_when_no_document_of_today_can_be_had() -> None:
    issuer, _ = in_both_forms()
    stranger = PrivateKey.generate()
    token = issuer.token(stranger, names=issuer.key, at=1.5, carries=stranger)
    report = judged_token(issuer, token, document=None)
    assert (code(report, Check.SIGNATURE), report.verdict) == (Code.SIGNATURE_INVALID, Verdict.BAD)


def test_a_stolen_key_is_stolen_under_its_other_name() -> None:
    issuer, old = in_both_forms()
    issuer.find_out_that(old, since=year(0.5), at=year(2))
    report = judged_token(issuer, issuer.token(old, names=old, at=0.7))
    assert (code(report), report.verdict) == (Code.KEY_COMPROMISED, Verdict.BAD)
    report = judged_token(issuer, issuer.token(old, names=old, at=0.2))
    assert (code(report), report.verdict) == (Code.KEY_COMPROMISED_LATER, Verdict.ATTENTION)


def result(report: Report) -> Any:
    return next(found for found in report.results if found.check is Check.KEY)


def test_every_answer_of_the_history_says_when_and_from_where() -> None:
    issuer, _ = rotated()
    told = {}
    for key, at in ((0, 0.5), (0, 1.5), (1, 0.5)):
        found = result(judged(issuer, issuer.issue(year(at), key=issuer.former[key])))
        told[str(found.code)] = found.detail
        assert (found.evidence_at, found.evidence) == (issuer.now, "https://registry.example")
    assert told == {
        "key-retired-later": "",
        "key-no-longer-in-use": stamp(year(1)),
        "key-not-yet-in-use": stamp(year(1)),
    }
    robbed, thief = stolen()
    for at in (1.0, 1.7):
        assert result(judged(robbed, robbed.issue(year(at), key=thief))).detail == stamp(year(1.5))
    proven = robbed.with_receipt(robbed.issue(year(1), key=thief), year(1))
    assert result(judged(robbed, proven)).detail == stamp(year(1.5))


def test_a_receipt_of_the_very_moment_of_the_theft_is_too_late() -> None:
    issuer, thief = stolen()
    badge = issuer.issue(year(1), key=thief)
    before = issuer.with_receipt(badge, year(1.5) - timedelta(seconds=1))
    assert code(judged(issuer, before)) is Code.KEY_PROVEN_EARLIER
    issuer, thief = stolen()
    at = issuer.with_receipt(issuer.issue(year(1), key=thief), year(1.5))
    assert code(judged(issuer, at)) is Code.KEY_COMPROMISED_LATER


def test_what_the_log_knew_earlier_than_the_badge_says_counts() -> None:
    issuer, thief = stolen()
    badge = issuer.with_receipt(issuer.issue(year(1.6), key=thief), year(1.1))
    assert code(judged(issuer, badge)) is Code.KEY_PROVEN_EARLIER


def test_a_key_that_was_never_listed_is_not_in_the_document() -> None:
    issuer, _ = rotated()
    report = judged(issuer, issuer.issue(year(2.5), key=PrivateKey.generate()))
    assert (code(report), report.verdict) == (Code.KEY_NOT_IN_DOCUMENT, Verdict.BAD)


def test_an_old_history_in_place_of_a_document_says_that_it_is_old() -> None:
    issuer, _ = rotated()
    badge = issuer.issue(year(2) + DAY)
    evidence = issuer.evidence(document=None)
    issuer.now += 30 * DAY
    report = judged(issuer, badge, evidence=evidence)
    assert code(report) is Code.KEY_OF_ISSUER_STALE


def test_a_document_that_contradicts_its_history_is_believed_when_it_refuses() -> None:
    issuer, _ = rotated()
    badge = issuer.issue(issuer.now)
    document = issuer.document()
    document["assertionMethod"] = []
    assert code(judged(issuer, badge, document=document)) is Code.KEY_NOT_FOR_THIS_USE


def test_a_badge_that_does_not_say_when_it_was_signed_has_no_history() -> None:
    issuer, _ = rotated()
    mute = issuer.unsigned_badge(validFrom=None)
    method = f"{issuer.did}#{issuer.former[0].public.to_multikey()}"
    badge = issuer.sign(mute, key=issuer.former[0], method=method, created=None)
    assert code(judged(issuer, badge)) is Code.KEY_NOT_IN_DOCUMENT


def test_the_key_of_a_token_is_judged_whatever_seal_lies_in_it() -> None:
    issuer, _ = rotated()
    inside = {**issuer.unsigned_badge(), "proof": {"type": "Unknown2050"}}
    payload = {**inside, "iss": issuer.did, "iat": int(issuer.now.timestamp())}
    token = compact_jwt({"alg": "EdDSA", "typ": "JWT", "kid": issuer.method}, payload, issuer.key)
    report = verify(parse_submission(token.encode()), issuer.evidence(), now=issuer.now)
    assert code(report) is Code.KEY_OF_ISSUER
