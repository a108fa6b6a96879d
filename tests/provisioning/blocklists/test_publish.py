"""What the manifest offers is the file, and a PC that comes later hears it too."""

import hashlib
import queue

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from collector import wire
from provisioning.blocklists.build import build
from provisioning.blocklists.publish import offer, publish
from provisioning.blocklists.source import Source
from provisioning.local.mosquitto import Mosquitto
from provisioning.local.process import free_port

URL = "https://lists.laocai.example/blocklist"
WITHIN = 10.0


@pytest.fixture
def compiled(tmp_path):
    (tmp_path / "names").write_text("danh-bac.example\n")
    build([Source("names", tmp_path / "names", "gambling")], tmp_path / "list")
    return tmp_path / "list"


@pytest.fixture
def broker(tmp_path):
    port = free_port()
    config = tmp_path / "broker.conf"
    config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n")
    with Mosquitto(config, port, tmp_path / "mosquitto.log") as running:
        yield running


def connected(broker, on_message=None) -> mqtt.Client:
    client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
    client.on_connect = lambda *_: client.subscribe(wire.MANIFEST_TOPIC, qos=1)
    client.on_message = on_message
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    return client


def test_the_offer_is_the_file(compiled):
    content = compiled.read_bytes()
    made = offer(compiled, URL)
    assert made.sha256 == hashlib.sha256(content).hexdigest()
    assert (made.size, made.url) == (len(content), URL)
    assert len(made.version) == 12


def test_what_is_no_list_is_not_offered(tmp_path):
    (tmp_path / "names").write_text("danh-bac.example\n" * 10)
    with pytest.raises(ValueError, match="no compiled list"):
        offer(tmp_path / "names", URL)


def test_a_pc_that_comes_later_hears_the_offer(broker, compiled):
    heard: queue.Queue[bytes] = queue.Queue()
    server = connected(broker)
    publish(server, offer(compiled, URL))
    server.disconnect()
    server.loop_stop()
    pc = connected(broker, lambda *args: heard.put(args[-1].payload))
    try:
        assert wire.decode_manifest(heard.get(timeout=WITHIN)) == {wire.BLOCKLIST: offer(compiled, URL)}
    finally:
        pc.disconnect()
        pc.loop_stop()
