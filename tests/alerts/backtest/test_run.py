"""All rules over a period: what began before it, what fails, and the same result from one process or two."""

from datetime import timedelta

import pytest

from alerts.backtest.run import REACH, Period, Task, policy_of, run
from collector.clock import at_second
from collector.influx import Access, Unavailable

START = 1_772_463_600
PLAY = 'SELECT sum("play") FROM "after_hours" WHERE $timeFilter GROUP BY "venue", "pc", "place", "class"'
LEDGER = 'SELECT count("stored") FROM "ledger" WHERE $timeFilter'


def period(minutes=60, phase=0):
    return Period(at_second(START), at_second(START + minutes * 60), timedelta(seconds=phase))


@pytest.fixture
def access(influx):
    """Play of one PC from half an hour before to a quarter of an hour after, of another one later; ten hours earlier."""
    lines = [
        f"after_hours,class=game,pc={pc},place=1,venue=v-1 play=30i {START + minute * 60 + half}"
        for pc, minutes in (("07", range(-30, 15)), ("08", range(20, 30)), ("09", range(-600, -570)))
        for minute in minutes
        for half in (0, 30)
    ]
    influx.write(lines)
    return influx._access


def test_what_fires_at_the_beginning_has_its_true_beginning(access, made):
    (found,) = run([Task(made(PLAY, 120, lasting=300))], access, period(), 1)
    first, second = found.episodes
    assert ((at_second(START) - first.began), first.fired < at_second(START)) == (timedelta(minutes=29), True)
    assert not first.open
    assert second.label("pc") == "08"
    assert (found.policy, found.evaluations, found.fault) == ("test", 60, "")


def test_what_ended_before_the_period_is_none_of_it(access, made):
    (found,) = run([Task(made(PLAY, 120))], access, period(), 1)
    assert {episode.label("pc") for episode in found.episodes} == {"07", "08"}
    (earlier,) = run(
        [Task(made(PLAY, 120))], access, Period(at_second(START - 36_000), at_second(START), timedelta()), 1
    )
    assert {episode.label("pc") for episode in earlier.episodes} == {"07", "09"}


def test_two_processes_find_what_one_finds_and_say_when_a_rule_is_done(access, made):
    tasks = [
        Task(made(PLAY, 120, lasting=300)),
        Task(made(LEDGER, 180, absent=True, uid="policy-stalled")),
        Task(made(PLAY, 300, uid="policy-longer")),
    ]
    told = []
    both = run(tasks, access, period(phase=20), 2, lambda: told.append(1))
    assert both == run(tasks, access, period(phase=20), 1)
    assert [outcome.policy for outcome in both] == ["test", "stalled", "longer"]
    assert len(told) == 3
    assert both[1].episodes[0].open
    assert at_second(START) - both[1].episodes[0].began == REACH - timedelta(seconds=20)


def test_a_rule_that_cannot_be_asked_is_a_fault_of_its_own(access, made):
    strange = made('SELECT spread("play") FROM "after_hours" WHERE $timeFilter', 60, uid="policy-strange")
    bad = made('SELECT sum("play") FROM "after_hours" WHERE $timeFilter AND nonsense( GROUP BY "venue"', 60)
    found = run([Task(strange), Task(bad), Task(made(PLAY, 120))], access, period(), 1)
    assert [bool(outcome.fault) for outcome in found] == [True, True, False]
    assert "no query of a policy" in found[0].fault
    assert policy_of(strange) == "strange"


@pytest.mark.parametrize("workers", [1, 2])
def test_a_database_that_is_away_leaves_the_question_open(made, workers):
    nowhere = Access("http://127.0.0.1:1", "x", api="v1")
    with pytest.raises(Unavailable):
        run([Task(made(PLAY, 120)), Task(made(PLAY, 60))], nowhere, period(), workers)
