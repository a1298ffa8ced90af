"""Logs: one JSON line per request or job on standard output, text on a terminal; no secrets, bodies or query strings.

Never logged: names, mail addresses, credentials, presentations, codes, nonces, tokens, keys (security rule 16).
"""

from __future__ import annotations

import json
import logging
import secrets
import sys
import time
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from datetime import UTC, datetime

from starlette.types import ASGIApp, Message, Receive, Scope, Send

request_id: ContextVar[str] = ContextVar("request_id", default="-")
_log = logging.getLogger("edubadges.requests")
_SECRET_PATHS = ("/offers/", "/oid4vp/", "/requests/", "/shares/", "/containers/")


class JsonFormatter(logging.Formatter):
    """Writes a record as one JSON line."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "service": self._service,
            "request_id": request_id.get(),
            "event": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def configure_logs(service: str, *, level: str = "info", style: str = "json") -> None:
    """Set up the process's logs; called by `server.serve` only."""
    handler = logging.StreamHandler(sys.stdout)
    if style == "json":
        handler.setFormatter(JsonFormatter(service))
    else:
        handler.setFormatter(logging.Formatter(f"%(asctime)s {service} %(levelname)s %(message)s"))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for noisy in ("httpx", "httpcore", "uvicorn.access", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def log_event(logger: logging.Logger, event: str, **fields: object) -> None:
    """Log `event` (past tense, snake case) with data; the data may hold ids, never secrets or persons."""
    logger.info(event, extra={"fields": fields})


class RequestLog:
    """ASGI middleware: gives every request an id, and logs one line when it is done."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request and log it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        token = request_id.set(secrets.token_hex(8))
        started = time.perf_counter()
        status = 500

        async def send_noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message.setdefault("headers", []).append((b"x-request-id", request_id.get().encode()))
            await send(message)

        forward: Callable[[Message], Awaitable[None]] = send_noting
        try:
            await self._app(scope, receive, forward)
        finally:
            spent = round((time.perf_counter() - started) * 1000, 1)
            log_event(
                _log,
                "request_served",
                method=scope["method"],
                path=_safe_path(scope["path"]),
                status=status,
                duration_ms=spent,
            )
            request_id.reset(token)


def _safe_path(path: str) -> str:
    """Cut what comes after a place where addresses hold secrets."""
    for place in _SECRET_PATHS:
        if place in path:
            return path[: path.index(place) + len(place)] + "…"
    return path
