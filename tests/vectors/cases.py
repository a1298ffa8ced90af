"""What a case of somebody else's vectors is here: its files, the check that asserts it, and why if it ends otherwise.

The sets are in `sets_canonical`, `sets_proofs` and `sets_badges`; `table` counts them for docs/vectors.md.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from tests.vectors.conftest import CONTEXTS, EXAMPLE_VOCABULARIES, SHARED
from vc_core import contexts
from vc_core.canonical import active_context


class Answer(Enum):
    """How our answer stands to the one of the vectors."""

    AS_EXPECTED = "as expected"
    ANOTHER = "another, on purpose"
    NOT_SUPPORTED = "not supported"


@dataclass(frozen=True)
class Case:
    """One case; `check` raises when our answer is not the one that is named here."""

    name: str
    files: tuple[str, ...]
    check: Callable[[], None] | None
    answer: Answer = Answer.AS_EXPECTED
    reason: str = ""


@dataclass(frozen=True)
class VectorSet:
    """The cases of one folder, and the files in it that are no case of their own."""

    folder: str
    title: str
    what: str
    """What one case is, and what is compared."""
    cases: tuple[Case, ...]
    beside: tuple[str, ...] = ()
    """Files that other cases read, or that explain the set."""

    @property
    def index(self) -> dict[str, Any]:
        return load(self.folder, "index.json")


def path_of(*parts: str) -> Path:
    return SHARED.joinpath(*parts)


def load(*parts: str) -> Any:
    return json.loads(path_of(*parts).read_bytes())


def text_of(*parts: str) -> str:
    return path_of(*parts).read_text("utf-8")


def listed(folder: str, prefix: str = "") -> tuple[str, ...]:
    """Return the files that the index of a set names under a prefix."""
    return tuple(entry["file"] for entry in load(folder, "index.json")["files"] if entry["file"].startswith(prefix))


@contextmanager
def example_words() -> Iterator[None]:
    """Make the vocabularies of W3C's examples known for a while; one of them gives every word a meaning."""
    before = dict(contexts._documents)
    for url, file in EXAMPLE_VOCABULARIES.items():
        contexts._documents[url] = json.loads((CONTEXTS / file).read_bytes())
    try:
        yield
    finally:
        contexts._documents.clear()
        contexts._documents.update(before)
        active_context._EMPTY._derived.clear()
