"""A limit on the size of every request body, for routes that let the framework read it."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service_kit.bodies import DEFAULT_MAX_BYTES
from service_kit.problems import problem_of, problem_response
from vc_core.errors import LimitExceeded


class BodyLimit:
    """ASGI middleware: 413 for a body over the limit; routes may have a lower limit of their own.

    A body that says its length is refused before it is read. One that does not breaks off at the limit, so
    a route never sees part of it.
    """

    def __init__(self, app: ASGIApp, *, max_bytes: int = DEFAULT_MAX_BYTES) -> None:
        self._app = app
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, unless the body is too large."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if _announced(scope) > self._max_bytes:
            await self._refuse(scope, receive, send)
            return
        read, over, started = 0, False, False

        async def limited() -> Message:
            nonlocal read, over
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._max_bytes:
                over = True
                raise self._error()
            return message

        async def unless_refused(message: Message) -> None:
            nonlocal started
            if over and not started:
                return  # the framework's own answer to a body that broke off; ours follows
            started = True
            await send(message)

        try:
            await self._app(scope, limited, unless_refused)
        except LimitExceeded:
            if not over:
                raise
        if over and not started:
            await self._refuse(scope, receive, send)

    def _error(self) -> LimitExceeded:
        return LimitExceeded(f"At most {self._max_bytes} bytes are accepted here.", limit=self._max_bytes)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        await problem_response(problem_of(self._error()), headers={"Connection": "close"})(scope, receive, send)


def _announced(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0
