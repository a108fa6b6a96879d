"""Chaos carries its schedule out on real processes, and notices who dies by itself."""

import sys
import threading

import pytest

from collector.clock import SystemClock
from provisioning.exactness.chaos import Chaos
from provisioning.exactness.schedule import Kill, Phase, Schedule, Victim
from provisioning.local.process import Child
from provisioning.local.proxy import Fault, Proxy

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture
def victims(tmp_path):
    children = {victim: Child(victim.value, SLEEPER, tmp_path / victim.value) for victim in Victim}
    yield children
    for child in children.values():
        child.kill()


@pytest.fixture
def proxy():
    with Proxy() as made:
        yield made


def carry_out(schedule: Schedule, victims, proxy, stop: threading.Event | None = None) -> tuple[Chaos, str]:
    told: list[str] = []
    chaos = Chaos(victims, proxy, None, SystemClock(), told.append)
    chaos.run(schedule, stop or threading.Event())
    return chaos, "\n".join(told)


def test_who_is_killed_is_another_process_afterwards_and_the_others_are_not(victims, proxy):
    before = {victim: child.process.pid for victim, child in victims.items()}
    chaos, told = carry_out(Schedule(0.5, (Kill(0.05, Victim.FIRST, 0.05),), ()), victims, proxy)
    changed = {victim for victim, child in victims.items() if child.process.pid != before[victim]}
    assert changed == {Victim.FIRST}
    assert all(child.running for child in victims.values())
    assert [line.split("s  ")[1] for line in told.splitlines()] == [
        "kill -9 ingest-1",
        "ingest-1 is up again",
    ]
    assert chaos.died == []


def test_who_is_found_dead_is_named_and_started_again(victims, proxy):
    victims[Victim.BROKER].kill()
    chaos, told = carry_out(Schedule(0.5, (Kill(0.05, Victim.BROKER, 0.05),), ()), victims, proxy)
    assert chaos.died == ["mosquitto"]
    assert "mosquitto IS DEAD" in told
    assert victims[Victim.BROKER].running


def test_a_fault_holds_for_its_time(victims, proxy):
    """The kill in the middle of it says what holds then."""
    told: list[tuple[str, Fault]] = []
    chaos = Chaos(victims, proxy, None, SystemClock(), lambda what: told.append((what, proxy.fault)))
    schedule = Schedule(0.5, (Kill(0.1, Victim.FIRST, 0.5),), (Phase(0.0, 0.3, Fault.CUT),))
    chaos.run(schedule, threading.Event())
    assert [fault for _, fault in told] == [Fault.CUT, Fault.CUT, Fault.NONE, Fault.NONE]


def test_it_ends_at_once_when_it_is_told_to(victims, proxy):
    stop = threading.Event()
    stop.set()
    _, told = carry_out(Schedule(0.5, (Kill(60.0, Victim.FIRST, 1.0),), ()), victims, proxy, stop)
    assert told == ""
