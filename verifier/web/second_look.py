"""Gather and verify; when the verdict is unhappy, look once more at what was remembered for a while.

A key may have been added, or an institution admitted, since a document was fetched; a badge is not called bad for that.
"""

from __future__ import annotations

from collections.abc import Callable

from verifier.evidence import Evidence
from verifier.gathering import gather, needs_of, needs_of_keys, needs_of_lists
from verifier.inputs import Submission
from verifier.online_source import OnlineSource
from verifier.report import Report, Verdict

type Judge = Callable[[Evidence], Report]


def verify_with_second_look(submission: Submission, source: OnlineSource, judge: Judge) -> Report:
    """Return the report on what the source brings; of two looks, the second counts."""
    evidence = gather(submission, source)
    report = judge(evidence)
    if report.verdict is Verdict.OK:
        return report
    leaned_on = (needs_of(submission), needs_of_lists(evidence), needs_of_keys(submission, evidence))
    forgotten = [source.forget(needs) for needs in leaned_on]
    return judge(gather(submission, source)) if any(forgotten) else report
