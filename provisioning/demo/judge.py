"""Whether a demo did all that it promises: each shortfall in words."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from collector import influxql
from collector.clock import at_second

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from email.message import EmailMessage

    from collector.influx import Influx
    from collector.roster import Roster


SITE_POLICY = "prohibited-site"
PLAY_POLICIES = ("after-hours-game", "after-hours-agent")


def judge(
    influx: Influx,
    roster: Roster,
    mails: Sequence[EmailMessage],
    numbered: Mapping[str, int],
    venue: str,
    pc: str,
) -> Iterator[str]:
    """Looks at the real PC `venue`/`pc` and at everybody. `numbered` is each stream's highest number."""
    play = influx.query(influxql.play_of(venue, pc))
    if not any(series.tags["game"] != "none" and sum(series.column("play")) for series in play):
        yield f"the play on this PC ({venue}/{pc}) is not in InfluxDB"
    yield from _violations(influx, roster, venue, pc)
    if not any(is_about(mail, venue, pc) for mail in mails):
        yield f"no mail about {venue}/{pc} arrived ({len(mails)} mails in all)"
    yield from _numbers(influx, numbered)


def judge_visits(influx: Influx, mails: Sequence[EmailMessage], venue: str, pc: str) -> Iterator[str]:
    """Whether the visits of the real PC to a listed site were seen, fired and mailed."""
    hits = influx.query(influxql.hits_of(venue, pc))
    if not any(sum(series.column("accesses")) for series in hits):
        yield f"the visits of {venue}/{pc} to a listed site are not in InfluxDB"
    if any(series.tags["policy"] == SITE_POLICY for series in influx.query(influxql.violation_history())):
        if not any(is_about(mail, venue, pc) and SITE_POLICY in plain_text(mail) for mail in mails):
            yield f"no mail about the listed site at {venue}/{pc} arrived"
    else:
        yield f"no rule fired for the listed site at {venue}/{pc}"


def _violations(influx: Influx, roster: Roster, venue: str, pc: str) -> Iterator[str]:
    fired = False
    for series in influx.query(influxql.violation_history()):
        if series.tags["policy"] not in PLAY_POLICIES:
            continue
        its_venue, its_pc = series.tags["venue"], series.tags["pc"]
        first = at_second(series.rows[0][0] / 1000)
        fired = fired or (its_venue, its_pc) == (venue, pc)
        # The play that it speaks of lies up to some minutes before the point.
        moments = [first - timedelta(minutes=minutes) for minutes in range(6)]
        if not any(roster.by_id[its_venue].is_open(moment) is False for moment in moments):
            yield f"{its_venue}/{its_pc} fired within its hours"
    if not fired:
        yield f"no rule fired for {venue}/{pc}"


def is_about(mail: EmailMessage, venue: str, pc: str) -> bool:
    """Whether a notice names this PC of this venue."""
    return venue in str(mail["subject"]) and re.search(rf"\b{re.escape(pc)}\b", plain_text(mail)) is not None


def plain_text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    text: str = "" if body is None else body.get_content()
    return text


def _numbers(influx: Influx, numbered: Mapping[str, int]) -> Iterator[str]:
    stored: dict[str, list[int]] = {stream: [] for stream in numbered}
    for series in influx.query(influxql.message_numbers()):
        for n, stream in zip(series.column("n"), series.column("stream"), strict=True):
            stored.setdefault(stream, []).append(n)
    for stream, numbers in stored.items():
        last = numbered.get(stream, 0)
        missing = set(range(1, last + 1)) - set(numbers)
        if missing:
            yield f"stream {stream}: {len(missing)} of {last} messages are not stored"
        if len(numbers) != len(set(numbers)) or max(numbers, default=0) > last:
            yield f"stream {stream}: messages are stored that it did not number, or twice"
