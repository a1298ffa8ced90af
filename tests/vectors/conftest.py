"""Where third-party vectors are (W3C, 1EdTech), and the vocabularies only they use.

The vectors are not part of the repository. Put them in the folder below, or name another with `EDUBADGES_VECTORS`;
without them these tests
are skipped, with this reason.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from vc_core import contexts
from vc_core.canonical import active_context

SHARED = Path(os.environ.get("EDUBADGES_VECTORS", "/work/shared/vectors"))
CONTEXTS = SHARED.parent / "reference" / "contexts"
EXAMPLE_VOCABULARIES = {
    "https://www.w3.org/ns/credentials/examples/v2": "credentials-examples-v2.jsonld",
    "https://w3id.org/citizenship/v4rc1": "citizenship-v4rc1.jsonld",
}


def folder(name: str) -> Path:
    """Return the folder of one suite, or skip."""
    if not (SHARED / name).is_dir():
        pytest.skip(f"the vectors {name!r} are not here (set EDUBADGES_VECTORS to their folder)")
    return SHARED / name


def cases(name: str, pattern: str) -> list[Path]:
    """Return the files of a suite for parametrising; none when the suite is absent."""
    return sorted((SHARED / name).glob(pattern))


@pytest.fixture
def example_vocabularies(monkeypatch: pytest.MonkeyPatch):
    """Make the vocabularies of W3C's examples known for one test; one of them gives every word a meaning."""
    for url, file in EXAMPLE_VOCABULARIES.items():
        if not (CONTEXTS / file).is_file():
            pytest.skip(f"the vocabulary {file!r} of the examples is not here")
        monkeypatch.setitem(contexts._documents, url, json.loads((CONTEXTS / file).read_bytes()))
    yield
    active_context._EMPTY._derived.clear()
