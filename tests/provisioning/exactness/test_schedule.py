"""A schedule of kills and troubles: the same from the same seed, and one that everybody can survive."""

from collections import Counter
from itertools import pairwise

import pytest

from provisioning.exactness.schedule import DISK_FULL, Schedule, Victim, draw
from provisioning.local.proxy import Fault

PHASES = ((Fault.UNAVAILABLE, 60), (DISK_FULL, 60), (DISK_FULL, 15), (Fault.CUT, 15))
SEEDS = range(50)


def long(seed: int) -> Schedule:
    return draw(seed, 600, 24, PHASES)


def test_one_seed_is_one_schedule_and_another_seed_another():
    assert long(7) == long(7)
    assert long(7) != long(8)


@pytest.mark.parametrize("seed", SEEDS)
def test_each_victim_is_killed_equally_often_and_within_the_time(seed):
    kills = long(seed).kills
    assert Counter(kill.victim for kill in kills) == dict.fromkeys(Victim, 6)
    assert all(0 < kill.at < 600 for kill in kills)
    assert list(kills) == sorted(kills, key=lambda kill: kill.at)


@pytest.mark.parametrize("seed", SEEDS)
def test_nobody_is_killed_before_it_is_up_again(seed):
    for victim in Victim:
        mine = [kill for kill in long(seed).kills if kill.victim is victim]
        for kill, following in pairwise(mine):
            assert following.at > kill.at + kill.down


@pytest.mark.parametrize("seed", SEEDS)
def test_each_trouble_comes_for_its_time_and_one_after_another(seed):
    phases = long(seed).phases
    assert Counter((phase.trouble, phase.lasts) for phase in phases) == Counter(PHASES)
    assert phases[0].at > 0
    assert phases[-1].end < 600
    assert all(phase.end < following.at for phase, following in pairwise(phases))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_database_is_killed_and_due_again_while_its_disk_is_full(seed):
    schedule = long(seed)
    (full,) = (phase for phase in schedule.phases if (phase.trouble, phase.lasts) == (DISK_FULL, 60))
    assert any(
        full.at < kill.at < kill.at + kill.down < full.end
        for kill in schedule.kills
        if kill.victim is Victim.DATABASE
    )


def test_phases_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="150 s do not fit into 95 s"):
        draw(1, 100, 4, PHASES)


def test_without_kills_or_phases_there_is_nothing_to_do():
    assert draw(1, 10, 0, ()) == Schedule(10, (), ())
    assert [phase.trouble for phase in draw(1, 10, 0, ((DISK_FULL, 1),)).phases] == [DISK_FULL]
