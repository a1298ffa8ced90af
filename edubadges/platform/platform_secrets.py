"""The secrets of an embedded platform: made once, kept in a file only its owner can read."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from edubadges.platform.layout import write_private


@dataclass(frozen=True, slots=True)
class PlatformSecrets:
    """One value per purpose; no service gets another one's."""

    landing_key: str
    issuer_key: str
    wallet_key: str
    verifier_key: str
    registry_key: str
    operator_token: str
    """Admits participants to the registry."""
    operator_api_key: str
    """Lets the operator's own tools (seeding, demo, bench) use the issuer's API."""

    @classmethod
    def load_or_make(cls, file: Path) -> PlatformSecrets:
        """Read the secrets; make and keep those that are not there yet."""
        kept: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
        names = [field.name for field in fields(cls)]
        made = cls(**{name: kept.get(name) or secrets.token_urlsafe(32) for name in names})
        if asdict(made) != kept:
            write_private(file, json.dumps(asdict(made), indent=2) + "\n")
        return made

    def __repr__(self) -> str:
        """Show nothing."""
        return "PlatformSecrets(…)"
