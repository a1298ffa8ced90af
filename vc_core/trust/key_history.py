"""Which keys an identifier had, and when: read from the versions of its document.

A key that is no longer in the document was retired: what it signed in its time stays. A key that a later version marks
with `revoked` (Controlled Identifiers 1.0, 2.2) is distrusted from that moment on, which may lie before the version
that says so: its owner found out later.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
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
type _Method = tuple[str, PublicKey, datetime | None]
"""The fragment of a method, its key, and the moment from which that is distrusted."""


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
        kept = {name: value for name, value in log.current.document.items() if name in ("id", "verificationMethod")}
        versions[-1] = (log.ended_at, kept)
    return tuple(versions)


def key_periods(versions: Iterable[Version], *, relationship: str = "assertionMethod") -> tuple[KeyPeriod, ...]:
    """Return every period of every key that was allowed for a relationship, in the order in which they began.

    A method whose key cannot be read is left out: nothing was signed with it that can be checked. Distrust is of the
    key, whatever it is named: one key often has a method for Data Integrity and another for JOSE.
    """
    running: dict[str, KeyPeriod] = {}
    ended: list[KeyPeriod] = []
    distrusted: dict[PublicKey, datetime] = {}
    for at, document in versions:
        methods = list(_methods(document, relationship))
        present = _present(methods, _allowed(document, relationship))
        for name in [name for name, period in running.items() if present.get(name) != period.key]:
            ended.append(replace(running.pop(name), until=at))
        for name in present.keys() - running.keys():
            running[name] = KeyPeriod(name, present[name], at)
        for _, key, since in methods:
            if since is not None:
                distrusted[key] = min(since, distrusted.get(key, since))
    found = [replace(period, distrusted_since=distrusted.get(period.key)) for period in [*ended, *running.values()]]
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
    distrusted = period.distrusted_since
    if distrusted is not None and moment >= distrusted:
        return Standing.DISTRUSTED, period
    if period.until is not None and moment >= period.until:
        return Standing.NO_LONGER, period
    if distrusted is not None:
        return Standing.DISTRUSTED_LATER, period
    retired = period.until is not None and period.until <= known_until
    return (Standing.RETIRED if retired else Standing.IN_FORCE), period


def _present(methods: Iterable[_Method], allowed: Collection[str]) -> dict[str, PublicKey]:
    """Return the keys that are allowed, by name; a name that two keys have is no one's."""
    found: dict[str, set[PublicKey]] = {}
    for name, key, _ in methods:
        if name in allowed:
            found.setdefault(name, set()).add(key)
    return {name: next(iter(keys)) for name, keys in found.items() if len(keys) == 1}


def _methods(document: JsonObject, relationship: str) -> Iterator[_Method]:
    """Yield the usable methods of the document's owner, those written inside the relationship among them."""
    owner = document.get("id")
    for method in [*_listed(document, "verificationMethod"), *_listed(document, relationship)]:
        if not isinstance(method, dict) or method.get("controller") != owner:
            continue
        name = _fragment(method.get("id"), owner)
        try:
            key = public_key_of_method(method)
        except KeyReferenceError:
            continue
        if name:
            yield name, key, _revoked(method)


def _revoked(method: JsonObject) -> datetime | None:
    """Return the moment a method is distrusted from; one that cannot be read is the beginning of time."""
    if "revoked" not in method:
        return None
    try:
        return parse_moment(method["revoked"])
    except MalformedInput:
        return datetime.min.replace(tzinfo=UTC)


def _allowed(document: JsonObject, relationship: str) -> set[str]:
    owner, items = document.get("id"), _listed(document, relationship)
    return {_fragment(item.get("id") if isinstance(item, dict) else item, owner) for item in items} - {""}


def _listed(document: JsonObject, member: str) -> list[JsonValue]:
    value = document.get(member)
    return value if isinstance(value, list) else []


def _fragment(reference: JsonValue, owner: JsonValue) -> str:
    """Return the name of an owner's own key; empty for a key of somebody else."""
    of, _, name = reference.partition("#") if isinstance(reference, str) else ("", "", "")
    return name if of in ("", owner) else ""
