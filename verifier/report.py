"""The outcome of verifying: results, verdicts, the report and its JSON form.

How a verdict follows from results is decided in `policy`; the sentences for people are in `texts`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple, cast

from verifier.codes import Check, Code, Outcome
from verifier.moments import format_moment, read_moment

REPORT_FORMAT = "edubadges-report/1"


class Verdict(StrEnum):
    """The four answers; there is no fifth, and "could not check" is not a yes."""

    OK = "ok"
    ATTENTION = "attention"
    BAD = "bad"
    UNKNOWN = "unknown"


class CheckResult(NamedTuple):
    """One question about a badge, and what came of it. A tuple, because a verdict needs a dozen of them."""

    check: Check
    outcome: Outcome
    code: Code
    detail: str = ""
    """Technical remark in English, ours and safe to show; never text from the badge."""
    evidence_at: datetime | None = None
    """When the evidence that decided was obtained; None when no outside evidence was needed."""
    evidence: str = ""
    """Which evidence that was: an address or an identifier."""

    def to_json(self) -> dict[str, object]:
        """Return the JSON form."""
        out: dict[str, object] = {"check": self.check, "outcome": self.outcome, "code": self.code}
        if self.detail:
            out["detail"] = self.detail
        if self.evidence_at is not None:
            out["evidence_at"] = format_moment(self.evidence_at)
        if self.evidence:
            out["evidence"] = self.evidence
        return out

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> CheckResult:
        """Read back what `to_json` wrote."""
        moment = value.get("evidence_at")
        return cls(
            check=Check(value["check"]),
            outcome=Outcome(value["outcome"]),
            code=Code(value["code"]),
            detail=value.get("detail", ""),
            evidence_at=read_moment(moment) if moment else None,
            evidence=value.get("evidence", ""),
        )


def passed(check: Check, code: Code, detail: str = "", *, at: datetime | None = None, by: str = "") -> CheckResult:
    """Return a check that ran and found what it hoped for."""
    return CheckResult(check, Outcome.PASSED, code, detail, at, by)


def failed(check: Check, code: Code, detail: str = "", *, at: datetime | None = None, by: str = "") -> CheckResult:
    """Return a check that ran and found something wrong."""
    return CheckResult(check, Outcome.FAILED, code, detail, at, by)


def not_run(check: Check, code: Code, detail: str = "", *, at: datetime | None = None, by: str = "") -> CheckResult:
    """Return a check that could not be made; the code says why."""
    return CheckResult(check, Outcome.NOT_RUN, code, detail, at, by)


def not_applicable(check: Check, code: Code, detail: str = "") -> CheckResult:
    """Return a question that does not arise for this badge."""
    return CheckResult(check, Outcome.NOT_APPLICABLE, code, detail)


@dataclass(frozen=True, slots=True)
class BadgeSummary:
    """What the badge says about itself: text of others, to be escaped wherever it is shown."""

    id: str = ""
    name: str = ""
    issuer_id: str = ""
    issuer_name: str = ""
    registered_name: Mapping[str, str] = field(default_factory=dict)
    """The issuer's name in the registry by language; this one wins over the badge's own."""
    valid_from: str = ""
    valid_until: str = ""

    def to_json(self) -> dict[str, object]:
        """Return the JSON form, without empty members."""
        members = {name: getattr(self, name) for name in self.__slots__}
        return {name: dict(value) if isinstance(value, Mapping) else value for name, value in members.items() if value}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> BadgeSummary:
        """Read back what `to_json` wrote."""
        return cls(**{name: value[name] for name in cls.__slots__ if name in value})


@dataclass(frozen=True, slots=True)
class CredentialReport:
    """Everything found about one credential."""

    verdict: Verdict
    checks: tuple[CheckResult, ...]
    badge: BadgeSummary

    def to_json(self) -> dict[str, object]:
        """Return the JSON form."""
        return {
            "verdict": self.verdict,
            "badge": self.badge.to_json(),
            "checks": [result.to_json() for result in self.checks],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> CredentialReport:
        """Read back what `to_json` wrote."""
        checks = tuple(CheckResult.from_json(item) for item in value["checks"])
        return cls(Verdict(value["verdict"]), checks, BadgeSummary.from_json(value["badge"]))


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome for a submission: one verdict, and one report per credential in it."""

    verdict: Verdict
    checked_at: datetime
    medium: str
    sha256: str
    is_presentation: bool
    credentials: tuple[CredentialReport, ...]

    @property
    def results(self) -> tuple[CheckResult, ...]:
        """Return every result of every credential, in order."""
        return tuple(result for credential in self.credentials for result in credential.checks)

    @property
    def oldest_evidence_at(self) -> datetime | None:
        """Return the moment of the oldest evidence that was leaned on."""
        moments = [result.evidence_at for result in self.results if result.evidence_at is not None]
        return min(moments) if moments else None

    def to_json(self) -> dict[str, object]:
        """Return the JSON form; `from_json` gives an equal report back."""
        oldest = self.oldest_evidence_at
        return {
            "format": REPORT_FORMAT,
            "verdict": self.verdict,
            "checked_at": format_moment(self.checked_at),
            "oldest_evidence_at": format_moment(oldest) if oldest else None,
            "submission": {
                "medium": self.medium,
                "sha256": self.sha256,
                "presentation": self.is_presentation,
            },
            "credentials": [credential.to_json() for credential in self.credentials],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Report:
        """Read back what `to_json` wrote.

        Raises:
            ValueError: it is not a report of this format.
        """
        if value.get("format") != REPORT_FORMAT:
            raise ValueError("not a report of format " + REPORT_FORMAT)
        submission = cast(Mapping[str, Any], value["submission"])
        return cls(
            verdict=Verdict(value["verdict"]),
            checked_at=read_moment(value["checked_at"]),
            medium=submission["medium"],
            sha256=submission["sha256"],
            is_presentation=submission["presentation"],
            credentials=tuple(CredentialReport.from_json(item) for item in value["credentials"]),
        )
