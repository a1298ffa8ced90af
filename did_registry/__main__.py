"""`python -m did_registry` serves; `python -m did_registry migrate` brings the database to its newest version."""

import sys

from did_registry.app import create_app
from did_registry.settings import RegistrySettings
from service_kit.database import create_engine, run_migrations
from service_kit.server import load_settings, serve

if __name__ == "__main__":
    settings = load_settings(RegistrySettings)
    if sys.argv[1:] == ["migrate"]:
        run_migrations("did_registry", create_engine(settings.database_url.get_secret_value()))
    else:
        serve(create_app, settings, service="registry")
