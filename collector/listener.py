"""What every connection of a server's process does at the broker: subscribe when it is up, say once what fails."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    import paho.mqtt.client as mqtt

log = logging.getLogger(__name__)


class Listener:
    """For one topic. Who drives the client, and what follows a failure, is the subclass's."""

    def __init__(
        self, topic: str, on_message: Callable[[str, bytes], None], on_up: Callable[[], None]
    ) -> None:
        self._topic = topic
        self._take = on_message
        self._on_up = on_up
        self._said = False
        self.subscribed = False  # at this moment: what is published there reaches us

    def _attend(self, client: mqtt.Client) -> None:
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message

    def _fails(self, what: str) -> None:
        """In the log once, until it is well again."""
        self.subscribed = False
        if not self._said:
            log.warning("the broker %s", what)
        self._said = True

    def _is_well(self) -> None:
        self.subscribed = True
        self._said = False
        log.info("connected to the broker")

    def _on_connect(self, client: mqtt.Client, _data: Any, _flags: Any, code: Any, _properties: Any) -> None:
        if code.is_failure:
            self._fails(f"refuses us: {code}")
            return
        # Before the subscription: what is retained arrives right behind its confirmation.
        self._on_up()
        client.subscribe(self._topic, qos=1)

    def _on_subscribe(
        self, _client: mqtt.Client, _data: Any, _mid: int, codes: Any, _properties: Any
    ) -> None:
        if any(code.is_failure for code in codes):
            self._fails(f"refuses the subscription to {self._topic}: {codes[0]}")
        else:
            self._is_well()

    def _on_disconnect(
        self, _client: mqtt.Client, _data: Any, _flags: Any, code: Any, _properties: Any
    ) -> None:
        self.subscribed = False
        if code.is_failure:
            self._fails(f"is gone: {code}")

    def _on_message(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        self._take(message.topic, bytes(message.payload))
