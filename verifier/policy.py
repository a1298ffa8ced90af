"""The policy: how fresh evidence must be, what is asked of a presentation, and how results become a verdict.

This is the only place where a verdict is made. The checks themselves know no verdicts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from verifier.codes import Check, Code, Outcome
from verifier.report import CheckResult, Verdict


class Age(StrEnum):
    """How old a piece of evidence is, in three steps."""

    FRESH = "fresh"
    STALE = "stale"
    TOO_OLD = "too-old"


@dataclass(frozen=True, slots=True)
class Freshness:
    """Until when evidence is fresh, and until when it may be leaned on at all."""

    fresh_for: timedelta
    usable_for: timedelta

    def age_of(self, moment: datetime, now: datetime) -> Age:
        """Say how old something from `moment` is at `now`."""
        age = now - moment
        if age <= self.fresh_for:
            return Age.FRESH
        return Age.STALE if age <= self.usable_for else Age.TOO_OLD


# Findings that make a badge "genuine, with remarks" instead of "do not trust": the badge is what it says it is.
_REMARKS = frozenset(
    {
        Code.VALIDITY_EXPIRED,
        Code.VALIDITY_NOT_YET,
        Code.STATUS_SUSPENDED,
        Code.STATUS_MESSAGE,
        Code.ISSUER_NOT_IN_REGISTRY,
        Code.ISSUER_SUSPENDED,
        Code.ISSUER_LEFT,
        Code.AUTHORITY_LACKING,
        Code.AUTHORITY_NOT_ACCREDITED,
        Code.AUTHORITY_CHAIN_BROKEN,
        Code.HOLDER_NOT_NAMED,
        Code.HOLDER_PROOF_MISSING,
        Code.REQUEST_OTHER_BADGE,
        Code.SCHEMA_NOT_FOLLOWED,
        # What others say about a badge can be false while the badge is genuine.
        Code.ENDORSEMENTS_NOT_GENUINE,
        Code.ENDORSEMENTS_SELF_PRAISE,
        Code.ENDORSEMENTS_OF_OTHER,
        Code.ENDORSEMENTS_CIRCULAR,
        Code.ENDORSEMENTS_MALFORMED,
    }
)

# Checks that passed, and about which a person must still know something.
_PASSED_WITH_REMARK = frozenset(
    {
        Code.FORMAT_OTHER_CREDENTIAL,
        Code.KEY_OF_ISSUER_STALE,
        Code.KEY_COMPROMISED_LATER,
        Code.ISSUER_IN_REGISTRY_STALE,
        Code.AUTHORITY_CANNOT_TELL,
        Code.AUTHORITY_COVERED_BY_DATE,
        Code.STATUS_CLEAR_STALE,
        Code.STATUS_STATED_CLEAR_STALE,
        Code.STATUS_CLEAR_UNSIGNED_LIST,
        Code.VALIDITY_ENDS_SOON,
        Code.HOLDER_PROVED_NOT_FRESH,
        Code.ENDORSEMENTS_WITH_REMARKS,
    }
)

# What could not be checked, and does not stand in the way of a verdict on the badge itself.
_UNCHECKED_WITH_REMARK = frozenset({Code.SIGNATURE_OTHER_UNCHECKED, Code.ENDORSEMENTS_NOT_CHECKED})


_ALWAYS_ASKED = frozenset(
    {Check.FORMAT, Check.SIGNATURE, Check.KEY, Check.ISSUER, Check.VALIDITY, Check.STATUS, Check.HOLDER}
)


@dataclass(frozen=True, slots=True)
class Policy:
    """What a verifier asks. Frozen: the same policy, evidence and moment give the same report."""

    key_freshness: Freshness = Freshness(timedelta(days=7), timedelta(days=3 * 365))
    status_freshness: Freshness = Freshness(timedelta(hours=24), timedelta(days=31))
    registry_freshness: Freshness = Freshness(timedelta(days=7), timedelta(days=3 * 365))
    clock_skew: timedelta = timedelta(minutes=5)
    ends_soon: timedelta = timedelta(days=14)
    proof_lifetime: timedelta = timedelta(hours=1)
    """How long ago a holder may have signed a presentation that answers a question."""
    max_encoded_list_bytes: int = 4_000_000
    max_list_bytes: int = 2 * 1024 * 1024
    optional_checks: frozenset[Check] = field(default_factory=frozenset)
    """Checks that may stay undone; they then give a remark, never green."""


DEFAULT_POLICY = Policy()


def decide(results: Iterable[CheckResult], policy: Policy) -> Verdict:
    """Return the verdict on one credential: the gravest that any result asks for.

    A question of which no result is there at all counts as not answered.
    """
    found = list(results)
    asked = {_verdict_of(result, policy) for result in found}
    if not {result.check for result in found} >= _ALWAYS_ASKED:
        asked.add(Verdict.UNKNOWN)
    return gravest(asked)


def gravest(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the gravest of several verdicts; of none at all, `unknown`."""
    order = [Verdict.BAD, Verdict.UNKNOWN, Verdict.ATTENTION, Verdict.OK]
    return min(verdicts, key=order.index, default=Verdict.UNKNOWN)


def severity(result: CheckResult, policy: Policy = DEFAULT_POLICY) -> Verdict:
    """Return what one result does to the verdict, for showing it in the right colour."""
    return _verdict_of(result, policy)


def _verdict_of(result: CheckResult, policy: Policy) -> Verdict:
    match result.outcome:
        case Outcome.PASSED:
            return Verdict.ATTENTION if result.code in _PASSED_WITH_REMARK else Verdict.OK
        case Outcome.FAILED:
            return Verdict.ATTENTION if result.code in _REMARKS else Verdict.BAD
        case Outcome.NOT_RUN:
            is_remark = result.check in policy.optional_checks or result.code in _UNCHECKED_WITH_REMARK
            return Verdict.ATTENTION if is_remark else Verdict.UNKNOWN
        case Outcome.NOT_APPLICABLE:
            return Verdict.OK
