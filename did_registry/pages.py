"""The registry for people: who takes part, since when, with which keys, and how to join."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from did_registry.api import Search
from did_registry.api_own_domain import Domain
from did_registry.own_domain import TEXTS, OwnDomains, Step
from did_registry.publishing import Registry
from did_registry.records import DidDocumentVersion, Participant
from service_kit.badge_art import badge_svg
from service_kit.pages import Pages, language_of
from service_kit.problems import TooManyAttempts
from vc_core.model.accreditation import Scope, read_accreditation
from vc_core.trust.key_history import key_periods

KIND_TEXT = {
    "wo": "Research university",
    "hbo": "University of applied sciences",
    "mbo": "Vocational college",
    "other": "Other",
}
SETTING_TEXT = {"formal": "Formal", "nonFormal": "Non-formal"}
STEP_TEXT = {
    Step.ADDRESS: "Address",
    Step.ANSWERS: "Web server and certificate",
    Step.DOCUMENT: "Document",
    Step.IDENTIFIER: "Identifier",
    Step.KEYS_THERE: "Keys of the agent",
    Step.NO_OTHER_KEYS: "Other keys",
}
STATE_PILL = {"active": ("ok", "Takes part"), "suspended": ("warn", "Suspended"), "left": ("unknown", "Left")}


@dataclass(frozen=True, slots=True)
class InstitutionCard:
    """An institution as the pages show it."""

    slug: str
    name: str
    other_name: str
    kind: str
    did: str
    country: str
    website: str | None
    since: datetime
    pill: tuple[str, str]
    art: str


@dataclass(frozen=True, slots=True)
class KeyLine:
    """A key on the timeline."""

    name: str
    kind: str
    since: datetime
    until: datetime | None
    distrusted_since: datetime | None


@dataclass(frozen=True, slots=True)
class ScopeLine:
    """One kind of what may be awarded: what is limited, and to what."""

    limits: list[tuple[str, list[str]]]
    on_behalf_of: str | None


@dataclass(frozen=True, slots=True)
class AccreditationCard:
    """One statement about an institution."""

    address: str
    by: str | None
    """None: this registry itself."""
    since: datetime
    until: datetime | None
    ended: bool
    may_issue: list[ScopeLine]
    may_accredit: list[ScopeLine]


def router(registry: Registry, pages: Pages, own_domains: OwnDomains) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/")
    def index(request: Request, q: Search = "") -> HTMLResponse:
        language = language_of(request)
        cards = [_card(item, language) for item in registry.participants(search=q)]
        return pages.render(request, "registry/index.html", cards=cards, search=q)

    @routes.get("/join")
    def join(request: Request) -> HTMLResponse:
        has_history = registry.history is not None
        return pages.render(request, "registry/join.html", public_url=registry.public_url, has_history=has_history)

    @routes.get("/institutions/{slug}")
    def institution(request: Request, slug: str) -> HTMLResponse:
        participant = registry.participant(slug)
        versions = registry.did_document_versions(slug)
        card = _card(participant, language_of(request))
        return pages.render(
            request,
            "registry/institution.html",
            card=card,
            keys=_keys(versions),
            versions=versions,
            has_history=registry.history is not None,
            accreditations=_accreditations(registry, participant, language_of(request)),
        )

    @routes.get("/institutions/{slug}/own-domain")
    def own_domain(request: Request, slug: str, domain: Domain | None = None) -> HTMLResponse:
        card = _card(registry.participant(slug), language_of(request))
        check, problem = None, ""
        if domain is not None:
            try:
                check = own_domains.check(slug, domain, registry.did_document(slug).document)
            except TooManyAttempts as error:
                problem = error.detail
        return pages.render(
            request,
            "registry/own_domain.html",
            card=card,
            domain=domain or "",
            check=check,
            problem=problem,
            texts=TEXTS,
            steps=STEP_TEXT,
        )

    return routes


def _card(item: Participant, language: str) -> InstitutionCard:
    names = (item.name_nl, item.name_en) if language == "nl" else (item.name_en, item.name_nl)
    return InstitutionCard(
        slug=item.slug,
        name=names[0],
        other_name=names[1],
        kind=KIND_TEXT[item.kind],
        did=item.did,
        country=item.country,
        website=item.website,
        since=item.since,
        pill=STATE_PILL[item.state],
        art=badge_svg(names[0], issuer=item.slug, kind="regular"),
    )


def _accreditations(registry: Registry, item: Participant, language: str) -> list[AccreditationCard] | None:
    """Return what is stated of an institution, the newest first; None when this registry states nothing at all."""
    book = registry.accrediting.book() if registry.accrediting is not None else None
    if book is None:
        return None
    names = {member.did: member.name_nl if language == "nl" else member.name_en for member in registry.participants()}
    stated = [read_accreditation(version.credential) for version in book.by_subject.get(item.did, ())]
    now = datetime.now(UTC)
    return [
        AccreditationCard(
            held.id,
            None if held.issuer == book.root else names.get(held.issuer, held.issuer),
            held.since,
            held.until,
            not held.holds_at(now),
            [_scope_line(scope, names) for scope in held.may_issue],
            [_scope_line(scope, names) for scope in held.may_accredit],
        )
        for held in sorted(stated, key=lambda held: held.since, reverse=True)
    ]


def _scope_line(scope: Scope, names: Mapping[str, str]) -> ScopeLine:
    limits = [
        ("Type of achievement", sorted(scope.achievement_types)),
        ("Setting", [SETTING_TEXT[setting] for setting in sorted(scope.learning_settings)]),
        ("EQF level", [str(level) for level in sorted(scope.eqf_levels)]),
        ("Field of study (ISCED-F)", sorted(scope.fields)),
        ("Country", sorted(scope.countries)),
    ]
    behalf = scope.on_behalf_of
    return ScopeLine(
        [(name, values) for name, values in limits if values], None if behalf is None else names.get(behalf, behalf)
    )


def _keys(versions: list[DidDocumentVersion]) -> list[KeyLine]:
    """Return the keys, newest first, each with the moments it came, went, and was found to be in other hands."""
    periods = key_periods((version.published_at, version.document) for version in reversed(versions))
    # A key has a method for Data Integrity and one for JOSE; people see it once.
    once = {(period.key, period.since, period.until): period for period in reversed(periods)}
    lines = [
        KeyLine(period.name, period.key.algorithm, period.since, period.until, period.distrusted_since)
        for period in once.values()
    ]
    return sorted(lines, key=lambda line: (line.since, line.until is None), reverse=True)
