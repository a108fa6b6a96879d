"""A compiled list, memory-mapped: which listed name, if any, a name is or lies below."""

from __future__ import annotations

import hashlib
import mmap
import sys
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

from collector.agent.blocklist.layout import (
    EXCEPTION,
    HASH_BITS,
    MAX_FILE,
    PRELUDE,
    DamagedError,
    Group,
    Header,
    decode_header,
    hasher,
    header_size,
)

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

_CHUNK = 64 * 1024


@dataclass(frozen=True)
class Hit:
    """`domain` is the listed name, never the one that was looked up: that may be longer."""

    domain: str
    group: Group


class List:
    """Immutable, for any number of threads. The map goes when the last reference does, not before."""

    def __init__(self, header: Header, body: memoryview) -> None:
        """`body` is index and entries, as `header` describes them."""
        self.header = header
        self._index = body[: ((1 << header.bits) + 1) * 4].cast("I")
        self._entries = body[header.index_bytes :].cast("Q")
        if self._index[-1] != header.entries or max(self._index) > header.entries:
            raise DamagedError("its index does not fit its entries")
        self._fewest, self._most = header.labels
        self._shift = HASH_BITS - header.bits
        self._hasher = hasher(header.key)

    @classmethod
    def open(cls, path: Path) -> List:
        """Map a file after checking every byte of it. OSError, or DamagedError."""
        if sys.byteorder != "little":
            raise DamagedError("compiled lists are little-endian, this machine is not")
        with path.open("rb") as file:
            header, start = read_header(file)
            size = file.seek(0, 2)
            if size > MAX_FILE or size != start + header.index_bytes + header.entries * 8:
                raise DamagedError(f"{size} bytes are not what its header says")
            # Read, not mapped: pages that only the check touches are never part of this process.
            file.seek(start)
            digest = hashlib.sha256()
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
            if digest.hexdigest() != header.sha256:
                raise DamagedError("its content is not what was written (SHA-256)")
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        return cls(header, memoryview(mapped)[start:])

    @property
    def version(self) -> str:
        return self.header.version

    def match(self, name: str) -> Hit | None:
        """The longest listed suffix of a name, on label boundaries; None where that is an exception."""
        found = self.find(name)
        if found is None or found[1] == EXCEPTION:
            return None
        return Hit(found[0], self.header.groups[found[1]])

    def find(self, name: str) -> tuple[str, int] | None:
        """The longest suffix that has an entry, and its group's index (EXCEPTION: it is free)."""
        # Labels beyond the longest entry's stay together in one that is not looked at.
        labels = name.lower().rstrip(".").encode("utf-8", "replace").rsplit(b".", self._most)
        labels.reverse()
        state = self._hasher.copy()
        index, entries, shift, fewest = self._index, self._entries, self._shift, self._fewest
        depth = group = 0
        for count, label in enumerate(labels[: self._most], 1):
            state.update(label if count == 1 else b"." + label)
            if count < fewest:
                continue
            wanted = int.from_bytes(state.digest(), "big")
            prefix = wanted >> shift
            end = index[prefix + 1]
            at = bisect_left(entries, wanted << 8, index[prefix], end)
            if at < end and entries[at] >> 8 == wanted:
                depth, group = count, entries[at] & 255
        if not depth:
            return None
        return b".".join(reversed(labels[:depth])).decode("utf-8", "replace"), group


def read_header(file: BinaryIO) -> tuple[Header, int]:
    """The header of an open list, and where its body begins."""
    prelude = file.read(PRELUDE.size)
    length = header_size(prelude)
    return decode_header(prelude, file.read(length)), PRELUDE.size + length
