"""`python -m edubadges.landing` serves the start page."""

from edubadges.landing.app import create_app
from edubadges.landing.settings import LandingSettings
from service_kit.server import load_settings, serve

if __name__ == "__main__":
    serve(create_app, load_settings(LandingSettings), service="landing")
