"""The copy on disk: generations, each a whole and verified state, and a link to the one that counts.

Nothing here verifies; `updating` does, before a generation is put in place. How old a state may be for which question
is decided by the policy, each time.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Self, cast

from vc_core.errors import MalformedInput
from vc_core.json_text import JsonObject, dump_json, parse_json_object
from verifier.evidence import EvidenceItem, EvidenceKind
from verifier.moments import read_moment

MAX_ITEM = 16_000_000
STATE, INDEX, ITEMS = "state.json", "index.json", "items.bin"


@dataclass(frozen=True)
class Generation:
    """One verified state of the registry."""

    folder: Path

    @cached_property
    def state(self) -> JsonObject:
        """Return what is known of it: `version`, `issued_at`, `expires`, `source`, `root` and `synced_at`."""
        return parse_json_object((self.folder / STATE).read_bytes(), max_bytes=MAX_ITEM)

    @property
    def version(self) -> int:
        """Return the number of the registry's publication."""
        value = self.state["version"]
        return value if isinstance(value, int) else 0

    @cached_property
    def issued_at(self) -> datetime:
        """Return when the registry vouched for it."""
        return read_moment(self.state["issued_at"])

    @property
    def source(self) -> str:
        """Return where it came from."""
        return str(self.state["source"])

    def find(self, kind: EvidenceKind, name: str) -> EvidenceItem | None:
        """Return an item as evidence of the moment the registry vouched for it; None when it is not published.

        Of an institution that is not published the answer is that the registry does not know it.
        """
        data = self.read(item_path(kind, name))
        if data is None:
            known: JsonObject | None = {"participant": None} if kind is EvidenceKind.PARTICIPANT else None
            return None if known is None else EvidenceItem(kind, name, self.source, self.issued_at, known)
        item = parse_json_object(data, max_bytes=MAX_ITEM, max_depth=80)
        if item.get("kind") != kind or item.get("name") != name:
            return None
        return EvidenceItem(kind, name, self.source, self.issued_at, item.get("content"))

    def read(self, path: str, digest: str | None = None) -> bytes | None:
        """Return the bytes of an item, when it is there and has this digest."""
        entry = self._index.get(path)
        if entry is None or (digest is not None and entry[2] != digest):
            return None
        try:
            with (self.folder / ITEMS).open("rb") as file:
                file.seek(entry[0])
                data = file.read(entry[1])
        except OSError:
            return None
        return data if hashlib.sha256(data).hexdigest() == entry[2] else None

    def counts(self) -> Counter[str]:
        """Return how many items there are of each kind."""
        return Counter(path.split("/")[1] for path in self._index)

    def is_whole(self) -> bool:
        """Say whether nothing of it was lost or damaged since it was put in place; single items are looked at later."""
        try:
            return (self.folder / ITEMS).is_file() and self.issued_at is not None and self._index is not None
        except (OSError, MalformedInput, KeyError, ValueError):
            return False

    @cached_property
    def _index(self) -> dict[str, tuple[int, int, str]]:
        found = parse_json_object((self.folder / INDEX).read_bytes(), max_bytes=4 * MAX_ITEM)
        return cast(dict[str, tuple[int, int, str]], found)


class ItemsWriter:
    """Writes the items of a generation: one file with all of them, and where each stands."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._index: dict[str, tuple[int, int, str]] = {}
        self._place = 0

    def __enter__(self) -> Self:
        self._file = (self._folder / ITEMS).open("wb")
        return self

    def add(self, path: str, digest: str, data: bytes) -> None:
        """Add one item."""
        self._index[path] = (self._place, len(data), digest)
        self._place += self._file.write(data)

    def __exit__(self, *failure: object) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        write_durably(self._folder / INDEX, dump_json(self._index))


def write_durably(path: Path, data: bytes) -> None:
    """Write a file so that it is on the disk when this returns."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


@dataclass(frozen=True, slots=True)
class TrustStore:
    """A folder with generations; several processes may read it while one replaces what counts."""

    folder: Path

    def target(self) -> str | None:
        """Return the name of what counts now; another name means another state."""
        try:
            return os.readlink(self.folder / "current")
        except OSError:
            return None

    def current(self) -> Generation | None:
        """Return the state that counts now; None when nothing was taken yet."""
        link = self.folder / "current"
        try:
            folder = link.resolve(strict=True)
        except OSError:
            return None
        generation = Generation(folder)
        return generation if generation.is_whole() else None


def item_path(kind: str, name: str) -> str:
    """Return the place of an item, in the repository and in the store."""
    digest = hashlib.sha256(f"{kind}\n{name}".encode("utf-8", "surrogatepass")).hexdigest()
    return f"items/{kind}/{digest[:40]}.json"
