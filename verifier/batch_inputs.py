"""Paths to a stream of work for a batch: blocks of lines, lists of files, and what cannot be taken.

Nothing is read whole: of a file of lines one block is held at a time, of a folder one list of names. What is in a line
or a file is asked in `batch_worker`.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from vc_core.errors import EdubadgesError, LimitExceeded, MalformedInput
from verifier.inputs import MAX_JSON_BYTES, MAX_SUBMISSION_BYTES

BLOCK_BYTES = 256 * 1024
FILES_AT_ONCE = 32
MAX_LINE_BYTES = MAX_JSON_BYTES
MAX_FOLDER_DEPTH = 64

STANDARD_INPUT = "-"
LINE_SUFFIXES = frozenset({".jsonl", ".ndjson"})
BADGE_SUFFIXES = frozenset({".json", ".jsonld", ".jwt", ".png", ".svg"})


class OutsideFolder(MalformedInput):
    """A link leads out of the folder that was named, to something nobody asked us to read."""

    title = "The link leaves the folder"
    code = "outside-folder"


@dataclass(frozen=True, slots=True)
class LineBlock:
    """Whole lines of one file, in order; empty ones hold nothing but keep their number."""

    name: str
    first_line: int
    data: bytes

    def badges(self) -> Iterator[tuple[str, bytes]]:
        """Yield the name and the text of every line that is not empty."""
        for number, line in enumerate(self.data.split(b"\n"), self.first_line):
            text = line.strip()
            if text:
                yield f"{self.name}:{number}", text

    @property
    def size(self) -> int:
        """How many bytes of input this is."""
        return len(self.data)


@dataclass(frozen=True, slots=True)
class FileList:
    """Files with one badge each."""

    files: tuple[tuple[str, str], ...]
    """Path, and the folder it may not leave; an empty text when it was named itself."""
    size: int = 0

    def badges(self) -> Iterator[tuple[str, bytes]]:
        """Yield the name of every file; what is in them is not read."""
        for path, _ in self.files:
            yield shown(path), b""


@dataclass(frozen=True, slots=True)
class Refused:
    """One line or file that is not taken, and why."""

    name: str
    code: str
    detail: str
    sha256: str = ""
    size: int = 0

    def badges(self) -> Iterator[tuple[str, bytes]]:
        """Yield its name."""
        yield self.name, b""


type Work = LineBlock | FileList | Refused


def shown(path: str) -> str:
    """Return a path as text that can be written as JSON, also when its bytes are not UTF-8."""
    return os.fsencode(path).decode("utf-8", "replace")


def is_address(path: str) -> bool:
    """Say whether this is fetched instead of opened."""
    return path.startswith(("https://", "http://"))


def is_batch(paths: Sequence[str], *, lines: bool) -> bool:
    """Say whether these paths are more than one badge: several, a folder, or a file of lines."""
    if lines or len(paths) != 1:
        return True
    [path] = paths
    if is_address(path):
        return False
    return Path(path).suffix.lower() in LINE_SUFFIXES or (Path(path).is_dir() and not _is_root(path))


def read_work(paths: Iterable[str], *, lines: bool, standard_input: BinaryIO | None = None) -> Iterator[Work]:
    """Yield the work of every path, in order; a folder's in the order of its names.

    Args:
        paths: files, folders, or `-`.
        lines: take every file that is named as one badge per line, whatever it is called.
        standard_input: what `-` stands for.
    """
    waiting: list[tuple[str, str]] = []
    size = 0
    for entry in _entries(paths, lines=lines):
        if isinstance(entry, _BadgeFile):
            waiting.append((entry.path, entry.folder))
            size += entry.size
            if len(waiting) < FILES_AT_ONCE:
                continue
        if waiting:
            yield FileList(tuple(waiting), size)
            waiting, size = [], 0
        if isinstance(entry, Refused):
            yield entry
        elif isinstance(entry, _LineFile):
            yield from _read_named_lines(entry, standard_input)
    if waiting:
        yield FileList(tuple(waiting), size)


def measure(paths: Iterable[str], *, lines: bool) -> int | None:
    """Return how many bytes `read_work` will go through, or None when nobody can tell."""
    total = 0
    for entry in _entries(paths, lines=lines):
        if isinstance(entry, _LineFile) and entry.path == STANDARD_INPUT:
            return None
        total += entry.size
    return total


# --- what is there ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _BadgeFile:
    path: str
    folder: str
    size: int


@dataclass(frozen=True, slots=True)
class _LineFile:
    path: str
    folder: str
    size: int


type _Entry = _BadgeFile | _LineFile | Refused


def _entries(paths: Iterable[str], *, lines: bool) -> Iterator[_Entry]:
    for path in paths:
        if path == STANDARD_INPUT:
            yield _LineFile(path, "", 0)
        elif _is_root(path):
            yield Refused(shown(path), MalformedInput.code, "This is everything on the machine. Name a folder in it.")
        elif os.path.isdir(path):
            yield from _in_folder(path, os.path.realpath(path), 0)
        else:
            kind = _LineFile if lines or _suffix(path) in LINE_SUFFIXES else _BadgeFile
            yield kind(path, "", _size(path))


def _in_folder(folder: str, top: str, depth: int) -> Iterator[_Entry]:
    """Yield what is in a folder and below it, without following a link to another folder."""
    if depth > MAX_FOLDER_DEPTH:
        yield Refused(shown(folder), LimitExceeded.code, f"The folders go deeper than {MAX_FOLDER_DEPTH}.")
        return
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError as error:
        yield Refused(shown(folder), MalformedInput.code, f"This folder cannot be read ({error.strerror}).")
        return
    for entry in entries:
        if entry.is_symlink() and not is_inside(entry.path, top):
            yield Refused(shown(entry.path), OutsideFolder.code, OutsideFolder.title + ".")
        elif entry.is_dir(follow_symlinks=False):
            yield from _in_folder(entry.path, top, depth + 1)
        elif entry.is_file():  # also a link to a file in the folder; a link to a folder is met where that folder is
            suffix = _suffix(entry.name)
            if suffix in BADGE_SUFFIXES:
                yield _BadgeFile(entry.path, top, _size(entry.path))
            elif suffix in LINE_SUFFIXES:
                yield _LineFile(entry.path, top, _size(entry.path))


def is_inside(path: str, top: str) -> bool:
    """Say whether a path, with every link in it followed, lies in a folder given as a real path."""
    real = os.path.realpath(path)
    return real == top or real.startswith(top.rstrip(os.sep) + os.sep)


def _is_root(path: str) -> bool:
    return os.path.realpath(path) == os.path.realpath(os.sep)


def _suffix(path: str) -> str:
    return os.path.splitext(path)[1].lower()


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0


# --- reading ---------------------------------------------------------------------------------------------------------


def open_badges(path: str, folder: str) -> BinaryIO:
    """Open a file for reading; of what was found in a folder only plain files in it, without waiting for a pipe.

    Raises:
        OutsideFolder: it lies outside `folder`, when one is given.
        MalformedInput: it cannot be opened, or was found and is not a plain file.
    """
    try:
        if not folder:
            return open(path, "rb", buffering=0)
        real = os.path.realpath(path)
        if not is_inside(real, folder):
            raise OutsideFolder
        handle = os.open(real, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a usable name"
        raise MalformedInput(f"This file cannot be opened ({reason}).") from error
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise MalformedInput("This is not a file.")
    return os.fdopen(handle, "rb", buffering=0)


def read_badge_file(path: str, folder: str) -> bytes:
    """Return the bytes of a file with one badge, and at most one more than is accepted.

    Raises:
        OutsideFolder, MalformedInput: as `open_badges`.
    """
    with open_badges(path, folder) as file:
        try:
            return b"".join(iter_bytes(file, MAX_SUBMISSION_BYTES + 1))
        except OSError as error:
            raise MalformedInput(f"This file cannot be read ({error.strerror}).") from error


def iter_bytes(file: BinaryIO, limit: int) -> Iterator[bytes]:
    """Yield the parts of a file up to a number of bytes."""
    while limit > 0 and (part := file.read(min(limit, BLOCK_BYTES))):
        limit -= len(part)
        yield part


def _read_named_lines(entry: _LineFile, standard_input: BinaryIO | None) -> Iterator[Work]:
    if entry.path == STANDARD_INPUT:
        if standard_input is not None:
            yield from read_lines(standard_input, STANDARD_INPUT)
        return
    try:
        file = open_badges(entry.path, entry.folder)
    except EdubadgesError as error:
        yield Refused(shown(entry.path), error.code, error.detail)
        return
    with file:
        yield from read_lines(file, shown(entry.path))


def read_lines(
    file: BinaryIO, name: str, *, block_bytes: int = BLOCK_BYTES, max_line_bytes: int = MAX_LINE_BYTES
) -> Iterator[LineBlock | Refused]:
    """Yield a file in blocks of whole lines; a line that is too long becomes a refusal and is never held.

    At most one block and one line of the longest length are in memory.
    """
    number = 1
    rest = b""
    long: _LongLine | None = None
    try:
        while part := _read_part(file, block_bytes):
            if long is not None:
                part = long.take(part)
                if not long.ended:
                    continue
                yield long.refusal(name, number)
                long, number = None, number + 1
            data = rest + part
            end = data.rfind(b"\n") + 1
            whole, rest = data[:end], data[end:]
            yield from _blocks(whole, name, number, max_line_bytes)
            number += whole.count(b"\n")
            if len(rest) > max_line_bytes:
                long, rest = _LongLine(rest), b""
    except OSError as error:
        yield Refused(f"{name}:{number}", MalformedInput.code, f"This file cannot be read further ({error.strerror}).")
        return
    if long is not None:
        yield long.refusal(name, number)
    elif rest:
        yield from _blocks(rest, name, number, max_line_bytes)


def _read_part(file: BinaryIO, size: int) -> bytes:
    """Return what is there now, up to `size` bytes; from a pipe that is less than could come later."""
    if isinstance(file, io.BufferedReader):
        return file.read1(size)
    return file.read(size)


def _blocks(whole: bytes, name: str, number: int, max_line_bytes: int) -> Iterator[LineBlock | Refused]:
    """Yield lines as one block, cut at those that are too long."""
    if len(whole) <= max_line_bytes:
        if whole:
            yield LineBlock(name, number, whole)
        return
    good: list[bytes] = []
    first = number
    for place, line in enumerate(re.findall(rb"[^\n]*\n|[^\n]+", whole), number):
        if len(line) <= max_line_bytes:
            good.append(line)
            continue
        if good:
            yield LineBlock(name, first, b"".join(good))
        yield _LongLine(line).refusal(name, place)
        good, first = [], place + 1
    if good:
        yield LineBlock(name, first, b"".join(good))


class _LongLine:
    """A line that is too long: only its digest and its length are kept."""

    def __init__(self, start: bytes) -> None:
        self._digest = hashlib.sha256(start.rstrip(b"\n"))
        self._size = len(start)
        self.ended = False

    def take(self, part: bytes) -> bytes:
        """Take what belongs to the line, and return what follows it."""
        line, newline, rest = part.partition(b"\n")
        self._digest.update(line)
        self._size += len(line) + len(newline)
        self.ended = bool(newline)
        return rest

    def refusal(self, name: str, number: int) -> Refused:
        detail = f"The line is larger than {MAX_LINE_BYTES} bytes."
        return Refused(f"{name}:{number}", LimitExceeded.code, detail, self._digest.hexdigest(), self._size)
