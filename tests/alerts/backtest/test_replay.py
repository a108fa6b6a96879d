"""Rules over past minutes by hand: what fires, since when, until when, and why it ended."""

from datetime import timedelta

import pytest

from alerts.backtest.ask import Stored
from alerts.backtest.moments import moments
from alerts.backtest.past import Sizes
from alerts.backtest.replay import evaluations, replay
from alerts.engine.state import Phase
from collector.clock import at_second

START = 1_772_463_600
PLAY = 'SELECT sum("play") FROM "after_hours" WHERE $timeFilter GROUP BY "venue", "pc", "place", "class"'
LEDGER = 'SELECT count("stored") FROM "ledger" WHERE $timeFilter'
SILENT = 'SELECT sum("minutes") FROM "unobserved" WHERE $timeFilter GROUP BY "venue", "pc", "place", "class"'
OPEN = 'SELECT min("online") FROM "venue" WHERE $timeFilter GROUP BY "venue", "place", "class"'


def minutes(*numbers, phase=0):
    """Evaluations from START on."""
    first, until = numbers if len(numbers) == 2 else (0, *numbers)
    return moments(
        at_second(START + first * 60),
        at_second(START + until * 60),
        timedelta(minutes=1),
        timedelta(seconds=phase),
    )


def playing(influx, *stamps, pc="07", venue="v-1"):
    influx.write(
        [f"after_hours,class=game,pc={pc},place=1,venue={venue} play=30i {START + at}" for at in stamps]
    )


def told(episode):
    """Minutes after START."""
    times = [episode.began, episode.fired, episode.ended]
    return tuple(None if at is None else (at.timestamp() - START) / 60 for at in times)


def test_where_there_is_nothing_nothing_fires(influx, made):
    entry = made(PLAY, 120, lasting=300)
    assert replay(entry, Stored(influx), minutes(600)) == []
    assert list(evaluations(entry, Stored(influx), minutes(600))) == []


def test_play_fires_at_the_sixth_minute_and_ends_when_its_series_has_been_gone_for_two(influx, made):
    """Samples up to 22:14:30: the range has them until 22:16, while another PC plays on."""
    playing(influx, *range(30, 900, 30))
    playing(influx, *range(30, 2400, 30), pc="08")
    found = {e.label("pc"): e for e in replay(made(PLAY, 120, lasting=300), Stored(influx), minutes(30))}
    first = found["07"]
    assert told(first) == (1, 6, 18)
    assert told(found["08"]) == (1, 6, None)
    assert first.reason == "MissingSeries"
    assert dict(first.subject) == {"venue": "v-1", "pc": "07", "place": "1", "class": "game"}
    assert (first.policy, first.severity, first.value, first.open) == ("test", "warning", 120, False)


def test_no_data_ends_it_at_once_where_nobody_else_has_any(influx, made):
    """NoData of the whole rule counts as normal for each instance: it needs no second minute."""
    playing(influx, 30)
    (found,) = replay(made(PLAY, 120), Stored(influx), minutes(60))
    assert told(found) == (1, 1, 3)
    assert found.reason == "NoData"


def test_what_was_true_at_the_first_look_may_have_been_so_for_longer(influx, made):
    playing(influx, *range(0, 1800, 30))
    early, late = (
        replay(made(PLAY, 120), Stored(influx), when)[0] for when in (minutes(40), minutes(10, 40))
    )
    assert (told(early)[0], early.open) == (1, False)
    assert (told(late)[0], late.open) == (10, True)


def test_what_still_fires_at_the_end_has_no_end(influx, made):
    playing(influx, *range(0, 1800, 30))
    (found,) = replay(made(PLAY, 120), Stored(influx), minutes(20))
    assert told(found) == (1, 1, None)
    assert found.reason == ""


def test_each_time_is_an_episode_of_its_own_in_order(influx, made):
    playing(influx, 30, 1230, 2430)
    playing(influx, 630, pc="08")
    found = replay(made(PLAY, 60), Stored(influx), minutes(60))
    assert [(e.label("pc"), told(e)[1]) for e in found] == [("07", 1), ("08", 11), ("07", 21), ("07", 41)]


def test_the_phase_moves_what_is_seen(influx, made):
    playing(influx, 51)
    assert told(replay(made(PLAY, 60), Stored(influx), minutes(9))[0])[1] == 2
    assert told(replay(made(PLAY, 60), Stored(influx), minutes(9, phase=10))[0])[1] == pytest.approx(
        1 + 1 / 6
    )


def test_absence_fires_where_there_never_was_anything(influx, made):
    entry = made(LEDGER, 180, lasting=120, absent=True)
    (found,) = replay(entry, Stored(influx), minutes(30))
    assert told(found) == (0, 2, None)
    assert (found.subject, found.open) == ((), True)


def test_absence_fires_in_a_gap_alone(influx, made):
    stamps = [at for at in range(-300, 3600, 10) if not 600 <= at < 1200]
    influx.write([f"ledger,worker={w} stored=1i {START + at}" for w in (1, 2) for at in stamps])
    (found,) = replay(made(LEDGER, 180, lasting=120, absent=True), Stored(influx), minutes(60))
    assert told(found) == (13, 15, 21)
    assert (found.subject, found.open, found.reason) == ((), False, "")


@pytest.mark.parametrize("first", [1, 2, 3, 7, 60])
@pytest.mark.parametrize("at", [590, 591, 650, 651])
def test_a_point_at_the_edge_of_a_block_is_seen_once_and_by_all_that_should(influx, made, first, at):
    playing(influx, at)
    entry = made(PLAY, 120)
    found = [
        number
        for number, after, _ in evaluations(entry, Stored(influx), minutes(30), Sizes(first, 1))
        if any(instance.phase is Phase.ALERTING for instance in after.values())
    ]
    assert found == [n for n in range(30) if n * 60 - 129 <= at <= n * 60 - 10]


def test_a_second_query_is_asked_only_of_the_venues_and_times_that_the_first_one_names(influx, made):
    asked = []

    class Watching(Stored):
        def points(self, question, since, before, width, groups):
            found = super().points(question, since, before, width, groups)
            asked.append((question.measurement, (since - START) // 60, len(found)))
            return found

    identity = "class=game,pc=07,place=1,venue=v-1"
    influx.write([f"unobserved,{identity},state=silent minutes=1i {START + m * 60}" for m in range(20, 30)])
    influx.write(
        [
            f"venue,class=game,place=1,venue=v-{v} online={v}i {START + m * 60}"
            for v in (1, 2, 3)
            for m in range(60)
        ]
    )
    entry = made(SILENT, 120, lasting=60, meanwhile=(OPEN, 1))
    (found,) = replay(entry, Watching(influx), minutes(60))
    assert told(found)[:2] == (21, 22)
    venue = [(since, rows) for name, since, rows in asked if name == "venue"]
    assert venue == [(18, 12)]


def test_a_side_that_has_nothing_at_all_makes_the_rule_one_without_data(influx, made):
    influx.write(
        [
            f"unobserved,class=game,pc=07,place=1,venue=v-1,state=silent minutes=1i {START + m * 60}"
            for m in range(9)
        ]
    )
    assert replay(made(SILENT, 120, meanwhile=(OPEN, 1)), Stored(influx), minutes(30)) == []


def test_one_and_one_are_combined_whatever_their_labels_as_in_grafana(influx, made):
    influx.write([f"unobserved,class=game,pc=07,place=1,venue=v-1,state=silent minutes=1i {START}"])
    influx.write([f"venue,class=game,place=1,venue=v-2 online=5i {START}"])
    (found,) = replay(made(SILENT, 60, meanwhile=(OPEN, 1)), Stored(influx), minutes(9))
    assert found.subject == ()


def test_sets_of_labels_that_neither_contains_the_other_are_asked_in_full(influx, made):
    """Two series of other venues are there, too: so one and one are not all that there is, and nothing is combined."""
    influx.write([f"after_hours,class=game,pc=07,place=1,venue=v-1 play=30i {START}"])
    influx.write(
        [f"unobserved,class=game,pc=01,place=1,venue=v-{v},state=dark minutes=1i {START}" for v in (1, 2, 3)]
    )
    by_state = 'SELECT sum("minutes") FROM "unobserved" WHERE $timeFilter GROUP BY "venue", "place", "class", "state"'
    assert replay(made(PLAY, 60, meanwhile=(by_state, 1)), Stored(influx), minutes(9)) == []


def test_a_query_that_is_no_policys_cannot_be_replayed(influx, made):
    with pytest.raises(ValueError, match="no query of a policy"):
        replay(made('SELECT spread("play") FROM "games" WHERE $timeFilter', 60), Stored(influx), minutes(9))
