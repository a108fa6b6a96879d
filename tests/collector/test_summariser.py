"""Summaries of a real database's days: once or twice the same, corrected by a late replay, never by a loss."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from collector.databases import SUMMARY_SHARD, Limit, settle
from collector.influx import Influx, Refused
from collector.influxql.summary import days_over_time, days_per_venue
from collector.influxql.text import TIME
from collector.ingest.pipeline import Pipeline
from collector.summariser import VENUES, Done, Summariser
from collector.summary import Due, midnight
from collector.wire import Frame, encode, topic

DAY = date(2026, 3, 2)
BEGIN = int(midnight(DAY).timestamp())
STREAM = "5f3a" * 8
NIGHT = BEGIN + 23 * 3600  # after hours for a game point, whose hours are 8 to 22


@pytest.fixture
def daily(influxd):
    access = replace(influxd.access, database="summaries-of-a-test")
    settle(access, Limit(3000 * SUMMARY_SHARD, SUMMARY_SHARD))
    connection = Influx(access)
    yield connection
    connection.drop_database()
    connection.close()


@pytest.fixture
def summariser(influx, daily):
    return Summariser(influx, daily)


def message(roster, venue, pc, n, at, *lines):
    """What ingest makes of a message: identity, and the seconds after hours."""
    text = [f'agent stream="{STREAM}",n={n}i {at}', *(f"{line} {at}" for line in lines)]
    taken = Pipeline(roster).take(topic(venue, pc, "data"), encode([Frame(STREAM, n, text)]), at)
    assert not taken.refused
    return taken.lines


def minute(venue, pc, klass, at, observed):
    tags = f"venue={venue},pc={pc},place=04273,class={klass}"
    return f"presence,{tags} observed={observed}i {at // 60 * 60}"


def stand(daily):
    return [
        (series.tags, dict(zip(series.columns, row, strict=True)))
        for series in daily.query('SELECT * FROM "daily" GROUP BY "venue", "pc", "place", "class"')
        for row in series.rows
    ]


def fields(row):
    return {name: value for name, value in row.items() if name != "time" and value is not None}


PLAYED = ("games,game=cs2 play=30i,processes=1i", 'session state="active",active=25i')
SITE = "sites,category=gambling,grade={},slot=0 lookups=2i,accesses={}i"


def test_a_day_of_a_pc_is_what_its_points_say(influx, daily, roster, summariser):
    influx.write(
        [
            *message(roster, "yb-0012", "07", 1, BEGIN + 9 * 3600, *PLAYED, SITE.format("violation", 1)),
            *message(roster, "yb-0012", "07", 2, NIGHT, *PLAYED, SITE.format("hint", 3)),
            *message(roster, "yb-0012", "07", 3, BEGIN - 1, *PLAYED),  # the day before
            *message(roster, "yb-0012", "07", 4, BEGIN + 86_400, *PLAYED),  # the day after
            *(minute("yb-0012", "07", "game", NIGHT + n * 60, int(n != 2)) for n in range(4)),
            *message(roster, "yb-0100", "01", 1, NIGHT, *PLAYED),
            minute("yb-0100", "02", "hospitality", NIGHT, 0),
        ]
    )
    assert summariser.day(Due(DAY)) == Done(DAY, 3, 0)
    (seven, day), (_, without_rule), (_, silent) = stand(daily)
    assert seven == {"venue": "yb-0012", "pc": "07", "place": "04273", "class": "game"}
    assert day["time"] == BEGIN * 1000
    assert fields(day) == {
        "play": 60,
        "after_hours": 30,
        "active": 50,
        "use_after_hours": 25,
        "accesses": 1,
        "hints": 2 + 2 + 3,
        "messages": 2,
        "coverage": 75,
    }
    assert fields(without_rule) == {"play": 30, "active": 25, "messages": 1}
    assert fields(silent) == {"messages": 0, "coverage": 0}


def test_twice_is_once_and_a_late_replay_corrects_the_day(influx, daily, roster, summariser):
    influx.write(message(roster, "yb-0012", "07", 1, NIGHT, *PLAYED))
    summariser.day(Due(DAY))
    once = stand(daily)
    summariser.day(Due(DAY))
    assert stand(daily) == once
    influx.write(message(roster, "yb-0012", "07", 2, NIGHT + 30, *PLAYED))
    summariser.day(Due(DAY))
    ((_, corrected),) = stand(daily)
    assert (corrected["after_hours"], corrected["messages"]) == (60, 2)


def test_a_whole_day_is_left_alone_until_a_message_comes(influx, daily, roster, summariser):
    influx.write(message(roster, "yb-0012", "07", 1, NIGHT, *PLAYED))
    influx.write([minute("yb-0012", "08", "game", NIGHT, 0)])
    summariser.day(Due(DAY))
    assert summariser.day(Due(DAY, afresh=False)) == Done(DAY, 0, 0)
    influx.write(message(roster, "yb-0012", "07", 2, NIGHT + 30, *PLAYED))
    assert summariser.day(Due(DAY, afresh=False)) == Done(DAY, 2, 0)
    assert [fields(row).get("play") for _, row in stand(daily)] == [60, None]
    influx.write(message(roster, "yb-0012", "09", 1, NIGHT, *PLAYED))
    assert summariser.day(Due(DAY, afresh=False)) == Done(DAY, 3, 0)


def test_what_has_expired_overwrites_no_summary(influx, daily, roster, summariser):
    influx.write(
        [
            *message(roster, "yb-0012", "07", 1, BEGIN + 3600, *PLAYED),
            *message(roster, "yb-0012", "07", 2, NIGHT, *PLAYED),
            *message(roster, "yb-0012", "08", 1, NIGHT, *PLAYED),
        ]
    )
    summariser.day(Due(DAY))
    before = stand(daily)
    morning = "2026-03-02T12:00:00Z"
    influx.query(f"DELETE WHERE time < '{morning}'", method="POST")
    assert summariser.day(Due(DAY)) == Done(DAY, 1, 1)
    assert stand(daily) == before
    influx.query("DELETE WHERE time < now()", method="POST")
    assert summariser.day(Due(DAY)) == Done(DAY, 0, 0)
    assert stand(daily) == before


def test_a_venue_is_one_sum_over_its_pcs(influx, daily, roster, summariser):
    for pc, minutes in (("01", (1, 1)), ("02", (1, 0))):
        influx.write(message(roster, "yb-0012", pc, 1, NIGHT, *PLAYED))
        influx.write([minute("yb-0012", pc, "game", NIGHT + i * 60, x) for i, x in enumerate(minutes)])
    influx.write(message(roster, "yb-0031", "01", 1, NIGHT, *PLAYED))
    summariser.day(Due(DAY))

    def of(query):
        (series,) = daily.query(query.replace(TIME, f"time >= {BEGIN}s AND time < {BEGIN + 86_400}s"))
        return dict(zip(series.columns, series.rows[0], strict=True))

    for query in (days_per_venue, days_over_time):
        row = of(query("\"venue\" = 'yb-0012'"))
        assert (row["play"], row["after_hours"], row["messages"], row["coverage"]) == (60, 60, 2, 75)
        assert row["time"] == BEGIN * 1000
        assert row["accesses"] is None, "nobody looked"


def test_more_venues_than_a_slice_are_all_counted_once(influx, daily, summariser):
    tags = [f"venue=yb-{n:04},pc=01,place=04273,class=agent" for n in range(2 * VENUES + 1)]
    influx.write([f"games,{t},game=none play=0i {NIGHT}" for t in tags])
    assert summariser.day(Due(DAY)) == Done(DAY, 0, 0), "a venue that neither sent nor was registered is none"
    influx.write([f'agent,{t} stream="s",n=1i {NIGHT}' for t in tags])
    assert summariser.day(Due(DAY)) == Done(DAY, len(tags), 0)
    assert [t["venue"] for t, _ in stand(daily)] == [f"yb-{n:04}" for n in range(len(tags))]


def test_a_run_begins_where_the_last_one_may_have_been_early(daily, summariser):
    now = datetime(2026, 3, 2, 5, tzinfo=UTC)
    assert summariser.due(now, 90)[0].day == date(2025, 12, 3)
    tags = "venue=yb-0012,pc=07,place=04273,class=game"
    for day in (date(2026, 2, 10), date(2026, 2, 11)):
        daily.write([f"daily,{tags} messages=1i {int(midnight(day).timestamp())}"])
    assert summariser.due(now, 90)[0].day == date(2026, 2, 2)


def test_a_database_without_the_summaries_is_said(influx, influxd):
    nowhere = Influx(replace(influxd.access, database="nowhere"))
    with pytest.raises(Refused, match="database not found: nowhere"):
        Summariser(influx, nowhere).due(datetime(2026, 3, 2, 5, tzinfo=UTC), 90)
    nowhere.close()


def test_violations_are_kept_as_episodes_and_grow_with_their_minutes(influx, daily, summariser):
    tags = "venue=yb-0012,pc=07,place=04273,class=game,policy=after-hours-game,severity=warning"
    began = NIGHT + 37
    minutes = [f"violation,{tags} firing=1i,since={60 * n}i,value=60 {began + 60 * n}" for n in range(90)]
    end = f"violation,{tags} firing=0i,since={60 * 90}i {began + 60 * 90}"
    influx.write(minutes)
    (first, last) = (midnight(DAY), midnight(date(2026, 3, 3)))
    assert summariser.episodes(first, last) == 1  # the day ends while it fires
    influx.write([end])
    for _ in range(2):
        assert summariser.episodes(last, midnight(date(2026, 3, 4))) == 1
    (found,) = daily.query('SELECT * FROM "episode" GROUP BY "policy", "venue", "pc"')
    assert found.tags == {"policy": "after-hours-game", "venue": "yb-0012", "pc": "07"}
    ((time, *_),) = found.rows
    assert time == began * 1000
    assert found.column("lasted")[0] == 5400
    assert found.column("ended")[0] == 1
