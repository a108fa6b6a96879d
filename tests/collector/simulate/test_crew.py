"""A fleet is the same at each run and however it is split; only its streams are new."""

from datetime import UTC, datetime
from itertools import pairwise

from collector.agent.delivery import Pace
from collector.agent.link import Endpoint
from collector.clock import FrozenClock
from collector.simulate import Habits, LeanSpool, SimulatedPC, SimulatedVenue
from collector.simulate.crew import Crew
from collector.simulate.lies import shares

VENUES = [
    SimulatedVenue(f"v-{k}", ("01", "02", "03", "04"), Endpoint("h", 1, f"v-{k}", "p"), Habits(0.6, 0.7))
    for k in range(30)
]


def muster(venues: list[SimulatedVenue] = VENUES, seed: int = 1, liars: str = "0.3") -> list[SimulatedPC]:
    crew = Crew(
        FrozenClock(datetime(2026, 3, 2, tzinfo=UTC)),
        seed=seed,
        every=30,
        pace=Pace(),
        looks=True,
        spool=LeanSpool,
        liars=shares([liars]),
        settled=lambda: True,
    )
    return list(crew.muster(venues))


def lived(pc: SimulatedPC) -> tuple:
    """What a PC is and sees over three messages, its stream apart."""
    seen = tuple(str(pc.see(3000)) for _ in range(3))
    return pc.venue.id, pc.name, pc.lie.name, pc.phase, pc.another_venue, seen


def test_the_same_seed_makes_the_same_fleet_and_another_seed_another():
    one, two, other = (sorted(map(lived, muster(seed=seed))) for seed in (1, 1, 2))
    assert one == two
    assert one != other


def test_a_fleet_that_is_split_is_the_same_fleet():
    halves = [[SimulatedVenue(v.id, v.pcs[k::2], v.endpoint, v.habits) for v in VENUES] for k in range(2)]
    parts = sorted(lived(pc) for half in halves for pc in muster(half))
    assert parts == sorted(map(lived, muster()))


def test_two_runs_never_number_the_same_stream():
    streams = [{pc.spool.stream for pc in muster(liars="0")} for _ in range(2)]
    assert len(streams[0]) == len(streams[1]) == 120
    assert not streams[0] & streams[1]


def test_twins_share_a_name_or_a_spool_or_have_a_name_that_nobody_registered():
    pcs = muster()
    registered = {(v.id, name) for v in VENUES for name in v.pcs}
    by_name: dict[tuple[str, str], list[SimulatedPC]] = {}
    for pc in pcs:
        by_name.setdefault((pc.venue.id, pc.name), []).append(pc)
    strangers = {name for name in by_name if name not in registered}
    assert strangers
    assert {pc.lie.name for name in strangers for pc in by_name[name]} == {"unregistered"}
    twins = [pair for pair in by_name.values() if len(pair) == 2]
    kinds = {tuple(sorted(pc.lie.name for pc in pair)): pair for pair in twins}
    assert kinds.keys() == {("clone", "none"), ("clone-spool", "clone-spool")}
    for pair in twins:
        same = pair[0].client_id == pair[1].client_id
        assert same == (pair[0].lie.name == "clone-spool")


def test_a_liar_never_means_its_own_venue_when_it_speaks_of_another():
    pcs = muster()
    assert all(pc.another_venue != pc.venue.id for pc in pcs)
    assert {pc.another_venue for pc in pcs} <= {venue.id for venue in VENUES}


def test_a_backlog_is_numbered_in_the_past_and_ends_now():
    (pc,) = muster([SimulatedVenue("v", ("01",), VENUES[0].endpoint, Habits(1, 1))], liars="0")
    pc.wait_through(120)
    assert (pc.spool.queued, pc.spool.next_n, pc.tally.waiting) == (120, 121, 120)
    pc.spool.stamp(pc.clock.instant().boot, lambda mono: 10_000 + mono)
    stamps = [int(frame.lines[0].rpartition(" ")[2]) for frame in pc.spool.frames(range(1, 121))]
    assert [b - a for a, b in pairwise(stamps)] == [30] * 119
    assert 0 <= 11_000 - stamps[-1] <= 30
    assert all(frame.lines[0].startswith("agent ") for frame in pc.spool.frames([1, 120]))
