"""The statements of institutions, badge classes, requests, awards and the audit chain; rows leave as frozen records.

Those of people, sessions and keys are in `store_people`, those of issuing in `store_issuing`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.dialects.postgresql import insert

from issuer_agent.records import (
    Award,
    BadgeClass,
    BadgeClassContent,
    BadgeClassVersion,
    BadgeRequest,
    Institution,
    Person,
    Text,
)
from issuer_agent.tables import (
    audit,
    awards,
    badge_class_versions,
    badge_classes,
    institutions,
    people,
    requests,
)
from service_kit.audit import FIRST, AuditEntry, chain_digest
from service_kit.database import insert_once

CONTENT = TypeAdapter(BadgeClassContent)
_TEXT = TypeAdapter(Text)
PAGE = 50
COUNTED = 100_000


# --- institutions ---


def add_institution(connection: sa.Connection, institution: Institution) -> bool:
    """Add an institution; say whether it is new."""
    return insert_once(connection, institutions, _row(institution), key=["slug"])


def save_institution(connection: sa.Connection, institution: Institution) -> None:
    """Keep what provisioning has reached."""
    connection.execute(institutions.update().where(institutions.c.slug == institution.slug).values(**_row(institution)))


def find_institution(connection: sa.Connection, slug: str) -> Institution | None:
    """Return the institution, or None."""
    row = connection.execute(sa.select(institutions).where(institutions.c.slug == slug)).mappings().first()
    return Institution(**row) if row else None


def list_institutions(connection: sa.Connection) -> list[Institution]:
    """Return all institutions, by Dutch name."""
    return [
        Institution(**row)
        for row in connection.execute(sa.select(institutions).order_by(institutions.c.name_nl)).mappings()
    ]


def set_second_person(connection: sa.Connection, slug: str, number: int | None) -> None:
    """Keep from how many awards at once a second person decides."""
    connection.execute(institutions.update().where(institutions.c.slug == slug).values(second_person_from=number))


# --- badge classes ---


def add_badge_class(connection: sa.Connection, badge_class: BadgeClass) -> None:
    """Add a badge class."""
    connection.execute(badge_classes.insert().values(**_badge_class_row(badge_class)))


def save_badge_class(connection: sa.Connection, badge_class: BadgeClass) -> None:
    """Keep the state and draft of a badge class."""
    here = badge_classes.c.id == badge_class.id
    connection.execute(badge_classes.update().where(here).values(**_badge_class_row(badge_class)))


def find_badge_class(connection: sa.Connection, badge_class_id: str, *, lock: bool = False) -> BadgeClass | None:
    """Return the badge class, or None; with `lock` nobody else changes it until the transaction ends."""
    query = sa.select(badge_classes).where(badge_classes.c.id == badge_class_id)
    row = connection.execute(query.with_for_update() if lock else query).mappings().first()
    return _badge_class(row) if row else None


def list_badge_classes(
    connection: sa.Connection, institution: str
) -> list[tuple[BadgeClass, BadgeClassVersion | None]]:
    """Return the badge classes of an institution with their current versions, newest first."""
    query = sa.select(badge_classes).where(badge_classes.c.institution == institution)
    found = connection.execute(query.order_by(badge_classes.c.created_at.desc(), badge_classes.c.id)).mappings()
    classes = [_badge_class(row) for row in found]
    versions = {version.badge_class_id: version for version in _current_versions(connection, institution)}
    return [(item, versions.get(item.id)) for item in classes]


def _current_versions(connection: sa.Connection, institution: str) -> list[BadgeClassVersion]:
    query = _versions().where(badge_class_versions.c.version == badge_classes.c.current_version)
    found = connection.execute(query.where(badge_classes.c.institution == institution)).mappings()
    return [version_of(row) for row in found]


def add_badge_class_version(connection: sa.Connection, version: BadgeClassVersion) -> bool:
    """Append a version; False when one with this number is there."""
    values = {
        "badge_class_id": version.badge_class_id,
        "version": version.version,
        "content": CONTENT.dump_python(version.content, mode="json"),
        "published_at": version.published_at,
    }
    return insert_once(connection, badge_class_versions, values, key=["badge_class_id", "version"])


def find_version(connection: sa.Connection, badge_class_id: str, number: int) -> BadgeClassVersion | None:
    """Return one version, or None."""
    query = _versions().where(badge_class_versions.c.badge_class_id == badge_class_id)
    row = connection.execute(query.where(badge_class_versions.c.version == number)).mappings().first()
    return version_of(row) if row else None


def find_current_version(connection: sa.Connection, badge_class_id: str) -> BadgeClassVersion | None:
    """Return the version that new awards pin, or None."""
    query = _versions().where(badge_classes.c.id == badge_class_id)
    current = badge_class_versions.c.version == badge_classes.c.current_version
    row = connection.execute(query.where(current)).mappings().first()
    return version_of(row) if row else None


def list_current_versions(
    connection: sa.Connection,
    *,
    institution: str | None = None,
    search: str = "",
    kind: str | None = None,
    sector: str | None = None,
) -> list[BadgeClassVersion]:
    """Return the current versions of active badge classes, newest first: of an institution, a type, a sector."""
    query = _versions().where(
        badge_class_versions.c.version == badge_classes.c.current_version, badge_classes.c.state == "active"
    )
    if institution is not None:
        query = query.where(badge_classes.c.institution == institution)
    if kind is not None:
        query = query.where(badge_class_versions.c.content["type"].astext == kind)
    if sector is not None:
        of_sector = sa.select(institutions.c.slug).where(institutions.c.kind == sector)
        query = query.where(badge_classes.c.institution.in_(of_sector))
    if search:
        needle = f"%{search.lower().replace('%', '').replace('_', ' ')}%"
        query = query.where(sa.func.lower(badge_class_versions.c.content["title"].astext).like(needle))
    query = query.order_by(badge_class_versions.c.published_at.desc(), badge_classes.c.id)
    return [version_of(row) for row in connection.execute(query).mappings()]


# --- requests ---


def add_request(connection: sa.Connection, request: BadgeRequest) -> bool:
    """Add a request; False when this person already has an open one for the badge class."""
    statement = insert(requests).values(**asdict(request)).on_conflict_do_nothing()
    return connection.execute(statement.returning(sa.literal(1))).first() is not None


def find_request(connection: sa.Connection, request_id: str) -> BadgeRequest | None:
    """Return the request, or None."""
    row = connection.execute(sa.select(requests).where(requests.c.id == request_id)).mappings().first()
    return BadgeRequest(**row) if row else None


def decide_request(connection: sa.Connection, decided: BadgeRequest) -> bool:
    """Close an open request; False when it is not open any more."""
    open_one = (requests.c.id == decided.id) & (requests.c.state == "open")
    changed = connection.execute(requests.update().where(open_one).values(**asdict(decided)).returning(sa.literal(1)))
    return changed.first() is not None


def answer_open_request(connection: sa.Connection, award: Award) -> str | None:
    """Close the recipient's own open request, which this award answers; return it, or None."""
    asked = sa.select(people.c.id).where(people.c.email == award.recipient_email).scalar_subquery()
    open_one = (
        (requests.c.badge_class_id == award.badge_class_id)
        & (requests.c.person_id == asked)
        & (requests.c.state == "open")
    )
    values = {
        "state": "awarded",
        "decided_at": award.awarded_at,
        "decided_by": award.awarded_by,
        "award_id": award.id,
    }
    return connection.execute(requests.update().where(open_one).values(**values).returning(requests.c.id)).scalar()


def has_open_request(connection: sa.Connection, badge_class_id: str, person_id: str) -> bool:
    """Say whether this person waits for an answer on this badge class."""
    query = sa.select(sa.literal(1)).where(
        requests.c.badge_class_id == badge_class_id, requests.c.person_id == person_id, requests.c.state == "open"
    )
    return connection.execute(query).first() is not None


def list_requests(
    connection: sa.Connection, *, institution: str | None = None, person_id: str | None = None, state: str | None = None
) -> list[tuple[BadgeRequest, Person]]:
    """Return requests with who asked, oldest first."""
    query = sa.select(requests, people.c.name, people.c.email).join(people)
    if institution is not None:
        query = query.join(badge_classes, badge_classes.c.id == requests.c.badge_class_id)
        query = query.where(badge_classes.c.institution == institution)
    if person_id is not None:
        query = query.where(requests.c.person_id == person_id)
    if state is not None:
        query = query.where(requests.c.state == state)
    found = []
    for row in connection.execute(query.order_by(requests.c.created_at, requests.c.id)).mappings():
        own = {column.name: row[column.name] for column in requests.columns}
        found.append((BadgeRequest(**own), Person(row["person_id"], row["name"], row["email"])))
    return found


# --- awards ---


def lock_recipient(connection: sa.Connection, badge_class_id: str, email: str) -> None:
    """Let nobody else decide about this badge for this person until the transaction ends."""
    connection.execute(
        sa.text("select pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": f"{badge_class_id} {email}"}
    )


def add_award(connection: sa.Connection, award: Award) -> bool:
    """Add an award; False when the same one (recipient and batch, or idempotency key) is there."""
    statement = insert(awards).values(**asdict(award)).on_conflict_do_nothing()
    return connection.execute(statement.returning(sa.literal(1))).first() is not None


def find_award(connection: sa.Connection, award_id: str) -> Award | None:
    """Return the award, or None."""
    row = connection.execute(sa.select(awards).where(awards.c.id == award_id)).mappings().first()
    return Award(**row) if row else None


def find_awards(connection: sa.Connection, award_ids: Iterable[str]) -> dict[str, Award]:
    """Return these awards, by identifier."""
    query = sa.select(awards).where(awards.c.id.in_(list(award_ids)))
    return {row["id"]: Award(**row) for row in connection.execute(query).mappings()}


def find_award_by_key(connection: sa.Connection, institution: str, idempotency_key: str) -> Award | None:
    """Return the award that was made under this key of the caller's, or None."""
    keyed = (awards.c.institution == institution) & (awards.c.idempotency_key == idempotency_key)
    row = connection.execute(sa.select(awards).where(keyed)).mappings().first()
    return Award(**row) if row else None


def find_award_in_batch(connection: sa.Connection, award: Award) -> Award | None:
    """Return the award of the same badge class to the same recipient in the same batch, or None."""
    same = (
        (awards.c.badge_class_id == award.badge_class_id)
        & (awards.c.recipient_email == award.recipient_email)
        & (awards.c.batch == award.batch)
    )
    row = connection.execute(sa.select(awards).where(same)).mappings().first()
    return Award(**row) if row else None


def list_awards(
    connection: sa.Connection, *, institution: str | None = None, email: str | None = None, limit: int = PAGE
) -> list[Award]:
    """Return the newest awards of an institution or a person."""
    query = sa.select(awards).order_by(awards.c.awarded_at.desc(), awards.c.id).limit(limit)
    if institution is not None:
        query = query.where(awards.c.institution == institution)
    if email is not None:
        query = query.where(awards.c.recipient_email == email)
    return [Award(**row) for row in connection.execute(query).mappings()]


def find_held_award(connection: sa.Connection, badge_class_id: str, email: str, *, now: datetime) -> str | None:
    """Return the award by which this person has the badge, not revoked and not expired, or None."""
    query = sa.select(awards.c.id).where(
        awards.c.badge_class_id == badge_class_id,
        awards.c.recipient_email == email,
        awards.c.revoked_at.is_(None),
        sa.or_(awards.c.expires_at.is_(None), awards.c.expires_at > now),
    )
    return connection.execute(query.limit(1)).scalar()


def revoke_award(connection: sa.Connection, award_id: str, *, reason: str, now: datetime) -> bool:
    """Mark an award as revoked; False when it was already."""
    here = (awards.c.id == award_id) & awards.c.revoked_at.is_(None)
    values = {"revoked_at": now, "revocation_reason": reason}
    return connection.execute(awards.update().where(here).values(**values).returning(sa.literal(1))).first() is not None


def count_institution(connection: sa.Connection, slug: str) -> dict[str, int]:
    """Return the numbers of the dashboard: open requests, active classes, awards, revoked awards.

    Awards are counted up to `COUNTED`.
    """
    of_institution = badge_classes.c.institution == slug
    open_requests = sa.select(sa.func.count()).select_from(requests.join(badge_classes))
    counts: dict[str, sa.Select[Any]] = {
        "open_requests": open_requests.where(of_institution, requests.c.state == "open"),
        "active_classes": sa.select(sa.func.count()).where(of_institution, badge_classes.c.state == "active"),
        "awards": _up_to(COUNTED, sa.select(sa.literal(1)).where(awards.c.institution == slug)),
        "revoked": _up_to(
            COUNTED, sa.select(sa.literal(1)).where(awards.c.institution == slug, awards.c.revoked_at.is_not(None))
        ),
    }
    return {name: int(connection.execute(query).scalar_one()) for name, query in counts.items()}


def _up_to(most: int, query: sa.Select[Any]) -> sa.Select[Any]:
    """Count the rows of a query, and stop at so many: nobody reads the last digits of a million."""
    return sa.select(sa.func.count()).select_from(query.limit(most).subquery())


# --- audit ---


def append_audit(
    connection: sa.Connection, *, at: datetime, actor: str, act: str, acts: Sequence[tuple[str, dict[str, Any]]]
) -> None:
    """Append acts (target and details) to the chain; a lock keeps the chain single while the transaction lasts."""
    connection.execute(sa.text("select pg_advisory_xact_lock(hashtext('issuer-audit'))"))
    last = connection.execute(
        sa.select(audit.c.number, audit.c.digest).order_by(audit.c.number.desc()).limit(1)
    ).first()
    number, previous = (last.number + 1, last.digest) if last else (1, FIRST)
    at = at.astimezone(UTC)
    rows = []
    for target, details in acts:
        digest = chain_digest(previous, at=at, actor=actor, act=act, target=target, details=details)
        values = {"at": at, "actor": actor, "act": act, "target": target, "details": details}
        rows.append({"number": number, "previous": previous, "digest": digest, **values})
        number, previous = number + 1, digest
    connection.execute(audit.insert(), rows)


def list_audit(connection: sa.Connection) -> list[AuditEntry]:
    """Return the whole chain, oldest first."""
    rows = connection.execute(sa.select(audit).order_by(audit.c.number)).mappings()
    found = [{name: row[name] for name in row if name != "number"} for row in rows]
    # The digest was made of the moment in UTC; the database answers in the time zone of its session.
    return [AuditEntry(**{**entry, "at": entry["at"].astimezone(UTC)}) for entry in found]


def _row(institution: Institution) -> dict[str, Any]:
    return {column.name: getattr(institution, column.name) for column in institutions.columns}


def _badge_class_row(badge_class: BadgeClass) -> dict[str, Any]:
    draft = None if badge_class.draft is None else CONTENT.dump_python(badge_class.draft, mode="json")
    return {
        "id": badge_class.id,
        "institution": badge_class.institution,
        "state": badge_class.state,
        "current_version": badge_class.current_version,
        "draft": draft if draft is not None else sa.null(),
        "created_at": badge_class.created_at,
    }


def _badge_class(row: sa.RowMapping) -> BadgeClass:
    values = dict(row)
    values["draft"] = None if row["draft"] is None else CONTENT.validate_python(row["draft"])
    return BadgeClass(**values)


def _versions() -> sa.Select[Any]:
    return sa.select(badge_class_versions, badge_classes.c.institution).join(badge_classes)


def version_of(row: sa.RowMapping) -> BadgeClassVersion:
    """Return a version from a row that also has its institution."""
    return BadgeClassVersion(**{**row, "content": CONTENT.validate_python(row["content"])})


def text_of(value: object) -> Text:
    """Return a text in both languages as it stands in the content of a version."""
    return _TEXT.validate_python(value)
