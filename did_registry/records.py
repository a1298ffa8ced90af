"""What the registry knows, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vc_core.json_text import JsonObject

KINDS = ("wo", "hbo", "mbo", "other")
STATES = ("active", "suspended", "left")


@dataclass(frozen=True, slots=True)
class Participant:
    """An institution that takes part."""

    did: str
    slug: str
    name_nl: str
    name_en: str
    kind: str
    country: str
    website: str | None
    state: str
    since: datetime

    def to_json(self) -> JsonObject:
        """Return the form the machine feeds use."""
        return {
            "did": self.did,
            "slug": self.slug,
            "name": {"nl": self.name_nl, "en": self.name_en},
            "kind": self.kind,
            "country": self.country,
            "website": self.website,
            "status": self.state,
            "since": self.since.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class DidDocumentVersion:
    """One version of a DID document; versions are never changed or removed."""

    slug: str
    version: int
    document: JsonObject
    digest: str
    """SHA-256 of its JCS form, in hex."""
    published_at: datetime
    signed_with: str
    """The verification method that proved control."""


@dataclass(frozen=True, slots=True)
class StatusListVersion:
    """A published status list; only the newest is served."""

    slug: str
    number: int
    credential: JsonObject
    digest: str
    published_at: datetime


@dataclass(frozen=True, slots=True)
class OtherList:
    """A status list in the form of others, as it is served."""

    slug: str
    name: str
    body: str
    digest: str
    """SHA-256 of the body, in hex."""
    issued_at: datetime
    published_at: datetime


@dataclass(frozen=True, slots=True)
class AccreditationVersion:
    """One version of an accreditation; versions are never changed or removed, and the newest is in force."""

    name: str
    version: int
    issuer: str
    subject: str
    credential: JsonObject
    digest: str
    """SHA-256 of its JCS form, in hex."""
    published_at: datetime


@dataclass(frozen=True, slots=True)
class SignedHead:
    """A tree head of the log of signatures."""

    size: int
    signed_at: datetime
    note: str
    """As it was signed."""
