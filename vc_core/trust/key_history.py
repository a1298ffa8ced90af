"""Which keys an identifier had, and when: read from the versions of its document.

A key that is no longer in the document was retired: what it signed in its time stays. A key that a later version marks
with `revoked` (Controlled Identifiers 1.0, 2.2) is distrusted from that moment on, which may lie before the version
that says so: its owner found out later.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

from vc_core.did import public_key_of_method
from vc_core.errors import KeyReferenceError, MalformedInput
from vc_core.json_text import JsonObject, JsonValue
from vc_core.keys import PublicKey
from vc_core.model.credential import parse_moment
from vc_core.trust.did_log import DidLog

type Version = tuple[datetime, JsonObject]
"""A version of a document, and the moment it came in force."""


@dataclass(frozen=True, slots=True)
class KeyPeriod:
    """A key that may make statements, from when until when."""

    name: str
    """The fragment of its verification method: the same whether the identifier is a did:web or a did:webvh."""
    key: PublicKey
    since: datetime
    until: datetime | None = None
    """When it was retired."""
    distrusted_since: datetime | None = None


class Standing(StrEnum):
    """What a key was at a moment."""

    IN_FORCE = "in-force"
    RETIRED = "retired"
    """It was in force then, and is not any more; nobody says it fell into other hands."""
    NOT_YET = "not-yet"
    NO_LONGER = "no-longer"
    """It was retired before that moment."""
    DISTRUSTED = "distrusted"
    """At that moment others may have had it."""
    DISTRUSTED_LATER = "distrusted-later"
    """It was in force then, but from a later moment on others may have had it, who can write any date they like."""
    UNKNOWN = "unknown"


def versions_of(log: DidLog) -> tuple[Version, ...]:
    """Return the versions of a log; a last entry that ends the identifier retires every key."""
    versions = [(entry.at, entry.document) for entry in log.entries]
    if log.ended_at is not None:
        ended = {name: value for name, value in log.current.document.items() if name != "assertionMethod"}
        versions[-1] = (log.ended_at, {**ended, "assertionMethod": []})
    return tuple(versions)


def key_periods(versions: Iterable[Version], *, relationship: str = "assertionMethod") -> tuple[KeyPeriod, ...]:
    """Return every period of every key that was allowed for a relationship, in the order in which they began.

    A method whose key cannot be read is left out: nothing was signed with it that can be checked.
    """
    running: dict[str, KeyPeriod] = {}
    ended: list[KeyPeriod] = []
    distrusted: dict[tuple[str, PublicKey], datetime] = {}
    for at, document in versions:
        methods = dict(_methods(document))
        allowed = _allowed(document, relationship)
        present = {name: key for name, (key, _) in methods.items() if name in allowed}
        for name in [name for name, period in running.items() if present.get(name) != period.key]:
            ended.append(replace(running.pop(name), until=at))
        for name in present.keys() - running.keys():
            running[name] = KeyPeriod(name, present[name], at)
        for name, (key, since) in methods.items():
            if since is not None:
                distrusted[name, key] = min(since, distrusted.get((name, key), since))
    found = [
        replace(period, distrusted_since=distrusted.get((period.name, period.key)))
        for period in [*ended, *running.values()]
    ]
    return tuple(sorted(found, key=lambda period: (period.since, period.name)))


def standing(
    periods: Sequence[KeyPeriod], name: str, moment: datetime, *, known_until: datetime
) -> tuple[Standing, KeyPeriod | None]:
    """Return what the key of this name was at a moment, as far as is known at `known_until`, and its period."""
    own = [period for period in periods if period.name == name and period.since <= known_until]
    if not own:
        return Standing.UNKNOWN, None
    begun = [period for period in own if period.since <= moment]
    if not begun:
        return Standing.NOT_YET, own[0]
    period = begun[-1]
    distrusted = min((item.distrusted_since for item in own if item.distrusted_since is not None), default=None)
    if distrusted is not None and moment >= distrusted:
        return Standing.DISTRUSTED, period
    if period.until is not None and moment >= period.until:
        return Standing.NO_LONGER, period
    if distrusted is not None:
        return Standing.DISTRUSTED_LATER, period
    retired = period.until is not None and period.until <= known_until
    return (Standing.RETIRED if retired else Standing.IN_FORCE), period


def _methods(document: JsonObject) -> Iterator[tuple[str, tuple[PublicKey, datetime | None]]]:
    """Yield the usable methods by fragment, each with the moment from which it is distrusted."""
    listed = document.get("verificationMethod")
    for method in listed if isinstance(listed, list) else []:
        name = _fragment(method.get("id") if isinstance(method, dict) else None)
        if not isinstance(method, dict) or not name:
            continue
        try:
            key = public_key_of_method(method)
        except KeyReferenceError:
            continue
        yield name, (key, _revoked(method))


def _revoked(method: JsonObject) -> datetime | None:
    """Return the moment a method is distrusted from; one that cannot be read is the beginning of time."""
    if "revoked" not in method:
        return None
    try:
        return parse_moment(method["revoked"])
    except MalformedInput:
        return datetime.min.replace(tzinfo=UTC)


def _allowed(document: JsonObject, relationship: str) -> set[str]:
    listed = document.get(relationship)
    items = listed if isinstance(listed, list) else []
    return {_fragment(item.get("id") if isinstance(item, dict) else item) for item in items} - {""}


def _fragment(reference: JsonValue) -> str:
    return reference.partition("#")[2] if isinstance(reference, str) else ""
