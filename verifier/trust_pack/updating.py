"""Take a newer state of a trust repository: verified as TUF asks, in a place of its own, then put in place at once.

Rollback, mixed states and changed parts are found by python-tuf. A state from a network must not be past its end, else
somebody could keep us in the past; one from a file may be, because its age goes along with everything in it.
"""

from __future__ import annotations

import fcntl
import hashlib
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tuf.api import exceptions as tuf_errors
from tuf.api.metadata import TargetFile, Targets
from tuf.ngclient import Updater
from tuf.ngclient.fetcher import FetcherInterface

from vc_core.errors import MalformedInput
from vc_core.json_text import JsonObject, dump_json, parse_json_object
from verifier.moments import format_moment, read_moment
from verifier.trust_pack.errors import (
    TrustExpired,
    TrustIncomplete,
    TrustNotSigned,
    TrustRolledBack,
    TrustRootUnknown,
    TrustUnreachable,
    TrustUpdateRefused,
)
from verifier.trust_pack.store import STATE, Generation, ItemsWriter, TrustStore, item_path, write_durably

MAX_ITEMS = 200_000
MAX_ITEM = 16_000_000
MAX_ROOT = 512_000
ISSUED_AT = "x-edubadges-issued-at"
_PATH = re.compile(r"items/[a-z-]{1,32}/[0-9a-f]{40}\.json")

type Progress = Callable[[int, int], None]
"""Takes how many items are there, and how many there will be."""


@dataclass(frozen=True, slots=True)
class Updated:
    """What an update did."""

    generation: Generation
    changed: int
    """Items that were fetched."""
    fetched_bytes: int
    first_root: str | None
    """The SHA-256 of a root that was trusted because it was the first; compare it with what the registry shows."""


def update(
    store: TrustStore,
    fetcher: FetcherInterface,
    base: str,
    *,
    now: datetime,
    from_file: bool = False,
    root: bytes | None = None,
    source: str | None = None,
    progress: Progress | None = None,
) -> Updated:
    """Bring the store to the state that the repository at `base` gives; it stays as it is when that is refused.

    Args:
        store: where to.
        fetcher: reads below `base`.
        base: the repository's address, with a slash at its end.
        now: the present moment.
        from_file: whether the state is a copy, whose age is judged each time it is leaned on.
        root: the first root to trust, when the store has none; without it the repository's own is taken and reported.
        source: what to call where it came from, when that is not `base`.
        progress: is told how far it is.

    Raises:
        TrustUpdateRefused: one of its kinds; nothing was changed.
    """
    with _alone(store.folder), _staging(store.folder) as staging:
        counted = _Counting(fetcher)
        try:
            pinned, first = _root_of(store, counted, base, root)
            before = store.current()
            if before is not None:
                shutil.copytree(before.folder / "metadata", staging / "metadata")
            else:
                (staging / "metadata").mkdir()
            work = _Update(staging, counted, base, pinned, before, now if not from_file else None)
            state = work.run(progress)
        except (tuf_errors.RepositoryError, tuf_errors.DownloadError) as error:
            raise _refusal(error) from error
        state |= {"source": source or base, "synced_at": format_moment(now), "root": hashlib.sha256(pinned).hexdigest()}
        write_durably(staging / STATE, dump_json(state))
        generation = _put_in_place(store.folder, staging, pinned)
        return Updated(generation, work.changed, counted.bytes, first)


class _Counting(FetcherInterface):
    """Counts what is fetched."""

    def __init__(self, inner: FetcherInterface) -> None:
        self._inner = inner
        self.bytes = 0

    def _fetch(self, url: str) -> Iterator[bytes]:
        for part in self._inner.fetch(url):
            self.bytes += len(part)
            yield part

    def fetch(self, url: str) -> Iterator[bytes]:
        return self._fetch(url)


class _Update:
    """One run over a repository, into a folder of its own."""

    def __init__(
        self,
        staging: Path,
        fetcher: FetcherInterface,
        base: str,
        root: bytes,
        before: Generation | None,
        now: datetime | None,
    ) -> None:
        self._staging = staging
        self._fetcher = fetcher
        self._base = base
        self._before = before
        self._updater = Updater(str(staging / "metadata"), base + "metadata/", fetcher=fetcher, bootstrap=root)
        self._now = now
        self.changed = 0

    def run(self, progress: Progress | None) -> JsonObject:
        """Verify everything and copy the items; return what is to be known of the state."""
        trusted = self._updater._trusted_set
        trusted.reference_time = self._now or self._issued_at_of_copy()
        self._updater.refresh()
        top = trusted.targets
        succinct = top.delegations.succinct_roles if top.delegations is not None else None
        if succinct is None:
            raise TrustNotSigned("The repository is not divided as a trust repository is.")
        roles = [self._updater._load_targets(name, Targets.type) for name in succinct.get_roles()]
        targets = {path: target for role in roles for path, target in role.targets.items()}
        plain = all(_PATH.fullmatch(path) and target.length <= MAX_ITEM for path, target in targets.items())
        if len(targets) > MAX_ITEMS or not plain:
            raise TrustNotSigned("The repository holds something that no trust repository has.")
        with ItemsWriter(self._staging) as items:
            for number, (path, target) in enumerate(sorted(targets.items()), start=1):
                items.add(path, target.hashes.get("sha256", ""), self._bring(path, target))
                if progress is not None:
                    progress(number, len(targets))
        issued_at = trusted.timestamp.unrecognized_fields.get(ISSUED_AT)
        return {
            "version": trusted.timestamp.version,
            "issued_at": _checked_moment(issued_at),
            "expires": {
                "timestamp": format_moment(trusted.timestamp.expires),
                "snapshot": format_moment(trusted.snapshot.expires),
                "targets": format_moment(min(role.expires for role in [top, *roles])),
                "root": format_moment(trusted.root.expires),
            },
        }

    def _issued_at_of_copy(self) -> datetime:
        """Return the moment a copy says it was made; its signed timestamp is compared with the same bytes later."""
        raw = self._fetcher.download_bytes(self._base + "metadata/timestamp.json", 16_384)
        try:
            signed = parse_json_object(raw).get("signed")
        except MalformedInput as error:
            raise TrustNotSigned("The timestamp cannot be read.") from error
        return read_moment(_checked_moment(signed.get(ISSUED_AT) if isinstance(signed, dict) else None))

    def _bring(self, path: str, target: TargetFile) -> bytes:
        """Return an item: from the state before when it is the same, else fetched."""
        digest = target.hashes.get("sha256", "")
        known = self._before.read(path, digest) if self._before is not None else None
        if known is not None:
            return known
        folder, _, name = path.rpartition("/")
        # Not `download_bytes`: it goes through a temporary file, and there are thousands.
        data = b"".join(self._fetcher.fetch(f"{self._base}targets/{folder}/{digest}.{name}"))
        target.verify_length_and_hashes(data)
        _check_item(path, data)
        self.changed += 1
        return data


def _check_item(path: str, data: bytes) -> None:
    try:
        item = parse_json_object(data, max_bytes=MAX_ITEM, max_depth=80)
    except MalformedInput as error:
        raise TrustIncomplete("An item cannot be read.") from error
    if path != item_path(str(item.get("kind")), str(item.get("name"))):
        raise TrustIncomplete("An item stands in the place of another.")


def _checked_moment(value: object) -> str:
    try:
        return format_moment(read_moment(value))
    except ValueError as error:
        raise TrustNotSigned("The timestamp does not say when it was made.") from error


def _root_of(store: TrustStore, fetcher: FetcherInterface, base: str, given: bytes | None) -> tuple[bytes, str | None]:
    """Return the root that is trusted, and its fingerprint when that is new."""
    kept = store.folder / "root.json"
    if kept.is_file():
        pinned = kept.read_bytes()
        if given is not None and given != pinned:
            raise TrustRootUnknown("This store trusts another root. Use a store of its own for another registry.")
        return pinned, None
    root = given if given is not None else fetcher.download_bytes(base + "metadata/1.root.json", MAX_ROOT)
    return root, hashlib.sha256(root).hexdigest()


def _refusal(error: Exception) -> TrustUpdateRefused:
    """Return what an error of python-tuf means for who asked."""
    match error:
        case tuf_errors.ExpiredMetadataError():
            return TrustExpired("What is given is past its end. If it stays so, ask the registry's operator.")
        case tuf_errors.BadVersionNumberError():
            return TrustRolledBack("What is given is older than what is here. What is here stays.")
        case tuf_errors.DownloadHTTPError() | tuf_errors.DownloadLengthMismatchError():
            return TrustIncomplete("A part is missing or too long. Copy or fetch it again.")
        case tuf_errors.DownloadError():
            return TrustUnreachable("The repository does not answer. Try again later.")
        case _:
            return TrustNotSigned("A signature or a hash does not hold. Do not use this copy.")


def _put_in_place(folder: Path, staging: Path, root: bytes) -> Generation:
    """Make the new state the one that counts, in one step; the one before it stays for who is reading."""
    numbers = sorted(int(path.name) for path in (folder / "generations").glob("*") if path.name.isdecimal())
    number = numbers[-1] + 1 if numbers else 1
    place = folder / "generations" / str(number)
    staging.rename(place)
    if not (folder / "root.json").exists():
        write_durably(folder / ".root.json", root)
        (folder / ".root.json").replace(folder / "root.json")
    link = folder / ".current"
    link.unlink(missing_ok=True)
    link.symlink_to(f"generations/{number}")
    link.replace(folder / "current")
    for old in numbers[:-1]:
        shutil.rmtree(folder / "generations" / str(old), ignore_errors=True)
    return Generation(place)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let one update at a time work on a store."""
    (folder / "generations").mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / ".lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def _staging(folder: Path) -> Iterator[Path]:
    """Give a place to work in; what is left of it is removed."""
    place = folder / "staging"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(mode=0o700)
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)
