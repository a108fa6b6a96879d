"""One PC at one moment: each state with its cause."""

import pytest

from collector.presence import facts
from collector.presence.facts import USUAL, Key, Ours, Outage, Seen, Verdict
from collector.presence.judge import Judge

NOW = 1_772_420_400
PC: Key = ("yb-0012", "01")
NEIGHBOUR: Key = ("yb-0012", "02")
WELL = Ours()
AWAY = int(USUAL.silent_after) + 1


def verdict(seen, ours=WELL, *, stood=None, neighbour=None, alone=None):
    """Of PC, beside a neighbour that was last heard so many seconds ago."""
    known = {PC: seen} | ({} if neighbour is None else {NEIGHBOUR: Seen(NOW - neighbour, "online")})
    standing = {} if stood is None else {PC: stood}
    judge = Judge([("yb-0012", "04273", ("01", "02"))], known, ours, standing, NOW, USUAL)
    return judge.verdicts({} if alone is None else {PC: alone})[PC]


STALLED = Ours(cause="ingest_stalled")
LONG_GONE = NOW - 9000


@pytest.mark.parametrize(
    ("seen", "ours", "said"),
    [
        (Seen(NOW - 10, "online"), Ours(), "online/seen"),
        (Seen(NOW - 120, None), Ours(), "online/seen"),
        (Seen(NOW - 10, "lost"), Ours(), "online/seen"),
        (Seen(NOW + 3, "online"), Ours(), "online/seen"),
        (Seen(NOW - 10, "online"), STALLED, "online/seen"),
        (Seen(NOW - 10, "online", blind="doh"), Ours(), "blind/doh"),
        (Seen(NOW - 10, None, blind="no_permission"), STALLED, "blind/no_permission"),
        (Seen(NOW - 10, "online", blind="doh", clone="two_agents"), Ours(), "cloned/two_agents"),
        (Seen(NOW - 10, "closing", NOW - 12, "doh"), Ours(), "closed/said_goodbye"),
        (Seen(NOW - 10, "closing", NOW - 60), Ours(), "online/seen"),
        (Seen(LONG_GONE, "closing", NOW), Ours(), "closed/said_goodbye"),
        (Seen(LONG_GONE, "closing", NOW), STALLED, "unknown/ingest_stalled"),
        (Seen(None, "closing", NOW - 60), Ours(), "unknown/never_seen"),
        (Seen(None), Ours(), "unknown/never_seen"),
        (Seen(None), STALLED, "unknown/ingest_stalled"),
        (Seen(NOW - AWAY, "lost"), STALLED, "unknown/ingest_stalled"),
        (Seen(NOW - AWAY, "lost"), Ours(hears=False), "unknown/broker_gone"),
        (Seen(NOW - AWAY, None), Ours(), "unknown/our_outage"),
        (Seen(NOW - AWAY, "lost"), Ours(), "unknown/waiting"),
        (Seen(LONG_GONE, "lost"), Ours(), "dark/venue_gone"),
        (Seen(LONG_GONE, "lost"), Ours((Outage(LONG_GONE + 90, NOW - 60),)), "unknown/our_outage"),
        (Seen(LONG_GONE, "lost"), Ours((Outage(LONG_GONE + 91, NOW - 60),)), "dark/venue_gone"),
        (Seen(LONG_GONE, "lost"), Ours((Outage(LONG_GONE - 900, LONG_GONE - 120),)), "unknown/our_outage"),
        (Seen(LONG_GONE, "lost"), Ours((Outage(LONG_GONE - 900, LONG_GONE - 121),)), "dark/venue_gone"),
    ],
)
def test_a_pc_without_neighbours(seen, ours, said):
    found = verdict(seen, ours)
    assert f"{found.state}/{found.cause}" == said
    assert found.last == seen.last


@pytest.mark.parametrize(
    ("status", "neighbour", "alone", "said"),
    [
        ("lost", 5, True, "silent/lost"),
        ("online", 5, True, "silent/no_message"),
        ("lost", 5, False, "unknown/not_back"),
        ("lost", 5, None, "unknown/waiting"),
        ("lost", 60, False, "unknown/waiting"),
        (None, 5, True, "unknown/our_outage"),
    ],
)
def test_a_pc_among_neighbours(status, neighbour, alone, said):
    found = verdict(Seen(NOW - 200, status), neighbour=neighbour, alone=alone)
    assert f"{found.state}/{found.cause}" == said


@pytest.mark.parametrize(
    ("cause", "neighbour", "said"),
    [
        ("lost", 5, "silent/lost"),
        ("lost", 9000, "silent/lost"),
        ("venue_gone", 9000, "dark/venue_gone"),
        ("venue_gone", 5, "unknown/not_back"),
        ("many_gone", 9000, "unknown/many_gone"),
        ("many_gone", 5, "unknown/not_back"),
        ("many_lost", 5, "unknown/many_lost"),
        ("our_outage", 5, "unknown/not_back"),
        ("not_back", 9000, "unknown/not_back"),
        ("said_goodbye", 5, "closed/said_goodbye"),
    ],
)
def test_what_stood_stands_until_it_is_heard_again(cause, neighbour, said):
    state = {"lost": "silent", "venue_gone": "dark", "said_goodbye": "closed"}.get(cause, "unknown")
    found = verdict(Seen(LONG_GONE, "lost"), stood=Verdict(state, cause, LONG_GONE), neighbour=neighbour)
    assert f"{found.state}/{found.cause}" == said
    heard = verdict(Seen(NOW - 5, "online"), stood=Verdict(state, cause, LONG_GONE), neighbour=neighbour)
    assert heard.state == "online"


def test_a_verdict_on_an_earlier_absence_does_not_stand():
    """It was heard in between and is gone again."""
    stood = Verdict("silent", "lost", LONG_GONE)
    assert verdict(Seen(LONG_GONE + 600, "lost"), stood=stood).cause == "venue_gone"


def test_a_goodbye_ends_what_stood():
    stood = Verdict("silent", "lost", LONG_GONE)
    assert verdict(Seen(LONG_GONE, "closing", NOW), stood=stood).state == "closed"


def province(gone, *, alive=100, stood=None):
    """Venues of one PC each, in communes of their own: `gone` of them vanished together; the verdict on the first."""
    names = [f"yb-{n:03}" for n in range(gone + alive)]
    seen = {(name, "01"): Seen(LONG_GONE if n < gone else NOW, "lost") for n, name in enumerate(names)}
    standing = {} if stood is None else {("yb-000", "01"): Verdict("dark", stood, LONG_GONE)}
    judge = Judge([(name, name, ("01",)) for name in names], seen, WELL, standing, NOW, USUAL)
    return judge.verdicts({})["yb-000", "01"].cause


def test_a_wave_may_turn_out_wider_than_it_looked():
    assert province(4) == province(4, stood="venue_gone") == "venue_gone"
    assert province(5) == province(5, stood="venue_gone") == "many_gone"


def test_venues_that_close_in_order_are_no_wave_even_where_a_pc_was_missing_before():
    """At closing time a venue loses its power; in many others the last PC says goodbye."""
    closing = {(f"yb-{n:03}", "01"): Seen(LONG_GONE, "closing", LONG_GONE) for n in range(1, 50)}
    missing = {(f"yb-{n:03}", "02"): Seen(LONG_GONE - 3600, "lost") for n in range(1, 50)}
    seen = closing | missing | {("yb-000", "01"): Seen(LONG_GONE, "lost")}
    venues = [(f"yb-{n:03}", str(n), ("01", "02")) for n in range(50)]
    assert Judge(venues, seen, WELL, {}, NOW, USUAL).verdicts({})["yb-000", "01"].cause == "venue_gone"


def test_a_venue_that_was_heard_until_our_outage_is_excused_as_a_whole():
    """Also the PC in it whose last messages were late: it was heard a little too early to be excused itself."""
    seen = {PC: Seen(LONG_GONE, "lost"), NEIGHBOUR: Seen(LONG_GONE + 60, "lost")}
    ours = Ours((Outage(LONG_GONE + 120, NOW - 60),))
    found = Judge([("yb-0012", "a", ("01", "02"))], seen, ours, {}, NOW, USUAL).verdicts({})
    assert found[PC].cause == found[NEIGHBOUR].cause == "our_outage"


def test_neighbours_are_asked_only_where_their_answer_decides():
    pcs = ("01", "02", "03", "04", "05", "06")
    known = {
        ("yb-0012", "01"): Seen(NOW - 5, "online"),
        ("yb-0012", "02"): Seen(NOW - 200, "lost"),
        ("yb-0012", "03"): Seen(NOW - 200, "closing", NOW - 199),
        ("yb-0012", "04"): Seen(NOW - 200, None),
        ("yb-0012", "05"): Seen(NOW - 300, "lost"),
        ("yb-0031", "01"): Seen(NOW - 200, "lost"),
        ("yb-0031", "02"): Seen(NOW - 200 + int(USUAL.ahead) - 1, "lost"),
    }
    standing = {("yb-0012", "05"): Verdict("silent", "lost", NOW - 300)}
    venues = [("yb-0012", "a", pcs), ("yb-0031", "b", ("01", "02"))]
    assert Judge(venues, known, Ours(), standing, NOW, USUAL).questions() == [("yb-0012", "02")]
    for ours in (STALLED, Ours(hears=False), Ours((Outage(NOW - 150, NOW - 100),))):
        assert Judge(venues, known, ours, standing, NOW, USUAL).questions() == []


def test_each_cause_has_one_kind():
    """Standing, for the moment, or of a PC that is heard."""
    kinds = facts.STANDING, facts.NO_SIGHT, {facts.WAITING, facts.NEVER_SEEN, facts.SEEN}
    assert sum(map(len, kinds)) == len(set().union(*kinds))
