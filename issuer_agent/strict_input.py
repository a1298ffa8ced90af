"""What is refused before a route sees it: bodies too large or not strict JSON, and characters no text here may have.

Whether values are right is decided by the use cases, and their shape by `api.messages` and the forms.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.routing import APIRoute
from starlette.responses import Response

from service_kit.bodies import FormFields, form_fields
from vc_core.errors import LimitExceeded, MalformedInput
from vc_core.json_text import JsonValue, parse_json

MAX_BYTES = 262_144
"""Of a body of the API."""
MAX_DEPTH = 24
# A tab and line ends are text; the other control characters and halves of characters are not (PostgreSQL takes no NUL).
_NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_MAX_ADDRESS_PART = 500


class StrictRequest(Request):
    """A request whose body is read up to a limit, and must be strict JSON when it is JSON at all."""

    async def body(self) -> bytes:
        """Return the body. Raises LimitExceeded, MalformedInput."""
        if not hasattr(self, "_body"):
            read = bytearray()
            async for chunk in self.stream():
                read += chunk
                if len(read) > MAX_BYTES:
                    raise LimitExceeded(f"At most {MAX_BYTES} bytes are accepted here.", limit=MAX_BYTES)
            self._body = bytes(read)
        return self._body


class StrictRoute(APIRoute):
    """A route that refuses what is not strict JSON before anything else is done."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler, with the reading of the body in front."""
        handle = super().get_route_handler()

        async def handle_strictly(request: Request) -> Response:
            strict = StrictRequest(request.scope, request.receive)
            body = await strict.body()
            if body and self.body_field is not None:
                refuse_control_characters(parse_json(body, max_bytes=MAX_BYTES, max_depth=MAX_DEPTH))
            return await handle(strict)

        return handle_strictly


def plain_address(request: Request) -> None:
    """Guard, as a dependency, a route from addresses with characters no name here has. Raises MalformedInput."""
    for value in (*request.path_params.values(), *request.query_params.values()):
        if len(value) > _MAX_ADDRESS_PART or _NOT_TEXT.search(value):
            raise MalformedInput("This address has characters that do not belong in it. Check the link.")


async def _plain_form(fields: Annotated[FormFields, Depends(form_fields())]) -> FormFields:
    for values in fields.values():
        if any(_NOT_TEXT.search(value) for value in values):
            raise MalformedInput("The form has characters that are not text. Take them out and try again.")
    return fields


Form = Annotated[FormFields, Depends(_plain_form)]
"""The fields of a form, as text."""


def refuse_control_characters(value: JsonValue) -> None:
    """Return when every string in this value is text. Raises MalformedInput."""
    if isinstance(value, str):
        if _NOT_TEXT.search(value):
            raise MalformedInput("The body has characters that are not text.")
    elif isinstance(value, dict):
        for name, member in value.items():
            refuse_control_characters(name)
            refuse_control_characters(member)
    elif isinstance(value, list):
        for item in value:
            refuse_control_characters(item)
