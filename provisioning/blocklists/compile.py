"""From the names of several sources to one compiled list; pure.

Which names get an entry is decided here, so that on a PC the longest listed suffix decides alone:
1. Sources of the authority come before the others, each kind in the order given; a name in two sources
   belongs to the first.
2. An exception frees its name and everything below, also where a more specific name is listed.
   The authority's exceptions free every source's names; another's free only what is a hint.
3. A hint below a name of the authority has no entry: the hit is to be the violation.
"""

from __future__ import annotations

import hashlib
import json
import math
import sys
from array import array
from dataclasses import asdict, dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING

from collector.agent.blocklist.layout import (
    EXCEPTION,
    FORM,
    HASH_BITS,
    MAX_BITS,
    MAX_GROUPS,
    VIOLATION,
    Header,
    encode_header,
    index_bytes,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from provisioning.blocklists.source import Listed

_PARTS = 256  # of the hashes, by their first byte: sorted one by one, so that little is in memory twice
_BUCKET = 16  # entries behind one prefix of the index, about


class CollisionError(ValueError):
    """Two names have one hash under this key."""


@dataclass
class Compiled:
    """The bytes of a list, in pieces, and what became of the names; `freed` holds names of the authority."""

    header: Header
    pieces: tuple[bytes, ...]
    repeats: int = 0  # in an earlier source already
    freed: int = 0  # by an exception
    covered: int = 0  # hints below a name of the authority
    contradictions: list[str] = field(default_factory=list)

    @property
    def size(self) -> int:
        return sum(map(len, self.pieces))


def compile_(sources: Sequence[Listed], version: str = "", key: bytes = b"") -> Compiled:
    """One list of all sources; the same one from the same names. ValueError: more than 255 sources."""
    ranked = sorted(sources, key=lambda listed: listed.group.grade != VIOLATION)
    if len(ranked) > MAX_GROUPS:
        raise ValueError(f"{len(ranked)} sources; a list holds at most {MAX_GROUPS}")
    for attempt in range(8):
        try:
            return _Compiler(ranked, key or _key(ranked, attempt)).compile(version)
        except CollisionError:
            if key:
                raise
    raise CollisionError("names collide under every key")  # pragma: no cover - (3e-5)^8


def suffixes(name: str) -> Iterator[str]:
    """The name and every name above it."""
    yield name
    at = name.find(".")
    while at >= 0:
        name = name[at + 1 :]
        yield name
        at = name.find(".")


def _key(ranked: Sequence[Listed], attempt: int) -> bytes:
    """From what the list says of its sources: the same names under the same versions give the same file."""
    groups = [asdict(listed.group) for listed in ranked]
    return blake2b(json.dumps([FORM, attempt, groups], sort_keys=True).encode(), digest_size=16).digest()


class _Compiler:
    """The entries so far, in parts by the first byte of their hash."""

    def __init__(self, ranked: Sequence[Listed], key: bytes) -> None:
        self._ranked = ranked
        self._key = key
        self._parts = [array("Q") for _ in range(_PARTS)]
        self._depths: set[int] = set()
        authority = [listed for listed in ranked if listed.group.grade == VIOLATION]
        self._strong = frozenset().union(*(listed.exceptions for listed in authority))
        self._weak = self._strong.union(*(listed.exceptions for listed in ranked))
        self._binding = [listed.names for listed in authority if listed.names]
        self._repeats = self._freed = self._covered = 0
        self._contradictions: list[str] = []

    def compile(self, version: str) -> Compiled:
        domains = tuple(self._add_group(i, listed) for i, listed in enumerate(self._ranked))
        exceptions = self._add_exceptions()
        bits = _bits(sum(domains) + exceptions)
        index, entries = self._sorted(bits)
        digest = hashlib.sha256(index)
        for part in entries:
            digest.update(part)
        header = Header(
            version=version or digest.hexdigest()[:12],
            key=self._key,
            bits=bits,
            labels=(min(self._depths, default=0), max(self._depths, default=0)),
            groups=tuple(listed.group for listed in self._ranked),
            domains=domains,
            read=tuple(len(listed.names) for listed in self._ranked),
            exceptions=exceptions,
            sha256=digest.hexdigest(),
        )
        return Compiled(
            header,
            (encode_header(header), index, *entries),
            self._repeats,
            self._freed,
            self._covered,
            sorted(self._contradictions),
        )

    def _add_group(self, number: int, listed: Listed) -> int:
        """Entries of one source; how many there are."""
        earlier = [other.names for other in self._ranked[:number] if other.names]
        binding = listed.group.grade == VIOLATION
        free = self._strong if binding else self._weak
        above = [] if binding else self._binding
        added = 0
        for name in listed.names:
            if any(name in names for names in earlier):
                self._repeats += 1
            elif free and not free.isdisjoint(suffixes(name)):
                self._freed += 1
                if binding:
                    self._contradictions.append(name)
            elif above and any(not names.isdisjoint(suffixes(name)) for names in above):
                self._covered += 1
            else:
                self._add(name, number)
                added += 1
        return added

    def _add_exceptions(self) -> int:
        """The authority's, and of the others those that free no name of the authority."""
        kept = self._strong | {
            name
            for name in self._weak - self._strong
            if all(names.isdisjoint(suffixes(name)) for names in self._binding)
        }
        for name in kept:
            self._add(name, EXCEPTION)
        return len(kept)

    def _add(self, name: str, group: int) -> None:
        labels = name.split(".")
        self._depths.add(len(labels))
        labels.reverse()
        digest = blake2b(".".join(labels).encode(), digest_size=HASH_BITS // 8, key=self._key).digest()
        self._parts[digest[0]].append(int.from_bytes(digest, "big") << 8 | group)

    def _sorted(self, bits: int) -> tuple[bytes, list[bytes]]:
        """The index, and the entries in ascending order; CollisionError where two share a hash."""
        index = array("I", bytes(4 * ((1 << bits) + 1)))
        shift = HASH_BITS + 8 - bits
        entries: list[bytes] = []
        total = 0
        for i, part in enumerate(self._parts):
            ordered = array("Q", sorted(part))
            self._parts[i] = array("Q")
            last = -1
            for entry in ordered:
                if entry >> 8 == last:
                    raise CollisionError(f"two names have the hash {last:#x}")
                last = entry >> 8
                total += 1
                # Counted under the prefix itself; summed up below.
                index[(entry >> shift) + 1] += 1
            entries.append(_little(ordered))
        for prefix in range(1 << bits):
            index[prefix + 1] += index[prefix]
        return _little(index).ljust(index_bytes(bits), b"\0"), entries


def _bits(entries: int) -> int:
    """Size of the index: a handful of entries behind each prefix."""
    return min(MAX_BITS, max(0, round(math.log2(max(1, entries) / _BUCKET))))


def _little(numbers: array[int]) -> bytes:
    if sys.byteorder != "little":
        numbers.byteswap()
    return numbers.tobytes()
