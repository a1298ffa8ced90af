"""Badge classes: their life from draft to active to archived, version by version.

What a badge class must say before it may be published is in `badge_class_rules`.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from issuer_agent import store, store_stacks
from issuer_agent.audit_trail import Actor, note
from issuer_agent.badge_class_rules import MAX_LINE, findings
from issuer_agent.records import (
    BadgeClass,
    BadgeClassContent,
    BadgeClassType,
    BadgeClassVersion,
    Institution,
    Kind,
    Text,
)
from service_kit.database import begin
from service_kit.problems import InvalidValues, NotFound, RuleRefused


@dataclass(frozen=True, slots=True)
class Achievements:
    """The use cases of badge classes."""

    engine: sa.Engine

    def create(
        self, institution: Institution, content: BadgeClassContent, *, actor: Actor, now: datetime
    ) -> BadgeClass:
        """Make a draft; only a title is needed yet.

        Raises:
            InvalidValues: no title.
        """
        _require_title(content)
        made = BadgeClass(str(uuid.uuid4()), institution.slug, "draft", None, content, now)
        with begin(self.engine) as connection:
            store.add_badge_class(connection, made)
            note(connection, actor, "badge_class_drafted", made.id, now=now)
        return made

    def create_active(
        self, institution: Institution, content: BadgeClassContent, *, actor: Actor, now: datetime
    ) -> BadgeClassVersion:
        """Make a badge class and publish its first version at once; nothing is kept when it may not be published.

        Raises:
            InvalidValues: it does not follow the rules of its type; `errors` says which.
        """
        _require_complete(content, institution)
        made = BadgeClass(str(uuid.uuid4()), institution.slug, "draft", None, content, now)
        with begin(self.engine) as connection:
            store.add_badge_class(connection, made)
            return _publish(connection, made, content, actor=actor, now=now)

    def edit(self, badge_class_id: str, content: BadgeClassContent, *, actor: Actor, now: datetime) -> BadgeClass:
        """Keep changes as the draft of the next version; badges that exist keep theirs.

        Raises:
            NotFound: no such badge class.
            RuleRefused: it is archived.
            InvalidValues: no title.
        """
        _require_title(content)
        with begin(self.engine) as connection:
            changed = replace(_changeable(connection, badge_class_id), draft=content)
            store.save_badge_class(connection, changed)
            note(connection, actor, "badge_class_edited", badge_class_id, now=now)
        return changed

    def publish(
        self, badge_class_id: str, *, institution: Institution, actor: Actor, now: datetime
    ) -> BadgeClassVersion:
        """Publish the draft as the next version; from then on it never changes.

        Raises:
            NotFound: no such badge class.
            RuleRefused: there is no draft, or it is archived.
            InvalidValues: the draft does not follow the rules of its type; `errors` says which.
        """
        with begin(self.engine) as connection:
            current = _changeable(connection, badge_class_id)
            if current.draft is None:
                raise RuleRefused("There is nothing new to publish.", code="no-draft")
            _require_complete(current.draft, institution)
            return _publish(connection, current, current.draft, actor=actor, now=now)

    def publish_content(
        self,
        badge_class_id: str,
        content: BadgeClassContent,
        *,
        institution: Institution,
        actor: Actor,
        now: datetime,
    ) -> BadgeClassVersion:
        """Publish this content as the next version at once; nothing is kept when it may not be published.

        Raises:
            NotFound: no such badge class.
            RuleRefused: it is archived.
            InvalidValues: it does not follow the rules of its type; `errors` says which.
        """
        _require_complete(content, institution)
        with begin(self.engine) as connection:
            current = _changeable(connection, badge_class_id)
            return _publish(connection, current, content, actor=actor, now=now)

    def copy(self, badge_class_id: str, *, actor: Actor, now: datetime) -> BadgeClass:
        """Make a draft that says what this badge class says; also when that is archived.

        Raises:
            NotFound: no such badge class.
        """
        with begin(self.engine) as connection:
            found = store.find_badge_class(connection, badge_class_id)
            version = store.find_current_version(connection, badge_class_id)
            content = (found.draft if found else None) or (version.content if version else None)
            if found is None or content is None:
                raise NotFound("This badge class does not exist.")
            title = Text(_marked(content.title.nl, "kopie"), _marked(content.title.en, "copy"))
            copied = replace(content, title=title)
            made = BadgeClass(str(uuid.uuid4()), found.institution, "draft", None, copied, now)
            store.add_badge_class(connection, made)
            note(connection, actor, "badge_class_drafted", made.id, now=now, copy_of=badge_class_id)
        return made

    def archive(self, badge_class_id: str, *, actor: Actor, now: datetime) -> BadgeClass:
        """Stop new requests and awards; badges that exist stay what they are. Raises NotFound."""
        with begin(self.engine) as connection:
            current = store.find_badge_class(connection, badge_class_id, lock=True)
            if current is None:
                raise NotFound("This badge class does not exist.")
            if current.state == "archived":
                return current
            changed = replace(current, state="archived")
            store.save_badge_class(connection, changed)
            note(connection, actor, "badge_class_archived", badge_class_id, now=now)
        return changed

    def get(self, badge_class_id: str) -> BadgeClass:
        """Return the badge class. Raises NotFound."""
        with begin(self.engine) as connection:
            found = store.find_badge_class(connection, badge_class_id)
        if found is None:
            raise NotFound("This badge class does not exist.")
        return found

    def current_version(self, badge_class_id: str) -> BadgeClassVersion:
        """Return the version that new awards pin. Raises NotFound when nothing is published."""
        with begin(self.engine) as connection:
            found = store.find_current_version(connection, badge_class_id)
        if found is None:
            raise NotFound("This badge class is not published yet.")
        return found

    def version(self, badge_class_id: str, number: int) -> BadgeClassVersion:
        """Return one version. Raises NotFound."""
        with begin(self.engine) as connection:
            found = store.find_version(connection, badge_class_id, number)
        if found is None:
            raise NotFound("This version of the badge class does not exist.")
        return found

    def catalogue(
        self,
        *,
        institution: str | None = None,
        search: str = "",
        kind: BadgeClassType | None = None,
        sector: Kind | None = None,
    ) -> list[BadgeClassVersion]:
        """Return the current versions of all active badge classes, or those of an institution, a type or a sector."""
        with begin(self.engine) as connection:
            return store.list_current_versions(
                connection, institution=institution, search=search, kind=kind, sector=sector
            )

    def of_institution(self, slug: str) -> list[tuple[BadgeClass, BadgeClassVersion | None]]:
        """Return every badge class of an institution with its current version, drafts and archived ones too."""
        with begin(self.engine) as connection:
            return store.list_badge_classes(connection, slug)


def _publish(
    connection: sa.Connection, current: BadgeClass, content: BadgeClassContent, *, actor: Actor, now: datetime
) -> BadgeClassVersion:
    """Append the next version; the row of `current` is locked or new, so nobody else has this number."""
    _require_known_parts(connection, current, content)
    number = (current.current_version or 0) + 1
    version = BadgeClassVersion(current.id, number, content, now, current.institution)
    store.add_badge_class_version(connection, version)
    store.save_badge_class(connection, replace(current, state="active", current_version=number, draft=None))
    note(connection, actor, "badge_class_published", current.id, now=now, version=number)
    return version


def _changeable(connection: sa.Connection, badge_class_id: str) -> BadgeClass:
    """Return the badge class, locked until the transaction ends. Raises NotFound, RuleRefused."""
    current = store.find_badge_class(connection, badge_class_id, lock=True)
    if current is None:
        raise NotFound("This badge class does not exist.")
    if current.state == "archived":
        raise RuleRefused(
            "An archived badge class is not changed any more. Copy it instead.", code="badge-class-archived"
        )
    return current


def _marked(title: str, mark: str) -> str:
    return f"{title[: MAX_LINE - len(mark) - 3]} ({mark})" if title else ""


def _require_title(content: BadgeClassContent) -> None:
    if not (content.title.nl.strip() or content.title.en.strip()):
        raise InvalidValues(
            "Give the badge class a title.",
            errors=[{"pointer": "/title/nl", "detail": "Give the badge class a title."}],
        )


def _require_complete(content: BadgeClassContent, institution: Institution) -> None:
    found = findings(content, institution.kind)
    if found:
        raise InvalidValues("The badge class is not complete yet.", errors=[item.to_json() for item in found])


def _require_known_parts(connection: sa.Connection, current: BadgeClass, content: BadgeClassContent) -> None:
    """Return when the parts of a composed badge are published badge classes, and not itself. Raises InvalidValues."""
    wanted = {part.badge_class_id for part in content.stack.parts} if content.stack else set()
    if wanted - store_stacks.known_classes(connection, wanted - {current.id}):
        errors = [{"pointer": "/stack/parts", "detail": "A part must be another published badge class."}]
        raise InvalidValues("The badge class is not complete yet.", errors=errors)
