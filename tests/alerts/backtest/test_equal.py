"""Backtest and plain evaluation, held together: instance by instance, minute by minute, over random rules and data."""

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts.backtest.ask import Stored
from alerts.backtest.moments import moments
from alerts.backtest.past import Sizes
from alerts.backtest.replay import evaluations
from collector import influxql
from collector.clock import at_second

START = 1_772_463_600  # 22:00 at home
MINUTES = 25
SUBJECTS = {
    "pc": ("venue", "pc", "place", "class"),
    "venue": ("venue", "place", "class"),
    "place": ("place",),
    "server": (),
}
# Of each measurement its tags and a field of whole numbers and one of fractions.
KINDS = {
    "after_hours": (("venue", "pc"), "play", "play"),
    "unobserved": (("venue", "pc", "state"), "minutes", "minutes"),
    "venue": (("venue",), "online", "closed_share"),
    "ledger": (("worker",), "received", "received"),
}
VALUES = {
    "venue": ("v-1", "v-2", "v-3"),
    "pc": ("01", "02"),
    "state": ("dark", "silent"),
    "worker": ("1", "2"),
}

amounts = st.sampled_from(["sum", "count", "min", "max", "mean", "last"])


@st.composite
def series(draw, measurement):
    """Points of one series in stretches, some to the second at the end of a range."""
    tags, whole, share = KINDS[measurement]
    chosen = {tag: draw(st.sampled_from(VALUES[tag])) for tag in tags}
    if "venue" in tags:
        chosen |= {"place": "04273" if chosen["venue"] == "v-1" else "00001", "class": "game"}
    begin = draw(st.integers(-300, MINUTES * 60))
    every = draw(st.sampled_from([1, 10, 30, 60, 300]))
    numbers = draw(st.lists(st.integers(0, 3), min_size=1, max_size=12))
    field = f"{whole}=" if whole == share or draw(st.booleans()) else f"{share}="
    unit = "i" if field == f"{whole}=" else ".5"
    named = ",".join(f"{name}={value}" for name, value in sorted(chosen.items()))
    return [
        f"{measurement},{named} {field}{n}{unit} {START + begin + i * every}" for i, n in enumerate(numbers)
    ]


@st.composite
def queries(draw, measurement, by):
    tags, whole, share = KINDS[measurement]
    field = draw(st.sampled_from([whole, share]))
    conditions = []
    if draw(st.booleans()):
        conditions.append(
            influxql.compared(field, draw(st.sampled_from([">", "<=", ">="])), draw(st.integers(0, 2)))
        )
    if "state" in tags and draw(st.booleans()):
        conditions.append(influxql.any_of("state", ["dark"]))
    if draw(st.booleans()):
        conditions.append(influxql.since(at_second(START + draw(st.integers(-100, 900)))))
    if draw(st.booleans()):
        conditions.append(influxql.before(at_second(START + draw(st.integers(600, 1500)))))
    each = tuple(tag for tag in ("state", "worker") if tag in tags and draw(st.booleans()))
    aggregate = draw(amounts)
    plus = draw(st.sampled_from([0, 25_200])) if aggregate in {"min", "max"} else 0
    return influxql.rule_query(aggregate, measurement, field, conditions, (*SUBJECTS[by], *each), plus)


@st.composite
def rules(draw):
    """What `make` is to make a rule of."""
    measurement = draw(st.sampled_from(sorted(KINDS)))
    tags = KINDS[measurement][0]
    fitting = [by for by, names in SUBJECTS.items() if set(names) <= {*tags, "place", "class"}]
    by = draw(st.sampled_from(fitting if "venue" in tags else ["server"]))
    known = {
        "query": draw(queries(measurement, by)),
        "over": draw(st.sampled_from([20, 60, 90, 120, 300, 600])),
        "least": draw(st.sampled_from([1, 2, 4])),
        "lasting": draw(st.sampled_from([0, 60, 180])),
        "keep": draw(st.sampled_from([0, 0, 120])),
        "every": draw(st.sampled_from(["1m", "1m", "30s", "2m"])),
    }
    kind = draw(st.sampled_from(["plain", "plain", "absent", "while", "while"]))
    if kind == "while" and "venue" in tags:
        side = draw(st.sampled_from(["venue", "unobserved", "after_hours"]))
        of = draw(st.sampled_from(["venue", by] if side != "venue" else ["venue"]))
        known["meanwhile"] = draw(queries(side, of)), draw(st.sampled_from([1, 2]))
    return known | {"absent": kind == "absent"}


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.lists(st.sampled_from(sorted(KINDS)).flatmap(series), max_size=8),
    st.lists(rules(), min_size=3, max_size=3),
    st.sampled_from(range(0, 120, 10)),
    st.sampled_from([(1, 1), (1, 40), (4, 40), (60, 40)]),
    st.sampled_from([0, 400]),
)
def test_each_instance_is_at_each_minute_what_the_plain_evaluation_makes_of_it(
    influx, made, told, data, chosen, phase, sizes, names
):
    influx.drop_database()
    influx.create_database()
    lines = [line for found in data for line in found]
    if lines:
        influx.write(lines)
    for known in chosen:
        entry = made(**known)
        when = moments(
            at_second(START), at_second(START + MINUTES * 60), entry.group.interval, timedelta(seconds=phase)
        )
        found = {
            n: instances
            for n, instances, _ in evaluations(entry, Stored(influx), when, Sizes(*sizes, 10, names))
        }
        for number, instances in enumerate(told.plainly(entry, influx, when)):
            assert told.telling(found.get(number, {})) == told.telling(instances), (known, when.at(number))
