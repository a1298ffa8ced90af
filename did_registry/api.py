"""The registry for machines: did:web documents, status lists, participants, and one feed with everything.

Public documents may be read from any site (CORS `*`, no credentials).
"""

from __future__ import annotations

import hmac
from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, HttpUrl, StringConstraints
from starlette.responses import JSONResponse, Response

from did_registry.publishing import Registry
from did_registry.records import Participant
from did_registry.settings import RegistrySettings
from service_kit.bodies import json_object
from service_kit.problems import InvalidValues, Unauthenticated
from vc_core.json_text import JsonObject, dump_json

_NO_CONTROL = r"^[^\x00-\x1f\x7f]*$"
type Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=_NO_CONTROL)]
type Search = Annotated[str, StringConstraints(max_length=100, pattern=_NO_CONTROL)]
PUBLIC = {"Access-Control-Allow-Origin": "*"}


class Names(BaseModel):
    """A name in both languages."""

    model_config = ConfigDict(extra="forbid")
    nl: Name
    en: Name


class Application(BaseModel):
    """What the operator sends to admit an institution."""

    model_config = ConfigDict(extra="forbid")
    slug: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$")]
    name: Names
    kind: Literal["wo", "hbo", "mbo", "other"]
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] = "NL"
    website: HttpUrl | None = None
    since: AwareDatetime | None = None


def router(registry: Registry, settings: RegistrySettings) -> APIRouter:
    """Return the routes."""
    routes = APIRouter()
    expected = settings.operator_token.get_secret_value()

    def is_operator(request: Request) -> bool:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and hmac.compare_digest(token.encode(), expected.encode())

    def operator(request: Request) -> None:
        if not is_operator(request):
            raise Unauthenticated("Only the operator of the registry may do this.")

    def public(request: Request, body: bytes, *, digest: str, media_type: str) -> Response:
        etag = f'"{digest[:32]}"'
        cache = f"public, max-age={settings.status_max_age_s}"
        headers = {**PUBLIC, "ETag": etag, "Cache-Control": cache}
        if request.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers=headers)
        return Response(body, media_type=media_type, headers=headers)

    @routes.post("/api/participants", dependencies=[Depends(operator)], status_code=201)
    def admit(application: Application) -> JSONResponse:
        participant, new = registry.admit(_participant(application, registry))
        return JSONResponse(registry.feed([participant])[0], status_code=201 if new else 200)

    @routes.get("/api/participants")
    def participants(q: Search = "") -> JSONResponse:
        found = registry.participants(search=q)
        body = {"generated_at": datetime.now(UTC).isoformat(), "participants": registry.feed(found)}
        return JSONResponse(body, headers={**PUBLIC, "Cache-Control": "public, max-age=60"})

    @routes.get("/api/issuer-registry.json")
    def issuer_registry() -> JSONResponse:
        headers = {**PUBLIC, "Cache-Control": "public, max-age=60"}
        return JSONResponse(registry.issuer_registry(now=datetime.now(UTC)), headers=headers)

    @routes.get("/api/participants/{slug}")
    def participant(slug: str) -> JSONResponse:
        return JSONResponse(registry.feed([registry.participant(slug)])[0], headers=PUBLIC)

    @routes.put("/api/did-documents/{slug}")
    def publish(request: Request, slug: str, body: Annotated[JsonObject, Depends(json_object(64_000))]) -> JSONResponse:
        document, proof = body.get("did_document"), body.get("proof")
        if not isinstance(document, dict) or not isinstance(proof, str) or len(proof) > 8192:
            errors = [{"pointer": "#/did_document", "detail": "an object"}, {"pointer": "#/proof", "detail": "a JWS"}]
            raise InvalidValues("Send `did_document` (an object) and `proof` (a compact JWS).", errors=errors)
        by_operator = is_operator(request)
        version, new = registry.publish_did_document(
            slug, document, proof, by_operator=by_operator, now=datetime.now(UTC)
        )
        answer = {"did": document["id"], "version": version.version, "published_at": version.published_at.isoformat()}
        return JSONResponse(answer, status_code=201 if new else 200)

    @routes.get("/api/did-documents/{slug}/export")
    def export(slug: str, domain: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.-]{3,253}$")]) -> Response:
        document = registry.export(slug, f"https://{domain}")
        disposition = 'attachment; filename="did.json"'
        return Response(
            dump_json(document), media_type="application/json", headers={"Content-Disposition": disposition}
        )

    @routes.get("/api/evidence")
    def evidence(request: Request) -> Response:
        return Response(
            dump_json(registry.evidence(now=datetime.now(UTC))), media_type="application/json", headers=PUBLIC
        )

    @routes.get("/institutions/{slug}/did.json")
    def did_document(request: Request, slug: str) -> Response:
        found = registry.did_document(slug)
        return public(request, dump_json(found.document), digest=found.digest, media_type="application/did+json")

    @routes.get("/institutions/{slug}/status/{number}")
    def status_list(request: Request, slug: str, number: int) -> Response:
        found = registry.status_list(slug, number)
        return public(request, dump_json(found.credential), digest=found.digest, media_type="application/vc")

    @routes.put("/institutions/{slug}/status/{number}")
    def publish_status(
        slug: str, number: int, body: Annotated[JsonObject, Depends(json_object(4_000_000))]
    ) -> JSONResponse:
        published = registry.publish_status_list(slug, number, body, now=datetime.now(UTC))
        answer = {"url": registry.status_list_url(slug, number), "published_at": published.published_at.isoformat()}
        return JSONResponse(answer)

    return routes


def _participant(application: Application, registry: Registry) -> Participant:
    return Participant(
        did=registry.did_of(application.slug),
        slug=application.slug,
        name_nl=application.name.nl,
        name_en=application.name.en,
        kind=application.kind,
        country=application.country,
        website=str(application.website) if application.website else None,
        state="active",
        since=application.since or datetime.now(UTC),
    )
