"""Every statement about histories and the log of signatures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from did_registry.records import DidDocumentVersion, SignedHead
from did_registry.tables import (
    accreditations,
    did_documents,
    did_log_lines,
    other_lists,
    participants,
    signing_log_heads,
    signing_log_nodes,
    status_lists,
)
from service_kit.database import insert_once
from vc_core.trust.merkle import Place


def log_lines(connection: sa.Connection, slug: str) -> list[str]:
    """Return the lines of a history, in order."""
    query = sa.select(did_log_lines.c.line).where(did_log_lines.c.slug == slug).order_by(did_log_lines.c.number)
    return list(connection.execute(query).scalars())


def all_log_lines(connection: sa.Connection) -> dict[str, list[str]]:
    """Return the lines of every history, by short name."""
    query = sa.select(did_log_lines.c.slug, did_log_lines.c.line).order_by(did_log_lines.c.slug, did_log_lines.c.number)
    found: dict[str, list[str]] = {}
    for slug, line in connection.execute(query):
        found.setdefault(slug, []).append(line)
    return found


def append_log_line(connection: sa.Connection, slug: str, number: int, line: str) -> bool:
    """Append a line; False when another process appended one with the same number first."""
    return insert_once(
        connection, did_log_lines, {"slug": slug, "number": number, "line": line}, key=["slug", "number"]
    )


def documents_without_line(connection: sa.Connection) -> list[DidDocumentVersion]:
    """Return the versions that are not in a history yet, in order."""
    both = (did_log_lines.c.slug == did_documents.c.slug) & (did_log_lines.c.number == did_documents.c.version)
    query = (
        sa.select(did_documents)
        .outerjoin(did_log_lines, both)
        .where(did_log_lines.c.slug.is_(None))
        .order_by(did_documents.c.slug, did_documents.c.version)
    )
    return [DidDocumentVersion(**row) for row in connection.execute(query).mappings()]


def fingerprint(connection: sa.Connection) -> tuple[object, ...]:
    """Return something that is another when anything that is published changed."""
    count = sa.func.count()
    lists = sa.select(count, sa.func.max(status_lists.c.published_at)).select_from(status_lists)
    others = sa.select(count, sa.func.max(other_lists.c.published_at)).select_from(other_lists)
    counts = [
        connection.execute(sa.select(count).select_from(table)).scalar_one()
        for table in (participants, did_documents, did_log_lines, accreditations)
    ]
    return (*counts, *connection.execute(lists).one(), *connection.execute(others).one())


def lock_signing_log(connection: sa.Connection) -> None:
    """Let one transaction at a time add to the log."""
    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext("signing-log"))))


def count_leaves(connection: sa.Connection) -> int:
    """Return how many leaves the log has."""
    query = sa.select(sa.func.coalesce(sa.func.max(signing_log_nodes.c.index), -1) + 1).where(
        signing_log_nodes.c.level == 0
    )
    return int(connection.execute(query).scalar_one())


def add_head(connection: sa.Connection, head: SignedHead) -> None:
    """Keep the tree head that covers what was just added."""
    values = {"size": head.size, "signed_at": head.signed_at, "note": head.note}
    connection.execute(sa.insert(signing_log_heads).values(**values))


def first_heads(connection: sa.Connection, indexes: Iterable[int]) -> dict[int, SignedHead]:
    """Return, for each leaf, the first tree head that covers it."""
    leaves = sa.func.unnest(sa.cast(list(indexes), ARRAY(sa.BigInteger))).table_valued("index").render_derived()
    heads, later = signing_log_heads, signing_log_heads.alias()
    covers = later.c.size > leaves.c.index
    first = sa.select(sa.func.min(later.c.size)).where(covers).correlate(leaves).scalar_subquery()
    query = sa.select(leaves.c.index, heads.c.size, heads.c.signed_at, heads.c.note)
    query = query.select_from(leaves.join(heads, heads.c.size == first))
    return {int(index): SignedHead(int(size), at, note) for index, size, at, note in connection.execute(query)}


def find_leaves(connection: sa.Connection, hashes: Iterable[bytes]) -> dict[bytes, int]:
    """Return the places of the leaves that are in the log already; the first, when one is there twice."""
    nodes = signing_log_nodes.c
    query = (
        sa.select(nodes.hash, sa.func.min(nodes.index))
        .where(nodes.level == 0, nodes.hash.in_(list(hashes)))
        .group_by(nodes.hash)
    )
    return {bytes(value): int(index) for value, index in connection.execute(query)}


def add_nodes(connection: sa.Connection, nodes: Mapping[Place, bytes]) -> None:
    """Keep nodes whose subtrees became complete."""
    rows = [{"level": level, "index": index, "hash": value} for (level, index), value in nodes.items()]
    if rows:
        connection.execute(sa.insert(signing_log_nodes), rows)


def find_nodes(connection: sa.Connection, places: Iterable[Place]) -> dict[Place, bytes]:
    """Return the nodes at these places."""
    by_level: dict[int, set[int]] = {}
    for level, index in places:
        by_level.setdefault(level, set()).add(index)
    nodes = signing_log_nodes.c
    wanted = [(nodes.level == level) & nodes.index.in_(indexes) for level, indexes in by_level.items()]
    if not wanted:
        return {}
    query = sa.select(nodes.level, nodes.index, nodes.hash).where(sa.or_(*wanted))
    return {(int(level), int(index)): bytes(value) for level, index, value in connection.execute(query)}
