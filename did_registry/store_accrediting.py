"""Every statement about accreditations."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on

from did_registry.records import AccreditationVersion
from did_registry.tables import accreditations
from service_kit.database import insert_once


def append_accreditation(connection: sa.Connection, version: AccreditationVersion) -> bool:
    """Append a version; False when another process appended one with the same number first."""
    values = {column.name: getattr(version, column.name) for column in accreditations.columns}
    return insert_once(connection, accreditations, values, key=["name", "version"])


def newest_accreditation(connection: sa.Connection, name: str) -> AccreditationVersion | None:
    """Return the version in force, or None."""
    columns = accreditations.c
    query = sa.select(accreditations).where(columns.name == name).order_by(columns.version.desc()).limit(1)
    row = connection.execute(query).mappings().first()
    return AccreditationVersion(**row) if row else None


def newest_accreditations(connection: sa.Connection) -> list[AccreditationVersion]:
    """Return the version in force of every accreditation, by name."""
    columns = accreditations.c
    query = sa.select(accreditations).ext(distinct_on(columns.name)).order_by(columns.name, columns.version.desc())
    return [AccreditationVersion(**row) for row in connection.execute(query).mappings()]
