"""Hear all that a service hears and says, read all that it stores and logs, and search it for what it must not know."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import quote, unquote_plus

import sqlalchemy as sa
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SHORTEST = 6
"""Shorter secrets are found by chance."""


@dataclass
class Ear:
    """Everything that went over one service's lines."""

    heard: list[bytes] = field(default_factory=list)

    def around(self, app: ASGIApp) -> ASGIApp:
        """Return the app with the ear on both of its lines."""

        async def listening(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            head = [scope["method"].encode(), scope.get("raw_path") or scope["path"].encode(), scope["query_string"]]
            self.heard.append(b" ".join([*head, *(part for pair in scope["headers"] for part in pair)]))
            body: list[bytes] = []
            said: list[bytes] = []

            async def receiving() -> Message:
                message = await receive()
                body.append(message.get("body", b""))
                return message

            async def sending(message: Message) -> None:
                said.append(
                    message.get("body", b"") + b" ".join(part for pair in message.get("headers", ()) for part in pair)
                )
                await send(message)

            await app(scope, receiving, sending)
            self.heard += [b"".join(body), b"".join(said)]

        return listening


@contextmanager
def keeping_logs() -> Iterator[list[bytes]]:
    """Keep every log record of this process, of every level, with all that hangs on it."""
    kept: list[bytes] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            kept.append(f"{record.getMessage()} {record.__dict__}".encode())

    root, handler = logging.getLogger(), Keep()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield kept
    finally:
        root.removeHandler(handler)
        root.setLevel(before)


def dump_database(engine: sa.Engine) -> bytes:
    """Return every row of every table, as text."""
    found = []
    with engine.connect() as connection:
        for name in sa.inspect(connection).get_table_names():
            rows = connection.execute(sa.text(f'select row_to_json(t)::text from "{name}" t')).scalars()
            found += [f"{name} {row}" for row in rows]
    return "\n".join(found).encode()


def shapes_of(secret: str) -> set[bytes]:
    """Return how a secret may look on a line: as it is, in JSON, percent-encoded, in hex, and inside base64."""
    raw = secret.encode()
    shapes = {raw, json.dumps(secret)[1:-1].encode(), quote(secret, safe="").encode(), raw.hex().encode()}
    for offset in range(3):
        # The middle of the base64 of a longer text in which it stands: the characters at the ends depend on neighbours.
        text = base64.b64encode(b"\0" * offset + raw).decode()
        middle = text[(0, 2, 3)[offset] :].rstrip("=")
        middle = middle[: len(middle) - (0 if (offset + len(raw)) % 3 == 0 else 1)]
        if len(middle) >= _SHORTEST:
            shapes |= {middle.encode(), middle.replace("+", "-").replace("/", "_").encode()}
    return {shape for shape in shapes if len(shape) >= _SHORTEST}


def search(secrets: Iterable[str], *places: Iterable[bytes]) -> list[str]:
    """Return the secrets that stand in one of these places, in whatever shape."""
    everything = b"\n".join(piece for place in places for piece in place)
    lines = [everything, everything.lower(), unquote_plus(everything.decode("latin-1")).encode("latin-1", "replace")]
    found = []
    for secret in secrets:
        assert len(secret) >= _SHORTEST, secret
        if any(shape in line for shape in shapes_of(secret) for line in lines):
            found.append(secret)
    return found
