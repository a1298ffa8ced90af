"""Evidence kept on disk: one small file per document, with its source and time, replaced as a whole or not at all.

In the same folder lies the copy of a registry's trust repository (`trust_pack`); of two copies the younger is given.
Nothing here decides whether a document is good or fresh; `verification` does, each time it is used.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, cast

from vc_core.errors import EdubadgesError, MalformedInput
from vc_core.json_text import JsonObject, dump_json, parse_json_object
from verifier.evidence import Evidence, EvidenceItem, EvidenceKind
from verifier.moments import format_moment, read_moment
from verifier.trust_pack.store import Generation, TrustStore

MAX_ITEM_BYTES = 12_000_000
_REGISTRY = "registry"


class UnsafeStore(EdubadgesError):
    """Anybody on this machine could change the store, so nothing in it can be leaned on."""

    title = "The evidence store can be changed by others"
    code = "unsafe-evidence-store"


class EvidenceStore:
    """A folder of evidence. Several processes may use it: every write is one rename."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.trust = TrustStore(folder / "trust")
        self._generation: tuple[str, Generation] | None = None

    def prepare(self) -> None:
        """Make the folder, and refuse one that everybody may write to.

        Raises:
            UnsafeStore: the folder is writable for all.
        """
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.check()

    def check(self) -> None:
        """Refuse a folder that everybody may write to; an absent one is fine, and empty.

        Raises:
            UnsafeStore: the folder is writable for all.
        """
        if self.folder.exists() and self.folder.stat().st_mode & stat.S_IWOTH:
            raise UnsafeStore("Take away the right of others to write to the evidence store, then try again.")

    def put(self, item: EvidenceItem) -> None:
        """Keep an item; the one kept before under the same name is replaced. Absences are not kept."""
        if item.absence is None:
            self._write(self._path(item.kind, item.name), dump_json(item.to_json()))

    def put_registry(self, address: str, participants: list[JsonObject], retrieved_at: datetime) -> None:
        """Keep the whole list of participants of a registry, so that asking for one tells nobody which."""
        value = {"source": address, "retrieved_at": format_moment(retrieved_at), "participants": participants}
        self._write(self._path(_REGISTRY, address), dump_json(value))

    def find(self, kind: EvidenceKind, name: str) -> EvidenceItem | None:
        """Return what is kept under this name, or None; a damaged file counts as absent."""
        if kind is EvidenceKind.PARTICIPANT:
            own = self.find_participant(name)
        else:
            own = _item(_read(self._path(kind, name)), name)
        generation = self.generation()
        published = generation.find(kind, name) if generation is not None else None
        found = [item for item in (published, own) if item is not None]
        return max(found, key=lambda item: item.retrieved_at, default=None)

    def generation(self) -> Generation | None:
        """Return the state of the trust repository that counts now, read once for as long as it does."""
        target = self.trust.target()
        if target is None:
            return None
        if self._generation is None or self._generation[0] != target:
            current = self.trust.current()
            if current is None:
                return None
            self._generation = (target, current)
        return self._generation[1]

    def find_participant(self, did: str) -> EvidenceItem | None:
        """Return what the kept registries say about an issuer; None when no registry is kept."""
        answer: EvidenceItem | None = None
        for value in self._registries():
            entries = [entry for entry in value["participants"] if isinstance(entry, dict) and entry.get("did") == did]
            found = EvidenceItem(
                EvidenceKind.PARTICIPANT,
                did,
                value["source"],
                read_moment(value["retrieved_at"]),
                {"participant": entries[0] if entries else None},
            )
            if entries:
                return found
            answer = answer or found
        return answer

    def everything(self) -> Evidence:
        """Return all kept documents; participants are listed by `registries`."""
        items: list[EvidenceItem] = []
        for kind in EvidenceKind:
            found = (_item(_read(path)) for path in sorted(self.folder.glob(f"{kind}/*.json")))
            items.extend(item for item in found if item is not None)
        return Evidence.of(items)

    def registries(self) -> list[tuple[str, datetime, int]]:
        """Return each kept registry: its address, its time and how many participants it lists."""
        return [
            (value["source"], read_moment(value["retrieved_at"]), len(value["participants"]))
            for value in self._registries()
        ]

    def _registries(self) -> Iterator[dict[str, Any]]:
        for path in sorted(self.folder.glob(f"{_REGISTRY}/*.json")):
            value = cast(dict[str, Any] | None, _read(path))
            if value and isinstance(value.get("participants"), list) and isinstance(value.get("source"), str):
                yield value

    def _path(self, kind: str, name: str) -> Path:
        return self.folder / kind / (hashlib.sha256(name.encode()).hexdigest()[:40] + ".json")

    def _write(self, path: Path, data: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
            file.write(data)
        os.replace(file.name, path)


def _read(path: Path) -> JsonObject | None:
    try:
        return parse_json_object(path.read_bytes(), max_bytes=MAX_ITEM_BYTES, max_depth=80)
    except (OSError, MalformedInput):
        return None


def _item(value: JsonObject | None, name: str | None = None) -> EvidenceItem | None:
    if value is None:
        return None
    try:
        item = EvidenceItem.from_json(value)
    except (KeyError, ValueError):
        return None
    return item if name in {None, item.name} else None


def store_all(store: EvidenceStore, items: Iterable[EvidenceItem]) -> None:
    """Keep every item that holds a document."""
    for item in items:
        store.put(item)
