"""The lean spool does what the agent's own does, message by message."""

from random import Random

import pytest

from collector.agent.spool import Limits, Spool
from collector.clock import Instant
from collector.simulate.spool import LeanSpool

BOOT = "boot-2"


def epoch(mono: float) -> float:
    return 1_700_000_000 + mono


def state(spool: Spool | LeanSpool) -> tuple:
    return spool.queued, spool.queued_bytes, spool.dropped, spool.next_n, spool.newest(), spool.oldest(7)


@pytest.mark.parametrize("seed", range(20))
def test_both_spools_answer_alike_whatever_is_done_to_them(seed):
    random = Random(seed)
    limits = Limits(bytes=random.choice((300, 100_000)), age=random.choice((40.0, 10_000.0)))
    real, lean = Spool(None, limits), LeanSpool(limits)
    lean.stream = real.stream
    mono = 0.0
    for _ in range(200):
        act = random.random()
        if act < 0.5:
            mono += random.choice((0.0, 0.4, 1.0, 7.0))
            at = Instant(BOOT, mono, 5000 + mono)
            lines = ["agent n=1i", *["host cpu=1.0"] * random.randint(0, 3)]
            assert lean.append(lines, at) == real.append(lines, at)
        elif act < 0.7:
            for spool in (real, lean):
                spool.stamp(BOOT, epoch)
        else:
            numbers = random.choices(range(1, lean.next_n + 2), k=random.randint(1, 9))
            assert lean.frames(numbers_stamped(lean, numbers)) == real.frames(numbers_stamped(real, numbers))
            if act < 0.85:
                assert lean.forget(numbers) == real.forget(numbers)
        assert state(lean) == state(real)
    real.close()
    lean.close()


def numbers_stamped(spool: Spool | LeanSpool, numbers: list[int]) -> list[int]:
    """A delivery asks only for these."""
    stamped = set(spool.oldest(10_000))
    return [n for n in numbers if n in stamped]


def test_what_an_earlier_boot_sampled_keeps_the_pcs_clock_flagged():
    spool = LeanSpool()
    spool.append(["agent n=1i"], Instant("boot-1", 9.0, 1234.0))
    spool.append(["agent n=2i"], Instant(BOOT, 9.0, 1234.0))
    spool.stamp(BOOT, epoch)
    assert [frame.lines for frame in spool.frames([1, 2])] == [
        ('agent n=1i,clock="pc" 1234',),
        ('agent n=2i,clock="server" 1700000009',),
    ]


def test_before_the_first_ack_nothing_is_stamped_and_nothing_forgotten():
    spool = LeanSpool()
    spool.append(["agent n=1i"], Instant(BOOT, 9.0, 1234.0))

    def unknown(_mono: float) -> float:
        raise LookupError

    with pytest.raises(LookupError):
        spool.stamp(BOOT, unknown)
    assert (spool.oldest(1), spool.queued) == ([], 1)
    spool.stamp(BOOT, epoch)
    assert spool.oldest(1) == [1]
