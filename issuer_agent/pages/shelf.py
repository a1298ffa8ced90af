"""The views of badge classes and awards for one request: each institution and version is read and drawn once."""

from __future__ import annotations

from collections.abc import Sequence

from issuer_agent.pages.views import AwardView, BadgeView, award_view, badge_view, version_view
from issuer_agent.records import Award, BadgeClassContent, BadgeClassVersion, Institution
from issuer_agent.service import Issuer, now
from issuer_agent.stacks import Standing


class Shelf:
    """Makes views in one language, and remembers what it read."""

    def __init__(self, issuer: Issuer, language: str) -> None:
        self._issuer = issuer
        self.language = language
        self._institutions: dict[str, Institution] = {}
        self._badges: dict[tuple[str, int], BadgeView] = {}

    def institution(self, slug: str) -> Institution:
        """Return the institution. Raises NotFound."""
        if not self._institutions:
            self._institutions = {item.slug: item for item in self._issuer.institutions.all()}
        return self._institutions.get(slug) or self._issuer.institutions.get(slug)

    def version(self, item: BadgeClassVersion) -> BadgeView:
        """Return the view of a published version."""
        key = (item.badge_class_id, item.version)
        if key not in self._badges:
            self._badges[key] = version_view(item, self.institution(item.institution), self.language)
        return self._badges[key]

    def badge(self, badge_class_id: str, number: int) -> BadgeView:
        """Return the view of one version of a badge class. Raises NotFound."""
        key = (badge_class_id, number)
        return self._badges.get(key) or self.version(self._issuer.achievements.version(badge_class_id, number))

    def draft(self, badge_class_id: str, content: BadgeClassContent, slug: str) -> BadgeView:
        """Return the view of content that is not published yet."""
        return badge_view(badge_class_id, content, self.institution(slug), self.language)

    def parts(self, version: BadgeClassVersion, own: Standing | None) -> list[tuple[BadgeView, bool, bool]]:
        """Return the parts of a composed badge: each with whether it is always needed, and whether somebody has it."""
        if version.content.stack is None:
            return []
        held = {part.badge_class_id for part in own.held} if own else set()
        return [
            (
                self.version(self._issuer.achievements.current_version(part.badge_class_id)),
                part.mandatory,
                part.badge_class_id in held,
            )
            for part in version.content.stack.parts
        ]

    def award(self, item: Award) -> AwardView:
        """Return the view of an award."""
        return self.awards([item])[0]

    def awards(self, items: Sequence[Award]) -> list[AwardView]:
        """Return the views of awards, in their order."""
        states = self._issuer.issuance.states_of([item.id for item in items])
        changes = self._issuer.awards.changes([item.id for item in items])
        moment = now()
        return [
            award_view(
                item,
                self.badge(item.badge_class_id, item.version),
                states[item.id],
                changes.get(item.id, ()),
                now=moment,
            )
            for item in items
        ]
