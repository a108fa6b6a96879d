"""Real packets, bent: nothing raises, nothing grows, and no name comes out that cannot be written.

fuzz.py beside this runs the same for as long as one likes.
"""

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.agent.observation import Lookup
from collector.agent.packets import table
from collector.agent.packets.link import Link
from collector.agent.packets.reader import Reader

PLAIN = set(map(chr, range(0x21, 0x7F))) - set("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
ODD = (0, 1, 0x3F, 0x7F, 0xC0, 0xFF)


def judge(reader, seen):
    for one in seen:
        for name in one.names if isinstance(one, Lookup) else (one.name,):
            assert name
            assert set(name) <= PLAIN
            assert not name.endswith(".")
    assert len(reader.tcp) <= table.MOST
    assert len(reader.quic) <= table.MOST
    assert reader.tcp.size <= table.BYTES
    assert reader.quic.size <= table.BYTES


def bend(frame, chance):
    """Other bytes here and there, more of them in front; cut, now and then; pieces doubled, now and then."""
    bent = bytearray(frame)
    for _ in range(chance.choice((0, 0, 1, 1, 2, 8))):
        if bent:
            bent[int(len(bent) * chance.random() ** 2)] = chance.choice((*ODD, chance.randrange(256)))
    if chance.random() < 0.2:
        del bent[chance.randrange(len(bent) + 1) :]
    if chance.random() < 0.05:
        at = chance.randrange(len(bent) + 1)
        bent[at:at] = bent[at : at + chance.randrange(100)]
    return bytes(bent)


def play(captures, seed, frames):
    """Pieces of captures, each in its order, bent, lost and doubled; the seconds that the slowest frame took."""
    chance, reader, slowest = random.Random(seed), Reader(), 0.0
    fed = 0
    while fed < frames:
        capture = chance.choice(captures)
        begin = 0 if chance.random() < 0.7 else chance.randrange(len(capture))
        for frame, _, link in capture[begin : begin + 12]:
            for _ in range(chance.choice((0, 1, 1, 1, 1, 1, 2))):
                before = time.perf_counter()
                seen = reader.feed(bend(frame, chance), fed / 100, link)
                slowest = max(slowest, time.perf_counter() - before)
                judge(reader, seen)
                fed += 1
    assert reader.counters.frames == fed
    return slowest


@pytest.mark.material
@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_bent_captures_are_no_trouble(captures, seed):
    play(captures, seed, 100)


@given(st.lists(st.tuples(st.binary(max_size=120), st.sampled_from(Link)), max_size=5))
def test_any_bytes_are_no_trouble(frames):
    reader = Reader()
    for frame, link in frames:
        judge(reader, reader.feed(frame, 0.0, link))
