"""What the registry publishes is found by the did:web driver of the Digital Credentials Consortium."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.interop.peers import MissingPeer, node_command
from tests.support.published import published_institution


def test_dcc_finds_the_document_and_the_key(postgres_url: str, tmp_path: Path) -> None:
    try:
        command = node_command(Path(__file__).parent / "js" / "resolve.mjs")
    except MissingPeer as error:
        pytest.skip(str(error))
    with published_institution(postgres_url, tmp_path) as published:
        environment = {**os.environ, "NODE_EXTRA_CA_CERTS": str(published.certificate)}
        asked = [*command, published.did, published.key]
        done = subprocess.run(asked, capture_output=True, text=True, timeout=60, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    document, method = (json.loads(line) for line in done.stdout.splitlines())
    assert document == published.document
    assert method["id"] == published.key
    assert published.key.endswith("#" + method["publicKeyMultibase"])
