"""The picture: its words, its rows, and that equal results are equal bytes."""

import io
from datetime import timedelta

import numpy as np
import pytest
from matplotlib.image import imread

from alerts.backtest.picture import ROWS, draw
from alerts.backtest.run import Period


def colours(picture):
    """Of all pixels, as hexadecimal texts."""
    pixels = (imread(io.BytesIO(picture))[..., :3] * 255).round().astype(int)
    return {f"#{pixel:06x}" for pixel in np.unique(pixels @ (65_536, 256, 1)).tolist()}


@pytest.fixture(scope="module")
def found(episode, outcome):
    many = [episode(at, at + 20, venue=f"yb-{at:04}") for at in range(0, 600, 10)]
    return [outcome(*many), outcome(episode(5, 6), policy="ingest-stalled", severity="critical")]


@pytest.mark.parametrize("form", ["png", "svg"])
def test_equal_results_are_equal_bytes(found, hour, form):
    once, again = (draw(found, hour(24), "vi", form) for _ in range(2))
    assert once == again
    assert once.startswith(b"\x89PNG" if form == "png" else b"<?xml")
    assert not [word for word in (b"Matplotlib", b"matplotlib v", b"2026-1") if word in once]


def test_what_fires_is_drawn_in_the_colour_of_its_severity(found, outcome, hour):
    assert {"#d95f02", "#a50f15"} <= colours(draw(found, hour(24), "vi", "png"))
    assert not {"#d95f02", "#a50f15"} & colours(draw([outcome()], hour(24), "vi", "png"))


def test_rows_have_a_bound(episode, outcome, hour):
    def height(venues):
        outcomes = [outcome(*(episode(1, 9, venue=f"v-{n}") for n in range(venues)))]
        return imread(io.BytesIO(draw(outcomes, hour(2), "en", "png"))).shape[0]

    assert height(10) < height(ROWS) == height(ROWS + 200)


@pytest.mark.parametrize("hours", [1, 24, 24 * 7, 24 * 90])
def test_any_length_of_time_is_drawn(found, hour, hours):
    period = hour(hours)
    for odd in (period, Period(period.start + timedelta(minutes=7), period.end, period.phase)):
        assert imread(io.BytesIO(draw(found, odd, "en", "png"))).shape[1] == 1430
