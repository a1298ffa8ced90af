"""What the registry publishes reaches a verifier whole, in order and in time, or not at all."""

from __future__ import annotations

import contextlib
import io
import json
import lzma
import os
import shutil
import tarfile
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tuf.api.exceptions import DownloadError, DownloadHTTPError
from tuf.api.metadata import Metadata, Root, Timestamp
from tuf.ngclient.fetcher import FetcherInterface

from did_registry.trust_pack.keys import RootKeys, TrustKeysUnusable, make_online_keys, make_root_keys
from did_registry.trust_pack.own_signatures import TrustRepositoryError
from did_registry.trust_pack.pack import write_pack
from did_registry.trust_pack.repository import TrustItem, TrustRepository, _write
from verifier.evidence import EvidenceKind
from verifier.trust_pack import updating
from verifier.trust_pack.errors import (
    PackUnreadable,
    PackUnsafe,
    TrustExpired,
    TrustIncomplete,
    TrustNotSigned,
    TrustRolledBack,
    TrustRootUnknown,
    TrustUnreachable,
    TrustUpdateRefused,
)
from verifier.trust_pack.pack_file import BASE, PackFetcher
from verifier.trust_pack.store import TrustStore
from verifier.trust_pack.updating import Updated, update

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
KEY = EvidenceKind.KEY_DOCUMENT


def item(number: int, text: str = "") -> TrustItem:
    return TrustItem("key-document", f"did:web:school{number}.example", {"id": number, "text": text})


class FolderFetcher(FetcherInterface):
    """Serves a repository from its folder, and counts; `broken` makes the server fail."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: list[str] = []
        self.broken: str | None = None

    def _fetch(self, url: str) -> Iterator[bytes]:
        name = url.removeprefix("https://registry.example/")
        self.asked.append(name)
        if self.broken is not None and self.broken in name:
            raise DownloadError("the line is dead")
        path = self.folder / name
        if not path.is_file():
            raise DownloadHTTPError("not found", 404)
        return iter([path.read_bytes()])


class World:
    """A registry and a verifier."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root_keys = make_root_keys(folder / "offline")
        self.repository = TrustRepository(folder / "repository", make_online_keys(folder / "online"))
        self.repository.begin(self.root_keys, now=NOW)
        self.repository.publish([item(1), item(2), item(3)], now=NOW)
        self.store = TrustStore(folder / "store")
        self.server = FolderFetcher(folder / "repository")

    def sync(self, now: datetime = NOW + HOUR, **options: Any) -> Updated:
        return update(self.store, self.server, "https://registry.example/", now=now, **options)

    def packed(self) -> Path:
        path = self.folder / "pack.edubadges-trust"
        with path.open("wb") as file:
            write_pack(self.repository.folder, file)
        return path

    def take(self, path: Path, now: datetime = NOW + HOUR, **options: Any) -> Updated:
        return update(self.store, PackFetcher(path), BASE, now=now, from_file=True, **options)

    def content(self, number: int) -> Any:
        current = self.store.current()
        assert current is not None
        found = current.find(KEY, f"did:web:school{number}.example")
        return found.content if found is not None else None

    def copy_of_repository(self) -> Path:
        copy = self.folder / "copy"
        shutil.copytree(self.repository.folder, copy)
        return copy


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


# --- from the registry to the verifier ------------------------------------------------------------------------------


def test_everything_arrives_with_the_moment_the_registry_vouched_for_it(world: World) -> None:
    assert world.store.current() is None
    done = world.sync()
    assert (done.changed, done.generation.version) == (3, 1)
    assert done.first_root is not None
    found = done.generation.find(KEY, "did:web:school2.example")
    assert found is not None
    assert (found.retrieved_at, found.content) == (NOW, {"id": 2, "text": ""})
    assert found.source == "https://registry.example/"
    assert done.generation.find(KEY, "did:web:unknown.example") is None
    unknown = done.generation.find(EvidenceKind.PARTICIPANT, "did:web:unknown.example")
    assert unknown is not None
    assert unknown.content == {"participant": None}
    assert dict(done.generation.counts()) == {"key-document": 3}


def test_only_what_changed_is_fetched(world: World) -> None:
    items = [item(number, "x" * 2_000) for number in range(400)]
    world.repository.publish(items, now=NOW + HOUR)
    first = world.sync(NOW + HOUR)
    assert (first.changed, world.content(7)["text"]) == (400, "x" * 2_000)
    items[7] = item(7, "changed")
    world.repository.publish(items, now=NOW + 2 * HOUR)
    second = world.sync(NOW + 2 * HOUR)
    assert (second.changed, second.first_root, world.content(7)["text"]) == (1, None, "changed")
    assert second.fetched_bytes < 16_000 < 800_000 < first.fetched_bytes
    third = world.sync(NOW + 3 * HOUR)
    assert (third.changed, third.generation.version) == (0, second.generation.version)
    # Vouching again costs a timestamp, and makes everything younger.
    world.repository.refresh(now=NOW + 4 * HOUR)
    fourth = world.sync(NOW + 4 * HOUR)
    assert (fourth.changed, fourth.generation.issued_at) == (0, NOW + 4 * HOUR)
    assert fourth.fetched_bytes < 1_000


def test_what_is_no_longer_published_goes(world: World) -> None:
    world.sync()
    world.repository.publish([item(2)], now=NOW + HOUR)
    world.sync(NOW + HOUR)
    assert (world.content(1), world.content(2)) == (None, {"id": 2, "text": ""})


def test_a_pack_is_the_same_in_one_file(world: World) -> None:
    path = world.packed()
    assert world.take(path).changed == 3
    assert world.content(3) == {"id": 3, "text": ""}
    again = path.read_bytes()
    assert world.packed().read_bytes() == again  # the same state, the same bytes
    world.repository.publish([item(1, "new"), item(2)], now=NOW + HOUR)
    assert world.take(world.packed()).changed == 1
    assert (world.content(1)["text"], world.content(3)) == ("new", None)


def test_a_store_may_be_fed_by_network_and_file_in_turn(world: World) -> None:
    world.sync()
    world.repository.publish([item(1, "new")], now=NOW + HOUR)
    assert world.take(world.packed()).first_root is None
    world.repository.publish([item(1, "newer")], now=NOW + 2 * HOUR)
    world.sync(NOW + 2 * HOUR)
    assert world.content(1)["text"] == "newer"


def test_an_old_pack_brings_old_evidence_and_not_a_refusal(world: World) -> None:
    path = world.packed()
    done = world.take(path, now=NOW + 400 * DAY)
    assert done.generation.issued_at == NOW


def test_progress_is_told(world: World) -> None:
    seen: list[tuple[int, int]] = []
    world.sync(progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_many_items_get_more_bins_and_arrive(world: World) -> None:
    world.sync()
    world.repository.publish([item(number) for number in range(1_000)], now=NOW + HOUR)
    done = world.sync(NOW + HOUR)
    assert done.changed == 997
    world.repository.publish([item(1)], now=NOW + 2 * HOUR)  # fewer items do not take bins away
    assert world.sync(NOW + 2 * HOUR).changed == 0


# --- attacks and faults ---------------------------------------------------------------------------------------------


def refused(
    world: World, kind: type[TrustUpdateRefused], fetcher: FetcherInterface | None = None, **options: Any
) -> None:
    """Assert that an update is refused and that the store stays as it was."""
    before = world.store.current()
    state = before.state if before is not None else None
    with pytest.raises(kind):
        update(
            world.store,
            fetcher or world.server,
            options.pop("base", "https://registry.example/"),
            now=options.pop("now", NOW + HOUR),
            **options,
        )
    after = world.store.current()
    assert (after.state if after is not None else None) == state
    assert not (world.store.folder / "staging").exists()


def test_an_older_state_is_not_taken_back(world: World) -> None:
    old_pack, old_repository = world.packed(), world.copy_of_repository()
    kept = world.folder / "old.pack"
    shutil.copy(old_pack, kept)
    world.repository.publish([item(1, "new")], now=NOW + HOUR)
    world.sync(NOW + HOUR)
    refused(world, TrustRolledBack, FolderFetcher(old_repository))
    refused(world, TrustRolledBack, PackFetcher(kept), base=BASE, from_file=True)
    assert world.content(1)["text"] == "new"


def test_a_server_that_keeps_us_in_the_past_is_found_when_the_timestamp_ends(world: World) -> None:
    world.sync()
    refused(world, TrustExpired, now=NOW + 2 * DAY)
    assert world.content(1) is not None


def test_a_file_of_another_root_is_refused(world: World, tmp_path: Path) -> None:
    world.sync()
    other = World(tmp_path / "other")
    other.repository.publish([item(1, "evil")], now=NOW + HOUR)
    refused(world, TrustNotSigned, PackFetcher(other.packed()), base=BASE, from_file=True)
    root = (other.repository.folder / "metadata" / "1.root.json").read_bytes()
    refused(world, TrustRootUnknown, root=root)


def test_a_root_that_was_given_is_the_one_that_counts(world: World, tmp_path: Path) -> None:
    other = World(tmp_path / "other")
    refused(world, TrustNotSigned, root=(other.repository.folder / "metadata" / "1.root.json").read_bytes())
    own = (world.repository.folder / "metadata" / "1.root.json").read_bytes()
    assert world.sync(root=own).generation.version == 1
    refused(world, TrustNotSigned, root=None, fetcher=FolderFetcher(other.repository.folder), now=NOW + HOUR)


def test_the_root_is_replaced_only_with_enough_of_the_old_keys(world: World) -> None:
    world.sync()
    new = make_root_keys(world.folder / "offline2")
    assert world.repository.replace_root(new, world.root_keys, now=NOW) == 2
    world.repository.refresh(now=NOW + HOUR)
    assert world.sync().generation.version == 2
    third = make_root_keys(world.folder / "offline3")
    with pytest.raises(TrustRepositoryError, match="Too few"):
        world.repository.replace_root(third, RootKeys(new.signers[:1], 2), now=NOW)
    assert world.repository.root().version == 2
    unsafe = Metadata(Root(version=3, consistent_snapshot=True))
    unsafe.sign(third.signers[0])
    (world.repository.folder / "metadata/3.root.json").write_bytes(unsafe.to_bytes())
    refused(world, TrustNotSigned)


def test_online_keys_are_replaced_through_the_root(world: World) -> None:
    world.sync()
    online = make_online_keys(world.folder / "online2")
    renewed = replace(world.repository, online=online)
    world.repository = renewed
    renewed.publish([item(1, "signed by nobody")], now=NOW + HOUR)
    refused(world, TrustNotSigned)
    renewed.replace_root(world.root_keys, world.root_keys, now=NOW)
    renewed.publish([item(1, "new keys")], now=NOW + 2 * HOUR)
    world.sync(NOW + 2 * HOUR)
    assert world.content(1)["text"] == "new keys"


def files_of(world: World) -> list[Path]:
    folder = world.repository.folder
    return sorted(path for path in folder.rglob("*.json") if path.name != "replaced.json")


def test_no_file_can_be_changed_or_be_missing(world: World) -> None:
    items = [item(number) for number in range(6)]
    world.repository.publish(items, now=NOW + HOUR)
    world.sync()
    in_use = {name for name in world.server.asked if (world.repository.folder / name).is_file()}
    for name in sorted(in_use):
        path = world.repository.folder / name
        data = path.read_bytes()
        for bad in (None, b"", data[:-3], data.replace(b"6", b"7"), data.replace(b'"', b"'"), b"[]", b"\xff"):
            if bad == data:
                continue
            if bad is None:
                path.unlink()
            else:
                path.write_bytes(bad)
            fresh = TrustStore(world.folder / "fresh")
            with pytest.raises(TrustUpdateRefused):
                update(fresh, world.server, "https://registry.example/", now=NOW + HOUR)
            assert fresh.current() is None
            shutil.rmtree(fresh.folder)
            path.write_bytes(data)
    world.sync()


def test_parts_of_two_states_are_not_mixed(world: World) -> None:
    old = world.copy_of_repository()
    world.repository.publish([item(1, "new"), item(2), item(3)], now=NOW + HOUR)
    shutil.copy(world.repository.folder / "metadata/timestamp.json", old / "metadata/timestamp.json")
    refused(world, TrustIncomplete, FolderFetcher(old))


@pytest.mark.parametrize("part", ["timestamp", "snapshot", "bin", "items"])
def test_a_line_that_breaks_leaves_what_was_there(world: World, part: str) -> None:
    world.sync()
    world.repository.publish([item(1, "new"), item(2), item(3)], now=NOW + HOUR)
    world.server.broken = part
    refused(world, TrustUnreachable)
    world.server.broken = None
    world.sync()
    assert world.content(1)["text"] == "new"


def test_an_item_in_the_place_of_another_is_refused_though_signed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TrustItem, "path", lambda self: f"items/{self.kind}/{'0' * 40}.json")
    world.repository.publish([item(1)], now=NOW + HOUR)
    refused(world, TrustIncomplete)
    monkeypatch.setattr(TrustItem, "path", lambda self: "../../etc/passwd")
    world.repository.publish([item(1)], now=NOW + HOUR)
    refused(world, TrustNotSigned)


@pytest.mark.parametrize("moment", [None, "yesterday", 5])
def test_a_timestamp_that_does_not_say_when_it_was_made_is_refused(world: World, moment: Any) -> None:
    path = world.repository.folder / "metadata" / "timestamp.json"
    timestamp = Metadata[Timestamp].from_file(str(path))
    timestamp.signed.unrecognized_fields = {"x-edubadges-issued-at": moment} if moment else {}
    timestamp.sign(world.repository.online.timestamp)
    path.write_bytes(timestamp.to_bytes())
    refused(world, TrustNotSigned)
    refused(world, TrustNotSigned, PackFetcher(world.packed()), base=BASE, from_file=True)


def test_two_updates_at_once_leave_one_whole_state(world: World) -> None:
    failures: list[Exception] = []

    def work() -> None:
        try:
            update(world.store, FolderFetcher(world.repository.folder), "https://registry.example/", now=NOW + HOUR)
        except (TrustUpdateRefused, OSError) as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert world.content(3) == {"id": 3, "text": ""}


def test_who_reads_while_the_store_is_replaced_reads_one_state(world: World) -> None:
    reading = world.sync().generation
    world.repository.publish([item(1, "new")], now=NOW + HOUR)
    world.sync()
    assert reading.find(KEY, "did:web:school1.example").content == {"id": 1, "text": ""}  # type: ignore[union-attr]
    assert world.content(1)["text"] == "new"


def test_an_item_that_is_damaged_on_disk_is_not_there(world: World) -> None:
    generation = world.sync().generation
    path = generation.folder / "items.bin"
    path.write_bytes(path.read_bytes().replace(b'"id":1', b'"id":9'))
    assert generation.find(KEY, "did:web:school1.example") is None
    assert generation.find(KEY, "did:web:school2.example") is not None


# --- publishing -----------------------------------------------------------------------------------------------------


class Stopped(Exception):
    """The machine lost its power."""


def test_a_publication_that_is_killed_anywhere_leaves_the_old_or_the_new_state(world: World) -> None:
    states = {"": 0, "new": 0}
    for writes in range(1, 12):
        shutil.rmtree(world.store.folder, ignore_errors=True)
        count = 0

        def failing(path: Path, data: bytes, limit: int = writes) -> None:
            nonlocal count
            count += 1
            if count > limit:
                raise Stopped
            _write(path, data)

        broken = replace(world.repository, write=failing)
        with contextlib.suppress(Stopped):
            broken.publish([item(1, "new"), item(2, "new"), item(3)], now=NOW + HOUR)
        world.sync(NOW + HOUR)
        assert world.content(1)["text"] == world.content(2)["text"]
        states[world.content(1)["text"]] += 1
        world.repository.publish([item(1), item(2), item(3)], now=NOW + HOUR)
    assert min(states.values()) > 0


def test_what_a_reader_began_to_read_is_there_for_longer_than_a_timestamp_holds(world: World) -> None:
    first = [path for path in files_of(world) if "items" in str(path)]
    for number in range(20):
        world.repository.publish([item(1, f"{number}"), item(2), item(3)], now=NOW + number * HOUR)
        assert all(path.exists() for path in first)
    for number in range(20, 60):
        world.repository.publish([item(1, f"{number}"), item(2), item(3)], now=NOW + number * HOUR)
    assert sum(path.exists() for path in first) == 2
    world.repository.publish([item(1, "last"), item(2), item(3)], now=NOW + 200 * HOUR)
    assert len(files_of(world)) < 20


def test_an_item_that_was_gone_and_came_back_stays(world: World) -> None:
    for day, items in enumerate([[item(2)], [item(1), item(2)], *([item(1), item(2, f"{n}")] for n in range(6))]):
        world.repository.publish(items, now=NOW + day * DAY)
        fresh = TrustStore(world.folder / f"fresh{day}")
        update(fresh, world.server, "https://registry.example/", now=NOW + day * DAY)


def test_what_somebody_else_wrote_in_the_folder_is_never_signed(world: World) -> None:
    metadata = world.repository.folder / "metadata"
    for path in sorted(metadata.glob("*.json")):
        data = path.read_bytes()
        changed = json.loads(data)
        for signatures in (changed["signatures"], []):
            forged = {"signatures": signatures, "signed": {**changed["signed"], "x-forged": True}}
            path.write_text(json.dumps(forged))
            with pytest.raises(TrustRepositoryError):
                world.repository.refresh(now=NOW + HOUR)
        path.write_bytes(b"no JSON")
        if not path.name.endswith("root.json"):
            with pytest.raises(TrustRepositoryError):
                world.repository.refresh(now=NOW + HOUR)
        path.write_bytes(data)
    world.repository.refresh(now=NOW + HOUR)
    world.sync()


def test_a_root_that_somebody_else_added_gives_no_keys(world: World, tmp_path: Path) -> None:
    other = TrustRepository(tmp_path / "other", make_online_keys(tmp_path / "k"))
    other.begin(make_root_keys(tmp_path / "r"), now=NOW)
    root = (other.folder / "metadata/1.root.json").read_bytes().replace(b'"version":1', b'"version":2')
    (world.repository.folder / "metadata/2.root.json").write_bytes(root)
    with pytest.raises(TrustRepositoryError):
        world.repository.refresh(now=NOW + HOUR)


def test_what_is_about_to_end_is_signed_again(world: World) -> None:
    for day in range(0, 100, 5):
        world.repository.refresh(now=NOW + day * DAY)
        fresh = TrustStore(world.folder / f"day{day}")
        update(fresh, world.server, "https://registry.example/", now=NOW + day * DAY)


def test_nothing_is_published_without_a_root(tmp_path: Path) -> None:
    repository = TrustRepository(tmp_path / "r", make_online_keys(tmp_path / "k"))
    with pytest.raises(TrustRepositoryError):
        repository.publish([item(1)], now=NOW)


def test_keys_are_kept_from_others(tmp_path: Path) -> None:
    keys = make_online_keys(tmp_path)
    assert make_online_keys(tmp_path).snapshot.public_key == keys.snapshot.public_key
    assert all(path.stat().st_mode & 0o077 == 0 for path in tmp_path.iterdir())
    (tmp_path / "snapshot.pem").chmod(0o644)
    with pytest.raises(TrustKeysUnusable, match="Others may read"):
        make_online_keys(tmp_path)
    (tmp_path / "snapshot.pem").chmod(0o600)
    (tmp_path / "snapshot.pem").write_text("no key")
    with pytest.raises(TrustKeysUnusable, match="not a private key"):
        make_online_keys(tmp_path)


# --- files that are no packs ----------------------------------------------------------------------------------------


def tar_of(*entries: tuple[str, bytes] | tarfile.TarInfo) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as tar:
        for entry in entries:
            if isinstance(entry, tarfile.TarInfo):
                tar.addfile(entry)
                continue
            info = tarfile.TarInfo(entry[0])
            info.size = len(entry[1])
            tar.addfile(info, io.BytesIO(entry[1]))
    return file.getvalue()


def special(name: str, kind: bytes) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, "/etc/passwd"
    return info


def sparse_tar(size: int) -> bytes:
    """Return a tar with a file that is large out of nothing: one empty region, at its end."""
    info = tarfile.TarInfo("metadata/timestamp.json")
    info.type = tarfile.GNUTYPE_SPARSE
    head = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    head[386:410] = b"%011o\0%011o\0" % (size, 0)
    head[482], head[483:495] = 0, b"%011o\0" % size
    head[148:156] = b" " * 8
    head[148:156] = b"%06o\0 " % sum(head[:512])
    return bytes(head) + bytes(1024)


GOOD = ("metadata/timestamp.json", b"{}")
UNSAFE = {
    "a path upwards": tar_of(GOOD, ("../evil.json", b"{}")),
    "a path from the root": tar_of(("/metadata/evil.json", b"{}")),
    "a path upwards inside": tar_of(("metadata/../evil.json", b"{}")),
    "a link": tar_of(GOOD, special("metadata/1.root.json", tarfile.SYMTYPE)),
    "a hard link": tar_of(GOOD, special("metadata/1.root.json", tarfile.LNKTYPE)),
    "a device": tar_of(special("metadata/1.root.json", tarfile.CHRTYPE)),
    "a folder": tar_of(special("metadata", tarfile.DIRTYPE)),
    "a name twice": tar_of(GOOD, GOOD),
    "another kind of file": tar_of(("metadata/run.sh", b"")),
    "a sparse file": sparse_tar(16_000_000),
    "a large file": tar_of(("metadata/timestamp.json", bytes(16_000_001))),
}


@pytest.mark.parametrize("name", UNSAFE)
def test_a_pack_with_tricks_is_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / "pack"
    path.write_bytes(lzma.compress(UNSAFE[name], preset=0))
    with pytest.raises(PackUnsafe):
        PackFetcher(path)


def test_a_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verifier.trust_pack.pack_file.MAX_TOTAL", 1_000_000)
    path = tmp_path / "pack"
    path.write_bytes(lzma.compress(bytes(2_000_000)))
    with pytest.raises(PackUnsafe):
        PackFetcher(path)
    path.write_bytes(lzma.compress(tar_of(GOOD)) + b"more")
    with pytest.raises(PackUnsafe):
        PackFetcher(path)
    path.write_bytes(lzma.compress(tar_of(GOOD), filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 29}]))
    with pytest.raises(PackUnreadable):  # it asks for half a gigabyte to unpack
        PackFetcher(path)


def test_too_many_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verifier.trust_pack.pack_file.MAX_FILES", 2)
    path = tmp_path / "pack"
    path.write_bytes(lzma.compress(tar_of(*((f"metadata/{number}.root.json", b"{}") for number in range(3)))))
    with pytest.raises(PackUnsafe):
        PackFetcher(path)


@pytest.mark.parametrize("cut", [0, 1, 40, 0.3, 0.9, 0.999])
def test_a_pack_that_was_cut_off_is_refused(world: World, cut: float) -> None:
    data = world.packed().read_bytes()
    path = world.folder / "half"
    path.write_bytes(data[: int(cut if cut >= 1 else cut * len(data))])
    with pytest.raises(PackUnreadable):
        PackFetcher(path)


@pytest.mark.parametrize("data", [b"PK\x03\x04", b"{}", b"\xfd7zXZ\x00", lzma.compress(b"no tar"), lzma.compress(b"")])
def test_another_file_is_no_pack(data: bytes, world: World) -> None:
    path = world.folder / "file"
    path.write_bytes(data)
    try:
        fetcher = PackFetcher(path)
    except (PackUnreadable, PackUnsafe):
        return
    assert fetcher.names() == frozenset()
    refused(world, TrustIncomplete, fetcher, base=BASE, from_file=True)


@pytest.mark.parametrize("name", ["index.json", "items.bin", "state.json"])
@pytest.mark.parametrize("damage", [None, b"", b"[]", b"{}"])
def test_a_store_that_was_damaged_counts_as_empty_and_is_filled_again(
    world: World, name: str, damage: bytes | None
) -> None:
    folder = world.sync().generation.folder
    if damage is None:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(damage)
    current = world.store.current()
    assert current is None or current.find(KEY, "did:web:school1.example") is None
    world.sync()
    assert world.content(1) == {"id": 1, "text": ""}


def test_a_pipe_is_no_pack(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(PackUnreadable):
        PackFetcher(tmp_path / "pipe")


def test_a_file_that_is_not_there_is_said_to_be_unreadable(tmp_path: Path) -> None:
    with pytest.raises(PackUnreadable):
        PackFetcher(tmp_path / "nothing")


def test_the_two_halves_agree_on_names() -> None:
    from verifier.trust_pack.store import item_path

    assert item(1).path() == item_path("key-document", "did:web:school1.example")


def test_the_parts_of_python_tuf_that_are_not_promised_are_there(world: World) -> None:
    """`updating` leans on two of its members: a release that changes them is noticed here."""
    updater = updating.Updater(
        str(world.folder), "https://registry.example/metadata/", fetcher=world.server,
        bootstrap=(world.repository.folder / "metadata/1.root.json").read_bytes(),
    )  # fmt: skip
    updater._trusted_set.reference_time = NOW
    updater.refresh()
    succinct = updater._trusted_set.targets.delegations.succinct_roles  # type: ignore[union-attr]
    assert succinct is not None
    assert sum(len(updater._load_targets(name, "targets").targets) for name in succinct.get_roles()) == 3
    assert json.loads((world.repository.folder / "metadata/timestamp.json").read_bytes())["signed"]["version"] == 1
