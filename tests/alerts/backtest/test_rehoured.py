"""Points under other hours, held against what ingest itself writes with the other roster."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts.backtest.ask import Stored
from alerts.backtest.hours import OtherHours
from alerts.backtest.points import Groups
from alerts.backtest.question import parse
from alerts.backtest.rehoured import LONGEST, Rehoured, touched
from collector import influxql, wire
from collector.clock import LOCAL, at_second
from collector.influx import Influx
from collector.ingest.pipeline import Pipeline
from collector.roster import Hours, Roster, Span, Venue
from collector.schema import BY_NAME
from collector.wire import Frame

LONG_AGO = date(2015, 1, 1)
START = int(datetime(2026, 3, 2, 19, tzinfo=LOCAL).timestamp())
END = START + 16 * 3600  # 11 in the morning
DECIDED = BY_NAME["after_hours"].tag_names


def windows(*hours):
    return tuple((round(a * 60), round(b * 60)) for a, b in hours)


def venue(name, klass, *hours):
    """With hours by first day: (day, windows), or a day without a rule."""
    ends = [day for day, _ in hours[1:]] + [None]
    found = tuple(
        Hours(day, end, "p", allowed)
        for (day, allowed), end in zip(hours, ends, strict=True)
        if allowed is not None
    )
    return Venue(name, "", "", ("01", "02"), (Span(LONG_AGO, None, "04273", klass),), found)


choices = st.sampled_from(
    [
        None,
        windows((8, 22)),
        windows((8, 21)),
        windows((7.5, 22.25)),
        windows((0, 24)),
        windows((0, 1), (9, 24)),
    ]
)


@st.composite
def rosters(draw):
    """One roster twice: the second with other hours for some venues, perhaps from the second day on."""
    pair = []
    names = [("v-1", "game"), ("v-2", "game"), ("v-3", "agent")]
    old = [(LONG_AGO, draw(choices)) for _ in names]
    for changes in (False, True):
        venues = []
        for (name, klass), first in zip(names, old, strict=True):
            hours = [first]
            if changes and draw(st.booleans()):
                hours = [(LONG_AGO, draw(choices))]
            if changes and draw(st.booleans()):
                hours.append((date(2026, 3, 3), draw(choices)))
            venues.append(venue(name, klass, *hours))
        pair.append(Roster("Thử", tuple(venues)))
    return pair


@st.composite
def messages(draw):
    """A PC's samples in a stretch of time, each with a game or two and perhaps use by a person."""
    at = (
        draw(st.sampled_from([21, 22, 24, 31, 32, 33])) * 3600
        - 19 * 3600
        + START
        + draw(st.integers(-300, 300))
    )
    found = []
    name, pc = draw(st.sampled_from(["v-1", "v-2", "v-3"])), draw(st.sampled_from(["01", "02"]))
    for _ in range(draw(st.integers(1, 8))):
        at += draw(st.sampled_from([30, 30, 60, 900]))
        play = draw(st.lists(st.sampled_from([0, 12, 30, 600, LONGEST - 1]), min_size=1, max_size=2))
        lines = [f"games,game=g{i} play={seconds}i {at}" for i, seconds in enumerate(play)]
        if draw(st.booleans()):
            lines.append(f'session state="active",active={draw(st.sampled_from([0, 30, 700]))}i {at}')
        found.append((name, pc, at, lines))
    return found


def take(roster, told):
    """The lines that ingest writes."""
    pipeline, found = Pipeline(roster), []
    for n, (name, pc, at, lines) in enumerate(told, 1):
        agent = f'agent n={n}i,stream="{"ab" * 16}" {at}'
        taken = pipeline.take(
            wire.topic(name, pc, "data"), wire.encode([Frame("ab" * 16, n, (agent, *lines))]), at
        )
        assert not taken.refused
        found += taken.lines
    return found


def rows(asking, question, since=START, before=END, width=60):
    groups = Groups()
    points = asking.points(question, since, before, width, groups)
    values = zip(*(part.tolist() for part in points.parts), strict=True)
    return sorted(
        (groups.known[g], t // 1000, *v)
        for g, t, v in zip(points.group.tolist(), points.time.tolist(), values, strict=True)
    )


@pytest.fixture
def bases(influxd):
    """Two databases: as it was, and as it would have been."""
    found = [Influx(replace(influxd.access, database=name)) for name in ("hours_old", "hours_new")]
    yield found
    for influx in found:
        influx.drop_database()
        influx.close()


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rosters(),
    st.lists(messages(), min_size=1, max_size=5),
    st.sampled_from(["play", "use"]),
    st.sampled_from(["sum", "count", "max", "mean", "last"]),
    st.booleans(),
)
def test_what_is_decided_anew_is_what_ingest_would_have_written(bases, pair, told, field, aggregate, game):
    stamped = {(name, pc, at): (name, pc, at, lines) for found in told for name, pc, at, lines in found}
    for influx, roster in zip(bases, pair, strict=True):
        influx.drop_database()
        influx.create_database()
        influx.write(take(roster, stamped.values()))
    conditions = [influxql.any_of("class", ["game"])] * game + [influxql.since(at_second(START + 3600))]
    question = parse(influxql.rule_query(aggregate, "after_hours", field, conditions, DECIDED))
    anew = Rehoured(Stored(bases[0]), OtherHours(*pair))
    assert rows(anew, question) == rows(Stored(bases[1]), question)


def pair_of(*allowed):
    """Venue v-1 before and after, with equal hours on all days."""
    return [Roster("Thử", (venue("v-1", "game", (LONG_AGO, hours)),)) for hours in allowed]


EARLIER = pair_of(windows((8, 22)), windows((8, 21)))


def at(hour, minute=0, second=0):
    return int(datetime(2026, 3, 2, hour, minute, second, tzinfo=LOCAL).timestamp())


def played(influx, *stamps, name="v-1"):
    influx.write(
        [f"games,class=game,game=x,pc=01,place=04273,venue={name} play=30i {stamp}" for stamp in stamps]
    )


def test_only_the_hour_that_differs_is_decided_anew(influx):
    """Play at ten is stored without a verdict here, as no ingest would: it stays so, since ten is closed by both."""
    played(influx, at(20, 59, 59), at(21), at(21, 0, 1), at(23, 30))
    question = parse(influxql.rule_query("sum", "after_hours", "play", (), DECIDED))
    found = rows(Rehoured(Stored(influx), OtherHours(*EARLIER)), question)
    assert [(time, value) for _, time, value in found] == [(at(21, 0, 1), 1)]


@pytest.mark.parametrize(
    "since", [(19, 0), (21, 30), (22, 0), (22, 0, 5), (22, 3), (22, 20), (23, 0), (23, 0, 5), (23, 20)]
)
@pytest.mark.parametrize("closing", [21, 23])
def test_samples_that_reach_back_into_hours_that_differ_are_decided_anew(bases, closing, since):
    """Whatever the time is from which on somebody asks: what differs may lie wholly before it."""
    pair = pair_of(windows((8, 22)), windows((8, closing)))
    ends = [
        ((21, 0, 10), 30),
        ((22, 0, 10), 30),
        ((22, 5), 600),
        ((22, 40), 3000),
        ((23, 0, 10), 30),
        ((23, 30), 2400),
    ]
    told = [("v-1", "01", at(*end), [f"games,game=x play={play}i {at(*end)}"]) for end, play in ends]
    for influx, roster in zip(bases, pair, strict=True):
        influx.create_database()
        influx.write(take(roster, told))
    question = parse(influxql.rule_query("sum", "after_hours", "play", (), DECIDED))
    anew = rows(Rehoured(Stored(bases[0]), OtherHours(*pair)), question, at(*since))
    assert anew == rows(Stored(bases[1]), question, at(*since))


@pytest.mark.parametrize("minute", [0, 5])
def test_of_two_games_that_with_a_verdict_counts(bases, minute):
    """The longer one reaches into a day without a rule: it has no verdict, and takes none from the shorter one."""
    late = date(2026, 3, 3)
    pair = [
        Roster("Thử", (venue("v-1", "game", (LONG_AGO, first), (late, windows((8, 22)))),))
        for first in (windows((8, 22)), None)
    ]
    end = at(23, 59) + 60 + minute * 60 + 30
    lines = [f"games,game=x play=12i {end}", f"games,game=y play={minute * 60 + 100}i {end}"]
    for influx, roster in zip(bases, pair, strict=True):
        influx.create_database()
        influx.write(take(roster, [("v-1", "01", end, lines)]))
    question = parse(influxql.rule_query("sum", "after_hours", "play", (), DECIDED))
    anew = rows(Rehoured(Stored(bases[0]), OtherHours(*pair)), question)
    assert [value for *_, value in anew] == [12]
    assert anew == rows(Stored(bases[1]), question)


def test_stored_points_of_the_hours_that_differ_are_replaced_and_others_kept(influx):
    identity = "class=game,pc=01,place=04273"
    influx.write(
        [
            f"after_hours,{identity},venue={v} play=30i {at(*t)}"
            for v in ("v-1", "v-2")
            for t in ((21, 30), (23, 30))
        ]
    )
    question = parse(influxql.rule_query("sum", "after_hours", "play", (), ("venue",)))
    found = rows(Rehoured(Stored(influx), OtherHours(*EARLIER)), question)
    assert [(dict(known)["venue"], time) for known, time, _ in found] == [
        ("v-1", at(23, 30)),
        ("v-2", at(21, 30)),
        ("v-2", at(23, 30)),
    ]


@pytest.mark.parametrize("by", [("venue", "place", "class"), ("place",), ()])
def test_sums_of_larger_groups_are_made_of_the_new_points(influx, by):
    played(influx, at(21, 30), at(21, 31))
    influx.write([f"after_hours,class=game,pc=02,place=04273,venue=v-2 play=5i {at(21, 30)}"])
    question = parse(influxql.rule_query("sum", "after_hours", "play", (), by))
    found = rows(Rehoured(Stored(influx), OtherHours(*EARLIER)), question)
    assert sum(value for *_, value in found) == 65
    assert {known for known, *_ in found} <= {
        (("__name__", "after_hours.sum"),),
        (("place", "04273"),),
        (("class", "game"), ("place", "04273"), ("venue", "v-1")),
        (("class", "game"), ("place", "04273"), ("venue", "v-2")),
    }


@pytest.mark.parametrize(
    ("bound", "kept"), [({"above": 20}, 1), ({"least": 30}, 1), ({"most": 29}, 1), ({"below": 31}, 2)]
)
def test_bounds_of_the_field_are_judged_by_the_new_seconds(influx, bound, kept):
    played(influx, at(21, 0, 10), at(21, 30))
    (name, value), operators = bound.popitem(), {"above": ">", "least": ">=", "most": "<=", "below": "<"}
    condition = influxql.compared("play", operators[name], value)
    question = parse(influxql.rule_query("sum", "after_hours", "play", (condition,), DECIDED))
    assert len(rows(Rehoured(Stored(influx), OtherHours(*EARLIER)), question)) == kept


def test_a_condition_that_cannot_be_judged_is_no_guess(influx):
    condition = influxql.compared("use", ">", 3)
    question = parse(influxql.rule_query("sum", "after_hours", "play", (condition,), DECIDED))
    with pytest.raises(ValueError, match="depends on"):
        rows(Rehoured(Stored(influx), OtherHours(*EARLIER)), question)


@pytest.mark.parametrize("wanted", [["open"], ["closed"], ["open", "closed"], ["no_rule"]])
@pytest.mark.parametrize("after", [windows((8, 21)), None, windows((0, 24))])
def test_the_word_of_presence_is_said_by_the_new_hours(bases, wanted, after):
    pair = pair_of(windows((8, 22)), after)
    tags = "class=game,pc=01,place=04273,venue=v-1,state=dark"
    for influx, roster in zip(bases, pair, strict=True):
        influx.create_database()
        words = {True: "open", False: "closed", None: "no_rule"}
        influx.write(
            [
                f'unobserved,{tags} minutes=1i,hours="{words[roster.by_id["v-1"].is_open(at_second(at))]}" {at}'
                for at in range(START, END, 60)
            ]
        )
    conditions = (influxql.any_of("hours", wanted), influxql.any_of("state", ["dark"]))
    question = parse(
        influxql.rule_query("sum", "unobserved", "minutes", conditions, BY_NAME["unobserved"].tag_names)
    )
    anew = rows(Rehoured(Stored(bases[0]), OtherHours(*pair)), question)
    assert anew == rows(Stored(bases[1]), question)
    assert anew or after is not None or wanted != ["no_rule"]


def test_what_no_hours_decide_is_asked_as_it_is():
    assert touched(parse(influxql.rule_query("sum", "after_hours", "play", (), DECIDED)))
    assert touched(
        parse(
            influxql.rule_query(
                "sum", "unobserved", "minutes", (influxql.any_of("hours", ["open"]),), ("venue",)
            )
        )
    )
    other = (influxql.any_of("state", ["hours"]), influxql.compared("minutes", ">", 0))
    assert not touched(parse(influxql.rule_query("sum", "unobserved", "minutes", other, ("venue",))))


def test_days_on_which_one_side_knows_no_rule_are_looked_at_as_a_whole():
    old, new = pair_of(None, windows((8, 22)))
    hours = OtherHours(old, new)
    day = timedelta(days=1).total_seconds()
    (begin, end, venues) = hours.stretches(START, START + int(day))[0]
    assert (begin, end, venues) == (START, START + day, {"v-1"})
    assert OtherHours(old, old).venues == frozenset()
    assert OtherHours(old, old).stretches(START, END) == []
