"""Does the badge follow the published schema of its kind?

The strict shape that a verdict leans on is asked in `checks.format`; a schema says whether other programs will read it.
"""

from __future__ import annotations

from collections.abc import Iterator

from vc_core.errors import MalformedInput
from vc_core.json_text import JsonObject
from vc_core.model import schema
from verifier.codes import Check, Code
from verifier.question import Question
from verifier.report import CheckResult, failed, not_applicable, passed

MAX_SHOWN = 5
MAX_STATUSES = 4


def check_schema(question: Question) -> list[CheckResult]:
    """Compare the badge with the bundled 1EdTech schema; the one a badge names by address is never fetched."""
    try:
        name = schema.schema_name(question.document)
    except MalformedInput:
        name = None
    if name is None or question.credential.is_too_complex:
        return [not_applicable(Check.SCHEMA, Code.SCHEMA_NONE)]
    variants = list(_with_one_status(question.document))
    if all(schema.follows_schema(document, name) for document in variants):
        return [passed(Check.SCHEMA, Code.SCHEMA_FOLLOWED, name)]
    findings = [found for document in variants for found in schema.check_schema(document)]
    places = [f"{found.pointer or '/'} ({found.rule})" for found in findings[:MAX_SHOWN]]
    return [failed(Check.SCHEMA, Code.SCHEMA_NOT_FOLLOWED, ", ".join(places))]


def _with_one_status(document: JsonObject) -> Iterator[JsonObject]:
    """Yield the badge with each of its statuses alone: the schema knows one, VCDM 2.0 (4.10) a set of them."""
    statuses = document.get("credentialStatus")
    if isinstance(statuses, list) and 1 < len(statuses) <= MAX_STATUSES:
        yield from ({**document, "credentialStatus": status} for status in statuses)
    else:
        yield document
