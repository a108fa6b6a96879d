"""A series on a new grid (pkg/expr/mathexp/resample.go and its test)."""

from datetime import timedelta

import pytest

from alerts.engine.frames import Frame
from alerts.engine.resample import resample, window

FOUR = Frame((), (2.0, 3.0, 1.0, 2.0), (2, 4, 7, 9))
TWO = Frame((), (2.0, 1.0), (2, 7))


@pytest.mark.parametrize(
    ("frame", "step", "down", "up", "until", "values"),
    [
        (FOUR, 5, "mean", "pad", 16, (None, 2.5, 1.5, 2.0)),
        (FOUR, 5, "max", "fillna", 16, (None, 3.0, 2.0, None)),
        (FOUR, 5, "min", "fillna", 16, (None, 2.0, 1.0, None)),
        (FOUR, 5, "sum", "fillna", 16, (None, 5.0, 3.0, None)),
        (TWO, 2, "mean", "pad", 11, (None, 2.0, 2.0, 2.0, 1.0, 1.0)),
        (TWO, 2, "mean", "backfilling", 11, (2.0, 2.0, 1.0, 1.0, 1.0, None)),
        (
            Frame((), (0.0, 2.0, 3.0, 4.0, 0.0, 1.0), (0, 2, 4, 6, 8, 10)),
            3,
            "last",
            "pad",
            11,
            (0.0, 2.0, 4.0, 0.0),
        ),
    ],
)
def test_points_stand_on_the_grid(frame, step, down, up, until, values):
    found = resample(frame, step, down, up, 0, until)
    assert found.values == values
    assert found.times == tuple(range(0, until + 1, step))


def test_a_range_shorter_than_the_window_and_points_without_times_are_faults():
    with pytest.raises(ValueError, match="shorter than the window"):
        resample(TWO, 5, "mean", "pad", 0, 4)
    with pytest.raises(ValueError, match="no times"):
        resample(Frame((), (1.0,)), 1, "mean", "pad", 0, 4)


@pytest.mark.parametrize(("text", "days"), [("1d", 1), ("2w", 14), ("1M", 30.436875), ("1h30m", 0.0625)])
def test_a_window_is_a_duration_of_grafana(text, days):
    assert window(text) == timedelta(days=days)
