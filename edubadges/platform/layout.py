"""Where the platform keeps its things: the data directory, its lock, and the ports that belong to it.

The port base is remembered, because the identifiers of the institutions (`did:web:localhost%3A7104:…`) contain a port.
"""

from __future__ import annotations

import errno
import fcntl
import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from edubadges.platform.errors import DataDirInUse, PlatformError, PortInUse

DEFAULT_PORT_BASE = 7100
DEFAULT_DATA_DIR = Path("var")


@dataclass(frozen=True, slots=True)
class Ports:
    """Six neighbouring ports on loopback."""

    base: int

    @property
    def landing(self) -> int:
        """The page where everybody starts."""
        return self.base

    @property
    def issuer(self) -> int:
        """The portal of the institutions."""
        return self.base + 1

    @property
    def wallet(self) -> int:
        """The wallet of the students."""
        return self.base + 2

    @property
    def verifier(self) -> int:
        """The page of employers and other verifiers."""
        return self.base + 3

    @property
    def registry(self) -> int:
        """The registry of participants and their public keys."""
        return self.base + 4

    @property
    def agent(self) -> int:
        """The admin interface of ACA-Py; for the issuer only."""
        return self.base + 5

    def named(self) -> dict[str, int]:
        """Return every port with the part that uses it."""
        return {name: getattr(self, name) for name in ("landing", "issuer", "wallet", "verifier", "registry", "agent")}

    def url(self, part: str) -> str:
        """Return the address of a part. The host is always `localhost`: browsers treat that as a secure place."""
        return f"http://localhost:{self.named()[part]}"


class DataDir:
    """One folder with everything a platform keeps; one platform at a time uses it."""

    def __init__(self, folder: Path) -> None:
        """Name the folder; it is made when it is taken."""
        self.folder = folder.resolve()
        self._lock: IO[str] | None = None

    @property
    def logs(self) -> Path:
        """The folder with one log per part."""
        return self.folder / "logs"

    @property
    def evidence(self) -> Path:
        """What the verifier keeps to check badges without a network."""
        return self.folder / "evidence"

    @property
    def state_file(self) -> Path:
        """What runs now; read by the landing page, the demo and the tests."""
        return self.folder / "state.json"

    @property
    def secrets_file(self) -> Path:
        """The secrets of the services, made once."""
        return self.folder / "secrets.json"

    def log(self, part: str) -> Path:
        """Return the log of one part."""
        return self.logs / f"{part}.log"

    def take(self) -> None:
        """Make the folder and lock it for this process.

        Raises:
            DataDirInUse: another platform runs on it.
            PlatformError: it cannot be written.
        """
        try:
            self.logs.mkdir(parents=True, exist_ok=True)
            # Searchable for the database's own user, listable for nobody else.
            self.folder.chmod(0o711)
            self.logs.chmod(0o700)
            lock = (self.folder / "lock").open("a+")
        except OSError as error:
            raise PlatformError(
                f"The data directory {self.folder} cannot be written ({error.strerror}). "
                "Choose another one with --data-dir."
            ) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.close()
            raise DataDirInUse(
                f"Another edubadges platform already runs on the data in {self.folder}. "
                "Stop that one first, or choose another --data-dir."
            ) from error
        self._lock = lock

    def release(self) -> None:
        """Let another platform use the folder."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def ports(self, wished: int | None) -> Ports:
        """Return the ports of this data, remembering them on first use.

        Raises:
            PlatformError: the data belongs to other ports than the wished ones, or the wish is no usable port.
        """
        file = self.folder / "port-base"
        if file.exists():
            kept = int(file.read_text().strip())
            if wished not in (None, kept):
                raise PlatformError(
                    f"The data in {self.folder} belongs to port base {kept}, which is in the identifiers it made. "
                    f"Leave --port-base out, or choose another --data-dir for port base {wished}."
                )
            return Ports(kept)
        base = wished or DEFAULT_PORT_BASE
        if not 1024 <= base <= 65_500:
            raise PlatformError(f"Port base {base} cannot be used. Choose a number from 1024 to 65500.")
        file.write_text(f"{base}\n")
        return Ports(base)


def require_free_ports(ports: Ports) -> None:
    """Raise PortInUse, naming the first port that another program listens on."""
    for part, port in ports.named().items():
        if not is_free(port):
            raise PortInUse(
                f"Port {port}, for the {part}, is used by another program. Stop that program, "
                "or start on other ports, with other data: "
                f"edubadges up --port-base {ports.base + 100} --data-dir var-{ports.base + 100}"
            )


def is_free(port: int) -> bool:
    """Say whether nothing listens on this port of loopback."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
            raise
    return True


def find_free_base() -> int:
    """Return a port base whose six ports are free now; for temporary platforms."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        start = int(probe.getsockname()[1])
    for base in range(start, start + 20_000, 8):
        wrapped = 20_000 + base % 40_000
        if all(is_free(port) for port in Ports(wrapped).named().values()):
            return wrapped
    raise PlatformError("No six free ports were found on this machine. Stop some programs and try again.")


def write_private(file: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    beside = file.with_name(file.name + ".new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as out:
        out.write(text)
    beside.replace(file)
