"""Real packets, bent: nothing raises, nothing grows, and no name comes out that cannot be written."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from collector.agent.observation import Lookup
from collector.agent.packets import table
from collector.agent.packets.link import Link
from collector.agent.packets.reader import Reader

PLAIN = set(map(chr, range(0x21, 0x7F))) - set("ABCDEFGHIJKLMNOPQRSTUVWXYZ")


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


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_bent_packets_in_any_order_are_no_trouble(real_frames, seed):
    chance, reader = random.Random(seed), Reader()
    for step in range(60):
        frame, link = chance.choice(real_frames)
        bent = bytearray(frame)
        for _ in range(chance.choice((0, 1, 1, 2, 8))):
            if bent:
                bent[int(len(bent) * chance.random() ** 2)] = chance.choice(
                    (0, 1, 0x3F, 0x7F, 0xC0, 0xFF, chance.randrange(256))
                )
        cut = len(bent) if chance.random() < 0.8 else chance.randrange(len(bent) + 1)
        judge(reader, reader.feed(bytes(bent[:cut]), float(step), link))
    assert reader.counters.frames == 60


@given(st.lists(st.tuples(st.binary(max_size=120), st.sampled_from(Link)), max_size=5))
def test_any_bytes_are_no_trouble(frames):
    reader = Reader()
    for frame, link in frames:
        judge(reader, reader.feed(frame, 0.0, link))
