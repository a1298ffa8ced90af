"""`python -m verifier` serves; `python -m verifier migrate` brings the database up to date."""

from __future__ import annotations

import sys

from service_kit.database import create_engine, run_migrations
from service_kit.server import load_settings, serve
from verifier.app import create_app
from verifier.settings import VerifierSettings


def main() -> None:
    """Run the service, or its migrations."""
    settings = load_settings(VerifierSettings)
    if sys.argv[1:] == ["migrate"]:
        run_migrations("verifier", create_engine(settings.database_url.get_secret_value()))
        return
    serve(create_app, settings, service="verifier")


if __name__ == "__main__":
    main()
