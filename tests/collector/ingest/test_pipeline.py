"""One message in, lines and verdicts out: identity from topic and roster, each refusal with its reason."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector import wire
from collector.clock import LOCAL
from collector.ingest.pipeline import Bounds, Pipeline
from collector.lineprotocol import decode
from collector.roster import Roster, Span, Venue
from collector.wire import Frame

STREAM = "ab" * 16
NIGHT = int(datetime(2026, 3, 2, 22, 0, 10, tzinfo=LOCAL).timestamp())
TOPIC = wire.topic("yb-0012", "07", "data")


def agent(n: int = 1, stamp: int = NIGHT, stream: str = STREAM) -> str:
    return f'agent n={n}i,stream="{stream}",clock="server" {stamp}'


def games(play: int = 30, stamp: int = NIGHT) -> str:
    return f"games,game=fc-online play={play}i {stamp}"


def payload(*lines: str, n: int = 1) -> bytes:
    return wire.encode([Frame(STREAM, n, lines)])


@pytest.fixture
def pipeline(roster) -> Pipeline:
    return Pipeline(roster)


def test_a_good_message_gets_identity_and_after_hours(pipeline):
    taken = pipeline.take(TOPIC, payload(agent(), games()), NIGHT)
    assert (taken.received, taken.dead, taken.refused) == (1, 0, [])
    assert taken.acks == [("yb-0012", "07", STREAM, 1)]
    point = decode(taken.lines[1])
    assert point.tags == {
        "venue": "yb-0012",
        "pc": "07",
        "place": "04273",
        "class": "game",
        "game": "fc-online",
    }
    assert point.fields == {"play": 30, "after_hours": 10}
    assert point.time == NIGHT


def test_where_no_rule_is_known_there_is_no_verdict(pipeline):
    taken = pipeline.take(wire.topic("yb-0100", "01", "data"), payload(agent(), games()), NIGHT)
    assert [decode(line).fields for line in taken.lines[1:]] == [{"play": 30}]


def beside(taken) -> list[tuple[dict, int]]:
    points = [decode(line) for line in taken.lines]
    return [(point.fields, point.time) for point in points if point.measurement == "after_hours"]


def test_what_lies_outside_the_hours_stands_beside_once_a_message(pipeline):
    """Of games at the same time the longest counts, whatever way a line was taken and in whatever order."""
    whole = payload(
        agent(),
        f'session active=15i,idle=3i,state="active" {NIGHT}',
        games(play=30),
        f"games,game=valorant processes=2i,play=9i {NIGHT}",  # not in our spelling: the careful way
        f"games,game=lmht play=8i,processes=1i {NIGHT}",
    )
    taken = pipeline.take(TOPIC, whole, NIGHT)
    assert taken.refused == []
    (line,) = (line for line in taken.lines if line.startswith("after_hours"))
    assert line == f"after_hours,class=game,pc=07,place=04273,venue=yb-0012 play=10i,use=10i {NIGHT}"
    assert pipeline.take(TOPIC, whole, NIGHT + 40).lines == taken.lines  # sent again, it overwrites itself


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ((games(play=30),), [({"play": 10}, NIGHT)]),
        ((f"games,game=x processes=1i,play=30i {NIGHT}",), [({"play": 10}, NIGHT)]),
        ((f'session active=30i,state="active" {NIGHT}',), [({"use": 10}, NIGHT)]),
        ((f'session state="active",active=30i {NIGHT}',), [({"use": 10}, NIGHT)]),
        (
            (games(play=30), games(play=5, stamp=NIGHT + 20)),
            [({"play": 10}, NIGHT), ({"play": 5}, NIGHT + 20)],
        ),
        ((games(play=0), f'session active=0i,state="idle" {NIGHT}'), []),
        ((games(play=10, stamp=NIGHT - 11),), []),
        ((f'session state="unknown" {NIGHT}', f"games,game=none play=0i {NIGHT}"), []),
    ],
)
def test_where_nothing_lies_outside_there_is_no_point(pipeline, lines, expected):
    taken = pipeline.take(TOPIC, payload(agent(), *lines), NIGHT)
    assert (taken.refused, beside(taken)) == ([], expected)


def test_what_is_refused_stands_nowhere(pipeline):
    taken = pipeline.take(TOPIC, payload(agent(), games().replace("play=30i", "play=30i,mood=1i")), NIGHT)
    assert ([dead.reason for dead in taken.refused], beside(taken)) == (["field"], [])
    taken = pipeline.take(TOPIC, payload(games()), NIGHT)
    assert (taken.dead, beside(taken)) == (1, [])


def test_a_ping_is_answered_and_not_counted(pipeline):
    taken = pipeline.take(TOPIC, wire.encode([Frame(STREAM, 0, ())]), NIGHT)
    assert (taken.received, taken.acks, taken.lines) == (0, [("yb-0012", "07", STREAM, 0)], [])


def test_a_bundle_counts_each_of_its_messages(pipeline):
    frames = [Frame(STREAM, n, (agent(n, NIGHT - n),)) for n in (1, 2, 3)]
    taken = pipeline.take(TOPIC, wire.encode(frames), NIGHT)
    assert (taken.received, len(taken.lines), [n for *_, n in taken.acks]) == (3, 3, [1, 2, 3])


@pytest.mark.parametrize(
    ("topic", "reason"),
    [
        (wire.topic("yb-0012", "07", "ack"), "topic"),
        ("elsewhere", "topic"),
    ],
)
def test_a_message_on_no_topic_of_ours_is_dead_and_cannot_be_answered(pipeline, topic, reason):
    taken = pipeline.take(topic, payload(agent()), NIGHT)
    assert (taken.received, taken.dead, taken.lines, taken.acks) == (1, 1, [], [])
    assert [d.reason for d in taken.refused] == [reason]


@pytest.mark.parametrize(("pc", "reason"), [("yb-9999/07", "venue"), ("yb-0012/99", "pc")])
def test_a_message_of_an_unregistered_pc_is_kept_aside_and_answered(pipeline, pc, reason):
    whole = payload(agent())
    taken = pipeline.take(f"quannet/v1/{pc}/data", whole, NIGHT)
    assert (taken.received, taken.dead, taken.lines) == (1, 1, [])
    assert [(d.reason, d.payload) for d in taken.refused] == [(reason, whole)]
    assert [ack[3] for ack in taken.acks] == [1]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("nonsense", "line"),
        (f"presence online=1i {NIGHT}", "measurement"),
        (f"unheard of=1i {NIGHT}", "measurement"),
        ("host cpu=1.0", "future"),
        (f"host cpu=1.0 {NIGHT + 61}", "future"),
        (f"host cpu=1.0 {NIGHT - 9 * 86_400}", "old"),
        (f"host,venue=yb-0031 cpu=1.0 {NIGHT}", "tags"),
        (f"games play=1i {NIGHT}", "tags"),
        (f"host temperature=1.0 {NIGHT}", "field"),
        (f"games,game=x after_hours=1i {NIGHT}", "field"),
        (f"host cpu=1i {NIGHT}", "type"),
        (f"games,game=x play=1.5 {NIGHT}", "type"),
        (f"host cpu=100.1 {NIGHT}", "range"),
        (f"games,game=x play=-1i {NIGHT}", "range"),
        (f'session state="{"x" * 17}" {NIGHT}', "range"),
    ],
    ids=lambda value: value[:40],
)
def test_only_the_guilty_line_is_refused(pipeline, line, reason):
    taken = pipeline.take(TOPIC, payload(agent(), line, f"host cpu=1.0 {NIGHT}"), NIGHT)
    assert [(d.reason, d.payload) for d in taken.refused] == [(reason, line.encode())]
    assert (len(taken.lines), taken.dead, len(taken.acks)) == (2, 0, 1)


@pytest.mark.parametrize(
    "own",
    [games(), agent(2), agent(stream="cd" * 16), f'agent stream="{STREAM}",clock="server" {NIGHT}'],
    ids=["none", "another number", "another stream", "no number"],
)
def test_a_message_that_does_not_say_its_number_is_dead_and_still_acknowledged(pipeline, own):
    taken = pipeline.take(TOPIC, payload(own), NIGHT)
    assert (taken.dead, taken.lines, len(taken.refused), len(taken.acks)) == (1, [], 1, 1)


def test_identity_is_that_of_the_points_own_day():
    moved = Venue(
        "yb-0012",
        "",
        "",
        ("07",),
        (
            Span(date(2020, 1, 1), date(2026, 3, 1), "00001", "agent"),
            Span(date(2026, 3, 2), None, "00002", "game"),
        ),
        (),
    )
    pipeline = Pipeline(Roster("", (moved,)), Bounds())
    for ago, place in ((0, "00002"), (2 * 86_400, "00001")):
        taken = pipeline.take(TOPIC, payload(agent(stamp=NIGHT - ago)), NIGHT)
        assert decode(taken.lines[0]).tags["place"] == place
    between = pipeline.take(TOPIC, payload(agent(stamp=NIGHT - 86_400)), NIGHT)
    assert [d.reason for d in between.refused] == ["identity"]


@given(
    st.lists(st.text(max_size=60) | st.sampled_from([agent(), games(), f"host cpu=1.0 {NIGHT}"]), max_size=6)
)
def test_nothing_that_a_payload_holds_raises_and_the_books_balance(roster, lines):
    text = "\n".join([f"# 1 {STREAM} 1", *lines]).encode()
    taken = Pipeline(roster).take(TOPIC, text, NIGHT)
    assert taken.received >= taken.dead >= 0
    assert all(decode(line).tags["venue"] == "yb-0012" for line in taken.lines)


def test_a_message_whose_number_is_refused_is_kept_whole_with_all_that_is_good_in_it(pipeline):
    whole = payload(agent().replace(" n=1i", " n=1i,mood=1i"), games(), f"host cpu=-1.0 {NIGHT}")
    taken = pipeline.take(TOPIC, whole, NIGHT)
    (letter,) = taken.refused
    assert (letter.reason, wire.decode(letter.payload)) == ("field", wire.decode(whole))
    assert (taken.lines, taken.dead) == ([], 1)


def test_a_line_alone_is_judged_like_one_of_a_message(pipeline):
    taken = pipeline.take_line(TOPIC, games(), NIGHT)
    whole = pipeline.take(TOPIC, payload(agent(), games()), NIGHT)
    assert [decode(line) for line in taken.lines] == [decode(line) for line in whole.lines[1:]]
    for topic, line, reason in (
        (TOPIC, "nonsense", "line"),
        (TOPIC, f"host cpu=1i {NIGHT}", "type"),
        (TOPIC, agent(), "number"),
        (wire.topic("yb-0012", "99", "data"), games(), "pc"),
        (wire.topic("yb-9999", "07", "data"), games(), "venue"),
        ("elsewhere", games(), "topic"),
    ):
        taken = pipeline.take_line(topic, line, NIGHT)
        assert ([dead.reason for dead in taken.refused], taken.lines) == ([reason], [])


# What agents of earlier releases send: without `blind`, `sites`, queue and cost, and in another order.
OLDER = (
    (f'agent n=1i,stream="{STREAM}" {NIGHT}',),
    (f'agent stream="{STREAM}",n=1i,clock="pc",version="0.0.1" {NIGHT}', f"host cpu=3.0 {NIGHT}"),
    (
        f'agent clock="server",dropped=0i,n=1i,queued=1i,stream="{STREAM}" {NIGHT}',
        f"games,game=none play=0i {NIGHT}",
        f'session state="none" {NIGHT}',
    ),
)


@pytest.mark.parametrize("lines", OLDER, ids=["the number alone", "another order", "fewer fields"])
def test_an_older_agent_is_served(pipeline, lines):
    taken = pipeline.take(TOPIC, payload(*lines), NIGHT)
    assert (len(taken.lines), taken.refused, taken.dead) == (len(lines), [], 0)
    assert taken.acks == [("yb-0012", "07", STREAM, 1)]


def test_a_newer_agent_is_told_so_and_not_acknowledged(pipeline):
    newer = f"# 2 {STREAM} 1\n{agent()}".encode()
    taken = pipeline.take(TOPIC, newer, NIGHT)
    assert (taken.acks, taken.lines, [dead.reason for dead in taken.refused]) == ([], [], ["version"])
    ((venue, pc, answer),) = taken.answers
    assert (venue, pc) == ("yb-0012", "07")
    assert wire.decode_answer(answer) == wire.Refusal(STREAM, "version", "wire 2; this server speaks 1")


def test_a_newer_release_of_this_wire_version_loses_only_what_this_server_does_not_know(pipeline):
    lines = (agent(), games(play=0), f"fans speed=900.0 {NIGHT}", f"host cpu=1.0,fans=2i {NIGHT}")
    taken = pipeline.take(TOPIC, payload(*lines), NIGHT)
    assert len(taken.lines) == 2
    assert [dead.reason for dead in taken.refused] == ["measurement", "field"]
