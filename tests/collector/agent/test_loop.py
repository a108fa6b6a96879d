"""The agent's loop: due sensors share a message, and a fault of one sensor, the disk or the broker is outlived."""

import json
import queue
import sqlite3
import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import psutil
import pytest

from collector.agent.delivery import Delivery
from collector.agent.health import Health
from collector.agent.link import Acked, Down, Event, Refused, Up
from collector.agent.loop import Agent, Schedule
from collector.agent.spool import Spool
from collector.clock import FrozenClock, Instant, TrustedClock
from collector.lineprotocol import Point
from collector.wire import Ack, Refusal, decode


class Looks:
    """A sensor that is told what to see."""

    def __init__(self, name: str, every: float, fault: Exception | None = None) -> None:
        self.name = name
        self.every = every
        self.fault = fault

    def sample(self, now: Instant) -> Iterable[Point]:
        if self.fault is not None:
            raise self.fault
        return [Point(self.name, {}, {"mono": now.mono})]


class Line:
    """A link that keeps what it is given."""

    def __init__(self) -> None:
        self.opened = 0
        self.sent: list[bytes] = []
        self.closed_in_order = False

    def open(self) -> None:
        self.opened += 1

    def publish(self, payload: bytes) -> None:
        self.sent.append(payload)

    def close(self, *, farewell: bool = False) -> None:
        self.closed_in_order = farewell


class World:
    def __init__(self, *sensors: Looks, state: Path | None = None) -> None:
        self.clock = FrozenClock(datetime(2026, 3, 2, tzinfo=UTC))
        self.events: queue.Queue[Event] = queue.Queue()
        self.line = Line()
        self.spool = Spool(None)
        self.agent = Agent(
            sensors=sensors,
            spool=self.spool,
            delivery=Delivery(self.spool, TrustedClock(), self.clock.boot, Random(1)),
            link=self.line,
            events=self.events,
            health=Health(self.clock, "test"),
            clock=self.clock,
            random=Random(1),
            state=state,
        )

    def step(self, *events: Event) -> None:
        """One turn that never waits: an event is always there."""
        for event in events or (Acked(Ack("0" * 32, (1,), 1), 0.0),):
            self.events.put(event)
        self.agent.step()

    def messages(self) -> list[tuple[str, ...]]:
        self.spool.stamp(self.clock.boot, lambda mono: mono)
        return [frame.lines for frame in self.spool.frames(self.spool.oldest(100))]


def measurements(lines: tuple[str, ...]) -> list[str]:
    return [line.split(" ")[0].split(",")[0] for line in lines]


def test_sensors_that_are_due_together_share_one_message():
    world = World(Looks("host", 30), Looks("games", 10))
    world.step()
    world.clock.advance(10)
    world.step()
    assert [measurements(m) for m in world.messages()] == [["agent", "host", "games"], ["agent", "games"]]


def test_a_failing_sensor_is_counted_and_said_once_and_the_others_go_on(caplog):
    world = World(Looks("host", 10, psutil.AccessDenied()), Looks("games", 10))
    for _ in range(3):
        world.step()
        world.clock.advance(10)
    assert [measurements(m) for m in world.messages()] == [["agent", "games"]] * 3
    assert "errors=3i" in world.messages()[2][0]
    assert caplog.text.count("sensor host fails") == 1


def test_a_fault_that_is_no_fault_of_the_world_is_not_hidden():
    with pytest.raises(ZeroDivisionError):
        World(Looks("host", 10, ZeroDivisionError())).step()


def test_a_disk_that_refuses_is_counted_and_outlived(caplog):
    world = World(Looks("host", 10))
    world.spool.close()
    world.step()
    assert "spool fails" in caplog.text


def test_after_a_long_sleep_one_sample_is_enough():
    schedule = Schedule((Looks("host", 30),))
    assert len(schedule.take(1000)) == 1
    assert schedule.take(1020) == []
    assert len(schedule.take(9000)) == 1
    assert schedule.take(9000.5) == []
    assert 9000 < schedule.next() <= 9030


def test_a_connection_brings_a_ping_and_its_loss_a_wait_that_grows():
    world = World(Looks("host", 1000))
    world.step(Up())
    world.step()
    assert decode(world.line.sent[0])[0].n == 0
    assert world.line.opened == 1
    waits = []
    for _ in range(8):
        world.step(Down("gone"))
        before = world.clock.monotonic()
        opened = world.line.opened
        while world.line.opened == opened:
            world.clock.advance(0.25)
            world.step()
        waits.append(world.clock.monotonic() - before)
    assert waits[0] <= 2
    assert 60 <= waits[-1] <= 181


def test_what_is_sampled_without_a_connection_is_stamped_by_the_servers_time_that_is_known():
    world = World(Looks("host", 30))
    world.step(Up())
    ack = Ack(world.spool.stream, (0,), int(world.clock.wall().timestamp() * 1000))
    world.step(Acked(ack, world.clock.monotonic()))
    world.step(Down("cable"))
    world.clock.advance(31)
    world.step()
    assert world.spool.newest() == 2


def test_the_same_loss_told_twice_does_not_double_the_wait():
    world = World(Looks("host", 1000))
    world.step()
    world.step(Down("refused"), Down("closed"))
    world.step()
    world.clock.advance(2)
    world.step()
    assert world.line.opened == 2


def test_a_stop_says_goodbye():
    world = World(Looks("host", 10))
    stop = threading.Event()
    stop.set()
    world.agent.run(stop)
    assert world.line.closed_in_order
    with pytest.raises(sqlite3.ProgrammingError):
        world.spool.newest()


def test_the_words_of_a_server_that_refuses_are_shown_and_said_once_until_it_takes_something(
    tmp_path, caplog
):
    caplog.set_level("INFO")
    path = tmp_path / "status.json"
    world = World(Looks("host", 10), state=path)
    refused = Refused(Refusal(world.spool.stream, "version", "wire 2; this server speaks 1"))
    for _ in range(3):
        world.step(refused)
        world.clock.advance(10)
    state = json.loads(path.read_text())
    assert (state["refused"], state["failing"]) == ("version: wire 2; this server speaks 1", ["server"])
    assert caplog.text.count("server fails") == 1
    world.step(Acked(Ack(world.spool.stream, (1, 2), 1), 0.0))
    world.clock.advance(10)
    world.step()
    state = json.loads(path.read_text())
    assert (state["refused"], state["failing"]) == ("", [])
    assert "server works again" in caplog.text


def test_the_words_meant_for_another_are_not_shown(tmp_path):
    path = tmp_path / "status.json"
    world = World(Looks("host", 10), state=path)
    world.step(Refused(Refusal("cd" * 16, "version", "wire 2")))
    assert json.loads(path.read_text())["refused"] == ""
