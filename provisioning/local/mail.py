"""A real SMTP server on loopback that keeps what it is given: where the demo's and the tests' mails arrive."""

from __future__ import annotations

import logging
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Self

from aiosmtpd.controller import Controller

from provisioning.local.process import free_port

if TYPE_CHECKING:
    from collections.abc import Callable
    from email.message import EmailMessage

    from aiosmtpd.smtp import SMTP, Envelope, Session


class MailCatcher:
    """Listens when the constructor returns; `mails` grows, and `on_mail` is told of each."""

    def __init__(self, on_mail: Callable[[EmailMessage], None] = lambda _mail: None) -> None:
        self.mails: list[EmailMessage] = []
        self._on_mail = on_mail
        self.port = free_port()
        logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd tells each line of each dialogue
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        content = envelope.content
        raw = content if isinstance(content, bytes) else str(content).encode()
        mail = message_from_bytes(raw, policy=policy.default)
        self.mails.append(mail)
        self._on_mail(mail)
        return "250 OK"

    def close(self) -> None:
        self._controller.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
