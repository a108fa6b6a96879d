"""A real Mosquitto on the generated configuration keeps venues apart, and admits nobody without TLS and password."""

from __future__ import annotations

import dataclasses
import queue
import socket
import ssl
import threading

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from collector import wire
from collector.clock import SystemClock
from collector.conventions import BROKER_USER
from provisioning import credentials, plan, site
from provisioning.local.mosquitto import Mosquitto
from provisioning.local.process import free_port
from provisioning.scaffold import EXAMPLE
from provisioning.targets import mosquitto

OURS, THEIRS = "yb-0012", "yb-0031"
WITHIN = 10.0  # seconds


class Client:
    """A paho client that is connected, or refused with a reason, when its constructor returns."""

    def __init__(self, broker, user, password):
        self.messages = queue.Queue()
        self._acknowledged = {}
        self._settled = threading.Event()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
        if user is not None:
            self._client.username_pw_set(user, password)
        self._client.tls_set(ca_certs=str(broker.ca_file))
        self._client.on_connect = self._connected
        self._client.on_message = lambda *args: self.messages.put(args[-1].topic)
        self._client.on_publish = self._published
        self._client.on_subscribe = lambda *_: self._settled.set()
        self._client.connect("localhost", broker.port)
        self._client.loop_start()
        assert self._settled.wait(WITHIN)

    def _connected(self, _client, _userdata, _flags, reason, _properties):
        self.reason = str(reason)
        self._settled.set()

    def _published(self, _client, _userdata, mid, reason, _properties):
        self._acknowledged[mid] = str(reason)
        self._settled.set()

    def subscribe(self, *topics):
        self._settled.clear()
        self._client.subscribe([(topic, mqtt.SubscribeOptions(qos=1)) for topic in topics])
        assert self._settled.wait(WITHIN)

    def publish(self, topic, *, retain=False):
        """The broker's verdict on one message."""
        self._settled.clear()
        sent = self._client.publish(topic, b"x", qos=1, retain=retain)
        assert self._settled.wait(WITHIN)
        return self._acknowledged[sent.mid]

    def received(self, last):
        """Topics that came, up to the one that is known to come last."""
        topics = []
        while last not in topics:
            topics.append(self.messages.get(timeout=WITHIN))
        return topics

    def close(self):
        self._client.disconnect()
        self._client.loop_stop()


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    """The example's broker: what `provision` writes, with the credentials of its venues."""
    folder = tmp_path_factory.mktemp("broker")
    found, _ = site.load(EXAMPLE)
    settings = dataclasses.replace(
        found.settings,
        broker=dataclasses.replace(found.settings.broker, port=free_port()),
        deploy=str(folder / "deploy"),
        secrets=str(folder / "secrets"),
    )
    found = dataclasses.replace(found, settings=settings)
    plan.apply(plan.plan(found), folder / "deploy")
    made = credentials.ensure(
        folder / "secrets", [*found.venue_ids, BROKER_USER], ["localhost"], SystemClock()
    )
    with Mosquitto(
        folder / "deploy" / mosquitto.CONFIG, settings.broker.port, folder / "mosquitto.log"
    ) as child:
        child.ca_file = made.ca_file
        child.passwords = {user: path.read_text().strip() for user, path in made.password_files.items()}
        yield child


@pytest.fixture
def connect(broker):
    clients = []

    def make(user):
        client = Client(broker, user, broker.passwords[user])
        assert client.reason == "Success"
        clients.append(client)
        return client

    yield make
    for client in clients:
        client.close()


@pytest.mark.parametrize(
    ("user", "password"), [(None, None), (OURS, "guess"), (OURS, None), ("yb-9999", "guess")]
)
def test_nobody_enters_without_the_right_password(broker, user, password):
    client = Client(broker, user, password)
    assert client.reason in {"Not authorized", "Bad user name or password"}
    client.close()


def test_nobody_enters_without_tls(broker):
    client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
    client.username_pw_set(OURS, broker.passwords[OURS])
    connected, ended = [], threading.Event()
    client.on_connect = lambda *args: connected.append(args)
    client.on_disconnect = lambda *_: ended.set()
    client.connect("localhost", broker.port)
    client.loop_start()
    assert ended.wait(WITHIN)
    client.loop_stop()
    assert connected == []


def test_a_client_that_does_not_know_the_authority_turns_away(broker):
    with (
        socket.create_connection(("localhost", broker.port)) as plain,
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        ssl.create_default_context().wrap_socket(plain, server_hostname="localhost")


@pytest.mark.parametrize(
    ("topic", "allowed"),
    [
        (wire.topic(OURS, "07", "data"), True),
        (wire.topic(OURS, "07", "status"), True),
        (wire.topic(OURS, "07", "ack"), False),
        (wire.topic(THEIRS, "07", "data"), False),
        (wire.topic(THEIRS, "07", "status"), False),
        (wire.topic(THEIRS, "07", "ack"), False),
        (f"{wire.ROOT}/_site/manifest", False),
        ("anything/else", False),
    ],
)
def test_a_venue_writes_only_what_its_own_pcs_say(connect, topic, allowed):
    verdict = connect(OURS).publish(topic)
    assert verdict in ({"Success", "No matching subscribers"} if allowed else {"Not authorized"})


def test_a_venue_reads_only_its_own_acks_and_the_sites_word(connect):
    venue, server, other = connect(OURS), connect(BROKER_USER), connect(THEIRS)
    venue.subscribe("#", wire.topic(THEIRS, "+", "ack"), wire.SHARED_DATA)
    other.publish(wire.topic(THEIRS, "01", "status"), retain=True)
    other.publish(wire.topic(THEIRS, "01", "data"))
    venue.publish(wire.topic(OURS, "01", "data"))
    last = f"{wire.ROOT}/_site/manifest"
    for topic in (wire.topic(THEIRS, "01", "ack"), wire.topic(OURS, "01", "ack"), last):
        server.publish(topic)
    assert venue.received(last) == [wire.topic(OURS, "01", "ack"), last]


def test_the_server_reads_all_data_shared_and_all_status_and_answers(connect):
    server = connect(BROKER_USER)
    server.subscribe(wire.SHARED_DATA, wire.ALL_STATUS)
    for venue in (OURS, THEIRS):
        client = connect(venue)
        client.publish(wire.topic(venue, "02", "data"))
        client.publish(wire.topic(venue, "02", "status"))
    last = wire.topic(THEIRS, "02", "status")
    expected = {wire.topic(venue, "02", kind) for venue in (OURS, THEIRS) for kind in ("data", "status")}
    assert expected <= set(server.received(last))
    assert server.publish(wire.topic(OURS, "02", "data")) == "Not authorized"
