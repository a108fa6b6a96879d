"""Notices as e-mail, through the site's mail server."""

from __future__ import annotations

import hashlib
import smtplib
import ssl
from email.header import Header
from email.message import EmailMessage
from email.utils import format_datetime
from typing import TYPE_CHECKING

from alerts.relay.transport import DeliveryError

if TYPE_CHECKING:
    from alerts.notice import Notice
    from collector.clock import Clock
    from collector.deploy import Mail

TIMEOUT = 10.0  # seconds for each step; `watch` evaluates nothing meanwhile


class Email:
    """One message to all recipients; a connection each, since notices are rare."""

    def __init__(self, mail: Mail, clock: Clock, *, tls: ssl.SSLContext | None = None) -> None:
        self._mail = mail
        self._clock = clock
        self._tls = tls

    def send(self, notice: Notice) -> None:
        message = self.message(notice)
        try:
            with smtplib.SMTP(self._mail.host, self._mail.port, timeout=TIMEOUT) as server:
                self._greet(server)
                refused = server.send_message(message)
        except smtplib.SMTPRecipientsRefused as fault:
            codes = [code for code, _ in fault.recipients.values()]
            raise DeliveryError(_recipients(fault.recipients), permanent=min(codes) >= 500) from None
        except smtplib.SMTPResponseException as fault:
            reason = f"{fault.smtp_code} {_text(fault.smtp_error)}"
            # A wrong password or a sender that is refused is mended by people: the notice waits for them.
            permanent = isinstance(fault, smtplib.SMTPDataError) and fault.smtp_code >= 500
            raise DeliveryError(reason, permanent=permanent) from None
        except (smtplib.SMTPException, OSError) as fault:
            raise DeliveryError(f"{type(fault).__name__}: {fault}", permanent=False) from None
        if refused:  # some took it: sending it again would only repeat it to them
            raise DeliveryError(_recipients(refused), permanent=True)

    def message(self, notice: Notice) -> EmailMessage:
        message = EmailMessage()
        # Of a long subject Python 3.11 would fold away spaces between words: Header keeps them.
        message.set_raw("Subject", Header(notice.subject, "utf-8", header_name="Subject").encode())
        message["From"] = self._mail.sender
        message["To"] = ", ".join(self._mail.recipients)
        message["Date"] = format_datetime(self._clock.wall())
        # The same notice, sent again after an answer that was lost, is the same message to its reader.
        digest = hashlib.sha256(f"{notice.subject}\n{notice.text}".encode()).hexdigest()[:32]
        message["Message-ID"] = f"<{digest}@{self._mail.sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"  # no holiday replies
        message.set_content(notice.text)
        message.add_alternative(notice.html, subtype="html")
        return message

    def _greet(self, server: smtplib.SMTP) -> None:
        if self._mail.starttls:
            server.starttls(context=self._tls or ssl.create_default_context())
        password = self._mail.password()
        if self._mail.user is not None and password is not None:
            server.login(self._mail.user, password)


def _recipients(refused: dict[str, tuple[int, bytes]]) -> str:
    return "; ".join(f"{code} {_text(words)}" for code, words in dict.fromkeys(refused.values()))


def _text(words: bytes | str) -> str:
    return words.decode("utf-8", "replace") if isinstance(words, bytes) else words
