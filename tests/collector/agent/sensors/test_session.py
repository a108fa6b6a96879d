"""Use of a PC in seconds: what the platform saw, turned into what the schema holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.agent.platform import Session, current
from collector.agent.sensors.session import SessionSensor, fields
from collector.clock import SystemClock

STATES = st.sampled_from(["present", "locked", "none", "unknown"])


@pytest.mark.parametrize(
    ("idle", "state", "active"),
    [
        (0.0, "active", 30),
        (29.0, "active", 30),
        (299.9, "active", 30),
        (300.0, "idle", 30),
        (315.0, "idle", 15),
        (330.0, "idle", 0),
        (9e6, "idle", 0),
    ],
)
def test_use_ends_five_minutes_after_the_last_key(idle: float, state: str, active: int) -> None:
    found = fields(Session("present", idle), 1000.0, 1030.0, 300.0)
    assert found == {"state": state, "idle": int(idle), "active": active}


@given(STATES, st.none() | st.floats(0, 1e7), st.floats(0, 1e6), st.floats(0, 120), st.floats(10, 86_400))
def test_what_is_unknown_is_absent_and_use_stays_within_the_interval(
    state: str, idle: float | None, last: float, length: float, idle_after: float
) -> None:
    found = fields(Session(state, idle), last, last + length, idle_after)
    assert found["state"] in {"active", "idle", "locked", "none", "unknown"}
    if found["state"] == "unknown":
        assert set(found) == {"state"}
    else:
        assert 0 <= found["active"] <= length + 1
    assert ("idle" in found) == (found["state"] in {"active", "idle"})


def test_this_machine_has_a_session_line() -> None:
    (point,) = SessionSensor(current(), 30.0, 300.0).sample(SystemClock().instant())
    assert (point.measurement, point.tags, point.time) == ("session", {}, None)
