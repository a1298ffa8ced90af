"""Work that must happen although the agent or the registry is away: it waits in the database, and is tried until done.

A row is written in the transaction that makes the work necessary, so the two cannot part. Several workers share the
rows (SKIP LOCKED); a worker that dies leaves a row that becomes due again. What the work is, is given by `issuance`.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal

import sqlalchemy as sa

from issuer_agent import store_issuing as store
from issuer_agent.outbox_records import Claim
from service_kit.database import begin
from service_kit.problems import Unavailable
from vc_core.errors import EdubadgesError

log = logging.getLogger(__name__)

type Kind = Literal["sign_credential", "publish_status_list"]
type Work = Callable[[Sequence[str]], object]
"""Does the work for these subjects, all of them or, raising one of our errors, none that cannot be done again."""

LEASE = timedelta(seconds=120)
_FIRST_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 60.0
_IDLE_S = 1.0


def run_due(engine: sa.Engine, works: Mapping[str, Work], *, now: datetime, limit: int = 200) -> int:
    """Do the work that is due, and return how much of it was done.

    Work that fails because a part is away is tried again later, each time after a longer pause.
    Work that cannot succeed waits too, with its problem beside it, until somebody looks; nothing is thrown away.
    """
    with begin(engine) as connection:
        claims = store.claim_outbox(connection, now=now, until=now + LEASE, limit=limit)
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


class OutboxWorker:
    """A thread that does due work until it is stopped; run as many, in as many processes, as are wanted."""

    def __init__(self, engine: sa.Engine, works: Mapping[str, Work], *, idle_s: float = _IDLE_S) -> None:
        self._engine = engine
        self._works = works
        self._idle_s = idle_s
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="outbox", daemon=True)

    def start(self) -> None:
        """Start working."""
        self._thread.start()

    def stop(self, *, timeout_s: float = 10.0) -> None:
        """Finish what is under way, and stop."""
        self._stop.set()
        self._wake.set()
        self._thread.join(timeout_s)

    def wake(self) -> None:
        """Look for work now instead of at the end of the pause."""
        self._wake.set()

    def _loop(self) -> None:
        while not self._stop.is_set():
            self._wake.clear()
            if not self._round():
                self._wake.wait(self._idle_s)

    def _round(self) -> int:
        try:
            now = datetime.now(UTC)
            with begin(self._engine) as connection:
                store.forget_expired(connection, now=now)
            return run_due(self._engine, self._works, now=now)
        except Unavailable as error:
            log.warning("outbox_waits_for_database", extra={"problem": error.code})
            return 0
