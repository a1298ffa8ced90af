"""What the screens show of badge classes and awards, made from records for one language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import nh3
from babel.numbers import format_decimal
from markdown_it import MarkdownIt
from markupsafe import Markup

from issuer_agent.credentials import main_language
from issuer_agent.issuance import IssuingState
from issuer_agent.pages.card_art import card_svg
from issuer_agent.records import Award, BadgeClassContent, BadgeClassVersion, Institution, StatusChange
from service_kit.badge_art import badge_svg

TYPE_TEXT = {
    "micro_credential": "Micro-credential",
    "regular": "Regular course",
    "extra_curricular": "Extra-curricular",
}
SECTOR_TEXT = {"wo": "University", "hbo": "University of applied sciences", "mbo": "Vocational college"}
PARTICIPATION_TEXT = {
    "online": "Online",
    "onsite": "On site",
    "blended": "Blended",
    "work_experience": "Work experience",
}
ASSESSMENT_TEXT = {
    "written_exam": "Written exam",
    "report_paper": "Report or paper",
    "behavioural_assessment": "Observation in practice",
    "professional_product": "Professional product",
    "development_report": "Development report",
    "portfolio_assessment": "Portfolio",
    "oral_exam": "Oral exam or presentation",
    "personalized_assessment": "Personal assessment",
}
STATE_PILL = {"draft": ("wait", "Draft"), "active": ("ok", "Active"), "archived": ("unknown", "Archived")}
REQUEST_PILL = {
    "open": ("wait", "Waiting for an answer"),
    "awarded": ("ok", "Awarded"),
    "denied": ("bad", "Denied"),
    "withdrawn": ("unknown", "Withdrawn"),
}
AWARD_PILL = {
    "not_issued": ("info", "Ready to collect"),
    "waiting": ("wait", "Waits for a signature"),
    "issued": ("ok", "In a wallet"),
    "signed_file": ("ok", "Signed file"),
    "expired": ("warn", "Expired"),
    "suspended": ("warn", "On hold"),
    "revoked": ("bad", "Revoked"),
}
CHANGE_TEXT = {"revoked": "Revoked", "suspended": "On hold", "reinstated": "Given back"}
_MARKDOWN = MarkdownIt("commonmark", {"html": False, "linkify": False})
_TAGS = {"p", "ul", "ol", "li", "strong", "em", "a", "h3", "h4", "br", "code", "blockquote"}


@dataclass(frozen=True, slots=True)
class BadgeView:
    """A badge class as a card and as a page show it."""

    id: str
    title: str
    issuer: str
    unit: str
    type_text: str
    facts: list[tuple[str, str]]
    """Sentence and value, e.g. ("{value} EC", "5")."""
    art: Markup
    """The badge itself."""
    card: Markup
    """The badge on a field, for the top of a card."""
    description: str
    criteria: Markup
    outcomes: tuple[str, ...]
    content: BadgeClassContent
    slug: str


@dataclass(frozen=True, slots=True)
class AwardView:
    """An award as lists show it."""

    id: str
    badge: BadgeView
    recipient: str
    email: str
    awarded_at: datetime
    expires_at: datetime | None
    grade: str | None
    pill: tuple[str, str]
    state: str
    changes: list[tuple[str, datetime, str]]
    """What became of it: text, moment and reason."""
    delivery: str
    evidence_url: str | None
    narrative: str | None
    version: int


def badge_view(badge_class_id: str, content: BadgeClassContent, institution: Institution, language: str) -> BadgeView:
    """Return the view of this content."""
    title = content.title.get(language)
    issuer = institution.name(language)
    # The same picture as in the credential: drawn from the title in the badge's own language.
    name = content.title.get(main_language(content))
    art = badge_svg(name, issuer=institution.slug, kind=content.type)
    return BadgeView(
        id=badge_class_id,
        title=title,
        issuer=content.on_behalf_of or issuer,
        unit=content.unit.get(language),
        type_text=TYPE_TEXT[content.type],
        facts=_facts(content, language),
        art=Markup(art),  # noqa: S704 - our own picture
        card=Markup(card_svg(art, name=name, issuer=institution.slug)),  # noqa: S704 - our own picture
        description=content.description.get(language),
        criteria=markdown(content.criteria.get(language)),
        outcomes=content.learning_outcomes.get(language),
        content=content,
        slug=institution.slug,
    )


def version_view(version: BadgeClassVersion, institution: Institution, language: str) -> BadgeView:
    """Return the view of a published version."""
    return badge_view(version.badge_class_id, version.content, institution, language)


def award_view(
    award: Award, badge: BadgeView, issuing: IssuingState, changes: Sequence[StatusChange], *, now: datetime
) -> AwardView:
    """Return the view of an award."""
    name = _state(award, issuing, now)
    return AwardView(
        id=award.id,
        badge=badge,
        recipient=award.recipient_name,
        email=award.recipient_email,
        awarded_at=award.awarded_at,
        expires_at=award.expires_at,
        grade=award.grade,
        pill=AWARD_PILL[name],
        state=name,
        changes=[(CHANGE_TEXT[change.act], change.at, change.reason) for change in changes],
        delivery=award.delivery,
        evidence_url=award.evidence_url,
        narrative=award.narrative,
        version=award.version,
    )


def _state(award: Award, issuing: IssuingState, now: datetime) -> str:
    if award.revoked_at is not None:
        return "revoked"
    if award.suspended_at is not None:
        return "suspended"
    if award.expires_at is not None and award.expires_at <= now:
        return "expired"
    if award.delivery == "file":
        return "signed_file" if issuing.state == "issued" else "waiting"
    return issuing.state


def markdown(text: str) -> Markup:
    """Return Markdown as safe HTML: no HTML of its own, no pictures, links that do not tell where they come from."""
    html = nh3.clean(_MARKDOWN.render(text), tags=_TAGS, attributes={"a": {"href"}}, url_schemes={"https"})
    return Markup(html)  # noqa: S704 - cleaned on the line above


def _facts(content: BadgeClassContent, language: str) -> list[tuple[str, str]]:
    facts = [(TYPE_TEXT[content.type], "")]
    if content.ects is not None:
        facts.append(("{value} EC", format_decimal(content.ects, locale=language)))
    if content.study_load_hours is not None:
        facts.append(("{value} study-load hours", str(content.study_load_hours)))
    if content.time_investment_hours is not None:
        facts.append(("{value} hours", str(content.time_investment_hours)))
    if content.eqf is not None:
        facts.append(("NLQF {value}" if content.eqf_confirmed else "NLQF {value} (indicative)", str(content.eqf)))
    return facts
