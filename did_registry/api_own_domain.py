"""The live check of an institution's own domain, for machines."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, StringConstraints
from starlette.responses import JSONResponse

from did_registry.own_domain import OwnDomains
from did_registry.publishing import Registry

type Domain = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?(?::[0-9]{1,5})?$")
]


class OwnDomainQuestion(BaseModel):
    """Which institution, and where it publishes its document itself."""

    model_config = ConfigDict(extra="forbid")
    slug: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    domain: Domain


def router(registry: Registry, own_domains: OwnDomains) -> APIRouter:
    """Return the route."""
    routes = APIRouter()

    @routes.post("/api/own-domain-checks")
    def own_domain_check(question: OwnDomainQuestion) -> JSONResponse:
        """Look whether an institution's own domain serves its identity document as it should."""
        in_force = registry.did_document(question.slug).document
        return JSONResponse(own_domains.check(question.slug, question.domain, in_force).to_json())

    return routes
