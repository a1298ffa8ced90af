"""Are the things that the badge pins by digest the ones we use (VCDM 2.0, 5.3)?

We lean on nothing but the vocabularies and never fetch a picture, so what else a badge pins is for those who show it.
"""

from __future__ import annotations

from vc_core.contexts import context_bytes, is_known
from vc_core.errors import MalformedInput, ProofError
from vc_core.model.related_resources import check_related_resource, related_resources
from verifier.codes import Check, Code
from verifier.question import Question
from verifier.report import CheckResult, failed, not_applicable, passed


def check_resources(question: Question) -> list[CheckResult]:
    """Compare the digests of vocabularies with the copies that we read the badge by."""
    if "relatedResource" not in question.document:
        return [not_applicable(Check.RESOURCES, Code.RESOURCES_NONE)]
    try:
        pinned = related_resources(question.document)
    except MalformedInput as error:
        return [failed(Check.RESOURCES, Code.RESOURCES_MALFORMED, error.detail)]
    used = [resource for resource in pinned if is_known(resource.url)]
    for resource in used:
        try:
            check_related_resource(resource, context_bytes(resource.url))
        except ProofError:
            return [failed(Check.RESOURCES, Code.RESOURCES_CHANGED, resource.url)]
    if not used:
        return [not_applicable(Check.RESOURCES, Code.RESOURCES_NOT_USED)]
    return [passed(Check.RESOURCES, Code.RESOURCES_AS_NAMED)]
