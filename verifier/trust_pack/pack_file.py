"""Read a trust pack: a tar in xz, with nothing in it but plain files of known names and bounded size."""

from __future__ import annotations

import io
import lzma
import os
import re
import tarfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from tuf.api.exceptions import DownloadHTTPError
from tuf.ngclient.fetcher import FetcherInterface

from verifier.trust_pack.errors import PackUnreadable, PackUnsafe

MAX_FILES = 200_000
MAX_FILE = 16_000_000
MAX_TOTAL = 512_000_000
MAX_PACK = 256_000_000
MAX_MEMORY = 128 * 1024 * 1024
"""What unpacking may take; a pack as we write it asks for 9 MB."""
BASE = "pack:///"
_NAME = re.compile(r"metadata/[0-9a-z.-]{1,64}\.json|targets/items/[a-z-]{1,32}/[0-9a-f]{40}\.json")
_HASHED = re.compile(r"(targets/items/[a-z-]{1,32}/)[0-9a-f]{64}\.([0-9a-f]{40}\.json)")


class PackFetcher(FetcherInterface):
    """Gives the files of a pack as a server would."""

    def __init__(self, path: Path) -> None:
        """Read the whole pack.

        Raises:
            PackUnreadable: it is no trust pack, or is cut off.
            PackUnsafe: it holds names or amounts that no trust pack has.
        """
        self._files = dict(_read(path))

    def names(self) -> frozenset[str]:
        """Return the names of its files."""
        return frozenset(self._files)

    def _fetch(self, url: str) -> Iterator[bytes]:
        name = urlsplit(url).path.removeprefix("/")
        name = _HASHED.sub(r"\1\2", name)
        if name not in self._files:
            raise DownloadHTTPError("not in the pack", 404)
        return iter([self._files[name]])


def _read(path: Path) -> Iterator[tuple[str, bytes]]:
    if not path.is_file():
        raise PackUnreadable("There is no such file.")
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size > MAX_PACK:
                raise PackUnsafe("The pack is larger than any trust pack.")
            packed = file.read(size)  # a read with the limit would set that much memory aside
        yield from _entries(lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MAX_MEMORY), packed)
    except (OSError, lzma.LZMAError, tarfile.TarError, EOFError) as error:
        raise PackUnreadable("The file is not a trust pack, or was cut off. Copy it again.") from error


def _entries(unpacker: lzma.LZMADecompressor, data: bytes) -> Iterator[tuple[str, bytes]]:
    plain = unpacker.decompress(data, MAX_TOTAL)
    if not unpacker.eof:
        if len(plain) >= MAX_TOTAL:
            raise PackUnsafe("The pack is larger than any trust pack.")
        raise PackUnreadable("The file was cut off. Copy it again.")
    if unpacker.unused_data:
        raise PackUnsafe("Something follows the pack.")
    seen: set[str] = set()
    with tarfile.open(fileobj=io.BytesIO(plain), mode="r:") as tar:
        for entry in tar:
            # Not `isreg`: that takes sparse files too, which are large out of nothing.
            if (
                entry.type not in (tarfile.REGTYPE, tarfile.AREGTYPE)
                or not _NAME.fullmatch(entry.name)
                or entry.name in seen
            ):
                raise PackUnsafe("The pack holds something that no trust pack has.")
            if entry.size > MAX_FILE or len(seen) >= MAX_FILES:
                raise PackUnsafe("The pack is larger than any trust pack.")
            seen.add(entry.name)
            found = tar.extractfile(entry)
            content = b"" if found is None else found.read(MAX_FILE + 1)
            if len(content) != entry.size:
                raise PackUnreadable("The file was cut off. Copy it again.")
            yield entry.name, content
