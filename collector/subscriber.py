"""A server process's connection to the broker: it comes back by itself, and says once what fails."""

from __future__ import annotations

import logging
import ssl
from typing import TYPE_CHECKING, Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

if TYPE_CHECKING:
    from collections.abc import Callable

    from collector.deploy import Broker

log = logging.getLogger(__name__)

KEEPALIVE = 30  # seconds
RECONNECT_FIRST, RECONNECT_LONGEST = 1, 30  # seconds


class Subscriber:
    """Subscribed to one topic whenever connected. `on_message` and `on_up` run in the network's thread."""

    def __init__(
        self,
        name: str,
        broker: Broker,
        topic: str,
        on_message: Callable[[str, bytes], None],
        on_up: Callable[[], None] = lambda: None,
    ) -> None:
        """`name` is the client's id at the broker: a second process of the same name takes its place."""
        self._broker = broker
        self._topic = topic
        self._take = on_message
        self._on_up = on_up
        self._down = False
        self.subscribed = False  # at this moment: what is published there reaches us
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, name, protocol=mqtt.MQTTv5)
        self._client.username_pw_set(broker.user, broker.password())
        self._client.tls_set_context(ssl.create_default_context(cafile=broker.ca_file))
        self._client.reconnect_delay_set(RECONNECT_FIRST, RECONNECT_LONGEST)
        self._client.on_connect = self._on_connect
        self._client.on_connect_fail = self._on_connect_fail
        self._client.on_subscribe = self._on_subscribe
        self._client.on_disconnect = self._on_disconnect
        self._client.on_message = self._on_message

    def start(self) -> None:
        """Connect, now or as soon as the broker is there."""
        self._client.connect_async(self._broker.host, self._broker.port, KEEPALIVE, clean_start=True)
        self._client.loop_start()

    def stop(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def publish(self, topic: str, payload: bytes, *, qos: int = 0, retain: bool = False) -> None:
        """Nothing tells whether it arrives; without a connection it does not."""
        self._client.publish(topic, payload, qos=qos, retain=retain)

    def _on_connect(self, client: mqtt.Client, _data: Any, _flags: Any, code: Any, _properties: Any) -> None:
        if code.is_failure:
            self._say(f"refuses us: {code}")
            return
        # Before the subscription: what is retained arrives right behind its confirmation.
        self._on_up()
        client.subscribe(self._topic, qos=1)

    def _on_subscribe(
        self, _client: mqtt.Client, _data: Any, _mid: int, codes: Any, _properties: Any
    ) -> None:
        if any(code.is_failure for code in codes):
            self._say(f"refuses the subscription to {self._topic}: {codes[0]}")
            return
        self._down = False
        self.subscribed = True
        log.info("connected to the broker")

    def _on_connect_fail(self, _client: mqtt.Client, _data: Any) -> None:
        self._say("cannot be reached")

    def _on_disconnect(
        self, _client: mqtt.Client, _data: Any, _flags: Any, code: Any, _properties: Any
    ) -> None:
        self.subscribed = False
        if code.is_failure:
            self._say(f"is gone: {code}")

    def _on_message(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        self._take(message.topic, bytes(message.payload))

    def _say(self, what: str) -> None:
        """Once, until it is well again."""
        if not self._down:
            log.warning("the broker %s", what)
        self._down = True
