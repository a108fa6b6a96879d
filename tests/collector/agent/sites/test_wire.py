"""What the broker is sent by the real agent while unlisted names are visited: hits on listed ones, and no other name."""

import queue
import sys

import pytest

from collector import wire
from collector.subscriber import Subscriber
from provisioning.demo.listed import DOMAIN, ListedSite
from provisioning.local.agent import LocalAgent
from provisioning.local.stack import Stack

VENUE, PC = "yb-0012", "01"
NAMES = 500
LOOK_UP = """
import socket, sys
for n in range(int(sys.argv[1])):
    try:
        socket.getaddrinfo(f"rieng-tu-{n}.khong-co.test", 443)
    except OSError:
        pass
"""


def texts(payloads: queue.Queue[bytes]) -> str:
    """All lines of all messages, as ingest would read them."""
    lines = []
    while not payloads.empty():
        lines += [line for frame in wire.decode(payloads.get()) for line in frame.lines]
    return "\n".join(lines)


@pytest.fixture
def listed(tmp_path):
    with ListedSite(tmp_path / "listed") as made:
        yield made


def test_of_500_unlisted_names_none_is_sent(listed, tmp_path):
    heard: queue.Queue[bytes] = queue.Queue()
    with Stack(tmp_path / "stack", {"offer": listed.offer}) as stack:
        ear = Subscriber(
            "ear", stack.deploy.broker, f"{wire.ROOT}/+/+/data", lambda _, payload: heard.put(payload)
        )
        ear.start()
        stack.ingest()
        agent = LocalAgent(tmp_path / "pc", stack.endpoint(VENUE), VENUE, PC, every=1)
        stack.adopt(agent)
        try:
            agent.wait_until(lambda: "blocklist in force" in agent.tail())
            assert listed.run(sys.executable, "-c", LOOK_UP, str(NAMES), within=60) == 0
            told = ""

            def hit() -> bool:
                nonlocal told
                assert listed.visit()
                told += texts(heard)
                return f'domain="{DOMAIN}"' in told

            agent.wait_until(hit)
            assert agent.stop() == 0
            told += texts(heard)
        finally:
            ear.stop()
    assert "accesses=" in told
    assert "lookups=" in told
    for trace in ("rieng-tu", "khong-co", "www."):
        assert trace not in told
        assert trace not in agent.tail(1_000_000)
