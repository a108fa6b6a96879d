"""Every kind of liar against the real broker, ingest and database: what is stored, refused, denied."""

import threading
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from collector.clock import SystemClock
from collector.influx import Influx
from collector.ingest.deadletter import Letter, read
from collector.simulate import Fleet, LeanSpool, SimulatedPC
from collector.simulate.lies import BY_NAME, ClockUnset, shares
from provisioning.local.stack import Stack
from tests.collector.simulate.bed import QUICK, everybody, living, stored_numbers, wait_for

SECONDS = 3
AGENT_FIELDS = "n, stream, clock, venue, pc"


@dataclass
class Aftermath:
    """What the fleet did, and what the server made of it."""

    pcs: dict[str, list[SimulatedPC]]  # by their lie
    numbers: dict[str, list[int]]  # stored, by stream
    rows: list[dict]  # of `agent`
    letters: list[Letter]

    def stored(self, kind: str) -> list[list[int]]:
        return [self.numbers.get(pc.spool.stream, []) for pc in self.pcs[kind]]

    def names(self, *kinds: str) -> set[tuple[str, str]]:
        return {(pc.venue.id, pc.name) for kind in kinds for pc in self.pcs[kind]}

    def reasons(self, kind: str) -> set[str]:
        """Why anything was refused that such a PC sent to its own topic."""
        return {letter.reason for letter in self.letters if letter.sender in self.names(kind)}


@pytest.fixture(scope="module")
def aftermath(tmp_path_factory) -> Iterator[Aftermath]:
    """All of them at once, one second a message."""
    with Stack(tmp_path_factory.mktemp("liars") / "stack") as stack:
        ingest = stack.ingest()
        fleet = Fleet(
            everybody(stack),
            SystemClock(),
            seed=1,
            every=1,
            pace=QUICK,
            spool=LeanSpool,
            liars=shares(["0.8"]),
        )
        with living(fleet):
            wait_for(lambda: fleet.settled_after is not None)
            threading.Event().wait(SECONDS)
            fleet.sampling = False
            # Two PCs on one spool take each other's place at the broker for ever; all others come to an end.
            whole = [pc for pc in fleet.pcs if pc.lie.name != "clone-spool"]
            wait_for(lambda: not any(pc.spool.queued for pc in whole))
        influx = Influx(stack.deploy.influx)
        rows = [
            dict(zip(series.columns, row, strict=True))
            for series in influx.query(f'SELECT {AGENT_FIELDS} FROM "agent"')
            for row in series.rows
        ]
        numbers = stored_numbers(influx)
        influx.close()
        assert ingest.stop() == 0
        pcs: dict[str, list[SimulatedPC]] = {kind: [] for kind in ("none", *BY_NAME)}
        for pc in fleet.pcs:
            pcs[pc.lie.name].append(pc)
        yield Aftermath(pcs, numbers, rows, list(read(stack.folder / "state")))


def test_there_is_every_kind(aftermath):
    assert all(len(pcs) >= 3 for pcs in aftermath.pcs.values())


@pytest.mark.parametrize("kind", ["none", "duplicates", "foreign-topic", "malformed", "clock-unset"])
def test_what_is_true_in_it_is_stored_once_beside_every_lie(aftermath, kind):
    cloned = aftermath.names("clone", "clone-spool")
    pcs = [pc for pc in aftermath.pcs[kind] if (pc.venue.id, pc.name) not in cloned]
    assert pcs
    for pc in pcs:
        assert pc.spool.next_n > SECONDS
        assert aftermath.numbers[pc.spool.stream] == list(range(1, pc.spool.next_n))


def test_nothing_of_the_honest_is_refused(aftermath):
    honest = aftermath.names("none") - aftermath.names("clone", "clone-spool")
    assert not [letter for letter in aftermath.letters if letter.sender in honest]


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("clock-ahead", "future"),
        ("clock-behind", "old"),
        ("identity-tags", "tags"),
        ("unregistered", "pc"),
    ],
)
def test_what_is_a_lie_as_a_whole_is_refused_by_its_reason_and_not_sent_again_for_ever(
    aftermath, kind, reason
):
    assert not any(aftermath.stored(kind))
    assert aftermath.reasons(kind) == {reason}
    assert not any(pc.spool.queued for pc in aftermath.pcs[kind])


def test_a_clock_that_was_never_set_is_believed_and_flagged(aftermath):
    streams = {pc.spool.stream for pc in aftermath.pcs["clock-unset"]}
    flags = {
        (row["n"] <= ClockUnset.messages, row["clock"]) for row in aftermath.rows if row["stream"] in streams
    }
    assert flags == {(True, "pc"), (False, "server")}


def test_nobody_is_stored_under_anothers_name(aftermath):
    names = {pc.spool.stream: (pc.venue.id, pc.name) for pcs in aftermath.pcs.values() for pc in pcs}
    assert aftermath.rows
    assert all(names[row["stream"]] == (row["venue"], row["pc"]) for row in aftermath.rows)


def test_the_broker_denies_each_payload_for_another_venues_topic(aftermath):
    pcs = aftermath.pcs["foreign-topic"]
    sent = sum(pc.spool.next_n - 1 for pc in pcs)
    assert pcs[0].tally.denied >= sent  # and pings


def test_what_is_unreadable_is_kept_and_answered(aftermath):
    assert aftermath.reasons("malformed") >= {"version", "header", "zlib", "size"}
    assert aftermath.pcs["malformed"][0].tally.refusals > 0
    assert not [row for row in aftermath.rows if row["n"] == 999_999_999]


def test_two_pcs_of_one_name_show_as_two_streams_though_one_second_holds_one_of_them_alone(aftermath):
    streams: dict[tuple[str, str], set[str]] = defaultdict(set)
    seconds: Counter[tuple[str, str, str]] = Counter()
    for row in aftermath.rows:
        streams[row["venue"], row["pc"]].add(row["stream"])
        seconds[row["venue"], row["pc"], row["time"]] += 1
    doubled = {name for name, of in streams.items() if len(of) > 1}
    assert doubled
    assert doubled <= aftermath.names("clone")
    assert set(seconds.values()) == {1}
