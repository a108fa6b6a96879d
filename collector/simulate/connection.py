"""A simulated PC's connection: what paho does with its socket, when the fleet's one loop says so."""

from __future__ import annotations

import selectors
from collections import deque
from typing import TYPE_CHECKING, Any

from collector import wire
from collector.agent.link import KEEPALIVE
from collector.simulate.dial import READ, WRITE, Directory, Handshake, client_on

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    import paho.mqtt.client as mqtt

    from collector.simulate.pc import SimulatedPC


class Wires:
    """The sockets of all PCs. What is to be written is tried at once; only a full socket is waited for."""

    def __init__(self) -> None:
        self.directory = Directory()
        self.selector = selectors.DefaultSelector()
        self.unwritten: deque[Connection] = deque()

    def serve(self, seconds: float) -> None:
        """Write what is queued, wait at most so long, then let each connection do what its socket is ready for."""
        self.flush()
        for key, events in self.selector.select(seconds):
            key.data.serve(events)

    def flush(self) -> None:
        while self.unwritten:
            self.unwritten.popleft().write()

    def close(self) -> None:
        self.selector.close()


class Connection:
    """`on_up`, `on_down` and `on_answer` are told of it; never of one that was cut or dropped."""

    def __init__(
        self,
        pc: SimulatedPC,
        wires: Wires,
        *,
        on_up: Callable[[SimulatedPC], None],
        on_down: Callable[[SimulatedPC, str], None],
        on_answer: Callable[[SimulatedPC, bytes], None],
    ) -> None:
        """OSError where it fails at once."""
        self.up = False
        self._pc = pc
        self._wires = wires
        self._tell = on_up, on_down, on_answer
        self._client: mqtt.Client | None = None
        self._handshake = Handshake(pc.venue.endpoint, wires.directory)
        self._fd = self._handshake.fileno()
        self._interest = 0
        self._want(self._handshake.wants)

    def serve(self, events: int) -> None:
        client = self._client
        if client is None:
            self._shake()
            return
        if events & READ:
            client.loop_read()
            # TLS may have decrypted more than one packet: the socket will not announce them again.
            while _pending(client):
                client.loop_read()
        if events & WRITE:
            self.write()

    def write(self) -> None:
        if self._client is not None and self._fd >= 0:
            self._client.loop_write()
            self._want(READ | (WRITE if self._client.want_write() else 0))

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        if self._client is not None:
            self._client.publish(topic, payload, qos=1, retain=retain)

    def misc(self) -> None:
        """Keep it alive, or find it dead."""
        if self._client is not None:
            self._client.loop_misc()

    def cut(self) -> None:
        """The line is dead, and neither side is told: nobody reads or writes here any more."""
        self._want(0)

    def close(self) -> None:
        """Without goodbye: the broker finds the connection broken and publishes the will."""
        self._want(0)
        client = self._client
        if client is None:
            self._handshake.close()
            return
        client.on_disconnect = client.on_socket_close = None
        sock: Any = client.socket()
        if sock is not None:
            sock.close()

    def farewell(self) -> None:
        """As an agent ends in order."""
        if self._client is not None and self.up:
            self._client.on_disconnect = None
            self._status(wire.CLOSING)
            self._client.disconnect()
            self._client.loop_write()
        self.close()

    def _shake(self) -> None:
        try:
            made = self._handshake.step()
        except OSError as fault:
            self.close()
            self._tell[1](self._pc, f"cannot connect: {fault}")
            return
        self._want(READ if made else self._handshake.wants)
        if made is not None:
            self._speak(made)

    def _speak(self, made: ssl.SSLSocket) -> None:
        pc, endpoint = self._pc, self._pc.venue.endpoint
        client = self._client = client_on(made, pc.client_id, endpoint, self._wires.directory)
        will = wire.encode_status(wire.LOST)
        client.will_set(wire.topic(pc.venue.id, pc.name, "status"), will, qos=1, retain=True)
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        client.on_disconnect = self._on_disconnect
        client.on_socket_close = self._on_socket_close
        client.on_socket_register_write = self._on_unwritten
        if pc.lie.asks:
            client.on_publish = self._on_publish
        client.connect(endpoint.host, endpoint.port, KEEPALIVE, clean_start=True)

    def _want(self, interest: int) -> None:
        """Ask the selector for something else, and only where it is something else."""
        if interest == self._interest or self._fd < 0:
            return
        selector = self._wires.selector
        if not self._interest:
            selector.register(self._fd, interest, self)
        elif interest:
            selector.modify(self._fd, interest, self)
        else:
            selector.unregister(self._fd)
            self._fd = -1  # the number may soon be another's
        self._interest = interest

    def _status(self, state: str) -> None:
        pc = self._pc
        self.publish(wire.topic(pc.venue.id, pc.name, "status"), wire.encode_status(state), retain=True)

    def _on_unwritten(self, _client: mqtt.Client, _data: Any, _sock: Any) -> None:
        self._wires.unwritten.append(self)

    def _on_connect(self, client: mqtt.Client, _data: Any, _flags: Any, code: Any, _more: Any) -> None:
        if code.is_failure:
            self._pc.tally.refused_connects += 1
            client.disconnect()
        else:
            client.subscribe(wire.topic(self._pc.venue.id, self._pc.name, "ack"), qos=0)

    def _on_subscribe(self, _client: mqtt.Client, _data: Any, _mid: int, _codes: Any, _more: Any) -> None:
        self._status(wire.ONLINE)
        self.up = True
        self._tell[0](self._pc)

    def _on_message(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        self._tell[2](self._pc, bytes(message.payload))

    def _on_publish(self, _client: mqtt.Client, _data: Any, _mid: int, code: Any, _more: Any) -> None:
        self._pc.tally.denied += code.is_failure

    def _on_disconnect(self, _client: mqtt.Client, _data: Any, _flags: Any, code: Any, _more: Any) -> None:
        self.up = False
        self._tell[1](self._pc, f"connection lost: {code}")

    def _on_socket_close(self, _client: mqtt.Client, _data: Any, _sock: Any) -> None:
        self._want(0)


def _pending(client: mqtt.Client) -> bool:
    sock: Any = client.socket()
    return sock is not None and sock.pending() > 0
