"""Single lines of `after_hours` against each other and against what is stored: the most of all stands."""

import pytest

from collector.influx import Access, Influx, Unavailable
from collector.ingest.longest import raised
from provisioning.local.process import free_port

AT = 1_772_463_610


def line(fields: str, pc: str = "07", at: int = AT) -> str:
    return f"after_hours,class=game,pc={pc},place=04273,venue=yb-0012 {fields} {at}"


def test_the_most_of_all_lines_and_of_what_is_stored(influx):
    influx.write([line("play=20i"), line("play=30i", pc="08"), line("play=40i", at=AT + 1)])
    lines = [
        "host,pc=1 cpu=1.0 5",
        line("play=10i"),
        line("use=3i"),
        line("use=2i"),
        line("play=31i", pc="08"),
    ]
    assert raised(lines, influx) == {
        line("play=10i"): line("play=20i,use=3i"),
        line("use=3i"): line("play=20i,use=3i"),
        line("use=2i"): line("play=20i,use=3i"),
        line("play=31i", pc="08"): line("play=31i", pc="08"),
    }


def test_without_any_nothing_is_asked():
    away = Influx(Access(f"http://127.0.0.1:{free_port()}", "x", api="v1"))
    assert raised([], away) == raised(["host,pc=1 cpu=1.0 5"], away) == {}
    with pytest.raises(Unavailable):
        raised([line("play=1i")], away)
    away.close()
