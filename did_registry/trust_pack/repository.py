"""Publish what the registry knows as a TUF repository: whole or not at all, signed, numbered, and with an end.

A change rewrites the items it changes, the part of the index they stand in (a bin), the snapshot and the timestamp.
New files have new names, so readers of the old state are not disturbed; the timestamp is put in place last.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from securesystemslib.signer import CryptoSigner
from tuf.api.exceptions import UnsignedMetadataError
from tuf.api.metadata import (
    Delegations,
    Metadata,
    MetaFile,
    Root,
    Snapshot,
    SuccinctRoles,
    TargetFile,
    Targets,
    Timestamp,
)

from did_registry.trust_pack.keys import OnlineKeys, RootKeys
from did_registry.trust_pack.own_signatures import OwnSignatures, TrustRepositoryError
from vc_core.json_text import JsonValue, dump_json

ISSUED_AT = "x-edubadges-issued-at"
PREFIX = "bin"
ITEMS_PER_BIN = 48
MIN_BITS, MAX_BITS = 2, 10
KEPT_FOR = timedelta(days=2)
"""A file that was replaced is still there for who began to read before: longer than a timestamp holds."""


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long what is signed holds. The timestamp's is how long a reader may be kept in the past unnoticed."""

    root: timedelta = timedelta(days=365)
    targets: timedelta = timedelta(days=90)
    snapshot: timedelta = timedelta(days=30)
    timestamp: timedelta = timedelta(days=1)
    renew_before: float = 0.5
    """Of its life is left when a role is signed again without having changed."""


@dataclass(frozen=True, slots=True)
class TrustItem:
    """One piece of evidence, as the store of a verifier keeps it."""

    kind: str
    name: str
    content: JsonValue

    def path(self) -> str:
        """Return its place in the repository."""
        digest = hashlib.sha256(f"{self.kind}\n{self.name}".encode()).hexdigest()
        return f"items/{self.kind}/{digest[:40]}.json"

    def to_bytes(self) -> bytes:
        """Return what is published."""
        return dump_json({"kind": self.kind, "name": self.name, "content": self.content})


@dataclass(frozen=True, slots=True)
class Published:
    """What a publication did."""

    version: int
    items: int
    changed: int
    bytes_written: int


@dataclass
class TrustRepository:
    """The repository in a folder: `metadata/` and `targets/`, to be served as they are."""

    folder: Path
    online: OnlineKeys
    lifetimes: Lifetimes = field(default_factory=Lifetimes)
    write: Callable[[Path, bytes], None] = lambda path, data: _write(path, data)
    """Puts a file in place; tests let it fail."""

    def begin(self, root: RootKeys, *, now: datetime) -> int:
        """Sign the first root, or the next one when the end of the last is near; return the version in force."""
        if not self._roots():
            return self._sign_root(Root(consistent_snapshot=True), root, root.signers, now)
        current = self.root()
        if current.expires - now < self.lifetimes.root * self.lifetimes.renew_before:
            return self.replace_root(root, root, now=now)
        return current.version

    def replace_root(self, new: RootKeys, old: RootKeys, *, now: datetime) -> int:
        """Sign a next root with these keys and the online keys of now; enough old ones must sign it too.

        Returns the version.

        Raises:
            TrustRepositoryError: too few of the old keys sign.
        """
        current = self.root()
        signers = {signer.public_key.keyid: signer for signer in (*old.signers, *new.signers)}
        return self._sign_root(Root(version=current.version + 1, consistent_snapshot=True), new, signers.values(), now)

    def root(self) -> Root:
        """Return the root in force.

        Raises:
            TrustRepositoryError: there is none.
        """
        roots = self._roots()
        if not roots:
            raise TrustRepositoryError("The repository has no root. Begin it with the keys of the root.")
        return Metadata[Root].from_file(str(roots[-1])).signed

    def publish(self, items: Iterable[TrustItem], *, now: datetime) -> Published:
        """Publish exactly these items; what was there before and is not among them goes.

        Raises:
            TrustRepositoryError: there is no root.
        """
        self.root()
        writing = _Writing(self, now.replace(microsecond=0))
        return writing.publish({item.path(): item for item in items})

    def refresh(self, *, now: datetime) -> Published:
        """Vouch for the same items again, and sign what is about to end."""
        return _Writing(self, now.replace(microsecond=0)).publish(None)

    def verified_roots(self) -> list[Root]:
        """Return every root, oldest first; each is signed as the one before it asks.

        Raises:
            TrustRepositoryError: one is not.
        """
        found = [Metadata[Root].from_file(str(path)) for path in self._roots()]
        try:
            for before, after in pairwise([*found[:1], *found]):
                before.signed.verify_delegate("root", after.signed_bytes, after.signatures)
        except UnsignedMetadataError as error:
            raise TrustRepositoryError("A root was changed by somebody else. Restore the folder.") from error
        return [metadata.signed for metadata in found]

    def _roots(self) -> list[Path]:
        found = (self.folder / "metadata").glob("*.root.json")
        return sorted(found, key=lambda path: int(path.name.split(".")[0]))

    def _sign_root(self, root: Root, keys: RootKeys, signers: Iterable[CryptoSigner], now: datetime) -> int:
        for signer in keys.signers:
            root.add_key(signer.public_key, "root")
        root.roles["root"].threshold = keys.threshold
        for role in ("targets", "snapshot", "timestamp"):
            root.add_key(getattr(self.online, role).public_key, role)
        root.expires = now.replace(microsecond=0) + self.lifetimes.root
        signed = Metadata(root)
        for signer in signers:
            signed.sign(signer, append=True)
        try:
            (self.root() if self._roots() else root).verify_delegate("root", signed.signed_bytes, signed.signatures)
        except UnsignedMetadataError as error:
            raise TrustRepositoryError("Too few keys of the root are here. Bring enough of them.") from error
        self.write(self.folder / "metadata" / f"{root.version}.root.json", signed.to_bytes())
        return root.version


class _Writing:
    """One publication: works out what differs from the last one, and writes it in the order that keeps it whole."""

    def __init__(self, repository: TrustRepository, now: datetime) -> None:
        self._repository = repository
        self._now = now
        self._metadata = repository.folder / "metadata"
        self._targets = repository.folder / "targets"
        self._written = 0
        self._replaced: list[str] = []
        self._of_old_keys: set[str] = set()
        self._before = self._load()

    def publish(self, items: Mapping[str, TrustItem] | None) -> Published:
        roles, snapshot, timestamp = self._before
        old = {path: target for role in roles.values() for path, target in role.targets.items()}
        wanted = old if items is None else self._put_items(items, old)
        changed = sum(old.get(path) is not target for path, target in wanted.items()) + len(old.keys() - wanted.keys())
        snapshot = self._put_snapshot(snapshot, self._put_roles(roles, wanted, snapshot.meta if snapshot else {}))
        timestamp = Timestamp(
            version=timestamp.version + 1 if timestamp else 1,
            snapshot_meta=MetaFile(snapshot.version),
            unrecognized_fields={ISSUED_AT: self._now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")},
        )
        self._sign(timestamp, None, self._repository.online.timestamp, self._repository.lifetimes.timestamp)
        self._clean(wanted, snapshot)
        return Published(timestamp.version, len(wanted), changed, self._written)

    def _load(self) -> tuple[dict[str, Targets], Snapshot | None, Timestamp | None]:
        """Return the roles in force: the top of the targets, its bins, snapshot and timestamp; nothing at the start."""
        path = self._metadata / "timestamp.json"
        if not path.exists():
            return {}, None, None
        own = OwnSignatures(self._repository.verified_roots(), self._repository.online)
        timestamp = own.read(path, Timestamp, "timestamp")
        name = f"{timestamp.snapshot_meta.version}.snapshot.json"
        snapshot = own.read(self._metadata / name, Snapshot, "snapshot")
        roles: dict[str, Targets] = {}
        pending = ["targets"]
        for role in pending:  # grows when the top says how it is divided
            version = snapshot.meta[f"{role}.json"].version
            roles[role] = own.read(self._metadata / f"{version}.{role}.json", Targets, "targets", name=role)
            if role == "targets":
                pending.extend(roles_below(roles[role]))
        self._of_old_keys = own.of_old_keys
        return roles, snapshot, timestamp

    def _put_snapshot(self, before: Snapshot | None, meta: dict[str, MetaFile]) -> Snapshot:
        lifetime = self._repository.lifetimes.snapshot
        if before is not None and before.meta == meta and not self._is_due("snapshot", before, lifetime):
            return before
        if before is not None:
            self._retire(f"{before.version}.snapshot.json")
        after = Snapshot(version=before.version + 1 if before else 1, meta=meta)
        self._sign(after, "snapshot", self._repository.online.snapshot, lifetime)
        return after

    def _put_items(self, items: Mapping[str, TrustItem], old: Mapping[str, TargetFile]) -> dict[str, TargetFile]:
        wanted: dict[str, TargetFile] = {}
        for path, item in items.items():
            data = item.to_bytes()
            known, digest = old.get(path), hashlib.sha256(data).hexdigest()
            if known is not None and known.hashes.get("sha256") == digest:
                wanted[path] = known
                continue
            wanted[path] = TargetFile(len(data), {"sha256": digest}, path)
            self._put(self._targets / consistent_name(path, digest), data)
            if known is not None:
                self._retire("../targets/" + consistent_name(path, known.hashes["sha256"]))
        for path in old.keys() - wanted.keys():
            self._retire("../targets/" + consistent_name(path, old[path].hashes["sha256"]))
        return wanted

    def _put_roles(
        self, roles: Mapping[str, Targets], wanted: Mapping[str, TargetFile], known: Mapping[str, MetaFile]
    ) -> dict[str, MetaFile]:
        """Write the bins that differ, and the top when their number does; return what the snapshot must name."""
        lifetime = self._repository.lifetimes.targets
        top = roles.get("targets")
        succinct = self._succinct(top, len(wanted))
        grown = top is None or top.delegations is None or top.delegations.succinct_roles != succinct
        meta: dict[str, MetaFile] = {}
        if grown or top is None or self._is_due("targets", top, lifetime):
            key = self._repository.online.targets.public_key
            delegations = Delegations(keys={key.keyid: key}, succinct_roles=succinct)
            next_top = Targets(version=(top.version + 1) if top else 1, delegations=delegations)
            self._replace("targets", top, next_top, meta)
        else:
            meta["targets.json"] = known["targets.json"]
        by_bin: dict[str, dict[str, TargetFile]] = {name: {} for name in succinct.get_roles()}
        for path, target in wanted.items():
            by_bin[succinct.get_role_for_target(path)][path] = target
        for name, targets in by_bin.items():
            role = roles.get(name)
            if role is None or role.targets != targets or self._is_due(name, role, lifetime):
                version = role.version + 1 if role else 1
                self._replace(name, role, Targets(version=version, targets=targets), meta)
            else:
                meta[f"{name}.json"] = known[f"{name}.json"]
        for file in known.keys() - meta.keys():
            # Parts of a former division: a snapshot may not forget a name (TUF, 5.5.5), though nobody reads it.
            meta[file] = known[file]
            self._retire(f"{known[file].version}.{file}")
        return meta

    def _replace(self, name: str, before: Targets | None, after: Targets, meta: dict[str, MetaFile]) -> None:
        if before is not None:
            self._retire(f"{before.version}.{name}.json")
        self._sign(after, name, self._repository.online.targets, self._repository.lifetimes.targets)
        meta[f"{name}.json"] = MetaFile(after.version)

    def _succinct(self, top: Targets | None, items: int) -> SuccinctRoles:
        """Return how the index is divided; it only ever gets more parts, each time under another name."""
        bits = min(max(math.ceil(math.log2(max(items, 1) / ITEMS_PER_BIN)), MIN_BITS), MAX_BITS) if items else MIN_BITS
        now = top.delegations.succinct_roles if top is not None and top.delegations is not None else None
        if now is not None:
            bits = max(bits, now.bit_length)
        return SuccinctRoles([self._repository.online.targets.public_key.keyid], 1, bits, f"{PREFIX}{bits}")

    def _is_due(self, name: str, signed: Targets | Snapshot, lifetime: timedelta) -> bool:
        """Say whether a role that did not change must be signed again: its end is near, or its key was replaced."""
        near = signed.expires - self._now < lifetime * self._repository.lifetimes.renew_before
        return near or name in self._of_old_keys

    def _sign[T: (Targets, Snapshot, Timestamp)](
        self, signed: T, name: str | None, signer: CryptoSigner, lifetime: timedelta
    ) -> None:
        signed.expires = self._now + lifetime
        metadata = Metadata(signed)
        metadata.sign(signer)
        self._put(self._metadata / (f"{signed.version}.{name}.json" if name else "timestamp.json"), metadata.to_bytes())

    def _put(self, path: Path, data: bytes) -> None:
        self._repository.write(path, data)
        self._written += len(data)

    def _retire(self, file: str) -> None:
        self._replaced.append(file)

    def _clean(self, wanted: Mapping[str, TargetFile], snapshot: Snapshot) -> None:
        """Note which files were replaced now, and remove those of long ago that are not in use again."""
        path = self._repository.folder / "replaced.json"
        noted: dict[str, str] = json.loads(path.read_bytes()) if path.exists() else {}
        now = self._now.isoformat()
        noted |= {file: now for file in self._replaced if file not in noted}
        in_use = {"../targets/" + consistent_name(name, target.hashes["sha256"]) for name, target in wanted.items()}
        in_use |= {f"{meta.version}.{file}" for file, meta in snapshot.meta.items()}
        for file in [file for file in noted if file in in_use]:
            del noted[file]
        for file in [file for file, at in noted.items() if self._now - datetime.fromisoformat(at) > KEPT_FOR]:
            (self._metadata / file).unlink(missing_ok=True)
            del noted[file]
        _write(path, json.dumps(noted).encode())


def roles_below(top: Targets) -> list[str]:
    """Return the names of the parts that the index is divided in now."""
    succinct = top.delegations.succinct_roles if top.delegations is not None else None
    return list(succinct.get_roles()) if succinct is not None else []


def consistent_name(path: str, digest: str) -> str:
    """Return the name a target is served under: its hash before its own name (TUF, consistent snapshots)."""
    folder, _, name = path.rpartition("/")
    return f"{folder}/{digest}.{name}"


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
