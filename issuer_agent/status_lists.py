"""Places in Bitstring Status Lists, and the lists as the registry serves them (W3C Bitstring Status List 1.0).

A place is random, so that it tells nothing about who got a badge before or after. A list is half filled at most, so
that finding a free place stays quick. What is set follows from `status_entries`; no bitstring is kept beside it.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from issuer_agent import store_issuing as store
from issuer_agent.credentials import timestamp
from issuer_agent.store_issuing import StatusListRecord
from vc_core.json_text import JsonObject
from vc_core.status.bitstring import MINIMUM_LENGTH, build_status_list_credential, new_bitstring, set_bit

REVOCATION = "revocation"
SUSPENSION = "suspension"
TTL = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a list."""

    number: int
    index: int


@dataclass(frozen=True, slots=True)
class Allocation:
    """Places for new credentials, and the lists that were opened for them."""

    places: list[Place]
    opened: list[int]


def status_list_url(registry_url: str, institution: str, number: int) -> str:
    """Return the address of a list; it is inside every badge that uses it."""
    return f"{registry_url}/institutions/{institution}/status/{number}"


def allocate(
    connection: sa.Connection,
    institution: str,
    count: int,
    *,
    now: datetime,
    purpose: str = REVOCATION,
    length: int = MINIMUM_LENGTH,
) -> Allocation:
    """Give out `count` random places, each to one credential only, also when many ask at once; open lists as needed.

    One transaction at a time does this for an institution: two that each hold places the other wants would wait for one
    another for ever.
    """
    store.lock_status_lists(connection, institution)
    opened: list[int] = []
    lists = store.find_status_lists(connection, institution, purpose)
    number = lists[0].number if lists else _open(connection, institution, purpose, length, now, opened)
    places: list[Place] = []
    while len(places) < count:
        wanted = sorted({secrets.randbelow(length) for _ in range(count - len(places))})
        free = store.claim_status_entries(connection, institution, number, wanted)
        places += [Place(number, index) for index in free]
        if len(free) < len(wanted) and store.count_status_entries(connection, institution, number) * 2 > length:
            number = _open(connection, institution, purpose, length, now, opened)
    # The order in which the database gives them back is that of the numbers; the order of awards must not follow it.
    secrets.SystemRandom().shuffle(places)
    return Allocation(places, opened)


def _open(
    connection: sa.Connection, institution: str, purpose: str, length: int, now: datetime, opened: list[int]
) -> int:
    """Open the next list."""
    known = [
        item for kind in (REVOCATION, SUSPENSION) for item in store.find_status_lists(connection, institution, kind)
    ]
    number = max((item.number for item in known), default=0) + 1
    record = StatusListRecord(institution, number, purpose, length, 1, 0, None, now)
    store.add_status_list(connection, record)
    opened.append(number)
    return number


def build_list(record: StatusListRecord, set_indexes: list[int], *, url: str, issuer: str, now: datetime) -> JsonObject:
    """Return the unsigned list credential.

    It has no end date: a list that nobody renews any more must not make old badges unverifiable.
    """
    bits = new_bitstring(record.length)
    for index in set_indexes:
        set_bit(bits, index)
    return build_status_list_credential(
        url=url,
        issuer=issuer,
        bits=bits,
        valid_from=timestamp(now),
        status_purpose=record.purpose,
        ttl_ms=int(TTL.total_seconds() * 1000),
    )
