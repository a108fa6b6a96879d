"""DNS messages: what was asked, the CNAME chain and the addresses of the answer, and the offer of ECH.

Names in other sections and in other records were not visited and are not read. A message that breaks off is
read up to there, because a capture or a fragment may end early.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from collector.agent.packets import ip, names

PORT = 53
MOST_RECORDS = 64
MOST_QUESTIONS = 8
MOST_POINTERS = 32

_A, _CNAME, _AAAA = 1, 5, 28
_SERVICES = frozenset({64, 65})  # SVCB, HTTPS
_OTHER_CLASSES = frozenset({3, 4})  # Chaos, Hesiod
_ECH_PARAMETER = 5
_ECH_VERSION = 0xFE0D


_RECORD = struct.Struct(">H6xH")  # type and size; class and age in between


class Front(NamedTuple):
    """One key of an ECH offer: what a real hello made with it shows."""

    name: str
    config: int


class Message(NamedTuple):
    response: bool
    names: tuple[str, ...]
    addresses: tuple[str, ...]
    fronts: tuple[Front, ...]
    ech: bool


class BrokenError(ValueError):
    """A name or record that cannot be read; what stands behind it cannot either."""


def parse(data: bytes) -> Message | None:
    """None where there is no question to be read: another kind of message, or a broken one."""
    if len(data) < 12:
        return None
    flags = data[2]
    if flags & 0x78:  # an operation other than a query: update, notify
        return None
    answer = _Answer()
    try:
        at = 12
        questions = data[4] << 8 | data[5]
        for _ in range(min(questions, MOST_QUESTIONS)):
            name, at = read_name(data, at)
            if at + 4 > len(data):
                raise BrokenError("a question breaks off")
            if name and data[at + 3] not in _OTHER_CLASSES:
                answer.names[name] = None
            at += 4
        if flags & 0x80 and questions <= MOST_QUESTIONS:
            _read_answers(data, at, answer)
    except BrokenError:
        pass
    if not answer.names:
        return None
    return Message(
        bool(flags & 0x80), tuple(answer.names), tuple(answer.addresses), tuple(answer.fronts), answer.ech
    )


def read_name(data: bytes, at: int) -> tuple[str, int]:
    """The name at an offset, and the offset behind it. A pointer must point before the labels it ends."""
    labels: list[bytes] = []
    behind = pointers = length = 0
    begin, size = at, len(data)
    while at < size:
        count = data[at]
        if count == 0:
            return names.name(labels), behind or at + 1
        at += 1
        if count < 0x40:
            length += count + 1
            if length > 254 or at + count > size:
                break
            labels.append(data[at : at + count])
            at += count
        elif count >= 0xC0 and at < size:
            target = (count & 0x3F) << 8 | data[at]
            pointers += 1
            if target >= begin or pointers > MOST_POINTERS:
                break
            behind = behind or at + 1
            begin = at = target
        else:
            break
    raise BrokenError("no name")


class _Answer:
    """What has been read so far."""

    __slots__ = ("addresses", "ech", "fronts", "names")

    def __init__(self) -> None:
        self.names: dict[str, None] = {}
        self.addresses: list[str] = []
        self.fronts: list[Front] = []
        self.ech = False


def _read_answers(data: bytes, at: int, answer: _Answer) -> None:
    for _ in range(min(data[6] << 8 | data[7], MOST_RECORDS)):
        at = _skip_name(data, at)
        if at + 10 > len(data):
            return
        kind, size = _RECORD.unpack_from(data, at)
        at += 10
        end = at + size
        if kind == _CNAME:
            name, _ = read_name(data, at)
            if name:
                answer.names[name] = None
        elif end > len(data):
            return
        elif (kind == _A and size == 4) or (kind == _AAAA and size == 16):
            answer.addresses.append(ip.text(data[at:end]))
        elif kind in _SERVICES:
            _read_service(data, at, end, answer)
        at = end


def _skip_name(data: bytes, at: int) -> int:
    """Behind a name that nobody wants to know."""
    size = len(data)
    while at < size:
        count = data[at]
        if count >= 0xC0:
            return at + 2
        if count == 0:
            return at + 1
        if count >= 0x40:
            break
        at += 1 + count
    raise BrokenError("no name")


def _read_service(data: bytes, at: int, end: int, answer: _Answer) -> None:
    """Priority, target, then parameters: key, length, value. Hints of addresses are none we need."""
    at = _skip_name(data, at + 2)
    while at + 4 <= end:
        key = data[at] << 8 | data[at + 1]
        size = data[at + 2] << 8 | data[at + 3]
        at += 4
        if key == _ECH_PARAMETER:
            answer.ech = True
            answer.fronts.extend(fronts(data[at : min(at + size, end)]))
        at += size


def fronts(offer: bytes) -> list[Front]:
    """Of an ECHConfigList: the public name and the number of each key; those of other drafts are skipped."""
    found: list[Front] = []
    at = 2
    while at + 5 <= len(offer):
        version = offer[at] << 8 | offer[at + 1]
        end = at + 4 + (offer[at + 2] << 8 | offer[at + 3])
        config, key = offer[at + 4], at + 7  # number, KEM, then the key with its length
        at = end
        if version != _ECH_VERSION or end > len(offer):
            continue
        suites = key + 2 + _pair(offer, key)
        longest = suites + 2 + _pair(offer, suites)
        if longest + 2 <= end and (name := names.host(offer[longest + 2 : longest + 2 + offer[longest + 1]])):
            found.append(Front(name, config))
    return found


def _pair(data: bytes, at: int) -> int:
    return data[at] << 8 | data[at + 1] if at + 2 <= len(data) else 0
