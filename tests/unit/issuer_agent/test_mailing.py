"""Mail through a real SMTP server on this machine: what is sent, when, to whom, and what is not."""

from __future__ import annotations

import re
import socket
import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from issuer_agent import store
from issuer_agent.audit_trail import Actor
from issuer_agent.award_rules import Grounds, Recipient
from issuer_agent.awards import Awards
from issuer_agent.batch_work import BatchWork
from issuer_agent.mailing import Mailing
from issuer_agent.records import Award, BadgeClass, BadgeClassVersion, Text
from issuer_agent.service import now
from issuer_agent.tables_issuing import outbox
from service_kit.database import begin
from service_kit.mail import Mail, MailRefused, MailServer, MailUnavailable
from tests.support.portal import Portal, serving_portal
from tests.unit.issuer_agent.test_badge_class_rules import MICRO

DAAN = Actor("person:daan")


@dataclass
class Letterbox:
    """Keeps what arrives; can refuse it for good, or for now."""

    port: int = 0
    refuse: str = ""
    messages: list[EmailMessage] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.refuse:
            return self.refuse
        message = message_from_bytes(bytes(envelope.content or b""), policy=policy.default)
        with self.lock:
            self.messages.append(message)  # type: ignore[arg-type]
        return "250 OK"

    def to(self, address: str) -> list[EmailMessage]:
        return [message for message in self.messages if message["To"] == address]


@pytest.fixture(scope="module")
def letterbox() -> Iterator[Letterbox]:
    box = Letterbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        box.port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    yield box
    controller.stop()


@pytest.fixture(scope="module")
def portal(postgres_server: str, letterbox: Letterbox) -> Iterator[Portal]:
    url = sa.make_url(postgres_server)
    admin = sa.create_engine(url.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text("create database portal_mail"))
    admin.dispose()
    database = url.set(database="portal_mail").render_as_string(hide_password=False)
    settings = {"smtp_url": f"smtp://127.0.0.1:{letterbox.port}", "mail_from": "badges@edubadges.example"}
    with serving_portal(database, **settings) as running:
        yield running


@pytest.fixture(autouse=True)
def _empty(portal: Portal, letterbox: Letterbox) -> None:
    letterbox.refuse = ""
    letterbox.messages.clear()
    with begin(portal.issuer.engine) as connection:
        connection.execute(outbox.delete().where(outbox.c.kind == "mail"))


def mailing(portal: Portal, at: datetime | None = None) -> Mailing:
    assert portal.issuer.mailing is not None
    moment = at or now()
    return replace(portal.issuer.mailing, clock=lambda: moment)


def send_all(portal: Portal, at: datetime | None = None) -> int:
    job, sent = mailing(portal, at), 0
    while done := job.round():
        sent += done
    return sent


def badge_class(portal: Portal, **changes: Any) -> tuple[BadgeClass, BadgeClassVersion]:
    zzu = portal.issuer.institutions.get("zzu")
    version = portal.issuer.achievements.create_active(zzu, replace(MICRO, **changes), actor=DAAN, now=now())
    return portal.issuer.achievements.get(version.badge_class_id), version


def award(portal: Portal, **changes: Any) -> Award:
    address = f"{uuid.uuid4().hex[:8]}@student.example"
    made = badge_class(portal, **changes)
    recipient = Recipient(address, "Ada Peters")
    return portal.issuer.awards.award(*made, recipient, Grounds(), actor=DAAN, now=now())[0]


def link_in(message: EmailMessage) -> str:
    found = re.search(r"http\S+credential_offer_uri=\S+", message.get_content())
    assert found
    return found.group(0)


def test_an_award_is_mailed_with_a_link_that_works(portal: Portal, letterbox: Letterbox) -> None:
    made = award(portal)
    assert send_all(portal) == 1

    [message] = letterbox.to(made.recipient_email)
    assert message["From"].addresses[0].addr_spec == "badges@edubadges.example"
    assert message["From"].addresses[0].display_name == portal.issuer.institutions.get("zzu").name_nl
    assert message["Auto-Submitted"] == "auto-generated"
    assert MICRO.title.nl in message["Subject"]
    text = message.get_content()
    assert "Dag Ada Peters" in text
    assert "Hello Ada Peters" in text
    offer_id = link_in(message).rpartition("%2F")[2]
    offer = portal.issuer.issuance.read_offer("zzu", offer_id)
    assert offer["credential_configuration_ids"] == [f"{made.badge_class_id}-v1"]
    with begin(portal.issuer.engine) as connection:
        waiting = connection.execute(sa.select(outbox.c.subject, outbox.c.due_at)).all()
    assert offer_id not in str(waiting)
    assert sorted(due.date() - made.awarded_at.date() for _, due in waiting) == [timedelta(20), timedelta(40)]


def test_who_has_not_collected_is_reminded_and_who_has_is_not(portal: Portal, letterbox: Letterbox) -> None:
    waits, collected, revoked = award(portal), award(portal), award(portal)
    send_all(portal)
    link = link_in(letterbox.to(waits.recipient_email)[0])
    holder = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"
    portal.issuer.issuance.issue(collected.id, holder_did=holder)
    also = portal.issuer.issuance.record_revocation
    portal.issuer.awards.revoke(revoked.id, reason="A mistake", actor=DAAN, now=now(), also=also)
    letterbox.messages.clear()

    send_all(portal, now() + timedelta(days=20, minutes=1))
    assert [message["To"] for message in letterbox.messages if "Herinnering" in message["Subject"]] == [
        waits.recipient_email
    ]
    [reminder] = letterbox.to(waits.recipient_email)
    assert link_in(reminder) == link
    [told] = letterbox.to(revoked.recipient_email)
    assert "A mistake" in told.get_content()
    letterbox.messages.clear()
    send_all(portal, now() + timedelta(days=40, minutes=1))
    assert [message["To"] for message in letterbox.messages] == [waits.recipient_email]
    send_all(portal, now() + timedelta(days=400))
    assert len(letterbox.messages) == 1


def test_everybody_on_a_list_gets_their_own_link(portal: Portal, letterbox: Letterbox) -> None:
    made = badge_class(portal)
    rows = "".join(f"{name}@list.example,{name}\n" for name in ("ann", "bob", "cy"))
    batch = portal.issuer.batches.check(*made, f"email,name\n{rows}".encode(), name="x", actor=DAAN, now=now())
    portal.issuer.batches.start(batch.id, with_tx_code=True, actor=DAAN, now=now())
    job = BatchWork(portal.issuer.engine, portal.issuer.batches, portal.issuer.awards.announce)
    while job.round():
        pass
    send_all(portal)

    [told] = letterbox.to("daan@zzu.example")
    assert "3 badges uitgereikt, 0 rijen overgeslagen" in told.get_content()
    assert f"/staff/batches/{batch.id}/show" in told.get_content()
    claims = {
        claim.award.recipient_email: claim
        for claim in portal.issuer.batches.claims(portal.issuer.batches.get(batch.id))
    }
    assert len(claims) == 3
    for address, claim in claims.items():
        [message] = letterbox.to(address)
        assert link_in(message).endswith(claim.offer_id)
        assert "zes cijfers" in message.get_content()
        assert str(claim.tx_code) not in message.get_content()


def test_a_denied_student_hears_why(portal: Portal, letterbox: Letterbox) -> None:
    made = badge_class(portal)
    noor = portal.issuer.people.person("noor")
    asked = portal.issuer.requests.ask(*made, noor, now=now())
    portal.issuer.requests.deny(asked.id, reason="Hand in your report first", actor=DAAN, now=now())
    send_all(portal)

    [message] = letterbox.to(noor.email)
    assert "Hand in your report first" in message.get_content()


def test_an_invitation_is_mailed_unless_it_was_withdrawn(portal: Portal, letterbox: Letterbox) -> None:
    organisation = portal.issuer.organisation
    invite = {"role": "editor", "until": None, "actor": DAAN}
    kept = organisation.invite("zzu", email="kept@staff.example", now=now(), **invite)  # type: ignore[arg-type]
    gone = organisation.invite("zzu", email="gone@staff.example", now=now(), **invite)  # type: ignore[arg-type]
    organisation.withdraw("zzu", gone.id, actor=DAAN, now=now())
    send_all(portal)

    [message] = letterbox.messages
    assert f"/invitations/{organisation.token_of(kept.id)}" in message.get_content()
    assert "redacteur" in message.get_content()


def test_a_server_that_is_busy_is_asked_again_and_nothing_is_sent_twice(portal: Portal, letterbox: Letterbox) -> None:
    first, second = award(portal), award(portal)
    letterbox.refuse = "451 later"
    assert send_all(portal) == 0
    assert not letterbox.messages
    letterbox.refuse = ""
    send_all(portal, now() + timedelta(minutes=2))

    assert sorted(message["To"] for message in letterbox.messages) == sorted(
        [first.recipient_email, second.recipient_email]
    )


def test_an_address_that_is_refused_for_good_is_noted_and_left(portal: Portal, letterbox: Letterbox) -> None:
    made = award(portal)
    letterbox.refuse = "550 no such user"
    assert send_all(portal) == 1
    letterbox.refuse = ""
    send_all(portal, now() + timedelta(hours=1))

    assert not letterbox.messages
    with begin(portal.issuer.engine) as connection:
        acts = [entry for entry in store.list_audit(connection) if entry.act == "mail_refused"]
    assert acts[-1].target == f"award/{made.id}"
    assert made.recipient_email not in str(acts[-1])


def test_an_offer_that_staff_made_by_hand_is_left_alone(portal: Portal, letterbox: Letterbox) -> None:
    made = award(portal)
    by_hand = portal.issuer.issuance.offer_award(made.id, with_tx_code=True)
    send_all(portal)

    assert not letterbox.to(made.recipient_email)
    offer_id = by_hand.credential_offer_uri.rpartition("/")[2]
    assert portal.issuer.issuance.read_offer("zzu", offer_id)


def test_no_title_makes_a_header_of_its_own(portal: Portal, letterbox: Letterbox) -> None:
    made = award(portal, title=Text("Badge\r\nBcc: evil@x.example", "Badge\nX: y"))
    send_all(portal)

    [message] = letterbox.to(made.recipient_email)
    assert message["Bcc"] is None
    assert message["X"] is None


def test_without_a_server_nothing_waits(portal: Portal) -> None:
    Awards(portal.issuer.engine).award(
        *badge_class(portal), Recipient("quiet@x.example", "Q"), Grounds(), actor=DAAN, now=now()
    )
    with begin(portal.issuer.engine) as connection:
        assert not connection.execute(sa.select(outbox).where(outbox.c.kind == "mail")).all()


def test_administrators_see_every_mail_as_it_is(portal: Portal) -> None:
    page = portal.browser("iris").get("/staff/zzu/mails")

    assert page.status_code == 200
    assert page.text.count("Hello") == 6
    assert portal.browser("daan").get("/staff/zzu/mails").status_code == 403


@pytest.mark.parametrize("url", ["http://x", "smtp:", "", "localhost:25", "smtp://"])
def test_what_is_no_mail_server_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="mail server"):
        MailServer(url, sender="a@b.example")


def test_a_mail_server_that_is_away_is_said_so() -> None:
    with pytest.raises(MailUnavailable):
        MailServer("smtp://127.0.0.1:9", sender="a@b.example").send(Mail("x@y.example", "s", "t"))


def test_a_mail_server_elsewhere_must_speak_tls(letterbox: Letterbox) -> None:
    """The server of this test offers no STARTTLS; only by its loopback name it may be used without."""
    plain = MailServer(f"smtp://127.0.0.1:{letterbox.port}", sender="a@b.example")
    plain.send(Mail("x@y.example", "s", "t"))
    by_another_name = MailServer(f"smtp://127.0.0.2:{letterbox.port}", sender="a@b.example")

    with pytest.raises((MailUnavailable, MailRefused)):
        by_another_name.send(Mail("x@y.example", "s", "t"))
