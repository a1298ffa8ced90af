"""A badge that is delivered as a file, as a browser saves it."""

from __future__ import annotations

from typing import Literal

from starlette.responses import Response

from issuer_agent.baked_files import baked_png
from issuer_agent.issuance import Issuance
from issuer_agent.records import Award
from vc_core.json_text import dump_json

File = Literal["badge.json", "badge.png"]


def badge_file(issuance: Issuance, award: Award, file: File) -> Response:
    """Return the signed badge as JSON, or inside a picture.

    Raises:
        IssuingRefused: it is for a wallet, or revoked.
        AgentUnavailable: it is not signed yet.
    """
    headers = {"Content-Disposition": f'attachment; filename="{file}"', "Cache-Control": "no-store"}
    if file == "badge.png":
        return Response(baked_png(issuance, award.id), media_type="image/png", headers=headers)
    return Response(dump_json(issuance.issue_file(award.id)), media_type="application/vc+ld+json", headers=headers)
