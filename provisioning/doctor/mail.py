"""Whether the mail server answers: notices wait for it."""

from __future__ import annotations

import smtplib
from typing import TYPE_CHECKING

from provisioning.doctor.check import Check, warning

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provisioning.doctor.check import Here, Said

WITHIN = 10.0  # seconds


def look(here: Here) -> Iterator[Said]:
    mail = here.deploy.mail
    try:
        with smtplib.SMTP(mail.host, mail.port, timeout=WITHIN) as server:
            code, _ = server.ehlo()
            if code != 250:
                yield warning(f"{mail.host}:{mail.port} answers {code}")
            elif mail.starttls and not server.has_extn("starttls"):
                yield warning(f"{mail.host}:{mail.port} offers no STARTTLS")
    except (OSError, smtplib.SMTPException) as fault:
        yield warning(f"{mail.host}:{mail.port} cannot be reached: {fault}")


CHECK = Check(
    "QN-D017",
    "mail",
    "Does the mail server answer?",
    "`mail` in site.yaml names it; nothing is sent here, and with Grafana in place of `watch` it is Grafana's own",
    look,
)
