"""What is remembered between two verdicts, and what a start reads back."""

import pytest

from collector.influx import Unavailable
from collector.presence.facts import USUAL
from collector.presence.rounds import QUESTIONS, Rounds

KILLED = 219  # in the story of a large venue


def played(tell, name):
    story = tell(name)
    table = dict(story.play())
    return story.world, table[max(table)]


def verdicts(rounds, world, minutes=1):
    """So many minutes after the story's end, in which nothing happened but that ingest was at work."""
    for _ in range(minutes * 12):
        world.step()
    now = world.t // 60 * 60
    return rounds.judge(world.roster, {}, world.base + now)


def test_a_pc_that_is_gone_for_longer_than_the_look_back_keeps_its_verdict(tell):
    """Its messages may even have been deleted; that it was closed, and since when, stands in its last verdict."""
    world, last = played(tell, "closing-time-one-by-one")
    world.stored.clear()
    assert verdicts(Rounds(world), world) == last


def test_without_its_own_verdicts_presence_accuses_nobody_whose_last_word_is_forgotten(tell):
    world, _ = played(tell, "owner-kills-one-agent")
    world.kill(("yb-0012", "03"))
    world.rows.clear()
    found = verdicts(Rounds(world), world, minutes=4)
    assert found["yb-0012", "03"].cause == "our_outage"


def test_a_round_that_fails_is_as_if_it_had_not_been(tell):
    world, _ = played(tell, "owner-kills-agents-one-by-one")
    rounds = Rounds(world)
    before = verdicts(rounds, world)
    world.up["database"] = False
    with pytest.raises(Unavailable):
        verdicts(rounds, world)
    world.up["database"] = True
    world.ledger += [(at, 1) for at in range(world.ledger[-1][0] + 10, world.base + world.t, 10)]
    assert verdicts(rounds, world) == before


def test_all_pcs_numbers_are_compared_now_and_then(tell):
    """The dearest query of all is not asked each minute."""
    world, _ = played(tell, "new-pc-never-seen")
    asked = []
    numbers = world.numbers
    world.numbers = lambda since: asked.append(since) or numbers(since)
    rounds = Rounds(world)
    for _ in range(11):
        verdicts(rounds, world)
    assert len(asked) == 3
    assert asked[1] - asked[0] == USUAL.compare_every


def test_a_database_too_slow_to_compare_all_numbers_still_gets_its_verdicts(tell, caplog):
    world, last = played(tell, "disk-image-copied")
    rounds = Rounds(world)
    assert verdicts(rounds, world)["yb-0012", "02"].state == "cloned"

    def slow(_since):
        raise Unavailable("timed out")

    world.numbers = slow
    found = verdicts(rounds, world, minutes=6)
    assert {key: verdict.state for key, verdict in found.items()} == {key: v.state for key, v in last.items()}
    assert "clones cannot be looked for" in caplog.text


def test_questions_to_neighbours_have_a_bound(tell):
    world, _ = played(tell, "many-agents-killed-in-one-venue")
    world.rows.clear()
    asked = []
    messages = world.messages
    world.messages = lambda *about: asked.append(about) or messages(*about)
    words = dict.fromkeys(world.agents, ("lost", 0))
    now = world.base + world.t // 60 * 60
    rounds = Rounds(world)
    first = rounds.judge(world.roster, words, now)
    assert len(asked) == QUESTIONS
    assert sum(verdict.cause == "waiting" for verdict in first.values()) == KILLED - QUESTIONS
    rounds.judge(world.roster, words, now)
    assert len(asked) == KILLED
