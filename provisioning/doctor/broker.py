"""Whether the broker takes us as the server: a real connection, and a message that only the server may send."""

from __future__ import annotations

import ssl
import uuid
from typing import TYPE_CHECKING, Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from collector import wire
from provisioning.doctor.certificate import secured
from provisioning.doctor.check import Check, error, unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provisioning.doctor.check import Here, Said

WITHIN = 10.0  # seconds
# To a PC that does not exist: nobody hears it. A subscription would prove nothing, since Mosquitto grants each
# and keeps back what may not be read.
_TOPIC = wire.topic("doctor", "0", "ack")


def look(here: Here) -> Iterator[Said]:
    broker = here.deploy.broker
    try:
        with secured(broker):
            pass
    except ssl.SSLError as fault:
        yield error(f"no TLS with {broker.host}:{broker.port}: {fault}")
        return
    except OSError as fault:
        yield unknown(f"{broker.host}:{broker.port} cannot be reached: {fault}")
        return
    answers: list[tuple[str, Any]] = []
    # An id of its own: that of a process would end its connection.
    client = mqtt.Client(CallbackAPIVersion.VERSION2, f"doctor-{uuid.uuid4().hex}", protocol=mqtt.MQTTv5)
    client.on_connect = lambda _client, _data, _flags, code, _properties: answers.append(("us", code))
    client.on_publish = lambda _client, _data, _mid, code, _properties: answers.append(
        ("an acknowledgement of ours", code)
    )
    client.username_pw_set(broker.user, broker.password())
    client.tls_set_context(ssl.create_default_context(cafile=broker.ca_file))
    client.connect(broker.host, broker.port, clean_start=True)
    try:
        yield from _judge(here, client, answers)
    finally:
        client.disconnect()
        deadline = here.clock.monotonic() + 1.0
        while client.socket() is not None and here.clock.monotonic() < deadline:
            client.loop(0.1)  # it closes the socket


def _judge(here: Here, client: mqtt.Client, answers: list[tuple[str, Any]]) -> Iterator[Said]:
    """1. Are we let in? 2. May we answer a PC?"""
    deadline = here.clock.monotonic() + WITHIN
    for asked in range(2):
        while len(answers) <= asked:
            if here.clock.monotonic() > deadline:
                yield unknown(f"it did not answer within {WITHIN:.0f} s")
                return
            if client.loop(0.2) != mqtt.MQTT_ERR_SUCCESS and len(answers) <= asked:
                yield error("it ended the connection")
                return
        what, code = answers[asked]
        if code.is_failure:
            yield error(f"it refuses {what}: {code}")
            return
        if asked == 0:
            client.publish(_TOPIC, b"", qos=1)


CHECK = Check(
    "QN-D004",
    "broker",
    "Does the broker take us as the server?",
    "`systemctl status mosquitto`; after `quannet credentials` or `quannet provision`: `systemctl restart mosquitto`",
    look,
)
