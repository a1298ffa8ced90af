"""What the verifier reads from its environment (`EDUBADGES_VERIFIER_…`), once, into a frozen object."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from service_kit.settings import LOOPBACK_HOSTS, ServiceSettings


class VerifierSettings(ServiceSettings):
    """The settings of the verifier. Frozen; secrets are masked when printed."""

    model_config = SettingsConfigDict(env_prefix="EDUBADGES_VERIFIER_", frozen=True, extra="ignore")

    registry_url: str
    """The registry that says which institutions take part."""
    wallet_url: str
    """The wallet that the first QR code opens; any other wallet takes the second one."""
    evidence_dir: Path = Path("var/evidence")
    """Where fetched key documents, status lists and the registry are kept."""
    data_dir: Path = Path("var/verifier")
    """Where the key that signs requests is kept, in a file only this service may read."""
    request_lifetime_s: int = Field(600, ge=30, le=86_400)
    """How long a person may take to answer a request, in seconds."""
    result_lifetime_s: int = Field(900, ge=60, le=86_400)
    """How long a result is kept when nobody asked to keep it longer, in seconds."""

    @property
    def request_lifetime(self) -> timedelta:
        """Return how long a request may be answered."""
        return timedelta(seconds=self.request_lifetime_s)

    @property
    def result_lifetime(self) -> timedelta:
        """Return how long a result is kept by default."""
        return timedelta(seconds=self.result_lifetime_s)

    @property
    def http_hosts(self) -> frozenset[str]:
        """Return the host names for which did:web may be fetched over plain http."""
        return LOOPBACK_HOSTS if self.development else frozenset()
