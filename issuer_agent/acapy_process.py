"""Start, watch and stop ACA-Py as a child process, in its own Python environment.

Configuration goes through the environment only, so no secret stands in a process list. The agent's store has one owner
at a time.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

import base58

from service_kit.fetch import FetchFailed, InternalClient
from service_kit.ports import port_is_free
from vc_core.errors import EdubadgesError

ROOT = Path(__file__).resolve().parent.parent
PLUGIN = "issuer_agent.acapy_plugin"
READY_SECONDS = 60.0
_PR_SET_PDEATHSIG = 1


class AgentDidNotStart(EdubadgesError):
    """The agent could not be started; `detail` says why and what to do."""

    title = "The agent did not start"
    code = "agent-did-not-start"


@dataclass(frozen=True, slots=True)
class AgentSecrets:
    """What protects the agent's store and its admin interface. Made once, kept in a file only we can read."""

    wallet_key: str
    api_key: str
    jwt_secret: str

    def __repr__(self) -> str:
        """Leave the secrets out."""
        return "AgentSecrets(***)"

    @classmethod
    def load_or_make(cls, file: Path) -> AgentSecrets:
        """Read the secrets, or make and keep them; the file appears whole or not at all.

        Raises:
            AgentDidNotStart: the file is there and cannot be used. Making new secrets would lock the store for good.
        """
        if file.exists():
            return cls._read(file)
        made = cls(
            # Askar's raw key form: 32 random bytes in base58. No derivation, so the store opens at once.
            wallet_key=base58.b58encode(secrets.token_bytes(32)).decode(),
            api_key=secrets.token_urlsafe(32),
            jwt_secret=secrets.token_urlsafe(32),
        )
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, draft = tempfile.mkstemp(dir=file.parent, prefix=".secrets-")  # mkstemp gives 0600
        try:
            with os.fdopen(descriptor, "w") as out:
                json.dump(asdict(made), out)
                out.flush()
                os.fsync(out.fileno())
            os.link(draft, file)
        except FileExistsError:
            return cls._read(file)
        finally:
            os.unlink(draft)
        return made

    @classmethod
    def _read(cls, file: Path) -> AgentSecrets:
        try:
            return cls(**json.loads(file.read_text()))
        except (OSError, ValueError, TypeError) as error:
            raise AgentDidNotStart(
                f"The agent's secrets in {file} cannot be read. Put back the file from a backup: without it "
                "the institutions' keys cannot be opened."
            ) from error


def agent_python(named: str | None = None) -> Path:
    """Return the interpreter of the agent's environment.

    Raises:
        AgentDidNotStart: it is not there.
    """
    python = Path(named) if named else ROOT / ".venv-agent" / "bin" / "python"
    if not os.access(python, os.X_OK) or not (python.parent / "aca-py").exists():
        raise AgentDidNotStart(
            f"ACA-Py was not found beside {python}. "
            "Run `make install`, or name its interpreter in EDUBADGES_AGENT_PYTHON."
        )
    return python


def agent_environment(
    agent_secrets: AgentSecrets,
    *,
    home: Path,
    host: str,
    port: int,
    nonce: str,
    postgres: str | None = None,
    log_level: str = "warning",
) -> dict[str, str]:
    """Return the whole configuration of an agent as environment variables.

    Args:
        agent_secrets: see above.
        home: the folder of its store.
        host: where the admin interface listens; loopback, or a private container network.
        port: its port.
        nonce: what the plugin gives back to prove which process answers.
        postgres: JSON with `url`, `account` and `password` when the store is PostgreSQL; SQLite otherwise.
        log_level: how much it writes: debug, info, warning or error.
    """
    environment = {
        "ACAPY_ADMIN": f"[{host}, {port}]",
        "ACAPY_ADMIN_API_KEY": agent_secrets.api_key,
        "ACAPY_ADMIN_CLIENT_MAX_REQUEST_SIZE": "16",
        "ACAPY_NO_LEDGER": "true",
        "ACAPY_NO_TRANSPORT": "true",
        "ACAPY_AUTO_PROVISION": "true",
        "ACAPY_WALLET_TYPE": "askar",
        "ACAPY_WALLET_NAME": "base",
        "ACAPY_WALLET_KEY": agent_secrets.wallet_key,
        "ACAPY_WALLET_KEY_DERIVATION_METHOD": "raw",
        "ACAPY_MULTITENANT": "true",
        "ACAPY_MULTITENANT_ADMIN": "true",
        "ACAPY_MULTITENANT_JWT_SECRET": agent_secrets.jwt_secret,
        "ACAPY_MULTITENANCY_CONFIGURATION": '["wallet_type=single-wallet-askar","wallet_name=tenants"]',
        "ACAPY_PLUGIN": f"[{PLUGIN}]",
        "ACAPY_HOME": str(home),
        "ACAPY_LOG_LEVEL": log_level,
        "EDUBADGES_AGENT_NONCE": nonce,
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
    }
    if postgres is not None:
        given = json.loads(postgres)
        login = {"account": given["account"], "password": given["password"]}
        login |= {"admin_account": given["account"], "admin_password": given["password"]}
        environment |= {
            "ACAPY_WALLET_STORAGE_TYPE": "postgres_storage",
            "ACAPY_WALLET_STORAGE_CONFIG": json.dumps({"url": given["url"], "max_connections": 5}),
            "ACAPY_WALLET_STORAGE_CREDS": json.dumps(login),
        }
    return environment


class AgentProcess:
    """One ACA-Py, on one store."""

    def __init__(
        self,
        data_dir: Path,
        *,
        port: int,
        python: str | None = None,
        log: Path | None = None,
        log_level: str = "warning",
    ) -> None:
        """Prepare; nothing is started yet.

        Args:
            data_dir: where the store and the secrets are kept.
            port: the admin port, on loopback.
            python: the interpreter of the agent's environment; by default `.venv-agent` beside the packages.
            log: where the agent's output goes; thrown away when None.
            log_level: how much it writes.
        """
        self.secrets = AgentSecrets.load_or_make(data_dir / "secrets.json")
        self.url = f"http://127.0.0.1:{port}"
        self._data_dir = data_dir
        self._port = port
        self._python = agent_python(python)
        self._log = log
        self._log_level = log_level
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: IO[str] | None = None
        self._nonce = ""

    @property
    def process(self) -> subprocess.Popen[bytes] | None:
        """The child, while there is one."""
        return self._process

    def start(self) -> None:
        """Start the agent and return when it answers; when it does not, nothing is left running.

        Raises:
            AgentDidNotStart: the port is in use, another agent owns the store, or it did not become ready.
        """
        try:
            self.launch()
            self.wait_ready()
        except AgentDidNotStart:
            self.stop()
            raise

    def launch(self) -> None:
        """Start the agent without waiting for it. Raises what `start` raises, but for readiness.

        Call it from a thread that lives as long as the agent should: Linux ends a child with the thread that made it.
        """
        _require_free_port(self._port)
        self._take_store()
        self._nonce = secrets.token_hex(16)
        home = self._data_dir / "store"
        home.mkdir(parents=True, exist_ok=True)
        own = agent_environment(
            self.secrets,
            home=home,
            host="127.0.0.1",
            port=self._port,
            nonce=self._nonce,
            log_level=self._log_level,
        )
        kept: Mapping[str, str] = {
            name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TZ") if name in os.environ
        }
        with self._log.open("ab") if self._log else open(os.devnull, "ab") as output:
            self._process = subprocess.Popen(
                [str(self._python), str(self._python.parent / "aca-py"), "start"],
                env={**kept, **own},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_die_with_parent(),
            )

    def wait_ready(self, *, seconds: float = READY_SECONDS, sleep: Callable[[float], None] = time.sleep) -> None:
        """Wait until the agent answers, and be sure that it is ours that answers.

        Raises:
            AgentDidNotStart: it stopped, or another process answers, or it takes too long.
        """
        client = InternalClient(self.url, timeout_s=2.0)
        try:
            for _ in range(int(seconds / 0.1)):
                if self._process is None or self._process.poll() is not None:
                    raise AgentDidNotStart(f"The agent stopped at once. Its log{self._log_hint()} says why.")
                if self._answers(client):
                    return
                sleep(0.1)
        finally:
            client.close()
        raise AgentDidNotStart(f"The agent did not answer within {seconds:.0f} seconds. See its log{self._log_hint()}.")

    def stop(self, *, seconds: float = 8.0) -> None:
        """Stop the agent; kill it when it does not listen."""
        if self._process is not None:
            if self._process.poll() is None:
                self._process.send_signal(signal.SIGTERM)
                try:
                    self._process.wait(seconds)
                except subprocess.TimeoutExpired:
                    self._process.kill()
                    self._process.wait()
            self._process = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _answers(self, client: InternalClient) -> bool:
        try:
            answer = client.request("GET", "/edubadges/whoami")
        except FetchFailed:
            return False
        if answer.status_code == 404:
            raise AgentDidNotStart(
                f"What answers on port {self._port} has not loaded our plugin. See its log{self._log_hint()}."
            )
        if answer.status_code != 200 or not is_our_agent(answer.content, nonce=self._nonce):
            raise AgentDidNotStart(f"Another program answers on port {self._port}. Stop it, or choose another port.")
        return True

    def _take_store(self) -> None:
        self._data_dir.mkdir(parents=True, exist_ok=True)
        if self._lock is not None:
            return
        lock = (self._data_dir / "lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.close()
            raise AgentDidNotStart(
                f"Another agent already uses the store in {self._data_dir}. Stop it first."
            ) from error
        self._lock = lock

    def _log_hint(self) -> str:
        return f" ({self._log})" if self._log else ""


def is_our_agent(body: bytes, *, nonce: str) -> bool:
    """Say whether this answer of `/edubadges/whoami` comes from the agent that got `nonce` at its start."""
    try:
        answer = json.loads(body)
    except ValueError:
        return False
    return isinstance(answer, dict) and secrets.compare_digest(str(answer.get("nonce")), nonce)


def _require_free_port(port: int) -> None:
    if not port_is_free(port):
        raise AgentDidNotStart(f"Port {port} is in use. Stop the program that uses it, or choose another port.")


def _die_with_parent() -> Callable[[], None] | None:
    """Return what lets the child end when we do, also when we are killed (Linux only)."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    return lambda: libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
