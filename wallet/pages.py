"""The app's files and the headers they travel with: one strict policy for the page, another for each worker.

The page itself may only talk to its own service. `net-worker.mjs` alone reaches issuers and verifiers, and
`jsonld-worker.js` alone runs the JSON-LD library; each has the policy of its own response
(Content Security Policy Level 3, workers).
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.staticfiles import StaticFiles

import service_kit
from service_kit.problems import NotFound
from vc_core.contexts import context_bytes, known_contexts
from wallet.settings import WalletSettings

STATIC = Path(__file__).parent / "static"
KIT = Path(service_kit.__file__).parent / "ui" / "static"
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
    "media-src blob:; font-src 'none'; manifest-src 'self'; worker-src 'self'; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'none'; object-src 'none'; require-trusted-types-for 'script'; trusted-types edubadges"
)
JSONLD_WORKER_POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'"
PERMISSIONS = (
    "camera=(self), publickey-credentials-get=(self), publickey-credentials-create=(self), "
    "microphone=(), geolocation=(), usb=(), payment=()"
)
VENDOR_FILES = {
    "htm-preact.mjs": "htm/preact/standalone.module.js",
    "jsonld.min.js": "jsonld/dist/jsonld.esm.min.js",
    "uqr.mjs": "uqr/dist/index.mjs",
}
ROOT_FILES = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/sw.js": ("sw.js", "text/javascript; charset=utf-8"),
    "/net-worker.mjs": ("net-worker.mjs", "text/javascript; charset=utf-8"),
    "/jsonld-worker.js": ("jsonld-worker.js", "text/javascript; charset=utf-8"),
    "/manifest.webmanifest": ("manifest.webmanifest", "application/manifest+json"),
}


def net_worker_policy(settings: WalletSettings) -> str:
    """Return the policy of the worker that reaches out; in development also to loopback over http."""
    extra = " http://localhost:*" if settings.development else ""
    return f"default-src 'none'; connect-src https:{extra}"


def vendor_dir(settings: WalletSettings) -> Path:
    """Return where npm put the browser libraries."""
    return settings.vendor_dir or Path(__file__).parent.parent / "node_modules"


def install_security_headers(app: FastAPI, settings: WalletSettings) -> None:
    """Put the headers of a page that holds keys on every answer."""

    async def add_headers(request: Request, call_next: RequestResponseEndpoint) -> Response:
        response = await call_next(request)
        headers = response.headers
        headers.setdefault("Content-Security-Policy", PAGE_POLICY)
        headers.setdefault("Cache-Control", "no-cache")
        headers["Permissions-Policy"] = PERMISSIONS
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "no-referrer"
        if settings.public_url.startswith("https://"):
            headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
        return response

    app.add_middleware(BaseHTTPMiddleware, dispatch=add_headers)


def page_routes(settings: WalletSettings) -> APIRouter:
    """Build the routes that give the browser its app."""
    routes = APIRouter(include_in_schema=False)
    own_policy = {"/net-worker.mjs": net_worker_policy(settings), "/jsonld-worker.js": JSONLD_WORKER_POLICY}
    digests = known_contexts()
    address_of = {digest: url for url, digest in digests.items()}

    service_worker = _release_line(settings) + (STATIC / "sw.js").read_text("utf-8")

    def root_file(request: Request) -> Response:
        name, media_type = ROOT_FILES[request.url.path]
        policy = own_policy.get(request.url.path, PAGE_POLICY)
        if name == "sw.js":
            return Response(service_worker, media_type=media_type)
        return FileResponse(STATIC / name, media_type=media_type, headers={"Content-Security-Policy": policy})

    for path in ROOT_FILES:
        routes.add_api_route(path, root_file, methods=["GET", "HEAD"])

    @routes.get("/vendor/{name}")
    def vendor(name: str) -> Response:
        if name not in VENDOR_FILES:
            raise NotFound("There is no such library here.")
        return FileResponse(vendor_dir(settings) / VENDOR_FILES[name], media_type="text/javascript; charset=utf-8")

    @routes.get("/config.json")
    def config() -> Response:
        return JSONResponse(
            {
                "development": settings.development,
                "registry_url": settings.registry_url,
                "verifier_url": settings.verifier_url,
            }
        )

    @routes.get("/contexts/index.json")
    def contexts() -> Response:
        return JSONResponse(digests)

    @routes.get("/contexts/{digest}.json")
    def context(digest: str) -> Response:
        if digest not in address_of:
            raise NotFound("This vocabulary is not known here.")
        return Response(
            context_bytes(address_of[digest]),
            media_type="application/ld+json",
            headers={"Cache-Control": "public, max-age=31536000, immutable"},
        )

    return routes


def release_files(settings: WalletSettings) -> dict[str, Path]:
    """Return every file of the app by its address: what the service worker keeps, and what a release is the hash of."""
    files = {path: STATIC / name for path, (name, _) in ROOT_FILES.items() if path != "/sw.js"}
    files |= {f"/vendor/{name}": vendor_dir(settings) / path for name, path in VENDOR_FILES.items()}
    own = (path for path in sorted(STATIC.rglob("*")) if path.is_file() and path.parent != STATIC)
    files |= {f"/static/{path.relative_to(STATIC).as_posix()}": path for path in own}
    files |= {f"/static/{name}": STATIC / name for name in ("app.mjs", "holding.mjs", "wallet.mjs", "wallet.css")}
    files |= {f"/static/kit/{name}": KIT / name for name in ("tokens.css", "app.css")}
    return files


def _release_line(settings: WalletSettings) -> str:
    """Return the first line of the service worker: the id of this release and its files."""
    files = release_files(settings)
    total = hashlib.sha256((STATIC / "sw.js").read_bytes())
    for address, path in sorted(files.items()):
        total.update(address.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    addresses = [*sorted(files), "/config.json", "/contexts/index.json"]
    return f"self.RELEASE = {json.dumps({'id': total.hexdigest()[:32], 'files': addresses})};\n"


def mount_static(app: FastAPI) -> None:
    """Serve the app's modules, styles and icons, and the tokens all services share."""
    app.mount("/static/kit", StaticFiles(directory=KIT), name="kit")
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
