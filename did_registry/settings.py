"""The registry's settings (`EDUBADGES_REGISTRY_*`)."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from service_kit.settings import ServiceSettings


class RegistrySettings(ServiceSettings):
    """What the registry reads from its environment."""

    model_config = SettingsConfigDict(env_prefix="EDUBADGES_REGISTRY_", frozen=True, extra="ignore")

    operator_token: SecretStr = Field(min_length=8)
    """Whoever holds it may admit participants and let them publish for the first time."""
    trust_dir: Path | None = None
    """Where the keys of the registry's own and the trust repository are; without it there is neither."""
    status_max_age_s: int = 300
    """How long a reader may keep a status list or a DID document before asking again."""
