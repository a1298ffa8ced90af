"""The story of issuing: offer an award, issue its credential to a holder or as a file, revoke it.

Each use case has two short transactions around the signature, none during it. What is random or depends on the clock
(identifier, status place, time, salt) is fixed in the first, so that signing again after a crash gives the same bytes.
The protocol of wallets is in `oid4vci`; whether somebody may award is decided in `awards`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import groupby
from urllib.parse import quote

import sqlalchemy as sa

from issuer_agent import offers, outbox, store_issuing, store_offers
from issuer_agent.credentials import timestamp
from issuer_agent.institution_keys import TokenVault, signing_identity
from issuer_agent.list_publishing import ListPublisher
from issuer_agent.outbox_records import Claim
from issuer_agent.receipts import receipts_of
from issuer_agent.registry_client import RegistryClient
from issuer_agent.reservations import (
    PUBLISH,
    Addresses,
    IssuingRefused,
    Reserved,
    check_award,
    reserve,
    subject_of,
    subjects_of,
)
from issuer_agent.signer import Signer
from issuer_agent.store_facts import read_facts
from issuer_agent.store_issuing import CredentialRecord
from service_kit.database import begin
from service_kit.problems import ServiceError
from vc_core.errors import EdubadgesError
from vc_core.json_text import JsonObject, dump_json

SIGN = "sign_credential"


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer as it is handed to the learner; shown once."""

    credential_offer_uri: str
    offer_url: str = field(repr=False)
    """`openid-credential-offer://…`, for any wallet on the device."""
    wallet_url: str = field(repr=False)
    """Our own wallet, as a web address; also for the QR code."""
    credential_offer: JsonObject = field(repr=False)
    """The offer itself, for who wants to pass it by value."""
    tx_code: str | None = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class IssuingState:
    """How far the credential of an award is."""

    state: str
    """`not_issued`, `waiting`, `issued` or `revoked`."""
    credential_id: str | None = None
    issued_at: datetime | None = None
    wallet_event: str | None = None
    problem: str | None = None
    """While waiting: the code of what it waits for."""


@dataclass(frozen=True, slots=True)
class Issuance:
    """The use cases, with what they need."""

    engine: sa.Engine
    signer: Signer
    vault: TokenVault
    registry: RegistryClient
    addresses: Addresses
    key: bytes = field(repr=False)
    """The server's secret, for what is derived or recognised without being stored."""
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    # offering

    def credential_issuer(self, institution: str) -> str:
        """Return the Credential Issuer Identifier of an institution (OpenID4VCI 12.2.1)."""
        return f"{self.addresses.issuer_url}/oid4vci/{institution}"

    def offer_award(self, award_id: str, *, with_tx_code: bool = False, life: timedelta | None = None) -> Offer:
        """Offer an award to a wallet; an offer of it that was still open is withdrawn.

        Without a transaction code the offer lives ten minutes, for a screen; with one thirty days, for a message.

        Raises:
            NotFound: no such award.
            IssuingRefused: already issued, revoked, or delivered as a file.
        """
        now = self.clock()
        with begin(self.engine) as connection:
            facts = read_facts(connection, [award_id])[0]
            record = store_issuing.find_credential(connection, award_id)
            check_award(facts)
            if facts.award.delivery == "file":
                raise IssuingRefused("This award is delivered as a file.", code="delivered-as-file")
            if record is not None and record.signed_at is not None:
                raise IssuingRefused("A wallet has already fetched this badge.", code="already-issued")
            new = offers.make_offer(
                connection,
                award_id=award_id,
                institution=facts.institution.slug,
                key=self.key,
                with_tx_code=with_tx_code,
                life=life or (offers.MAILED if with_tx_code else offers.ON_SCREEN),
                now=now,
            )
        issuer = self.credential_issuer(facts.institution.slug)
        uri = f"{issuer}/offers/{new.offer_id}"
        query = _offer_query(uri)
        document = build_offer(
            issuer, facts.version.id, code=new.pre_authorized_code, with_tx_code=new.tx_code is not None
        )
        return Offer(
            uri,
            f"openid-credential-offer://?{query}",
            self.claim_link(facts.institution.slug, new.offer_id),
            document,
            new.tx_code,
            new.expires_at,
        )

    def claim_link(self, institution: str, offer_id: str) -> str:
        """Return the web address by which our wallet opens an offer; also for the QR code."""
        uri = f"{self.credential_issuer(institution)}/offers/{offer_id}"
        return f"{self.addresses.wallet_url}/#/offer?{_offer_query(uri)}"

    def read_offer(self, institution: str, offer_id: str) -> JsonObject:
        """Return an offer that can still be accepted, for the wallet that asks for it by reference.

        Raises:
            NotFound: no such offer, or (OfferGone) it is used, expired, withdrawn or blocked.
        """
        with begin(self.engine) as connection:
            record = offers.open_offer(connection, offer_id, institution=institution, now=self.clock())
            facts = read_facts(connection, [record.award_id])[0]
        return build_offer(
            self.credential_issuer(institution),
            facts.version.id,
            code=offers.code_of(offer_id, self.key),
            with_tx_code=record.tx_code_hash is not None,
        )

    # issuing

    def issue(self, award_id: str, *, holder_did: str) -> JsonObject:
        """Return the signed credential of an award; see `issue_with_receipt`, which also has its receipt."""
        return self.issue_with_receipt(award_id, holder_did=holder_did)[0]

    def issue_with_receipt(self, award_id: str, *, holder_did: str) -> tuple[JsonObject, JsonObject | None]:
        """Return the signed credential of an award, bound to the holder's key; asked again, the same bytes.

        Beside it lies its receipt; None when the registry keeps no log, or is away.

        Raises:
            NotFound: no such award.
            IssuingRefused: revoked, or issued to another key.
            AgentUnavailable: nothing was used up; ask again later.
        """
        with begin(self.engine) as connection:
            [reserved] = reserve(
                connection, [award_id], holder_did=holder_did, addresses=self.addresses, now=self.clock()
            )
        [(signed, receipt)] = self._sign([reserved])
        record = reserved.record
        with begin(self.engine) as connection:
            delivered = store_issuing.record_signature(
                connection, record, sha256=_digest(signed), signed_at=self.clock()
            )
        if not delivered:
            raise IssuingRefused("This badge was fetched by another wallet, or revoked.", code="already-issued")
        for subject in reserved.opens_lists:
            self._attempt(PUBLISH, subject)
        return signed, receipt

    def issue_file(self, award_id: str) -> JsonObject:
        """Return the signed credential of an award without a holder's key; signed once, then kept.

        Raises:
            NotFound: no such award.
            IssuingRefused: revoked, or issued to a wallet.
            AgentUnavailable: it waits in the outbox and is signed when the agent is back.
        """
        return self.issue_files([award_id])[0]

    def issue_files(self, award_ids: Sequence[str]) -> list[JsonObject]:
        """Return the signed credentials of many awards, in their order: one call of the agent per institution.

        Raises:
            NotFound, IssuingRefused: one of them cannot be issued; then none is.
            AgentUnavailable: they wait in the outbox and are signed when the agent is back.
        """
        now = self.clock()
        with begin(self.engine) as connection:
            everything = reserve(connection, award_ids, holder_did=None, addresses=self.addresses, now=now)
            unsigned = [item for item in everything if item.record.signed_at is None]
            subjects = [item.record.award_id for item in unsigned]
            claims = []
            if subjects:
                store_issuing.enqueue(connection, SIGN, subjects, now=now)
                claims = store_issuing.claim_outbox(
                    connection, now=now, until=now + outbox.LEASE, limit=len(subjects), only=(SIGN, subjects)
                )
        try:
            documents = [document for document, _ in self._sign(unsigned)]
        except EdubadgesError as error:
            outbox.postpone(self.engine, claims, error, now=now)
            raise
        signed = dict(zip(subjects, documents, strict=True))
        if unsigned:
            self._keep(unsigned, documents, claims)
        return [signed.get(item.record.award_id) or _kept(item.record) for item in everything]

    def wait_for_file(self, connection: sa.Connection, award_id: str) -> None:
        """Ask, in the caller's transaction, for the file of an award to be signed as soon as that is possible."""
        store_issuing.enqueue(connection, SIGN, [award_id], now=self.clock())

    def state_of(self, award_id: str) -> IssuingState:
        """Return how far the credential of an award is."""
        return self.states_of([award_id])[award_id]

    def states_of(self, award_ids: Sequence[str]) -> dict[str, IssuingState]:
        """Return how far the credentials of these awards are, by award."""
        with begin(self.engine) as connection:
            records = store_issuing.find_credentials(connection, award_ids)
            waiting = store_issuing.find_waiting(connection, SIGN, award_ids)
        return {award_id: _state(records.get(award_id), waiting.get(award_id)) for award_id in award_ids}

    # revoking

    def revoke(self, award_id: str) -> bool:
        """Revoke the credential of an award; say whether the registry already serves the new list.

        When agent or registry is away the revocation is kept, and published as soon as that is possible.
        """
        with begin(self.engine) as connection:
            self.record_revocation(connection, award_id)
        return self.publish_lists_of(award_id)

    def publish_lists_of(self, award_id: str) -> bool:
        """Publish what waits of the status lists of an award; say whether the registry serves them as they are now."""
        with begin(self.engine) as connection:
            record = store_issuing.find_credential(connection, award_id)
        if record is None:
            return True
        for subject in subjects_of(record):
            self._attempt(PUBLISH, subject)
        numbers = [int(subject.partition("/")[2]) for subject in subjects_of(record)]
        with begin(self.engine) as connection:
            found = [store_issuing.find_status_list(connection, record.institution, number) for number in numbers]
        return all(item is not None and item.published_version >= item.version for item in found)

    def publish_now(self, subjects: Sequence[str]) -> None:
        """Publish these status lists, as the outbox names them; what fails waits there."""
        for subject in subjects:
            self._attempt(PUBLISH, subject)

    def record_revocation(self, connection: sa.Connection, award_id: str) -> None:
        """Record the revocation in the caller's transaction: no offer, token or waiting signature survives it.

        Call `revoke` after the commit to publish it at once; the outbox publishes it anyway.
        """
        now = self.clock()
        store_offers.withdraw_offers(connection, award_id, at=now)
        store_offers.drop_tokens(connection, award_id)
        store_issuing.drop_waiting(connection, SIGN, award_id)
        record = store_issuing.revoke_credential(connection, award_id, at=now)
        if record is not None:
            store_issuing.enqueue(connection, PUBLISH, [subject_of(record)], now=now)

    # work that waits

    def works(self) -> Mapping[str, outbox.Work]:
        """Return what the outbox can be asked to do."""
        return {SIGN: self.issue_files, PUBLISH: self._publish_lists}

    def run_due(self) -> int:
        """Do waiting work that is due, and return how much was done."""
        return outbox.run_due(self.engine, self.works(), now=self.clock())

    def _attempt(self, kind: str, subject: str) -> int:
        now = self.clock()
        with begin(self.engine) as connection:
            claims = store_issuing.claim_outbox(
                connection, now=now, until=now + outbox.LEASE, limit=1, only=(kind, [subject])
            )
        return outbox.run_claimed(self.engine, self.works()[kind], claims, now=now)

    def _publish_lists(self, subjects: Sequence[str]) -> None:
        lists = ListPublisher(self.engine, self.signer, self.vault, self.registry)
        for subject in subjects:
            institution, _, number = subject.partition("/")
            lists.publish(institution, int(number), now=self.clock())

    # the signature, and the transaction after it

    def _sign(self, reserved: Sequence[Reserved]) -> list[tuple[JsonObject, JsonObject | None]]:
        """Return the signed documents in order, each with its receipt; one call per institution and time."""
        signed: dict[str, tuple[JsonObject, JsonObject | None]] = {}
        for _, items in groupby(sorted(reserved, key=_signing_group), key=_signing_group):
            group = list(items)
            secured = self.signer.secure(
                [_kept(item.record) for item in group],
                identity=signing_identity(group[0].institution, self.vault),
                created=timestamp(group[0].record.created_at),
            )
            pairs = zip(secured, receipts_of(secured, self.registry), strict=True)
            signed |= {item.record.award_id: pair for item, pair in zip(group, pairs, strict=True)}
        return [signed[item.record.award_id] for item in reserved]

    def _keep(self, reserved: Sequence[Reserved], documents: Sequence[JsonObject], claims: Sequence[Claim]) -> None:
        now = self.clock()
        with begin(self.engine) as connection:
            signed = [
                (item.record, _digest(document), document) for item, document in zip(reserved, documents, strict=True)
            ]
            store_issuing.record_files(connection, signed, signed_at=now)
            store_issuing.finish_outbox(connection, claims, now=now)
        for subject in {subject for item in reserved for subject in item.opens_lists}:
            self._attempt(PUBLISH, subject)


def _offer_query(uri: str) -> str:
    return "credential_offer_uri=" + quote(uri, safe="")


def _state(record: CredentialRecord | None, problem: str | None) -> IssuingState:
    """Return the state of one credential; `problem` is what its signature waits for, None when nothing waits."""
    if record is not None and record.revoked_at is not None:
        state = "revoked"
    elif record is not None and record.signed_at is not None:
        state = "issued"
    else:
        state = "not_issued" if problem is None else "waiting"
    if record is None:
        return IssuingState(state, problem=problem or None)
    return IssuingState(state, record.credential_id, record.signed_at, record.wallet_event, problem or None)


def build_offer(issuer: str, configuration_id: str, *, code: str, with_tx_code: bool) -> JsonObject:
    """Return a credential offer (OpenID4VCI 4.1.1)."""
    grant: JsonObject = {"pre-authorized_code": code}
    if with_tx_code:
        text = "De code van zes cijfers die je apart kreeg · The six-digit code you received separately"
        grant["tx_code"] = {"input_mode": "numeric", "length": offers.TX_CODE_LENGTH, "description": text}
    return {
        "credential_issuer": issuer,
        "credential_configuration_ids": [configuration_id],
        "grants": {"urn:ietf:params:oauth:grant-type:pre-authorized_code": grant},
    }


def _signing_group(item: Reserved) -> tuple[str, datetime]:
    return item.record.institution, item.record.created_at


def _kept(record: CredentialRecord) -> JsonObject:
    if record.document is None:
        raise ServiceError(f"The document of credential {record.credential_id} is gone.")
    return record.document


def _digest(document: JsonObject) -> str:
    return hashlib.sha256(dump_json(document)).hexdigest()
