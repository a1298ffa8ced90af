"""Mail by SMTP (RFC 5321): one message at a time, over TLS except to this machine."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formataddr, formatdate, make_msgid
from urllib.parse import unquote, urlsplit

from service_kit.problems import ServiceError, Unavailable
from service_kit.settings import LOOPBACK_HOSTS


class MailUnavailable(Unavailable):
    """The mail server does not answer, or wants to be asked later."""

    title = "The mail server does not answer"
    code = "mail-unavailable"


class MailRefused(ServiceError):
    """The mail server does not take this message, now or later."""

    title = "The mail was refused"
    code = "mail-refused"


@dataclass(frozen=True, slots=True)
class Mail:
    """A message of plain text to one person."""

    to: str = field(repr=False)
    subject: str
    text: str = field(repr=False)
    sender_name: str = "edubadges"


class MailServer:
    """Where mail goes out."""

    def __init__(self, url: str, *, sender: str, timeout_s: float = 20.0) -> None:
        """Prepare; nothing is sent.

        Args:
            url: `smtp://user:password@host:587` (STARTTLS), or `smtps://…:465`. Without TLS only on this machine.
            sender: the address in From.
            timeout_s: how long the server may take for an answer, in seconds.

        Raises:
            ValueError: the address is none of these.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError("A mail server is written as smtp://host:587 or smtps://host:465.")
        self._host, self._tls = parts.hostname, parts.scheme == "smtps"
        self._port = parts.port or (465 if self._tls else 587)
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._sender = sender
        self._timeout_s = timeout_s

    def send(self, mail: Mail) -> None:
        """Hand one message over.

        Raises:
            MailUnavailable: try again later.
            MailRefused: this message is not taken.
        """
        message = EmailMessage()
        message["From"] = formataddr((mail.sender_name, self._sender))
        message["To"] = mail.to
        message["Subject"] = mail.subject
        message["Date"] = formatdate(localtime=False)
        message["Message-ID"] = make_msgid(domain=self._sender.rpartition("@")[2])
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers, please
        message.set_content(mail.text)
        try:
            with self._connected() as server:
                server.send_message(message)
        except smtplib.SMTPResponseException as error:
            if error.smtp_code >= 500:
                raise MailRefused("The mail server refuses this message.", smtp_code=error.smtp_code) from error
            raise MailUnavailable("The mail server asks to try again later.") from error
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            if all(code >= 500 for code in codes):
                raise MailRefused("The mail server does not know this address.", smtp_code=codes[0]) from error
            raise MailUnavailable("The mail server asks to try again later.") from error
        except (OSError, smtplib.SMTPException) as error:
            raise MailUnavailable("The mail server does not answer.") from error

    def _connected(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self._tls:
            server: smtplib.SMTP = smtplib.SMTP_SSL(self._host, self._port, timeout=self._timeout_s, context=context)
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=self._timeout_s)
            if self._host not in LOOPBACK_HOSTS:
                server.starttls(context=context)
        if self._user:
            server.login(self._user, self._password)
        return server
