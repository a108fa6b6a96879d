"""A notification in the words of an inspector: subject, text and HTML; pure."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote

from alerts.engine.proof import LOST, UNKNOWN
from alerts.engine.state import UPDATED
from collector.clock import local
from collector.conventions import BOARD_VENUE
from collector.texts import text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from alerts.engine.dispatch import Alert, Notification
    from collector.roster import Roster

_ENDED = {LOST: "lost", UNKNOWN: "unknown", UPDATED: "updated"}


@dataclass(frozen=True)
class Notice:
    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class _Section:
    """A heading with one line or several."""

    heading: str
    lines: tuple[str, ...]


def compose(notification: Notification, roster: Roster, language: str, board_url: str) -> Notice:
    """`board_url` is where the boards are shown."""
    alerts = notification.firing + notification.resolved
    first = alerts[0]
    venue = first.label("venue")
    known = roster.by_id.get(venue)
    kind = "firing" if notification.firing else "resolved"
    name = known.name if known is not None else ""
    subject = text(f"alerts.mail.subject.{kind}", language, title=first.title, venue=venue, name=name)
    link = f"{board_url.rstrip('/')}/d/{BOARD_VENUE}?var-venue={quote(venue, safe='')}" if board_url else ""
    sections = list(_sections(notification, roster, language))
    return Notice(
        " ".join(subject.split()), _as_text(sections, link, language), _as_html(sections, link, language)
    )


def _sections(notification: Notification, roster: Roster, language: str) -> Iterator[_Section]:
    def say(key: str) -> str:
        return text(f"alerts.mail.{key}", language)

    first = (notification.firing + notification.resolved)[0]
    venue = first.label("venue")
    known = roster.by_id.get(venue)
    named = f"{venue} – {known.name}" if known is not None else f"{venue} ({say('unregistered')})"
    yield _Section(say("venue"), (named,))
    if known is not None:
        yield _Section(say("address"), (known.address,))
    yield _Section(say("policy"), (f"{first.title} ({first.label('policy')})",))
    late = first.annotation("late")
    if late:
        yield _Section(say("late"), (late,))
    for heading, alerts in (("firing", notification.firing), ("resolved", notification.resolved)):
        if alerts:
            words = say(f"late_{heading}" if late else heading)
            yield _Section(words, tuple(_line(alert, language) for alert in alerts))
    for name in ("basis", "misses"):
        if first.annotation(name):
            yield _Section(say(name), (first.annotation(name),))
    own = first.annotation("todo") if notification.firing else ""
    todo = own or say("todo_firing" if notification.firing else "todo_resolved")
    runbook = first.annotation("runbook_url")
    yield _Section(say("todo"), (todo, runbook) if runbook else (todo,))


def _line(alert: Alert, language: str) -> str:
    since = _time(alert.began, language)
    if alert.annotation("late"):
        # Its own times say when it was told; when it happened stands in the description.
        words = alert.annotation("description")
        return text("alerts.mail.late_line", language, pc=alert.label("pc"), since=since, description=words)
    if alert.ended is None:
        words = alert.annotation("description")
        return text("alerts.mail.firing_line", language, pc=alert.label("pc"), since=since, description=words)
    until = _time(alert.ended, language)
    line = text("alerts.mail.resolved_line", language, pc=alert.label("pc"), since=since, until=until)
    why = _ENDED.get(alert.reason)
    return line if why is None else f"{line} – {text(f'alerts.mail.{why}', language)}"


def _time(moment: datetime, language: str) -> str:
    at = local(moment)
    day = f"{at:%d/%m/%Y}" if language == "vi" else f"{at:%Y-%m-%d}"
    return text("alerts.mail.moment", language, time=f"{at:%H:%M}", day=day)


def _as_text(sections: list[_Section], link: str, language: str) -> str:
    parts = []
    for section in sections:
        if len(section.lines) == 1:
            parts.append(f"{section.heading}: {section.lines[0]}\n")
        else:
            parts.append(f"{section.heading}:\n" + "".join(f"- {line}\n" for line in section.lines))
    if link:
        parts.append(f"{text('alerts.mail.link', language)}: {link}\n")
    parts.append(text("alerts.mail.times", language) + "\n")
    return "\n".join(parts)


def _as_html(sections: list[_Section], link: str, language: str) -> str:
    parts = [f'<!DOCTYPE html><html lang="{language}"><body style="font-family: sans-serif">']
    for section in sections:
        lines = "<br>".join(escape(line) for line in section.lines)
        parts.append(f"<p><b>{escape(section.heading)}</b><br>{lines}</p>")
    if link:
        parts.append(f'<p><a href="{escape(link)}">{escape(text("alerts.mail.link", language))}</a></p>')
    parts.append(f"<p><small>{escape(text('alerts.mail.times', language))}</small></p></body></html>")
    return "\n".join(parts) + "\n"
