"""May this person see or do this? Asked here and nowhere else; what is not yours does not exist."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from issuer_agent.audit_trail import Actor
from issuer_agent.records import Membership, Person, Role
from service_kit.problems import AccessDenied, NotFound

type Act = Literal["view", "edit_badge_classes", "decide", "award", "revoke", "administrate"]

ROLES_FOR: dict[Act, frozenset[Role]] = {
    "view": frozenset({"administrator", "editor", "awarder", "viewer"}),
    "edit_badge_classes": frozenset({"administrator", "editor"}),
    "decide": frozenset({"administrator", "editor", "awarder"}),
    "award": frozenset({"administrator", "editor", "awarder"}),
    "revoke": frozenset({"administrator", "editor", "awarder"}),
    "administrate": frozenset({"administrator"}),
}


FRESH = timedelta(minutes=15)


class SignInAgain(AccessDenied):
    """They may do this, but it is too long ago that they proved who they are."""

    title = "Sign in again"
    code = "sign-in-again"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody with a session or a key, and what they may do."""

    actor: Actor
    person: Person | None = None
    memberships: Sequence[Membership] = ()
    key_for: str | None = None
    """An API key of this institution."""
    operator: bool = False
    """The operator's key: every institution."""
    signed_in_at: datetime | None = None
    """Of somebody with a session: when they last proved who they are."""

    def require(self, act: Act, institution: str) -> None:
        """Return when the visitor may do this for the institution.

        Raises:
            NotFound: they have nothing to do with the institution.
            AccessDenied: they belong to it, in a role that may not do this.
        """
        if self.operator or self.key_for == institution:
            return
        roles = {item.role for item in self.memberships if item.institution == institution}
        if not roles & ROLES_FOR["view"]:
            raise NotFound("This does not exist, or is not yours to see.")
        if not roles & ROLES_FOR[act]:
            raise AccessDenied("Your role does not allow this. Ask an administrator of your institution.")

    def require_fresh(self, *, now: datetime) -> None:
        """Return when the visitor proved a short while ago who they are; for what cannot be undone.

        Raises:
            SignInAgain: it is too long ago.
        """
        if self.signed_in_at is None or now - self.signed_in_at > FRESH:
            raise SignInAgain("This cannot be undone, so sign in once more first. What you typed was not used yet.")

    def may(self, act: Act, institution: str) -> bool:
        """Say whether `require` would return; for what a page shows."""
        try:
            self.require(act, institution)
        except (NotFound, AccessDenied):
            return False
        return True

    @property
    def works_at(self) -> list[str]:
        """Return the institutions where the visitor is staff."""
        return [item.institution for item in self.memberships if item.role in ROLES_FOR["view"]]

    @property
    def is_student(self) -> bool:
        """Say whether the visitor studies somewhere."""
        return any(item.role == "student" for item in self.memberships)
