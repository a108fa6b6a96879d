"""The link to a real broker: every refusal comes as Down, with its reason, and never as an exception."""

import gc
import queue
from dataclasses import replace

import pytest

from collector.agent.link import Down, Endpoint, Link, Manifest, Up
from collector.clock import SystemClock
from collector.subscriber import Subscriber
from collector.wire import BLOCKLIST, MANIFEST_TOPIC, Offer, encode_manifest
from provisioning.local.process import free_port
from provisioning.local.stack import Stack

VENUE, PC, STREAM = "yb-0012", "01", "ab" * 16


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    with Stack(tmp_path_factory.mktemp("link") / "stack") as made:
        yield made


@pytest.fixture
def dial():
    opened = []

    def dial(endpoint: Endpoint, venue: str = VENUE) -> object:
        """The first event of a connection."""
        events: queue.Queue = queue.Queue()
        link = Link(venue, PC, STREAM, endpoint, SystemClock(), events)
        opened.append(link)
        link.open()
        return events.get(timeout=15)

    yield dial
    for link in opened:
        link.close()


def test_a_good_connection_is_up(stack, dial):
    assert dial(stack.endpoint(VENUE)) == Up()


def test_a_wrong_password_is_told(stack, dial):
    down = dial(replace(stack.endpoint(VENUE), password="guess"))
    assert isinstance(down, Down)
    assert "Not authorized" in down.reason


def test_nobody_listens(stack, dial):
    down = dial(replace(stack.endpoint(VENUE), port=free_port()))
    assert "ConnectionRefusedError" in down.reason


# paho leaves the socket of a failed handshake to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_broker_that_our_authority_did_not_sign_is_not_spoken_to(stack, dial):
    down = dial(replace(stack.endpoint(VENUE), ca_file=None))
    assert "CERTIFICATE_VERIFY_FAILED" in down.reason
    del down
    gc.collect()


def test_the_password_stands_in_no_repr(stack):
    endpoint = stack.endpoint(VENUE)
    assert endpoint.password not in repr(endpoint)


def test_what_the_site_offers_is_heard(stack):
    offer = Offer("7", 10, "0" * 64, "https://lists.laocai.example/list")
    speaker = Subscriber("speaker", stack.deploy.broker, "quannet/v1/nothing", lambda *_: None)
    speaker.start()
    events: queue.Queue = queue.Queue()
    link = Link(VENUE, PC, STREAM, stack.endpoint(VENUE), SystemClock(), events)
    link.open()
    try:
        assert events.get(timeout=15) == Up()
        for payload in (
            b"{",
            encode_manifest({BLOCKLIST: offer}),
        ):  # the first cannot be read, and is passed over
            speaker.publish(MANIFEST_TOPIC, payload, qos=1, retain=True)
        assert events.get(timeout=15) == Manifest({BLOCKLIST: offer})
    finally:
        link.close()
        speaker.publish(MANIFEST_TOPIC, b"", qos=1, retain=True)
        speaker.stop()
