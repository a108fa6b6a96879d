"""The PC's own addresses, by the networks that are really there."""

import subprocess
from datetime import UTC, datetime

import psutil
import pytest

from collector.agent.platform.addresses import FRESH, Addresses
from collector.clock import FrozenClock


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(datetime(2026, 3, 2, tzinfo=UTC))


def test_the_addresses_of_all_networks_are_own(clock: FrozenClock) -> None:
    own = Addresses(clock)
    mine = [
        one.address for network in psutil.net_if_addrs().values() for one in network if "." in one.address
    ]
    assert all(own(address) for address in mine)
    assert own("127.0.0.53")
    assert not own("192.0.2.1")


def test_an_address_that_comes_later_is_known_after_a_moment(clock: FrozenClock) -> None:
    own = Addresses(clock)
    assert not own("192.0.2.77")
    subprocess.run(["ip", "addr", "add", "192.0.2.77/32", "dev", "lo"], check=True)
    try:
        assert not own("192.0.2.77")
        clock.advance(FRESH)
        assert own("192.0.2.77")
    finally:
        subprocess.run(["ip", "addr", "del", "192.0.2.77/32", "dev", "lo"], check=True)
