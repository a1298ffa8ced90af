"""Might the issuer award this? From statements that are signed, and from nothing else."""

from __future__ import annotations

import copy
from datetime import timedelta
from typing import Any

import pytest

from tests.support.accrediting import Accreditor, accredited
from tests.support.judging import code_of, report_on
from tests.support.presenting import NOW, Issuer
from vc_core.keys import PrivateKey
from vc_core.model.accreditation import Scope
from verifier import Check, Evidence, Outcome, Verdict
from verifier.gathering import needs_of_lists

ISSUER = Issuer()
ROOT = Accreditor()
SECTOR = Accreditor("did:web:registry.example:institutions:sector")
OTHER = Accreditor("did:web:registry.example:institutions:other")
ANYTHING = Scope()
MICRO = Scope(frozenset({"MicroCredential"}))
DAY = timedelta(days=1)


def judged(*credentials: Any, badge: Any = None, root: str = ROOT.did, also: Evidence | None = None) -> tuple[str, str]:
    """Return the code and the verdict."""
    known = ISSUER.evidence(participant=accredited(ISSUER, root, *credentials))
    keys = also if also is not None else ROOT.evidence().merged(SECTOR.evidence()).merged(OTHER.evidence())
    report = report_on(badge or ISSUER.badge(), evidence=known.merged(keys))
    return code_of(report, Check.AUTHORITY), report.verdict


OK, REMARK, UNKNOWN = Verdict.OK, Verdict.ATTENTION, Verdict.UNKNOWN


def test_accredited_by_the_root() -> None:
    assert judged(ROOT.states(ISSUER.did, MICRO)) == ("authority-covers", OK)


def test_nobody_says_anything_about_it() -> None:
    assert judged() == ("authority-not-accredited", REMARK)


def test_accredited_for_another_kind() -> None:
    assert judged(ROOT.states(ISSUER.did, Scope(frozenset({"Diploma"})))) == ("authority-lacking", REMARK)


def test_the_country_is_that_of_the_registry() -> None:
    assert judged(ROOT.states(ISSUER.did, Scope(countries=frozenset({"NL"})))) == ("authority-covers", OK)
    assert judged(ROOT.states(ISSUER.did, Scope(countries=frozenset({"BE"})))) == ("authority-lacking", REMARK)


def test_a_limit_the_badge_is_silent_about() -> None:
    assert judged(ROOT.states(ISSUER.did, Scope(eqf_levels=frozenset({6})))) == ("authority-cannot-tell", REMARK)


def test_the_moment_of_signing_decides() -> None:
    """The badge was signed thirty days ago."""
    ended = ROOT.states(ISSUER.did, MICRO, until=NOW - DAY)
    assert judged(ended) == ("authority-covered-by-date", REMARK)
    assert judged(ROOT.states(ISSUER.did, MICRO, until=NOW - 31 * DAY)) == ("authority-lacking", REMARK)
    assert judged(ROOT.states(ISSUER.did, MICRO, since=NOW - 29 * DAY)) == ("authority-lacking", REMARK)


def test_by_way_of_a_sector_body() -> None:
    may = ROOT.states(SECTOR.did, may_accredit=(MICRO,))
    assert judged(SECTOR.states(ISSUER.did, MICRO), may) == ("authority-covers", OK)
    assert judged(SECTOR.states(ISSUER.did, MICRO)) == ("authority-chain-broken", REMARK)
    ended = ROOT.states(SECTOR.did, may_accredit=(MICRO,), until=NOW - 40 * DAY)
    assert judged(SECTOR.states(ISSUER.did, MICRO), ended) == ("authority-chain-broken", REMARK)


def test_on_behalf_of_whose_achievement_it_is() -> None:
    subject = copy.deepcopy(ISSUER.unsigned_badge()["credentialSubject"])
    subject["achievement"]["creator"] = {"id": OTHER.did, "type": ["Profile"]}
    badge = ISSUER.badge(credentialSubject=subject)
    lets = OTHER.states(ISSUER.did, Scope(on_behalf_of=OTHER.did))
    assert judged(lets, ROOT.states(OTHER.did, MICRO), badge=badge) == ("authority-on-behalf", OK)
    assert judged(lets, badge=badge) == ("authority-chain-broken", REMARK)
    assert judged(lets, ROOT.states(OTHER.did, MICRO)) == ("authority-lacking", REMARK)


def test_only_the_word_of_the_root_counts() -> None:
    assert judged(OTHER.states(ISSUER.did, MICRO)) == ("authority-chain-broken", REMARK)
    assert judged(ROOT.states(ISSUER.did, MICRO), root=OTHER.did) == ("authority-chain-broken", REMARK)


def forged_by_another_key() -> Any:
    document = {name: value for name, value in ROOT.states(ISSUER.did, MICRO).items() if name != "proof"}
    return ROOT.sign(document, key=PrivateKey.generate("Ed25519"))


def widened() -> Any:
    document: Any = ROOT.states(ISSUER.did, Scope(frozenset({"Diploma"})))
    document["credentialSubject"]["mayIssue"][0]["achievementType"].append("MicroCredential")
    return document


def signed_by_another() -> Any:
    document = {name: value for name, value in ROOT.states(ISSUER.did, MICRO).items() if name != "proof"}
    return OTHER.sign(document)


def for_login_only() -> Any:
    document = {name: value for name, value in ROOT.states(ISSUER.did, MICRO).items() if name != "proof"}
    return ROOT.sign(document, proof_purpose="authentication")


def unsigned() -> Any:
    return {name: value for name, value in ROOT.states(ISSUER.did, MICRO).items() if name != "proof"}


@pytest.mark.parametrize("forge", [forged_by_another_key, widened, signed_by_another, for_login_only, unsigned])
def test_what_its_issuer_did_not_sign_is_not_there(forge: Any) -> None:
    assert judged(forge()) == ("authority-not-accredited", REMARK)


@pytest.mark.parametrize("strange", [None, 7, "x", [], {}, {"type": ["VerifiableCredential"]}])
def test_what_is_no_statement_is_not_there(strange: Any) -> None:
    assert judged(strange) == ("authority-not-accredited", REMARK)
    assert judged(strange, ROOT.states(ISSUER.did, MICRO)) == ("authority-covers", OK)


@pytest.mark.parametrize("stated", [None, [], "x", {}, {"root": 5, "credentials": []}, {"root": ROOT.did}])
def test_a_registry_that_writes_something_else_decides_nothing(stated: Any) -> None:
    known = ISSUER.evidence(participant={"participant": ISSUER.participant(accreditation=stated)})
    report = report_on(ISSUER.badge(), evidence=known.merged(ROOT.evidence()))
    assert code_of(report, Check.AUTHORITY) == "authority-not-checked"


def test_a_key_that_is_not_at_hand_is_not_the_same_as_not_accredited() -> None:
    statement = ROOT.states(ISSUER.did, MICRO)
    assert judged(statement, also=Evidence()) == ("authority-not-checked", UNKNOWN)
    enough = ROOT.states(ISSUER.did, ANYTHING, name="enough")
    assert judged(SECTOR.states(ISSUER.did, MICRO), enough, also=ROOT.evidence()) == ("authority-covers", OK)


def test_the_keys_of_accreditors_are_asked_for() -> None:
    statements = [ROOT.states(ISSUER.did, MICRO), SECTOR.states(ISSUER.did, MICRO)]
    known = ISSUER.evidence(participant=accredited(ISSUER, ROOT.did, *statements))
    assert {ROOT.did, SECTOR.did} <= set(needs_of_lists(known).key_documents)


def test_without_any_statement_in_the_registry_nobody_is_limited() -> None:
    report = report_on(ISSUER.badge(), evidence=ISSUER.evidence())
    assert code_of(report, Check.AUTHORITY) == "authority-not-limited"


def test_an_unknown_issuer_is_asked_about_no_further() -> None:
    report = report_on(ISSUER.badge(), evidence=ISSUER.evidence(participant={"participant": None}))
    result = next(found for found in report.results if found.check is Check.AUTHORITY)
    assert result.outcome is Outcome.NOT_APPLICABLE
