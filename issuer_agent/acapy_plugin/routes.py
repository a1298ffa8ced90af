"""The plugin's own admin routes: who answers, make a key, sign documents. All but the first need a tenant's token."""

from __future__ import annotations

import asyncio
import os
import re
from typing import Any

from acapy_agent.admin.decorators.auth import tenant_authentication
from acapy_agent.admin.request_context import AdminRequestContext
from aiohttp import web

from issuer_agent.acapy_plugin.keys import AgentFault, UnknownKey, make_key, signing_key
from issuer_agent.acapy_plugin.signing import sign_documents
from vc_core.did import did_web_url
from vc_core.errors import DidError, EdubadgesError, LimitExceeded, MalformedInput
from vc_core.json_text import JsonObject, dump_json, parse_json
from vc_core.model.credential import parse_moment

NONCE_VARIABLE = "EDUBADGES_AGENT_NONCE"
MAX_BODY_BYTES = 16_000_000
# Above this many documents the work leaves the event loop, so that other tenants are not kept waiting.
_INLINE_DOCUMENTS = 8
_CREATED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")

_STATUS = ((LimitExceeded, 413), (MalformedInput, 400), (DidError, 400), (UnknownKey, 404), (AgentFault, 500))


async def whoami(_: web.BaseRequest) -> web.Response:
    """Prove to the process that started this agent that it is this one that answers."""
    return web.json_response({"agent": "edubadges", "nonce": os.environ.get(NONCE_VARIABLE, "")})  # noqa: TID251 - our process's own name


@tenant_authentication
async def create_key(request: web.BaseRequest) -> web.Response:
    """Make a key for `did` (a did:web): `{did, kind: ed25519|p256}` gives `{multikey, kid}`."""
    try:
        body = await _body(request, max_bytes=4096)
        did, kind = body.get("did"), body.get("kind")
        if not isinstance(did, str) or kind not in ("ed25519", "p256"):
            raise MalformedInput("Send `did` and `kind` (ed25519 or p256).")
        did_web_url(did)
        async with _context(request).profile.transaction() as session:
            made = await make_key(session, did, str(kind))
            await session.commit()
    except EdubadgesError as error:
        return _problem(error)
    return web.json_response(made, status=201)


@tenant_authentication
async def sign(request: web.BaseRequest) -> web.Response:
    """Sign `{documents, verification_method, cryptosuite, created}`; gives `{proofs}` in the same order."""
    try:
        body = await _body(request, max_bytes=MAX_BODY_BYTES)
        documents, method, suite, created = _read(body)
        async with _context(request).profile.session() as session:
            handle, public_key, did = await signing_key(session, method)

        def work() -> list[JsonObject]:
            return sign_documents(
                documents,
                sign=handle.sign_message,
                public_key=public_key,
                did=did,
                verification_method=method,
                cryptosuite=suite,
                created=created,
            )

        proofs = work() if len(documents) <= _INLINE_DOCUMENTS else await asyncio.to_thread(work)
    except EdubadgesError as error:
        return _problem(error)
    return web.Response(body=dump_json({"proofs": list(proofs)}), content_type="application/json")


async def register(app: web.Application) -> None:
    """Add the routes; ACA-Py calls this."""
    app.add_routes(
        [
            web.get("/edubadges/whoami", whoami, allow_head=False),
            web.post("/edubadges/keys", create_key),
            web.post("/edubadges/sign", sign),
        ]
    )


def _context(request: web.BaseRequest) -> AdminRequestContext:
    context: AdminRequestContext = request["context"]
    return context


async def _body(request: web.BaseRequest, *, max_bytes: int) -> JsonObject:
    value = parse_json(await request.read(), max_bytes=max_bytes, max_depth=64)
    if not isinstance(value, dict):
        raise MalformedInput("The body must be a JSON object.")
    return value


def _read(body: JsonObject) -> tuple[list[JsonObject], str, str, str]:
    documents, method = body.get("documents"), body.get("verification_method")
    suite, created = body.get("cryptosuite", "eddsa-rdfc-2022"), body.get("created")
    if not isinstance(documents, list) or not all(isinstance(document, dict) for document in documents):
        raise MalformedInput("`documents` must be a list of objects.")
    if not isinstance(method, str) or not isinstance(suite, str):
        raise MalformedInput("`verification_method` and `cryptosuite` must be texts.")
    if not isinstance(created, str) or not _CREATED.fullmatch(created) or not parse_moment(created):
        raise MalformedInput("`created` must be a moment in UTC, like 2026-11-23T12:00:00Z.")
    return [document for document in documents if isinstance(document, dict)], method, suite, created


def _problem(error: EdubadgesError) -> web.Response:
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), 422)
    body: dict[str, Any] = {"type": error.type, "title": error.title, "status": status, "code": error.code}
    body |= {"detail": error.detail, **error.extensions}
    return web.json_response(body, status=status, content_type="application/problem+json")
