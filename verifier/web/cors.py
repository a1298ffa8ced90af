"""CORS for public addresses only: `*`, without cookies. Pages and everything behind a cookie stay closed."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

PUBLIC = ("/oid4vp/", "/.well-known/", "/api/v1/verify")
_HEADERS = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-allow-methods", b"GET, POST, OPTIONS"),
    (b"access-control-allow-headers", b"content-type, accept"),
    (b"access-control-max-age", b"600"),
]


class PublicCors:
    """ASGI middleware that opens the public addresses to scripts of any site."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve; answer a preflight here."""
        if scope["type"] != "http" or not scope["path"].startswith(PUBLIC):
            await self._app(scope, receive, send)
            return
        if scope["method"] == "OPTIONS":
            await send({"type": "http.response.start", "status": 204, "headers": list(_HEADERS)})
            await send({"type": "http.response.body", "body": b""})
            return

        async def send_open(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *_HEADERS]
            await send(message)

        await self._app(scope, receive, send_open)
