"""What a real Mosquitto does with the share of a member that is gone: the facts that docs/operate.md states.

It deals messages out in turn, to who reads and who does not. What it has dealt to a member it gives to no other.
"""

import ssl

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from collector import wire
from collector.agent.link import make_client, tls_context
from collector.clock import SystemClock
from provisioning.local.stack import Stack

VENUE = "yb-0012"
WITHIN = 10.0
QUIET = 0.3  # seconds in which nothing more comes


class Member:
    """One of those who share the subscription. It reads only while it is told to."""

    def __init__(self, stack: Stack, name: str, *, keepalive: int = 60, expiry: int = 0, clean: bool = True):
        broker = stack.deploy.broker
        self.got: list[int] = []
        self.clock = SystemClock()
        self._subscribed = False
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2, name, protocol=mqtt.MQTTv5)
        self.client.username_pw_set(broker.user, broker.password())
        self.client.tls_set_context(ssl.create_default_context(cafile=broker.ca_file))
        self.client.on_connect = lambda client, *_: client.subscribe(wire.SHARED_DATA, 1)
        self.client.on_subscribe = lambda *_: setattr(self, "_subscribed", True)
        self.client.on_message = lambda *args: self.got.append(int(args[-1].payload))
        properties = Properties(PacketTypes.CONNECT)
        properties.SessionExpiryInterval = expiry
        self.client.connect(broker.host, broker.port, keepalive, clean_start=clean, properties=properties)
        deadline = self.clock.monotonic() + WITHIN
        while not self._subscribed:
            self.client.loop(0.02)
            assert self.clock.monotonic() < deadline

    def read(self, seconds: float = QUIET) -> list[int]:
        """All that it got, after reading for a while."""
        deadline = self.clock.monotonic() + seconds
        while self.clock.monotonic() < deadline:
            self.client.loop(0.02)
        return self.got

    def die(self) -> None:
        """As a process that is killed: its connection ends without a word."""
        self.client.socket().close()

    def leave(self) -> None:
        self.client.disconnect()
        self.read(0.1)


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    with Stack(tmp_path_factory.mktemp("shared") / "stack") as made:
        yield made


@pytest.fixture
def members(stack):
    """A function that makes a member; all leave at the end, and with them their sessions."""
    made: dict[str, Member] = {}

    def join(name: str, **how) -> Member:
        made[name] = Member(stack, name, **how)
        return made[name]

    yield join
    for name in made:
        Member(stack, name).leave()


@pytest.fixture
def send(stack):
    endpoint = stack.endpoint(VENUE)
    client = make_client("ab" * 16, endpoint, tls_context(endpoint))
    client.connect(endpoint.host, endpoint.port)
    client.loop_start()

    def publish(first: int, last: int) -> None:
        for n in range(first, last):
            client.publish(wire.topic(VENUE, "01", "data"), str(n), qos=1).wait_for_publish(WITHIN)

    yield publish
    client.disconnect()
    client.loop_stop()


def test_a_member_that_does_not_read_is_dealt_its_share_all_the_same(members, send):
    reader, _frozen = members("a"), members("b")
    send(0, 600)  # more than the broker lets be unacknowledged: the rest waits at the broker
    assert len(reader.read()) == 300


def test_the_share_of_one_that_dies_is_lost_and_the_others_get_all_that_comes_afterwards(members, send):
    reader, dead = members("a"), members("b")
    send(0, 600)
    dead.die()
    assert len(reader.read()) == 300
    send(600, 610)
    assert len(reader.read()) == 310
    assert members("b").read() == []


def test_the_share_of_one_whose_name_is_taken_by_a_new_process_is_lost(members, send):
    reader, _old = members("a"), members("b")
    send(0, 50)
    assert members("b").read() == []
    assert len(reader.read()) == 25


def test_one_that_leaves_in_order_still_gets_what_was_dealt_to_it(members, send):
    reader, leaver = members("a"), members("b")
    send(0, 100)
    leaver.client.unsubscribe(wire.SHARED_DATA)
    assert sorted(leaver.read() + reader.read()) == list(range(100))


def test_a_lasting_session_would_go_on_taking_its_share_for_one_that_is_gone(members, send):
    """Why ingest has none."""
    reader, dead = members("a", expiry=60), members("b", expiry=60)
    dead.die()
    reader.read()
    send(0, 100)
    assert len(reader.read()) == 50


def test_one_that_hangs_is_given_up_after_one_and_a_half_times_its_keepalive(members, send):
    reader = members("a")
    members("b", keepalive=2)
    clock = reader.clock
    began, n = clock.monotonic(), 0
    while clock.monotonic() - began < WITHIN:
        send(n, n + 2)
        n += 2
        if {n - 2, n - 1} <= set(reader.read(0.3)):
            break
    assert 2.0 < clock.monotonic() - began < 8.0  # the broker looks every few seconds
