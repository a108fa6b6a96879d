"""A notification in the words of those who read it, inspectors or administrators: subject, text and HTML; pure."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING
from urllib.parse import quote

from alerts.about import distinct, subject, who
from alerts.engine.proof import LOST, UNKNOWN
from alerts.engine.state import UPDATED
from alerts.page import Link, Section, as_html, as_text
from collector.clock import local
from collector.conventions import BOARD_PROVINCE, BOARD_VENUE
from collector.texts import text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from alerts.engine.dispatch import Alert, Notification
    from collector.roster import Roster

MOST = 60  # lines about single cases: who has more looks at the board
_OF_VENUES = ("pc", "venue")
_UNPROVEN = (LOST, UNKNOWN)


@dataclass(frozen=True)
class Notice:
    subject: str
    text: str
    html: str


def compose(notification: Notification, roster: Roster, language: str, board_url: str) -> Notice:
    """`board_url` is where the boards are shown."""
    letter = _Letter(notification, roster, language, board_url.rstrip("/"))
    sections, links = list(letter.sections()), list(letter.links())
    foot = text("alerts.mail.times", language)
    return Notice(
        " ".join(letter.subject().split()),
        as_text(sections, links, foot),
        as_html(sections, links, foot, language),
    )


class _Letter:
    """All alerts of a notification are of one policy, and so about subjects of one kind."""

    def __init__(self, notification: Notification, roster: Roster, language: str, board_url: str) -> None:
        self._firing, self._resolved = notification.firing, notification.resolved
        self._all = self._firing + self._resolved
        # Late data says of itself that it is over: that no more of it comes proves nothing and needs no proof.
        late = bool(self._all[0].annotation("late"))
        self._unproven = tuple(a for a in self._resolved if a.reason in _UNPROVEN and not late)
        self._ended = tuple(alert for alert in self._resolved if alert not in self._unproven)
        self._first = self._all[0]
        self._about = subject(self._first)
        self._roster, self._language, self._board_url = roster, language, board_url
        of_venues = self._about in _OF_VENUES
        self._venues = distinct(self._all, "venue") if of_venues else []
        self._places = distinct(self._all, "place") if self._about == "place" else []

    def _say(self, key: str, **values: object) -> str:
        return text(f"alerts.mail.{key}", self._language, **values)

    @property
    def _informs(self) -> bool:
        return self._first.label("severity") == "info"

    def subject(self) -> str:
        over = "resolved" if self._ended else "unproven"
        kind = over if not self._firing else "info" if self._informs else "firing"
        words = f"{self._say(f'kind.{kind}')} {self._first.title}"
        if len(self._venues) == 1:
            return f"{words} – {self._venues[0]} {self._name(self._venues[0])}"
        if self._venues:
            return f"{words} – {self._say('venues', count=len(self._venues))}"
        if len(self._places) == 1:
            return f"{words} – {self._say('who.place', place=self._places[0])}"
        if self._places:
            return f"{words} – {self._say('places', count=len(self._places))}"
        named = {who(alert, self._language) for alert in self._all} - {""}
        return f"{words} – {named.pop()}" if len(named) == 1 else words

    def sections(self) -> Iterator[Section]:
        yield from self._where()
        of_server = self._about == "server"
        rule = f"{self._first.title} ({self._first.label('policy')})"
        yield Section(self._say("rule" if of_server else "policy"), (rule,))
        late = self._first.annotation("late")
        if late:
            yield Section(self._say("late"), (late,))
        yield from self._counts()
        left = MOST
        cases = (("firing", self._firing), ("unproven", self._unproven), ("resolved", self._ended))
        for kind, alerts in cases:
            heading = self._say(f"late_{kind}" if late and alerts else kind)
            yield from self._cases(heading, alerts[:left], len(alerts))
            left -= min(left, len(alerts))
        for name in ("basis", "misses"):
            if self._first.annotation(name):
                yield Section(self._say(name), (self._first.annotation(name),))
        runbook = self._first.annotation("runbook_url")
        yield Section(self._say("todo"), (self._todo(), runbook) if runbook else (self._todo(),))

    def links(self) -> Iterator[Link]:
        """To the board that shows it; the stack's own troubles are on none."""
        if not self._board_url or self._about == "server":
            return
        board, variable, values = BOARD_PROVINCE, "place", self._places
        if len(self._venues) == 1:
            board, variable, values = BOARD_VENUE, "venue", self._venues
        chosen = "&".join(f"var-{variable}={quote(value, safe='')}" for value in values)
        address = f"{self._board_url}/d/{board}"
        yield Link(self._say("link"), f"{address}?{chosen}" if chosen else address)

    def _where(self) -> Iterator[Section]:
        """The one venue or place that it is all about; several are named where their cases stand."""
        if len(self._venues) == 1:
            venue = self._roster.by_id.get(self._venues[0])
            yield Section(self._say("venue"), (self._named(self._venues[0]),))
            if venue is not None:
                yield Section(self._say("address"), (venue.address,))
        elif len(self._places) == 1:
            yield Section(self._say("place"), (self._say("place_code", place=self._places[0]),))

    def _counts(self) -> Iterator[Section]:
        if len(self._venues) <= 1 and len(self._all) <= MOST:
            return
        counts = [("firing", len(self._firing)), ("resolved", len(self._resolved))]
        words = [self._say(f"count_{kind}", count=count) for kind, count in counts if count]
        if len(self._venues) > 1:
            words.append(self._say("venues", count=len(self._venues)))
        yield Section(self._say("count"), (", ".join(words),))

    def _cases(self, heading: str, shown: Sequence[Alert], count: int) -> Iterator[Section]:
        if len(self._venues) > 1:
            for venue, alerts in groupby(sorted(shown, key=_by_venue), key=_by_venue):
                lines = tuple(self._line(alert) for alert in alerts)
                yield Section(self._say("at", heading=heading, venue=self._placed(venue)), lines)
        elif shown:
            yield Section(heading, tuple(self._line(alert) for alert in shown))
        if count > len(shown):
            yield Section(heading, (self._say("more", count=count - len(shown)),))

    def _todo(self) -> str:
        own = self._first.annotation("todo")
        if not self._firing:
            over = "unproven" if self._unproven else "resolved" if self._venues else "over"
            return self._say(f"todo_{over}")
        if own or not self._venues:
            return own or self._say("todo_other")
        return self._say("todo_info" if self._informs else "todo_firing")

    def _line(self, alert: Alert) -> str:
        late = bool(alert.annotation("late"))
        kind = "late" if late else "firing" if alert.ended is None else "resolved"
        named = "" if len(self._places) == 1 else who(alert, self._language)  # the heading has the place
        words = self._say(
            f"{kind}_line" if named else f"{kind}_alone",
            who=named,
            since=self._time(alert.began),
            until=self._time(alert.ended or alert.began),
            description=alert.annotation("description"),
        )
        # Of late data its own times say when it was told, and its end only that no more comes.
        why = "" if late or alert.ended is None else self._why(alert)
        return f"{words} – {why}" if why else words

    def _why(self, alert: Alert) -> str:
        if alert.reason == LOST:
            return self._say(f"lost.{'pc' if alert.label('pc') else 'venue'}")
        known = {UNKNOWN: "unknown", UPDATED: "updated"}
        return self._say(known[alert.reason]) if alert.reason in known else ""

    def _name(self, venue: str) -> str:
        known = self._roster.by_id.get(venue)
        return "" if known is None else known.name

    def _named(self, venue: str) -> str:
        name = self._name(venue)
        return f"{venue} – {name}" if name else f"{venue} ({self._say('unregistered')})"

    def _placed(self, venue: str) -> str:
        known = self._roster.by_id.get(venue)
        return self._named(venue) if known is None else f"{self._named(venue)}, {known.address}"

    def _time(self, moment: datetime) -> str:
        at = local(moment)
        day = f"{at:%d/%m/%Y}" if self._language == "vi" else f"{at:%Y-%m-%d}"
        return self._say("moment", time=f"{at:%H:%M}", day=day)


def _by_venue(alert: Alert) -> str:
    return alert.label("venue")
