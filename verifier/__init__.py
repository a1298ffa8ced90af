"""Verify badges: as a library, on the command line and as a web service.

The names below are the library's promise; they need neither FastAPI nor a database.
"""

from verifier.checks.request import ExpectedBadge
from verifier.codes import Check, Code, Outcome
from verifier.evidence import Absence, Evidence, EvidenceItem, EvidenceKind, EvidenceSource, Needs
from verifier.gathering import gather
from verifier.inputs import PresentedCredential, Submission, parse_submission, submission_of_presentation
from verifier.policy import DEFAULT_POLICY, Freshness, Policy
from verifier.report import CheckResult, CredentialReport, Report, Verdict
from verifier.saved_report import Replay, replay, save_report
from verifier.verification import verify, verify_bytes

__all__ = [
    "DEFAULT_POLICY",
    "Absence",
    "Check",
    "CheckResult",
    "Code",
    "CredentialReport",
    "Evidence",
    "EvidenceItem",
    "EvidenceKind",
    "EvidenceSource",
    "ExpectedBadge",
    "Freshness",
    "Needs",
    "Outcome",
    "Policy",
    "PresentedCredential",
    "Replay",
    "Report",
    "Submission",
    "Verdict",
    "gather",
    "parse_submission",
    "replay",
    "save_report",
    "submission_of_presentation",
    "verify",
    "verify_bytes",
]
