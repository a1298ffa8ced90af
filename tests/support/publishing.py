"""A registry's trust repository for tests: what issuers have to show, signed and in one file."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, cast

from did_registry.trust_pack.keys import make_online_keys, make_root_keys
from did_registry.trust_pack.pack import write_pack
from did_registry.trust_pack.repository import TrustItem, TrustRepository
from verifier import Evidence


class TrustPublisher:
    """Publishes evidence as the registry does."""

    def __init__(self, folder: Path, *, now: datetime) -> None:
        self.folder = folder
        self.repository = TrustRepository(folder / "repository", make_online_keys(folder / "online"))
        self.root_keys = make_root_keys(folder / "offline")
        self.repository.begin(self.root_keys, now=now)

    def publish(self, *evidence: Evidence, now: datetime) -> None:
        items = [
            TrustItem(str(item.kind), item.name, cast(dict[str, Any], item.content))
            for found in evidence
            for item in found
            if item.absence is None
        ]
        self.repository.begin(self.root_keys, now=now)  # once a year the operator signs the root again
        self.repository.publish(items, now=now)

    def pack(self, name: str = "pack.edubadges-trust") -> Path:
        path = self.folder / name
        with path.open("wb") as file:
            write_pack(self.repository.folder, file)
        return path
