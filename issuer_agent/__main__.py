"""`python -m issuer_agent` serves; the rest are its commands.

`migrate` brings the database to its newest version, `seed` adds the samples, `work` does only the postponed work.
"""

import signal
import sys
import threading

from issuer_agent.app import build_issuer, create_app, workers_of
from issuer_agent.seed import accredit_samples, seed
from issuer_agent.settings import IssuerSettings
from service_kit.database import create_engine, run_migrations
from service_kit.logs import configure_logs
from service_kit.server import load_settings, serve
from vc_core.errors import EdubadgesError


def work(settings: IssuerSettings) -> None:
    """Do postponed work until SIGTERM or SIGINT; as many of these may run as are wanted."""
    configure_logs("issuer-worker", level=settings.log_level, style=settings.log_format)
    issuer = build_issuer(settings)
    workers = workers_of(issuer)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    for worker in workers:
        worker.start()
    stop.wait()
    for worker in workers:
        worker.stop()


if __name__ == "__main__":
    settings = load_settings(IssuerSettings)
    if sys.argv[1:] == ["migrate"]:
        run_migrations("issuer_agent", create_engine(settings.database_url.get_secret_value()))
    elif sys.argv[1:] == ["work"]:
        work(settings)
    elif sys.argv[1:] == ["seed"]:
        try:
            issuer = build_issuer(settings)
            print("\n".join(seed(issuer)))
            accredit_samples(issuer.institutions.registry)
        except EdubadgesError as error:
            print(error.detail, file=sys.stderr)
            raise SystemExit(1) from error
    else:
        serve(create_app, settings, service="issuer")
