"""What the wallet service reads from its environment, once."""

from __future__ import annotations

from pydantic_settings import SettingsConfigDict

from service_kit.settings import ServiceSettings


class WalletSettings(ServiceSettings):
    """Settings of the wallet service; variables start with `EDUBADGES_WALLET_`."""

    model_config = SettingsConfigDict(env_prefix="EDUBADGES_WALLET_", frozen=True, extra="ignore")

    registry_url: str | None = None
    """Where the browser looks up whether an issuer is a participant; without it that check is not run."""
    verifier_url: str | None = None
    """Where a shared badge is checked by whoever opens its link; without it badges are not shared by a link."""
    max_share_bytes: int = 400_000
    """The largest badge that is shared by a link, sealed, in bytes."""
    shares_per_hour: int = 120
    """How many links one wallet may make in an hour."""
    max_container_bytes: int = 8_000_000
    """The largest container that is stored, in bytes."""
    saves_per_hour: int = 240
    """How often one wallet may be saved in an hour."""
    failed_openings_per_hour: int = 20
    """How many unknown authenticators one network address may try in an hour."""
    new_wallets_per_hour: int = 60
    """How many wallets one network address may make in an hour; without limit in development."""
    session_minutes: int = 720
    """How long one opening lasts before the browser has to prove itself again, in minutes."""
