"""The parts of the platform, each with its command and its settings, as the services read them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from edubadges.platform.agent_child import AgentChild
from edubadges.platform.child import Child, ProcessChild
from edubadges.platform.layout import DataDir, Ports
from edubadges.platform.platform_secrets import PlatformSecrets
from edubadges.platform.postgres import EmbeddedPostgres, make_databases
from edubadges.platform.supervisor import Part
from issuer_agent.acapy_process import AgentSecrets
from service_kit.fetch import FetchFailed, InternalClient

ROOT = Path(__file__).resolve().parent.parent.parent
SERVICES = {
    "registry": "did_registry",
    "verifier": "verifier",
    "wallet": "wallet",
    "issuer": "issuer_agent",
    "landing": "edubadges.landing",
}
DATABASES = {name: f"edubadges_{name}" for name in ("issuer", "wallet", "verifier", "registry")}


@dataclass(frozen=True, slots=True)
class Plan:
    """What one platform is made of."""

    data: DataDir
    ports: Ports
    secrets: PlatformSecrets
    database_url: str | None
    """A PostgreSQL server of the operator; None means the embedded one."""
    agent_python: str | None = None

    @property
    def agent_dir(self) -> Path:
        """The folder of the agent's store and secrets."""
        return self.data.folder / "agent"

    def postgres(self) -> EmbeddedPostgres:
        """Return the embedded server of this data."""
        return EmbeddedPostgres(self.data.folder / "postgres", log=self.data.log("postgres"))

    def database(self, service: str) -> str:
        """Return the address of the database of one service."""
        name = DATABASES[service]
        return self.postgres().url(name) if self.database_url is None else with_database(self.database_url, name)


def with_database(url: str, name: str) -> str:
    """Return the address of another database on the same server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def build_parts(plan: Plan) -> list[Part]:
    """Return every part, in the order in which they are shown."""
    agent = AgentChild(plan.agent_dir, port=plan.ports.agent, log=plan.data.log("agent"), python=plan.agent_python)
    parts = []
    before: tuple[str, ...] = ()
    if plan.database_url is None:
        postgres = plan.postgres()
        parts.append(
            Part(
                "postgres",
                postgres.prepare,
                stops_in_round=2,
                after_ready=lambda: make_databases(postgres.url(), DATABASES.values()),
            )
        )
        before = ("postgres",)
    else:
        make_databases(plan.database_url, DATABASES.values())
    parts.insert(0, Part("agent", lambda: agent, stops_in_round=1))
    for name in ("registry", "issuer", "wallet", "verifier"):
        parts.append(Part(name, _service(plan, name), needs=before))
    parts.append(Part("landing", _service(plan, "landing")))
    return parts


def _service(plan: Plan, name: str) -> Callable[[], Child]:
    def make() -> Child:
        return ProcessChild(
            [sys.executable, "-m", SERVICES[name]],
            environment={"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **service_environment(plan, name)},
            log=plan.data.log(name),
            ready=_healthy(plan.ports.named()[name]),
        )

    return make


def service_environment(plan: Plan, name: str) -> dict[str, str]:
    """Return the settings of one service, as its `settings.py` reads them."""
    prefix = f"EDUBADGES_{name.upper()}_"
    common = {
        "PUBLIC_URL": plan.ports.url(name),
        "HOST": "127.0.0.1",
        "PORT": str(plan.ports.named()[name]),
        "SECRET_KEY": str(getattr(plan.secrets, f"{name}_key")),
        **({"DATABASE_URL": plan.database(name)} if name in DATABASES else {}),
    }
    own = _own_settings(plan).get(name, {})
    return {"EDUBADGES_ENV": "development"} | {prefix + key: value for key, value in (common | own).items()}


def _own_settings(plan: Plan) -> Mapping[str, dict[str, str]]:
    url = plan.ports.url
    return {
        "issuer": {
            "AGENT_URL": f"http://127.0.0.1:{plan.ports.agent}",
            "AGENT_API_KEY": AgentSecrets.load_or_make(plan.agent_dir / "secrets.json").api_key,
            "REGISTRY_URL": url("registry"),
            "REGISTRY_TOKEN": plan.secrets.operator_token,
            "WALLET_URL": url("wallet"),
            "OPERATOR_API_KEY": plan.secrets.operator_api_key,
            # Nobody else keeps copies of what is on this machine: a change of keys can be tried in two minutes.
            "KEY_COPIES_S": "60",
        },
        "wallet": {"REGISTRY_URL": url("registry"), "VERIFIER_URL": url("verifier")},
        "verifier": {
            "REGISTRY_URL": url("registry"),
            "WALLET_URL": url("wallet"),
            "EVIDENCE_DIR": str(plan.data.evidence),
            "DATA_DIR": str(plan.data.folder / "verifier"),
        },
        "registry": {
            "OPERATOR_TOKEN": plan.secrets.operator_token,
            "TRUST_DIR": str(plan.data.folder / "trust"),
        },
        "landing": {
            "ISSUER_URL": url("issuer"),
            "WALLET_URL": url("wallet"),
            "VERIFIER_URL": url("verifier"),
            "REGISTRY_URL": url("registry"),
            "STATE_FILE": str(plan.data.state_file),
        },
    }


def _healthy(port: int) -> Callable[[], bool]:
    client = InternalClient(f"http://127.0.0.1:{port}", timeout_s=2.0)

    def ready() -> bool:
        try:
            return client.request("GET", "/health").status_code == 200
        except FetchFailed:
            return False

    return ready
