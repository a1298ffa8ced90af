"""Mail to students and staff, in Dutch and English: written down with what it tells of, sent by a worker, then gone.

A mail waits in the outbox as the name of its template and of what it is about; the text is made when it is sent, so no
link and no address is stored for it, and a mail that is no longer true is not sent.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import sqlalchemy as sa
from jinja2 import Environment, PackageLoader, StrictUndefined

from issuer_agent import offers, store, store_batches, store_issuing, store_offers, store_people
from issuer_agent.announcements import News
from issuer_agent.audit_trail import Actor, note
from issuer_agent.batches import Progress
from issuer_agent.issuance import Issuance
from issuer_agent.organisation import Organisation
from issuer_agent.outbox import LEASE, postpone
from issuer_agent.outbox_records import Claim
from issuer_agent.records import Award, BadgeClassVersion, Institution, Role
from issuer_agent.store_facts import read_facts
from issuer_agent.store_organisation import find_invitation
from service_kit.database import begin
from service_kit.mail import Mail, MailRefused, MailServer, MailUnavailable
from service_kit.pages import show_date
from service_kit.problems import NotFound

log = logging.getLogger(__name__)

MAIL = "mail"
REMIND_AFTER = (timedelta(days=20), timedelta(days=40))
LINK_LIFE = timedelta(days=82)
ROLE_NAMES: dict[Role, dict[str, str]] = {
    "administrator": {"nl": "beheerder", "en": "administrator"},
    "editor": {"nl": "redacteur", "en": "editor"},
    "awarder": {"nl": "docent", "en": "teacher"},
    "viewer": {"nl": "lezer", "en": "viewer"},
}
_AT_A_TIME = 20
# Plain text: nothing is escaped, because nothing interprets it.
_TEMPLATES = Environment(
    loader=PackageLoader("issuer_agent", "templates/mail"),
    autoescape=False,  # noqa: S701
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class Mailing:
    """Writes and sends what `announce` was told."""

    engine: sa.Engine
    server: MailServer
    issuance: Issuance
    organisation: Organisation
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def announce(self, connection: sa.Connection, news: News, subjects: Sequence[str], now: datetime) -> None:
        """Let these mails be sent when the caller's transaction is committed, and reminders later."""
        store_issuing.enqueue(connection, MAIL, [f"{news}/{subject}" for subject in subjects], now=now)
        if news == "award":
            for number, after in enumerate(REMIND_AFTER, start=1):
                reminders = [f"award_reminder/{subject}/{number}" for subject in subjects]
                store_issuing.enqueue(connection, MAIL, reminders, now=now, due_at=now + after)

    def round(self) -> int:
        """Send some mails that are due; return how many were dealt with.

        A mail that the server refuses for good is given up and noted in the audit chain; one that cannot go out now
        is tried again.
        """
        now = self.clock()
        with begin(self.engine) as connection:
            claims = store_issuing.claim_outbox(connection, now=now, until=now + LEASE, limit=_AT_A_TIME, kinds=[MAIL])
        for number, claim in enumerate(claims):
            try:
                self._send(claim, now)
            except MailUnavailable as error:
                postpone(self.engine, claims[number:], error, now=now)
                return number
        return len(claims)

    def compose(self, subject: str, *, now: datetime) -> Mail | None:
        """Return a mail as it is to be sent now; None when it is no longer true."""
        news, _, about = subject.partition("/")
        assert news in get_args(News.__value__), news
        with begin(self.engine) as connection:
            try:
                if news == "invitation":
                    return self._invitation(connection, about, now)
                if news == "request_denied":
                    return self._denied(connection, about)
                if news == "list_done":
                    return self._list_done(connection, about)
                return self._of_award(connection, news, about.partition("/")[0], now)
            except NotFound:
                return None

    def _send(self, claim: Claim, now: datetime) -> None:
        mail = self.compose(claim.subject, now=now)
        refused = None
        if mail is not None:
            try:
                self.server.send(mail)
            except MailRefused as error:
                refused = error
        with begin(self.engine) as connection:
            if refused is not None:
                log.warning("mail_refused", extra={"subject": claim.subject, "problem": refused.code})
                note(connection, Actor("job:mail"), "mail_refused", claim.subject, now=now, **refused.extensions)
            store_issuing.finish_outbox(connection, [claim], now=now)

    def _of_award(self, connection: sa.Connection, news: str, award_id: str, now: datetime) -> Mail | None:
        [facts] = read_facts(connection, [award_id])
        award, institution = facts.award, facts.institution
        about = about_badge(facts.version, institution, award.recipient_name)
        if news == "award_revoked":
            if award.revoked_at is None:
                return None
            return write("award_revoked", award.recipient_email, **about, reason=award.revocation_reason or "–")
        if award.revoked_at is not None or award.delivery != "wallet":
            return None
        record = store_issuing.find_credential(connection, award_id)
        if record is not None and record.signed_at is not None:
            return None
        offer = self._open_offer(connection, award, first=news == "award", now=now)
        if offer is None:
            return None
        opened = offers.claim_of(offer, self.issuance.key)
        assert opened is not None
        return write(
            news,
            award.recipient_email,
            **about,
            link=self.issuance.claim_link(award.institution, opened[0]),
            until=both_dates(offer.expires_at),
            code=opened[1] is not None,
            portal=self.issuance.addresses.issuer_url,
        )

    def _open_offer(
        self, connection: sa.Connection, award: Award, *, first: bool, now: datetime
    ) -> store_offers.OfferRecord | None:
        """Return the open offer whose link can be written in a mail; the first mail about an award makes one."""
        newest = store_offers.newest_offers(connection, [award.id]).get(award.id)
        if newest is not None:
            is_open = newest.used_at is None and newest.withdrawn_at is None and newest.expires_at > now
            # An offer that somebody made by hand meanwhile is theirs to give.
            return newest if is_open and offers.claim_of(newest, self.issuance.key) else None
        if not first:
            return None
        [made] = offers.claims_of(
            [award.id],
            institution=award.institution,
            key=self.issuance.key,
            with_tx_code=False,
            expires_at=now + LINK_LIFE,
            now=now,
        )
        store_offers.add_offer(connection, made)
        return made

    def _denied(self, connection: sa.Connection, request_id: str) -> Mail | None:
        request = store.find_request(connection, request_id)
        person = store_people.find_person(connection, request.person_id) if request is not None else None
        if request is None or person is None or request.state != "denied":
            return None
        version = store.find_version(connection, request.badge_class_id, request.version)
        assert version is not None
        institution = store.find_institution(connection, version.institution)
        assert institution is not None
        about = about_badge(version, institution, person.name)
        link = f"{self.issuance.addresses.issuer_url}/badges/{request.badge_class_id}"
        return write("request_denied", person.email, **about, reason=request.reason or "–", link=link)

    def _list_done(self, connection: sa.Connection, batch_id: str) -> Mail | None:
        """Tell the person who started a list; a program that did sees it in the API."""
        batch = store_batches.find_batch(connection, batch_id)
        kind, _, person_id = ((batch.started_by if batch else None) or "").partition(":")
        person = store_people.find_person(connection, person_id) if kind == "person" else None
        if batch is None or person is None or batch.state != "done":
            return None
        version = store.find_version(connection, batch.badge_class_id, batch.version)
        institution = store.find_institution(connection, batch.institution)
        assert version is not None
        assert institution is not None
        progress = Progress(store_batches.count_rows(connection, [batch_id])[batch_id], 0)
        return write(
            "list_done",
            person.email,
            **about_badge(version, institution, person.name),
            list=batch.name,
            awarded=progress.awarded,
            left_out=progress.left_out,
            link=f"{self.issuance.addresses.issuer_url}/staff/batches/{batch_id}/show",
        )

    def _invitation(self, connection: sa.Connection, invitation_id: str, now: datetime) -> Mail | None:
        found = find_invitation(connection, invitation_id)
        closed = found is None or found.accepted_at or found.withdrawn_at or found.expires_at <= now
        if found is None or closed:
            return None
        institution = store.find_institution(connection, found.institution)
        assert institution is not None
        link = f"{self.issuance.addresses.issuer_url}/invitations/{self.organisation.token_of(invitation_id)}"
        return write(
            "invitation",
            found.email,
            institution=names_of(institution),
            role=ROLE_NAMES[found.role],
            link=link,
            until=both_dates(found.expires_at),
        )


def about_badge(version: BadgeClassVersion, institution: Institution, name: str) -> dict[str, Any]:
    """Return what every mail about a badge names."""
    title = version.content.title
    return {
        "badge": {"nl": title.get("nl"), "en": title.get("en")},
        "institution": names_of(institution),
        "website": institution.website or "",
        "name": name,
    }


def names_of(institution: Institution) -> dict[str, str]:
    """Return the name of an institution in both languages."""
    return {"nl": institution.name_nl, "en": institution.name_en}


def both_dates(moment: datetime) -> dict[str, str]:
    """Return a date in both languages."""
    return {language: show_date(moment, language) for language in ("nl", "en")}


def write(template: str, to: str, **values: Any) -> Mail:
    """Return the mail of a template: its first line is the subject, the rest the text."""
    text = _TEMPLATES.get_template(f"{template}.txt").render(**values)
    subject, _, body = text.partition("\n")
    # A title may have line ends; a header may not (RFC 5322, 2.2).
    mail = Mail(to=to, subject=" ".join(subject.split())[:200], text=body.strip() + "\n")
    return replace(mail, sender_name=str(values["institution"]["nl"]))
