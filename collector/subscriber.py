"""A server process's connection to the broker: it comes back by itself, and says once what fails."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from collector.listener import Listener

if TYPE_CHECKING:
    from collections.abc import Callable

    from collector.deploy import Broker

KEEPALIVE = 30  # seconds
RECONNECT_FIRST, RECONNECT_LONGEST = 1, 30  # seconds


class Subscriber(Listener):
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
        super().__init__(topic, on_message, on_up)
        self._broker = broker
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, name, protocol=mqtt.MQTTv5)
        self._client.username_pw_set(broker.user, broker.password())
        self._client.tls_set_context(ssl.create_default_context(cafile=broker.ca_file))
        self._client.reconnect_delay_set(RECONNECT_FIRST, RECONNECT_LONGEST)
        self._attend(self._client)
        self._client.on_connect_fail = self._on_connect_fail

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

    def _on_connect_fail(self, _client: mqtt.Client, _data: Any) -> None:
        self._fails("cannot be reached")
