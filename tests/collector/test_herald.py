"""The manifest at a real broker: it is the file, a PC that comes later hears it, and so does a broker that forgot."""

import hashlib
import queue
from pathlib import Path

import pytest

from collector import wire
from collector.agent.link import make_client, tls_context
from collector.deploy import Offered
from collector.herald import Herald, offer
from provisioning.blocklists.build import build
from provisioning.blocklists.source import Source
from provisioning.local.stack import Stack

URL = "https://lists.laocai.example/blocklist"


def compile_list(folder: Path, *names: str) -> Path:
    (folder / "names").write_text("".join(f"{name}\n" for name in names))
    build([Source("names", folder / "names", "gambling")], folder / "list")
    return folder / "list"


def heard(stack: Stack, count: int) -> list[wire.Offer]:
    """What a venue's PC hears right after it connects, up to a number of manifests."""
    found: queue.Queue[wire.Offer] = queue.Queue()
    endpoint = stack.endpoint("yb-0012")
    client = make_client("pc", endpoint, tls_context(endpoint))
    client.on_connect = lambda *_: client.subscribe(wire.MANIFEST_TOPIC, qos=1)
    client.on_message = lambda _c, _d, message: found.put(
        wire.decode_manifest(bytes(message.payload))[wire.BLOCKLIST]
    )
    client.connect(endpoint.host, endpoint.port)
    client.loop_start()
    try:
        return [found.get(timeout=20) for _ in range(count)]
    finally:
        client.disconnect()
        client.loop_stop()


@pytest.fixture
def stack(tmp_path):
    changes = {"offer": {"file": str(tmp_path / "list"), "url": URL}}
    with Stack(tmp_path / "stack", changes) as made:
        yield made


def test_ingest_offers_the_list_to_whoever_comes_and_to_a_broker_that_forgot(stack, tmp_path):
    path = compile_list(tmp_path, "danh-bac.example")
    child = stack.ingest()
    (first,) = heard(stack, 1)
    assert first == wire.Offer(
        first.version, path.stat().st_size, hashlib.sha256(path.read_bytes()).hexdigest(), URL
    )
    stack.mosquitto.kill()
    stack.mosquitto.restart()
    child.wait_until(lambda: child.tail().count("connected to the broker") == 2)
    assert heard(stack, 1) == [first]


def test_a_list_that_is_missing_or_damaged_offers_nothing_and_is_said_once(tmp_path, caplog):
    said = []

    class Line:
        def publish(self, topic: str, payload: bytes, *, qos: int, retain: bool) -> None:
            said.append((topic, payload, qos, retain))

    herald = Herald(Line(), Offered(tmp_path / "list", URL))
    herald.look()
    herald.look()
    (tmp_path / "list").write_bytes(b"no list")
    herald.look()
    assert said == []
    assert caplog.text.count("no list of sites to offer") == 1
    path = compile_list(tmp_path, "danh-bac.example")
    herald.look()
    herald.look()
    assert len(said) == 1
    path.write_bytes(b"damaged again")
    herald.look()
    herald.repeat()
    assert (
        said[1]
        == said[0]
        == (wire.MANIFEST_TOPIC, wire.encode_manifest({wire.BLOCKLIST: said_offer(said[0])}), 1, True)
    )


def said_offer(message: tuple) -> wire.Offer:
    return wire.decode_manifest(message[1])[wire.BLOCKLIST]


def test_what_is_no_list_cannot_be_offered(tmp_path):
    (tmp_path / "x").write_text("hello")
    with pytest.raises(ValueError):
        offer(tmp_path / "x", URL)


def test_without_a_list_there_is_nothing_to_say():
    herald = Herald(None, None)
    herald.look()
    herald.repeat()
