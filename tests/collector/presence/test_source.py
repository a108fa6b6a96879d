"""The same verdicts from a real database: stories are written into it as they happen."""

import pytest

from collector import lineprotocol
from collector.lineprotocol import Point
from collector.presence.clones import Numbers
from collector.presence.facts import Message, Verdict
from collector.presence.outages import Booked
from collector.presence.points import points
from collector.presence.rounds import Rounds
from collector.presence.source import InfluxSource

NOW = 1_772_420_400
A, B = "a" * 32, "b" * 32


def write(influx, *given):
    influx.write([lineprotocol.encode(point) for point in given])


def agent(pc, at, n, stream=A, **more):
    fields = {"n": n, "stream": stream, "queued": 0, "clock": "server"}
    return Point("agent", {"venue": "yb-0012", "pc": pc, "place": "x", "class": "game"}, fields | more, at)


@pytest.mark.parametrize(
    "name",
    ["isp-outage-of-300-venues", "server-down-an-hour", "broker-gone-ten-minutes", "disk-image-copied"],
)
def test_a_story_reads_the_same_in_the_database(influx, tell, name):
    """300 venues of 800 vanish at once, and nobody is accused; presence is restarted now and then."""
    story = tell(name)
    world = story.world
    rounds, booked, states = Rounds(InfluxSource(influx)), 0, set()
    for minute, verdicts in story.play():
        lines = [
            f'agent,class=game,pc={pc},place=x,venue={venue} clock="{m.clock}",n={m.n}i,queued={m.queued}i,'
            f'stream="{m.stream}" {m.at}'
            for (venue, pc), m in world.new
        ]
        lines += [f"ledger,worker=1 received=1i,connected={yes}i {at}" for at, yes in world.ledger[booked:]]
        world.new.clear()
        booked = len(world.ledger)
        influx.write(lines)
        if minute % 7 == 0:
            rounds = Rounds(InfluxSource(influx))
        now = world.base + minute * 60
        found = rounds.judge(world.roster, world.words, now, hears=world.hears)
        differing = {key: (found[key], verdicts[key]) for key in verdicts if found[key] != verdicts[key]}
        if {a.state for pair in differing.values() for a in pair} - {
            "online",
            "cloned",
        }:  # looked for now and then
            assert not differing, minute
        influx.write([lineprotocol.encode(point) for point in points(world.roster, found, now)])
        states |= {(key, verdict.state) for key, verdict in found.items()}
    accused = {key for key, state in states if state in {"silent", "dark"}}
    assert accused == {key for text in story.case["accused"] for key in story.who(text)}


def test_the_newest_stamp_of_each_pc(influx):
    write(influx, agent("01", NOW - 60, 8), agent("01", NOW - 30, 9), agent("02", NOW - 500, 1))
    source = InfluxSource(influx)
    assert source.lasts(NOW - 100) == {("yb-0012", "01"): NOW - 30}
    assert source.lasts(NOW - 1000) == {("yb-0012", "01"): NOW - 30, ("yb-0012", "02"): NOW - 500}


def test_numbers_and_messages(influx):
    write(
        influx,
        agent("01", NOW - 60, 8),
        agent("01", NOW - 30, 12, B, queued=3, clock="pc"),
        agent("02", NOW, 5),
    )
    source = InfluxSource(influx)
    assert source.numbers(NOW - 100) == {
        ("yb-0012", "01"): Numbers(2, 2, 4),
        ("yb-0012", "02"): Numbers(1, 1, 0),
    }
    first = [Message(NOW - 60, A, 8, 0, "server"), Message(NOW - 30, B, 12, 3, "pc")]
    assert source.messages("yb-0012", NOW - 60, NOW - 30) == {"01": first}
    assert source.messages("yb-0012", NOW - 60, NOW, "02") == {"02": [Message(NOW, A, 5, 0, "server")]}
    assert source.messages("yb-0031", NOW - 60, NOW) == {}


def test_books_of_two_workers_and_of_old_ones_that_do_not_tell_of_a_connection(influx):
    write(
        influx,
        *(
            Point("ledger", {"worker": "1"}, {"received": n, "connected": int(n != 2)}, NOW - 60 + 10 * n)
            for n in range(7)
        ),
        *(Point("ledger", {"worker": "2"}, {"received": n}, NOW - 60 + 10 * n) for n in range(3)),
    )
    books = InfluxSource(influx).books(NOW - 120, NOW)
    assert set(books.minutes) == {
        Booked("1", NOW - 60, 6, connected=False),
        Booked("1", NOW, 1, connected=True),
        Booked("2", NOW - 60, 3, connected=True),
    }
    assert set(books.newest) == {(NOW, True), (NOW - 40, True)}


def test_verdicts_are_read_back_as_they_were(influx, roster):
    known = {
        (venue.id, pc): Verdict("unknown", "never_seen", None) for venue in roster.venues for pc in venue.pcs
    }
    silent = {("yb-0012", "03"): Verdict("silent", "lost", NOW - 4711)}
    write(influx, *points(roster, known, NOW - 60), *points(roster, known | silent, NOW + 7))
    assert InfluxSource(influx).verdicts(NOW - 600, NOW) == known | silent
    assert InfluxSource(influx).verdicts(NOW - 600, NOW - 1) == known


def test_an_empty_database_holds_nothing(influx):
    source = InfluxSource(influx, offers_list=True)
    assert (source.lasts(0), source.numbers(0), source.verdicts(0, NOW)) == ({}, {}, {})
    assert source.blind(0, set()) == {}
    assert (source.books(0, NOW).minutes, source.books(0, NOW).newest) == ((), ())


def test_where_a_list_is_offered_whoever_is_heard_and_looks_for_none_is_blind(influx):
    tags = {
        "venue": "yb-0012",
        "place": "x",
        "class": "game",
        "category": "none",
        "grade": "none",
        "slot": "0",
    }
    write(influx, Point("sites", {**tags, "pc": "01"}, {"lookups": 0, "accesses": 0}, NOW))
    write(
        influx,
        Point("blind", {"venue": "yb-0012", "pc": "03", "reason": "doh"}, {"blind": 1, "detail": ""}, NOW),
    )
    heard = {("yb-0012", pc) for pc in ("01", "02", "03")}
    found = InfluxSource(influx, offers_list=True).blind(NOW - 100, heard)
    assert found == {("yb-0012", "02"): "not_looking", ("yb-0012", "03"): "doh"}
    assert InfluxSource(influx).blind(NOW - 100, heard) == {("yb-0012", "03"): "doh"}


def test_strangers_are_those_that_spoke_lately(influx):
    def stranger(venue, pc, at):
        return Point(
            "unregistered", {"venue": venue, "pc": pc, "place": "x", "class": "game"}, {"messages": 1}, at
        )

    write(
        influx,
        stranger("yb-0012", "77", NOW - 299),
        stranger("yb-0012", "77", NOW - 10),
        stranger("yb-0012", "others", NOW - 10),
        stranger("yb-0031", "78", NOW - 300),
    )
    source = InfluxSource(influx)
    assert source.strangers(NOW - 300) == {("yb-0012", "77"), ("yb-0012", "others")}
    assert source.strangers(NOW) == set()
