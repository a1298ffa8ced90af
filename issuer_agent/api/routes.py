"""The routes of the API: parse, ask who it is, call one use case, answer.

Annotations are evaluated here (no `from __future__`): FastAPI has to see the dependency that each router is given.
"""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header
from starlette.responses import JSONResponse, Response

from issuer_agent.access import Visitor
from issuer_agent.api import batches
from issuer_agent.api import messages as m
from issuer_agent.award_rules import Grounds, Recipient
from issuer_agent.baked_files import baked_png
from issuer_agent.records import BadgeClassType, Institution, Kind
from issuer_agent.service import Issuer, now
from issuer_agent.strict_input import StrictRoute, plain_address
from service_kit.problems import AccessDenied, Unavailable
from vc_core.json_text import dump_json

CREDENTIAL_MEDIA_TYPE = "application/vc+ld+json"


def router(issuer: Issuer) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(prefix="/api/v1", route_class=StrictRoute, dependencies=[Depends(plain_address)])

    def visitor_of(authorization: Annotated[str | None, Header()] = None) -> Visitor:
        return issuer.people.visitor_of_key(authorization)

    _institutions(routes, issuer, visitor_of)
    _badge_classes(routes, issuer, visitor_of)
    _requests(routes, issuer, visitor_of)
    _awards(routes, issuer, visitor_of)
    _credentials(routes, issuer, visitor_of)
    batches.add(routes, issuer, visitor_of)
    return routes


def _institutions(routes: APIRouter, issuer: Issuer, visitor_of: Any) -> None:
    @routes.post("/institutions", status_code=201)
    def add_institution(body: m.InstitutionIn, visitor: Annotated[Visitor, Depends(visitor_of)]) -> dict[str, Any]:
        """Add an institution and give it its identity; the same slug again goes on where it was."""
        if not visitor.operator:
            raise AccessDenied("Only the operator of the system may add institutions.")
        website = str(body.website) if body.website else None
        institution = Institution(
            slug=body.slug,
            name_nl=body.name.nl,
            name_en=body.name.en,
            kind=body.kind,
            country=body.country,
            website=website,
            institution_code=body.institution_code,
            created_at=now(),
        )
        return m.institution_out(issuer.institutions.add(institution, actor=visitor.actor, now=now()))

    @routes.get("/institutions")
    def institutions(visitor: Annotated[Visitor, Depends(visitor_of)]) -> list[dict[str, Any]]:
        """List the institutions this key may act for."""
        return [m.institution_out(item) for item in issuer.institutions.all() if visitor.may("view", item.slug)]

    @routes.post("/institutions/{slug}/accreditations", status_code=201)
    def accredit(
        slug: str, body: m.AccreditationIn, visitor: Annotated[Visitor, Depends(visitor_of)]
    ) -> dict[str, Any]:
        """State what another institution may award; signed by this one, and published at the registry."""
        visitor.require("administrate", slug)
        statement = m.accreditation_of(body, default_since=now())
        return dict(issuer.accrediting.state(slug, statement, actor=visitor.actor, now=now()))

    @routes.post("/institutions/{slug}/api-keys", status_code=201)
    def new_api_key(slug: str, body: m.ApiKeyIn, visitor: Annotated[Visitor, Depends(visitor_of)]) -> dict[str, str]:
        """Make an API key that acts for this institution; it is shown this once."""
        visitor.require("administrate", slug)
        institution = issuer.institutions.get(slug)
        key = issuer.people.new_api_key(institution.slug, name=body.name, actor=visitor.actor, now=now())
        return {"institution": institution.slug, "name": body.name, "api_key": key}


def _badge_classes(routes: APIRouter, issuer: Issuer, visitor_of: Any) -> None:
    @routes.get("/badge-classes")
    def catalogue(
        institution: str | None = None, q: str = "", type: BadgeClassType | None = None, sector: Kind | None = None
    ) -> list[dict[str, Any]]:
        """List what can be earned now; public."""
        return [
            m.version_out(item)
            for item in issuer.achievements.catalogue(institution=institution, search=q[:100], kind=type, sector=sector)
        ]

    @routes.post("/badge-classes", status_code=201)
    def create(body: m.BadgeClassIn, visitor: Annotated[Visitor, Depends(visitor_of)]) -> dict[str, Any]:
        """Make a badge class, as a draft or active at once."""
        visitor.require("edit_badge_classes", body.institution)
        institution = issuer.institutions.get(body.institution)
        if body.publish:
            version = issuer.achievements.create_active(institution, body.content, actor=visitor.actor, now=now())
            return m.badge_class_out(issuer.achievements.get(version.badge_class_id))
        return m.badge_class_out(issuer.achievements.create(institution, body.content, actor=visitor.actor, now=now()))

    @routes.get("/badge-classes/{badge_class_id}")
    def badge_class(badge_class_id: str, visitor: Annotated[Visitor, Depends(visitor_of)]) -> dict[str, Any]:
        """Return a badge class with its draft."""
        found = issuer.achievements.get(badge_class_id)
        visitor.require("view", found.institution)
        return m.badge_class_out(found)

    @routes.post("/badge-classes/{badge_class_id}/versions", status_code=201)
    def edit(
        badge_class_id: str, body: m.VersionIn, visitor: Annotated[Visitor, Depends(visitor_of)]
    ) -> dict[str, Any]:
        """Change a badge class: the next version. Badges that exist keep theirs."""
        found = issuer.achievements.get(badge_class_id)
        visitor.require("edit_badge_classes", found.institution)
        if not body.publish:
            return m.badge_class_out(
                issuer.achievements.edit(badge_class_id, body.content, actor=visitor.actor, now=now())
            )
        institution = issuer.institutions.get(found.institution)
        return m.version_out(
            issuer.achievements.publish_content(
                badge_class_id, body.content, institution=institution, actor=visitor.actor, now=now()
            )
        )

    @routes.post("/badge-classes/{badge_class_id}/copy", status_code=201)
    def copy(badge_class_id: str, visitor: Annotated[Visitor, Depends(visitor_of)]) -> dict[str, Any]:
        """Make a draft that says what this badge class says."""
        visitor.require("edit_badge_classes", issuer.achievements.get(badge_class_id).institution)
        return m.badge_class_out(issuer.achievements.copy(badge_class_id, actor=visitor.actor, now=now()))

    @routes.post("/badge-classes/{badge_class_id}/archive")
    def archive(badge_class_id: str, visitor: Annotated[Visitor, Depends(visitor_of)]) -> dict[str, Any]:
        """Stop new requests and awards of a badge class; badges that exist stay valid."""
        visitor.require("edit_badge_classes", issuer.achievements.get(badge_class_id).institution)
        return m.badge_class_out(issuer.achievements.archive(badge_class_id, actor=visitor.actor, now=now()))


def _requests(routes: APIRouter, issuer: Issuer, visitor_of: Any) -> None:
    @routes.post("/badge-classes/{badge_class_id}/requests", status_code=201)
    def ask(badge_class_id: str, body: m.RequestIn, visitor: Annotated[Visitor, Depends(visitor_of)]) -> dict[str, Any]:
        """Ask for a badge on behalf of a person."""
        found = issuer.achievements.get(badge_class_id)
        visitor.require("decide", found.institution)
        person = issuer.people.person(body.person_id)
        version = issuer.achievements.current_version(badge_class_id)
        made = issuer.requests.ask(
            found, version, person, motivation=body.motivation, evidence_url=body.evidence_url, now=now()
        )
        return m.request_out(made)

    @routes.post("/requests/{request_id}/approve", status_code=201)
    def approve(request_id: str, body: m.GroundsIn, visitor: Annotated[Visitor, Depends(visitor_of)]) -> dict[str, Any]:
        """Award what was asked for."""
        request = issuer.requests.get(request_id)
        found = issuer.achievements.get(request.badge_class_id)
        visitor.require("decide", found.institution)
        version = issuer.achievements.version(found.id, request.version)
        person = issuer.people.person(request.person_id)
        grounds = Grounds(**body.model_dump())
        award = issuer.awards.approve(request, found, version, person, grounds, actor=visitor.actor, now=now())
        return m.award_out(award)

    @routes.post("/requests/{request_id}/deny")
    def deny(request_id: str, body: m.ReasonIn, visitor: Annotated[Visitor, Depends(visitor_of)]) -> dict[str, Any]:
        """Deny a request, with a reason the student sees."""
        request = issuer.requests.get(request_id)
        visitor.require("decide", issuer.achievements.get(request.badge_class_id).institution)
        return m.request_out(issuer.requests.deny(request_id, reason=body.reason, actor=visitor.actor, now=now()))


def _awards(routes: APIRouter, issuer: Issuer, visitor_of: Any) -> None:
    @routes.post("/awards", status_code=201)
    def award(body: m.AwardIn, visitor: Annotated[Visitor, Depends(visitor_of)]) -> JSONResponse:
        """Award a badge directly. With `delivery: file` it is signed at once; when the agent is away it waits (202)."""
        found = issuer.achievements.get(body.badge_class)
        visitor.require("award", found.institution)
        version = issuer.achievements.current_version(found.id)
        made, new = issuer.awards.award(
            found,
            version,
            Recipient(body.recipient.email, body.recipient.name),
            Grounds(body.grade, body.narrative, body.evidence_url, body.evidence_narrative),
            delivery=body.delivery,
            batch=body.batch,
            idempotency_key=body.idempotency_key,
            actor=visitor.actor,
            now=now(),
            also=issuer.issuance.wait_for_file if body.delivery == "file" else None,
        )
        answer, status = m.award_out(made), 201 if new else 200
        if made.delivery == "file":
            try:
                answer["credential"] = issuer.issuance.issue_file(made.id)
            except Unavailable as error:
                status = 202
                answer["waiting"] = {"code": error.code, "detail": error.detail, "retry_after": error.retry_after}
        return JSONResponse(answer, status_code=status)

    @routes.get("/awards/{award_id}")
    def award_state(award_id: str, visitor: Annotated[Visitor, Depends(visitor_of)]) -> dict[str, Any]:
        """Return an award and how far its credential is."""
        found = issuer.awards.get(award_id)
        visitor.require("view", found.institution)
        state = asdict(issuer.issuance.state_of(award_id))
        if state["issued_at"] is not None:
            state["issued_at"] = state["issued_at"].isoformat()
        return m.award_out(found, state)

    @routes.post("/awards/{award_id}/offers", status_code=201)
    def offer(award_id: str, body: m.OfferIn, visitor: Annotated[Visitor, Depends(visitor_of)]) -> m.OfferOut:
        """Offer an award to a wallet; an earlier offer of it ends."""
        visitor.require("award", issuer.awards.get(award_id).institution)
        made = issuer.issuance.offer_award(award_id, with_tx_code=body.tx_code)
        return m.OfferOut(
            credential_offer_uri=made.credential_offer_uri,
            offer_url=made.offer_url,
            wallet_url=made.wallet_url,
            tx_code=made.tx_code,
            expires_at=made.expires_at,
        )

    @routes.post("/awards/{award_id}/revoke")
    def revoke(award_id: str, body: m.ReasonIn, visitor: Annotated[Visitor, Depends(visitor_of)]) -> dict[str, Any]:
        """Revoke a badge. When the registry is away its publication follows later."""
        visitor.require("revoke", issuer.awards.get(award_id).institution)
        revoked = issuer.awards.revoke(
            award_id,
            reason=body.reason,
            actor=visitor.actor,
            now=now(),
            also=issuer.issuance.record_revocation,
        )
        published = issuer.issuance.revoke(award_id)
        return {**m.award_out(revoked), "status_published": published}

    @routes.post("/awards/{award_id}/suspend")
    def suspend(award_id: str, body: m.ReasonIn, visitor: Annotated[Visitor, Depends(visitor_of)]) -> dict[str, Any]:
        """Put a badge on hold, when its class allows that. When the registry is away its publication follows later."""
        visitor.require("revoke", issuer.awards.get(award_id).institution)
        award, published = issuer.suspensions.suspend(award_id, reason=body.reason, actor=visitor.actor, now=now())
        return {**m.award_out(award), "status_published": published}

    @routes.post("/awards/{award_id}/reinstate")
    def reinstate(award_id: str, body: m.ReasonIn, visitor: Annotated[Visitor, Depends(visitor_of)]) -> dict[str, Any]:
        """Give a badge back that was on hold. When the registry is away its publication follows later."""
        visitor.require("revoke", issuer.awards.get(award_id).institution)
        award, published = issuer.suspensions.reinstate(award_id, reason=body.reason, actor=visitor.actor, now=now())
        return {**m.award_out(award), "status_published": published}


def _credentials(routes: APIRouter, issuer: Issuer, visitor_of: Any) -> None:
    @routes.get("/awards/{award_id}/credential")
    def credential(award_id: str, visitor: Annotated[Visitor, Depends(visitor_of)]) -> Response:
        """Return the signed badge of an award that is delivered as a file."""
        visitor.require("award", issuer.awards.get(award_id).institution)
        body = dump_json(issuer.issuance.issue_file(award_id))
        headers = {"Content-Disposition": 'attachment; filename="badge.json"', "Cache-Control": "no-store"}
        return Response(body, media_type=CREDENTIAL_MEDIA_TYPE, headers=headers)

    @routes.get("/awards/{award_id}/credential.png")
    def baked(award_id: str, visitor: Annotated[Visitor, Depends(visitor_of)]) -> Response:
        """Return the signed badge inside a PNG (Open Badges 3.0, 5.3)."""
        visitor.require("award", issuer.awards.get(award_id).institution)
        headers = {"Content-Disposition": 'attachment; filename="badge.png"', "Cache-Control": "no-store"}
        return Response(baked_png(issuer.issuance, award_id), media_type="image/png", headers=headers)
