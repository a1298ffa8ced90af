"""Check a file, a text or an address for somebody who is here: nothing of it is kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from service_kit.fetch import Fetcher
from vc_core.errors import EdubadgesError, MalformedInput
from verifier.evidence import Evidence
from verifier.gathering import needs_of, needs_of_keys, needs_of_lists
from verifier.inputs import MAX_SUBMISSION_BYTES, Submission, parse_submission
from verifier.online_source import OnlineSource
from verifier.policy import DEFAULT_POLICY, Policy
from verifier.report import Report
from verifier.verification import verify
from verifier.web.second_look import verify_with_second_look


class NotFetched(MalformedInput):
    """The address that was given holds nothing that could be fetched."""

    title = "The address could not be fetched"
    code = "not-fetched"


class Checker:
    """Verifies what people and programs bring."""

    def __init__(
        self, source: OnlineSource, fetcher: Fetcher, clock: Callable[[], datetime], policy: Policy = DEFAULT_POLICY
    ) -> None:
        self.source = source
        self._fetcher = fetcher
        self._clock = clock
        self._policy = policy

    def recall(self, submission: Submission) -> Evidence | None:
        """Return all evidence for a submission when it is in memory, without any waiting."""
        have = self.source.remembered(needs_of(submission))
        for more in (needs_of_lists, partial(needs_of_keys, submission)):
            found = None if have is None else self.source.remembered(more(have).without(have))
            have = None if have is None or found is None else have.merged(found)
        return have

    def judge(self, submission: Submission, evidence: Evidence) -> Report:
        """Return the report on a submission, now."""
        return verify(submission, evidence, self._policy, now=self._clock())

    def check(self, submission: Submission) -> Report:
        """Gather what is needed, which may take a while, and return the report."""
        return verify_with_second_look(submission, self.source, lambda evidence: self.judge(submission, evidence))

    def fetch(self, url: str) -> Submission:
        """Return what is at an address somebody gave.

        Raises:
            NotFetched: nothing could be fetched there.
            MalformedInput: there is nothing to check in it.
        """
        try:
            fetched = self._fetcher.get(url, max_bytes=MAX_SUBMISSION_BYTES, accept="*/*", max_redirects=2)
        except MalformedInput:
            raise
        except EdubadgesError as error:
            raise NotFetched(error.detail) from error
        except (ValueError, UnicodeError) as error:
            raise NotFetched("This is not an address.") from error
        return parse_submission(fetched.body)
