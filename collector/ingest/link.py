"""Ingest's connection to the broker, driven by ingest's own loop: one thread reads, checks and answers.

paho's own thread would take turns with the one that checks, on one interpreter lock. And this one leg speaks
MQTT 3.1.1: paho spends a third of its time on the empty properties of MQTT 5 (benchmarks/ingest.py), of which
ingest needs none; shared subscriptions are the broker's, whatever the client speaks.
"""

from __future__ import annotations

import selectors
import socket
from typing import TYPE_CHECKING, Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from collector.ingest import bulk
from collector.ingest.bulk import BulkSocket
from collector.listener import Listener

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from collector.clock import Clock
    from collector.deploy import Broker

# Seconds. After one and a half times as long the broker gives a process up that hangs; until then it deals its
# share to it all the same (tests/collector/ingest/test_shared_subscription.py).
KEEPALIVE = 10
RECONNECT_FIRST, RECONNECT_LONGEST = 0.5, 10.0  # seconds, with jitter
CONNECT_WITHIN = 5.0  # seconds
FAREWELL_WITHIN = 2.0  # seconds
AT_ONCE = 500  # messages read in one turn, so that finished writes are not kept waiting


class Link(Listener):
    """Subscribed to one topic whenever connected. All of it, and `on_message`, in the thread that calls `turn`."""

    def __init__(
        self,
        name: str,
        broker: Broker,
        topic: str,
        on_message: Callable[[str, bytes], None],
        on_up: Callable[[], None],
        clock: Clock,
        random: Random,
    ) -> None:
        """`name` is the client's id at the broker: a second process of the same name takes its place."""
        super().__init__(topic, on_message, on_up)
        self._name = name
        self._broker = broker
        self._clock = clock
        self._random = random
        self._context = bulk.context(broker.ca_file)
        self._client: mqtt.Client | None = None
        self.losses = 0  # connections that were lost
        self._wait = RECONNECT_FIRST
        self._due = clock.monotonic()  # when to connect, or to look after the connection
        self._messages = 0
        self._selector = selectors.DefaultSelector()
        self._woken, self._waker = socket.socketpair()
        for end in (self._woken, self._waker):
            end.setblocking(False)
        self._selector.register(self._woken, selectors.EVENT_READ)

    def wake(self) -> None:
        """End the `turn` that waits. The one thing here that another thread may call."""
        try:
            self._waker.send(b"\0")
        except BlockingIOError:
            return  # it is awake already

    def turn(self, seconds: float) -> None:
        """Wait so long at most; read what has come, write what is waiting, connect where that is due."""
        now = self._clock.monotonic()
        if now >= self._due:
            self._look_after(now)
        seconds = max(0.0, min(seconds, self._due - self._clock.monotonic()))
        for key, events in self._selector.select(seconds):
            if key.fileobj is self._woken:
                self._woken.recv(4096)
            elif events & selectors.EVENT_READ:
                self._read()
        self._write()

    def publish(self, topic: str, payload: bytes, *, qos: int = 0, retain: bool = False) -> None:
        """Leaves with the next `turn`. Nothing tells whether it arrives; without a connection it does not."""
        if self._client is not None:
            self._client.publish(topic, payload, qos=qos, retain=retain)

    def unsubscribe(self) -> None:
        """Take nothing more: what comes now is another worker's, or is sent again."""
        if self._client is not None:
            self._client.unsubscribe(self._topic)
        self.subscribed = False

    def close(self) -> None:
        """Write what is waiting, and leave."""
        deadline = self._clock.monotonic() + FAREWELL_WITHIN
        while self._is_busy() and self._clock.monotonic() < deadline:
            self.turn(0.1)
        if self._client is not None:
            self._socket(self._client).direct = True  # paho closes it right behind its goodbye
        self._drop()
        self._selector.close()
        self._woken.close()
        self._waker.close()

    def _look_after(self, now: float) -> None:
        if self._client is None:
            self._connect()
        else:
            self._due = now + 1.0
            self._client.loop_misc()  # keepalive; may find that the broker is gone

    def _connect(self) -> None:
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2, self._name, clean_session=True, protocol=mqtt.MQTTv311
        )
        client.username_pw_set(self._broker.user, self._broker.password())
        client.tls_set_context(self._context)
        client.connect_timeout = CONNECT_WITHIN
        self._attend(client)
        # With this set, paho leaves writing to whoever drives it.
        client.on_socket_register_write = lambda *_: None
        try:
            client.connect(self._broker.host, self._broker.port, KEEPALIVE)
        except OSError as fault:
            self._fails(f"cannot be reached: {fault}")
            return
        self._client = client
        self._due = self._clock.monotonic() + 1.0
        self._selector.register(self._socket(client), selectors.EVENT_READ)

    def _read(self) -> None:
        """All that the socket holds, within bounds."""
        until = self._messages + AT_ONCE
        while (client := self._client) is not None and self._messages < until:
            before = self._messages
            client.loop_read()
            # TLS may have opened more than was read: the socket will not announce it again.
            if self._messages == before and not (self._client is client and self._socket(client).pending()):
                return

    def _write(self) -> None:
        client = self._client
        if client is None or not self._is_busy():
            return
        client.loop_write()
        if self._client is not client:
            return
        try:
            self._socket(client).flush()
        except OSError as fault:
            self._fails(f"is gone: {fault}")
            return
        interest = selectors.EVENT_READ | (selectors.EVENT_WRITE if self._is_busy() else 0)
        self._selector.modify(self._socket(client), interest)

    def _is_busy(self) -> bool:
        """Whether something waits to be written."""
        client = self._client
        return client is not None and bool(client.want_write() or self._socket(client).held)

    def _socket(self, client: mqtt.Client) -> BulkSocket:
        """What paho made by our context."""
        made = client.socket()
        assert isinstance(made, BulkSocket)
        return made

    def _fails(self, what: str) -> None:
        """Also: try again later, and ever more rarely."""
        self._drop()
        super()._fails(what)
        self._due = self._clock.monotonic() + self._wait * self._random.uniform(0.5, 1.5)
        self._wait = min(self._wait * 2, RECONNECT_LONGEST)

    def _drop(self) -> None:
        client, self._client = self._client, None
        self.subscribed = False
        if client is None:
            return
        self.losses += 1
        client.on_disconnect = None
        for key in list(self._selector.get_map().values()):
            if key.fileobj is not self._woken:
                self._selector.unregister(key.fileobj)
        client.disconnect()
        client.loop_write()

    def _is_well(self) -> None:
        super()._is_well()
        self._wait = RECONNECT_FIRST

    def _on_disconnect(
        self, _client: mqtt.Client, _data: Any, _flags: Any, code: Any, _properties: Any
    ) -> None:
        # Also where the broker says that it is in order: nobody but us would connect again.
        self._fails(f"is gone: {code}")

    def _on_message(self, client: mqtt.Client, data: Any, message: mqtt.MQTTMessage) -> None:
        self._messages += 1
        super()._on_message(client, data, message)
