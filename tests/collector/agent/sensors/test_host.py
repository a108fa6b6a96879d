"""Load is the difference of two readings, and never negative; and this machine's own load is a load."""

import threading

from hypothesis import given
from hypothesis import strategies as st

from collector.agent.platform import current
from collector.agent.sensors.host import HostSensor, Traffic, busy_share, traffic_since
from collector.clock import SystemClock

TIMES = st.fixed_dictionaries(
    {name: st.floats(0, 1e9) for name in ("user", "system", "idle", "iowait", "guest")}
)
CARDS = st.dictionaries(
    st.sampled_from(["eth0", "wlan0", "usb0"]),
    st.builds(Traffic, st.integers(0, 2**64), st.integers(0, 2**64)),
)


def test_this_machine_has_a_load() -> None:
    sensor, clock = HostSensor(current(), 30.0), SystemClock()
    (first,) = sensor.sample(clock.instant())
    assert set(first.fields) == {"memory", "disk", "uptime"}
    threading.Event().wait(0.05)  # the kernel counts processor time in hundredths of a second
    (second,) = sensor.sample(clock.instant())
    assert set(second.fields) == {"cpu", "memory", "disk", "sent", "received", "uptime"}
    assert 0 < second.fields["memory"] < 100
    # The boot's wall time is in whole seconds.
    assert abs(second.fields["uptime"] - clock.monotonic()) < 3


def test_a_guest_is_counted_once_and_waiting_is_not_busy() -> None:
    before = {"user": 0.0, "system": 0.0, "idle": 0.0, "iowait": 0.0, "guest": 0.0}
    assert busy_share(before, {"user": 20, "system": 10, "idle": 60, "iowait": 10, "guest": 20}) == 30.0


@given(TIMES, TIMES)
def test_a_share_is_a_share(before: dict[str, float], after: dict[str, float]) -> None:
    share = busy_share(before, after)
    assert share is None or 0 <= share <= 100


@given(CARDS, CARDS)
def test_traffic_is_never_negative_nor_more_than_was_counted(
    before: dict[str, Traffic], after: dict[str, Traffic]
) -> None:
    moved = traffic_since(before, after)
    assert 0 <= moved.sent <= sum(card.sent for card in after.values())
    assert 0 <= moved.received <= sum(card.received for card in after.values())
    assert traffic_since(after, after) == Traffic(0, 0)
