"""Canonical forms of documents that come one after another, many of them alike: the badges of a class.

A template (`template`) writes the canonical form of a document that differs from earlier ones in texts only, in less
than half the time. It is used after it gave the right answer for the document it was made from, and is compared with
the long way again and again; a single difference ends all templates for good.
"""

from __future__ import annotations

import copy
import warnings
from collections.abc import Mapping

from vc_core.canonical import canonicalize
from vc_core.canonical.template import CohortTemplate, build_template

MAX_COHORTS = 64
MAX_LEARNED = 32_768
"""Characters of canonical text; what is larger is not a badge, and goes the long way."""
_BUILDS_AT_ONCE = 4
_DOCUMENTS_PER_BUILD = 64
"""A template costs about a millisecond to make: one for so many documents is nothing, one for each would be."""
_COMPARED = 256
"""Every so many answers of a template are compared with the long way."""
_MISSES = 32
"""After so many documents that did not fit between two comparisons, a narrow template is let go."""


class Cohort:
    """Gives for every document what `canonicalize` gives, through a template for as long as one fits."""

    __slots__ = ("_builds", "_missed", "_narrow", "_passed_by", "_sample", "_seen", "_template")

    def __init__(self) -> None:
        self._template: CohortTemplate | None = None
        self._narrow: CohortTemplate | None = None
        """For the class that comes along just now, when the other has learned many: fewer texts to look at."""
        self._missed = 0
        self._sample: Mapping[str, object] | None = None
        self._passed_by: Mapping[str, object] | None = None
        self._seen = 0
        self._builds = 0

    def canonicalize(self, document: Mapping[str, object]) -> str:
        """Return the canonical N-Quads with SHA-256 (RDFC-1.0).

        Raises:
            ProofError, MalformedInput: as `canonicalize`.
        """
        self._seen += 1
        found = self._written_by_template(document)
        if found is not None:
            return found if self._seen % _COMPARED else self._compared(document, found)
        written = canonicalize(document)
        if self._builds < _BUILDS_AT_ONCE + self._seen // _DOCUMENTS_PER_BUILD and len(written) <= MAX_LEARNED:
            self._learn(document, written)
        return written

    def _written_by_template(self, document: Mapping[str, object]) -> str | None:
        narrow, template = self._narrow, self._template  # another thread may let go of either
        if narrow is not None:
            found = narrow.canonicalize(document)
            if found is not None:
                return found
            self._missed += 1
            if self._missed > _MISSES:
                self._narrow = None
        return None if template is None else template.canonicalize(document)

    def _learn(self, document: Mapping[str, object], written: str) -> None:
        """Widen the template to fit this document, else begin a new one with the last that did not fit."""
        template, before = self._template, self._passed_by
        if template is not None:
            self._builds += 1
            if self._keep(template.widened(document), document, written):
                return
        if before is not None:
            self._builds += 1
            if self._keep(build_template(before, document), document, written):
                return
        self._passed_by = copy.deepcopy(document)

    def _keep(self, template: CohortTemplate | None, document: Mapping[str, object], written: str) -> bool:
        if template is None or template.canonicalize(document) != written:
            return False
        self._template = template
        self._passed_by = None
        return True

    def _compared(self, document: Mapping[str, object], found: str) -> str:
        written = canonicalize(document)
        if written != found:
            end_templates()
        else:
            self._look_closer(document, written)
        return written

    def _look_closer(self, document: Mapping[str, object], written: str) -> None:
        """Make a narrower template when this document and the one compared before it differ in less."""
        before, self._sample = self._sample, copy.deepcopy(document)
        self._missed = 0
        template = self._template
        if self._narrow is not None or template is None or before is None:
            return
        narrow = build_template(before, document)
        if narrow is not None and narrow.holes < template.holes and narrow.canonicalize(document) == written:
            self._narrow = narrow


_cohorts: dict[int, Cohort] | None = {}


def canonicalize_one_of_many(document: Mapping[str, object]) -> str:
    """Return what `canonicalize` returns with SHA-256, quicker when documents like it came before.

    Raises:
        ProofError, MalformedInput: as `canonicalize`.
    """
    cohorts = _cohorts
    if cohorts is None:
        return canonicalize(document)
    subject = document.get("credentialSubject")
    kind = hash((tuple(document), tuple(subject) if isinstance(subject, dict) else None))
    cohort = cohorts.get(kind)
    if cohort is None:
        if len(cohorts) >= MAX_COHORTS:
            cohorts.clear()
        cohort = cohorts[kind] = Cohort()
    return cohort.canonicalize(document)


def forget_cohorts() -> None:
    """Forget every template, for measurements and tests."""
    global _cohorts
    _cohorts = {}


def end_templates() -> None:
    """Use no template any more in this process: one of them was wrong."""
    global _cohorts
    _cohorts = None
    warnings.warn("a template gave another canonical form than the long way; templates are off", stacklevel=2)
