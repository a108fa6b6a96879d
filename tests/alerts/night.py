"""A night as it runs through the real parts: samples of play, the roster's hours, ingest, the rule. JSON on stdout.

Run as a program, so that a test can choose the machine's time zone: `python night.py URL`. The policies and
their scenarios say what must come out; here is only what goes in.
"""

import json
import sys
import time
from dataclasses import replace
from datetime import date, datetime, timedelta

from alerts.compile import compile_all
from alerts.engine.evaluate import Database, evaluate
from alerts.engine.reader import read
from alerts.engine.state import FIRING, step
from alerts.grafana import render
from alerts.hours import binding
from alerts.load import BUILTIN, load
from alerts.rule import AlertContext, ProvincialHours
from collector import wire
from collector.clock import LOCAL, local
from collector.influx import Access, Influx
from collector.ingest.pipeline import Pipeline
from collector.lineprotocol import decode
from collector.roster import Roster, Span, Venue
from collector.wire import Frame

STREAM = "ab" * 16
MERGED = date(2025, 7, 1)  # provinces and communes changed, and their codes were used again
TOMORROW = date(2026, 3, 3)
DECISIONS = {
    # Agents may serve an hour longer than a game point today, and no longer from tomorrow on.
    "yb-0031": (("07:00", "23:00", MERGED, TOMORROW), ("08:00", "22:00", TOMORROW, None)),
    # … or all round the clock from tomorrow on.
    "yb-0036": (("07:00", "23:00", MERGED, TOMORROW), ("00:00", "24:00", TOMORROW, None)),
    "lc-0007": (("06:00", "23:00", date(2024, 1, 1), None),),
}
SPANS = {
    "yb-0012": (Span(date(2024, 1, 1), MERGED, "04258", "game"), Span(MERGED, None, "04252", "game")),
    "yb-0031": (Span(MERGED, None, "04273", "agent"),),
    "yb-0036": (Span(MERGED, None, "04303", "agent"),),
    "yb-0044": (Span(MERGED, None, "04288", "isp"),),  # no decision is known for it
    # 02671 is Phường Nam Cường until the merger and Phường Cam Đường afterwards.
    "lc-0007": (Span(date(2024, 1, 1), MERGED, "02671", "agent"), Span(MERGED, None, "02671", "game")),
}
# Samples of half a minute by their ends, on the province's clock.
EDGES = [
    *(("yb-0012", f"2026-03-02T{t}") for t in ("21:59:59", "22:00:00", "22:00:01", "22:00:30")),
    *(("yb-0012", f"2026-03-03T{t}") for t in ("00:00:00", "00:00:01", "07:59:59", "08:00:00", "08:00:01")),
    ("yb-0012", "2026-03-03T08:00:30"),
    *(("yb-0012", t) for t in ("2026-12-31T23:59:59", "2027-01-01T00:00:00", "2027-01-01T00:00:01")),
    *(("yb-0012", t) for t in ("2025-06-30T23:59:59", "2025-07-01T00:00:00")),
    *(("lc-0007", t) for t in ("2025-06-30T22:30:00", "2025-06-30T23:59:59", "2025-07-01T00:00:00")),
    *(("yb-0031", f"2026-03-02T{t}") for t in ("22:30:00", "23:00:00", "23:00:01")),
    *(("yb-0031", f"2026-03-03T{t}") for t in ("00:00:10", "07:59:59", "22:00:01")),
    *(("yb-0036", f"2026-03-0{t}") for t in ("2T23:59:59", "3T00:00:00", "3T00:00:10", "3T00:00:30")),
    ("yb-0044", "2026-03-02T23:30:00"),
]
# Who plays from when to when, sampled each half minute, and for how long the rules are looked at.
NIGHTS = {
    "closing": ("yb-0012", "2026-03-02T21:40:01", "2026-03-02T22:20:01", timedelta(hours=1)),
    "opening": ("yb-0012", "2026-03-03T07:40:29", "2026-03-03T08:20:29", timedelta(hours=1)),
    "new-year": ("yb-0012", "2026-12-31T23:50:30", "2027-01-01T00:10:00", timedelta(minutes=40)),
    "merger": ("lc-0007", "2025-06-30T23:50:30", "2025-07-01T00:10:00", timedelta(minutes=40)),
    "today-as-before": ("yb-0031", "2026-03-02T21:50:30", "2026-03-02T22:40:00", timedelta(hours=1)),
    "from-tomorrow": ("yb-0031", "2026-03-03T21:50:30", "2026-03-03T22:40:00", timedelta(hours=1)),
}


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL)


def roster() -> Roster:
    policies, problems = load(BUILTIN, "alerts/policies")
    assert not problems, problems
    venues = []
    for name, spans in SPANS.items():
        provincial = [
            ProvincialHours(("agent", "isp"), since, until, ((_minutes(opens), _minutes(closes)),), "x")
            for opens, closes, since, until in DECISIONS.get(name, ())
        ]
        hours = [
            replace(found, valid_from=start, valid_to=end)
            for span in spans
            for found in binding(policies, span.klass, provincial)
            for start, end in [_within(found, span)]
            if end is None or start < end
        ]
        venues.append(Venue(name, name, "", ("07",), spans, tuple(hours)))
    return Roster("Thử", tuple(venues))


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def _within(found, span):
    ends = [day for day in (found.valid_to, span.valid_to) if day is not None]
    return max(found.valid_from, span.valid_from), min(ends, default=None)


def taken(pipeline: Pipeline, venue: str, end: int, n: int) -> list[str]:
    """What ingest makes of one message with half a minute of play and of use that end at `end`."""
    lines = (
        f'agent n={n}i,stream="{STREAM}",clock="server" {end}',
        f"games,game=fc-online play=30i {end}",
        f'session state="active",active=30i {end}',
    )
    found = pipeline.take(wire.topic(venue, "07", "data"), wire.encode([Frame(STREAM, n, lines)]), end + 1)
    assert not found.refused, found.refused
    return found.lines


def edges(pipeline: Pipeline) -> dict[str, str]:
    """Of each sample: place and class as it was, and the seconds of play and use outside the hours."""
    found = {}
    for venue, text in EDGES:
        points = [decode(line) for line in taken(pipeline, venue, int(moment(text).timestamp()), 1)]
        outside = next((point.fields for point in points if point.measurement == "after_hours"), {})
        games = next(point for point in points if point.measurement == "games")
        verdict = "verdict" if "after_hours" in games.fields else "no verdict"
        seconds = f"{outside.get('play', 0)} {outside.get('use', 0)}"
        found[f"{venue} {text}"] = f"{games.tags['place']} {games.tags['class']} {seconds} {verdict}"
    return found


def firings(pipeline: Pipeline, access: Access) -> dict[str, list[str]]:
    """Of each night: when which policy began and ceased to fire, by the local clock."""
    context = AlertContext()
    policies, _ = load(BUILTIN, "alerts/policies")
    alerting, problems = read(render(compile_all(policies, context), context))
    assert not problems, problems
    wanted = {"after-hours-game", "after-hours-agent"}
    rules = [(g, r) for g in alerting.groups for r in g.rules if r.labels["policy"] in wanted]
    found = {}
    for night, (venue, begin, end, looked) in NIGHTS.items():
        influx = Influx(replace(access, database=f"night_{night}"))
        try:
            influx.create_database()
            stamps = range(int(moment(begin).timestamp()), int(moment(end).timestamp()) + 1, 30)
            influx.write([x for n, at in enumerate(stamps, 1) for x in taken(pipeline, venue, at, n)])
            found[night] = sorted(_looked_at(rules, influx, moment(begin).replace(second=0), looked))
        finally:
            influx.drop_database()
            influx.close()
    return found


def _looked_at(rules, influx, start, looked):
    for group, rule in rules:
        instances = {}
        for minute in range(int(looked / timedelta(minutes=1))):
            now = start + timedelta(minutes=minute)
            results = evaluate(rule, Database(influx), now)
            instances, changes = step(group, rule, instances, results, now)
            for change in changes:
                if change.started or change.ended:
                    labels = dict(change.instance.labels)
                    word = "fires" if change.instance.phase in FIRING else "ends"
                    yield f"{local(now):%Y-%m-%d %H:%M} {word} {labels['policy']} {labels['class']} {labels['place']}"


if __name__ == "__main__":
    parts = Pipeline(roster())
    came_out = {"zone": time.tzname[0], "edges": edges(parts)}
    if len(sys.argv) > 1:
        came_out["firings"] = firings(parts, Access(sys.argv[1], "none", "v1"))
    print(json.dumps(came_out))
