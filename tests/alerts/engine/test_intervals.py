"""Moments at which a route is mute (am:timeinterval/timeinterval.go)."""

import calendar
from datetime import UTC, date, datetime, timedelta

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from alerts.engine.intervals import DAYS, MONTHS, MuteTime
from collector.document import parse_yaml
from collector.problem import as_text

ZONE = "location: Asia/Ho_Chi_Minh"


def read(*intervals):
    text = "name: x\ntime_intervals: [" + ", ".join(f"{{{interval}}}" for interval in intervals) + "]\n"
    return parse_yaml(text, "mute-times.yaml", MuteTime)


def contains(moment, *intervals):
    found = read(*intervals)
    assert not found.problems, as_text(found.problems)
    return found.value.contains(datetime.fromisoformat(moment))


NIGHT = (
    f"times: [{{start_time: '22:00', end_time: '24:00'}}], {ZONE}",
    f"times: [{{start_time: '00:00', end_time: '08:00'}}], {ZONE}",
)


@pytest.mark.parametrize(
    ("moment", "held", "intervals"),
    [
        # A mute across midnight is two entries; the start is included, the end is not.
        ("2026-03-02T21:59:59+07:00", False, NIGHT),
        ("2026-03-02T22:00:00+07:00", True, NIGHT),
        ("2026-03-02T23:59:59+07:00", True, NIGHT),
        ("2026-03-03T00:00:00+07:00", True, NIGHT),
        ("2026-03-03T07:59:59+07:00", True, NIGHT),
        ("2026-03-03T08:00:00+07:00", False, NIGHT),
        # Without a location the hours are those of UTC.
        ("2026-03-02T22:00:00+07:00", False, ("times: [{start_time: '22:00', end_time: '24:00'}]",)),
        ("2026-03-02T22:00:00+00:00", True, ("times: [{start_time: '22:00', end_time: '24:00'}]",)),
        # The day is that of the location: Monday 06:00 in Vietnam is Sunday in UTC.
        ("2026-03-01T23:00:00+00:00", True, (f"weekdays: [monday], {ZONE}",)),
        ("2026-03-01T23:00:00+00:00", True, ("weekdays: [sunday]",)),
        ("2026-03-06T12:00:00+07:00", True, (f"weekdays: ['monday:friday'], {ZONE}",)),
        ("2026-03-07T12:00:00+07:00", False, (f"weekdays: ['monday:friday'], {ZONE}",)),
        ("2026-03-08T12:00:00+07:00", True, (f"weekdays: ['saturday', 'sunday'], {ZONE}",)),
        ("2026-03-01T12:00:00+00:00", True, ("weekdays: ['sunday:monday']",)),
        # Days of a month, also from its end; what is longer than the month is cut.
        ("2026-02-28T12:00:00+00:00", True, ("days_of_month: ['-1']",)),
        ("2024-02-28T12:00:00+00:00", False, ("days_of_month: ['-1']",)),
        ("2026-02-28T12:00:00+00:00", True, ("days_of_month: ['20:31']",)),
        ("2026-02-28T12:00:00+00:00", False, ("days_of_month: ['29:31']",)),
        ("2026-02-01T12:00:00+00:00", True, ("days_of_month: ['-31:-20']",)),
        ("2026-02-14T12:00:00+00:00", True, ("days_of_month: ['1:-1']",)),
        ("2026-02-14T12:00:00+00:00", True, ("days_of_month: [14]",)),
        # Months and years by number or name.
        ("2026-12-31T23:59:59+07:00", True, (f"months: ['december'], years: ['2026'], {ZONE}",)),
        ("2027-01-01T00:00:00+07:00", False, (f"months: ['december'], years: ['2026'], {ZONE}",)),
        ("2026-02-14T12:00:00+00:00", True, ("months: ['1:3'], years: ['2025:2026']",)),
        ("2026-02-14T12:00:00+00:00", False, ("months: ['january', 'march']",)),
        # Each key given must hold, by one of its entries; of several intervals one is enough.
        ("2026-03-02T12:00:00+00:00", False, ("weekdays: [monday], months: ['may']",)),
        ("2026-03-02T12:00:00+00:00", True, ("weekdays: [friday]", "months: ['march']")),
        # No key holds always, no interval never.
        ("2026-03-02T12:00:00+00:00", True, ("location: UTC",)),
        ("2026-03-02T12:00:00+00:00", False, ()),
    ],
)
def test_a_moment_lies_in_an_interval(moment, held, intervals):
    assert contains(moment, *intervals) is held


@pytest.mark.parametrize(
    ("interval", "words"),
    [
        ("times: [{start_time: '22:00', end_time: '08:00'}]", "across midnight write two entries"),
        ("times: [{start_time: '08:00', end_time: '08:00'}]", "ends before it begins"),
        ("times: [{start_time: '8:00', end_time: '09:00'}]", "is no time of day"),
        ("times: [{start_time: '08:00', end_time: '24:30'}]", "is no time of day"),
        ("times: [{start_time: 800, end_time: '09:00'}]", "is no time of day"),
        ("times: [{start_time: '08:00'}]", "'end_time' is missing"),
        ("times: []", "leave the key out"),
        ("weekdays: ['saturday:sunday']", "write two ranges"),
        ("weekdays: [Monday]", "is no day of the week"),
        ("weekdays: [1]", "is no day of the week"),
        ("days_of_month: ['0']", "is no day of a month"),
        ("days_of_month: ['1:32']", "is no day of a month"),
        ("days_of_month: ['-3:5']", "write two ranges"),
        ("days_of_month: ['20:10']", "write the smaller day first"),
        ("days_of_month: ['a']", "is no number"),
        ("months: ['13']", "is no range of months"),
        ("months: ['march:january']", "is no range of months"),
        ("months: ['mar']", "is no number"),
        ("years: ['2027:2026']", "write the smaller year first"),
        ("years: [true]", "is no range"),
        ("location: Asia/Hanoi", "is no time zone"),
        ("location: ../etc/passwd", "is no time zone"),
        ("time_zone: Asia/Ho_Chi_Minh", "'time_zone' is no key here"),
    ],
)
def test_what_alertmanager_would_refuse_is_a_problem_with_its_place(interval, words):
    text = as_text(read(interval).problems)
    assert words in text, text
    assert "--> mute-times.yaml:2:" in text


def span(values):
    return st.tuples(values, values).map(sorted)


SPANS = {
    "weekdays": span(st.integers(0, 6)),
    "months": span(st.integers(1, 12)),
    "years": span(st.integers(2024, 2028)),
    "days_of_month": span(st.integers(1, 28)),
}
NAMES = {"weekdays": DAYS, "months": ("", *MONTHS)}


@st.composite
def intervals(draw):
    """Keys of an interval as numbers, from which both the file and the oracle are made."""
    found = {
        key: draw(st.lists(spans, min_size=1, max_size=2))
        for key, spans in SPANS.items()
        if draw(st.booleans())
    }
    if draw(st.booleans()):
        clock = st.tuples(st.integers(0, 1440), st.integers(0, 1440)).filter(lambda t: t[0] < t[1])
        found["times"] = draw(st.lists(clock, min_size=1, max_size=2))
    return found


def as_file(keys):
    def show(key, value):
        return NAMES[key][value] if key in NAMES else str(value)

    written = {}
    for key, spans in keys.items():
        if key == "times":
            written[key] = [
                {
                    name: f"{at // 60:02}:{at % 60:02}"
                    for name, at in zip(("start_time", "end_time"), span, strict=True)
                }
                for span in spans
            ]
        else:
            written[key] = [f"{show(key, first)}:{show(key, last)}" for first, last in spans]
    return yaml.safe_dump({"name": "x", "time_intervals": [{**written, "location": "Asia/Ho_Chi_Minh"}]})


def oracle(keys, moment):
    """By lists of all that is meant, on a clock that is simply seven hours ahead."""
    at = moment + timedelta(hours=7)
    have = {
        "weekdays": int(at.strftime("%w")),
        "months": at.month,
        "years": at.year,
        "days_of_month": at.day,
        "times": at.hour * 60 + at.minute,
    }
    return all(
        have[key] in {value for first, last in spans for value in range(first, last + (key != "times"))}
        for key, spans in keys.items()
    )


@given(intervals(), st.integers(1_704_067_200, 1_861_920_000))
def test_any_interval_holds_as_the_list_of_its_moments_says(keys, epoch):
    moment = datetime.fromtimestamp(epoch, UTC)
    found = parse_yaml(as_file(keys), "x", MuteTime)
    assert not found.problems, as_text(found.problems)
    assert found.value.contains(moment) is oracle(keys, moment)


@given(st.dates(date(2024, 1, 1), date(2028, 12, 31)), st.integers(-28, -1))
def test_days_are_counted_from_the_end_of_each_month(day, back):
    length = calendar.monthrange(day.year, day.month)[1]
    at = f"{day.isoformat()}T12:00:00+00:00"
    assert contains(at, f"days_of_month: ['{back}']") is (day.day == length + 1 + back)
