"""Read request bodies with a limit, and parse JSON strictly, before a route sees them.

Use as FastAPI dependencies: reading is asynchronous, so the routes themselves can stay plain functions.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from fastapi import Request
from starlette.exceptions import HTTPException

from vc_core.errors import LimitExceeded, MalformedInput
from vc_core.json_text import JsonObject, parse_json

DEFAULT_MAX_BYTES = 1_000_000


def raw_body(max_bytes: int = DEFAULT_MAX_BYTES) -> Callable[[Request], Awaitable[bytes]]:
    """Return a dependency that gives the body as bytes; LimitExceeded when it is larger than `max_bytes`."""

    async def read(request: Request) -> bytes:
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > max_bytes:
                raise LimitExceeded(f"At most {max_bytes} bytes are accepted here.", limit=max_bytes)
        return bytes(body)

    return read


def json_object(
    max_bytes: int = DEFAULT_MAX_BYTES, *, max_depth: int = 64
) -> Callable[[Request], Awaitable[JsonObject]]:
    """Return a dependency that gives the body as a JSON object.

    Raises, when used: LimitExceeded, or MalformedInput for anything that is not one strict JSON object.
    """
    read = raw_body(max_bytes)

    async def parse(request: Request) -> JsonObject:
        value = parse_json(await read(request), max_bytes=max_bytes, max_depth=max_depth)
        if not isinstance(value, dict):
            raise MalformedInput("The body must be a JSON object.")
        return value

    return parse


def form_fields(max_bytes: int = 200_000) -> Callable[[Request], Awaitable[FormFields]]:
    """Return a dependency that gives the fields of an urlencoded form, each with its values in order.

    Raises, when used: LimitExceeded, or MalformedInput for a body that is not UTF-8 or has too many fields.
    """
    read = raw_body(max_bytes)

    async def parse(request: Request) -> FormFields:
        try:
            text = (await read(request)).decode()
            return parse_qs(text, keep_blank_values=True, max_num_fields=500)
        except ValueError as error:
            raise MalformedInput("The form could not be read. Go back and try again.") from error

    return parse


def upload(name: str, max_bytes: int) -> Callable[[Request], Awaitable[Upload]]:
    """Return a dependency that gives a form with one file (multipart/form-data).

    Args:
        name: of the field with the file.
        max_bytes: of the file.

    Raises, when used: LimitExceeded, or MalformedInput for a body that is no such form.
    """

    async def parse(request: Request) -> Upload:
        try:
            async with request.form(max_files=1, max_fields=50) as form:
                fields = {key: [str(item) for item in form.getlist(key)] for key in form if key != name}
                file = form.get(name)
                if file is None or isinstance(file, str):
                    return Upload(fields, "", b"")
                data = await file.read(max_bytes + 1)
                if len(data) > max_bytes:
                    raise LimitExceeded(f"At most {max_bytes} bytes are accepted here.", limit=max_bytes)
                return Upload(fields, file.filename or "", data)
        except HTTPException as error:
            raise MalformedInput("The form could not be read. Go back and try again.") from error

    return parse


@dataclass(frozen=True, slots=True)
class Upload:
    """A form with a file."""

    fields: FormFields
    filename: str
    """As the browser says it; empty when no file was chosen."""
    data: bytes = field(repr=False)


type FormFields = dict[str, list[str]]


def one(form: FormFields, name: str, default: str = "") -> str:
    """Return the first value of a field, trimmed."""
    return form.get(name, [default])[0].strip()
