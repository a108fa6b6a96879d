"""What a PC may do besides telling the truth: the ways in which the server must not be fooled."""

from __future__ import annotations

import zlib
from itertools import accumulate
from typing import TYPE_CHECKING

from collector import wire
from collector.clock import Instant, TrustedClock
from collector.simulate.seeded import seeded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from collector.simulate.pc import SimulatedPC

Sent = tuple[str, bytes]  # topic and payload

DAY = 86_400.0


class Lie:
    """The truth; each lie changes what it lies about. `twin`: a second PC comes with it."""

    name = "none"
    doc = "tells the truth"
    twin = False
    asks = False  # whether the broker's answer to each payload is looked at

    def begin(self, pc: SimulatedPC) -> None:
        """Before its first connection."""

    def lines(self, _pc: SimulatedPC, lines: list[str]) -> list[str]:
        """A message as it goes into the spool."""
        return lines

    def sends(self, pc: SimulatedPC, payload: bytes) -> Iterator[Sent]:
        """What leaves the PC in place of a payload."""
        yield pc.data_topic, payload


class ClockUnset(Lie):
    """A PC whose clock was three hours slow, and which was switched off before it ever reached the server."""

    name = "clock-unset"
    doc = "was rebooted before its first synchronisation, with a clock three hours slow"
    messages = 5

    def begin(self, pc: SimulatedPC) -> None:
        now = pc.clock.instant()
        for k in range(self.messages, 0, -1):
            ago = k * pc.every
            pc.keep(pc.see(ago), Instant("the boot before", 600.0 - ago, now.wall - 3 * 3600 - ago))


class _Shifted(TrustedClock):
    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._shift = seconds

    def epoch(self, mono: float) -> float:
        return super().epoch(mono) + self._shift


class ClockAhead(Lie):
    name = "clock-ahead"
    doc = "stamps a day into the future"
    shift = DAY

    def begin(self, pc: SimulatedPC) -> None:
        pc.delivery.clock = _Shifted(self.shift)


class ClockBehind(ClockAhead):
    name = "clock-behind"
    doc = "stamps 30 days into the past"
    shift = -30 * DAY


class IdentityTags(Lie):
    name = "identity-tags"
    doc = "says in its lines that it is another venue's PC"

    def lines(self, pc: SimulatedPC, lines: list[str]) -> list[str]:
        tags = f",pc=01,venue={pc.another_venue}"
        return [line.replace(" ", f"{tags} ", 1) for line in lines]


class ForeignTopic(Lie):
    name = "foreign-topic"
    doc = "sends each payload to another venue's topic, too"
    asks = True

    def sends(self, pc: SimulatedPC, payload: bytes) -> Iterator[Sent]:
        yield from super().sends(pc, payload)
        yield wire.topic(pc.another_venue, pc.name, "data"), payload


class Duplicates(Lie):
    name = "duplicates"
    doc = "sends each payload twice"

    def sends(self, pc: SimulatedPC, payload: bytes) -> Iterator[Sent]:
        yield from super().sends(pc, payload)
        yield from super().sends(pc, payload)


class Malformed(Lie):
    name = "malformed"
    doc = "sends something unreadable behind each payload"

    def sends(self, pc: SimulatedPC, payload: bytes) -> Iterator[Sent]:
        yield from super().sends(pc, payload)
        yield pc.data_topic, pc.random.choice(garbage(pc.spool.stream))


class Clone(Lie):
    name = "clone"
    doc = "a second PC goes by the same name, with a spool of its own"
    twin = True


class CloneSpool(Lie):
    name = "clone-spool"
    doc = "a second PC goes by the same name, with a copy of the spool: the same stream and client id"
    twin = True


class Unregistered(Lie):
    name = "unregistered"
    doc = "a second PC with the venue's password, which stands in no registry"
    twin = True


HONEST = Lie()
LIES: tuple[Lie, ...] = (
    ClockUnset(),
    ClockAhead(),
    ClockBehind(),
    IdentityTags(),
    ForeignTopic(),
    Malformed(),
    Duplicates(),
    Clone(),
    CloneSpool(),
    Unregistered(),
)
BY_NAME = {lie.name: lie for lie in LIES}


def garbage(stream: str) -> list[bytes]:
    """A payload for each way in which one can be unreadable. No number in it is one of the stream's own."""
    n = 999_999_999
    agent = f'agent n={n}i,stream="{stream}" 1'
    return [
        b"\xff\xfe\x00 no text",
        f"# 9 {stream} {n}\n{agent}".encode(),  # a version that nobody speaks yet
        f"# 1 {stream} {n}".encode(),  # a message without lines
        f"# 1 {stream} 0\n{agent}".encode(),  # a ping with lines
        b"no header\n" + agent.encode(),
        zlib.compress(agent.encode())[:-3],
        zlib.compress(b"#" * (wire.MAX_TEXT + 1)),  # a bomb
        "\n".join([f"# 1 {stream} {n}", *[agent] * (wire.MAX_LINES + 1)]).encode(),
        "\n".join(f"# 1 {stream} {n + k}\n{agent}" for k in range(wire.MAX_FRAMES + 1)).encode(),
        f"# 1 {stream} {n}\nagent n=yes 1\n{agent},cpu=NaN".encode(),
    ]


def shares(texts: Sequence[str]) -> dict[str, float]:
    """`KIND=SHARE`, or a share alone, which all kinds divide among them. ValueError says what to write."""
    found: dict[str, float] = {}
    for text in texts:
        kind, equals, number = text.rpartition("=")
        try:
            share = float(number)
        except ValueError:
            share = -1.0
        if not 0 <= share <= 1 or (equals and kind not in BY_NAME):
            raise ValueError(
                f"{text!r} is neither a share nor KIND=SHARE; write for example 0.05 or malformed=0.01;"
                f" the kinds are {', '.join(BY_NAME)}"
            )
        for name in [kind] if equals else BY_NAME:
            found[name] = found.get(name, 0.0) + (share if equals else share / len(BY_NAME))
    if sum(found.values()) > 1:
        raise ValueError(f"{' and '.join(texts)} make liars of more than all PCs; write smaller shares")
    return found


def lie_of(shares: Mapping[str, float], *about: object) -> Lie:
    """The kind that falls to a PC, the same at each run."""
    kinds = [name for name in BY_NAME if shares.get(name)]
    drawn = seeded(*about).random()
    for name, until in zip(kinds, accumulate(shares[name] for name in kinds), strict=True):
        if drawn < until:
            return BY_NAME[name]
    return HONEST
