"""Work that must happen although the agent or the registry is away: it waits in the database, and is tried until done.

A row is written in the transaction that makes the work necessary, so the two cannot part. Several workers share the
rows (SKIP LOCKED); a worker that dies leaves a row that becomes due again. What the work is, is given by `issuance`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal

import sqlalchemy as sa

from issuer_agent import store_issuing as store
from issuer_agent.outbox_records import Claim
from issuer_agent.worker import Worker
from service_kit.database import begin
from service_kit.problems import Unavailable
from vc_core.errors import EdubadgesError

log = logging.getLogger(__name__)

type Kind = Literal["sign_credential", "publish_status_list", "revoke_many", "mail"]
type Work = Callable[[Sequence[str]], object]
"""Does the work for these subjects, all of them or, raising one of our errors, none that cannot be done again."""

LEASE = timedelta(seconds=30)
"""Longer than a call takes; doing work twice gives the same bytes, so shorter than anybody wants to wait."""
_FIRST_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 60.0


def run_due(engine: sa.Engine, works: Mapping[str, Work], *, now: datetime, limit: int = 200) -> int:
    """Do the work that is due, and return how much of it was done.

    Work that fails because a part is away is tried again later, each time after a longer pause.
    Work that cannot succeed waits too, with its problem beside it, until somebody looks; nothing is thrown away.
    """
    with begin(engine) as connection:
        claims = store.claim_outbox(connection, now=now, until=now + LEASE, limit=limit, kinds=works)
    done = 0
    for kind, work in works.items():
        mine = [claim for claim in claims if claim.kind == kind]
        done += run_claimed(engine, work, mine, now=now)
    return done


def run_claimed(engine: sa.Engine, work: Work, claims: Sequence[Claim], *, now: datetime) -> int:
    """Do claimed work of one kind in one go and return how much was done; one bad piece does not hold up others."""
    if not claims:
        return 0
    try:
        work([claim.subject for claim in claims])
    except EdubadgesError as error:
        if len(claims) > 1 and not isinstance(error, Unavailable):
            return sum(run_claimed(engine, work, [claim], now=now) for claim in claims)
        postpone(engine, claims, error, now=now)
        return 0
    with begin(engine) as connection:
        store.finish_outbox(connection, claims, now=now)
    log.info("outbox_done", extra={"kind": claims[0].kind, "pieces": len(claims)})
    return len(claims)


def postpone(engine: sa.Engine, claims: Sequence[Claim], error: EdubadgesError, *, now: datetime) -> None:
    """Let go of claimed work that failed, for a while that grows with the number of attempts."""
    if not claims:
        return
    attempts = max(claim.attempts for claim in claims)
    pause_s = min(_FIRST_PAUSE_S * 2 ** min(attempts - 1, 10), _LONGEST_PAUSE_S)
    if not isinstance(error, Unavailable):
        pause_s = _LONGEST_PAUSE_S
    with begin(engine) as connection:
        store.postpone_outbox(connection, claims, due_at=now + timedelta(seconds=pause_s), problem=error.code)
    log.warning(
        "outbox_postponed",
        extra={"kind": claims[0].kind, "pieces": len(claims), "problem": error.code, "pause_s": pause_s},
    )


def outbox_worker(engine: sa.Engine, works: Mapping[str, Work], *, idle_s: float = 1.0) -> Worker:
    """Return a thread that does due work until it is stopped."""

    def work() -> int:
        now = datetime.now(UTC)
        with begin(engine) as connection:
            store.forget_expired(connection, now=now)
        return run_due(engine, works, now=now)

    return Worker("outbox", work, idle_s=idle_s)
