"""Build and read the entry that says where a newer version of a credential is (1EdTechCredentialRefresh).

Fetching that version, and verifying it, is the caller's work, once and only after the proof of this one held
(Open Badges 3.0, 9.1, step 3). 1EdTech VCCR 1.0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from vc_core.errors import MalformedInput
from vc_core.json_text import JsonObject, JsonValue
from vc_core.model.credential import issuer_id, parse_moment
from vc_core.model.data_values import wrong_url

REFRESH_TYPE = "1EdTechCredentialRefresh"
MAX_REFRESH_SERVICES = 4


@dataclass(frozen=True, slots=True)
class RefreshService:
    """Where a newer version can be asked for."""

    url: str


def build_refresh_service(url: str) -> JsonObject:
    """Return the `refreshService` member for a https address.

    Raises:
        MalformedInput: not an absolute https address that can be asked.
    """
    return {"id": _checked_url(url), "type": REFRESH_TYPE}


def refresh_service(document: Mapping[str, JsonValue]) -> RefreshService | None:
    """Return where to refresh a credential; None when it names no service of a kind that we know.

    The address is untrusted: only a guarded fetch may follow it.

    Raises:
        MalformedInput: an entry is not in its one shape, its address may not be asked, or two are given.
    """
    if "refreshService" not in document:
        return None
    value = document["refreshService"]
    items = value if isinstance(value, list) else [value]
    if not 0 < len(items) <= MAX_REFRESH_SERVICES:
        raise MalformedInput("The refresh service of the credential cannot be read.")
    found = [url for url in map(_address, items) if url is not None]
    if len(found) > 1:
        # Two answers could differ, and then each reader would show another badge.
        raise MalformedInput("The credential names more than one refresh service.")
    return RefreshService(found[0]) if found else None


def is_newer_version(newer: Mapping[str, JsonValue], known: Mapping[str, JsonValue]) -> bool:
    """Say whether `newer` is a later version of the same credential (Open Badges 3.0, 10).

    The identifiers of issuer and credential must be equal; what is not newer never replaces what is known. Proofs are
    not looked at.

    Raises:
        MalformedInput: an identifier or a beginning cannot be read.
    """
    same = issuer_id(newer) == issuer_id(known) and _identifier(newer) == _identifier(known)
    return same and parse_moment(newer.get("validFrom")) > parse_moment(known.get("validFrom"))


def _address(item: JsonValue) -> str | None:
    kind = item.get("type") if isinstance(item, dict) else None
    kinds = kind if isinstance(kind, list) else [kind]
    if not isinstance(item, dict) or not kinds or not all(isinstance(name, str) and name for name in kinds):
        raise MalformedInput("The refresh service of the credential cannot be read.")
    return _checked_url(item.get("id")) if REFRESH_TYPE in kinds else None


def _checked_url(value: JsonValue) -> str:
    if not isinstance(value, str) or wrong_url(value):
        raise MalformedInput("The refresh service has no usable address.")
    try:
        parts = urlsplit(value)
        has_place = bool(parts.hostname) and parts.username is None and (parts.port is None or parts.port > 0)
    except ValueError as error:
        raise MalformedInput("The refresh service has no usable address.") from error
    if parts.scheme != "https" or not has_place or parts.fragment:
        raise MalformedInput("The refresh service has no usable address.")
    return value


def _identifier(document: Mapping[str, JsonValue]) -> str:
    value = document.get("id")
    if not isinstance(value, str) or not value:
        raise MalformedInput("The credential has no identifier.")
    return value
