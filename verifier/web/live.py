"""Live status by server-sent events; the state is in the database, so any process can answer any browser."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

from starlette.concurrency import run_in_threadpool

from vc_core.errors import EdubadgesError
from vc_core.json_text import dump_json

LOOK_EVERY_S = 0.4
KEEP_OPEN_S = 50.0
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}

type Look = Callable[[], dict[str, object]]


async def follow(look: Look) -> AsyncIterator[bytes]:
    """Yield an event when what `look` sees has changed; end after a final state or a while (browsers come back)."""
    seen: dict[str, object] | None = None
    yield b"retry: 1000\n\n"
    for turn in range(int(KEEP_OPEN_S / LOOK_EVERY_S)):
        try:
            view = await run_in_threadpool(look)
        except EdubadgesError as error:
            # The transaction is gone, or the database is away: the page falls back to asking.
            yield b"event: gone\ndata: " + dump_json({"code": error.code}) + b"\n\n"
            return
        if view != seen:
            seen = view
            yield b"event: state\ndata: " + dump_json(view) + b"\n\n"
        elif turn % 25 == 24:
            yield b": still here\n\n"
        if view["final"]:
            return
        await asyncio.sleep(LOOK_EVERY_S)
