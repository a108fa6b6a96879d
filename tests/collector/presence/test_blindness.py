"""Why a PC may miss names: its last sample alone says so."""

from collector import lineprotocol
from collector.agent.blindness.judges import REASONS
from collector.clock import SystemClock
from collector.influxql import presence as ask
from collector.lineprotocol import Point
from collector.presence.blindness import reasons
from dashboards import looks


def blind(pc: str, reason: str, value: int, ago: int) -> str:
    tags = {"venue": "yb-0012", "pc": pc, "reason": reason}
    return lineprotocol.encode(Point("blind", tags, {"blind": value, "detail": ""}, now() - ago))


def now() -> int:
    return int(SystemClock().wall().timestamp())  # the database has a now() of its own


def test_the_last_sample_alone_says_whether_a_pc_is_blind(influx):
    influx.write(
        [
            *(blind("01", "none", 0, 60), blind("01", "doh", 1, 30), blind("01", "policy", 1, 30)),
            *(blind("02", "doh", 1, 60), blind("02", "none", 0, 30)),
            *(blind("03", "doh", 1, 300),),
            *(
                blind("04", "new-reason", 1, 30),
                blind("04", "another-new-one", 1, 30),
                blind("04", "doh", 1, 60),
            ),
            *(blind("05", "policy", 1, 30), blind("05", "no_permission", 1, 30)),
        ]
    )
    assert reasons(influx.query(ask.last_blind(now() - 120))) == {
        ("yb-0012", "01"): "doh",
        ("yb-0012", "04"): "another-new-one",
        ("yb-0012", "05"): "no_permission",
    }


def test_every_reason_of_the_agent_has_a_word_on_the_boards():
    assert set(REASONS) <= set(looks.CAUSES)
