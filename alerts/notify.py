"""The way of a notification to people: composed in the site's language, sent by mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.notice import compose
from alerts.relay.email import Email
from collector.roster import Roster

if TYPE_CHECKING:
    from collections.abc import Callable

    from alerts.engine.dispatch import Notification
    from collector.clock import Clock
    from collector.deploy import Deploy


def mailer(deploy: Deploy, clock: Clock) -> Callable[[Notification], None]:
    """Sends one notification; DeliveryError where it cannot."""
    transport = Email(deploy.mail, clock)
    rosters = deploy.roster()

    def send(notification: Notification) -> None:
        try:
            roster = rosters.get()
        except (OSError, ValueError):  # without names rather than not at all
            roster = Roster(deploy.name, ())
        transport.send(compose(notification, roster, deploy.language, deploy.preview_url))

    return send
