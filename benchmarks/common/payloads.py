"""Payloads for the fuzzers, from a seed: what agents send, changed a little or much, and what is made up."""

from __future__ import annotations

import zlib
from datetime import date
from typing import TYPE_CHECKING

from collector import schema, wire
from collector.roster import Hours, Roster, Span, Venue

if TYPE_CHECKING:
    from random import Random

NOW = 1_772_463_610  # 2026-03-02 22:00:10 in Vietnam
AGENTS = tuple(m for m in schema.MEASUREMENTS if m.writer is schema.Writer.AGENT)
STREAMS = tuple(f"{n:032x}" for n in (1, 0xAB << 100, 7 << 60))

# Pieces that have hurt somebody: numbers at borders, escapes, what ends a line, what InfluxDB reads in its own way.
TOKENS = (
    "NaN", "nan", "inf", "-inf", "+1", "1e309", "-1e309", "1e-400", "9223372036854775807i", "9223372036854775808i",
    "-9223372036854775808i", "-9223372036854775809i", "9" * 40 + "i", "0" * 30 + "1i", "1u", "0x10i", "1_000i", "１i",
    "t", "T", "true", "False", "-0.0", ".5", "5.", "1e", "--1i", "-i", "i", '""', '"', '\\"', "\\", "\\\\", "\\,", "\\ ",
    "\\=", "\\n", "\n", "\r\n", "\r", "\t", "\0", "\x1b[2J", "\x7f", "\x85", "\u2028", "\u202e", "\ufeff", "\ud7ff",
    "\U0001f600", "đường", "=", ",", " ", "  ", "#", "# ", "# 1 ", "# 2 ", ",,", "==", "=,", ", ", ",venue=yb-0031",
    ",pc=08", ",place=1", ",class=agent", ",time=1", "time=1i", " time=1i,", "time", "after_hours=0i", "_field", '0 \\\\="="',
    'm \\0=","=3,"="', "agent", "agent,", "games", "presence", "ledger", "late", "host", " 1772463610", " 0", " -1",
    " 1772463671", " 99999999999999999999", " 1772463610000000000", "-", "x" * 300, "n=1i", "n=2i", "n=0i",
)  # fmt: skip
BYTES = tuple(
    bytes(b) for b in ([0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x80], [0])
)
PATIENCE = 40  # payloads among which one is large


def roster() -> Roster:
    """Two venues: one under a rule and moved once, one without a rule."""
    moved = (
        Span(date(2020, 1, 1), date(2026, 2, 27), "04273", "game"),
        Span(date(2026, 2, 28), None, "04274", "agent"),
    )
    hours = (Hours(date(2020, 1, 1), None, "rule", ((480, 1320),)),)
    return Roster(
        "Thử",
        (
            Venue("yb-0012", "", "", ("01", "07"), moved, hours),
            Venue("yb-0100", "", "", ("01",), (Span(date(2015, 1, 1), None, "1", "isp"),), ()),
        ),
    )


class Payloads:
    """An endless row of (topic, payload); the same for the same seed."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._kept: list[bytes] = []

    def __call__(self) -> tuple[str, bytes]:
        choice = self._random.random
        payload = self._valid()
        for _ in range(self._random.choice((0, 0, 1, 1, 1, 2, 4))):
            payload = self._changed(payload)
        if choice() < 0.25:
            payload = self._packed(payload)
        if choice() < 0.02:
            payload = self._random.randbytes(self._random.randrange(200))
        if choice() < 0.1:
            self._keep(payload)
        return self._topic(), payload

    def _topic(self) -> str:
        if self._random.random() < 0.85:
            return wire.topic(
                *self._random.choice((("yb-0012", "07"), ("yb-0012", "01"), ("yb-0100", "01"))), "data"
            )
        return self._random.choice(
            (
                wire.topic("yb-0012", f"x{self._random.randrange(100)}", "data"),
                wire.topic(f"yb-{self._random.randrange(50)}", "01", "data"),
                wire.topic("yb-0012", "07", "ack"),
                "quannet/v2/yb-0012/07/data", "quannet/v1/yb-0012/07/data/", "quannet/v1/yb-0012/0\n7/data", "", "$SYS/x",
                "quannet/v1/yb-0012/07/data\n",
            )
        )  # fmt: skip

    def _valid(self) -> bytes:
        """One frame as a rule, or a bundle; uncompressed, so that changes reach the lines."""
        count = self._random.choice((1, 1, 1, 1, 2, 5))
        if self._random.randrange(PATIENCE * 25) == 0:
            count = self._random.choice((wire.MAX_FRAMES, wire.MAX_FRAMES + 1))
        return "\n".join(self._frame() for _ in range(count)).encode()

    def _frame(self) -> str:
        stream, n = self._random.choice(STREAMS), self._random.choice((1, 2, 2880, 10**15 - 1))
        if self._random.random() < 0.03:
            return f"# 1 {stream} 0"
        ago = self._random.choice((0, 0, 0, -60, 3, 121, 86_400, 4 * 86_400, 8 * 86_400, 9 * 86_400))
        lines = [f'agent n={n}i,stream="{stream}",{self._fields(AGENTS[0], skip=("n", "stream"))}']
        more = self._random.choice((0, 1, 2, 3, 6))
        if self._random.randrange(PATIENCE * 25) == 0:
            more = wire.MAX_LINES
        for _ in range(more):
            measurement = self._random.choice(AGENTS[1:])
            tags = "".join(
                f",{tag.name}={self._random.choice(('none', '7', 'fc-online'))}" for tag in measurement.tags
            )
            lines.append(f"{measurement.name}{tags} {self._fields(measurement)}")
        return "\n".join((f"# 1 {stream} {n}", *(f"{line} {NOW - ago}" for line in lines)))

    def _fields(self, measurement: schema.Measurement, skip: tuple[str, ...] = ()) -> str:
        known = [f for f in measurement.fields if not f.after_hours_of and f.name not in skip]
        chosen = self._random.sample(known, self._random.randint(1, len(known)))
        return ",".join(f"{field.name}={self._value(field)}" for field in chosen)

    def _value(self, field: schema.Field) -> str:
        if field.kind is schema.Kind.TEXT:
            longest = int(field.high)
            return (
                '"'
                + self._random.choice(("", "server", "ạ" * longest, "x" * longest, 'a\\"b\\\\'))[
                    : longest + 1
                ]
                + '"'
            )
        number = self._random.choice((0, 1, 30, int(field.high)))
        if self._random.randrange(PATIENCE) == 0:
            number = int(field.high) + 1
        return f"{number}i" if field.kind is schema.Kind.INT else f"{float(number)!r}"

    def _changed(self, payload: bytes) -> bytes:
        """One change at a random place."""
        at = self._random.randrange(len(payload) + 1)
        until = min(len(payload), at + self._random.choice((0, 1, 2, 5, 20)))
        match self._random.randrange(24):
            case 0:
                piece = self._random.choice(BYTES)
            case 1:
                piece = self._random.randbytes(self._random.randint(1, 4))
            case 2:
                piece = b""
            case 3:
                piece = payload[at:until] * 2
            case 4 if self._kept:
                other = self._random.choice(self._kept)
                start = self._random.randrange(len(other) + 1)
                piece = other[start : start + 60]
            case 5 | 8 | 9 | 10 | 11 | 12 | 13 | 14:
                return self._value_changed(payload)
            case 6:
                return payload.replace(
                    b"# 1 ", self._random.choice((b"# 2 ", b"# 0 ", b"# 10000 ", b"#1 ", b"# 1  ")), 1
                )
            case 7:
                return payload[:at]
            case _:
                piece = self._random.choice(TOKENS).encode()
        return payload[:at] + piece + payload[until:]

    def _value_changed(self, payload: bytes) -> bytes:
        """What stands behind one of the `=`, for something that is known to hurt."""
        parts = payload.split(b"=")
        which = self._random.randrange(len(parts))
        head = parts[which].lstrip(b'-.0123456789abcdefghijklmnopqrstuvwxyz"')
        parts[which] = self._random.choice(TOKENS).encode() + head
        return b"=".join(parts)

    def _packed(self, payload: bytes) -> bytes:
        packed = zlib.compress(payload, self._random.choice((1, 6, 9)))
        choice = self._random.randrange(8 * PATIENCE)
        if choice == 0:
            return zlib.compress(payload + bytes(wire.MAX_TEXT))
        if choice == 1:
            return payload + b"x" * wire.MAX_PAYLOAD
        if choice < 8:
            return zlib.compress(packed)
        if choice < 30:
            return packed[: self._random.randrange(len(packed))]
        if choice < 60:
            return self._changed(packed)
        return packed

    def _keep(self, payload: bytes) -> None:
        """For splices, as many as are worth it."""
        if len(self._kept) < 200:
            self._kept.append(payload[:2000])
        else:
            self._kept[self._random.randrange(200)] = payload[:2000]
