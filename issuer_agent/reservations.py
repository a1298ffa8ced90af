"""The first of issuing's two transactions: fix everything about a credential that is random or depends on the clock.

The second, and the signature between them, are in `issuance`.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

import sqlalchemy as sa

from issuer_agent import status_lists, store_issuing
from issuer_agent.credentials import AwardFacts, Placement, build_credential
from issuer_agent.records import Institution
from issuer_agent.store_facts import read_facts
from issuer_agent.store_issuing import CredentialRecord
from service_kit.problems import RuleRefused
from vc_core.json_text import JsonObject
from vc_core.model.open_badge import StatusReference

PUBLISH = "publish_status_list"


class IssuingRefused(RuleRefused):
    """This award gives no credential now; `code` says why, for example `already-issued` or `award-revoked`."""

    title = "No credential can be issued for this award"


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the parts of the system are, as credentials name them."""

    issuer_url: str
    registry_url: str
    wallet_url: str


@dataclass(frozen=True, slots=True)
class Reserved:
    """A credential of which everything is fixed, and who signs it."""

    record: CredentialRecord
    institution: Institution
    opens_lists: tuple[str, ...] = ()
    """Its status lists that were opened for it, as the outbox names them: nobody can read those yet."""


def reserve(
    connection: sa.Connection,
    award_ids: Sequence[str],
    *,
    holder_did: str | None,
    addresses: Addresses,
    now: datetime,
) -> list[Reserved]:
    """Fix these credentials, or return what was fixed before; all of them or none.

    Raises:
        NotFound: an award does not exist.
        IssuingRefused: an award is revoked, or its credential went to another key.
    """
    facts = {item.award.id: item for item in read_facts(connection, award_ids, lock=True)}
    known = store_issuing.find_credentials(connection, award_ids)
    changed: list[CredentialRecord] = []
    for award_id, item in facts.items():
        check_award(item)
        _check_delivery(item, holder_did)
        if award_id in known:
            known[award_id] = _claimed(connection, known[award_id], item, holder_did, addresses, now, changed)
    store_issuing.change_holders(connection, changed)
    opened: set[str] = set()
    missing = sorted(
        (item for award_id, item in facts.items() if award_id not in known), key=lambda item: item.institution.slug
    )
    for slug, group in groupby(missing, key=lambda item: item.institution.slug):
        fixed, lists = _fixed(connection, slug, list(group), holder_did, addresses, now)
        known |= {record.award_id: record for record in fixed}
        opened |= set(lists)
    found = [known[award_id] for award_id in award_ids]
    return [
        Reserved(item, facts[item.award_id].institution, tuple(name for name in subjects_of(item) if name in opened))
        for item in found
    ]


def check_award(facts: AwardFacts) -> None:
    """Return when the award may give a credential. Raises IssuingRefused."""
    if facts.award.revoked_at is not None:
        raise IssuingRefused("This award was revoked.", code="award-revoked")
    if facts.award.suspended_at is not None:
        raise IssuingRefused("This award is on hold. Ask the institution.", code="award-suspended")
    if not facts.institution.ready:
        raise IssuingRefused("The institution has no keys yet. Ask its administrator.", code="institution-not-ready")


def _check_delivery(facts: AwardFacts, holder_did: str | None) -> None:
    if holder_did is None and facts.award.delivery != "file":
        raise IssuingRefused("This award is for a wallet; send the student an offer.", code="delivered-to-wallet")
    if holder_did is not None and facts.award.delivery != "wallet":
        raise IssuingRefused("This award is delivered as a file.", code="delivered-as-file")


def subject_of(record: CredentialRecord) -> str:
    """Return the name of a credential's revocation list in the outbox."""
    return f"{record.institution}/{record.status_number}"


def subjects_of(record: CredentialRecord) -> list[str]:
    """Return the names of a credential's status lists in the outbox."""
    numbers = (record.status_number, record.suspension_number)
    return [f"{record.institution}/{number}" for number in numbers if number is not None]


def _claimed(
    connection: sa.Connection,
    record: CredentialRecord,
    facts: AwardFacts,
    holder_did: str | None,
    addresses: Addresses,
    now: datetime,
    given: list[CredentialRecord],
) -> CredentialRecord:
    """Return a credential that was fixed before, when it is this holder's, or was never signed and can become so.

    What becomes this holder's is added to `given`, for the caller to keep.
    """
    if record.revoked_at is not None:
        raise IssuingRefused("This award was revoked.", code="award-revoked")
    if record.holder_did == holder_did and record.document is not None:
        return _of_the_keys_of_now(connection, record, facts, addresses, now)
    if record.signed_at is not None:
        raise IssuingRefused("This badge was already fetched by a wallet, or as a file.", code="already-issued")
    # Its place may be old, given out with the award; the moment that is written into it is not.
    changed = replace(record, holder_did=holder_did, created_at=_created_at(facts.institution, now))
    changed = replace(changed, document=_build(facts, changed, addresses))
    given.append(changed)
    return changed


def _of_the_keys_of_now(
    connection: sa.Connection, record: CredentialRecord, facts: AwardFacts, addresses: Addresses, now: datetime
) -> CredentialRecord:
    """Return a credential that the keys of now can sign: none may seem to be older than the key that signed it."""
    since = facts.institution.signing_since
    kept_as_signed = record.signed_at is not None and record.holder_did is None
    if since is None or record.created_at >= since or kept_as_signed:
        return record
    changed = replace(record, created_at=_created_at(facts.institution, now))
    changed = replace(changed, document=_build(facts, changed, addresses))
    store_issuing.change_moment(connection, changed)
    return changed


def _created_at(institution: Institution, now: datetime) -> datetime:
    """Return the moment that is written into a credential: of now, and no earlier than its key."""
    since = institution.signing_since
    return (now if since is None else max(now, since)).replace(microsecond=0)


def give_places(connection: sa.Connection, group: Sequence[AwardFacts], *, now: datetime) -> None:
    """Give new awards of one institution their places in its status lists now; the rest is fixed when they are fetched.

    For awards that nobody fetches yet: whatever becomes of them, each has a place of its own from the start.
    """
    records, _ = _placed(connection, group[0].institution.slug, group, None, now)
    store_issuing.add_credentials(connection, records)


def _fixed(
    connection: sa.Connection,
    institution: str,
    group: Sequence[AwardFacts],
    holder_did: str | None,
    addresses: Addresses,
    now: datetime,
) -> tuple[list[CredentialRecord], list[str]]:
    """Fix new credentials of one institution; return them with the status lists that were opened for them."""
    placed, opened = _placed(connection, institution, group, holder_did, now)
    records = [
        replace(record, document=_build(facts, record, addresses)) for facts, record in zip(group, placed, strict=True)
    ]
    store_issuing.add_credentials(connection, records)
    return records, opened


def _placed(
    connection: sa.Connection, institution: str, group: Sequence[AwardFacts], holder_did: str | None, now: datetime
) -> tuple[list[CredentialRecord], list[str]]:
    """Return new credentials without documents, in places of their own, and the lists that were opened for them."""
    allocation = status_lists.allocate(connection, institution, len(group), now=now)
    numbers = [*allocation.opened]
    second: dict[str, status_lists.Place] = {}
    suspendable = [facts.award.id for facts in group if facts.version.content.suspendable]
    if suspendable:
        found = status_lists.allocate(
            connection, institution, len(suspendable), now=now, purpose=status_lists.SUSPENSION
        )
        second = dict(zip(suspendable, found.places, strict=True))
        numbers += found.opened
    records = []
    for facts, place in zip(group, allocation.places, strict=True):
        other = second.get(facts.award.id)
        record = CredentialRecord(
            award_id=facts.award.id,
            credential_id=f"urn:uuid:{uuid.uuid4()}",
            institution=institution,
            holder_did=holder_did,
            created_at=_created_at(facts.institution, now),
            status_number=place.number,
            status_index=place.index,
            document=None,
            suspension_number=other.number if other else None,
            suspension_index=other.index if other else None,
        )
        records.append(record)
    opened = [f"{institution}/{number}" for number in numbers]
    store_issuing.enqueue(connection, PUBLISH, opened, now=now)
    return records, opened


def _build(facts: AwardFacts, record: CredentialRecord, addresses: Addresses) -> JsonObject:
    places = [(status_lists.REVOCATION, record.status_number, record.status_index)]
    if record.suspension_number is not None and record.suspension_index is not None:
        places.append((status_lists.SUSPENSION, record.suspension_number, record.suspension_index))
    statuses = tuple(
        StatusReference(
            list_url=status_lists.status_list_url(addresses.registry_url, record.institution, number),
            index=index,
            purpose=purpose,
        )
        for purpose, number, index in places
    )
    placement = Placement(
        credential_id=record.credential_id,
        created_at=record.created_at,
        statuses=statuses,
        salt=secrets.token_hex(16),
    )
    return build_credential(facts, placement, issuer_url=addresses.issuer_url, holder_did=record.holder_did)
