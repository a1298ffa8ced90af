"""What the registry publishes is found by resolvers nobody here wrote: ACA-Py's for did:web, DIF's for did:webvh."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.agent import PYTHON
from tests.support.published import Published, published_institution

pytestmark = pytest.mark.agent


def resolved(published: Published, *arguments: str) -> Any:
    environment = {**os.environ, "SSL_CERT_FILE": str(published.certificate)}
    command = [str(PYTHON), str(Path(__file__).parent / "resolve.py"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_acapy_finds_the_document_over_the_network(postgres_url: str, tmp_path: Path) -> None:
    with published_institution(postgres_url, tmp_path) as published:
        assert resolved(published, published.did) == published.document


def test_the_library_of_did_webvh_follows_the_history(postgres_url: str, tmp_path: Path) -> None:
    """It looks only at names with a dot, so it gets the log as a file."""
    with published_institution(postgres_url, tmp_path, host="registry.example") as published:
        found = resolved(published, published.webvh, str(published.log))
    document = found["document"]
    assert document is not None, found
    assert document["id"] == published.webvh
    assert document["alsoKnownAs"] == [published.did]
    assert document["assertionMethod"] == [published.key.replace(published.did, published.webvh)]
    [method] = [item for item in document["verificationMethod"] if item["id"] == document["assertionMethod"][0]]
    assert published.key.endswith("#" + method["publicKeyMultibase"])
    assert found["metadata"]["versionId"].startswith("2-")
