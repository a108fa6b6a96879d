"""Outages of our own by ingest's books, and whether there is one now."""

import pytest

from collector.presence.facts import Outage
from collector.presence.outages import MINUTE, Booked, Books, cause_now, outages

NOW = 1_772_420_400
FRESH = 60


def minutes(*entries, worker="1", connected=()):
    """Entries of the minutes up to NOW; the last one is the minute that has just begun."""
    first = NOW - (len(entries) - 1) * MINUTE
    return tuple(
        Booked(worker, first + i * MINUTE, count, i not in connected)
        for i, count in enumerate(entries)
        if count
    )


def found(*rows):
    """In minutes before NOW, without what lies before the books."""
    begun, *rest = outages(Books(tuple(row for one in rows for row in one), ()), NOW)
    assert begun.begin == 0
    return [((o.begin - NOW) // MINUTE, (o.end - NOW) // MINUTE) for o in rest]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([minutes(6, 6, 6, 1)], []),
        ([minutes(6, 5, 4, 1)], []),
        ([minutes(6, 3, 6, 1)], [(-2, -1)]),
        ([minutes(6, 0, 0, 6, 1)], [(-3, -1)]),
        ([minutes(6, 6, 6, 1, connected={1})], [(-2, -1)]),
        ([minutes(6, 6, 6, 1, connected={3})], [(0, 1)]),
        ([minutes(6, 0, 6, 1), minutes(6, 6, 6, 1, worker="2")], []),
        ([minutes(6, 0, 6, 6, 1), minutes(6, 6, 0, 6, 1, worker="2")], []),
        ([minutes(6, 6, 6, 1, connected={1}), minutes(6, 6, 6, 1, worker="2", connected={1})], [(-2, -1)]),
        ([minutes(6, 6, 0, 0)], [(-1, 0)]),
    ],
)
def test_a_minute_in_which_no_worker_has_a_clean_record_is_an_outage(rows, expected):
    assert found(*rows) == expected


def test_of_what_was_before_the_books_nobody_knows():
    assert outages(Books((), ()), NOW) == (Outage(0, NOW),)
    assert outages(Books(minutes(6, 6, 1), ()), NOW) == (Outage(0, NOW - 2 * MINUTE),)
    assert outages(Books(minutes(2, 6, 1), ()), NOW) == (Outage(0, NOW - MINUTE),)


@pytest.mark.parametrize(
    ("newest", "cause"),
    [
        ([], "ingest_stalled"),
        ([(NOW - 5, True)], ""),
        ([(NOW - FRESH, True)], ""),
        ([(NOW - FRESH - 1, True)], "ingest_stalled"),
        ([(NOW - 5, False)], "broker_gone"),
        ([(NOW - 5, False), (NOW - 5, True)], ""),
        ([(NOW - 5, False), (NOW - 500, True)], "broker_gone"),
    ],
)
def test_why_we_do_not_see_now(newest, cause):
    assert cause_now(Books((), tuple(newest)), NOW, FRESH) == cause


def test_our_own_books_are_asked_more_often_than_a_pc_becomes_silent():
    """Otherwise a stalled ingest would read as PCs that are gone first."""
    from collector.presence.facts import USUAL

    assert USUAL.books_fresh < USUAL.silent_after
