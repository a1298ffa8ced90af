"""`python -m wallet` serves; `python -m wallet migrate` brings the database to its newest version."""

from __future__ import annotations

import sys

from service_kit.database import create_engine, run_migrations
from service_kit.server import load_settings, serve
from wallet.app import create_app
from wallet.settings import WalletSettings


def main() -> None:
    """Do what the command line asks."""
    settings = load_settings(WalletSettings)
    if sys.argv[1:] == ["migrate"]:
        run_migrations("wallet", create_engine(settings.database_url.get_secret_value()))
        return
    serve(create_app, settings, service="wallet")


if __name__ == "__main__":
    main()
