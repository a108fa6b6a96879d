"""Room for streams: as many, as large and as old as it says, and not more."""

from collector.agent.packets.stream import Stream
from collector.agent.packets.table import Flow, Table


def flow(number, at=0.0):
    return Flow(number.to_bytes(4, "big"), at, Stream())


def held(number, size, at=0.0):
    one = flow(number, at)
    one.stream.add(0, bytes(size))
    return one


def test_the_least_used_makes_room():
    table = Table(most=3)
    for number in range(3):
        table.put(flow(number))
    assert table.get(flow(0).key, 1.0)
    table.put(flow(3))
    assert [lost.key for lost in table.lost] == [flow(1).key]
    assert len(table) == 3


def test_one_that_is_done_with_is_not_lost():
    table = Table(most=1)
    done = flow(0)
    table.put(done)
    done.stream = None
    table.put(flow(1))
    assert table.lost == []


def test_bytes_are_counted_and_bounded():
    table = Table(space=1000)
    for number in range(5):
        one = held(number, 300)
        table.put(one)
        table.settle(one)
        table.settle(one)
    assert (len(table), table.size) == (3, 900)
    last = table.get(flow(4).key, 0.0)
    last.stream = None
    table.settle(last)
    assert table.size == 600


def test_a_single_large_one_is_kept():
    table = Table(space=100)
    one = held(1, 300)
    table.put(one)
    table.settle(one)
    assert len(table) == 1


def test_what_stands_still_too_long_is_lost_and_what_moves_is_not():
    table = Table(age=30.0)
    for number in range(3):
        table.put(flow(number))
    assert table.get(flow(1).key, 20.0)
    assert table.get(flow(0).key, 31.0) is None
    assert table.get(flow(1).key, 31.0)
    table.put(flow(9, 40.0))
    assert {lost.key for lost in table.lost} == {flow(0).key, flow(2).key}
    assert len(table) == 2


def test_the_same_key_again_takes_the_old_ones_place():
    table = Table()
    old = held(1, 10)
    table.put(old)
    table.settle(old)
    table.put(flow(1))
    assert (len(table), table.size, table.lost) == (1, 0, [old])


def test_a_key_gives_both_ends():
    one = Flow(bytes([10, 0, 0, 2, 10, 0, 0, 1]) + b"\x9c\x40\x01\xbb", 0.0, None)
    assert one.ends() == (("10.0.0.2", 40000), ("10.0.0.1", 443))
