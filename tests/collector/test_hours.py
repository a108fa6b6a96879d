"""After-hours seconds: exact to the second at each edge, over midnight, and silent without a rule."""

from datetime import datetime

import pytest

from collector.clock import LOCAL
from collector.hours import after_hours, local_day

GAME = ((480, 1320),)  # 08:00–22:00


def epoch(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=LOCAL).timestamp())


@pytest.mark.parametrize(
    ("end", "seconds", "outside"),
    [
        ("2026-03-02T21:59:59", 30, 0),
        ("2026-03-02T22:00:00", 30, 0),
        ("2026-03-02T22:00:01", 30, 1),
        ("2026-03-02T22:00:10", 30, 10),
        ("2026-03-02T23:30:00", 30, 30),
        ("2026-03-03T00:00:10", 30, 30),
        ("2026-03-03T07:59:59", 30, 30),
        ("2026-03-03T08:00:00", 30, 30),
        ("2026-03-03T08:00:01", 30, 29),
        ("2026-03-03T08:00:30", 30, 0),
        ("2026-12-31T23:59:59", 60, 60),
        ("2027-01-01T00:00:00", 60, 60),
        ("2026-03-02T22:00:01", 0, 0),
        ("2026-03-03T09:00:00", 86_400, 36_000),
    ],
)
def test_only_what_lies_outside_counts(end, seconds, outside):
    assert after_hours(epoch(end), seconds, lambda _: GAME) == outside


def test_a_day_open_all_round_has_nothing_outside():
    assert after_hours(epoch("2026-03-02T23:59:00"), 3600, lambda _: ((0, 1440),)) == 0


def test_two_windows_and_a_closed_noon():
    assert after_hours(epoch("2026-03-02T13:30:00"), 7200, lambda _: ((420, 720), (780, 1380))) == 3600


def test_no_rule_for_a_day_gives_no_verdict():
    today = local_day(epoch("2026-03-02T12:00:00"))
    rule_until_today = lambda day: GAME if day <= today else None  # noqa: E731
    assert after_hours(epoch("2026-03-02T23:59:59"), 60, rule_until_today) == 60
    assert after_hours(epoch("2026-03-03T00:00:00"), 60, rule_until_today) == 60
    assert after_hours(epoch("2026-03-03T00:00:01"), 60, rule_until_today) is None


def test_a_change_of_hours_binds_from_its_own_midnight():
    change = local_day(epoch("2026-03-03T12:00:00"))
    windows = lambda day: ((0, 1440),) if day >= change else GAME  # noqa: E731
    assert after_hours(epoch("2026-03-03T00:00:30"), 60, windows) == 30
