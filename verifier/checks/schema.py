"""Does the badge follow the published schema of its kind?

The strict shape that a verdict leans on is asked in `checks.format`; a schema says whether other programs will read it.
"""

from __future__ import annotations

from vc_core.errors import MalformedInput
from vc_core.model import schema
from verifier.codes import Check, Code
from verifier.question import Question
from verifier.report import CheckResult, failed, not_applicable, passed

MAX_SHOWN = 5


def check_schema(question: Question) -> list[CheckResult]:
    """Compare the badge with the bundled 1EdTech schema; the one a badge names by address is never fetched."""
    try:
        name = schema.schema_name(question.document)
    except MalformedInput:
        name = None
    if name is None or question.credential.is_too_complex:
        return [not_applicable(Check.SCHEMA, Code.SCHEMA_NONE)]
    if schema.follows_schema(question.document, name):
        return [passed(Check.SCHEMA, Code.SCHEMA_FOLLOWED, name)]
    findings = schema.check_schema(question.document)
    places = [f"{found.pointer or '/'} ({found.rule})" for found in findings[:MAX_SHOWN]]
    return [failed(Check.SCHEMA, Code.SCHEMA_NOT_FOLLOWED, ", ".join(places))]
