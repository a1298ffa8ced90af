"""Who acts, and the line each act leaves in the chain. Persons appear by id only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from issuer_agent import store


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody or something that acts: `person:<id>` or `key:<name>`."""

    id: str


def note(connection: sa.Connection, actor: Actor, act: str, target: str, *, now: datetime, **details: object) -> None:
    """Append the act, in the transaction that does it."""
    note_many(connection, actor, act, [(target, details)], now=now)


def note_many(
    connection: sa.Connection,
    actor: Actor,
    act: str,
    acts: Sequence[tuple[str, dict[str, object]]],
    *,
    now: datetime,
) -> None:
    """Append the same act on many targets, each with its details."""
    store.append_audit(connection, at=now, actor=actor.id, act=act, acts=acts)
