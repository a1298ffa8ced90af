"""A real ACA-Py for tests, and institutions whose keys it holds."""

from __future__ import annotations

import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from issuer_agent.acapy_client import AcapyClient
from issuer_agent.acapy_process import ROOT, AgentProcess
from issuer_agent.signer import SigningIdentity
from service_kit.fetch import Answer, InternalClient
from tests.unit.vc_core.samples import unsigned_badge
from vc_core.json_text import JsonObject

PYTHON = ROOT / ".venv-agent" / "bin" / "python"
CREATED = "2026-11-23T12:00:00Z"


@dataclass
class Agent:
    """A running agent, with a client for the operator and one that has no key of its own."""

    process: AgentProcess
    client: AcapyClient
    raw: InternalClient
    log: Path
    folder: Path
    heard: list[bytes] = field(default_factory=list, repr=False)
    """Every body the agent sent to `ask`."""

    def institution(self, name: str | None = None) -> SigningIdentity:
        """Make a tenant with both keys."""
        name = name or f"t-{uuid.uuid4().hex[:10]}"
        did = f"did:web:localhost%3A7104:institutions:{name}"
        token = self.client.tenant_token(self.client.create_tenant(name, label=name))
        ed25519, _ = self.client.create_key(token, did=did, kind="ed25519")
        p256, _ = self.client.create_key(token, did=did, kind="p256")
        return SigningIdentity(did, token, ed25519, p256)

    def ask(
        self, method: str, path: str, *, token: str | None = None, key: bool = False, json: object = None
    ) -> Answer:
        """Send anything to the agent, as a tenant, as the operator, or as nobody."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if key:
            headers["X-API-Key"] = self.process.secrets.api_key
        answer = self.raw.request(method, path, json=json, headers=headers)
        self.heard.append(answer.content)
        return answer

    def sign(self, identity: SigningIdentity, documents: object, /, **changes: object) -> Answer:
        """Send documents to our signing route, with anything else in the body changed."""
        body = {"documents": documents, "verification_method": identity.ed25519_key_id, "created": CREATED}
        return self.ask("POST", "/edubadges/sign", token=identity.tenant_token, json=body | changes)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_agent(folder: Path | None = None, *, log_level: str = "warning") -> Iterator[Agent]:
    """Start an agent on a free port, and stop it at the end."""
    with tempfile.TemporaryDirectory(prefix="edu-agent-", ignore_cleanup_errors=True) as temporary:
        place = folder or Path(temporary)
        log = place / "agent.log"
        process = AgentProcess(place / "agent", port=free_port(), log=log, log_level=log_level)
        process.start()
        client = AcapyClient(process.url, api_key=process.secrets.api_key)
        raw = InternalClient(process.url)
        try:
            yield Agent(process, client, raw, log, place)
        finally:
            client.close()
            raw.close()
            process.stop()


def badge_of(identity: SigningIdentity, *, number: int = 0) -> JsonObject:
    """Return an unsigned badge of this institution."""
    badge = unsigned_badge()
    issuer = badge["issuer"]
    assert isinstance(issuer, dict)
    return {**badge, "id": f"urn:uuid:00000000-0000-4000-8000-{number:012d}", "issuer": {**issuer, "id": identity.did}}


def in_agent_environment(script: Path, *arguments: str, given: str = "") -> str:
    """Run a script with the agent's own interpreter, and return what it printed."""
    done = subprocess.run(
        [str(PYTHON), str(script), *arguments],
        input=given,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
