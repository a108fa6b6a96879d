"""The agenda: whoever is due is called, at the earliest moment asked for, and nobody else is looked at."""

import math
from dataclasses import dataclass
from random import Random

from collector.simulate.agenda import Agenda


@dataclass(eq=False)
class Someone:
    name: str
    due: float = math.inf


def test_the_earliest_moment_asked_for_counts_and_a_later_one_changes_nothing():
    agenda: Agenda[Someone] = Agenda()
    a, b = Someone("a"), Someone("b")
    agenda.call(a, 5)
    agenda.call(b, 3)
    agenda.call(a, 2)
    agenda.call(a, 9)
    assert agenda.next() == 2
    assert [who.name for who in agenda.take(4)] == ["a", "b"]
    assert list(agenda.take(100)) == []


def test_who_was_called_may_ask_again_while_others_are_still_taken():
    agenda: Agenda[Someone] = Agenda()
    a = Someone("a")
    agenda.call(a, 1)
    calls = []
    for who in agenda.take(3):
        calls.append(who.name)
        agenda.call(who, 1 + len(calls))
    assert calls == ["a", "a", "a"]
    assert agenda.next() == 4


def test_nobody_is_forgotten_whatever_is_asked_in_which_order():
    agenda: Agenda[Someone] = Agenda()
    random = Random(1)
    people = [Someone(str(k)) for k in range(50)]
    for _ in range(500):
        agenda.call(random.choice(people), random.uniform(0, 100))
    wanted = {who.name: who.due for who in people if who.due < math.inf}
    assert {who.name for who in agenda.take(50)} == {name for name, due in wanted.items() if due <= 50}
    assert {who.name for who in agenda.take(100)} == {name for name, due in wanted.items() if due > 50}
    assert agenda.next() == math.inf or list(agenda.take(math.inf)) == []
