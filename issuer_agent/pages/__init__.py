"""The portal: pages for staff and students. A page parses, calls one use case and renders."""

from fastapi import APIRouter, Depends

from issuer_agent.pages import (
    awarding,
    batches,
    catalogue,
    composed,
    editor,
    insights,
    keys,
    organisation,
    revoking,
    session,
    staff,
    student,
)
from issuer_agent.pages.visiting import Visiting
from issuer_agent.service import Issuer
from issuer_agent.strict_input import plain_address
from service_kit.pages import Pages


def router(issuer: Issuer, pages: Pages) -> APIRouter:
    """Return the routes of all areas."""
    visiting = Visiting(issuer, pages)
    routes = APIRouter(include_in_schema=False, dependencies=[Depends(plain_address)])
    for area in (
        session,
        catalogue,
        student,
        staff,
        awarding,
        batches,
        composed,
        organisation,
        revoking,
        insights,
        editor,
        keys,
    ):
        routes.include_router(area.router(issuer, visiting))
    return routes


__all__ = ["router"]
