"""Two runs of the same days: who is lost and gained, how much time is more and less."""

from alerts.backtest.difference import differences


def compare(before, after, period):
    (found,) = differences(before, after, period)
    return found


def test_a_longer_episode_is_the_same_one_with_more_time(episode, outcome, hour):
    found = compare([outcome(episode(10, 20))], [outcome(episode(5, 20))], hour(1))
    assert (found.lost, found.gained, found.less, found.more) == ((), (), 0, 300)
    assert not found.nothing


def test_an_episode_of_which_nothing_is_left_is_lost_and_so_may_be_its_venue(episode, outcome, hour):
    gone, kept = episode(10, 20, venue="v-2"), episode(30, 40)
    found = compare([outcome(gone, kept)], [outcome(kept)], hour(1))
    assert (found.lost, found.gained, found.less, found.more) == ((gone,), (), 600, 0)
    assert (found.venues_lost, found.venues_gained) == (("v-2",), ())


def test_another_pc_of_the_same_venue_is_another_episode(episode, outcome, hour):
    one, two = episode(10, 20), episode(10, 20, pc="08")
    found = compare([outcome(one)], [outcome(two)], hour(1))
    assert (found.lost, found.gained, found.less, found.more) == ((one,), (two,), 600, 600)
    assert (found.venues_lost, found.venues_gained) == ((), ())


def test_episodes_that_only_touch_are_two(episode, outcome, hour):
    found = compare([outcome(episode(10, 20))], [outcome(episode(20, 30))], hour(1))
    assert (len(found.lost), len(found.gained)) == (1, 1)


def test_what_lies_outside_the_period_is_no_difference(episode, outcome, hour):
    found = compare([outcome(episode(-30, 20))], [outcome(episode(-5, 20))], hour(1))
    assert found.nothing


def test_a_policy_of_one_side_alone_is_new_or_gone(episode, outcome, hour):
    old, new = outcome(episode(0, 9), policy="a"), outcome(episode(0, 9), policy="b")
    gone, fresh = differences([old], [new], hour(1))
    assert (gone.policy, gone.after, len(gone.lost)) == ("a", None, 1)
    assert (fresh.policy, fresh.before, len(fresh.gained)) == ("b", None, 1)


def test_what_cannot_be_told_is_a_difference(outcome, hour):
    found = compare([outcome()], [outcome(fault="no query of a policy")], hour(1))
    assert (found.nothing, found.fault) == (False, "no query of a policy")
