"""From how many on they are many."""

import pytest

from collector.presence.crowd import COMMUNE, PARTS, PROVINCE, Crowd

AT = 1_772_420_400


def crowd(gone, alive, communes=1000, at=AT):
    """So many venues gone around AT and so many alive, over communes in turn."""
    names = [f"yb-{n:04}" for n in range(gone + alive)]
    newest = {name: at if n < gone else AT + 600 for n, name in enumerate(names)}
    places = {name: str(n % communes) for n, name in enumerate(names)}
    return Crowd([(newest[name], name) for name in names[:gone]], newest, places, 60)


@pytest.mark.parametrize(
    ("gone", "alive", "many"),
    [(300, 2700, True), (60, 2940, True), (59, 2941, False), (5, 95, True), (4, 96, False), (12, 0, True)],
)
def test_an_isp_is_told_from_single_venues(gone, alive, many):
    assert crowd(gone, alive).many(AT, "yb-0000", PROVINCE) is many


def test_a_commune_without_power_is_many_in_a_province_where_it_is_few():
    few = crowd(4, 2996, communes=1000)
    assert not few.many(AT, "yb-0000", PROVINCE, COMMUNE)
    assert not crowd(2, 0, communes=1).many(AT, "yb-0000", PROVINCE, COMMUNE)
    assert crowd(3, 3, communes=1).many(AT, "yb-0000", PROVINCE, COMMUNE)
    assert not crowd(3, 4, communes=1).many(AT, "yb-0000", PROVINCE, COMMUNE)


def test_single_pcs_in_a_tenth_of_all_venues():
    assert crowd(300, 2700).many(AT, "yb-0000", PARTS)
    assert not crowd(299, 2701).many(AT, "yb-0000", PARTS)


def test_only_what_vanished_at_about_the_same_time_counts():
    early = crowd(100, 0, at=AT - 60)
    assert early.many(AT, "yb-0000", PROVINCE)
    assert not early.many(AT + 1, "yb-0000", PROVINCE)


def test_a_venue_counts_once():
    one = Crowd([(AT + n, "yb-0000") for n in range(50)], {"yb-0000": AT + 50}, {"yb-0000": "x"}, 60)
    assert not one.many(AT, "yb-0000", PROVINCE, COMMUNE)


def test_a_venue_that_had_closed_before_was_not_alive():
    closed = {f"old-{n}": AT - 4000 for n in range(1000)}
    gone = {f"yb-{n}": AT for n in range(5)}
    newest = closed | gone
    crowd = Crowd([(AT, name) for name in gone], newest, dict.fromkeys(newest, ""), 60)
    assert crowd.many(AT, "yb-0", PROVINCE)
