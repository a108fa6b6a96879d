"""The agent's connection to the broker: one paho client a connection, its callbacks turned into events.

paho would itself send again what it thinks undelivered; here the spool alone decides, so that a client
is thrown away with its connection.
"""

from __future__ import annotations

import contextlib
import logging
import ssl
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from collector import wire

if TYPE_CHECKING:
    import queue
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from collector.clock import Clock

log = logging.getLogger(__name__)

KEEPALIVE = 60  # seconds
_FAREWELL_WITHIN = 2.0  # seconds


@dataclass(frozen=True)
class Up:
    """Connected and subscribed to the server's answers."""


@dataclass(frozen=True)
class Down:
    reason: str


@dataclass(frozen=True)
class Acked:
    ack: wire.Ack
    received: float  # monotonic seconds


@dataclass(frozen=True)
class Refused:
    """The server took nothing of a payload, and says why."""

    refusal: wire.Refusal


@dataclass(frozen=True)
class Manifest:
    """What the site offers its agents now."""

    offers: Mapping[str, wire.Offer]


Event = Up | Down | Acked | Refused | Manifest


@dataclass(frozen=True)
class Endpoint:
    """`user` is the venue's id; `ca_file` None trusts the system's authorities."""

    host: str
    port: int
    user: str
    password: str
    ca_file: Path | None = None

    def __repr__(self) -> str:
        return f"Endpoint({self.host!r}, {self.port})"


def tls_context(endpoint: Endpoint) -> ssl.SSLContext:
    """Verifies the broker against the site's authority, or the system's where none is given."""
    return ssl.create_default_context(cafile=endpoint.ca_file)


def make_client(
    client_id: str,
    endpoint: Endpoint,
    context: ssl.SSLContext,
    kind: Callable[..., mqtt.Client] = mqtt.Client,
) -> mqtt.Client:
    """A paho client for MQTT 5 over TLS that neither reconnects nor sends again by itself."""
    client = kind(CallbackAPIVersion.VERSION2, client_id, protocol=mqtt.MQTTv5, reconnect_on_failure=False)
    client.username_pw_set(endpoint.user, endpoint.password)
    client.tls_set_context(context)
    client.connect_timeout = 10.0
    return client


class Link:
    """At most one connection at a time; what happens on it comes as events into `events`."""

    def __init__(
        self, venue: str, pc: str, stream: str, endpoint: Endpoint, clock: Clock, events: queue.Queue[Event]
    ) -> None:
        self._ack_topic = wire.topic(venue, pc, "ack")
        self._data_topic = wire.topic(venue, pc, "data")
        self._status_topic = wire.topic(venue, pc, "status")
        self._stream = stream  # random: a client id that no other venue can guess and so take over
        self._endpoint = endpoint
        self._clock = clock
        self._events = events
        self._client: mqtt.Client | None = None

    def open(self) -> None:
        """Begin to connect; Up or Down follows."""
        self.close()
        client = make_client(self._stream, self._endpoint, tls_context(self._endpoint))
        client.will_set(self._status_topic, wire.encode_status(wire.LOST), qos=1, retain=True)
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        self._client = client
        # In a thread, since a name server or a broker that does not answer must not hold up the sampling.
        threading.Thread(target=self._connect, args=(client,), name="connect", daemon=True).start()

    def publish(self, payload: bytes) -> None:
        """Hand a payload to the connection, if there is one; only an ack proves that it arrived."""
        if self._client is not None:
            self._client.publish(self._data_topic, payload, qos=1)

    def close(self, *, farewell: bool = False) -> None:
        """End the connection; with `farewell` the status says that this was in order."""
        client, self._client = self._client, None
        if client is None:
            return
        if farewell and client.is_connected():
            message = client.publish(self._status_topic, wire.encode_status(wire.CLOSING), qos=1, retain=True)
            with contextlib.suppress(RuntimeError, ValueError):
                message.wait_for_publish(_FAREWELL_WITHIN)
        client.on_disconnect = None
        client.disconnect()
        client.loop_stop()

    def _connect(self, client: mqtt.Client) -> None:
        try:
            client.connect(self._endpoint.host, self._endpoint.port, KEEPALIVE, clean_start=True)
        except OSError as fault:
            self._down(client, f"{type(fault).__name__}: {fault}")
            return
        if client is self._client:
            client.loop_start()
        else:  # given up while it was being made
            client.disconnect()

    def _on_connect(self, client: mqtt.Client, _data: Any, _flags: Any, code: Any, _properties: Any) -> None:
        if code.is_failure:
            self._down(client, f"refused: {code}")
            client.disconnect()
        else:
            client.subscribe([(self._ack_topic, 0), (wire.MANIFEST_TOPIC, 1)])

    def _on_subscribe(self, client: mqtt.Client, _data: Any, _mid: int, codes: Any, _properties: Any) -> None:
        if any(code.is_failure for code in codes):
            self._down(client, f"may not read what is meant for it: {', '.join(map(str, codes))}")
            client.disconnect()
            return
        client.publish(self._status_topic, wire.encode_status(wire.ONLINE), qos=1, retain=True)
        if client is self._client:
            self._events.put(Up())

    def _on_disconnect(
        self, client: mqtt.Client, _data: Any, _flags: Any, code: Any, _properties: Any
    ) -> None:
        self._down(client, str(code))

    def _down(self, client: mqtt.Client, reason: str) -> None:
        if client is self._client:
            self._events.put(Down(reason))

    def _on_message(self, client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        received = self._clock.monotonic()
        payload = bytes(message.payload)
        event: Event
        try:
            if message.topic == wire.MANIFEST_TOPIC:
                event = Manifest(wire.decode_manifest(payload))
            else:
                answer = wire.decode_answer(payload)
                event = Refused(answer) if isinstance(answer, wire.Refusal) else Acked(answer, received)
        except wire.WireError as fault:
            log.warning("a message that cannot be read: %s", fault)
            return
        if client is self._client:
            self._events.put(event)
