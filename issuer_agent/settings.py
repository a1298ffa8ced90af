"""The issuer's settings (`EDUBADGES_ISSUER_*`)."""

from __future__ import annotations

from pydantic import SecretStr
from pydantic_settings import SettingsConfigDict

from service_kit.settings import ServiceSettings


class IssuerSettings(ServiceSettings):
    """What the issuer reads from its environment."""

    model_config = SettingsConfigDict(env_prefix="EDUBADGES_ISSUER_", frozen=True, extra="ignore")

    agent_url: str
    """The admin interface of ACA-Py; loopback or a private network."""
    agent_api_key: SecretStr
    registry_url: str
    """The registry as everybody names it: identifiers and status list addresses are made from it."""
    registry_internal_url: str | None = None
    """Where the registry is reached from here, when that is another address."""
    registry_token: SecretStr
    wallet_url: str
    """The wallet that links for students lead to."""
    operator_api_key: SecretStr | None = None
    """A key for the API that may act for every institution; for the operator's own tools."""
    key_copies_s: int = 86_400
    """How long others may use a copy of an institution's identity document: each step of a rotation waits for it."""
    smtp_url: SecretStr | None = None
    """Where mail goes out: `smtp://user:password@host:587`, or `smtps://…:465`. Without it no mail is sent."""
    mail_from: str = "edubadges@localhost"
    """The address in From; its domain must let this server send (SPF, DKIM)."""
    oidc_issuer: str | None = None
    """The provider of OpenID Connect where people sign in, as it names itself, e.g. https://connect.surfconext.nl"""
    oidc_client_id: str = "edubadges"
    oidc_client_secret: SecretStr = SecretStr("")
    oidc_name: str = "OpenID Connect"
    """What stands on the button, e.g. SURFconext."""
    oidc_scope: str = "openid profile email"
    outbox_worker: bool = True
    """Run the worker for postponed work in this process."""
