"""Canonical forms of documents that come one after another, many of them alike: a class of graduates."""

from __future__ import annotations

import copy
from collections.abc import Mapping

from vc_core.canonical import canonicalize
from vc_core.canonical.template import CohortTemplate, build_template

_BUILDS_AT_ONCE = 4
_DOCUMENTS_PER_BUILD = 64
"""A template costs about a millisecond to make: one for so many documents is nothing, one for each would be."""


class Cohort:
    """Gives for every document what `canonicalize` gives, through a template for as long as one fits.

    A template is used only after it gave the right answer for the document it was made from.
    """

    def __init__(self) -> None:
        self._template: CohortTemplate | None = None
        self._passed_by: Mapping[str, object] | None = None
        self._seen = 0
        self._builds = 0

    def canonicalize(self, document: Mapping[str, object]) -> str:
        """Return the canonical N-Quads with SHA-256 (RDFC-1.0).

        Raises:
            as `canonicalize`.
        """
        self._seen += 1
        if self._template is not None:
            found = self._template.canonicalize(document)
            if found is not None:
                return found
        written = canonicalize(document)
        if self._builds < _BUILDS_AT_ONCE + self._seen // _DOCUMENTS_PER_BUILD:
            self._learn(document, written)
        return written

    def _learn(self, document: Mapping[str, object], written: str) -> None:
        """Widen the template to fit this document, else begin a new one with the last that did not fit."""
        before = self._passed_by
        if self._template is not None:
            self._builds += 1
            if self._keep(self._template.widened(document), document, written):
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
