"""Evaluations by number: multiples of the interval plus the phase, within the period."""

from datetime import timedelta

import pytest

from alerts.backtest.moments import moments
from collector.clock import at_second


@pytest.mark.parametrize(
    ("start", "end", "interval", "phase", "wanted"),
    [
        (120, 240, 60, 0, [120, 180]),
        (121, 241, 60, 0, [180, 240]),
        (120, 240, 60, 20, [140, 200]),
        (150, 210, 60, 20, [200]),
        (120, 240, 60, 80, [140, 200]),
        (120, 120, 60, 0, []),
        (121, 140, 60, 0, []),
        (100, 160, 10, 0, [100, 110, 120, 130, 140, 150]),
    ],
)
def test_moments_are_grafanas_ticks(start, end, interval, phase, wanted):
    found = moments(at_second(start), at_second(end), timedelta(seconds=interval), timedelta(seconds=phase))
    assert [found.second(number) for number in range(found.count)] == wanted
    assert [found.at(number) for number in range(found.count)] == [at_second(second) for second in wanted]
