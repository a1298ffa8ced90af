"""Start one part in its container: read secrets from files, wait for nothing, become the part.

Secrets come as files; the process list and `docker inspect` show only their paths. A service reads its own
(`EDUBADGES_…_FILE`); those of the database and the agent are put together here.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

SERVICES = {
    "issuer": "issuer_agent",
    "wallet": "wallet",
    "verifier": "verifier",
    "registry": "did_registry",
    "landing": "edubadges.landing",
}
ALL = "0.0.0.0"  # noqa: S104 - of this container; only its network reaches it
AGENT_PYTHON = "/opt/agent/bin/python"


def with_secrets(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment with the content of the files that are named for the database and the agent."""
    made = {}
    for name, value in environment.items():
        if not name.startswith(("DATABASE_", "AGENT_")) or not name.endswith("_FILE"):
            made[name] = value
            continue
        try:
            made[name.removesuffix("_FILE")] = Path(value).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise SystemExit(f"{name}: the file {value} cannot be read ({error.strerror}).") from error
    return made


def with_database(environment: dict[str, str], service: str) -> dict[str, str]:
    """Return the environment with the address of the service's database, made of its parts."""
    name = f"EDUBADGES_{service.upper()}_DATABASE_URL"
    if name in environment or "DATABASE_PASSWORD" not in environment:
        return environment
    host = environment.get("DATABASE_HOST", "postgres")
    address = f"postgresql://edubadges_{service}:{environment['DATABASE_PASSWORD']}@{host}:5432/edubadges_{service}"
    return {**environment, name: address}


def agent_settings(environment: Mapping[str, str]) -> dict[str, str]:
    """Return ACA-Py's whole configuration, from the same function the embedded platform uses."""
    from issuer_agent.acapy_process import AgentSecrets, agent_environment

    postgres = json.dumps(
        {
            "url": f"{environment.get('DATABASE_HOST', 'postgres')}:5432",
            "account": "edubadges_agent",
            "password": environment["DATABASE_PASSWORD"],
        }
    )
    own = AgentSecrets(
        wallet_key=environment["AGENT_WALLET_KEY"],
        api_key=environment["AGENT_API_KEY"],
        jwt_secret=environment["AGENT_JWT_SECRET"],
    )
    made = agent_environment(own, home=Path("/data"), host=ALL, port=7105, nonce="container", postgres=postgres)
    kept = {name: environment[name] for name in ("PATH", "HOME", "LANG", "TZ") if name in environment}
    return {**kept, **made}


def main() -> None:
    """Become the part that the command names."""
    part, *rest = sys.argv[1:] or ["issuer"]
    environment = with_secrets(os.environ)  # noqa: TID251 - this is where the environment is made
    if part == "agent":
        os.execve(AGENT_PYTHON, [AGENT_PYTHON, "/opt/agent/bin/aca-py", "start"], agent_settings(environment))  # noqa: S606
    if part in SERVICES:
        environment = with_database(environment, part)
        os.execve(sys.executable, [sys.executable, "-m", SERVICES[part], *rest], environment)  # noqa: S606
    os.execvpe(part, [part, *rest], environment)  # noqa: S606


if __name__ == "__main__":
    main()
