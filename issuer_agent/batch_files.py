"""The CSV files of a batch: what was not awarded and why, the links for the students, their codes, an empty example."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from issuer_agent.batch_records import NOT_AWARDED, Batch
from issuer_agent.csv_rows import write_sheet
from issuer_agent.records import BadgeClassVersion
from issuer_agent.service import Issuer

type BatchFile = Literal["errors", "links", "codes"]

FILE_NAMES: dict[BatchFile, str] = {
    "errors": "not-awarded.csv",
    "links": "links-for-students.csv",
    "codes": "codes-for-students.csv",
}
_COLUMNS = ("email", "name", "grade", "narrative", "evidence url", "evidence description")


def batch_file(issuer: Issuer, batch: Batch, file: BatchFile) -> bytes:
    """Return one of the files of a batch.

    Links and codes are two files on purpose: they are to reach the student by two ways.
    """
    if file == "errors":
        return write_sheet([*_COLUMNS, "row", "verdict", "what is wrong"], _errors(issuer, batch))
    if file == "links":
        claims = issuer.batches.claims(batch)
        rows = (
            (
                claim.award.recipient_email,
                claim.award.recipient_name,
                issuer.issuance.claim_link(batch.institution, claim.offer_id),
                claim.expires_at.date().isoformat(),
            )
            for claim in claims
        )
        return write_sheet(["email", "name", "link", "valid until"], rows)
    codes = (
        (claim.award.recipient_email, claim.award.recipient_name, claim.tx_code)
        for claim in issuer.batches.claims(batch)
        if claim.tx_code is not None
    )
    return write_sheet(["email", "name", "code"], codes)


def example_file(version: BadgeClassVersion) -> bytes:
    """Return a file with the columns that this badge class needs, and one row to replace."""
    content = version.content
    cells = {"email": "student@example.org", "name": "Sam de Vries"}
    if content.grade_required:
        cells["grade"] = "8"
    if content.narrative_required:
        cells["narrative"] = "…"
    if content.evidence_required:
        cells["evidence url"] = "https://example.org/portfolio"
    return write_sheet(list(cells), [list(cells.values())])


def _errors(issuer: Issuer, batch: Batch) -> Iterator[tuple[str, ...]]:
    for row in issuer.batches.all_rows(batch.id, NOT_AWARDED):
        texts = (row.email, row.name, row.grade, row.narrative, row.evidence_url, row.evidence_narrative)
        reasons = " ".join(error["detail"] for error in row.errors)
        yield (*texts, str(row.number), row.state, reasons)
