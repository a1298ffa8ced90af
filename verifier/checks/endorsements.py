"""Is what others say in favour of this badge genuine (Open Badges 3.0, 9.2)?

An endorsement is a credential of its own and is judged like one. It never makes a badge better than it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from vc_core.errors import MalformedInput
from vc_core.model.endorsement import CircularEndorsement, FoundEndorsement, find_endorsements
from verifier.codes import Check, Code
from verifier.inputs import PresentedCredential, credential_of_jwt
from verifier.policy import gravest, severity
from verifier.question import Question
from verifier.report import CheckResult, Verdict, failed, not_applicable, not_run, passed

type Judge = Callable[[Question], Sequence[CheckResult]]
"""Gives the results of every check that a credential gets by itself."""


def check_endorsements(question: Question, judge: Judge) -> list[CheckResult]:
    """Judge every endorsement, wherever in the badge it is carried."""
    if not question.credential.survey.may_carry_endorsements:
        return [not_applicable(Check.ENDORSEMENTS, Code.ENDORSEMENTS_NONE)]
    if question.credential.is_too_complex:
        return [not_run(Check.ENDORSEMENTS, Code.ENDORSEMENTS_NOT_CHECKED, "too complex")]
    try:
        found = find_endorsements(question.document)
    except CircularEndorsement as error:
        return [failed(Check.ENDORSEMENTS, Code.ENDORSEMENTS_CIRCULAR, error.detail)]
    except MalformedInput as error:
        return [failed(Check.ENDORSEMENTS, Code.ENDORSEMENTS_MALFORMED, error.detail)]
    if not found:
        return [not_applicable(Check.ENDORSEMENTS, Code.ENDORSEMENTS_NONE)]
    return [_judge(question, endorsement, judge) for endorsement in found]


def _judge(question: Question, endorsement: FoundEndorsement, judge: Judge) -> CheckResult:
    by = endorsement.unverified_issuer
    if endorsement.is_self_praise:
        return failed(Check.ENDORSEMENTS, Code.ENDORSEMENTS_SELF_PRAISE, endorsement.pointer, by=by)
    if not endorsement.subject_is_here:
        return failed(Check.ENDORSEMENTS, Code.ENDORSEMENTS_OF_OTHER, endorsement.pointer, by=by)
    credential = (
        PresentedCredential(endorsement.document) if endorsement.jwt is None else credential_of_jwt(endorsement.jwt)
    )
    results = judge(Question(credential, question.evidence, question.policy, question.now))
    # That it is no badge is a remark for somebody who asked for one; here it is as it should be.
    weighed = {
        result.code: severity(result, question.policy)
        for result in results
        if result.code is not Code.FORMAT_OTHER_CREDENTIAL
    }
    verdict = gravest(weighed.values())
    reasons = ", ".join(code for code, weight in weighed.items() if weight is verdict)
    match verdict:
        case Verdict.OK:
            return passed(Check.ENDORSEMENTS, Code.ENDORSEMENTS_GENUINE, by=by)
        case Verdict.ATTENTION:
            return passed(Check.ENDORSEMENTS, Code.ENDORSEMENTS_WITH_REMARKS, reasons, by=by)
        case Verdict.BAD:
            return failed(Check.ENDORSEMENTS, Code.ENDORSEMENTS_NOT_GENUINE, reasons, by=by)
        case Verdict.UNKNOWN:
            return not_run(Check.ENDORSEMENTS, Code.ENDORSEMENTS_NOT_CHECKED, reasons, by=by)
