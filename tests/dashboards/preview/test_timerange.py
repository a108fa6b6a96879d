"""Grafana's words for a time range, its macros, and the interval."""

import pytest

from dashboards.preview import timerange
from dashboards.preview.timerange import Range

NOW = 1_780_000_030.5  # ten seconds and a half past 20:27 UTC


def span(seconds: int) -> Range:
    return Range(0, seconds * 1000, ("", ""))


@pytest.mark.parametrize(
    ("words", "start", "end"),
    [
        (("now-6h", "now"), 1_779_978_430_500, 1_780_000_030_500),
        (("now-6h/m", "now-1m/m"), 1_779_978_420_000, 1_780_000_019_999),
        (("now-1d", "now-30s"), 1_779_913_630_500, 1_780_000_000_500),
        (("1780000000000", "1780000030000"), 1_780_000_000_000, 1_780_000_030_000),
    ],
)
def test_words_become_milliseconds(words, start, end):
    found = timerange.parse(words, NOW)
    assert (found.start, found.end, found.words) == (start, end, words)


@pytest.mark.parametrize(
    "words",
    [
        ("now", "now-1h"),
        ("now-1h", "now-1h"),
        ("now-32d", "now"),
        ("yesterday", "now"),
        ("now-1h; DROP DATABASE x", "now"),
        ("now-1M", "now"),
        ("0", "1"),
        ("", "now"),
        ("now-٣h", "now"),
    ],
)
def test_anything_else_is_no_range(words):
    with pytest.raises(ValueError, match="no "):
        timerange.parse(words, NOW)


@pytest.mark.parametrize(
    ("seconds", "least", "points", "expected"),
    [
        (900, "1m", None, 60),
        (900, "", None, 2),
        (21_600, "1m", None, 60),
        (86_400, "1m", None, 300),
        (604_800, "1m", None, 1800),
        (86_400, "1m", 300, 300),
        (31 * 86_400, "1m", 10, 86_400),
    ],
)
def test_an_interval_gives_each_point_of_the_panel_a_value(seconds, least, points, expected):
    assert timerange.interval(span(seconds), least, points) == expected


@pytest.mark.parametrize(
    ("seconds", "text"), [(30, "30s"), (60, "1m"), (90, "1m"), (7200, "2h"), (86_400, "1d")]
)
def test_the_macros_are_replaced_as_the_backend_does(seconds, text):
    query = "WHERE $timeFilter GROUP BY time($__interval) / $__interval_ms"
    assert timerange.fill(query, span(5), seconds) == (
        f"WHERE time >= 0ms and time <= 5000ms GROUP BY time({text}) / {seconds * 1000}"
    )


@pytest.mark.parametrize("name", timerange.RANGES)
def test_a_quick_range_is_known_by_its_name_again(name):
    assert timerange.named(timerange.quick(name)) == name
    assert timerange.named((f"now-{name}", "now")) == name


def test_a_range_of_a_link_has_no_name():
    assert timerange.named(("1780000000000", "1780000030000")) == ""


def test_a_word_is_no_duration():
    with pytest.raises(ValueError, match="no duration: soon"):
        timerange.duration("soon")
