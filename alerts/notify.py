"""The ways of a notification to people: composed in the site's language, sent by mail to whom a contact point names."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from alerts.notice import compose
from alerts.relay.email import Email
from collector.roster import Roster

if TYPE_CHECKING:
    from alerts.engine.contacts import Receiver
    from alerts.engine.dispatch import Notification
    from alerts.engine.outbox import Sender, Senders
    from collector.clock import Clock
    from collector.deploy import Deploy

EMAIL = "email"


def mailer(deploy: Deploy, clock: Clock) -> Senders:
    """The sender for each receiver of a contact point; None for one that is no address of mail.

    A sender sends one notification; DeliveryError where it cannot. Server and sender's address are the site's.
    """
    rosters = deploy.roster()

    def to(receiver: Receiver) -> Sender | None:
        if receiver.type != EMAIL or not receiver.addresses:
            return None
        transport = Email(replace(deploy.mail, recipients=receiver.addresses), clock)

        def send(notification: Notification) -> None:
            try:
                roster = rosters.get()
            except (OSError, ValueError):  # without names rather than not at all
                roster = Roster(deploy.name, ())
            transport.send(compose(notification, roster, deploy.language, deploy.preview_url))

        return send

    return to
