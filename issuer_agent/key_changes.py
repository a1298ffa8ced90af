"""Replace an institution's keys, in order or at once because others have them. Every step is kept before the next.

In order: make new keys, publish them beside the old, wait until everybody's copy of the document knows them, sign with
them, and retire the old. A badge stays valid because the registry's history knows which key was in force when. At once:
the old keys are marked in the document from the moment others may have had them, and the new ones sign from now on.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, Protocol

import sqlalchemy as sa

from issuer_agent import store, store_issuing, store_keys
from issuer_agent.audit_trail import Actor, note
from issuer_agent.institution_keys import (
    NotProvisioned,
    TokenVault,
    did_document,
    publish_document,
    signing_identity,
)
from issuer_agent.issuance import Issuance
from issuer_agent.records import Institution, KeyChange
from issuer_agent.registry_client import RegistryClient, RegistryRefused
from issuer_agent.reservations import PUBLISH
from issuer_agent.signer import Signer, SigningIdentity
from service_kit.database import alone, begin
from service_kit.problems import InvalidValues, NotFound, RuleRefused
from vc_core.json_text import JsonObject

MAX_TOUCHED = 200
_ROUNDING = timedelta(seconds=2)
"""Moments in documents and histories are whole seconds: the first badge of a key must not seem older than the key."""


class KeyMaker(Protocol):
    """Makes keys that stay where they are made."""

    def create_key(self, tenant_token: str, *, did: str, kind: str) -> tuple[str, str]:
        """Return the key's name `did#multikey`, and the multikey."""
        ...


@dataclass(frozen=True, slots=True)
class Touched:
    """What a compromise touches."""

    change: KeyChange
    before: int
    """Badges signed before the moment: they stay valid, beyond doubt with a receipt of the registry's log."""
    after: Sequence[str]
    """The awards whose badges were signed after it, newest first: nobody can tell them from a thief's."""
    after_count: int


@dataclass(frozen=True, slots=True)
class KeyChanges:
    """The use cases."""

    engine: sa.Engine
    agent: KeyMaker
    signer: Signer
    registry: RegistryClient
    vault: TokenVault
    issuance: Issuance
    wait: timedelta
    """How long others may keep a copy of the document."""

    def of(self, slug: str) -> list[KeyChange]:
        """Return the changes of an institution, oldest first."""
        with begin(self.engine) as connection:
            return store_keys.key_changes_of(connection, slug)

    def rotate(self, slug: str, *, actor: Actor, now: datetime) -> KeyChange:
        """Begin to replace the keys, as far as the wait.

        Raises:
            NotFound, NotProvisioned: the institution is not there, or has no keys yet.
            RuleRefused: a change is under way.
            Unavailable: agent or registry is away; `go_on` goes on where it was.
        """
        with alone(self.engine, f"keys/{slug}"):
            self._begin(slug, "rotation", None, actor, now)
        return self.go_on(slug, actor=actor, now=now)

    def report_compromise(self, slug: str, *, since: datetime, actor: Actor, now: datetime) -> KeyChange:
        """Distrust the keys from a moment on, and let new ones take over at once; a rotation under way gives way.

        Args:
            slug: the institution.
            since: the first moment at which others may have had the keys; it may lie in the past.
            actor: who says so.
            now: the present moment.

        Raises:
            InvalidValues: the moment lies in the future.
            NotFound, NotProvisioned: the institution is not there, or has no keys yet.
            Unavailable: agent or registry is away; `go_on` goes on where it was.
        """
        if since > now:
            errors = [{"pointer": "/since", "detail": "This moment has not come yet."}]
            raise InvalidValues("Say from when on the keys are not to be trusted.", errors=errors)
        with alone(self.engine, f"keys/{slug}"):
            under_way = self._under_way(slug)
            if under_way is not None and under_way.kind == "compromise":
                raise _busy()
            if under_way is not None and under_way.switched_at is None:
                changed = replace(under_way, kind="compromise", distrusted_since=since)
                changed = replace(changed, state="made" if changed.new_p256 is not None else "begun")
                self._save(changed, actor, "keys_compromised", now)
            else:
                if under_way is not None:
                    self._save(replace(under_way, state="done", finished_at=now), actor, "keys_retired", now)
                self._begin(slug, "compromise", since, actor, now)
        return self.go_on(slug, actor=actor, now=now)

    def go_on(self, slug: str, *, actor: Actor, now: datetime) -> KeyChange:
        """Take every step that can be taken now, and return how far the change is.

        Raises:
            NotFound: no change is under way.
            RuleRefused: nothing can be done before the wait is over, or before the registry has the status lists.
            Unavailable: agent or registry is away; call again.
        """
        with alone(self.engine, f"keys/{slug}"):
            change = self._under_way(slug)
            if change is None:
                raise NotFound("No change of keys is under way.")
            if change.state == "begun":
                change = self._make(change, actor, now)
            if change.state == "made":
                change = self._publish(change, actor, now)
                if change.kind == "rotation":
                    return change
            if change.state == "published":
                self._require_waited(change, change.published_at, now)
                change = self._switch(change, actor, now)
                if change.kind == "rotation":
                    return change
            return self._finish(change, actor, now)

    def ready_at(self, change: KeyChange) -> datetime | None:
        """Return when the next step of a rotation can be taken; None when it can be now."""
        last = {"published": change.published_at, "switched": change.switched_at}.get(change.state)
        return None if last is None or change.kind == "compromise" else last + self.wait

    def touched(self, slug: str) -> list[Touched]:
        """Return what each compromise touches, newest first."""
        found = []
        with begin(self.engine) as connection:
            changes = store_keys.key_changes_of(connection, slug)
            starts = [None, *(change.switched_at for change in changes)]
            for change, began in zip(changes, starts, strict=False):
                if change.distrusted_since is None:
                    continue
                ended = change.switched_at or change.started_at
                since = max(change.distrusted_since, began or change.distrusted_since)
                after = store_keys.awards_signed(connection, slug, since, ended, limit=MAX_TOUCHED)
                count = store_keys.count_signed(connection, slug, since, ended)
                before = store_keys.count_signed(connection, slug, began, min(since, ended))
                found.append(Touched(change, before, after, count))
        return found[::-1]

    # the steps

    def _begin(
        self,
        slug: str,
        kind: Literal["rotation", "compromise"],
        since: datetime | None,
        actor: Actor,
        now: datetime,
    ) -> None:
        institution = self._institution(slug)
        first, second = institution.ed25519_key_id, institution.p256_key_id
        if not institution.ready or first is None or second is None:
            raise NotProvisioned("The institution has no keys yet. Finish setting it up and try again.")
        change = KeyChange(str(uuid.uuid4()), slug, kind, "begun", first, second, now, actor.id, distrusted_since=since)
        with begin(self.engine) as connection:
            if not store_keys.add_key_change(connection, change):
                raise _busy()
            note(connection, actor, f"keys_{kind}_begun", slug, now=now)

    def _make(self, change: KeyChange, actor: Actor, now: datetime) -> KeyChange:
        """Make both keys; the second is kept apart, so that a run that broke off makes no third."""
        institution = self._institution(change.institution)
        token, did = self._token(institution), str(institution.did)
        if change.new_ed25519 is None:
            key_id, _ = self.agent.create_key(token, did=did, kind="ed25519")
            change = self._save(replace(change, new_ed25519=key_id), actor, "key_made", now)
        key_id, _ = self.agent.create_key(token, did=did, kind="p256")
        return self._save(replace(change, new_p256=key_id, state="made"), actor, "key_made", now)

    def _publish(self, change: KeyChange, actor: Actor, now: datetime) -> KeyChange:
        institution = self._institution(change.institution)
        old, new = self._identity(institution), self._identity(self._with_new(institution, change))
        if change.kind == "rotation":
            document = did_document(
                institution, also=(new.ed25519_key_id, new.p256_key_id), distrusted=self._distrusted(change.institution)
            )
            self._send(change.institution, document, old, now)
        else:
            document = did_document(
                self._with_new(institution, change), distrusted=self._distrusted(change.institution)
            )
            try:
                self._send(change.institution, document, old, now)
            except RegistryRefused:
                # A run before this one published it and then broke off: now the new key is the one in force.
                self._send(change.institution, document, new, now)
        return self._save(replace(change, state="published", published_at=now), actor, "keys_published", now)

    def _switch(self, change: KeyChange, actor: Actor, now: datetime) -> KeyChange:
        """Let the new keys sign, and have every status list signed again with them."""
        institution = replace(
            self._with_new(self._institution(change.institution), change), signing_since=now + _ROUNDING
        )
        changed = replace(change, state="switched", switched_at=now)
        with begin(self.engine) as connection:
            store.save_institution(connection, institution)
            store_keys.save_key_change(connection, changed)
            subjects = store_keys.renew_status_lists(connection, change.institution)
            store_issuing.enqueue(connection, PUBLISH, subjects, now=now)
            note(connection, actor, "keys_switched", change.institution, now=now)
        self.issuance.publish_now(subjects)
        return changed

    def _finish(self, change: KeyChange, actor: Actor, now: datetime) -> KeyChange:
        """Retire the old keys once no status list in the registry needs them any more."""
        with begin(self.engine) as connection:
            waiting = store_keys.unpublished_status_lists(connection, change.institution)
        if waiting:
            raise RuleRefused(
                "The registry does not have all status lists with the new signature yet. Try again in a few minutes.",
                code="status-lists-wait",
            )
        if change.kind == "rotation":
            self._require_waited(change, change.switched_at, now)
            institution = self._institution(change.institution)
            document = did_document(institution, distrusted=self._distrusted(change.institution))
            self._send(change.institution, document, self._identity(institution), now)
        return self._save(replace(change, state="done", finished_at=now), actor, "keys_retired", now)

    def _require_waited(self, change: KeyChange, since: datetime | None, now: datetime) -> None:
        if change.kind == "rotation" and since is not None and now < since + self.wait:
            raise RuleRefused(
                "Others may still have an older copy of the identity document. Wait until the time that is shown.",
                code="copies-still-used",
            )

    # what they need

    def _send(self, slug: str, document: JsonObject, identity: SigningIdentity, now: datetime) -> None:
        publish_document(slug, document, identity, signer=self.signer, registry=self.registry, now=now)

    def _under_way(self, slug: str) -> KeyChange | None:
        return next((change for change in self.of(slug) if change.finished_at is None), None)

    def _distrusted(self, slug: str) -> dict[str, datetime]:
        found = [change for change in self.of(slug) if change.distrusted_since is not None]
        return {
            name: change.distrusted_since
            for change in found
            for name in (change.old_ed25519, change.old_p256)
            if change.distrusted_since is not None
        }

    def _institution(self, slug: str) -> Institution:
        with begin(self.engine) as connection:
            found = store.find_institution(connection, slug)
        if found is None:
            raise NotFound("This institution is not known here.")
        return found

    def _with_new(self, institution: Institution, change: KeyChange) -> Institution:
        return replace(institution, ed25519_key_id=change.new_ed25519, p256_key_id=change.new_p256)

    def _identity(self, institution: Institution) -> SigningIdentity:
        return signing_identity(institution, self.vault)

    def _token(self, institution: Institution) -> str:
        return self._identity(institution).tenant_token

    def _save(self, change: KeyChange, actor: Actor, act: str, now: datetime) -> KeyChange:
        with begin(self.engine) as connection:
            store_keys.save_key_change(connection, change)
            note(connection, actor, act, change.institution, now=now)
        return change


def _busy() -> RuleRefused:
    return RuleRefused("A change of keys is under way. Finish it first.", code="key-change-under-way")
