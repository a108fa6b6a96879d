"""A parent hears of its children what they say, and knows whose word it is."""

import subprocess
import sys
from datetime import UTC, datetime

import pytest

from collector.clock import FrozenClock
from collector.supervised import Supervised, environment
from collector.supervisor import Supervisor, Word

SPEAKS = """
from collector.clock import SystemClock
from collector.supervised import Supervised
child = Supervised.from_environment(SystemClock())
child.alive("waiting for the broker")
child.ready()
child._due = 0
child.alive("12 messages stored")
"""


@pytest.fixture
def supervisor():
    with Supervisor() as made:
        yield made


def test_a_childs_words_come_with_its_process_id(supervisor):
    child = subprocess.Popen([sys.executable, "-c", SPEAKS], env=environment(supervisor.address))
    assert child.wait(10) == 0
    assert supervisor.hear(0) == [
        Word(child.pid, ready=False, alive=True, status="waiting for the broker"),
        Word(child.pid, ready=True, alive=False, status=None),
        Word(child.pid, ready=False, alive=True, status="12 messages stored"),
    ]


def test_nobody_speaks_and_the_wait_ends(supervisor):
    assert supervisor.hear(0.01) == []
    assert supervisor.hear(0) == []


def test_two_supervisors_do_not_hear_each_other(supervisor):
    with Supervisor() as other:
        speaker = Supervised(FrozenClock(datetime(2026, 3, 2, tzinfo=UTC)), other.address)
        speaker.ready()
        speaker.close()
        assert len(other.hear(1)) == 1
    assert supervisor.hear(0) == []
