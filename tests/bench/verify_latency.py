"""How long one badge takes: the pure pipeline alone, and the verifier's API over HTTP with evidence in memory.

Run with `python -m tests.bench.verify_latency`; prints JSON, for `make bench`. Needs nothing that is running.
"""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx

from service_kit.database import create_engine, run_migrations
from tests.support.postgres import start_postgres
from tests.support.presenting import Wallet
from tests.support.registry_simulator import RegistrySimulator, running_registry
from tests.support.serving import serving
from verifier import parse_submission, verify
from verifier.app import create_app
from verifier.settings import VerifierSettings


def median_ms(work: Callable[[], object], *, rounds: int = 200, warm_up: int = 20) -> float:
    """Return the median time of one call, in milliseconds."""
    times = []
    for _ in range(rounds + warm_up):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return statistics.median(times[warm_up:]) * 1000


def measure() -> dict[str, float]:
    """Return the medians, in milliseconds."""
    with tempfile.TemporaryDirectory() as name, running_registry() as registry:
        folder = Path(name)
        with start_postgres(folder / "postgres") as database:
            return _measure(folder, registry, database)


def _measure(folder: Path, registry: RegistrySimulator, database: str) -> dict[str, float]:
    engine = create_engine(database)
    run_migrations("verifier", engine)
    engine.dispose()
    issuer = registry.add("zzu")
    body = json.dumps(issuer.badge(holder=Wallet().did)).encode()
    evidence, now = issuer.evidence(), datetime.now(UTC)

    def make(port: int) -> object:
        settings = VerifierSettings(
            EDUBADGES_ENV="development",
            public_url=f"http://localhost:{port}",
            database_url=database,
            secret_key="only for measuring",
            registry_url=registry.url,
            wallet_url="http://localhost:7102",
            evidence_dir=folder / "evidence",
            data_dir=folder / "data",
        )
        return create_app(settings)

    with serving(make) as port, httpx.Client(base_url=f"http://localhost:{port}") as client:
        return {
            "badge_bytes": float(len(body)),
            "pipeline_ms": median_ms(lambda: verify(parse_submission(body), evidence, now=now)),
            "api_ms": median_ms(lambda: client.post("/api/v1/verify", content=body).raise_for_status()),
        }


if __name__ == "__main__":
    print(json.dumps({name: round(value, 3) for name, value in measure().items()}))
