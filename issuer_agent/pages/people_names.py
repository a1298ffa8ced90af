"""The name of who acted, for a page."""

from __future__ import annotations

from issuer_agent.service import Issuer
from service_kit.problems import NotFound


def name_of(issuer: Issuer, actor: str | None) -> str:
    """Return the name of a person, or what stands for somebody who is no person: a key, a job."""
    kind, _, name = (actor or "").partition(":")
    if kind != "person":
        return name
    try:
        return issuer.people.person(name).name
    except NotFound:
        return name
