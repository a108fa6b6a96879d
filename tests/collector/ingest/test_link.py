"""Ingest's connection: it comes back by itself, says once what fails, and leaves only when all is written."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from collector import wire
from collector.agent.link import make_client, tls_context
from collector.clock import SystemClock
from collector.ingest.bulk import HELD
from collector.ingest.link import Link
from provisioning.local.stack import Stack

VENUE = "yb-0012"
TOPIC = wire.topic(VENUE, "01", "data")


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(tmp_path_factory.mktemp("stack")) as made:
        yield made


class Driven:
    """A link with somebody who turns it."""

    def __init__(self, stack: Stack, password: Path | None = None) -> None:
        broker = (
            stack.deploy.broker if password is None else replace(stack.deploy.broker, password_file=password)
        )
        self.taken: list[tuple[str, bytes]] = []
        self.ups = 0
        self.link = Link(
            "test",
            broker,
            wire.SHARED_DATA,
            lambda *m: self.taken.append(m),
            self._up,
            SystemClock(),
            Random(1),
        )

    def _up(self) -> None:
        self.ups += 1

    def until(self, done: Callable[[], bool], within: float = 20.0) -> None:
        clock = SystemClock()
        deadline = clock.monotonic() + within
        while not done():
            assert clock.monotonic() < deadline
            self.link.turn(0.05)


@pytest.fixture
def driven(stack: Stack) -> Iterator[Driven]:
    made = Driven(stack)
    yield made
    made.link.close()


def send(stack: Stack, *payloads: bytes) -> None:
    endpoint = stack.endpoint(VENUE)
    client = make_client("sender", endpoint, tls_context(endpoint))
    client.connect(endpoint.host, endpoint.port)
    client.loop_start()
    for payload in payloads:
        client.publish(TOPIC, payload, qos=1).wait_for_publish(10)
    client.disconnect()
    client.loop_stop()


def test_it_takes_what_comes_in_its_own_turn(stack, driven):
    driven.until(lambda: driven.link.subscribed)
    payloads = [f"{n}".encode() * 1000 for n in range(30)]
    send(stack, *payloads)
    assert driven.taken == []
    driven.until(lambda: len(driven.taken) == len(payloads))
    assert driven.taken == [(TOPIC, payload) for payload in payloads]


def test_a_killed_broker_is_said_once_and_found_again(stack, driven, caplog):
    driven.until(lambda: driven.link.subscribed)
    with caplog.at_level(logging.INFO):
        stack.mosquitto.kill()
        driven.until(lambda: not driven.link.subscribed)
        for _ in range(30):
            driven.link.turn(0.1)
        stack.mosquitto.restart()
        driven.until(lambda: driven.link.subscribed)
    warnings = [r.getMessage() for r in caplog.records if r.levelno == logging.WARNING]
    assert len(warnings) == 1
    assert warnings[0].startswith("the broker is gone")
    assert driven.link.losses == 1
    assert driven.ups == 2
    send(stack, b"again")
    driven.until(lambda: bool(driven.taken))


def test_a_broker_that_refuses_is_asked_again_later(stack, tmp_path, caplog):
    password = tmp_path / "password"
    password.write_text("wrong")
    driven = Driven(stack, password)
    driven.until(lambda: "refuses us" in caplog.text)
    assert not driven.link.subscribed
    password.write_text(stack.deploy.broker.password())
    driven.until(lambda: driven.link.subscribed)
    driven.link.close()


def test_what_was_published_is_written_before_it_leaves(stack):
    driven, reader = Driven(stack), Driven(stack)
    reader.link._topic, reader.link._name = wire.MANIFEST_TOPIC, "reader"
    driven.until(lambda: driven.link.subscribed)
    for n in range(500):
        driven.link.publish(wire.MANIFEST_TOPIC, f"{n}".encode() * 100, qos=0, retain=True)
    driven.link.close()
    reader.until(lambda: bool(reader.taken))
    assert reader.taken == [(wire.MANIFEST_TOPIC, b"499" * 100)]
    reader.link.publish(wire.MANIFEST_TOPIC, b"", retain=True)
    reader.link.close()


def test_another_thread_ends_its_wait(driven):
    driven.until(lambda: driven.link.subscribed)
    clock = SystemClock()
    driven.link.turn(0)
    for _ in range(100_000):  # more than the pipe holds
        driven.link.wake()
    before = clock.monotonic()
    driven.link.turn(30)
    assert clock.monotonic() - before < 15


def test_more_than_the_socket_holds_is_written_in_the_end(stack):
    driven, reader = Driven(stack), Driven(stack)
    reader.link._topic, reader.link._name = wire.MANIFEST_TOPIC, "reader"
    driven.until(lambda: driven.link.subscribed)
    reader.until(lambda: reader.link.subscribed)
    payloads = [f"{n:04}".encode() * 300 for n in range(2000)]
    assert sum(map(len, payloads)) > 8 * HELD
    for payload in payloads:
        driven.link.publish(wire.MANIFEST_TOPIC, payload)
    deadline = SystemClock().monotonic() + 20
    while len(reader.taken) < len(payloads):
        assert SystemClock().monotonic() < deadline
        driven.link.turn(0.01)
        reader.link.turn(0.01)
    assert [payload for _, payload in reader.taken] == payloads
    driven.link.close()
    reader.link.close()
