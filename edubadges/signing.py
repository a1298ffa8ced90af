"""Sign a file with one credential per line, over all cores: signed ones out in order, and what is wrong with others.

For test data, migrations and pilots with a key in a file. What institutions issue is signed by the agent, which keeps
their keys; see `issuer_agent.issuance`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Literal, NamedTuple, Protocol

from vc_core.errors import EdubadgesError, MalformedInput
from vc_core.json_text import JsonObject, dump_json, parse_json_object
from vc_core.keys import PrivateKey
from vc_core.model.lint import lint
from vc_core.proof.batch import BatchSigner
from verifier.batch_inputs import LINE_SUFFIXES, LineBlock, Refused, Work
from verifier.batch_pool import WorkerPool
from verifier.batch_worker import WORKER_STOPPED

MAX_DEPTH = 32
MAX_PROBLEMS = 20
"""How many problems of one credential are told."""


class Problem(NamedTuple):
    """One thing that is wrong with a credential."""

    code: str
    detail: str
    pointer: str = ""
    """Where, as a JSON pointer; empty for the whole."""


class Signed(NamedTuple):
    """What came of one line: the signed credential, or problems; both when those were allowed."""

    name: str
    line: int
    document: bytes
    """Empty when it was not signed."""
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class SignSetup:
    """What every process is told. It holds the key, so it is never written down or shown."""

    algorithm: Literal["Ed25519", "P-256", "P-384"]
    secret: bytes = field(repr=False)
    verification_method: str
    created: str
    allow_findings: bool
    """Sign also what the linter has a remark about."""
    lang: str

    @classmethod
    def of(
        cls, key: PrivateKey, *, verification_method: str, created: str, allow_findings: bool, lang: str
    ) -> SignSetup:
        """Return the setup for a key, after trying that it can sign under this name.

        Raises:
            KeyReferenceError: the name is of another key, or of none.
        """
        BatchSigner(key, verification_method=verification_method, created=created)
        return cls(key.algorithm, key.to_bytes(), verification_method, created, allow_findings, lang)

    def open(self, ask: Callable[[object], object]) -> _LineSigner:
        """Return the process's signer."""
        del ask  # everything that is needed is here
        return _LineSigner(self)


class _LineSigner:
    """Signs block after block."""

    def __init__(self, setup: SignSetup) -> None:
        key = PrivateKey.from_bytes(setup.algorithm, setup.secret)
        self._setup = setup
        self._signer = BatchSigner(key, verification_method=setup.verification_method, created=setup.created)

    def __call__(self, block: Work) -> list[Signed]:
        """Return what came of every line that is not empty, in order."""
        if not isinstance(block, LineBlock):
            return _all_refused(block)
        lines = [(name, int(name.rpartition(":")[2]), self._read(data)) for name, data in block.badges()]
        ready = [document for _, _, (document, _) in lines if document is not None]
        answers = iter(self._signer.secure_each(ready))
        found = []
        for name, number, (document, problems) in lines:
            answer = next(answers) if document is not None else None
            if isinstance(answer, EdubadgesError):
                found.append(Signed(name, number, b"", (*problems, Problem(answer.code, answer.detail))))
            else:
                found.append(Signed(name, number, dump_json(answer) if answer is not None else b"", problems))
        return found

    def _read(self, data: bytes) -> tuple[JsonObject | None, tuple[Problem, ...]]:
        """Return the credential of a line, unless it should not be signed, and what is wrong with it."""
        try:
            document = parse_json_object(data, max_depth=MAX_DEPTH)
        except MalformedInput as error:
            return None, (Problem(error.code, error.detail),)
        dutch = self._setup.lang == "nl"
        problems = tuple(
            Problem(finding.code, (dutch and finding.detail_nl) or finding.detail, finding.pointer)
            for finding in lint(document)[:MAX_PROBLEMS]
        )
        return (document if not problems or self._setup.allow_findings else None), problems


def _all_refused(block: Work) -> list[Signed]:
    problem = Problem(WORKER_STOPPED, "The process that held this line ended.")
    if isinstance(block, Refused):
        problem = Problem(block.code, block.detail)
    return [Signed(name, _number(name), b"", (problem,)) for name, _ in block.badges()]


def _number(name: str) -> int:
    text = name.rpartition(":")[2]
    return int(text) if text.isdigit() else 0


def sign_stream(
    work: Iterable[Work], setup: SignSetup, *, workers: int | None = None
) -> Generator[tuple[list[Signed], int], None, None]:
    """Yield what came of every block of lines and how many bytes it was, in order, while later ones are being signed.

    Raises:
        WorkersStop: processes end one after the other.
    """
    with WorkerPool[Work, list[Signed]](setup, workers=workers) as pool:
        for block, signed in pool.map(work):
            yield _all_refused(block) if signed is None else signed, block.size


# --- where signed credentials go ------------------------------------------------------------------------------------


class Destination(Protocol):
    """Takes signed credentials in order."""

    def put(self, signed: Signed) -> str:
        """Write one down, and return where."""
        ...


class OutputExists(EdubadgesError):
    """There is something already where signed credentials should go; nothing is ever overwritten."""

    title = "The output exists already"
    code = "output-exists"


class _OneFile:
    def __init__(self, file: BinaryIO, name: str) -> None:
        self._file = file
        self._name = name
        self._count = 0

    def put(self, signed: Signed) -> str:
        self._file.write(signed.document + b"\n")
        self._count += 1
        return f"{self._name}:{self._count}"


class _Folder:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, signed: Signed) -> str:
        path = self._folder / f"{signed.line:08d}.json"
        with _create(path) as file:
            file.write(signed.document)
        return str(path)


@contextmanager
def open_destination(out: str, standard_output: BinaryIO) -> Iterator[Destination]:
    """Give a file of lines, a folder with one file per credential (named after its line), or standard output (`-`).

    A file of lines is complete when it has its name: until then it is called `….part`, and it stays that when the work
    is stopped. Only the owner may read what is written.

    Raises:
        OutputExists: it would overwrite something.
        MalformedInput: it cannot be written there.
    """
    path = Path(out)
    if out == "-":
        yield _OneFile(standard_output, "-")
        standard_output.flush()
    elif path.suffix.lower() in LINE_SUFFIXES:
        partial = path.with_name(path.name + ".part")
        if path.exists():
            raise OutputExists(f"There is a file {path} already.")
        with _create(partial) as file:
            yield _OneFile(file, str(path))
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    else:
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise MalformedInput(f"The folder {path} cannot be made ({error.strerror}).") from error
        yield _Folder(path)


def _create(path: Path) -> BinaryIO:
    """Open a file that does not exist yet, for its owner alone.

    Raises:
        OutputExists: it does.
        MalformedInput: it cannot be made.
    """
    try:
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb")
    except FileExistsError as error:
        raise OutputExists(f"There is a file {path} already.") from error
    except OSError as error:
        raise MalformedInput(f"The file {path} cannot be made ({error.strerror}).") from error
