"""Lists of people over the API: bring a CSV file, read the verdict per row, start it, follow it, fetch the links.

Annotations are evaluated here (no `from __future__`): FastAPI has to see the dependency that each route is given.
"""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, Field
from starlette.responses import Response

from issuer_agent.access import Act, Visitor
from issuer_agent.api.messages import Message
from issuer_agent.batch_files import FILE_NAMES, BatchFile, batch_file
from issuer_agent.batch_records import NOT_AWARDED, Batch, BatchRow, RowState
from issuer_agent.batches import CLAIM_DAYS
from issuer_agent.csv_rows import MAX_BYTES
from issuer_agent.service import Issuer, now
from issuer_agent.strict_input import plain_address
from service_kit.bodies import raw_body

_PAGE = 200


class StartIn(Message):
    """How a list is awarded."""

    delivery: Literal["wallet", "file"] = "wallet"
    tx_code: bool = False
    claim_days: Annotated[int, Field(strict=True)] = CLAIM_DAYS
    start_at: AwareDatetime | None = None


class RowIn(Message):
    """New texts of a row; what is left out stays."""

    email: str | None = None
    name: str | None = None
    grade: str | None = None
    narrative: str | None = None
    evidence_url: str | None = None
    evidence_narrative: str | None = None


def add(routes: APIRouter, issuer: Issuer, visitor_of: Any) -> None:
    """Add the routes."""
    files = APIRouter(dependencies=[Depends(plain_address)])
    _check(files, issuer, visitor_of)
    # A file is no JSON; its route reads it itself, with a limit of its own.
    routes.include_router(files)
    _look(routes, issuer, visitor_of)
    _act(routes, issuer, visitor_of)


def _check(routes: APIRouter, issuer: Issuer, visitor_of: Any) -> None:
    @routes.post("/badge-classes/{badge_class_id}/batches", status_code=201)
    def check(
        badge_class_id: str,
        data: Annotated[bytes, Depends(raw_body(MAX_BYTES))],
        visitor: Annotated[Visitor, Depends(visitor_of)],
        name: str = "list.csv",
    ) -> dict[str, Any]:
        """Bring a CSV file (text/csv) of people who get this badge; each row gets a verdict, nothing is awarded yet."""
        found = issuer.achievements.get(badge_class_id)
        visitor.require("award", found.institution)
        version = issuer.achievements.current_version(badge_class_id)
        return batch_out(issuer, issuer.batches.check(found, version, data, name=name, actor=visitor.actor, now=now()))


def _look(routes: APIRouter, issuer: Issuer, visitor_of: Any) -> None:
    @routes.get("/batches/{batch_id}")
    def batch(batch_id: str, visitor: Annotated[Visitor, Depends(visitor_of)]) -> dict[str, Any]:
        """Return a list and how far it is."""
        return batch_out(issuer, _allowed(issuer, visitor, "view", batch_id))

    @routes.get("/batches/{batch_id}/rows")
    def rows(
        batch_id: str,
        visitor: Annotated[Visitor, Depends(visitor_of)],
        state: Annotated[list[RowState], Query()] = list(NOT_AWARDED),  # noqa: B006 - never changed
        after: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
    ) -> list[dict[str, Any]]:
        """Return 200 rows in these states after this row; without `state` those that a person must look at."""
        _allowed(issuer, visitor, "view", batch_id)
        return [row_out(row) for row in issuer.batches.rows(batch_id, state, after=after, limit=_PAGE)]

    @routes.get("/batches/{batch_id}/{file}.csv")
    def download(batch_id: str, file: BatchFile, visitor: Annotated[Visitor, Depends(visitor_of)]) -> Response:
        """Return the rows that were not awarded, or the links (and codes) for the students, as CSV."""
        found = _allowed(issuer, visitor, "award", batch_id)
        headers = {
            "Content-Disposition": f'attachment; filename="{FILE_NAMES[file]}"',
            "Cache-Control": "no-store",
        }
        return Response(batch_file(issuer, found, file), media_type="text/csv; charset=utf-8", headers=headers)


def _act(routes: APIRouter, issuer: Issuer, visitor_of: Any) -> None:
    @routes.post("/batches/{batch_id}/start")
    def start(batch_id: str, body: StartIn, visitor: Annotated[Visitor, Depends(visitor_of)]) -> dict[str, Any]:
        """Award the good rows, in a job; it waits for a second person where the institution wants that."""
        _allowed(issuer, visitor, "award", batch_id)
        started = issuer.batches.start(
            batch_id,
            delivery=body.delivery,
            with_tx_code=body.tx_code,
            claim_days=body.claim_days,
            start_at=body.start_at,
            actor=visitor.actor,
            now=now(),
        )
        return batch_out(issuer, started)

    @routes.post("/batches/{batch_id}/rows/{number}")
    def repair(
        batch_id: str, number: int, body: RowIn, visitor: Annotated[Visitor, Depends(visitor_of)]
    ) -> dict[str, Any]:
        """Change a row that cannot be awarded as it is; the answer has its new verdict."""
        _allowed(issuer, visitor, "award", batch_id)
        values = body.model_dump(exclude_none=True)
        return row_out(issuer.batches.repair(batch_id, number, values, actor=visitor.actor, now=now()))

    @routes.post("/batches/{batch_id}/offers")
    def offer_again(batch_id: str, visitor: Annotated[Visitor, Depends(visitor_of)]) -> dict[str, Any]:
        """Make new offers of the badges that nobody has fetched; the old links end."""
        _allowed(issuer, visitor, "award", batch_id)
        return {"offers": issuer.batches.renew_claims(batch_id, actor=visitor.actor, now=now())}

    @routes.post("/batches/{batch_id}/{act}")
    def act(
        batch_id: str,
        act: Literal["approve", "send-back", "pause", "resume", "cancel"],
        visitor: Annotated[Visitor, Depends(visitor_of)],
    ) -> dict[str, Any]:
        """Give the second person's word, or take it back, pause, go on, or end a list."""
        _allowed(issuer, visitor, "award", batch_id)
        do = getattr(issuer.batches, act.replace("-", "_"))
        return batch_out(issuer, do(batch_id, actor=visitor.actor, now=now()))


def _allowed(issuer: Issuer, visitor: Visitor, act: Act, batch_id: str) -> Batch:
    found = issuer.batches.get(batch_id)
    visitor.require(act, found.institution)
    return found


def batch_out(issuer: Issuer, item: Batch) -> dict[str, Any]:
    """Return a batch as the API shows it, with how far it is."""
    progress = issuer.batches.progress(item)
    times = {name: getattr(item, name) for name in ("created_at", "start_at", "started_at", "finished_at")}
    return {
        "id": item.id,
        "institution": item.institution,
        "badge_class": item.badge_class_id,
        "version": item.version,
        "name": item.name,
        "state": item.state,
        "problem": item.problem,
        "delivery": item.delivery,
        "tx_code": item.with_tx_code,
        "claim_days": item.claim_days,
        "ignored_columns": list(item.ignored),
        **{name: moment.isoformat() if moment else None for name, moment in times.items()},
        "rows": dict(progress.counts),
        "claimed": progress.claimed,
    }


def row_out(item: BatchRow) -> dict[str, Any]:
    """Return a row as the API shows it."""
    return {
        "row": item.number,
        "email": item.email,
        "name": item.name,
        "grade": item.grade,
        "narrative": item.narrative,
        "evidence_url": item.evidence_url,
        "evidence_narrative": item.evidence_narrative,
        "state": item.state,
        "errors": list(item.errors),
        "award": item.award_id,
    }
