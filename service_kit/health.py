"""`GET /health`: is this service up, and are the parts it needs?"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from fastapi import FastAPI
from starlette.responses import JSONResponse, Response

from vc_core.errors import EdubadgesError

type Probe = Callable[[], None]


def install_health(app: FastAPI, service: str, probes: Mapping[str, Probe]) -> None:
    """Add the health page; each probe raises one of our errors when its part is away.

    Answers 200 when every part answers, 503 otherwise. Says no versions (OWASP ASVS 13.4).
    """

    @app.get("/health", include_in_schema=False)
    def health() -> Response:
        parts: dict[str, str] = {}
        for name, probe in probes.items():
            try:
                probe()
            except EdubadgesError as error:
                parts[name] = error.code
            else:
                parts[name] = "ok"
        well = all(state == "ok" for state in parts.values())
        body = {"status": "ok" if well else "degraded", "service": service, "parts": parts}
        return JSONResponse(body, status_code=200 if well else 503, headers={"Cache-Control": "no-store"})
