"""Series, numbers, or nothing."""

from alerts.engine.frames import Frame
from alerts.engine.outcome import Number, is_numbers, is_series


def test_a_set_is_series_or_numbers_or_neither():
    assert is_series([Frame((), (1.0,))])
    assert is_numbers([Number((), 1.0)])
    assert not is_series([Number((), 1.0)])
    assert not is_numbers([Frame((), (1.0,))])
    assert not is_series([])
    assert not is_numbers([])
