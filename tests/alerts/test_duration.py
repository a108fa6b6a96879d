"""Durations are written as Prometheus writes them."""

from datetime import timedelta

import pytest

from alerts import duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0),
        ("0s", 0),
        ("90s", 90),
        ("5m", 300),
        ("1h30m", 5400),
        ("2d", 172_800),
        ("1w", 604_800),
        ("250ms", 0.25),
    ],
)
def test_a_duration_is_read(text, seconds):
    assert duration.parse(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text", ["", "5", "10x", "1.5h", "-1m", "5m1h", "1m1m", " 1m", "99999999999999999999y"]
)
def test_what_is_no_duration_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match="write for example 5m"):
        duration.parse(text)


@pytest.mark.parametrize("text", ["0s", "10s", "5m", "1h30m", "1d", "1m30s", "250ms"])
def test_what_is_shown_reads_the_same(text):
    assert duration.show(duration.parse(text)) == text
