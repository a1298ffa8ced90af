"""What every service reads from its environment, once, into a frozen object.

Each service derives its own class with its own prefix; nothing else in the code base reads the environment.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


def secrets_from_files(settings_class: type[BaseSettings]) -> dict[str, str]:
    """Return the secrets whose value is in a file that `<NAME>_FILE` points to, as container platforms hand them over.

    Raises:
        SettingsError: a file cannot be read.
    """
    prefix = str(settings_class.model_config.get("env_prefix", ""))
    found = {}
    for field, info in settings_class.model_fields.items():
        if info.annotation is not SecretStr and SecretStr not in get_args(info.annotation):
            continue
        name = f"{prefix}{field}_FILE".upper()
        if path := os.environ.get(name):
            try:
                found[field] = Path(path).read_text(encoding="utf-8").strip()
            except OSError as error:
                raise SettingsError(f"{name}: the file {path} cannot be read ({error.strerror}).") from error
    return found


class ServiceSettings(BaseSettings):
    """The settings all services share. Frozen; secrets are masked when printed."""

    model_config = SettingsConfigDict(env_prefix="EDUBADGES_", frozen=True, extra="ignore", secrets_dir=None)

    environment: Literal["development", "production"] = Field("production", validation_alias="EDUBADGES_ENV")
    """`development` allows loopback addresses over http and signing in as a sample person; nothing else does."""
    public_url: str
    """Where people and other services reach this service, without a slash at the end."""
    host: str = "127.0.0.1"
    port: int = 0
    database_url: SecretStr
    secret_key: SecretStr
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    log_level: str = "info"
    log_format: Literal["json", "text"] = "json"
    internal_hosts: str = Field("", validation_alias="EDUBADGES_INTERNAL_HOSTS")
    """Names of our own services, with commas between, that may lie in a private network; only over https."""
    ca_file: str | None = Field(None, validation_alias="EDUBADGES_CA_FILE")
    """A private certificate authority that is trusted beside the public ones."""
    proxy_addresses: str = Field("127.0.0.1", validation_alias="EDUBADGES_PROXY_ADDRESSES")
    """The proxies whose word is taken for where a visitor comes from; `*` when nothing else can reach this service."""
    vendor_dir: Path | None = None
    """Where the browser libraries are installed; by default `node_modules` beside the packages."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[Any, ...]:
        """Read what is given in code, then the environment, then the files it names."""
        return init_settings, env_settings, lambda: secrets_from_files(settings_cls)

    @field_validator("ca_file", mode="before")
    @classmethod
    def _nothing_is_none(cls, value: str | None) -> str | None:
        return value or None

    @field_validator("public_url")
    @classmethod
    def _no_slash_at_the_end(cls, value: str) -> str:
        return value.rstrip("/")

    @model_validator(mode="after")
    def _https_outside_development(self) -> ServiceSettings:
        parts = urlsplit(self.public_url)
        plain_is_fine = self.environment == "development" and parts.hostname in LOOPBACK_HOSTS
        if parts.scheme != "https" and not plain_is_fine:
            raise ValueError("public_url must be https, except for loopback names in development")
        return self

    @property
    def own_hosts(self) -> frozenset[str]:
        """Return the names of our own services that may lie in a private network."""
        return frozenset(name.strip() for name in self.internal_hosts.split(",") if name.strip())

    @property
    def development(self) -> bool:
        """Say whether this is a newcomer's or developer's machine."""
        return self.environment == "development"
