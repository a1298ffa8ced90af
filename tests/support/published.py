"""A registry over TLS with an institution that replaced its key: for programs of others that look it up."""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from did_registry.app import create_app
from did_registry.settings import RegistrySettings
from tests.support.certificates import make_certificate
from tests.support.presenting import Issuer
from tests.support.serving import serving
from tests.unit.did_registry.conftest import OPERATOR, TOKEN
from tests.unit.did_registry.test_publishing import publication


@dataclass
class Published:
    """What others can look up."""

    did: str
    webvh: str
    log: Path
    """Its history, as it is served."""
    document: dict[str, Any]
    """As it is published now."""
    key: str
    """The verification method that signs now."""
    certificate: Path


@contextmanager
def published_institution(postgres_url: str, folder: Path, *, host: str = "localhost") -> Iterator[Published]:
    """Serve the registry, publish two versions of an institution's document, and say what there is.

    With another host it is served on loopback all the same, and its identifiers are of that host.
    """
    certificate, key = make_certificate(folder)

    def app(port: int) -> Any:
        return create_app(
            RegistrySettings(
                EDUBADGES_ENV="development",
                public_url=f"https://{host}:{port}",
                database_url=postgres_url,
                secret_key="0123456789abcdef" * 2,
                operator_token=TOKEN,
                trust_dir=folder / "trust",
            )
        )

    with (
        serving(app, tls=(certificate, key)) as port,
        httpx.Client(
            base_url=f"https://localhost:{port}", verify=ssl.create_default_context(cafile=certificate)
        ) as http,
    ):
        did = f"did:web:{host}%3A{port}:institutions:zzu"
        first, second = Issuer(did=did), Issuer(did=did)
        application = {"slug": "zzu", "name": {"nl": "Zuiderzee", "en": "Zuiderzee"}, "kind": "wo"}
        assert http.post("/api/participants", json=application, headers=OPERATOR).status_code == 201
        for issuer, signer in ((first, first), (second, first)):
            body = publication(issuer, by=signer)
            assert http.put("/api/did-documents/zzu", json=body, headers=OPERATOR).status_code == 201
        time.sleep(1.1)  # two versions in one second get a second each, and nobody reads one that lies in the future
        log = folder / "did.jsonl"
        log.write_bytes(http.get("/institutions/zzu/did.jsonl").content)
        webvh = str(json.loads(log.read_text().splitlines()[-1])["state"]["id"])
        yield Published(did, webvh, log, second.document(), second.method, certificate)
