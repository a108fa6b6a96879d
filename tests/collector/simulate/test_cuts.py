"""Outages: written in one word, and the same PCs at each run."""

from types import SimpleNamespace

import pytest

from collector.simulate.cuts import Cut, Outages, parse


def pc(venue: int, name: int) -> SimpleNamespace:
    return SimpleNamespace(venue=SimpleNamespace(id=f"v-{venue}"), name=f"{name:02}")


FLEET = [pc(venue, name) for venue in range(100) for name in range(10)]


@pytest.mark.parametrize(
    ("text", "cut"),
    [("0.3@60-180", Cut(0.3, 60, 180)), ("1@0-2.5/pcs", Cut(1, 0, 2.5, pcs=True))],
)
def test_an_outage_is_read(text, cut):
    assert parse(text) == cut


@pytest.mark.parametrize("text", ["", "0.3", "0.3@60", "2@1-3", "0.3@9-3", "0.3@3-3", "0..3@1-2", "x@1-2"])
def test_what_is_no_outage_is_told_with_an_example(text):
    with pytest.raises(ValueError, match=r"write SHARE@FROM-TO, such as 0\.3@60-180"):
        parse(text)


def test_a_venue_is_hit_as_a_whole_and_a_share_of_them_is():
    cut = Cut(0.3, 10, 20)
    outages = Outages([cut], seed=1)
    hit = [one for one in FLEET if outages.hit(cut, one)]
    assert len(hit) % 10 == 0
    assert 200 < len(hit) < 400
    assert len({one.venue.id for one in hit}) == len(hit) / 10


def test_pcs_are_hit_one_by_one_and_half_of_them_silently():
    cut = Cut(0.3, 10, 20, pcs=True)
    outages = Outages([cut], seed=1)
    hit = [one for one in FLEET if outages.hit(cut, one)]
    assert 250 < len(hit) < 350
    assert len({one.venue.id for one in hit}) > 80
    assert 100 < sum(outages.pulled(cut, one) for one in hit) < 200


def test_the_same_seed_hits_the_same_and_another_seed_others():
    cut = Cut(0.5, 10, 20, pcs=True)
    hits = [[Outages([cut], seed).hit(cut, one) for one in FLEET] for seed in (1, 1, 2)]
    assert hits[0] == hits[1] != hits[2]


def test_they_begin_and_end_in_order_of_time():
    early, late = Cut(0.1, 5, 30), Cut(0.2, 10, 20)
    outages = Outages([late, early], seed=1)
    assert outages.next() == 5
    assert list(outages.take(10)) == [(early, True), (late, True)]
    assert list(outages.take(19)) == []
    assert list(outages.take(99)) == [(late, False), (early, False)]
    assert outages.next() == float("inf")
