"""The form of a compiled list, as server and PC agree on it: prelude, JSON header, index, sorted entries.

```
prelude   magic, form, length of the header, its CRC-32, zeros (24 bytes)
header    JSON, padded with spaces so that the body begins on a multiple of 8
index     2^bits + 1 numbers of 32 bits: where the entries of each hash prefix begin; padded to 8
entries   64 bits each, sorted: 56 bits of the name's hash, 8 bits of its group (255: an exception)
```
All numbers are little-endian. No name stands in it. That keeps a list from being read or spread by
whoever opens the file; it is no secret from one who asks for a name that he knows already.
"""

from __future__ import annotations

import json
import struct
import zlib
from dataclasses import asdict, dataclass
from hashlib import blake2b

MAGIC = b"quannetB"
FORM = 1
PRELUDE = struct.Struct("<8sHxxIIxxxx")

VIOLATION, HINT = "violation", "hint"  # grades: the authority's own list, and anybody else's
EXCEPTION = 255  # the group index of a name that is free, with everything below it
MAX_GROUPS = 255

HASH_BITS = 56
MAX_BITS = 20  # of the index
MAX_HEADER = 1024 * 1024  # bytes
MAX_FILE = 256 * 1024 * 1024  # bytes: 30 million names

_TEXT = 200  # characters of a text of the header


class DamagedError(ValueError):
    """A file that is no compiled list, or not as it was written."""


@dataclass(frozen=True)
class Group:
    """Where a listed name comes from; `grade` is VIOLATION or HINT."""

    source: str
    category: str
    grade: str
    version: str
    licence: str


@dataclass(frozen=True)
class Header:
    """What a list says of itself. `domains` counts each group's entries, `read` its source's names."""

    version: str
    key: bytes
    bits: int
    labels: tuple[int, int]  # fewest and most labels of an entry's name
    groups: tuple[Group, ...]
    domains: tuple[int, ...]
    read: tuple[int, ...]
    exceptions: int
    sha256: str  # of the body

    @property
    def entries(self) -> int:
        return sum(self.domains) + self.exceptions

    @property
    def index_bytes(self) -> int:
        return index_bytes(self.bits)


def index_bytes(bits: int) -> int:
    """Size of the index, padded so that the entries are aligned."""
    return (((1 << bits) + 1) * 4 + 7) & ~7


def hasher(key: bytes) -> blake2b:
    """The hash of a name is that of its labels from the right, `vn.example.www`.

    So the hash of each suffix is a stop on the way to the hash of the whole.
    """
    return blake2b(digest_size=HASH_BITS // 8, key=key)


def encode_header(header: Header) -> bytes:
    """Prelude and header, to be followed by the body."""
    values = {**asdict(header), "key": header.key.hex()}
    text = json.dumps(values, ensure_ascii=False, sort_keys=True).encode()
    text += b" " * (-(PRELUDE.size + len(text)) % 8)
    return PRELUDE.pack(MAGIC, FORM, len(text), zlib.crc32(text)) + text


def header_size(prelude: bytes) -> int:
    """Bytes of the header behind a prelude. DamagedError where it is none of ours."""
    if len(prelude) < PRELUDE.size:
        raise DamagedError("shorter than its prelude")
    magic, form, length, _ = PRELUDE.unpack(prelude[: PRELUDE.size])
    if magic != MAGIC:
        raise DamagedError("no compiled list")
    if form != FORM:
        raise DamagedError(f"form {form}; this program reads form {FORM}")
    if length > MAX_HEADER:
        raise DamagedError("its header is too long")
    return int(length)


def decode_header(prelude: bytes, text: bytes) -> Header:
    """The header behind a prelude. DamagedError where it is not what was written, or makes no sense."""
    if zlib.crc32(text) != PRELUDE.unpack(prelude[: PRELUDE.size])[3]:
        raise DamagedError("its header is not as it was written")
    try:
        values = json.loads(text)
        header = Header(
            version=str(values["version"]),
            key=bytes.fromhex(values["key"]),
            bits=int(values["bits"]),
            labels=(int(values["labels"][0]), int(values["labels"][1])),
            groups=tuple(Group(**{k: str(v)[:_TEXT] for k, v in g.items()}) for g in values["groups"]),
            domains=tuple(int(n) for n in values["domains"]),
            read=tuple(int(n) for n in values["read"]),
            exceptions=int(values["exceptions"]),
            sha256=str(values["sha256"]),
        )
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as fault:
        raise DamagedError(f"its header cannot be read: {fault}") from None
    whole = (
        0 <= header.bits <= MAX_BITS
        and 0 < len(header.key) <= 64
        and len(header.groups) == len(header.domains) == len(header.read) <= MAX_GROUPS
        and min(header.domains, default=0) >= 0
        and header.exceptions >= 0
        and all(group.grade in {VIOLATION, HINT} for group in header.groups)
    )
    if not whole:
        raise DamagedError("its header makes no sense")
    return header
