"""The platform the demo plays on: the one that runs already, or one of its own that is thrown away afterwards."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from edubadges.platform.child import end_with_parent, log_tail
from edubadges.platform.errors import PlatformError
from edubadges.platform.layout import DataDir, Ports, find_free_base, is_free
from edubadges.platform.parts import ROOT, Plan, service_environment
from edubadges.platform.platform_secrets import PlatformSecrets
from edubadges.platform.state import read_state
from service_kit.fetch import InternalClient
from vc_core.errors import EdubadgesError

_PATIENCE_S = 120.0
_KEPT = ("PATH", "HOME", "LANG", "TZ")


@dataclass(slots=True)
class World:
    """Addresses of a running platform, and the operator's key to it."""

    ports: Ports
    plan: Plan
    process: subprocess.Popen[bytes] | None = None
    """The platform, when it is ours to stop."""
    api: InternalClient = field(init=False)
    """The issuer's API, as the operator's tools use it."""

    def __post_init__(self) -> None:
        """Open the API."""
        headers = {"Authorization": f"Bearer {self.plan.secrets.operator_api_key}"}
        self.api = InternalClient(self.url("issuer"), headers=headers)

    def url(self, service: str) -> str:
        """Return the address of a service."""
        return self.ports.url(service)

    @property
    def ours(self) -> bool:
        """Say whether the platform is ours to stop."""
        return self.process is not None

    def issuer_command(self, module: str, arguments: Sequence[str], *, given: bytes = b"") -> bytes:
        """Run a module with the issuer's settings and `given` on its standard input; return what it prints.

        Raises:
            PlatformError: it did not succeed.
        """
        return run_tool(["-m", module, *arguments], service_environment(self.plan, "issuer"), given=given)

    def stop(self) -> list[str]:
        """Stop the platform when it is ours; return the parts that still answer, which should be none."""
        if self.process is None:
            return []
        _end(self.process)
        return [name for name, port in self.ports.named().items() if not is_free(port)]

    def close(self) -> None:
        """Close the connections, and stop what is ours."""
        self.api.close()
        if self.process is not None:
            _end(self.process)


def run_tool(arguments: Sequence[str], environment: Mapping[str, str], *, given: bytes = b"") -> bytes:
    """Run our interpreter with arguments and return what it prints.

    Raises:
        PlatformError: it did not succeed.
    """
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    done = subprocess.run(
        [sys.executable, *arguments],
        env={**kept, "PYTHONPATH": str(ROOT), **environment},
        input=given,
        capture_output=True,
        timeout=_PATIENCE_S,
        check=False,
    )
    if done.returncode:
        raise PlatformError(f"A tool did not succeed: {done.stderr.decode('utf-8', 'replace').strip()[-500:]}")
    return done.stdout


@contextmanager
def open_world(data_dir: Path) -> Iterator[World]:
    """Give the platform that runs on `data_dir`, else a temporary one.

    Raises:
        PlatformError: the temporary platform did not start.
    """
    data = DataDir(data_dir)
    state = read_state(data.state_file)
    if state is not None and state.phase == "ready" and _alive(state.pid):
        world = World(Ports(state.port_base), _plan(data, Ports(state.port_base)))
        try:
            yield world
        finally:
            world.close()
        return
    with tempfile.TemporaryDirectory(prefix="edubadges-", ignore_cleanup_errors=True) as folder:
        world = start_world(Path(folder) / "var", find_free_base())
        try:
            yield world
        finally:
            world.close()


def start_platform(data_dir: Path, base: int) -> subprocess.Popen[bytes]:
    """Start `edubadges up` as a child and return when it is ready.

    Raises:
        PlatformError: it did not become ready.
    """
    log = data_dir.parent / f"{data_dir.name}-up.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "edubadges", "up", "--data-dir", str(data_dir), "--port-base", str(base)],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=end_with_parent(),
        )
    end = time.monotonic() + _PATIENCE_S
    while time.monotonic() < end:
        state = read_state(data_dir / "state.json")
        if state is not None and state.pid == process.pid and state.phase == "ready":
            return process
        if process.poll() is not None:
            raise PlatformError(f"The temporary platform did not start: {log_tail(log)}")
        time.sleep(0.05)
    _end(process)
    raise PlatformError(f"The temporary platform was not ready in {_PATIENCE_S:.0f} seconds: {log_tail(log)}")


def start_world(data_dir: Path, base: int) -> World:
    """Start a platform of our own on `data_dir`.

    Raises:
        PlatformError: it did not start.
    """
    # Searchable for the database's own user.
    data_dir.parent.chmod(0o711)
    process = start_platform(data_dir, base)
    return World(Ports(base), _plan(DataDir(data_dir), Ports(base)), process)


def _plan(data: DataDir, ports: Ports) -> Plan:
    if not data.secrets_file.exists():
        raise PlatformError(f"The secrets of the platform in {data.folder} are not there.")
    secrets = PlatformSecrets.load_or_make(data.secrets_file)
    return Plan(data=data, ports=ports, secrets=secrets, database_url=os.environ.get("DATABASE_URL") or None)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _end(process: subprocess.Popen[bytes]) -> None:
    """Stop a platform as Ctrl-C does."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(40)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)
            process.wait(15)


def require(answer_status: int, wanted: int, what: str, body: str) -> None:
    """Raise when a service did not answer as it should.

    Raises:
        EdubadgesError: with what it answered.
    """
    if answer_status != wanted:
        raise EdubadgesError(f"{what}: the service answered {answer_status}: {body[:300]}")
