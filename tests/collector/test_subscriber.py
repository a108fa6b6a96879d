"""The server's connection to a real broker: whatever fails is said once, and it comes back by itself."""

import logging
import queue
from dataclasses import replace
from pathlib import Path

import pytest

from collector import wire
from collector.agent.link import make_client, tls_context
from collector.subscriber import Subscriber
from provisioning.local.stack import Stack

VENUE, PC = "yb-0012", "01"


@pytest.fixture
def stack(tmp_path: Path):
    with Stack(tmp_path / "stack") as made:
        yield made


class Ear:
    """A subscriber to all data, and what it hears."""

    def __init__(self, stack: Stack, **changes: object) -> None:
        self.heard: queue.Queue[bytes] = queue.Queue()
        broker = replace(stack.deploy.broker, **changes)
        self.link = Subscriber("ear", broker, wire.SHARED_DATA, lambda _, payload: self.heard.put(payload))
        self.link.start()


def say(stack: Stack, payload: bytes) -> None:
    endpoint = stack.endpoint(VENUE)
    client = make_client("mouth", endpoint, tls_context(endpoint))
    client.connect(endpoint.host, endpoint.port)
    client.loop_start()
    client.publish(wire.topic(VENUE, PC, "data"), payload, qos=1).wait_for_publish(10)
    client.disconnect()
    client.loop_stop()


def said(caplog: pytest.LogCaptureFixture, words: str) -> int:
    return sum(words in record.getMessage() for record in caplog.records)


def test_a_broker_that_comes_later_and_goes_away_is_told_once_each(stack, caplog):
    caplog.set_level(logging.INFO)
    stack.mosquitto.kill()
    ear = Ear(stack)
    try:
        stack.influxd.wait_until(lambda: said(caplog, "cannot be reached") == 1)
        stack.mosquitto.restart()
        stack.influxd.wait_until(lambda: said(caplog, "connected to the broker") == 1)
        say(stack, b"one")
        assert ear.heard.get(timeout=10) == b"one"
        stack.mosquitto.kill()
        stack.influxd.wait_until(lambda: said(caplog, "is gone") == 1)
        stack.mosquitto.restart()
        stack.influxd.wait_until(lambda: said(caplog, "connected to the broker") == 2)
        say(stack, b"two")
        assert ear.heard.get(timeout=10) == b"two"
    finally:
        ear.link.stop()
    assert said(caplog, "the broker") == 4


def test_a_wrong_password_is_told(stack, caplog, tmp_path):
    wrong = tmp_path / "wrong"
    wrong.write_text("guess")
    ear = Ear(stack, password_file=wrong)
    try:
        stack.influxd.wait_until(lambda: said(caplog, "refuses us") == 1)
    finally:
        ear.link.stop()
