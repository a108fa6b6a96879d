"""A site's database is asked for what its rules read."""

from datetime import UTC, date, datetime

import pytest

from alerts.bench import Bench
from alerts.online import ask
from alerts.policy import Policy
from alerts.rule import AlertContext
from collector.clock import FrozenClock, SystemClock
from collector.document import parse_yaml
from collector.influx import Access, Influx, Unavailable
from collector.problem import Severity

TEXT = """\
id: excess
title: {vi: a, en: a}
says: {vi: x, en: x}
binds: [game]
in_force: {from: 2024-12-25}
flags: {measurement: venue, field: excess, by: venue, where: {excess: {least: 1}}}
threshold: {count: 1, over: 2m, for: 5m}
severity: warning
basis: {vi: x, en: x, confidence: supervision}
misses: {vi: x, en: x}
runbook: docs/policies/p.md
"""


def asked(influx, text=TEXT, clock=None):
    read = parse_yaml(text, "p.yaml", Policy)
    assert read.problems == []
    bench = Bench(AlertContext(), (read.value.read_from(read.document),), date(2026, 3, 2))
    return [(p.severity, p.summary) for p in ask(bench, influx, clock or SystemClock())]


def now():
    return round(SystemClock().wall().timestamp())


def test_a_database_that_has_all_of_it_is_good(influx):
    influx.write([f"venue,venue=v,place=1,class=game excess=1i {now() - 60}"])
    assert asked(influx) == []


def test_what_was_never_written_is_doubted_and_what_need_not_be_is_told(influx):
    assert asked(influx) == [(Severity.WARNING, "the database has nothing of 'venue' yet")]
    sparse = TEXT.replace(
        "{measurement: venue, field: excess, by: venue, where: {excess: {least: 1}}}",
        "{measurement: late, field: accesses}",
    )
    assert asked(influx, sparse) == [(Severity.INFO, "the database has nothing of 'late' yet")]


def test_a_field_of_another_type_is_a_fault(influx):
    influx.write([f"venue,venue=v,place=1,class=game excess=1.5 {now() - 60}"])
    said = "the database holds 'excess' of 'venue' as float, not as integer"
    assert asked(influx) == [(Severity.ERROR, said)]


def test_a_tag_that_no_point_has_is_doubted(influx):
    influx.write([f"venue,venue=v,class=game excess=1i {now() - 60}"])
    assert asked(influx) == [(Severity.WARNING, "no point of 'venue' has the tag 'place'")]


def test_what_ceased_days_ago_is_doubted(influx):
    influx.write([f"venue,venue=v,place=1,class=game excess=1i {now() - 2 * 86_400}"])
    assert asked(influx) == [(Severity.WARNING, "'venue' has no 'excess' of the last day")]


def test_a_query_that_takes_long_is_doubted(influx):
    class Slow(FrozenClock):
        """A second passes whenever it is looked at."""

        def monotonic(self):
            self.advance(1)
            return super().monotonic()

    influx.write([f"venue,venue=v,place=1,class=game excess=1i {now() - 60}"])
    [(severity, summary)] = asked(influx, clock=Slow(datetime(2026, 3, 2, tzinfo=UTC)))
    assert (severity, summary) == (
        Severity.WARNING,
        "its query takes 1.0 s here, and all rules are evaluated together",
    )


def test_a_database_that_is_away_leaves_the_question_open():
    with pytest.raises(Unavailable):
        asked(Influx(Access("http://127.0.0.1:9", "none", api="v1"), timeout=1))
