"""Who may award what, for machines: signed statements, and answers by the Trust Registry Query Protocol (v2)."""

from __future__ import annotations

import hmac
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints
from starlette.responses import JSONResponse, Response

from did_registry.accrediting import Accrediting
from did_registry.api import PUBLIC
from did_registry.publishing import Registry
from did_registry.settings import RegistrySettings
from service_kit.bodies import json_object
from service_kit.problems import NotFound, Unauthenticated
from vc_core.json_text import JsonObject, dump_json
from vc_core.model.accreditation import EQF_LEVELS, MAX_FURTHER_LINKS, MAX_SCOPES, Accreditation, read_scopes
from vc_core.trust.authority import AchievementKind, Authority, decide_authority, decide_recognition

type Identifier = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=r"^[^\x00-\x20\x7f]*$")]
type Word = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")]
_YES = {Authority.LISTED, Authority.LISTED_ON_BEHALF}


class AccreditationIn(BaseModel):
    """What the operator states of a participant; scopes have the form they have in the credential."""

    model_config = ConfigDict(extra="forbid")
    institution: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    may_issue: list[dict[str, Any]] = Field(default_factory=list, max_length=MAX_SCOPES)
    may_accredit: list[dict[str, Any]] = Field(default_factory=list, max_length=MAX_SCOPES)
    further_links: Annotated[int, Field(ge=0, le=MAX_FURTHER_LINKS, strict=True)] = 0
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None


class QueryContext(BaseModel):
    """What more is known of the achievement; what is not said may leave the answer open, which is then no."""

    model_config = ConfigDict(extra="forbid")
    time: AwareDatetime | None = None
    learning_setting: Word | None = Field(default=None, alias="learningSetting")
    eqf_level: Annotated[int, Field(ge=EQF_LEVELS[0], le=EQF_LEVELS[-1], strict=True)] | None = Field(
        default=None, alias="eqfLevel"
    )
    field_of_study: Word | None = Field(default=None, alias="fieldOfStudy")
    creator: Identifier | None = None


class Query(BaseModel):
    """The question of the protocol: may an entity do this, by the word of an authority?"""

    model_config = ConfigDict(extra="forbid")
    entity_id: Identifier
    authority_id: Identifier
    resource: Word
    context: QueryContext = QueryContext()


class AuthorizationQuery(Query):
    """May it award this type of achievement?"""

    action: Literal["issue"]


class RecognitionQuery(Query):
    """May it let others award this type of achievement?"""

    action: Literal["accredit"]


def router(registry: Registry, accrediting: Accrediting, settings: RegistrySettings) -> APIRouter:
    """Return the routes."""
    routes = APIRouter()
    _publishing(routes, registry, accrediting, settings)
    _questions(routes, registry, accrediting)
    return routes


def _publishing(routes: APIRouter, registry: Registry, accrediting: Accrediting, settings: RegistrySettings) -> None:
    expected = settings.operator_token.get_secret_value()
    lasting = {**PUBLIC, "Cache-Control": f"public, max-age={settings.status_max_age_s}"}

    @routes.get("/.well-known/did.json")
    def root_document() -> Response:
        return Response(dump_json(accrediting.document()), media_type="application/did+json", headers=lasting)

    @routes.get("/accreditations/{name}")
    def accreditation(name: str) -> Response:
        found = accrediting.find(name)
        headers = {**lasting, "ETag": f'"{found.digest[:32]}"'}
        return Response(dump_json(found.credential), media_type="application/vc", headers=headers)

    @routes.post("/api/accreditations")
    def state(request: Request, body: AccreditationIn) -> JSONResponse:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(token.encode(), expected.encode()):
            raise Unauthenticated("Only the operator of the registry may do this.")
        now = datetime.now(UTC)
        statement = Accreditation(
            "",
            "",
            registry.participant(body.institution).did,
            body.since or now,
            body.until,
            read_scopes([*body.may_issue]),
            read_scopes([*body.may_accredit]),
            body.further_links,
        )
        found, new = accrediting.state(statement, now=now)
        return JSONResponse(found.credential, status_code=201 if new else 200)

    @routes.put("/accreditations/{name}")
    def publish(name: str, body: Annotated[JsonObject, Depends(json_object(100_000))]) -> JSONResponse:
        _, new = accrediting.publish(name, body, now=datetime.now(UTC))
        return JSONResponse({"url": accrediting.address(name)}, status_code=201 if new else 200)


def _questions(routes: APIRouter, registry: Registry, accrediting: Accrediting) -> None:
    @routes.post("/authorization")
    def authorization(query: AuthorizationQuery) -> JSONResponse:
        """Say whether an institution may award a type of achievement, now or at the time in the context."""
        now, book = datetime.now(UTC), _book(accrediting, query)
        found = decide_authority(
            query.entity_id, _kind(registry, query), query.context.time or now, book, roots=[accrediting.did]
        )
        return _answer(query, "authorized", found.authority, now)

    @routes.post("/recognition")
    def recognition(query: RecognitionQuery) -> JSONResponse:
        """Say whether a body may let others award a type of achievement, now or at the time in the context."""
        now, book = datetime.now(UTC), _book(accrediting, query)
        found = decide_recognition(
            query.entity_id, _kind(registry, query), query.context.time or now, book, roots=[accrediting.did]
        )
        return _answer(query, "recognized", found.authority, now)


def _book(accrediting: Accrediting, query: Query) -> list[Accreditation]:
    if query.authority_id != accrediting.did:
        raise NotFound("This registry answers for itself only; ask the authority you named.")
    book = accrediting.book()
    return book.statements() if book is not None else []


def _kind(registry: Registry, query: Query) -> AchievementKind:
    context = query.context
    members = (member for member in registry.participants() if member.did == query.entity_id)
    country = next((member.country for member in members), None)
    return AchievementKind(
        query.resource,
        context.learning_setting,
        frozenset() if context.eqf_level is None else frozenset({context.eqf_level}),
        frozenset() if context.field_of_study is None else frozenset({context.field_of_study}),
        country,
        context.creator,
    )


def _answer(query: AuthorizationQuery | RecognitionQuery, member: str, found: Authority, now: datetime) -> JSONResponse:
    asked = query.context.time
    body: dict[str, object] = {
        "entity_id": query.entity_id,
        "authority_id": query.authority_id,
        "action": query.action,
        "resource": query.resource,
        member: found in _YES,
        "time_evaluated": (asked or now).isoformat(),
        "message": found,
    }
    if asked is not None:
        body["time_requested"] = asked.isoformat()
    return JSONResponse(body, headers=PUBLIC)
