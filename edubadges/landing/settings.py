"""The start page's settings (`EDUBADGES_LANDING_*`)."""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import SettingsConfigDict

from service_kit.settings import ServiceSettings


class LandingSettings(ServiceSettings):
    """What the start page reads from its environment."""

    model_config = SettingsConfigDict(env_prefix="EDUBADGES_LANDING_", frozen=True, extra="ignore")

    issuer_url: str
    """The portal, as people reach it; the same for the three below."""
    wallet_url: str
    verifier_url: str
    registry_url: str
    issuer_internal_url: str | None = None
    """Where the portal is asked how it is, when that is another address; the same for the three below."""
    wallet_internal_url: str | None = None
    verifier_internal_url: str | None = None
    registry_internal_url: str | None = None
    state_file: Path | None = None
    """What the embedded platform writes about its parts; absent when the parts run as containers."""
    database_url: SecretStr = SecretStr("")
    """Not used: this page remembers nothing."""
    secret_key: SecretStr = SecretStr("")
    """Not used: nobody signs in here."""
