"""A registry on loopback that speaks the registry's real HTTP addresses, with issuers a test controls."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.support.presenting import Issuer


@dataclass
class RegistrySimulator:
    port: int
    issuers: dict[str, Issuer] = field(default_factory=dict)
    participants: dict[str, dict[str, Any]] = field(default_factory=dict)
    down: bool = False
    asked: list[str] = field(default_factory=list)
    status_lists: dict[str, Any] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def add(self, slug: str, *, listed: bool = True) -> Issuer:
        issuer = Issuer(
            did=f"did:web:localhost%3A{self.port}:institutions:{slug}",
            status_url=f"{self.url}/institutions/{slug}/status/1",
            now=datetime.now(UTC),
        )
        self.issuers[slug] = issuer
        if listed:
            self.participants[slug] = issuer.participant(slug=slug)
        return issuer

    def answer(self, path: str) -> Any:
        self.asked.append(path)
        if path in self.files:
            return self.files[path]
        if path == "/api/participants":
            return {"participants": list(self.participants.values())}
        if path == "/api/evidence":
            return {
                "generated_at": "2026-11-23T12:00:00Z",
                "participants": list(self.participants.values()),
                "did_documents": [{"did": i.did, "document": i.document()} for i in self.issuers.values()],
                "status_lists": [{"url": i.status_url, "credential": self._list(s)} for s, i in self.issuers.items()],
            }
        for slug, issuer in self.issuers.items():
            if path == f"/institutions/{slug}/did.json":
                return issuer.document()
            if path == f"/institutions/{slug}/status/1":
                return self._list(slug)
        return None

    def _list(self, slug: str) -> Any:
        return self.status_lists.get(slug) or self.issuers[slug].status_list()


@contextmanager
def running_registry() -> Iterator[RegistrySimulator]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            value = None if registry.down else registry.answer(self.path)
            body = value if isinstance(value, bytes) else json.dumps(value).encode()
            self.send_response(503 if registry.down else 404 if value is None else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    registry = RegistrySimulator(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield registry
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
