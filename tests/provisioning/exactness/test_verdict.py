"""The verdict names each way in which a database may differ from what the PCs numbered; on a real database."""

import pytest

from provisioning.exactness.verdict import Verdict, judge

STREAM = "0" * 32
START = 1_772_438_400
IDENTITY = "venue=yb-0012,pc=07,place=04273,class=game"


def message(n: int, at: int) -> tuple[str, ...]:
    return (
        f'agent stream="{STREAM}",n={n}i,cpu=5.0,clock="server" {at}',
        f"games,game=cs2 play=30i,processes=1i {at}",
        f"host cpu=5.0,sent=100i {at}",
    )


SENT = {(STREAM, n): message(n, START + 30 * n) for n in (1, 2, 3)}


def as_stored(lines, identity: str = IDENTITY) -> list[str]:
    """With identity and what ingest computes, as the database gets them."""
    stored = []
    for line in lines:
        head, fields, time = line.split(" ")
        measurement, comma, tags = head.partition(",")
        derived = ",after_hours=30i" if measurement == "games" else ""
        stored.append(f"{measurement},{identity}{comma}{tags} {fields}{derived} {time}")
    return stored


@pytest.fixture
def verdict(influx, roster):
    def say(
        *more: str, without: tuple[str, int] | None = None, sent=SENT, numbered: int = 3, altered: int = 0
    ) -> Verdict:
        for name, lines in SENT.items():
            if name != without:
                influx.write(as_stored(lines))
        if more:
            influx.write(more)
        return judge(influx, sent, {STREAM: numbered}, altered, {STREAM: ("yb-0012", "07")}, roster)

    return say


def faults(found: Verdict) -> dict[str, int]:
    """What is not as it should be."""
    counts = {name: value for name, value in vars(found).items() if name not in {"messages", "points"}}
    return {name: value for name, value in counts.items() if value and name != "examples"}


def test_all_points_once_is_exact(verdict):
    found = verdict()
    assert found.exact
    assert (found.messages, found.points, found.examples) == (3, 9, ())


def test_what_is_written_twice_alike_overwrites_itself(verdict):
    assert verdict(*as_stored(SENT[STREAM, 2])).exact


def test_a_message_that_is_not_there_is_missing_with_all_its_points(verdict):
    found = verdict(without=(STREAM, 2))
    assert faults(found) == {"missing": 3}
    assert not found.exact
    assert found.examples[0].startswith("missing: ('agent',")


def test_a_message_at_another_time_is_doubled(verdict):
    found = verdict(*as_stored(message(2, START + 3600)))
    assert faults(found) == {"doubled": 3}
    assert not found.exact


@pytest.mark.parametrize("at", [START - 40 * 86_400, START + 40 * 86_400])
def test_it_is_found_however_far_off_it_was_stored(verdict, at):
    assert faults(verdict(*as_stored(message(2, at)))) == {"doubled": 3}


def test_a_message_under_another_class_is_doubled(verdict):
    moved = as_stored(SENT[STREAM, 2], IDENTITY.replace("class=game", "class=agent"))
    assert faults(verdict(*moved)) == {"doubled": 3}


def test_a_message_under_another_pc_is_strange(verdict):
    assert faults(verdict(*as_stored(SENT[STREAM, 2], IDENTITY.replace("pc=07", "pc=08")))) == {"strange": 3}


def test_a_point_that_nobody_numbered_is_strange(verdict):
    found = verdict(f"session,{IDENTITY} idle=1i {START}")
    assert faults(found) == {"strange": 1}
    assert not found.exact


def test_a_point_with_another_value_is_changed(verdict):
    found = verdict(f"host,{IDENTITY} cpu=6.0 {START + 30}")
    assert faults(found) == {"changed": 1}
    assert not found.exact


def test_a_message_that_never_left_is_unsent(verdict):
    found = verdict(numbered=4)
    assert faults(found) == {"unsent": 1}
    assert not found.exact


def test_two_messages_of_one_second_clash(verdict):
    found = verdict(sent={**SENT, (STREAM, 4): message(4, START + 30)}, numbered=4)
    assert found.clashing == 3
    assert not found.exact


def test_a_message_that_was_sent_again_otherwise_is_no_exactness(verdict):
    assert not verdict(altered=1).exact


def test_a_message_told_of_twice_as_late_is_doubled_there(verdict):
    late = f'late,{IDENTITY} stream="{STREAM}",n=2i,delay=900i'
    assert verdict(f"{late} {START + 900}").exact
    found = verdict(f"{late} {START + 960}")
    assert faults(found) == {"late_doubled": 1}
    assert not found.exact


def test_books_that_do_not_balance_are_told(verdict):
    books = "ledger,worker=1 received=10i,stored=7i,dead=1i,in_flight=1i,shed={}i"
    assert verdict(f"{books.format(1)} {START}").exact
    found = verdict(f"{books.format(2)} {START + 10}")
    assert faults(found) == {"unbalanced": 1}
    assert not found.exact
