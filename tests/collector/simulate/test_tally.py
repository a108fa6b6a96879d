"""The histogram is good to two percent and can be added up; a tally survives JSON."""

import json
from random import Random

import pytest

from collector.simulate.tally import Histogram, Tally


def test_quantiles_are_good_to_two_percent_from_a_millisecond_to_an_hour():
    random = Random(1)
    values = sorted(random.lognormvariate(0, 2.5) for _ in range(20_000))
    histogram = Histogram()
    for value in values:
        histogram.add(value)
    for share in (0.01, 0.5, 0.9, 0.99, 0.999):
        assert histogram.quantile(share) == pytest.approx(values[int(share * len(values)) - 1], rel=0.02)
    assert len(histogram.buckets) < 1500


def test_the_whole_is_the_sum_of_the_parts():
    whole, parts = Histogram(), [Histogram(), Histogram()]
    for k in range(1000):
        whole.add(k / 100)
        parts[k % 2].add(k / 100)
    assert (parts[0] + parts[1]).buckets == whole.buckets
    assert len(whole) == 1000


def test_an_empty_histogram_has_no_quantile_and_nothing_is_too_small_for_one():
    histogram = Histogram()
    assert histogram.quantile(0.5) is None
    histogram.add(0.0)
    histogram.add(-0.1)  # a clock's rounding
    assert histogram.quantile(1.0) == pytest.approx(1e-4)


def test_tallies_of_processes_add_up_through_json():
    a, b = Tally(pcs=2, numbered=5), Tally(pcs=1, numbered=7, resent=1)
    a.live.add(0.5)
    b.live.add(0.25, times=3)
    sent = [json.loads(json.dumps(tally.as_json())) for tally in (a, b)]
    both = sum((Tally.from_json(values) for values in sent), Tally())
    assert (both.pcs, both.numbered, both.resent, len(both.live)) == (3, 12, 1, 4)
    assert both.live.quantile(0.5) == pytest.approx(0.25, rel=0.02)
    assert sent[0]["live"]["p50"] == pytest.approx(0.5, rel=0.02)
