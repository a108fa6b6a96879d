"""Whom an alert is about, as its labels say: a PC, a venue, a place or the server; and how lines name them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.engine.violations import further
from collector.texts import text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from alerts.engine.dispatch import Alert
    from alerts.flags import Subject


def subject(alert: Alert) -> Subject:
    """What is told to administrators is of the server, whatever else stands in its labels."""
    if alert.label("audience") == "administrator":
        return "server"
    if alert.label("venue"):
        return "pc" if alert.label("pc") else "venue"
    return "place" if alert.label("place") else "server"


def who(alert: Alert, language: str) -> str:
    """The beginning of its line; empty where the heading above has said it all."""
    about = subject(alert)
    details = ", ".join(value for _, value in further(alert.labels))
    if about == "pc":
        named = text("alerts.mail.who.pc", language, pc=alert.label("pc"))
    elif about == "place":
        named = text("alerts.mail.who.place", language, place=alert.label("place"))
    else:
        return details
    return f"{named} ({details})" if details else named


def distinct(alerts: Iterable[Alert], label: str) -> list[str]:
    """The values of a label, each once, sorted."""
    return sorted({alert.label(label) for alert in alerts} - {""})
