"""The trust repository in one file: what it holds now, packed as a tar in xz, the same bytes for the same state."""

from __future__ import annotations

import io
import lzma
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from tuf.api.metadata import Metadata, Snapshot, Targets, Timestamp

from did_registry.trust_pack.repository import consistent_name, roles_below

PRESET = 6


def write_pack(folder: Path, file: IO[bytes]) -> int:
    """Write the state in force of the repository in `folder`; return how many files are in it.

    Every root goes along, so that a reader of any age finds its way to the one in force. The metadata come first, the
    timestamp before all. Items have their plain names, without the hash that is in the metadata already.
    """
    count = 0
    with (
        lzma.open(file, "wb", preset=PRESET) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as tar,
    ):
        for name, path in _files(folder):
            data = path.read_bytes()
            entry = tarfile.TarInfo(name)  # no owner, no time: nothing that differs between machines
            entry.size, entry.mode = len(data), 0o644
            tar.addfile(entry, io.BytesIO(data))
            count += 1
    return count


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    metadata = folder / "metadata"
    timestamp = Metadata[Timestamp].from_file(str(metadata / "timestamp.json")).signed
    snapshot_name = f"{timestamp.snapshot_meta.version}.snapshot.json"
    snapshot = Metadata[Snapshot].from_file(str(metadata / snapshot_name)).signed
    top = Metadata[Targets].from_file(str(metadata / f"{snapshot.meta['targets.json'].version}.targets.json")).signed
    roles = [f"{snapshot.meta[f'{role}.json'].version}.{role}.json" for role in ("targets", *roles_below(top))]
    for name in ["timestamp.json", *sorted(path.name for path in metadata.glob("*.root.json")), snapshot_name, *roles]:
        yield f"metadata/{name}", metadata / name
    found = [Metadata[Targets].from_file(str(metadata / name)).signed.targets for name in roles]
    for target in sorted((item for targets in found for item in targets.values()), key=lambda item: item.path):
        yield f"targets/{target.path}", folder / "targets" / consistent_name(target.path, target.hashes["sha256"])
